use super::*;
use crate::semiring::Energy;
use crate::speech::phones::Notation;
use crate::speech::{Pronunciation, UNTRANSCRIBED, Word};
use ndarray::Array2;
use proptest::prelude::*;

/// Numbers from 0 up to 1 without a pattern.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

const PHONES: [&str; 4] = ["a", "t", "i", "s"];

fn classes(positions: usize) -> PhoneClasses {
    PhoneClasses::new(&PHONES.map(str::to_owned), positions).unwrap()
}

fn said(phones: &str) -> Transcript {
    Transcript::from_phones(phones, Notation::Ipa).unwrap()
}

fn placed(e: &Array2<f32>, c: &PhoneClasses, said: &Transcript, o: &PlaceOptions) -> Result<Placement, PlaceError> {
    let times = FrameTimes::from_zero(1.0, e.nrows());
    place(&SpeechFrames { energies: e.view(), classes: c, free: None, times }, said, o)
}

fn options(least: usize, least_pause: usize) -> PlaceOptions {
    PlaceOptions { coverage: 0.8, fit: Fit { least, least_pause, pause: 0.25, ..Fit::default() }, ..Default::default() }
}

/// What a run of frames is: the column it is of, its fewest frames, the energy of leaving it out, and the number of its phone, or that it is
/// other speech (`OTHER`).
#[derive(Clone, Copy)]
struct Run {
    column: usize,
    least: usize,
    skip: Option<f64>,
    what: Option<usize>,
}

const OTHER: usize = 99;

/// All ways to lay runs over frames: energy and the lengths of the runs.
fn layings(e: &Array2<f32>, runs: &[Run]) -> Vec<(f64, Vec<usize>)> {
    fn go(
        e: &Array2<f32>,
        runs: &[Run],
        at: usize,
        energy: f64,
        lengths: &mut Vec<usize>,
        all: &mut Vec<(f64, Vec<usize>)>,
    ) {
        let Some((run, rest)) = runs.split_first() else {
            if at == e.nrows() {
                all.push((energy, lengths.clone()));
            }
            return;
        };
        for length in 0..=e.nrows() - at {
            let more = match (length, run.skip) {
                (0, Some(skip)) => skip,
                (n, _) if n >= run.least => (at..at + n).map(|t| f64::from(e[[t, run.column]])).sum(),
                _ => continue,
            };
            lengths.push(length);
            go(e, rest, at + length, energy + more, lengths, all);
            lengths.pop();
        }
    }
    let mut all = Vec::new();
    go(e, runs, 0, 0.0, &mut Vec::new(), &mut all);
    all
}

/// Where so much of weighted places lies before, each spread over the frame about it; by bisection.
fn parting(places: &[(f64, f64)], part: f64, frames: usize) -> f64 {
    let total: f64 = places.iter().map(|p| p.1).sum();
    let before = |x: f64| places.iter().map(|(at, w)| w * (x - at + 0.5).clamp(0.0, 1.0)).sum::<f64>() / total;
    let (mut low, mut high) = (-1.0, frames as f64 + 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if before(middle) < part { low = middle } else { high = middle }
    }
    high.clamp(0.0, frames as f64)
}

