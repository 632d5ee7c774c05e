//! The table at the end of `energraph::trellis::guide`: ties, nothing to read, nothing to say, too much to say, labels twice in a
//! row, −0.0, and frames at which nothing is possible, for every loss and every kernel.

use energraph::loss::{EditDistance, RiskError, trellis_risk};
use energraph::ops::Budget;
use energraph::trellis::decode::{DecoderBeam, Free, beam_lattice, output_energy, prefix_beam};
use energraph::trellis::{
    AlignOptions, AlignmentCosts, ContrastError, CrfError, CtcError, DtwError, DtwOptions, Emissions, FrameEnergies,
    KnownSegments, SegmentError, Segments, Topology, Transitions, TrellisError, Unit, align, asg_loss, best_path,
    best_path_in_beam, best_segmentation, chain_best_path, chain_free_energy, chain_posteriors, contrast_loss,
    crf_loss, ctc_loss, dtw_free_energy, dtw_loss, dtw_path, dtw_posteriors, entropy, expected_cost, expected_counts,
    free_energy, k_best, posteriors, sample, segment_free_energy, segment_posteriors, semi_markov_loss,
};
use energraph::{Answer, Beta, Energy, Label};
use ndarray::{Array2, array};

const BETAS: [Beta; 2] = [Beta::ONE, Beta::Infinite];
const INF: f32 = f32::INFINITY;

fn zeros(frames: usize) -> Array2<f32> {
    Array2::zeros((frames, 3))
}

fn on(e: &Array2<f32>) -> Emissions<'_> {
    Emissions::new(e.view()).unwrap()
}

fn risk(e: &Array2<f32>, t: &Topology, beta: Beta) -> Result<f64, RiskError> {
    let cost = EditDistance { scale: 1.0, most: 2 };
    trellis_risk(&on(e), t, &Answer::one([1]), &cost, beta, Budget::default()).map(|r| r.value)
}

/// Every question to a trellis without a path says so: no error, no NaN, no gradient.
fn nothing_is_found(e: &Array2<f32>, t: &Topology) {
    let near = AlignOptions { near: Some(1), ..AlignOptions::default() };
    for beta in BETAS {
        assert_eq!(free_energy(&on(e), t, beta).unwrap(), f64::INFINITY);
        let p = posteriors(&on(e), t, beta).unwrap();
        assert!(p.free_energy == f64::INFINITY && p.emissions.iter().all(|x| *x == 0.0));
        let counts = expected_counts(&on(e), t, beta).unwrap();
        assert!(counts.arcs.iter().chain(&counts.finals).all(|x| *x == 0.0) && counts == p.sites);
        assert!(sample(&on(e), t, beta, 2, &mut || 0.5).unwrap().is_empty());
        assert_eq!(entropy(&on(e), t, beta).unwrap(), 0.0);
        assert_eq!(expected_cost(&on(e), t, &AlignmentCosts::default(), beta).unwrap(), None);
        assert_eq!(contrast_loss(&on(e), t, &Topology::any(3).unwrap(), beta), Err(ContrastError::Right));
        assert_eq!(risk(e, t, beta), Err(RiskError::NoPath));
    }
    assert_eq!(best_path(&on(e), t).unwrap(), None);
    assert!(k_best(&on(e), t, 3).unwrap().is_empty());
    let beam = energraph::trellis::Beam { energy: 1.0, states: 4 };
    assert_eq!(best_path_in_beam(&on(e), t, beam).unwrap().path, None);
    assert_eq!(align(&on(e), t, &AlignOptions::default()).unwrap(), None);
    assert_eq!(align(&on(e), t, &near).unwrap(), None);
}

