//! Segments against enumeration of every segmentation, against the same lattices built and composed, and against finite
//! differences.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use std::ops::Range;

use cases::{close, random_emissions, so_many_cases};
use energraph::ops::{Compose, compose};
use energraph::trellis::{
    FrameEnergies, KnownSegments, SegmentError, Segments, SemiMarkovLoss, Topology, Transitions, TrellisError,
    best_segmentation, segment_free_energy, segment_posteriors, semi_markov_loss,
};
use energraph::{Beta, Graph, Label, Site, SiteValues, oracle, paths};
use graphs::Dice;
use ndarray::{Array1, Array2, Array3, array};

/// Energies of segments as their user has them.
#[derive(Clone)]
enum Owned {
    Given(Array3<f32>),
    Frames { inside: Array2<f32>, ends: Option<[Array2<f32>; 3]>, longest: usize, mean: bool },
}

impl Owned {
    fn segments(&self) -> Segments<'_> {
        match self {
            Owned::Given(energies) => Segments::given(energies.view()).unwrap(),
            Owned::Frames { inside, ends, longest, mean } => {
                let view = |i: usize| ends.as_ref().map(|e| e[i].view());
                let (begins, ends, lengths) = (view(0), view(1), view(2));
                let energies =
                    FrameEnergies { inside: inside.view(), begins, ends, lengths, longest: *longest, mean: *mean };
                Segments::from_frames(&energies).unwrap()
            }
        }
    }

    fn frames(&self) -> usize {
        match self {
            Owned::Given(energies) => energies.dim().0,
            Owned::Frames { inside, .. } => inside.nrows(),
        }
    }

    fn longest(&self) -> usize {
        match self {
            Owned::Given(energies) => energies.dim().1,
            Owned::Frames { longest, .. } => *longest,
        }
    }

    /// The energy of a segment, frame by frame.
    fn energy(&self, start: usize, length: usize, class: usize) -> f64 {
        match self {
            Owned::Given(energies) => f64::from(energies[[start, length - 1, class]]),
            Owned::Frames { inside, ends, mean, .. } => {
                let sum: f64 = (start..start + length).map(|t| f64::from(inside[[t, class]])).sum();
                let own = if *mean { sum / length as f64 } else { sum };
                let rows = [start, start + length - 1, length - 1];
                own + ends.iter().flatten().zip(rows).map(|(e, row)| f64::from(e[[row, class]])).sum::<f64>()
            }
        }
    }

    /// Every number, and the same with others in their places.
    fn numbers(&self) -> Vec<f64> {
        let wide = |x: &f32| f64::from(*x);
        match self {
            Owned::Given(energies) => energies.iter().map(wide).collect(),
            Owned::Frames { inside, ends, .. } => {
                inside.iter().chain(ends.iter().flatten().flat_map(|e| e.iter())).map(wide).collect()
            }
        }
    }

    fn with(&self, numbers: &[f64]) -> Owned {
        let mut made = self.clone();
        let mut next = numbers.iter().map(|x| *x as f32);
        let mut put = |x: &mut f32| *x = next.next().unwrap();
        match &mut made {
            Owned::Given(energies) => energies.iter_mut().for_each(put),
            Owned::Frames { inside, ends, .. } => {
                inside.iter_mut().for_each(&mut put);
                ends.iter_mut().flatten().for_each(|e| e.iter_mut().for_each(&mut put));
            }
        }
        made
    }
}

fn random_energies(dice: &mut Dice, ties: bool) -> Owned {
    let frames = dice.below(6) as usize;
    let longest = dice.below(4) as usize + usize::from(dice.chance(80));
    let kind = dice.below(4);
    let mut some = |rows: usize| random_emissions(dice, rows, 3, ties);
    match kind {
        0 => {
            let flat = some(frames * longest).into_raw_vec_and_offset().0;
            Owned::Given(Array3::from_shape_vec((frames, longest, 3), flat).unwrap())
        }
        kind => {
            let inside = some(frames);
            let ends = (kind != 1).then(|| [some(frames), some(frames), some(longest)]);
            Owned::Frames { inside, ends, longest, mean: kind == 3 }
        }
    }
}

