//! Trellises of 200,000 frames, whose sums by one engine are those of another, and paths far behind half-way that win in the
//! end, by every kernel. (Linear chains: `tests/trellis_chain_long.rs` and `tests/trellis_chain.rs`.)

#[path = "paths_graphs/mod.rs"]
mod graphs;

use energraph::trellis::decode::{DecoderBeam, GraphGrammar, output_energy, prefix_beam};
use energraph::trellis::{
    AlignOptions, Beam, DtwOptions, Emissions, FrameEnergies, KnownSegments, Segments, Step, Topology, Transitions,
    align, best_path, best_path_in_beam, best_segmentation, contrast_loss, ctc_loss, dtw_free_energy, dtw_loss,
    dtw_path, free_energy, k_best, posteriors, sample, segment_contrast, segment_free_energy, segment_posteriors,
    semi_markov_loss,
};
use energraph::{Beta, Energy, GraphBuilder, Label};
use graphs::Dice;
use ndarray::{Array2, Array3, ArrayView2, array, s};

const FRAMES: usize = 200_000;
const HALF: usize = 1_000;

/// Energies in [0, 8), the same everywhere.
fn noise(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut dice = Dice(seed);
    Array2::from_shape_simple_fn((rows, columns), || dice.below(1 << 16) as f32 / 8_192.0)
}

/// `−ln Σ e^{−x}`, terms of +∞ among them.
fn soft(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let least = terms.clone().fold(f64::INFINITY, f64::min);
    if least == f64::INFINITY { least } else { least - terms.map(|x| (least - x).exp()).sum::<f64>().ln() }
}

/// What each frame is worth alone, frame by frame.
fn worth(e: ArrayView2<'_, f32>) -> Vec<f64> {
    e.outer_iter().map(|row| soft(row.iter().map(|&x| f64::from(x)))).collect()
}

/// The free energy of all alignments of a target at β = 1: the textbook's forward pass, in the log domain.
fn forward(e: ArrayView2<'_, f32>, target: &[Label], blank: Label) -> f64 {
    let mut states = vec![blank];
    target.iter().for_each(|&label| states.extend([label, blank]));
    let mut before = vec![f64::INFINITY; states.len()];
    for (t, row) in e.outer_iter().enumerate() {
        let at = |i: Option<usize>| i.map_or(f64::INFINITY, |i| before[i]);
        let go = |i: usize| {
            let skips = i > 1 && states[i] != blank && states[i] != states[i - 2];
            let begun = if t == 0 && i < 2 { 0.0 } else { f64::INFINITY };
            let from = [begun, before[i], at(i.checked_sub(1)), at(i.checked_sub(2).filter(|_| skips))];
            soft(from.into_iter()) + f64::from(row[states[i] as usize - 1])
        };
        before = (0..states.len()).map(go).collect();
    }
    soft(before.iter().rev().take(2).copied())
}

/// The frame's probabilities.
fn probabilities(row: ndarray::ArrayView1<'_, f32>, worth: f64) -> Vec<f64> {
    row.iter().map(|&x| (worth - f64::from(x)).exp()).collect()
}

fn same(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * (1.0 + expected.abs()), "{found}, expected {expected}");
}

/// Every row sums to 0, added up in f64.
fn rows_sum_to_0(gradient: ArrayView2<'_, f32>) {
    for (t, row) in gradient.outer_iter().enumerate() {
        let sum: f64 = row.iter().map(|&x| f64::from(x)).sum();
        assert!(sum.abs() < 1e-6, "frame {t}: {row}");
    }
}

#[test]
fn a_ctc_loss_over_two_hundred_thousand_frames_loses_nothing() {
    let (classes, blank) = (6, 6);
    let e = noise(FRAMES, classes, 1);
    // Some of the 40 labels twice in a row.
    let target: Vec<Label> = (0..40).map(|k| k / 3 * 2 % 5 + 1).collect();
    assert!(target.windows(2).any(|w| w[0] == w[1]) && target.windows(2).any(|w| w[0] != w[1]));
    let sequence = Emissions::new(e.view()).unwrap();
    let found = ctc_loss(&sequence, &target, blank).unwrap();
    // The kernel goes forward, the general engine backward.
    let right = posteriors(&sequence, &Topology::ctc(&target, blank, classes).unwrap(), Beta::ONE).unwrap();
    let all = free_energy(&sequence, &Topology::any(classes).unwrap(), Beta::ONE).unwrap();
    same(found.value, right.free_energy - all, 1e-9);
    same(found.value, forward(e.view(), &target, blank) - worth(e.view()).iter().sum::<f64>(), 1e-9);
    rows_sum_to_0(found.gradient.view());
    // How often a class is read, less its probability.
    for ((row, read), (given, worth)) in
        found.gradient.outer_iter().zip(right.emissions.outer_iter()).zip(e.outer_iter().zip(worth(e.view())))
    {
        for ((f, r), p) in row.iter().zip(read).zip(probabilities(given, worth)) {
            assert!((f64::from(*f) - (f64::from(*r) - p)).abs() < 1e-6, "{f}, expected {r} − {p}");
        }
    }
}

