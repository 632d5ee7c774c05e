//! Prefix beam search.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::rows::Rows;
use super::{Beam, Decoded, Frames, Grammar, Mass, NBest, check, energy_of, soft_add};
use crate::graph::Label;
use crate::paths::{Beta, Output};
use crate::trellis::{Emissions, TrellisError};

/// The texts of lowest free energy: frame by frame, all alignments that have written the same so far are one hypothesis,
/// and the best `beam.width` of them are kept.
///
/// Within a hypothesis the free energies of alignments that end in a blank and of those that end in a label are kept apart,
/// as are those in different states of the grammar, and merged exactly, in f64. With [`Beam::UNLIMITED`] every text has its
/// true free energy; with a narrower beam none has less than that, since alignments may be lost. [`NBest::lost`] says how
/// much, [`NBest::proved`] whether the first is the best all the same.
///
/// At infinite β the best alignment of each text counts alone.
///
/// # Errors
/// [`TrellisError::Blank`]; [`TrellisError::Class`] where the grammar reads a class that the emissions lack.
///
/// # Cost
/// For each frame, `width` times the labels that the grammar lets follow, each a logarithm and an exponential, and a sort;
/// memory for the hypotheses kept at all frames. Rows of the grammar are made when first looked at.
///
/// # Source
/// A. Hannun et al., *First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs*, 2014;
/// with a lexicon, the word beam search of H. Scheidl, S. Fiel, R. Sablatnig, ICFHR 2018.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{Alphabet, Beam, Free, prefix_beam};
/// use ndarray::array;
/// // Two frames of a, b and the blank: the best alignment is all blanks, yet "a" has more mass.
/// let e = array![[0.4_f32, 0.0, 0.6], [0.4, 0.0, 0.6]].mapv(|p| -p.ln());
/// let alphabet = Alphabet::new("ab")?;
/// let found = prefix_beam(&Emissions::new(e.view())?, alphabet.blank(), &Free::new(3, 3), 2, &Beam::default())?;
/// assert_eq!(alphabet.text(&found.list[0].output), "a");
/// assert!((found.list[0].confidence - 0.64).abs() < 1e-6); // a–, –a, aa
/// assert!(found.proved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prefix_beam<G: Grammar>(
    e: &Emissions<'_>,
    blank: Label,
    grammar: &G,
    n: usize,
    beam: &Beam,
) -> Result<NBest, TrellisError> {
    check(e, blank, grammar)?;
    let frames = Frames::new(e, beam.beta);
    let mut search = Search::new(Rows::new(grammar, beam.beta), *beam, blank, None);
    search.run(&frames);
    let bounds = grammar.bounds(beam.beta) && frames.total < f64::INFINITY;
    Ok(search.n_best(n, frames.total, bounds))
}

/// The free energy of one text: of all its alignments, and all paths of the grammar that write it; +∞ where there is none.
///
/// What [`prefix_beam`] finds for a text is never less.
///
/// # Errors
/// As [`prefix_beam`].
///
/// # Cost
/// For each frame, the length of the text times the steps that the grammar allows.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{Free, output_energy};
/// use energraph::Beta;
/// use ndarray::Array2;
/// let even = Array2::from_elem((2, 3), 3.0_f32.ln());
/// let f = output_energy(&Emissions::new(even.view())?, 3, &Free::new(3, 3), &[1], Beta::ONE)?;
/// assert!(((-f).exp() - 3.0 / 9.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn output_energy<G: Grammar>(
    e: &Emissions<'_>,
    blank: Label,
    grammar: &G,
    output: &[Label],
    beta: Beta,
) -> Result<f64, TrellisError> {
    check(e, blank, grammar)?;
    let frames = Frames::new(e, beta);
    let beam = Beam { beta, ..Beam::UNLIMITED };
    let mut search = Search::new(Rows::new(grammar, beta), beam, blank, Some(output));
    search.run(&frames);
    Ok(search.ends().into_iter().fold(f64::INFINITY, |sum, end| soft_add(sum, end.energy, beta)) + frames.total)
}

/// A text so far.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    before: u32,
    label: Label,
    length: u32,
}

/// What was read on a best alignment: the step before, the label, its first frame, and how much was written with it.
#[derive(Debug, Clone, Copy)]
struct Trace {
    before: u32,
    label: Label,
    frame: usize,
    written: u32,
}

/// Alignments of a text that may go on alike.
#[derive(Debug, Clone, Copy)]
struct Cell {
    state: u32,
    /// The label of the last frame; 0 behind a blank and at the start.
    last: Label,
    energy: f64,
    /// Of the best of them.
    best: f64,
    trace: u32,
    /// Whether the last frame is to be added to the trace.
    reads: bool,
}