/// Topologies of a target, with a kernel of their own and without.
fn of_target(target: &[Label]) -> Vec<Topology> {
    let ctc = Topology::ctc(target, 3, 3).unwrap();
    let units: Vec<Unit> = target.iter().map(|&l| Unit::new(l, l)).collect();
    let pause = Unit { skip: Energy::FREE, ..Unit::new(3, 0) };
    let pauses: Vec<Unit> = units.iter().flat_map(|u| [pause, *u]).collect();
    let general = Topology::from_graph(ctc.graph().clone()).unwrap();
    let partial = Topology::ctc_partial(target, 3, 3, &Default::default()).unwrap();
    let chains = [units, pauses].map(|u| Topology::left_to_right(&u).unwrap());
    [ctc, general, partial].into_iter().chain(chains).collect()
}

#[test]
fn targets_longer_than_the_frames_have_no_alignment() {
    for frames in 0..3 {
        let e = zeros(frames);
        of_target(&[1, 2, 1]).iter().for_each(|t| nothing_is_found(&e, t));
        assert_eq!(ctc_loss(&on(&e), &[1, 2, 1], 3), Err(CtcError::TooShort { frames, needed: 3 }));
        let free = zeros(3);
        let chain = Transitions::new(free.view()).unwrap();
        assert_eq!(crf_loss(&on(&e), &[1, 2, 1], &chain, Beta::ONE), Err(CrfError::Length { labels: 3, frames }));
        let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 4)).unwrap();
        for beta in BETAS {
            let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 2, 1]), &chain, beta);
            assert_eq!(loss, Err(SegmentError::Impossible));
        }
        assert_eq!(output_energy(&on(&e), 3, &Free::new(3, 3), &[1, 2, 1], Beta::ONE).unwrap(), f64::INFINITY);
    }
    // A band that ends before the last column.
    let o = DtwOptions { band: Some(0), ..DtwOptions::default() };
    assert_eq!(dtw_loss(zeros(2).view(), &o, Beta::ONE), Err(DtwError::NoWarping { rows: 2, columns: 3 }));
}

#[test]
fn letters_without_a_blank_want_a_frame_each_and_no_label_twice_in_a_row() {
    let free = zeros(3);
    let chain = Transitions::new(free.view()).unwrap();
    for frames in 0..3 {
        let e = zeros(frames);
        nothing_is_found(&e, &Topology::asg(&[1, 2, 1], &chain).unwrap());
        assert_eq!(asg_loss(&on(&e), &[1, 2, 1], &chain), Err(ContrastError::Right));
    }
    assert_eq!(asg_loss(&on(&zeros(0)), &[], &chain).unwrap().value, 0.0);
    assert_eq!(asg_loss(&on(&zeros(2)), &[], &chain), Err(ContrastError::Right));
    nothing_is_found(&zeros(2), &Topology::asg(&[], &chain).unwrap());
    let refused = TrellisError::Repeated { position: 2, label: 2 };
    assert_eq!(asg_loss(&on(&zeros(5)), &[1, 2, 2], &chain), Err(refused.into()));
    let mut wall = zeros(4);
    wall.row_mut(1).fill(INF);
    assert_eq!(asg_loss(&on(&wall), &[1, 2], &chain), Err(ContrastError::Right));
    let zero = |e: &Array2<f32>| asg_loss(&on(e), &[1, 2], &chain).unwrap();
    assert_eq!(zero(&(zeros(4) * -1.0)), zero(&zeros(4)));
}