/// Compares a placement with what all layings say.
fn check_against_layings(e: &Array2<f32>, runs: &[Run], found: &Placement) {
    let frames = e.nrows();
    let all = layings(e, runs);
    let best = all.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let weight = |w: &(f64, Vec<usize>)| (best.0 - w.0).exp();
    let total: f64 = all.iter().map(weight).sum();
    // First and last frame of what a phone or other speech is, one behind for the last.
    let span = |w: &(f64, Vec<usize>), what: usize| {
        let its = |r: usize| runs[r].what == Some(what) && w.1[r] > 0;
        let first = (0..runs.len()).find(|&r| its(r))?;
        let last = (0..runs.len()).rfind(|&r| its(r))?;
        Some((w.1[..first].iter().sum::<usize>(), w.1[..=last].iter().sum::<usize>()))
    };
    let places = |what: usize, end: bool| -> Vec<(f64, f64)> {
        let place = |w: &(f64, Vec<usize>)| {
            let (a, b) = span(w, what)?;
            Some((if end { b } else { a } as f64, weight(w)))
        };
        all.iter().filter_map(place).collect()
    };
    for (k, phone) in found.phones.iter().enumerate() {
        let (from, to) = span(best, k).unwrap();
        let neighbour = |other: usize, at: usize, end: bool| {
            let touches = other < 99 && span(best, other).is_some_and(|(a, b)| if end { b == at } else { a == at });
            touches.then_some(other)
        };
        let before = neighbour(k.wrapping_sub(1).min(98), from, true);
        let other_before = neighbour(OTHER, from, true).or(span(best, OTHER).filter(|s| s.1 == from).map(|_| OTHER));
        let behind = neighbour(k + 1, to, false);
        let other_behind = span(best, OTHER).filter(|s| s.0 == to).map(|_| OTHER);
        let mut start = parting(&places(k, false), 0.5, frames);
        let mut low = parting(&places(k, false), 0.1, frames);
        if let Some(other) = before.or(other_before) {
            start = 0.5 * (start + parting(&places(other, true), 0.5, frames));
            low = low.min(parting(&places(other, true), 0.1, frames));
        }
        let mut end = parting(&places(k, true), 0.5, frames);
        let mut high = parting(&places(k, true), 0.9, frames);
        if let Some(other) = behind.or(other_behind) {
            end = 0.5 * (end + parting(&places(other, false), 0.5, frames));
            high = high.max(parting(&places(other, false), 0.9, frames));
        }
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(near(phone.start, start) && near(phone.end, end), "{k}: {phone:?} {start} {end}");
        assert!(near(phone.start_interval.0, low.min(start)), "{k}: {phone:?} {low}");
        assert!(near(phone.end_interval.1, high.max(end)), "{k}: {phone:?} {high}");
        let inside = |w: &(f64, Vec<usize>)| {
            let (a, b) = span(w, k).unwrap();
            b.min(to).saturating_sub(a.max(from)) as f64 / (to - from) as f64
        };
        let share: f64 = all.iter().map(|w| weight(w) * inside(w)).sum::<f64>() / total;
        assert!(near(phone.posterior, share), "{k}: {phone:?} {share}");
    }
    let others = span(best, OTHER);
    assert_eq!(found.untranscribed.len(), usize::from(others.is_some()));
}

fn noise(frames: usize, columns: usize, dice: &mut Dice) -> Array2<f32> {
    Array2::from_shape_simple_fn((frames, columns), || (dice.next() * 3.0) as f32)
}

const PAUSE: Run = Run { column: 0, least: 2, skip: Some(-0.25), what: None };

#[test]
fn medians_intervals_and_posteriors_are_those_of_all_segmentations() {
    let mut dice = Dice(5);
    for round in 0..40 {
        let e = noise(6 + round % 3, 5, &mut dice);
        // Two words, a t and s, phones of one frame, pauses of two.
        let phone = |column, what| Run { column, least: 1, skip: None, what: Some(what) };
        let runs = [PAUSE, phone(1, 0), phone(2, 1), PAUSE, phone(4, 2), PAUSE];
        let found = placed(&e, &classes(1), &said("a t | s"), &options(1, 2)).unwrap();
        check_against_layings(&e, &runs, &found);
    }
}

#[test]
fn phones_of_three_positions_may_leave_out_their_middle() {
    let mut dice = Dice(6);
    for round in 0..40 {
        let e = noise(5 + round % 3, 13, &mut dice);
        let of = |column, what| Run { column, least: 1, skip: None, what: Some(what) };
        let middle = |column, what| Run { skip: Some(0.0), ..of(column, what) };
        // a is classes 1 to 3, t 4 to 6.
        let runs = [PAUSE, of(1, 0), middle(2, 0), of(3, 0), of(4, 1), middle(5, 1), of(6, 1), PAUSE];
        let found = placed(&e, &classes(3), &said("a t"), &options(2, 2)).unwrap();
        check_against_layings(&e, &runs, &found);
    }
}