/// A text and its alignments.
struct Hypothesis {
    prefix: u32,
    cells: Cells,
}

/// Behind a blank and behind a label, almost always.
type Cells = SmallVec<[Cell; 2]>;

/// A text as a whole.
struct Whole {
    prefix: u32,
    energy: f64,
    best: f64,
    trace: u32,
}

/// Stands for the trace of nothing.
const NOTHING: u32 = u32::MAX;
/// Stands for a label that no cell has read.
const EVERY: Label = Label::MAX;

/// What longer texts are reached with, by hypothesis and way of the grammar: −∞ where they may be reached otherwise too,
/// `None` where all of them may.
struct Reach {
    energies: Vec<Option<Vec<f64>>>,
    /// A text reached with more is not among those to be kept.
    limit: f64,
}

struct Search<'g, 'o, G: Grammar> {
    rows: Rows<'g, G>,
    beam: Beam,
    blank: Label,
    /// The only text of interest.
    only: Option<&'o [Label]>,
    prefixes: Vec<Prefix>,
    /// Those that had a number when the frame began: within a frame a text has one key.
    numbered: u32,
    children: FxHashMap<(u32, Label), u32>,
    traces: Vec<Trace>,
    kept: Vec<Hypothesis>,
    lost: Mass,
}

impl<'g, 'o, G: Grammar> Search<'g, 'o, G> {
    fn new(mut rows: Rows<'g, G>, beam: Beam, blank: Label, only: Option<&'o [Label]>) -> Self {
        let start = |state| Hypothesis {
            prefix: 0,
            cells: smallvec![Cell { state, last: 0, energy: 0.0, best: 0.0, trace: NOTHING, reads: false }],
        };
        let kept = rows.start().map(start).into_iter().collect();
        let prefixes = vec![Prefix { before: 0, label: 0, length: 0 }];
        let (children, traces) = (FxHashMap::default(), Vec::new());
        Search { rows, beam, blank, only, prefixes, numbered: 1, children, traces, kept, lost: Mass::new(beam.beta) }
    }

    fn run(&mut self, frames: &Frames) {
        if frames.total == f64::INFINITY {
            self.kept.clear();
        }
        for (t, frame) in frames.iter() {
            self.step(t, frame);
        }
    }

    /// One frame.
    fn step(&mut self, t: usize, frame: &[f64]) {
        self.numbered = self.prefixes.len() as u32;
        let before = std::mem::take(&mut self.kept);
        let mut next = Next::new(self.beam.beta);
        for hypothesis in &before {
            let here = Key::Known(hypothesis.prefix);
            for cell in &hypothesis.cells {
                next.add(here, cell.goes_on(0, energy_of(frame, self.blank)));
                if cell.last != 0 {
                    next.add(here, cell.goes_on(cell.last, energy_of(frame, cell.last)));
                }
            }
        }
        let reach = self.reach(&before, frame, &next);
        for (hypothesis, energies) in before.iter().zip(&reach.energies) {
            let told = energies.as_deref().map(|energies| (energies, reach.limit));
            self.extend(hypothesis, told, frame, &mut next);
        }
        let (kept, lost) = self.beam.keep(&next.energies());
        self.lost.add(lost);
        let mut cells = next.cells;
        self.kept = kept.iter().map(|&i| self.settle(t, next.keys[i], std::mem::take(&mut cells[i]))).collect();
    }

    /// What each longer text is reached with, where that is told at once, and how much it may be to be kept: no more than the
    /// `width` best of these and of the texts that are not longer.
    fn reach(&mut self, before: &[Hypothesis], frame: &[f64], next: &Next) -> Reach {
        let place = |h: &Hypothesis| self.prefixes[h.prefix as usize];
        let inside: FxHashSet<(u32, Label)> = before.iter().map(|h| (place(h).before, place(h).label)).collect();
        let mut all = next.energies();
        let mut reach = Reach { energies: Vec::with_capacity(before.len()), limit: f64::INFINITY };
        for hypothesis in before {
            let state = hypothesis.cells.first().map(|cell| cell.state);
            let row = state.filter(|&s| hypothesis.cells.iter().all(|cell| cell.state == s)).map(|s| self.rows.row(s));
            let Some(row) = row.filter(|row| row.apart && self.only.is_none()) else {
                reach.energies.push(None);
                continue;
            };
            let behind = |read: Label| {
                let cells = hypothesis.cells.iter().filter(|cell| cell.last != read);
                cells.fold(f64::INFINITY, |sum, cell| soft_add(sum, cell.energy, self.beam.beta))
            };
            let (any, lasts) = (behind(EVERY), hypothesis.cells.iter().map(|cell| cell.last));
            let lasts: Vec<(Label, f64)> = lasts.map(|last| (last, behind(last))).collect();
            let energies = row.ways.iter().map(|way| {
                let special = lasts.iter().find(|(last, _)| *last == way.reads);
                let energy = special.map_or(any, |s| s.1) + way.energy + energy_of(frame, way.reads);
                // Those that are reached in another way too are not told at once; the blank is never said.
                let known = way.writes.first().is_some_and(|&label| inside.contains(&(hypothesis.prefix, label)));
                if known {
                    f64::NEG_INFINITY
                } else if way.reads == self.blank {
                    f64::INFINITY
                } else {
                    energy
                }
            });
            let energies: Vec<f64> = energies.collect();
            all.extend(energies.iter().copied().filter(|energy| energy.is_finite()));
            reach.energies.push(Some(energies));
        }
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let width = self.beam.width.max(1);
        if all.len() > width {
            reach.limit = *all.select_nth_unstable_by(width - 1, f64::total_cmp).1;
        }
        reach.limit = reach.limit.min(least + self.beam.margin.max(0.0));
        reach
    }

