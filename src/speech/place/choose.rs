//! Which way each word is said.

use std::ops::Range;

use ndarray::s;

use super::plan::{self, Plan};
use super::{PlaceError, PlaceOptions, SpeechFrames};
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::speech::{PhoneClasses, Transcript, Word};
use crate::trellis::{Emissions, Topology, TrellisError, Unit, best_path, best_path_in_beam};

/// Frames of a part of a long recording that is searched by itself.
const PART: usize = 1_000;
/// Words on either side that are searched with it.
const CONTEXT: usize = 8;

/// The way of every word on the path of lowest energy through all ways. A long recording is first cut where the words would begin if each were said in its shortest
/// way, and the parts are searched one by one.
pub(super) fn ways(
    e: &Emissions<'_>,
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    o: &PlaceOptions,
) -> Result<Vec<usize>, PlaceError> {
    if said.words.iter().all(|w| w.ways.len() == 1) {
        return Ok(vec![0; said.words.len()]);
    }
    let phones: usize = said.words.iter().flat_map(|w| &w.ways).map(|w| w.phones.len()).sum();
    let states = phones.saturating_mul(frames.classes.positions().max(o.fit.least));
    let whole = Part { words: 0..said.words.len(), frames: 0..e.frames() };
    if e.frames().saturating_mul(states) <= o.exact_up_to {
        return best_ways(e, frames, said, &whole, o)?.ok_or(PlaceError::Impossible);
    }
    let mut ways: Vec<usize> = said.words.iter().map(shortest).collect();
    for (words, part) in parts(e, frames, said, &ways, o)? {
        // What could not be cut well keeps its shortest ways.
        if let Some(found) = best_ways(e, frames, said, &part, o)? {
            let its = found.into_iter().skip(words.start - part.words.start);
            ways.iter_mut().take(words.end).skip(words.start).zip(its).for_each(|(way, found)| *way = found);
        }
    }
    Ok(ways)
}

fn shortest(word: &Word) -> usize {
    let ways = word.ways.iter().enumerate();
    ways.min_by_key(|(_, w)| w.phones.len()).map_or(0, |(number, _)| number)
}

struct Part {
    words: Range<usize>,
    frames: Range<usize>,
}

/// Words to be searched at once, with some on either side, lest a bad cut decide: those, and the part.
fn parts(
    e: &Emissions<'_>,
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    ways: &[usize],
    o: &PlaceOptions,
) -> Result<Vec<(Range<usize>, Part)>, PlaceError> {
    let starts = starts(e, frames, said, ways, o)?;
    let (words, mut parts, mut from) = (said.words.len(), Vec::new(), 0);
    let start = |word: usize| if word == 0 { 0 } else { starts.get(word).copied().unwrap_or(e.frames()) };
    for to in 1..=words {
        if to == words || start(to) >= start(from) + PART {
            let around = from.saturating_sub(CONTEXT)..(to + CONTEXT).min(words);
            let frames = start(around.start)..start(around.end);
            parts.push((from..to, Part { words: around, frames }));
            from = to;
        }
    }
    Ok(parts)
}

/// The frame at which each word begins on the best path.
fn starts(
    e: &Emissions<'_>,
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    ways: &[usize],
    o: &PlaceOptions,
) -> Result<Vec<usize>, PlaceError> {
    let plan = Plan::new(frames.classes, said, ways, &o.fit)?;
    let topology = plan.topology()?;
    let path = match o.beam {
        Some(beam) => best_path_in_beam(e, &topology, beam)?.path,
        None => best_path(e, &topology)?,
    };
    let path = path.ok_or(PlaceError::Impossible)?;
    let (mut starts, mut at) = (Vec::with_capacity(said.words.len()), 0);
    for step in &path.steps {
        let writes = topology.graph().all_arcs().get(step.arc as usize).map_or(EPSILON, |a| a.olabel);
        if matches!(plan.element(writes), Some(plan::Element::Phone { word, .. }) if *word == starts.len()) {
            starts.push(at);
        }
        at += usize::from(step.frame.is_some());
    }
    Ok(starts)
}

/// The ways on the best path through all ways of some words over some frames; `None` where there is no path.
fn best_ways(
    e: &Emissions<'_>,
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    part: &Part,
    o: &PlaceOptions,
) -> Result<Option<Vec<usize>>, PlaceError> {
    let topology = all_ways(frames.classes, said, part.words.clone(), o)?;
    let some = e.values().slice_move(s![part.frames.clone(), ..]);
    let best = best_path(&Emissions::new(some)?, &topology)?;
    Ok(best.map(|path| path.output.iter().map(|&way| way as usize - 1).collect()))
}

/// All ways to say some words, one after the other, pauses between: each word writes the number of its way, from 1.
pub(super) fn all_ways(
    classes: &PhoneClasses,
    said: &Transcript,
    words: Range<usize>,
    o: &PlaceOptions,
) -> Result<Topology, PlaceError> {
    let mut b = GraphBuilder::new();
    let mut last = b.state();
    b.start(last);
    let last_word = words.end;
    for (number, word) in said.words.iter().enumerate().take(words.end).skip(words.start) {
        last = append(&mut b, last, &plan::gap(classes, said.untranscribed.contains(&number), 0, &o.fit));
        let behind = b.state();
        for (way, said) in word.ways.iter().enumerate() {
            let begin = b.state();
            b.arc(last, EPSILON, way as Label + 1, said.energy, begin);
            let mut units = Vec::new();
            for phone in &said.phones {
                let unknown = || PlaceError::UnknownPhones { phones: vec![phone.clone()] };
                let found = classes.find(phone).ok_or_else(unknown)?;
                units.extend(plan::phone(classes, found, 0, &o.fit));
            }
            let end = append(&mut b, begin, &units);
            b.arc(end, EPSILON, EPSILON, Energy::FREE, behind);
        }
        last = behind;
    }
    last = append(&mut b, last, &plan::gap(classes, said.untranscribed.contains(&last_word), 0, &o.fit));
    b.final_weight(last, Energy::FREE);
    Ok(Topology::from_graph(b.build().map_err(TrellisError::from)?)?)
}

/// Units as [`Topology::left_to_right`] has them.
fn append(b: &mut GraphBuilder<Energy>, from: StateId, units: &[Unit]) -> StateId {
    let mut last = from;
    for unit in units {
        let before = last;
        for _ in 0..unit.least.max(1) {
            let state = b.state();
            b.arc(last, unit.reads, unit.writes, Energy::FREE, state);
            last = state;
        }
        b.arc(last, unit.reads, EPSILON, unit.stay, last);
        if unit.skip != Energy::IMPOSSIBLE {
            let behind = b.state();
            b.arc(last, EPSILON, EPSILON, Energy::FREE, behind);
            b.arc(before, EPSILON, EPSILON, unit.skip, behind);
            last = behind;
        }
    }
    last
}