#[test]
fn other_speech_is_any_phones_at_the_energy_of_the_limit_and_costs_the_evidence() {
    let mut dice = Dice(7);
    let (mut with, mut without) = (0, 0);
    for round in 0..40 {
        let mut e = noise(9 + round % 3, 5, &mut dice);
        // Where the wrong phones are likely there is other speech.
        (0..6).filter(|_| round % 2 == 0).for_each(|t| e[[t, 3]] -= 9.0);
        let mut wider = Array2::zeros((e.nrows(), 6));
        wider.slice_mut(ndarray::s![.., ..5]).assign(&e);
        for (t, row) in e.outer_iter().enumerate() {
            wider[[t, 5]] = (-row.iter().map(|x| f64::from(-x).exp()).sum::<f64>().ln() + 2.7) as f32;
        }
        let phone = |column, what| Run { column, least: 1, skip: None, what: Some(what) };
        let other = Run { column: 5, least: 5, skip: Some(-4.0), what: Some(OTHER) };
        let runs = [PAUSE, other, PAUSE, phone(1, 0), phone(2, 1), PAUSE];
        let mut o = options(1, 2);
        o.fit.evidence = 4.0;
        let found = placed(&e, &classes(1), &said("* a t"), &o).unwrap();
        check_against_layings(&wider, &runs, &found);
        with += found.untranscribed.len();
        without += usize::from(found.untranscribed.is_empty());
    }
    assert!(with > 5 && without > 5, "{with} {without}");
}

fn word(ways: &[(&str, f32)]) -> Word {
    let way = |&(phones, energy): &(&str, f32)| Pronunciation {
        phones: phones.split(' ').map(str::to_owned).collect(),
        energy: Energy::new(energy).unwrap(),
    };
    Word { text: "w".into(), ways: ways.iter().map(way).collect() }
}

#[test]
fn of_several_ways_those_of_the_least_energy_are_taken() {
    let mut dice = Dice(8);
    let (c, o) = (classes(1), options(1, 2));
    let mut second = 0;
    for _ in 0..60 {
        let e = noise(7, 5, &mut dice);
        let ways = [&[("a t", 0.0), ("a", 0.5), ("i s t", 0.2)][..], &[("s", 0.25), ("s i", 0.0)]];
        let said = Transcript { words: ways.iter().map(|w| word(w)).collect(), ..Transcript::default() };
        let phone = |p: &str| Run { column: c.find(p).unwrap() + 1, least: 1, skip: None, what: None };
        let mut all = Vec::new();
        for (i, first) in ways[0].iter().enumerate() {
            for (j, last) in ways[1].iter().enumerate() {
                let mut runs = vec![PAUSE];
                runs.extend(first.0.split(' ').map(phone));
                runs.push(PAUSE);
                runs.extend(last.0.split(' ').map(phone));
                runs.push(PAUSE);
                let least = layings(&e, &runs).iter().map(|w| w.0).fold(f64::INFINITY, f64::min);
                all.push((least + f64::from(first.1 + last.1), i, j));
            }
        }
        let best = all.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let found = placed(&e, &c, &said, &o).unwrap();
        assert_eq!((found.words[0].way, found.words[1].way), (best.1, best.2), "{all:?}");
        second += best.1;
    }
    assert!(second > 10);
}

/// Energies of runs of (column, frames): `loud` for all other columns, less noise.
fn spoken(runs: &[(usize, usize)], columns: usize, loud: f32, dice: &mut Dice) -> Array2<f32> {
    let columns_said: Vec<usize> = runs.iter().flat_map(|&(c, n)| std::iter::repeat_n(c, n)).collect();
    Array2::from_shape_fn((columns_said.len(), columns), |(t, c)| {
        let noise = dice.next() as f32;
        if columns_said[t] == c { 0.5 * noise } else { loud - noise }
    })
}

