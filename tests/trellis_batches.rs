//! Batches: each item alone, at any number of threads, whatever its neighbours are.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use cases::{random_emissions, so_many_cases};
use energraph::loss::{EditDistance, RiskError, trellis_risk, trellis_risks};
use energraph::ops::Budget;
use energraph::trellis::{
    AlignmentCosts, ContrastError, DtwError, DtwOptions, Emissions, FrameEnergies, KnownSegments, SegmentError,
    Segments, StepPattern, Topology, Transitions, contrast_loss, contrast_losses, dtw_loss, dtw_losses, dtw_posteriors,
    expected_cost, expected_costs, semi_markov_loss, semi_markov_losses,
};
use energraph::{Answer, Beta, Label, SiteValues};
use graphs::Dice;
use ndarray::{Array2, array};

const BETAS: [Beta; 2] = [Beta::ONE, Beta::Infinite];

/// The answer on one thread, on two and on three, which must be the same.
fn at_any_threads<A: PartialEq + Send>(of: impl Fn() -> A + Sync) -> A {
    let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&of);
    let one = on(1);
    assert!(one == on(2) && one == on(3), "the numbers depend on the threads");
    one
}

/// Ragged matrices of three classes, one of no frames among them.
fn matrices(seed: u64) -> Vec<Array2<f32>> {
    let mut dice = Dice(seed);
    (0..12).map(|n| random_emissions(&mut dice, n * 5 % 12, 3, n % 3 == 0)).collect()
}

fn emissions(e: &Array2<f32>) -> Emissions<'_> {
    Emissions::new(e.view()).unwrap()
}

#[test]
fn semi_markov_losses_are_each_item_alone_and_their_gradients_to_the_chain_are_summed() {
    let matrices = matrices(5);
    let transitions = array![[0.5, 1.0, 0.0], [0.0, 2.0, 0.25], [1.0, 0.0, -0.5]];
    let chain = Transitions::new(transitions.view()).unwrap();
    let frames = |e| FrameEnergies::sums(e, 3);
    let segments: Vec<_> = matrices.iter().map(|e| Segments::from_frames(&frames(e.view())).unwrap()).collect();
    let labels: [&[Label]; 3] = [&[1, 2], &[3], &[2, 1, 2]];
    let whole: Vec<_> = matrices.iter().map(|e| (0..e.nrows()).map(|t| (t..t + 1, 1)).collect::<Vec<_>>()).collect();
    let known = |i: usize| match i % 4 {
        3 => KnownSegments::Boundaries(&whole[i]),
        k => KnownSegments::Labels(labels[k]),
    };
    let batch: Vec<_> = segments.iter().enumerate().map(|(i, s)| (s, known(i))).collect();
    for beta in BETAS {
        let found = at_any_threads(|| semi_markov_losses(&batch, &chain, beta));
        let alone: Vec<_> = batch.iter().map(|(s, known)| semi_markov_loss(s, *known, &chain, beta)).collect();
        assert_eq!(found.items, alone);
        assert!(alone.iter().any(|l| l.is_ok()) && alone.contains(&Err(SegmentError::Impossible)));
        let (mut value, mut between) = (0.0, Array2::<f64>::zeros((3, 3)));
        for loss in alone.iter().flatten() {
            value += loss.value;
            between += &loss.chain.between;
        }
        assert!(value > 0.0 && found.value == value && found.chain.between == between);
    }
    let none = semi_markov_losses(&[], &chain, Beta::ONE);
    assert!(none.items.is_empty() && none.value == 0.0 && none.chain.between == Array2::<f64>::zeros((3, 3)));
    // A chain of too few classes is refused for each item.
    let small = array![[0.0]];
    let found = semi_markov_losses(&batch[..2], &Transitions::new(small.view()).unwrap(), Beta::ONE);
    assert!(found.items.len() == 2 && found.items.iter().all(|l| matches!(l, Err(SegmentError::Trellis(_)))));
}

#[test]
fn contrasts_are_each_item_alone() {
    let matrices = matrices(6);
    let targets: [&[Label]; 3] = [&[1, 2], &[2, 2, 1], &[]];
    let right: Vec<_> = targets.iter().map(|t| Topology::ctc(t, 3, 3).unwrap()).collect();
    let batch: Vec<_> = matrices.iter().map(emissions).zip(right.iter().cycle()).collect();
    let all = Topology::any(3).unwrap();
    for beta in BETAS {
        let found = at_any_threads(|| contrast_losses(&batch, &all, beta));
        let alone: Vec<_> = batch.iter().map(|(e, right)| contrast_loss(e, right, &all, beta)).collect();
        assert_eq!(found, alone);
        assert!(alone.iter().any(|l| l.is_ok()) && alone.contains(&Err(ContrastError::Right)));
    }
    assert!(contrast_losses(&[], &all, Beta::ONE).is_empty());
}