#[test]
fn an_empty_target_is_nothing_but_blanks_and_says_nothing_without_one() {
    for frames in [0, 1, 3] {
        let e = array![[0.5, 0.25, 1.0], [0.0, 1.0, 2.0], [0.0, 0.0, 0.5]].slice_move(ndarray::s![..frames, ..]);
        let blanks: f64 = e.column(2).iter().map(|x| f64::from(*x)).sum();
        let chains = of_target(&[]);
        for t in &chains[..3] {
            for beta in BETAS {
                assert!((free_energy(&on(&e), t, beta).unwrap() - blanks).abs() < 1e-12);
            }
            assert!(best_path(&on(&e), t).unwrap().is_some_and(|p| p.output.is_empty() && p.energy == blanks));
            assert!(align(&on(&e), t, &AlignOptions::default()).unwrap().is_some_and(|a| a.segments.is_empty()));
        }
        let units = &chains[3..];
        units.iter().for_each(|t| assert_eq!(best_path(&on(&e), t).unwrap().is_some(), frames == 0));
        units.iter().filter(|_| frames > 0).for_each(|t| nothing_is_found(&e, t));
        let loss = ctc_loss(&on(&e), &[], 3).unwrap();
        assert!(loss.value >= 0.0 && (loss.value == 0.0) == (frames == 0));
        assert!((output_energy(&on(&e), 3, &Free::new(3, 3), &[], Beta::ONE).unwrap() - blanks).abs() < 1e-12);
        // Labels over all frames, or segments over all frames, cannot be none.
        let free = zeros(3);
        let chain = Transitions::new(free.view()).unwrap();
        let expected =
            if frames > 0 { CrfError::Length { labels: 0, frames } } else { CrfError::NothingPossible { frame: 0 } };
        assert_eq!(crf_loss(&on(&e), &[], &chain, Beta::ONE), Err(expected));
        let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 4)).unwrap();
        for beta in BETAS {
            let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[]), &chain, beta);
            assert_eq!(loss, Err(SegmentError::Impossible));
            let loss = semi_markov_loss(&segments, KnownSegments::Boundaries(&[]), &chain, beta);
            assert!(matches!(
                (frames, loss),
                (0, Err(SegmentError::Impossible)) | (_, Err(SegmentError::Known { .. }))
            ));
        }
        // A sequence of no frames has no warping onto one that has some.
        let none = Array2::<f32>::zeros((0, frames));
        let warping = dtw_loss(none.view(), &DtwOptions::default(), Beta::ONE);
        assert_eq!(warping.is_ok(), frames == 0);
    }
}

#[test]
fn labels_twice_in_a_row_want_a_blank_between_or_are_two_segments() {
    // Two labels, one blank: in three frames there is one way.
    let e = array![[0.5, 9.0, 1.0], [2.0, 9.0, 0.25], [0.125, 9.0, 1.0]];
    let energy = 0.5 + 0.25 + 0.125;
    for t in &of_target(&[1, 1])[..3] {
        for beta in BETAS {
            assert_eq!(free_energy(&on(&e), t, beta).unwrap(), energy);
        }
        nothing_is_found(&e.slice(ndarray::s![..2, ..]).to_owned(), t);
        assert_eq!(k_best(&on(&e), t, 5).unwrap().len(), 1);
        assert_eq!(sample(&on(&e), t, Beta::ONE, 1, &mut || 0.9).unwrap()[0].output, [1, 1]);
        let options = AlignOptions { between: vec![3], ..AlignOptions::default() };
        let placed = align(&on(&e), t, &options).unwrap().unwrap();
        assert!(placed.segments.iter().map(|s| s.frames.clone()).eq([0..1, 2..3]));
    }
    assert_eq!(ctc_loss(&on(&zeros(2)), &[1, 1], 3), Err(CtcError::TooShort { frames: 2, needed: 3 }));
    assert!(ctc_loss(&on(&e), &[1, 1], 3).is_ok());
    assert_eq!(output_energy(&on(&e), 3, &Free::new(3, 3), &[1, 1], Beta::ONE).unwrap(), energy);
    // A labelling repeats as it likes, and so do units and segments: nothing need lie between.
    let free = zeros(3);
    let chain = Transitions::new(free.view()).unwrap();
    assert!(crf_loss(&on(&zeros(2)), &[1, 1], &chain, Beta::ONE).is_ok());
    for t in &of_target(&[1, 1])[3..] {
        assert_eq!(best_path(&on(&zeros(2)), t).unwrap().unwrap().output, [1, 1]);
    }
    let two = zeros(2);
    let segments = Segments::from_frames(&FrameEnergies::sums(two.view(), 2)).unwrap();
    let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 1]), &chain, Beta::ONE).unwrap();
    // One of 3 · 3 ways in two segments and 3 in one.
    assert!((loss.value - 12.0_f64.ln()).abs() < 1e-12);
}