/// One way to cut and to read the frames.
#[derive(Clone)]
struct Way {
    energy: f64,
    /// Each arc with the segment it reads.
    steps: Vec<(u32, Option<Range<usize>>)>,
    end: u32,
}

fn ways(e: &Owned, t: &Topology) -> Vec<Way> {
    fn go(e: &Owned, t: &Topology, state: u32, frame: usize, so_far: &Way, all: &mut Vec<Way>) {
        let last = t.graph().final_weight(state).wide();
        if frame == e.frames() && so_far.energy + last < f64::INFINITY {
            all.push(Way { energy: so_far.energy + last, end: state, steps: so_far.steps.clone() });
        }
        for (arc, a) in t.graph().arc_ids(state).zip(t.graph().arcs(state)) {
            let mut on = |to: usize, energy: f64, read: Option<Range<usize>>| {
                let mut way = so_far.clone();
                way.energy += a.weight.wide() + energy;
                way.steps.push((arc, read));
                go(e, t, a.target, to, &way, all);
            };
            let Some(class) = (a.ilabel as usize).checked_sub(1) else {
                on(frame, 0.0, None);
                continue;
            };
            for to in frame + 1..=e.frames().min(frame + e.longest()) {
                on(to, e.energy(frame, to - frame, class), Some(frame..to));
            }
        }
    }
    let mut all = Vec::new();
    if let Some(start) = t.graph().start() {
        go(e, t, start, 0, &Way { energy: 0.0, steps: Vec::new(), end: 0 }, &mut all);
    }
    all
}

fn cases() -> impl Iterator<Item = (Topology, Owned)> {
    so_many_cases(1_200).enumerate().map(|(number, (t, _))| {
        let mut dice = Dice(number as u64 ^ 0x5E6);
        let ties = dice.chance(60);
        (t, random_energies(&mut dice, ties))
    })
}

fn finite(beta: f64) -> Beta {
    Beta::finite(beta).unwrap()
}

#[test]
fn free_energies_are_those_of_all_segmentations_and_of_the_lattice_built() {
    let (mut drawn, mut possible) = (0, 0);
    for (t, e) in cases() {
        let (all, segments) = (ways(&e, &t), e.segments());
        for beta in [1.0, 0.3, 4.0, 1e-300, 1e9, f64::INFINITY] {
            let b = Beta::finite(beta).unwrap_or(Beta::Infinite);
            let found = segment_free_energy(&segments, &t, b).unwrap();
            let expected = oracle::free_energy(all.iter().map(|w| w.energy), beta).max(f64::MIN);
            assert!(close(found, expected), "β = {beta}: {found} {expected}");
        }
        let built = compose(&segments.graph().unwrap(), t.graph(), &Compose::default());
        let on_built = built.map_or(f64::INFINITY, |b| paths::free_energy(&b.graph, Beta::ONE).unwrap());
        let found = segment_free_energy(&segments, &t, Beta::ONE).unwrap();
        // Means are rounded to f32 there.
        assert!(found == on_built || (found - on_built).abs() < 1e-5, "{found} {on_built}");
        drawn += 1;
        possible += usize::from(!all.is_empty());
    }
    assert!(drawn > 800 && possible > 300, "{possible} of {drawn}");
}