#[test]
fn long_recordings_choose_their_ways_in_parts_as_in_one() {
    let (c, mut dice) = (classes(1), Dice(9));
    let (mut runs, mut words, mut right) = (vec![(0, 20)], Vec::new(), Vec::new());
    for _ in 0..300 {
        let way = dice.below(2);
        right.push(way);
        words.push(word(&[("a t i", 0.0), ("a s i", 0.3)]));
        let long = |dice: &mut Dice| 3 + dice.below(6);
        runs.extend([(1, long(&mut dice)), ([2, 4][way], long(&mut dice)), (3, long(&mut dice))]);
        if dice.below(4) == 0 {
            runs.push((0, 3 + dice.below(20)));
        }
    }
    let said = Transcript { words, ..Transcript::default() };
    let o = PlaceOptions::default();
    let ways = |e: &Array2<f32>, exact_up_to| -> Vec<usize> {
        let found = placed(e, &c, &said, &PlaceOptions { exact_up_to, ..o }).unwrap();
        found.words.iter().map(|w| w.way).collect()
    };
    let clear = spoken(&runs, 5, 6.0, &mut dice);
    assert!(clear.nrows() > 4 * 1_000);
    assert_eq!(ways(&clear, 1_000), right);
    // With more noise a word about a cut may be another.
    let e = spoken(&runs, 5, 1.7, &mut dice);
    let whole = ways(&e, usize::MAX);
    let differ = whole.iter().zip(ways(&e, 1_000)).filter(|(a, b)| **a != *b).count();
    assert!(differ <= 2, "{differ}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn times_are_in_order_and_inside_the_recording(seed in 0_u64..1 << 40, frames in 12_usize..40, words in 1_usize..4, star in 0_usize..8) {
        let mut dice = Dice(seed);
        let c = classes(1 + dice.below(3));
        let columns = c.count();
        let level = [0.5, 4.0, 20.0][dice.below(3)];
        let e = Array2::from_shape_simple_fn((frames, columns), || (dice.next() * level) as f32);
        let mut said = Transcript::default();
        for _ in 0..words {
            let phones: Vec<&str> = (0..1 + dice.below(2)).map(|_| PHONES[dice.below(4)]).collect();
            said.words.push(word(&[(phones.join(" ").as_str(), 0.0)]));
        }
        said.untranscribed.extend((0..=words).filter(|g| star >> g & 1 == 1));
        let o = PlaceOptions { coverage: 0.1 + 0.8 * dice.next(), fit: Fit { least: 1 + dice.below(2), least_pause: 1 + dice.below(3), ..Fit::default() }, ..PlaceOptions::default() };
        let p = placed(&e, &c, &said, &o).unwrap();
        let mut spans: Vec<(f64, f64)> = p.phones.iter().map(|p| (p.start, p.end)).collect();
        // Phones are in order by themselves, and with the other speech between them.
        for _ in 0..2 {
            prop_assert!(spans.iter().all(|s| p.start <= s.0 && s.0 <= s.1 && s.1 <= p.end), "{spans:?}");
            prop_assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0), "{spans:?}");
            spans.extend(&p.untranscribed);
            spans.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        }
        for phone in &p.phones {
            let ((a, b), (x, y)) = (phone.start_interval, phone.end_interval);
            prop_assert!(a <= phone.start && phone.start <= b && x <= phone.end && phone.end <= y, "{phone:?}");
            prop_assert!((0.0..=1.0).contains(&phone.posterior));
        }
        prop_assert!(p.phones.windows(2).all(|w| w[0].start_interval.0 <= w[1].start_interval.0 && w[0].end_interval.1 <= w[1].end_interval.1));
        prop_assert!(p.words.iter().all(|w| (0.0..=1.0).contains(&w.confidence) && w.mismatch.is_finite()));
        prop_assert!(p.words.windows(2).all(|w| w[0].phones.end == w[1].phones.start));
        p.to_textgrid().check().unwrap();
    }
}