#[test]
fn minus_zero_is_zero() {
    let (plus, minus) = (zeros(3), zeros(3) * -1.0);
    assert!(minus.iter().all(|x| x.is_sign_negative()));
    let chain_of = |z: &Array2<f32>| {
        let chain = Transitions::new(z.view()).unwrap();
        (
            chain_posteriors(&on(z), &chain, Beta::ONE).unwrap(),
            chain_posteriors(&on(z), &chain, Beta::Infinite).unwrap(),
            chain_best_path(&on(z), &chain).unwrap(),
            crf_loss(&on(z), &[1, 2, 3], &chain, Beta::ONE),
            chain_free_energy(&on(z), &chain, Beta::ONE),
        )
    };
    assert_eq!(chain_of(&plus), chain_of(&minus));
    let segments_of = |z: &Array2<f32>| {
        let segments = Segments::from_frames(&FrameEnergies::sums(z.view(), 2)).unwrap();
        let chain = Transitions::new(z.view()).unwrap();
        let t = Topology::any(3).unwrap();
        let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 2]), &chain, Beta::ONE).unwrap();
        (best_segmentation(&segments, &t).unwrap(), segment_posteriors(&segments, &t, Beta::ONE).unwrap(), loss)
    };
    assert_eq!(segments_of(&plus), segments_of(&minus));
    let warpings_of = |z: &Array2<f32>| {
        let o = DtwOptions::default();
        (dtw_path(z.view(), &o), dtw_posteriors(z.view(), &o, Beta::ONE), dtw_free_energy(z.view(), &o, Beta::Infinite))
    };
    assert_eq!(warpings_of(&plus), warpings_of(&minus));
    let decoded_of = |z: &Array2<f32>| {
        let found = prefix_beam(&on(z), 3, &Free::new(3, 3), 5, &DecoderBeam::default()).unwrap();
        found.list.into_iter().map(|d| (d.output, d.energy, d.confidence)).collect::<Vec<_>>()
    };
    assert_eq!(decoded_of(&plus), decoded_of(&minus));
    assert_eq!(ctc_loss(&on(&plus), &[1, 2], 3), ctc_loss(&on(&minus), &[1, 2], 3));
    for t in of_target(&[1, 2]) {
        for beta in BETAS {
            assert_eq!(posteriors(&on(&plus), &t, beta).unwrap(), posteriors(&on(&minus), &t, beta).unwrap());
            assert_eq!(risk(&plus, &t, beta), risk(&minus, &t, beta));
            let drawn = |z: &Array2<f32>| sample(&on(z), &t, beta, 2, &mut || 0.3).unwrap();
            assert_eq!(drawn(&plus), drawn(&minus));
        }
        assert_eq!(k_best(&on(&plus), &t, 4).unwrap(), k_best(&on(&minus), &t, 4).unwrap());
        let options = AlignOptions::default();
        assert_eq!(align(&on(&plus), &t, &options).unwrap(), align(&on(&minus), &t, &options).unwrap());
    }
}