#[test]
fn the_best_segmentation_is_the_least_of_all_and_ties_go_to_low_arcs_and_short_segments() {
    let mut ties = 0;
    for (t, e) in cases() {
        // Numbers that leave no trace in a sum would tie where they do.
        let e = e.with(&e.numbers().iter().map(|x| if x.abs() < 1e-30 { 0.0 } else { *x }).collect::<Vec<_>>());
        let mut all = ways(&e, &t);
        let least = oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY);
        let exact = !matches!(e, Owned::Frames { mean: true, .. });
        all.retain(|w| if exact { w.energy == least } else { close(w.energy, least) });
        let key = |w: &Way| -> Vec<(u32, usize)> {
            w.steps.iter().map(|(arc, read)| (*arc, read.as_ref().map_or(0, |r| r.len()))).collect()
        };
        let found = best_segmentation(&e.segments(), &t).unwrap();
        assert_eq!(found.is_some(), !all.is_empty());
        let Some(found) = found else { continue };
        assert!(close(found.energy, least));
        let is_found = |w: &&Way| {
            w.end == found.end
                && w.steps.iter().map(|s| s.0).eq(found.arcs.iter().copied())
                && w.steps.iter().filter_map(|s| s.1.clone()).eq(found.segments.iter().map(|s| s.frames.clone()))
        };
        let way = all.iter().find(is_found).unwrap();
        if exact {
            assert_eq!(key(way), all.iter().map(key).min().unwrap());
            ties += usize::from(all.len() > 1);
        }
        let arcs = || found.arcs.iter().map(|&a| &t.graph().all_arcs()[a as usize]);
        assert!(arcs().map(|a| a.olabel).filter(|&l| l != 0).eq(found.output.iter().copied()));
        assert!(arcs().map(|a| a.ilabel).filter(|&l| l != 0).eq(found.segments.iter().map(|s| s.label)));
    }
    assert!(ties > 20, "{ties}");
}

#[test]
fn posteriors_are_shares_of_all_segmentations() {
    for (t, e) in cases() {
        let all = ways(&e, &t);
        for beta in [1.0, 0.3, 4.0, 1e-300] {
            let found = segment_posteriors(&e.segments(), &t, finite(beta)).unwrap();
            let least = oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY);
            let total: f64 = all.iter().map(|w| (beta * (least - w.energy)).exp()).sum();
            let share = |w: &Way| (beta * (least - w.energy)).exp() / total;
            let mut sites = SiteValues::zeros(t.graph());
            let mut segments = Array3::<f64>::zeros((e.frames(), e.longest(), 3));
            for w in &all {
                sites.finals[w.end as usize] += share(w);
                for (arc, read) in &w.steps {
                    sites.arcs[*arc as usize] += share(w);
                    if let Some(read) = read {
                        let class = t.graph().all_arcs()[*arc as usize].ilabel as usize - 1;
                        segments[[read.start, read.len() - 1, class]] += share(w);
                    }
                }
            }
            let near = |f: f64, e: f64| (f - e).abs() < 1e-6;
            assert!(sites.arcs.iter().zip(&found.sites.arcs).all(|(e, f)| near(*f, *e)));
            assert!(sites.finals.iter().zip(&found.sites.finals).all(|(e, f)| near(*f, *e)));
            if let Some(given) = found.segments.given() {
                assert!(given.iter().zip(&segments).all(|(f, e)| near(f64::from(*f), *e)));
                continue;
            }
            let frames = found.segments.frames().unwrap();
            let mean = matches!(e, Owned::Frames { mean: true, .. });
            let mut expected = [(); 4].map(|()| Array2::<f64>::zeros((e.frames().max(e.longest()), 3)));
            for ((start, length, class), share) in segments.indexed_iter().filter(|(_, share)| **share > 0.0) {
                for t in start..=start + length {
                    expected[0][[t, class]] += if mean { share / (length + 1) as f64 } else { *share };
                }
                expected[1][[start, class]] += share;
                expected[2][[start + length, class]] += share;
                expected[3][[length, class]] += share;
            }
            for (found, expected) in [&frames.inside, &frames.begins, &frames.ends].into_iter().zip(&expected) {
                assert!(found.iter().zip(expected).all(|(f, e)| near(f64::from(*f), *e)));
            }
            assert!(frames.lengths.iter().zip(&expected[3]).all(|(f, e)| near(*f, *e)));
        }
        let at_infinity = segment_posteriors(&e.segments(), &t, Beta::Infinite).unwrap();
        let best = best_segmentation(&e.segments(), &t).unwrap();
        let used = |arc: u32| best.iter().flat_map(|b| &b.arcs).filter(|a| **a == arc).count() as f64;
        assert!((0..t.graph().arc_count() as u32).all(|a| at_infinity.sites.get(Site::Arc(a)) == used(a)));
        assert!(best.is_none_or(|b| at_infinity.sites.finals[b.end as usize] == 1.0));
    }
}