    /// The ways on from a hypothesis, those that reach too little left out.
    fn extend(&mut self, hypothesis: &Hypothesis, reach: Option<(&[f64], f64)>, frame: &[f64], next: &mut Next) {
        if let Some((energies, limit)) = reach {
            energies.iter().filter(|&&energy| energy > limit).for_each(|&energy| self.lost.add(energy));
        }
        for cell in &hypothesis.cells {
            let row = self.rows.row(cell.state);
            for (i, way) in row.ways.iter().enumerate() {
                if reach.is_some_and(|(energies, limit)| energies.get(i).is_some_and(|&energy| energy > limit)) {
                    continue;
                }
                // A label twice in a row is one, unless a blank lies between; the blank itself is never said.
                let energy = way.energy + energy_of(frame, way.reads);
                if way.reads == cell.last || way.reads == self.blank || energy == f64::INFINITY {
                    continue;
                }
                if let Some(key) = self.written(hypothesis.prefix, &way.writes) {
                    next.add(key, Cell { state: way.to, reads: true, ..cell.goes_on(way.reads, energy) });
                }
            }
        }
    }

    /// A hypothesis that is kept gets its place among the texts, and its cells their traces.
    fn settle(&mut self, t: usize, key: Key, mut cells: Cells) -> Hypothesis {
        let prefix = match key {
            Key::Known(prefix) => prefix,
            Key::New(before, label) => self.child(before, label),
        };
        let written = self.prefixes[prefix as usize].length;
        for cell in cells.iter_mut().filter(|cell| cell.reads) {
            self.traces.push(Trace { before: cell.trace, label: cell.last, frame: t, written });
            (cell.trace, cell.reads) = (self.traces.len() as u32 - 1, false);
        }
        Hypothesis { prefix, cells }
    }

    /// The text that writing so much more makes; `None` where it is of no interest.
    fn written(&mut self, prefix: u32, writes: &[Label]) -> Option<Key> {
        if let Some(only) = self.only {
            let rest = only.get(self.prefixes[prefix as usize].length as usize..)?;
            if !rest.starts_with(writes) {
                return None;
            }
        }
        let Some((&last, first)) = writes.split_last() else { return Some(Key::Known(prefix)) };
        let before = first.iter().fold(prefix, |at, &label| self.child(at, label));
        let known = self.children.get(&(before, last)).filter(|&&known| known < self.numbered);
        Some(known.map_or(Key::New(before, last), |&known| Key::Known(known)))
    }

    fn child(&mut self, before: u32, label: Label) -> u32 {
        *self.children.entry((before, label)).or_insert_with(|| {
            let length = self.prefixes[before as usize].length + 1;
            self.prefixes.push(Prefix { before, label, length });
            self.prefixes.len() as u32 - 1
        })
    }

    /// The whole texts.
    fn ends(&mut self) -> Vec<Whole> {
        let mut number: FxHashMap<u32, usize> = FxHashMap::default();
        let mut wholes: Vec<Whole> = Vec::new();
        for hypothesis in std::mem::take(&mut self.kept) {
            for cell in &hypothesis.cells {
                let row = self.rows.row(cell.state);
                for end in &row.ends {
                    let prefix = match self.written(hypothesis.prefix, &end.writes) {
                        Some(Key::Known(prefix)) => prefix,
                        Some(Key::New(before, label)) => self.child(before, label),
                        None => continue,
                    };
                    let length = self.prefixes[prefix as usize].length as usize;
                    if self.only.is_some_and(|only| only.len() != length) {
                        continue;
                    }
                    let (energy, best) = (cell.energy + end.energy, cell.best + end.energy);
                    let at = *number.entry(prefix).or_insert(wholes.len());
                    match wholes.get_mut(at) {
                        None => wholes.push(Whole { prefix, energy, best, trace: cell.trace }),
                        Some(whole) => {
                            whole.energy = soft_add(whole.energy, energy, self.beam.beta);
                            if best < whole.best {
                                (whole.best, whole.trace) = (best, cell.trace);
                            }
                        }
                    }
                }
            }
        }
        wholes.retain(|whole| whole.energy < f64::INFINITY);
        wholes
    }

