//! Numbers that nobody means: what is asked for by mistake is refused or answered, in little time and memory.

use energraph::graph::ngram::{BackOff, NGramError, Smoothing};
use energraph::ops::{Budget, OpError, disambiguate};
use energraph::semiring::Quantum;
use energraph::trellis::decode::{self, Free, beam_lattice, output_energy, prefix_beam};
use energraph::trellis::{
    AlignOptions, ContrastError, DtwOptions, Emissions, FrameEnergies, KnownSegments, SegmentError, Segments,
    StepPattern, Topology, Transitions, TrellisError, align, asg_loss, dtw_free_energy, dtw_path, entropy, sample,
    segment_posteriors, semi_markov_loss,
};
use energraph::{Beta, GraphBuilder, MinSum, Weight};
use ndarray::{Array2, Array3, array};

#[test]
fn a_slope_constraint_beyond_every_table_is_the_diagonal() {
    let o = DtwOptions { steps: StepPattern::sakoe_chiba(usize::MAX), ..DtwOptions::default() };
    let found = dtw_path(array![[0.0, 0.0], [0.0, 1.0]].view(), &o).unwrap().unwrap();
    assert_eq!(found.cells, [(0, 0), (1, 1)]);
}

#[test]
fn segments_may_be_longer_than_the_frames() {
    // No numbers, and yet longer than memory.
    let none = Array3::<f32>::zeros((0, 1 << 60, 1));
    let p = segment_posteriors(&Segments::given(none.view()).unwrap(), &Topology::any(1).unwrap(), Beta::ONE).unwrap();
    assert_eq!(p.free_energy, 0.0);
}

#[test]
fn the_entropy_of_a_near_certainty_is_a_number() {
    // The rival's share is below all normal numbers.
    let e = array![[0.0, 740.0]];
    let h = entropy(&Emissions::new(e.view()).unwrap(), &Topology::any(2).unwrap(), Beta::ONE).unwrap();
    assert!((0.0..1e-300).contains(&h), "{h}");
}

#[test]
fn draws_count_by_the_frames_that_they_read() {
    let e = Array2::zeros((1000, 2));
    let (e, t) = (Emissions::new(e.view()).unwrap(), Topology::any(2).unwrap());
    for beta in [Beta::ONE, Beta::Infinite] {
        let found = sample(&e, &t, beta, 1 << 20, &mut || 0.5);
        assert_eq!(found, Err(TrellisError::Draws { count: 1 << 20 }));
    }
}

#[test]
fn intervals_of_next_to_no_coverage_begin_before_they_end() {
    // The label begins at either frame, half of the time each.
    let e = array![[0.0, 0.0], [0.0, 9.0]];
    let e2 = array![[0.0, 0.0], [0.0, f32::INFINITY]];
    for e in [e, e2] {
        let o = AlignOptions { between: vec![2], coverage: f64::from_bits(1), ..AlignOptions::default() };
        let t = Topology::ctc(&[1], 2, 2).unwrap();
        let found = align(&Emissions::new(e.view()).unwrap(), &t, &o).unwrap().unwrap();
        assert!(found.segments.iter().all(|s| s.starts.0 <= s.starts.1 && s.ends.0 <= s.ends.1), "{found:?}");
    }
}

#[test]
fn disambiguation_stays_within_its_budget_on_one_state() {
    // 60,000 arcs of one label have 3.6 thousand million pairs.
    let n = 60_000;
    let mut b = GraphBuilder::new();
    b.add_states(n + 2);
    b.start(0);
    for s in 2..n as u32 + 2 {
        b.arc(0, 1, 1, MinSum::<f64>::one(), s);
        b.arc(s, 1, 1, MinSum::one(), 1);
    }
    b.final_weight(1, MinSum::one());
    let found = disambiguate(&b.build().unwrap(), Quantum::default(), Budget { states: 100_000, arcs: 1_000_000 });
    assert!(matches!(found, Err(OpError::Budget { arcs, .. }) if arcs < 2_000_000), "{found:?}");
}