struct Chain {
    transitions: Array2<f32>,
    first: Array1<f32>,
    last: Array1<f32>,
}

impl Chain {
    fn view(&self) -> Transitions<'_> {
        let between = Transitions::new(self.transitions.view()).unwrap();
        between.with_first(self.first.view()).unwrap().with_last(self.last.view()).unwrap()
    }

    fn of(numbers: &[f64]) -> Chain {
        let all: Vec<f32> = numbers.iter().map(|x| *x as f32).collect();
        let transitions = Array2::from_shape_vec((3, 3), all[..9].to_vec()).unwrap();
        let ends = |from: usize| Array1::from_vec(all[from..from + 3].to_vec());
        Chain { transitions, first: ends(9), last: ends(12) }
    }
}

/// Segments with their labels, from 1.
type Cut = Vec<(Range<usize>, Label)>;

/// Every segmentation with its energy under a chain.
fn cut(e: &Owned, c: &Chain) -> Vec<(Cut, f64)> {
    fn go(e: &Owned, c: &Chain, cut: &[(Range<usize>, Label)], energy: f64, all: &mut Vec<(Cut, f64)>) {
        let t = cut.last().map_or(0, |s| s.0.end);
        if let Some(last) = cut.last().filter(|_| t == e.frames()) {
            all.push((cut.to_vec(), energy + f64::from(c.last[last.1 as usize - 1])));
        }
        for (to, class) in (t + 1..=e.frames().min(t + e.longest())).flat_map(|to| (0..3).map(move |k| (to, k))) {
            let before = cut.last().map_or(c.first[class], |s| c.transitions[[s.1 as usize - 1, class]]);
            let mut on = cut.to_vec();
            on.push((t..to, class as Label + 1));
            go(e, c, &on, energy + f64::from(before) + e.energy(t, to - t, class), all);
        }
    }
    let mut all = Vec::new();
    go(e, c, &[], 0.0, &mut all);
    all
}

/// The gradient in the order of the numbers.
fn flat(loss: &SemiMarkovLoss) -> Vec<f64> {
    let wide = |x: &f32| f64::from(*x);
    let mut all: Vec<f64> = match (loss.segments.given(), loss.segments.frames()) {
        (Some(given), _) => given.iter().map(wide).collect(),
        (_, Some(f)) => {
            let own = [&f.inside, &f.begins, &f.ends].into_iter().flat_map(|a| a.iter().map(wide));
            own.chain(f.lengths.iter().copied()).collect()
        }
        _ => unreachable!(),
    };
    all.extend(loss.chain.between.iter().chain(&loss.chain.first).chain(&loss.chain.last));
    all
}