/// Words of four phones of six frames each, ten frames of silence about them.
fn sentence(words: &[[usize; 4]]) -> Vec<(usize, usize)> {
    let mut runs = vec![(0, 10)];
    for word in words {
        runs.extend(word.map(|p| (p + 1, 6)));
    }
    runs.push((0, 10));
    runs
}

/// Three words, nowhere of which silence is as likely as a wrong phone.
fn three_words() -> Array2<f32> {
    let mut e = spoken(&sentence(&[[0, 1, 2, 3], [2, 1, 0, 1], [3, 0, 1, 2]]), 5, 8.0, &mut Dice(1));
    e.slice_mut(ndarray::s![10..82, 0]).mapv_inplace(|x| x + 8.0);
    e
}

fn texts(p: &Placement, m: &Misfit) -> Vec<usize> {
    assert!(m.words.end <= p.words.len());
    m.words.clone().collect()
}

#[test]
fn a_transcript_that_fits_has_no_misfits_and_one_that_does_not_says_where() {
    let c = classes(1);
    let e = three_words();
    let o = PlaceOptions::default();
    let right = placed(&e, &c, &said("a t i s | i t a t | s a t i"), &o).unwrap();
    assert!(right.misfits.is_empty() && right.mismatch < 0.0, "{:?}", right.misfits);
    assert!(right.words.iter().all(|w| w.confidence > 0.95 && w.mismatch < 0.0));
    // Another word in its place.
    let wrong = placed(&e, &c, &said("a t i s | i i i i | s a t i"), &o).unwrap();
    assert!(wrong.mismatch > right.mismatch + 1.0);
    assert!(wrong.words[1].confidence < 0.1 && wrong.words[1].mismatch > 2.0, "{:?}", wrong.words[1]);
    assert_eq!(wrong.misfits.len(), 1, "{:?}", wrong.misfits);
    let m = &wrong.misfits[0];
    assert_eq!((m.kind, texts(&wrong, m)), (MisfitKind::Unlike, vec![1]));
    assert!(m.start >= 34.0 && m.end <= 60.0 && m.end - m.start > 15.0, "{m:?}");
}

#[test]
fn speech_that_the_transcript_lacks_is_a_misfit_unless_it_is_allowed() {
    let c = classes(1);
    let mut runs = sentence(&[[0, 1, 0, 1]]);
    runs.extend([(3, 20), (4, 20), (3, 20), (0, 12)]);
    let e = spoken(&runs, 5, 8.0, &mut Dice(2));
    let o = PlaceOptions::default();
    let lacking = placed(&e, &c, &said("a t a t"), &o).unwrap();
    let m = &lacking.misfits[0];
    assert_eq!((lacking.misfits.len(), m.kind, m.words.clone()), (1, MisfitKind::Pause, 1..1), "{:?}", lacking.misfits);
    assert!((m.start - 44.0).abs() < 2.0 && (m.end - 104.0).abs() < 2.0, "{m:?}");
    assert!(lacking.mismatch < 0.0);
    let allowed = placed(&e, &c, &said("a t a t *"), &o).unwrap();
    assert!(allowed.misfits.is_empty(), "{:?}", allowed.misfits);
    let [(start, end)] = allowed.untranscribed[..] else { panic!("{:?}", allowed.untranscribed) };
    assert!((start - 44.0).abs() < 1.0 && (end - 104.0).abs() < 1.0, "{start} {end}");
    assert_eq!(allowed.phones.len(), 4);
    let labels: Vec<String> = allowed.to_textgrid().tiers[0].intervals().iter().map(|i| i.label.clone()).collect();
    assert_eq!(labels, ["atat", UNTRANSCRIBED]);
}