    fn n_best(mut self, n: usize, total: f64, bounds: bool) -> NBest {
        let beta = self.beam.beta;
        let mut wholes: Vec<(Output, Whole)> =
            self.ends().into_iter().map(|whole| (self.output(whole.prefix), whole)).collect();
        wholes.sort_by(|a, b| a.1.energy.total_cmp(&b.1.energy).then_with(|| a.0.cmp(&b.0)));
        let kept = wholes.iter().fold(f64::INFINITY, |sum, (_, whole)| soft_add(sum, whole.energy, beta));
        let lost = bounds.then(|| self.lost.free_energy());
        let all = lost.map_or(kept, |lost| soft_add(kept, lost, beta));
        let first = wholes.first().map_or(f64::INFINITY, |(_, whole)| whole.energy);
        let second = wholes.get(1).map_or(f64::INFINITY, |(_, whole)| whole.energy);
        let proved = lost.is_some_and(|lost| !wholes.is_empty() && first <= soft_add(second, lost, beta));
        let confidence = |energy: f64| if energy <= all { 1.0 } else { (-beta.get() * (energy - all)).exp() };
        wholes.truncate(n);
        let decoded = |(output, whole): (Output, Whole)| {
            let (labels, starts, read) = self.traced(whole.trace, output.len());
            let confidence = confidence(whole.energy);
            Decoded { output, labels, starts, read, energy: whole.energy + total, confidence }
        };
        let list = wholes.into_iter().map(decoded).collect();
        NBest { list, kept: kept + total, lost: lost.map(|lost| lost + total), proved }
    }

    fn output(&self, mut prefix: u32) -> Output {
        let mut output = Output::new();
        while prefix != 0 {
            let Prefix { before, label, .. } = self.prefixes[prefix as usize];
            output.push(label);
            prefix = before;
        }
        output.reverse();
        output
    }

    /// Labels read, their first frames, and how many of them are read at each of the labels written.
    fn traced(&self, mut trace: u32, writes: usize) -> (Vec<Label>, Vec<usize>, Vec<usize>) {
        let (mut labels, mut starts, mut written) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(step) = self.traces.get(trace as usize) {
            labels.push(step.label);
            starts.push(step.frame);
            written.push(step.written as usize);
            trace = step.before;
        }
        labels.reverse();
        starts.reverse();
        written.reverse();
        let read = |k: usize| written.partition_point(|&w| w <= k) + 1;
        let read = (0..writes).map(|k| read(k).min(labels.len())).collect();
        (labels, starts, read)
    }
}

impl Cell {
    /// After one more frame.
    fn goes_on(self, last: Label, energy: f64) -> Cell {
        Cell { last, energy: self.energy + energy, best: self.best + energy, ..self }
    }
}

/// A text that may or may not have a number yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Known(u32),
    New(u32, Label),
}

/// The hypotheses behind a frame.
struct Next {
    beta: Beta,
    keys: Vec<Key>,
    cells: Vec<Cells>,
    numbers: FxHashMap<Key, u32>,
}

impl Next {
    fn new(beta: Beta) -> Self {
        Next { beta, keys: Vec::new(), cells: Vec::new(), numbers: FxHashMap::default() }
    }

    /// One more way to say it, merged with those that may go on alike.
    fn add(&mut self, key: Key, cell: Cell) {
        if cell.energy == f64::INFINITY {
            return;
        }
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.cells.push(Cells::new());
            self.keys.len() as u32 - 1
        });
        let cells = &mut self.cells[number as usize];
        match cells.iter_mut().find(|c| (c.state, c.last) == (cell.state, cell.last)) {
            None => cells.push(cell),
            Some(alike) => {
                let energy = soft_add(alike.energy, cell.energy, self.beta);
                if cell.best < alike.best {
                    *alike = cell;
                }
                alike.energy = energy;
            }
        }
    }

    fn energies(&self) -> Vec<f64> {
        let sum = |cells: &Cells| cells.iter().fold(f64::INFINITY, |s, c| soft_add(s, c.energy, self.beta));
        self.cells.iter().map(sum).collect()
    }
}