#[test]
fn a_frame_at_which_nothing_is_possible_leaves_nothing_possible() {
    for at in 0..4 {
        let mut wall = zeros(4);
        wall.row_mut(at).fill(INF);
        for t in of_target(&[1, 2]).iter().chain(&of_target(&[])).chain(&[Topology::any(3).unwrap()]) {
            nothing_is_found(&wall, t);
        }
        assert_eq!(ctc_loss(&on(&wall), &[1, 2], 3), Err(CtcError::NothingPossible { frame: at }));
        let free = zeros(3);
        let chain = Transitions::new(free.view()).unwrap();
        let segments = Segments::from_frames(&FrameEnergies::sums(wall.view(), 4)).unwrap();
        let t = Topology::any(3).unwrap();
        for beta in BETAS {
            let nothing = Err(CrfError::NothingPossible { frame: at });
            assert_eq!(crf_loss(&on(&wall), &[1, 2, 3, 1], &chain, beta), nothing);
            assert_eq!(chain_free_energy(&on(&wall), &chain, beta).unwrap(), f64::INFINITY);
            assert_eq!(segment_free_energy(&segments, &t, beta).unwrap(), f64::INFINITY);
            let p = segment_posteriors(&segments, &t, beta).unwrap();
            assert!(p.segments.frames().unwrap().inside.iter().all(|x| *x == 0.0));
            let loss = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 2]), &chain, beta);
            assert_eq!(loss, Err(SegmentError::Impossible));
            // A row of a table is the frame of one sequence, a column of the other.
            let o = DtwOptions::default();
            assert_eq!(dtw_loss(wall.view(), &o, beta), Err(DtwError::NoWarping { rows: 4, columns: 3 }));
            assert_eq!(dtw_loss(wall.t(), &o, beta), Err(DtwError::NoWarping { rows: 3, columns: 4 }));
            let beam = DecoderBeam { beta, ..DecoderBeam::default() };
            let found = prefix_beam(&on(&wall), 3, &Free::new(3, 3), 3, &beam).unwrap();
            assert!(found.list.is_empty() && found.kept == f64::INFINITY);
            assert_eq!(beam_lattice(&on(&wall), 3, &Free::new(3, 3), &beam).unwrap().graph.states(), 0);
        }
        assert_eq!(chain_best_path(&on(&wall), &chain).unwrap(), None);
        assert_eq!(best_segmentation(&segments, &t).unwrap(), None);
        assert_eq!(dtw_path(wall.view(), &DtwOptions::default()).unwrap(), None);
    }
}

#[test]
fn ties_are_settled_the_same_way_every_time_and_shared_at_finite_beta() {
    let even = zeros(3);
    // The lowest arc: from the start the blank, from a blank the blank, from a label itself.
    let ctc = Topology::ctc(&[1], 3, 3).unwrap();
    let best = best_path(&on(&even), &ctc).unwrap().unwrap();
    let reads: Vec<_> = best.steps.iter().map(|s| ctc.graph().all_arcs()[s.arc as usize].ilabel).collect();
    assert_eq!(reads, [3, 3, 1]);
    let many = k_best(&on(&even), &ctc, 9).unwrap();
    assert!(many.len() == 6 && many[0] == best && many.iter().all(|p| p.energy == 0.0));
    assert!((entropy(&on(&even), &ctc, Beta::ONE).unwrap() - 6.0_f64.ln()).abs() < 1e-12);
    assert_eq!(sample(&on(&even), &ctc, Beta::Infinite, 1, &mut || 0.9).unwrap(), [best]);
    // A unit that may be left out for nothing is there, where the one before it cannot stay: to read goes before to leave out.
    let pause = Unit { skip: Energy::FREE, ..Unit::new(3, 9) };
    let once = Unit { stay: Energy::IMPOSSIBLE, ..Unit::new(1, 1) };
    let units = Topology::left_to_right(&[once, pause, Unit::new(2, 2)]).unwrap();
    assert_eq!(best_path(&on(&even), &units).unwrap().unwrap().output, [1, 9, 2]);
    let free = zeros(3);
    let chain = Transitions::new(free.view()).unwrap();
    assert_eq!(chain_best_path(&on(&even), &chain).unwrap().unwrap().labels, [1, 1, 1]);
    let segments = Segments::from_frames(&FrameEnergies::sums(even.view(), 3)).unwrap();
    let cut = best_segmentation(&segments, &Topology::any(3).unwrap()).unwrap().unwrap();
    assert!(cut.segments.iter().all(|s| s.label == 1 && s.frames.len() == 1));
    let warping = dtw_path(even.view(), &DtwOptions::default()).unwrap().unwrap();
    assert_eq!(warping.cells, [(0, 0), (1, 1), (2, 2)]);
    let texts = prefix_beam(&on(&zeros(1)), 3, &Free::new(3, 3), 3, &DecoderBeam::default()).unwrap();
    assert!(texts.list.iter().map(|d| d.output.as_slice()).eq([&[] as &[Label], &[1], &[2]]));
    // At infinite β the gradient is of that one path.
    let p = posteriors(&on(&even), &ctc, Beta::Infinite).unwrap();
    assert_eq!(p.emissions, array![[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
}