#[test]
fn a_state_with_many_labels_is_disambiguated_in_no_time() {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    (1..=200_000).for_each(|label| b.arc(0, label, label, MinSum::<f64>::one(), 1));
    b.final_weight(1, MinSum::one());
    let found = disambiguate(&b.build().unwrap(), Quantum::default(), Budget::default()).unwrap();
    assert_eq!(found.arc_count(), 200_000);
}

#[test]
fn counting_takes_neither_all_memory_nor_a_square_of_the_labels() {
    let texts = [[1_u32]];
    let found = BackOff::count(2, u32::MAX, texts, Smoothing::WittenBell);
    assert_eq!(found, Err(NGramError::Labels { labels: u32::MAX }));
    assert!(BackOff::count(2, u32::MAX, texts, Smoothing::None).is_ok());
    let many: Vec<u32> = (1..=200_000).collect();
    let found = BackOff::count(1, 200_000, [many], Smoothing::WittenBell).unwrap();
    // 200,001 events, each seen once.
    assert!((found.energy(&[]) - 200_001_f64.ln()).abs() < 1e-9);
}

#[test]
fn losses_of_chains_want_as_many_classes_as_there_are() {
    let (e, three) = (Array2::zeros((4, 5)), Array2::zeros((3, 3)));
    let found = asg_loss(&Emissions::new(e.view()).unwrap(), &[1, 2], &Transitions::new(three.view()).unwrap());
    assert!(matches!(found, Err(ContrastError::Trellis(TrellisError::Shape { rows: 3, classes: 5, .. }))), "{found:?}");
    let segments = Segments::from_frames(&FrameEnergies::sums(e.view(), 4)).unwrap();
    let chain = Transitions::new(three.view()).unwrap();
    let found = semi_markov_loss(&segments, KnownSegments::Labels(&[1, 2]), &chain, Beta::ONE);
    assert!(matches!(found, Err(SegmentError::Trellis(TrellisError::Shape { rows: 3, classes: 5, .. }))), "{found:?}");
}

#[test]
fn frames_without_numbers_are_refused_where_they_are_very_many() {
    let frames = 1 << 40;
    let tall = Array2::<f32>::zeros((frames, 0));
    assert!(matches!(Emissions::new(tall.view()), Err(TrellisError::Frames { .. })));
    assert_eq!(dtw_free_energy(tall.view(), &DtwOptions::default(), Beta::ONE), Ok(f64::INFINITY));
    let refused = SegmentError::Trellis(TrellisError::Frames { frames });
    assert_eq!(Segments::from_frames(&FrameEnergies::sums(tall.view(), 3)).map(|_| ()), Err(refused.clone()));
    for (longest, classes) in [(0, 0), (1, 0), (0, 1)] {
        let tall = Array3::<f32>::zeros((frames, longest, classes));
        assert_eq!(Segments::given(tall.view()).map(|_| ()), Err(refused.clone()));
    }
    assert!(Emissions::new(Array2::zeros((9, 0)).view()).is_ok());
}

#[test]
fn decoders_give_numbers_at_the_smallest_inverse_temperature() {
    let e = array![[0.0, 1.0, 2.0], [1.0, 0.5, 0.0], [0.0, 2.0, 2.0]];
    let e = Emissions::new(e.view()).unwrap();
    let beta = Beta::finite(f64::from_bits(1)).unwrap();
    for width in [1, usize::MAX] {
        let (free, beam) = (Free::new(3, 3), decode::DecoderBeam { beta, width, margin: f64::INFINITY });
        let found = prefix_beam(&e, 3, &free, 9, &beam).unwrap();
        assert!(!found.list.is_empty() && !found.kept.is_nan() && found.lost.is_some_and(|l| l > f64::NEG_INFINITY));
        for text in &found.list {
            assert!(text.energy.is_finite() && text.confidence.is_finite(), "{text:?}");
            assert!(output_energy(&e, 3, &free, &text.output, beta).unwrap() <= text.energy);
        }
        assert!(beam_lattice(&e, 3, &free, &beam).unwrap().graph.states() > 0);
    }
}