#[test]
fn losses_are_those_of_all_segmentations_and_gradients_finite_differences() {
    let (mut losses, mut impossible) = (0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed ^ 0x10_55);
        let (frames, kind) = (dice.below(5) as usize, dice.below(3));
        // Shares of lengths beyond the frames are not given.
        let longest = (1 + dice.below(3) as usize).min(frames);
        let mut some = |n: usize| (0..n).map(|_| f64::from(dice.below(192)) / 64.0 - 1.0).collect::<Vec<f64>>();
        let zeros = |rows: usize| Array2::<f32>::zeros((rows, 3));
        let e = match kind {
            0 => Owned::Given(Array3::zeros((frames, longest, 3))),
            kind => {
                let ends = Some([zeros(frames), zeros(frames), zeros(longest)]);
                Owned::Frames { inside: zeros(frames), ends, longest, mean: kind == 2 }
            }
        };
        let own = e.numbers().len();
        let x = some(own + 15);
        let beta = [1.0, 0.5, 2.0][dice.below(3) as usize];
        let (e, c) = (e.with(&x[..own]), Chain::of(&x[own..]));
        let all = cut(&e, &c);
        let known: Cut = match all.len() {
            0 => Vec::new(),
            n => all[dice.below(n as u32) as usize].0.clone(),
        };
        let labels: Vec<Label> = known.iter().map(|s| s.1).collect();
        for by_labels in [false, true] {
            let right = if by_labels { KnownSegments::Labels(&labels) } else { KnownSegments::Boundaries(&known) };
            let found = semi_markov_loss(&e.segments(), right, &c.view(), finite(beta));
            if all.is_empty() {
                assert_eq!(found, Err(SegmentError::Impossible));
                impossible += 1;
                continue;
            }
            let found = found.unwrap();
            let value = |x: &[f64]| {
                let all = cut(&e.with(&x[..own]), &Chain::of(&x[own..]));
                let is_right = |cut: &[(Range<usize>, Label)]| {
                    if by_labels { cut.iter().map(|s| s.1).eq(labels.iter().copied()) } else { cut == known }
                };
                let right = all.iter().filter(|w| is_right(&w.0)).map(|w| w.1);
                oracle::free_energy(right, beta) - oracle::free_energy(all.iter().map(|w| w.1), beta)
            };
            assert!(close(found.value, value(&x)), "{} {}", found.value, value(&x));
            let gradient = flat(&found);
            let slopes = oracle::finite_differences(value, &x, 1.0 / 256.0);
            assert_eq!(gradient.len(), slopes.len());
            for (f, s) in gradient.iter().zip(slopes) {
                assert!((f - s).abs() < 1e-4, "{f} {s}");
            }
            losses += 1;
        }
    }
    assert!(losses > 500 && impossible > 50, "{losses} {impossible}");
}

#[test]
fn what_is_common_to_a_frame_changes_no_loss() {
    let plain = Array2::from_shape_fn((5, 3), |(t, c)| ((t * 7 + c * 5) % 11) as f32 / 4.0);
    let level = |by: f32| {
        let mut e = plain.clone();
        e.row_mut(2).fill(by);
        e
    };
    let c = Chain::of(&[0.25; 15]);
    let loss = |e: &Array2<f32>| {
        let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 3)).unwrap();
        semi_markov_loss(&segments, KnownSegments::Labels(&[1, 3]), &c.view(), Beta::ONE).unwrap()
    };
    assert_eq!(loss(&level(0.0)), loss(&level(1e20)));
    assert!(loss(&level(0.0)).value > 0.0);
}

#[test]
fn long_inputs_lose_nothing() {
    let (frames, classes) = (20_000, 3);
    let e = Array2::from_shape_fn((frames, classes), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
    let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 12)).unwrap();
    let any = Topology::any(classes).unwrap();
    let p = segment_posteriors(&segments, &any, Beta::ONE).unwrap();
    for row in p.segments.frames().unwrap().inside.outer_iter() {
        assert!((row.sum() - 1.0).abs() < 1e-6, "{row}");
    }
    let back = e.slice(ndarray::s![..;-1, ..]).to_owned();
    let reversed = Segments::from_frames(&FrameEnergies::sums(back.view(), 12)).unwrap();
    let other = segment_free_energy(&reversed, &any, Beta::ONE).unwrap();
    assert!((p.free_energy - other).abs() <= 1e-9 * other.abs(), "{} {other}", p.free_energy);
}

#[test]
fn a_segment_of_one_frame_is_a_frame() {
    for (t, e) in so_many_cases(600) {
        let emissions = energraph::trellis::Emissions::new(e.view()).unwrap();
        let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 1)).unwrap();
        for beta in [Beta::ONE, Beta::Infinite] {
            let (found, expected) = (
                segment_free_energy(&segments, &t, beta).unwrap(),
                energraph::trellis::free_energy(&emissions, &t, beta).unwrap(),
            );
            assert!(close(found, expected));
        }
    }
}