#[test]
fn words_without_room_are_squeezed_and_silence_is_unlike_words() {
    let c = classes(1);
    let (words, more) = ([[0, 1, 2, 3]; 2], "a t i s | a t i s");
    let o = PlaceOptions::default();
    // The same words once more than they were said: nothing can be told from their likeness where all is alike.
    let e = Array2::zeros((40, 5));
    let none = placed(&e, &c, &said(&format!("{more} | {more} | a t i s")), &o).unwrap();
    assert_eq!(
        none.misfits.iter().map(|m| (m.kind, m.words.clone())).collect::<Vec<_>>(),
        [(MisfitKind::Squeezed, 0..5)]
    );
    let e = spoken(&sentence(&words), 5, 8.0, &mut Dice(3));
    let many = placed(&e, &c, &said(&format!("{more} | i a i a")), &o).unwrap();
    let m = many.misfits.last().unwrap();
    assert_eq!((m.kind, m.words.clone()), (MisfitKind::Squeezed, 2..3), "{:?}", many.misfits);
    assert!(many.words[2].confidence < 0.1 && many.words[0].confidence > 0.9);
    let silence = spoken(&[(0, 200)], 5, 8.0, &mut Dice(4));
    let silent = placed(&silence, &c, &said(more), &o).unwrap();
    assert!(silent.mismatch > 3.0 && silent.misfits.iter().any(|m| m.words == (0..2)), "{:?}", silent.misfits);
    assert!(silent.words.iter().all(|w| w.confidence < 0.1));
}

#[test]
fn where_all_is_alike_boundaries_lie_evenly() {
    let c = classes(1);
    for level in [0.0, 1e6, -1e6] {
        let e = Array2::from_elem((31, 5), level);
        let o = PlaceOptions { fit: Fit { least: 1, least_pause: 31, ..Fit::default() }, ..PlaceOptions::default() };
        let p = placed(&e, &c, &said("a t i"), &o).unwrap();
        // One parts of two ends mirror each other.
        assert!((p.phones[0].end + p.phones[1].end - 31.0).abs() < 1e-6, "{:?}", p.phones);
        assert_eq!((p.phones[0].start, p.phones[2].end), (0.0, 31.0));
        assert!((p.mismatch + o.fit.usual - 5.0_f64.ln()).abs() < 1e-6, "{}", p.mismatch);
    }
}

#[test]
fn free_energies_of_more_phones_may_be_given() {
    let (c, o) = (classes(1), PlaceOptions::default());
    let e = spoken(&sentence(&[[0, 1, 2, 3]]), 5, 8.0, &mut Dice(1));
    let times = FrameTimes::from_zero(0.01, e.nrows());
    let free = free_energies(e.view());
    let with = |free| place(&SpeechFrames { energies: e.view(), classes: &c, free, times }, &said("a t i s"), &o);
    assert_eq!(with(None), with(Some(free.view())));
    // Phones elsewhere that are better by three nats.
    let better = free.mapv(|f| f - 3.0);
    let (found, of_columns) = (with(Some(better.view())).unwrap(), with(None).unwrap());
    assert!((found.mismatch - of_columns.mismatch - 3.0).abs() < 1e-9);
    assert_eq!(found.phones, of_columns.phones);
    assert!(matches!(with(Some(better.slice(ndarray::s![1..]))), Err(PlaceError::Free { .. })));
    let nan = free.mapv(|_| f64::NAN);
    assert!(matches!(with(Some(nan.view())), Err(PlaceError::FreeEnergy { frame: 0 })));
}