/// Classes that go on for up to so many frames, and follow each other at a price: a semi-Markov chain as states over frames.
/// State 1 + c · longest + k is in frame k of a segment of class c.
fn frame_by_frame(between: &Array2<f32>, longest: usize) -> Topology {
    let classes = between.nrows();
    let at = |c: usize, k: usize| (1 + c * longest + k) as u32;
    let mut b = GraphBuilder::new();
    b.add_states(1 + classes * longest);
    b.start(0);
    for c in 0..classes {
        let label = c as Label + 1;
        b.arc(0, label, label, Energy::FREE, at(c, 0));
        for k in 0..longest {
            if k + 1 < longest {
                b.arc(at(c, k), label, label, Energy::FREE, at(c, k + 1));
            }
            for to in 0..classes {
                let price = Energy::new(between[[c, to]]).unwrap();
                b.arc(at(c, k), to as Label + 1, to as Label + 1, price, at(to, 0));
            }
            b.final_weight(at(c, k), Energy::FREE);
        }
    }
    Topology::from_graph(b.build().unwrap()).unwrap()
}

#[test]
fn segments_over_two_hundred_thousand_frames_lose_nothing() {
    let (classes, longest) = (3, 8);
    let (e, between) = (noise(FRAMES, classes, 2), noise(classes, classes, 3));
    let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), longest)).unwrap();
    let chain = Transitions::new(between.view()).unwrap();
    // Known: segments of five frames, 1 2 3 1 2 3 and on.
    let known: Vec<_> = (0..FRAMES / 5).map(|k| (5 * k..5 * k + 5, (k % classes) as Label + 1)).collect();
    let frames = e.outer_iter().enumerate().map(|(t, row)| f64::from(row[t / 5 % classes]));
    let follow = (1..known.len()).map(|k| f64::from(between[[(k - 1) % classes, k % classes]]));
    let energy = frames.sum::<f64>() + follow.sum::<f64>();
    let loss = semi_markov_loss(&segments, KnownSegments::Boundaries(&known), &chain, Beta::ONE).unwrap();
    // All of them, by the engine that reads frame by frame.
    let all = free_energy(&Emissions::new(e.view()).unwrap(), &frame_by_frame(&between, longest), Beta::ONE).unwrap();
    same(loss.value, energy - all, 1e-9);
    rows_sum_to_0(loss.segments.frames().unwrap().inside.view());
    // Read from the other end, the free energy is the same.
    let back = e.slice(s![..;-1, ..]);
    let segments = Segments::from_frames(&FrameEnergies::sums(back, longest)).unwrap();
    let chain = Topology::chain(&Transitions::new(between.t()).unwrap()).unwrap();
    same(segment_free_energy(&segments, &chain, Beta::ONE).unwrap(), all, 1e-9);
}

/// Two lanes: the second costs 1,000 more in the first half and 2,000 less in the second.
fn lanes() -> Array2<f32> {
    Array2::from_shape_fn((2 * HALF, 2), |(t, c)| match (c, t < HALF) {
        (0, _) => 2.0,
        (_, true) => 3.0,
        (_, false) => 0.0,
    })
}

/// One label and blanks (class 2). To read it at once is free in the first half, to wait costs 1 a frame; whoever has read it pays
/// 4 a frame in the third or the last quarter, whoever has waited nothing.
fn late() -> Array2<f32> {
    Array2::from_shape_fn((2 * HALF, 2), |(t, c)| match (2 * t / HALF, c) {
        (0 | 1, class) => class as f32,
        (2, 0) | (3, 1) => 4.0,
        _ => 0.0,
    })
}