#[test]
fn what_cannot_be_is_impossible_and_what_makes_no_sense_is_refused() {
    let none = Array2::<f32>::zeros((0, 2));
    let empty = Segments::from_frames(&FrameEnergies::sums(none.view(), 3)).unwrap();
    let any = Topology::any(2).unwrap();
    assert_eq!(segment_free_energy(&empty, &any, Beta::ONE).unwrap(), 0.0);
    assert!(best_segmentation(&empty, &any).unwrap().unwrap().segments.is_empty());
    // Frames and no segment that may cover them.
    let two = Array2::<f32>::zeros((2, 2));
    let short = Segments::from_frames(&FrameEnergies::sums(two.view(), 0)).unwrap();
    let p = segment_posteriors(&short, &any, Beta::ONE).unwrap();
    assert!(p.free_energy == f64::INFINITY && p.sites.arcs.iter().all(|x| *x == 0.0));
    let wall = array![[0.0, 0.0], [f32::INFINITY, f32::INFINITY]];
    let walled = Segments::from_frames(&FrameEnergies::sums(wall.view(), 2)).unwrap();
    assert_eq!(segment_free_energy(&walled, &any, Beta::ONE).unwrap(), f64::INFINITY);
    assert!(best_segmentation(&walled, &any).unwrap().is_none());
    // Energies.
    let nan = array![[0.0, f32::NAN]];
    let frames = FrameEnergies::sums(nan.view(), 1);
    let refused = Segments::from_frames(&frames).map(drop);
    assert!(matches!(refused, Err(SegmentError::NoEnergy { what: "inside", row: 0, class: 1, .. })));
    let begins = FrameEnergies { begins: Some(none.view()), ..FrameEnergies::sums(two.view(), 1) };
    assert!(matches!(Segments::from_frames(&begins), Err(SegmentError::Shape { what: "begins", wanted_rows: 2, .. })));
    let given = Array3::from_shape_fn((2, 2, 1), |(t, d, _)| if t + d < 2 { 0.0 } else { f32::NAN });
    assert!(Segments::given(given.view()).is_ok(), "what reaches beyond the end is not looked at");
    let bad = Array3::from_elem((2, 2, 1), f32::NEG_INFINITY);
    assert!(matches!(Segments::given(bad.view()), Err(SegmentError::NoEnergy { row: 0, length: 1, .. })));
    // Look-ups out of range.
    let segments = Segments::from_frames(&FrameEnergies::sums(two.view(), 2)).unwrap();
    for (start, length, class) in [(0, 0, 0), (0, 3, 0), (1, 2, 0), (0, 1, 2), (usize::MAX, 2, 0)] {
        assert_eq!(segments.energy(start, length, class), f64::INFINITY);
    }
    assert_eq!(segments.energy(0, 2, 1), 0.0);
    // Known segments.
    let known = |s: &[(Range<usize>, Label)]| segments.only(s).map(drop);
    assert!(known(&[(0..1, 1), (1..2, 2)]).is_ok());
    for (wrong, at) in [
        (vec![(0..1, 1)], 1),
        (vec![], 0),
        (vec![(1..2, 1)], 0),
        (vec![(0..1, 1), (0..2, 1)], 1),
        (vec![(0..0, 1)], 0),
        (vec![(0..3, 1)], 0),
        (vec![(0..2, 3)], 0),
        (vec![(0..2, 0)], 0),
    ] {
        let refused = known(&wrong);
        assert!(matches!(refused, Err(SegmentError::Known { position, .. }) if position == at), "{refused:?}");
    }
    // Classes and chains.
    let wide = Topology::any(3).unwrap();
    let class = segment_free_energy(&segments, &wide, Beta::ONE);
    assert_eq!(class, Err(SegmentError::Trellis(TrellisError::Class { label: 3, classes: 2 })));
    let c = Chain::of(&[0.0; 15]);
    let refused = semi_markov_loss(&segments, KnownSegments::Labels(&[1]), &c.view(), Beta::ONE);
    assert!(matches!(refused, Err(SegmentError::Trellis(TrellisError::Class { .. }))));
    let refused = Topology::chain_of(&[1, 4], &c.view());
    assert!(matches!(refused, Err(TrellisError::NoClass { position: 1, label: 4, classes: 3 })));
    let short = Array1::zeros(2);
    let refused = c.view().with_first(short.view());
    assert!(matches!(refused, Err(TrellisError::Shape { .. })));
    let lattice: Graph<_> = segments.graph().unwrap();
    assert_eq!((lattice.states(), lattice.arc_count()), (3, 6));
}