#[test]
fn expected_costs_of_a_batch_are_each_item_alone() {
    let cases: Vec<_> = so_many_cases(60).collect();
    let sites: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(i, (t, _))| {
            let mut sites = SiteValues::zeros(t.graph());
            sites.arcs.iter_mut().enumerate().for_each(|(k, c)| *c = (k as f64 - 2.0) / 4.0);
            // One item asks what has no answer.
            sites.finals.iter_mut().for_each(|c| *c = if i == 7 { f64::INFINITY } else { 0.5 });
            sites
        })
        .collect();
    let costs = sites.iter().map(|s| AlignmentCosts { sites: Some(s), frames: None });
    let batch: Vec<_> = cases.iter().zip(costs).map(|((t, e), c)| (emissions(e), t, c)).collect();
    for beta in BETAS {
        let found = at_any_threads(|| expected_costs(&batch, beta));
        let alone: Vec<_> = batch.iter().map(|(e, t, c)| expected_cost(e, t, c, beta)).collect();
        assert_eq!(found, alone);
        assert!(found[7].is_err() && found.iter().filter(|l| l.is_err()).count() == 1);
        assert!(alone.contains(&Ok(None)) && alone.iter().any(|l| matches!(l, Ok(Some(_)))));
    }
    assert!(expected_costs(&[], Beta::ONE).is_empty());
}

#[test]
fn warpings_of_a_batch_are_each_table_alone_and_none_is_an_error() {
    let mut dice = Dice(8);
    let sizes = [(4, 4), (1, 1), (0, 0), (2, 7), (0, 3), (5, 4), (3, 3)];
    let mut tables: Vec<_> =
        sizes.iter().map(|&(rows, columns)| random_emissions(&mut dice, rows, columns, false)).collect();
    tables[0].mapv_inplace(|x| if x < f32::INFINITY { x } else { 1.0 });
    tables[6][[1, 1]] = f32::NEG_INFINITY;
    let batch: Vec<_> = tables.iter().map(|t| t.view()).collect();
    let o = DtwOptions { steps: StepPattern::sakoe_chiba(1), ..DtwOptions::default() };
    for beta in BETAS {
        let found = at_any_threads(|| dtw_losses(&batch, &o, beta));
        let alone: Vec<_> = batch.iter().map(|t| dtw_loss(*t, &o, beta)).collect();
        assert_eq!(found, alone);
        for (i, f) in found.iter().enumerate() {
            match (f, dtw_posteriors(batch[i], &o, beta)) {
                (Ok(f), Ok(p)) => assert!((f.value, &f.gradient) == (p.free_energy, &p.costs), "item {i}"),
                (Err(DtwError::NoEnergy { .. }), Err(_)) => assert_eq!(i, 6),
                (found, p) => {
                    assert_eq!(found, &Err(DtwError::NoWarping { rows: sizes[i].0, columns: sizes[i].1 }));
                    assert_eq!(p.unwrap().free_energy, f64::INFINITY);
                }
            }
        }
        assert!(found[0].is_ok() && found[2].is_ok(), "{found:?}");
        assert_eq!(found[3], Err(DtwError::NoWarping { rows: 2, columns: 7 }));
    }
    assert!(dtw_losses(&[], &o, Beta::ONE).is_empty());
}

#[test]
fn expected_edit_distances_of_a_batch_are_each_item_alone() {
    let mut matrices = matrices(9);
    matrices[4].row_mut(1).fill(f32::INFINITY);
    let rights = [Answer::one([1, 2]), Answer::one([]), Answer::one([2])];
    let batch: Vec<_> = matrices.iter().map(emissions).zip(rights.iter().cycle()).collect();
    let (topology, cost) = (Topology::collapse(3, 3).unwrap(), EditDistance { scale: 0.5, most: 3 });
    for beta in BETAS {
        let found = at_any_threads(|| trellis_risks(&batch, &topology, &cost, beta, Budget::default()));
        let alone: Vec<_> =
            batch.iter().map(|(e, right)| trellis_risk(e, &topology, right, &cost, beta, Budget::default())).collect();
        assert_eq!(found, alone);
        assert!(found[4] == Err(RiskError::NoPath) && found.iter().filter(|l| l.is_ok()).count() > 6);
    }
    assert!(trellis_risks(&[], &topology, &cost, Beta::ONE, Budget::default()).is_empty());
}