/// Three labels, dear in the first half and dearer in the second, and blanks (class 4) that cost nothing: whoever reads all at once
/// is 1,200 behind until the end.
fn early() -> Array2<f32> {
    Array2::from_shape_fn((2 * HALF, 4), |(t, c)| match (c, t < HALF) {
        (3, _) => 0.0,
        (_, true) => 400.0,
        (_, false) => 450.0,
    })
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_has_its_share_of_the_ctc_loss() {
    // By itself and with a class that is never possible, which leaves linear arithmetic.
    for (e, target, best) in [(late(), &[1][..], 1_000.0), (early(), &[1, 2, 3], 1_200.0)] {
        let blank = e.ncols() as Label;
        let mut walled = Array2::from_elem((e.nrows(), e.ncols() + 1), f32::INFINITY);
        walled.slice_mut(s![.., ..e.ncols()]).assign(&e);
        let expected = forward(e.view(), target, blank);
        assert!(expected < best && expected > best - 25.0, "{expected}: the late winner has nearly all the mass");
        for e in [e, walled] {
            let sequence = Emissions::new(e.view()).unwrap();
            let found = ctc_loss(&sequence, target, blank).unwrap();
            same(found.value, expected - worth(e.view()).iter().sum::<f64>(), 1e-9);
            rows_sum_to_0(found.gradient.view());
            let t = Topology::ctc(target, blank, e.ncols()).unwrap();
            let right = posteriors(&sequence, &t, Beta::ONE).unwrap();
            same(right.free_energy, expected, 1e-9);
            // Half-way it has waited, or has read all.
            let probability = probabilities(e.row(HALF), worth(e.view())[HALF])[blank as usize - 1];
            same(f64::from(found.gradient[[HALF, blank as usize - 1]]), 1.0 - probability, 1e-6);
        }
    }
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_is_found_by_the_linear_kernels() {
    for (e, target, energy) in [(late(), &[1][..], 1_000.0), (early(), &[1, 2, 3], 1_200.0)] {
        let blank = e.ncols() as Label;
        let sequence = Emissions::new(e.view()).unwrap();
        let t = Topology::ctc(target, blank, e.ncols()).unwrap();
        assert_eq!(free_energy(&sequence, &t, Beta::Infinite).unwrap(), energy);
        let best = best_path(&sequence, &t).unwrap().unwrap();
        assert_eq!((best.energy, &best.output[..]), (energy, target));
        let wide = Beam { energy: f64::INFINITY, states: usize::MAX };
        let in_beam = best_path_in_beam(&sequence, &t, wide).unwrap();
        assert!(in_beam.is_best() && in_beam.path.as_ref() == Some(&best));
        for beam in [None, Some(wide)] {
            let options = AlignOptions { between: vec![blank], beam, ..AlignOptions::default() };
            let found = align(&sequence, &t, &options).unwrap().unwrap();
            assert_eq!((found.path.energy, found.lost_at_most), (energy, 0.0));
            same(found.free_energy, forward(e.view(), target, blank), 1e-9);
            let of = |t: usize| if target.len() == 1 { t >= 3 * HALF / 2 } else { t < HALF };
            assert_eq!(found.segments.iter().map(|s| s.label).collect::<Vec<_>>(), target);
            assert!(found.segments.iter().all(|s| of(s.frames.start) && of(s.frames.end - 1)), "{:?}", found.segments);
        }
    }
}

/// The two lanes, never changed.
fn never() -> Array2<f32> {
    array![[0.0, f32::INFINITY], [f32::INFINITY, 0.0]]
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_is_the_first_of_the_k_best_and_every_draw() {
    let (e, never) = (lanes(), never());
    let sequence = Emissions::new(e.view()).unwrap();
    let t = Topology::chain(&Transitions::new(never.view()).unwrap()).unwrap();
    let found = k_best(&sequence, &t, 9).unwrap();
    assert_eq!(found.iter().map(|a| a.energy).collect::<Vec<_>>(), [3_000.0, 4_000.0]);
    for (lane, alignment) in [2, 1].into_iter().zip(&found) {
        assert!(alignment.output.iter().all(|&l| l == lane));
    }
    let mut dice = Dice(5);
    let drawn = sample(&sequence, &t, Beta::ONE, 50, &mut || dice.below(1 << 20) as f64 / f64::from(1 << 20)).unwrap();
    assert!(drawn.len() == 50 && drawn.iter().all(|a| a.steps == found[0].steps));
    // One label among blanks: the k best begin it where the last quarter does, or a frame off.
    let e = late();
    let (sequence, t) = (Emissions::new(e.view()).unwrap(), Topology::ctc(&[1], 2, 2).unwrap());
    let found = k_best(&sequence, &t, 3).unwrap();
    assert_eq!(found.iter().map(|a| a.energy).collect::<Vec<_>>(), [1_000.0, 1_004.0, 1_004.0]);
    let waits = |steps: &[Step]| t.graph().all_arcs()[steps[HALF].arc as usize].ilabel == 2;
    assert!(found.iter().all(|a| waits(&a.steps)));
    let drawn = sample(&sequence, &t, Beta::ONE, 50, &mut || dice.below(1 << 20) as f64 / f64::from(1 << 20)).unwrap();
    assert!(drawn.len() == 50 && drawn.iter().all(|a| waits(&a.steps)));
}

#[test]
fn a_path_a_thousand_nats_behind_half_way_decides_contrasts() {
    let (e, never) = (lanes(), never());
    let sequence = Emissions::new(e.view()).unwrap();
    let all = Topology::chain(&Transitions::new(never.view()).unwrap()).unwrap();
    let lane = |c: usize| {
        let mut only = Array2::from_elem((2, 2), f32::INFINITY);
        only[[c, c]] = 0.0;
        let ends = ndarray::Array1::from_shape_fn(2, |k| if k == c { 0.0 } else { f32::INFINITY });
        Topology::chain(&Transitions::new(only.view()).unwrap().with_first(ends.view()).unwrap()).unwrap()
    };
    for beta in [Beta::ONE, Beta::Infinite] {
        let winner = contrast_loss(&sequence, &lane(1), &all, beta).unwrap();
        assert!(winner.value == 0.0 && winner.emissions.iter().all(|&x| x == 0.0));
        let other = contrast_loss(&sequence, &lane(0), &all, beta).unwrap();
        assert_eq!(other.value, 1_000.0);
        assert!(other.emissions.outer_iter().all(|row| row[0] == 1.0 && row[1] == -1.0));
    }
    // Where both lanes are right, and any frame may be in either.
    let both = contrast_loss(&sequence, &all, &Topology::any(2).unwrap(), Beta::ONE).unwrap();
    same(both.value, 3_000.0 - worth(e.view()).iter().sum::<f64>(), 1e-9);
    rows_sum_to_0(both.emissions.view());
}

/// The free energy, at β = 1, of one lane cut into segments of up to so many frames.
fn cuts(lane: &[f64], longest: usize) -> f64 {
    let mut before = vec![0.0];
    for t in 1..=lane.len() {
        let way = |n: usize| before[t - n] + lane[t - n..t].iter().sum::<f64>();
        before.push(soft((1..=longest.min(t)).map(way)));
    }
    before[lane.len()]
}

#[test]
fn a_segmentation_a_thousand_nats_behind_half_way_is_found() {
    let (e, never, longest) = (lanes(), never(), 4);
    let t = Topology::chain(&Transitions::new(never.view()).unwrap()).unwrap();
    let from_frames = Segments::from_frames(&FrameEnergies::sums(e.view(), longest)).unwrap();
    let table = Array3::from_shape_fn((2 * HALF, longest, 2), |(start, more, c)| {
        e.slice(s![start..(start + more + 1).min(2 * HALF), c]).sum()
    });
    let given = Segments::given(table.view()).unwrap();
    let lane = |c: usize| cuts(&e.column(c).iter().map(|&x| f64::from(x)).collect::<Vec<_>>(), longest);
    let (behind, ahead) = (lane(1), lane(0));
    same(ahead - behind, 1_000.0, 1e-9);
    for segments in [&from_frames, &given] {
        same(segment_free_energy(segments, &t, Beta::ONE).unwrap(), behind, 1e-9);
        same(segment_free_energy(segments, &t, Beta::Infinite).unwrap(), 3_000.0, 1e-12);
        let best = best_segmentation(segments, &t).unwrap().unwrap();
        same(best.energy, 3_000.0, 1e-12);
        assert!(best.segments.iter().all(|s| s.label == 2));
        let shares = segment_posteriors(segments, &t, Beta::ONE).unwrap();
        same(shares.free_energy, behind, 1e-9);
        // Arcs 0 and 1 begin with the first lane and the second.
        assert_eq!((shares.sites.arcs[0], shares.sites.arcs[1]), (0.0, 1.0));
    }
    let shares = segment_posteriors(&from_frames, &t, Beta::ONE).unwrap().segments;
    for row in shares.frames().unwrap().inside.outer_iter() {
        assert!(row[0] == 0.0 && (row[1] - 1.0).abs() < 1e-6, "{row}");
    }
    // The first lane against both.
    let only = array![[0.0, f32::INFINITY], [f32::INFINITY, f32::INFINITY]];
    let first = array![0.0, f32::INFINITY];
    let right = Transitions::new(only.view()).unwrap().with_first(first.view()).unwrap();
    let found = segment_contrast(&from_frames, &Topology::chain(&right).unwrap(), &t, Beta::ONE).unwrap();
    same(found.value, 1_000.0, 1e-9);
}

#[test]
fn a_warping_a_thousand_nats_behind_half_way_is_found() {
    // Along the first row, then down: free and then 2 a cell. Down first, then along the last row: 1 a cell and then free. Nothing
    // else is worth its price; corners are cut.
    let last = HALF + 1;
    let costs = Array2::from_shape_fn((last + 1, last + 1), |(i, j)| match (i, j) {
        _ if (i, j) == (0, last) || (i, j) == (last, 0) => 5_000.0,
        _ if (i, j) == (0, 0) || (i, j) == (last, last) => 0.0,
        (0, _) => 0.0,
        (_, 0) => 1.0,
        _ if j == last => 2.0,
        _ if i == last => 0.0,
        _ => 5_000.0,
    });
    let o = DtwOptions::default();
    let cells: Vec<_> = (0..last).map(|i| (i, 0)).chain((1..=last).map(|j| (last, j))).collect();
    let best = dtw_path(costs.view(), &o).unwrap().unwrap();
    assert_eq!((best.energy, &best.cells), (1_000.0, &cells));
    for beta in [Beta::ONE, Beta::finite(0.3).unwrap(), Beta::Infinite] {
        same(dtw_free_energy(costs.view(), &o, beta).unwrap(), 1_000.0, 1e-12);
        let loss = dtw_loss(costs.view(), &o, beta).unwrap();
        same(loss.value, 1_000.0, 1e-12);
        assert!(cells.iter().all(|&cell| (loss.gradient[cell] - 1.0).abs() < 1e-6));
        assert!((loss.gradient.sum() - cells.len() as f32).abs() < 1e-2);
    }
}

#[test]
fn a_text_a_thousand_nats_behind_half_way_is_read_by_a_wide_prefix_beam() {
    // Two lanes and a dear blank; the grammar has the texts 1 and 2.
    let mut e = Array2::from_elem((2 * HALF, 3), 50.0);
    e.slice_mut(s![.., ..2]).assign(&lanes());
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 1, Energy::FREE, 1);
    b.arc(0, 2, 2, Energy::FREE, 1);
    b.final_weight(1, Energy::FREE);
    let grammar = GraphGrammar::new(b.build().unwrap()).unwrap();
    let sequence = Emissions::new(e.view()).unwrap();
    // A margin below 1,000 drops the winner before it wins, and says that nothing is proved.
    for (margin, text) in [(f64::INFINITY, 2), (1_100.0, 2), (900.0, 1)] {
        let beam = DecoderBeam { margin, ..DecoderBeam::default() };
        let found = prefix_beam(&sequence, 3, &grammar, 9, &beam).unwrap();
        let best = &found.list[0];
        assert_eq!((&best.output[..], best.confidence), (&[text][..], 1.0));
        assert_eq!(found.proved, margin == f64::INFINITY);
        same(best.energy, forward(e.view(), &[text], 3), 1e-9);
    }
    let found = prefix_beam(&sequence, 3, &grammar, 9, &DecoderBeam::UNLIMITED).unwrap();
    assert_eq!(found.list.iter().map(|d| &d.output[..]).collect::<Vec<_>>(), [[2], [1]]);
    for d in &found.list {
        let expected = forward(e.view(), &d.output, 3);
        same(d.energy, expected, 1e-9);
        same(output_energy(&sequence, 3, &grammar, &d.output, Beta::ONE).unwrap(), expected, 1e-9);
    }
}