#[test]
fn what_cannot_be_placed_is_refused_with_its_cause() {
    let (c, o) = (classes(3), PlaceOptions::default());
    let e = Array2::<f32>::zeros((9, 13));
    let times = FrameTimes::from_zero(0.01, 9);
    let with = |e: &Array2<f32>, t: &Transcript, times| {
        place(&SpeechFrames { energies: e.view(), classes: &c, free: None, times }, t, &o)
    };
    assert_eq!(with(&e, &Transcript::default(), times), Err(PlaceError::NoWords));
    let empty = Transcript { words: vec![Word { text: "x".into(), ways: Vec::new() }], ..Transcript::default() };
    assert_eq!(with(&e, &empty, times), Err(PlaceError::NoPhones { text: "x".into(), number: 0 }));
    let lacking = with(&e, &said("a o t u | o"), times).unwrap_err();
    assert_eq!(lacking, PlaceError::UnknownPhones { phones: vec!["o".into(), "u".into()] });
    let short = with(&e, &said("a t i s | a"), times).unwrap_err();
    assert!(
        matches!(short, PlaceError::TooShort { .. })
            && short.to_string().contains("0.09 s")
            && short.to_string().contains("0.10 s"),
        "{short}"
    );
    assert!(with(&e, &said("a t i s"), times).is_ok());
    assert!(matches!(with(&Array2::zeros((0, 13)), &said("a"), times), Err(PlaceError::TooShort { .. })));
    assert_eq!(with(&Array2::zeros((9, 12)), &said("a"), times), Err(PlaceError::Classes { found: 12, expected: 13 }));
    for value in [f32::NAN, f32::NEG_INFINITY] {
        let mut bad = e.clone();
        bad[[4, 2]] = value;
        for t in [said("a"), said("* a *")] {
            assert!(matches!(with(&bad, &t, times), Err(PlaceError::Trellis(_))), "{value}");
        }
    }
    let mut blocked = e.clone();
    blocked.row_mut(4).fill(f32::INFINITY);
    for t in [said("a"), said("* a *")] {
        assert_eq!(with(&blocked, &t, times), Err(PlaceError::Impossible));
    }
    let two = Transcript { words: vec![word(&[("a", 0.0), ("t", 0.0)])], ..Transcript::default() };
    assert_eq!(with(&blocked, &two, times), Err(PlaceError::Impossible));
    for times in [
        FrameTimes { step: 0.0, ..times },
        FrameTimes { step: f64::NAN, ..times },
        FrameTimes { end: -1.0, ..times },
        FrameTimes { first: f64::INFINITY, ..times },
    ] {
        assert!(matches!(with(&e, &said("a"), times), Err(PlaceError::Times { .. })), "{times:?}");
    }
    let frames = SpeechFrames { energies: e.view(), classes: &c, free: None, times };
    for fit in [
        Fit { limit: 0.0, ..o.fit },
        Fit { usual: f64::NAN, ..o.fit },
        Fit { evidence: -1.0, ..o.fit },
        Fit { pause: f32::INFINITY, ..o.fit },
    ] {
        assert!(
            matches!(place(&frames, &said("a"), &PlaceOptions { fit, ..o }), Err(PlaceError::Fit { .. })),
            "{fit:?}"
        );
    }
    for coverage in [0.0, 1.0, f64::NAN] {
        assert!(matches!(place(&frames, &said("a"), &PlaceOptions { coverage, ..o }), Err(PlaceError::Trellis(_))));
    }
}

#[test]
fn json_has_words_phones_and_what_does_not_fit() {
    let c = classes(1);
    let e = three_words();
    let found = placed(&e, &c, &said("a t i s | i i i i | s a t i"), &PlaceOptions::default()).unwrap();
    let json = found.to_json("f.wav");
    assert_eq!(json["file"], "f.wav");
    let segments = json["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 3 + 12);
    assert_eq!((&segments[0]["label"], &segments[0]["tier"]), (&"atis".into(), &"words".into()));
    assert_eq!((&segments[4]["label"], &segments[4]["tier"]), (&"t".into(), &"phones".into()));
    for s in segments {
        let interval = s["start_interval"].as_array().unwrap();
        let (low, at, high) =
            (interval[0].as_f64().unwrap(), s["start"].as_f64().unwrap(), interval[1].as_f64().unwrap());
        assert!(low <= at && at <= high && (0.0..=1.0).contains(&s["posterior"].as_f64().unwrap()));
    }
    assert_eq!(json["misfits"][0]["kind"], "unlike");
    assert_eq!(json["misfits"][0]["words"][0], "iiii");
    assert_eq!(json["mismatch"].as_f64(), Some(found.mismatch));
    let grid = found.to_textgrid();
    grid.check().unwrap();
    assert_eq!((grid.tiers[0].intervals().len(), grid.tiers[1].intervals().len()), (3, 12));
}
