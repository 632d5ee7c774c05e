//! Sums of very many small numbers, and of very large ones, in what is answered in single precision.

use energraph::paths::{self, k_best_outputs};
use energraph::trellis::decode::{DecoderBeam, GraphGrammar, beam_lattice, output_energy};
use energraph::trellis::{CtcSlack, Emissions, Topology, Transitions, best_path, contrast_loss, ctc_loss, posteriors};
use energraph::{Beta, Energy, GraphBuilder};
use ndarray::Array2;

fn row_sums(values: &Array2<f32>) -> Vec<f64> {
    values.outer_iter().map(|row| row.iter().map(|&x| f64::from(x)).sum()).collect()
}

/// So many words that begin with one label: as many arcs read it at the first frame.
fn words(n: u32) -> Topology {
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 2);
    b.start(0);
    for k in 1..=n {
        b.arc(0, 1, k, Energy::FREE, k);
        b.arc(k, k % 3 + 1, 0, Energy::FREE, n + 1);
    }
    b.final_weight(n + 1, Energy::FREE);
    Topology::from_graph(b.build().unwrap()).unwrap()
}

#[test]
fn shares_of_a_frame_sum_to_one_however_many_arcs_read_it() {
    let e = Array2::zeros((2, 3));
    let e = Emissions::new(e.view()).unwrap();
    let found = posteriors(&e, &words(100_000), Beta::ONE).unwrap();
    assert!(row_sums(&found.emissions).iter().all(|s| (s - 1.0).abs() < 1e-6), "{}", found.emissions);
    let loss = contrast_loss(&e, &words(99_999), &words(100_000), Beta::ONE).unwrap();
    assert!(row_sums(&loss.emissions).iter().all(|s| s.abs() < 1e-6), "{}", loss.emissions);
    let free = Array2::zeros((1_000, 1_000));
    let chain = Topology::chain(&Transitions::new(free.view()).unwrap()).unwrap();
    let e = Array2::zeros((3, 1_000));
    let found = posteriors(&Emissions::new(e.view()).unwrap(), &chain, Beta::ONE).unwrap();
    assert!(row_sums(&found.emissions).iter().all(|s| (s - 1.0).abs() < 1e-6));
}

#[test]
fn many_labels_left_out_cost_their_number_times_one() {
    let target: Vec<u32> = (0..2_000).map(|k| k % 2 + 1).collect();
    let slack =
        |skip: f32, most_skipped| CtcSlack { skip: Energy::new(skip).unwrap(), most_skipped, ..CtcSlack::default() };
    let e = Array2::zeros((1, 3));
    let e = Emissions::new(e.view()).unwrap();
    let best = best_path(&e, &Topology::ctc_partial(&target, 3, 3, &slack(0.1, 1_999)).unwrap()).unwrap().unwrap();
    assert!((best.energy - 1_999.0 * f64::from(0.1_f32)).abs() < 1e-5 * 200.0, "{}", best.energy);
    for skip in [3e38_f32, -3e38] {
        let best =
            best_path(&e, &Topology::ctc_partial(&[1, 2, 1, 2], 3, 3, &slack(skip, 4)).unwrap()).unwrap().unwrap();
        assert!(best.energy.is_finite() && (best.energy < 0.0) == (skip < 0.0), "{skip} {}", best.energy);
    }
}

#[test]
fn a_lattice_keeps_paths_whose_energies_are_beyond_single_precision() {
    for (frame, arc) in [(3e38_f32, 1e38_f32), (-3e38, -1e38)] {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(arc).unwrap(), 1);
        b.final_weight(1, Energy::FREE);
        let grammar = GraphGrammar::new(b.build().unwrap()).unwrap();
        let e = Array2::from_elem((1, 2), frame);
        let e = Emissions::new(e.view()).unwrap();
        assert!(output_energy(&e, 2, &grammar, &[1], Beta::ONE).unwrap().is_finite());
        let found = beam_lattice(&e, 2, &grammar, &DecoderBeam::default()).unwrap();
        let best = k_best_outputs(&found.graph, 1, Beta::Infinite, energraph::ops::Budget::default()).unwrap();
        assert_eq!(best.len(), 1, "{frame}");
        assert!(paths::best_path(&found.graph).unwrap().is_some());
    }
}

#[test]
fn a_loss_whose_sums_would_take_gigabytes_is_that_of_the_log_domain() {
    // 2²⁶ frames times labels and a few more, most of the target behind reach: the gradient's rows still sum to 0.
    let (frames, labels) = (16_400, 4_100);
    let target: Vec<u32> = (0..labels).map(|k| k % 3 + 1).collect();
    let e = Array2::from_shape_fn((frames, 4), |(t, c)| ((t * 7 + c * 5) % 11) as f32 / 4.0);
    let e = Emissions::new(e.view()).unwrap();
    let loss = ctc_loss(&e, &target, 4).unwrap();
    let shorter = ctc_loss(&e, &target[..4_000], 4).unwrap();
    assert!(loss.value.is_finite() && shorter.value.is_finite());
    assert!(row_sums(&loss.gradient).iter().all(|s| s.abs() < 1e-6));
}
