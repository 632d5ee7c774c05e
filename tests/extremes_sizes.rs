//! Sizes that nobody means: what would take all memory is refused, and work is no more than its result needs.

use energraph::graph::GraphError;
use energraph::graph::ngram::{BackOff, Gram, NGramError, Smoothing};
use energraph::ops::{OpError, merge_states, remove_epsilon, remove_epsilon_keeping_states};
use energraph::paths::{PathError, path_sum_star, sums_from_start, sums_to_end};
use energraph::semiring::{NotAWeight, Quantum, Star};
use energraph::trellis::decode::{DecoderBeam, Free, Grammar, GraphGrammar, Lexicon, prefix_beam};
use energraph::trellis::{CtcSlack, Emissions, FrameEnergies, Segments, Topology, Transitions, TrellisError, Unit};
use energraph::{Beta, Energy, Graph, GraphBuilder, LogSum, MinSum, Weight};
use ndarray::{Array2, arr2};

fn too_large(t: Result<Topology, TrellisError>) -> bool {
    matches!(t, Err(TrellisError::TooLarge { .. }))
}

#[test]
fn topologies_that_would_take_all_memory_are_refused() {
    assert!(too_large(Topology::any(1 << 28)));
    assert!(too_large(Topology::collapse(1, 1 << 14)));
    let slack = CtcSlack { star: Energy::FREE, ..CtcSlack::default() };
    assert!(too_large(Topology::ctc_partial(&[1; 1 << 10], 2, 1 << 16, &slack)));
    let skips = CtcSlack { skip: Energy::FREE, most_skipped: usize::MAX, ..CtcSlack::default() };
    assert!(too_large(Topology::ctc_partial(&[1; 1 << 14], 2, 2, &skips)));
    for least in [1 << 28, usize::MAX] {
        assert!(too_large(Topology::left_to_right(&[Unit { least, ..Unit::new(1, 1) }])));
        assert!(too_large(Topology::left_to_right(&[Unit { least, ..Unit::new(1, 1) }, Unit::new(1, 1)])));
    }
    // One number, seen 2²⁸ times.
    let (one, side) = (arr2(&[[0.0_f32]]), 1 << 14);
    let all = one.broadcast((side, side)).unwrap();
    assert!(too_large(Topology::chain(&Transitions::new(all).unwrap())));
}

#[test]
fn states_beyond_all_numbers_are_counted_and_refused() {
    for more in [usize::MAX, usize::MAX - 1, 1 << 40, u32::MAX as usize] {
        let mut b = GraphBuilder::<Energy>::new();
        let first = b.add_states(2);
        b.start(first);
        b.add_states(more);
        assert_eq!(b.states(), more.saturating_add(2));
        b.state();
        b.final_weight(1 << 20, Energy::FREE);
        let found = b.build();
        let count = more.saturating_add(3);
        assert_eq!(found.map(|g| g.states()), Err(GraphError::TooLarge { what: "states", count }));
    }
}

#[test]
fn a_free_grammar_of_too_many_classes_is_refused_by_decoders() {
    let all = Free { classes: usize::MAX, blank: 1 };
    assert_eq!(all.row((), Beta::ONE).ways.len(), (1 << 22) - 1);
    let e = Array2::zeros((2, 3));
    let found = prefix_beam(&Emissions::new(e.view()).unwrap(), 1, &all, 1, &DecoderBeam::default());
    assert_eq!(found.map(|_| ()), Err(TrellisError::Class { label: u32::MAX, classes: 3 }));
    // Refused by its number, not by what the emissions have.
    let wide = arr2(&[[0.0_f32]]);
    let wide = wide.broadcast((1, (1 << 22) + 1)).unwrap();
    let found =
        prefix_beam(&Emissions::new(wide).unwrap(), 1, &Free::new(1, (1 << 22) + 1), 1, &DecoderBeam::default());
    assert!(matches!(found, Err(TrellisError::Class { label: u32::MAX, .. })));
}

/// Choices between two arcs that read nothing, one after the other; they write these labels.
fn diamonds(n: u32, writes: [u32; 2]) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(3 * n as usize + 1);
    b.start(0);
    for i in (0..3 * n).step_by(3) {
        for (label, middle) in writes.into_iter().zip([i + 1, i + 2]) {
            b.arc(i, 0, label, Energy::FREE, middle);
            b.arc(middle, 0, 0, Energy::FREE, i + 3);
        }
    }
    b.final_weight(3 * n, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn a_row_of_a_grammar_merges_what_writes_the_same() {
    // 2ⁿ paths: of one writing, of n + 1, and of 2ⁿ.
    let ends = |g: GraphGrammar| g.row(0, Beta::ONE).ends;
    let silent = ends(GraphGrammar::new(diamonds(60, [0, 0])).unwrap());
    assert_eq!((silent.len(), silent[0].energy as f32), (1, -60.0 * 2.0_f32.ln()));
    let mut some = ends(GraphGrammar::new(diamonds(500, [0, 7])).unwrap());
    some.sort_by_key(|end| end.writes.len());
    assert_eq!(some.len(), 501);
    assert!(some.iter().enumerate().all(|(n, end)| end.writes.iter().all(|&l| l == 7) && end.writes.len() == n));
    assert!((some[1].energy + 500.0_f64.ln()).abs() < 1e-9);
    let all = ends(GraphGrammar::new(diamonds(10, [1, 2])).unwrap());
    let mut written: Vec<_> = all.iter().map(|end| &end.writes[..]).collect();
    written.sort_unstable();
    assert!(written.len() == 1024 && written[0] == [1; 10] && written[1] == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    let refused = GraphGrammar::new(diamonds(40, [1, 2])).map(|_| ());
    assert_eq!(refused, Err(TrellisError::Writings { state: 0, most: 1 << 20 }));
}

#[test]
fn an_n_gram_graph_costs_what_it_has_arcs() {
    // 20,000 contexts of two labels each: 4·10⁸ pairs of a context and a label, nearly all of which are impossible.
    let n = 20_000_u32;
    let texts: Vec<[u32; 3]> = (1..=n).map(|i| [i, i % n + 1, (i * 7) % n + 1]).collect();
    let model = BackOff::count(2, n, &texts, Smoothing::None).unwrap();
    let g = model.graph().unwrap();
    assert!(g.arc_count() < 100_000);
    for state in (0..n).step_by(997) {
        let by_steps = model.labels().filter_map(|label| Some((label, model.step(state, label)?)));
        let by_arcs = g.arcs(state).iter().map(|a| (a.ilabel, (a.weight.get(), a.target)));
        assert!(by_steps.map(|(label, (energy, to))| (label, (energy as f32, to))).eq(by_arcs));
    }
}

#[test]
fn an_n_gram_graph_that_would_take_all_memory_is_refused() {
    let n = 20_000_u32;
    let texts: Vec<[u32; 2]> = (1..=n).map(|i| [i, i % n + 1]).collect();
    let found = BackOff::count(2, n, &texts, Smoothing::WittenBell).unwrap().graph();
    assert!(matches!(found, Err(GraphError::TooLarge { what: "arcs", count }) if count < 1 << 27));
}

#[test]
fn n_grams_of_energies_beyond_all_sums_are_refused() {
    let gram = |labels: &[u32], energy, back| Gram { labels: labels.to_vec(), energy, back };
    let model = || BackOff::from_grams(2, [gram(&[1], -3.0, 1.0), gram(&[1, 1], 2.0, 0.0)]).unwrap();
    for weight in [1e300, f64::MAX, 1e39] {
        let refused = model().scaled(weight);
        assert!(matches!(refused, Err(NotAWeight { value }) if value.abs() > 3.4e38), "{refused:?}");
    }
    // What is impossible stays so, and what is possible too.
    let none = model().scaled(0.0).unwrap();
    assert_eq!((none.energy(&[1, 1]), none.energy(&[2])), (0.0, f64::INFINITY));
    assert_eq!(model().scaled(1e38).unwrap().graph().unwrap().arcs(0)[0].weight.get(), -3e38);
    for energy in [-1e300, 1e39, f64::NEG_INFINITY] {
        let found = BackOff::from_grams(1, [gram(&[1], energy, 0.0)]);
        assert_eq!(found, Err(NGramError::Energy(NotAWeight { value: energy })));
        let found = BackOff::from_grams(2, [gram(&[1], 0.0, energy)]);
        assert_eq!(found, Err(NGramError::Energy(NotAWeight { value: energy })));
    }
    // A sum that no f32 holds is the least number that one does, not impossible.
    let low = BackOff::from_grams(2, [gram(&[1], -3e38, 0.0), gram(&[2], 0.0, -3e38)]).unwrap();
    let arcs = low.graph().unwrap();
    assert!(arcs.all_arcs().iter().any(|a| a.weight.get() == f32::MIN));
}

#[test]
fn a_fan_of_epsilons_costs_what_it_has_arcs() {
    // 200,000 epsilons from one state, alone, with ways back, and each entered from outside: pairs would take minutes.
    let n = 200_000_u32;
    let weight = LogSum::<f64>::new(20.0).unwrap();
    for (back, entered) in [(false, false), (true, false), (false, true)] {
        let mut b = GraphBuilder::new();
        b.add_states(n as usize + 2);
        b.start(0);
        for s in 2..n + 2 {
            b.arc(0, 0, 0, weight, s);
            b.arc(s, s, s, weight, 1);
            if back {
                b.arc(s, 0, 0, weight, 0);
            }
            if entered {
                b.arc(s, 1, 1, weight, s);
                b.arc(s, 0, 0, weight, 1);
            }
        }
        b.final_weight(1, LogSum::one());
        let g = remove_epsilon(&b.build().unwrap()).unwrap();
        assert_eq!(g.arc_count(), n as usize * if entered { 4 } else { 1 });
    }
}

#[test]
fn a_fan_of_epsilons_into_a_chain_of_them_costs_what_it_has_arcs() {
    // Every state of the chain is entered with a label too, so each is followed by what follows the rest of the chain.
    let n = 200_000_u32;
    let weight = LogSum::<f64>::new(20.0).unwrap();
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 2);
    b.start(0);
    for s in 1..=n {
        b.arc(0, 0, 0, weight, s);
        b.arc(0, 1, 1, weight, s);
        b.arc(s, 0, 0, LogSum::one(), s + 1);
    }
    b.arc(n, 2, 2, weight, 0);
    b.final_weight(n + 1, LogSum::one());
    let chain = b.build().unwrap();
    for g in [remove_epsilon(&chain).unwrap(), remove_epsilon_keeping_states(&chain).unwrap()] {
        // From the start each of n states with 1, and back to the start with 2; from each state of the chain that 2.
        assert_eq!(g.arc_count(), 2 * n as usize + 1);
        assert_eq!((g.final_weight(1), g.final_weight(n)), (LogSum::one(), LogSum::one()));
        let all = 20.0 - f64::from(n).ln();
        assert!((g.final_weight(0).get() - all).abs() < 1e-9);
    }
}

#[test]
fn states_of_a_long_chain_are_merged_in_the_time_of_its_arcs() {
    // Two chains side by side that are alike: n rounds of n states would take hours.
    let n = 100_000_u32;
    let mut b = GraphBuilder::new();
    b.add_states(2 * n as usize + 1);
    b.start(0);
    for s in 0..2 * n {
        b.arc(s.saturating_sub(u32::from(s == n) * n), 1, 1, LogSum::<f64>::one(), s + 1);
    }
    [n, 2 * n].iter().for_each(|&s| b.final_weight(s, LogSum::one()));
    let g = merge_states(&b.build().unwrap(), Quantum::default()).unwrap();
    assert_eq!((g.states(), g.arc_count()), (n as usize + 1, n as usize));
}

#[test]
fn segments_as_a_graph_cost_what_they_have_arcs() {
    // 2 million segments of up to 1,000 frames and 1,000 classes: their frames together are 10⁹, and times the classes 10¹².
    let e = Array2::from_shape_fn((1001, 1000), |(t, c)| if c < 2 { (t % 7) as f32 / 4.0 } else { f32::INFINITY });
    let mut energies = FrameEnergies::sums(e.view(), 1000);
    let all = Segments::from_frames(&energies).unwrap();
    let g = all.graph().unwrap();
    assert_eq!(g.arc_count(), 2 * (1000 * 1001 / 2 + 1000));
    for a in g.arcs(3).iter().step_by(101) {
        let length = (a.target - 3) as usize;
        assert_eq!(f64::from(a.weight.get()), all.energy(3, length, a.ilabel as usize - 1));
    }
    let zeros = Array2::zeros((20_000, 2));
    energies = FrameEnergies::sums(zeros.view(), 20_000);
    let found = Segments::from_frames(&energies).unwrap().graph();
    assert!(matches!(found, Err(GraphError::TooLarge { what: "arcs", .. })));
}

#[test]
fn homographs_are_added_one_by_one() {
    let (mut lexicon, n) = (Lexicon::new(), 300_000);
    for energy in [3.0, 1.0, 2.0] {
        let energy = Energy::new(energy).unwrap();
        (1..=n).for_each(|word| lexicon.add(&[1, 2], word, energy).unwrap());
    }
    let g = lexicon.word().unwrap();
    let words = g.graph().all_arcs().iter().filter(|a| a.olabel != 0);
    assert!(words.map(|a| (a.olabel, a.weight.get())).eq((1..=n).map(|word| (word, 1.0))));
}

/// A chain with arcs both ways of such energies, from one end to the other.
fn two_ways(n: u32, on: f32, back: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(0);
    for s in 1..n {
        b.arc(s - 1, 1, 1, Energy::new(on).unwrap(), s);
        b.arc(s, 1, 1, Energy::new(back).unwrap(), s - 1);
    }
    b.final_weight(n - 1, Energy::FREE);
    b.build().unwrap()
}

fn star<S: Star + From<Energy>>(g: &Graph<Energy>) -> Result<S, PathError> {
    path_sum_star(g, |_, &e| S::from(e))
}

#[test]
fn a_long_chain_with_ways_back_is_summed_in_little_memory() {
    let n = 60_000;
    let g = two_ways(n, 1.5, 1.25);
    let found: LogSum<f64> = star(&g).unwrap();
    // From the start on: what comes round to a state from behind it, and what that leaves of 1.
    let (mut rounds, mut wanted) = (1.0, 0.0);
    for _ in 1..n {
        let left: f64 = 1.0 - (-1.5_f64 - 1.25).exp() * rounds;
        rounds = 1.0 / left;
        wanted += 1.5 + left.ln();
    }
    assert!((found.get() - wanted).abs() < 1e-9 * wanted, "{} {wanted}", found.get());
    let lift = |_, e: &Energy| LogSum::<f64>::from(*e);
    let (there, back) = (sums_from_start(&g, lift).unwrap(), sums_to_end(&g, lift).unwrap());
    assert!((there[n as usize - 1].get() - wanted).abs() < 1e-9 * wanted);
    assert!((back[0].get() - wanted).abs() < 1e-9 * wanted);
    assert_eq!(star::<MinSum<f64>>(&g).unwrap().get(), 1.5 * f64::from(n - 1));
}

#[test]
fn sums_that_diverge_on_long_chains_are_refused() {
    let diverges = |found: Result<(), PathError>| matches!(found, Err(PathError::SumDiverges { .. }));
    let down = two_ways(60_000, 1.0, -1.5);
    assert!(diverges(star::<MinSum<f64>>(&down).map(drop)));
    assert!(diverges(star::<MinSum<f32>>(&down).map(drop)));
    assert!(diverges(star::<LogSum<f64>>(&two_ways(60_000, 0.5, 0.5)).map(drop)));
}

#[test]
fn a_cycle_of_negative_energy_is_refused_however_small_or_large() {
    // Sums of 1 don't change by 10⁻²⁰, and none is below the least number.
    for (on, around) in [(1.0, -1e-20), (0.0, -1e38), (0.0, f32::MIN), (3e38, -1.0)] {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(on).unwrap(), 1);
        b.arc(1, 1, 1, Energy::new(around).unwrap(), 2);
        b.arc(2, 1, 1, Energy::FREE, 1);
        b.final_weight(2, Energy::FREE);
        let g = b.build().unwrap();
        let found = (star::<MinSum<f32>>(&g), star::<MinSum<f64>>(&g));
        assert!(matches!(found, (Err(PathError::SumDiverges { .. }), Err(PathError::SumDiverges { .. }))), "{found:?}");
    }
}

/// Three arcs from each of so many states, with no order in them, and the sources of those to each state.
fn meeting_everywhere(n: u32, energy: f32) -> (Graph<Energy>, Vec<Vec<u32>>) {
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(0);
    let (mut seed, mut sources) = (1_u32, vec![Vec::new(); n as usize]);
    for s in 0..n {
        let drawn = (0..2).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % n
        });
        for t in [(s + 1) % n].into_iter().chain(drawn.collect::<Vec<_>>()) {
            b.arc(s, 0, 0, Energy::new(energy).unwrap(), t);
            sources[t as usize].push(s);
        }
    }
    b.final_weight(1, Energy::FREE);
    (b.build().unwrap(), sources)
}

#[test]
fn cycles_that_meet_everywhere_are_summed_where_little_comes_back() {
    // Of the mass at a state three quarters go on.
    let (g, sources) = meeting_everywhere(12_000, 4.0_f32.ln());
    let found = sums_from_start(&g, |_, &e| LogSum::<f64>::from(e)).unwrap();
    let x: Vec<f64> = found.iter().map(|x| (-x.get()).exp()).collect();
    let quarter = (-f64::from(4.0_f32.ln())).exp();
    for (s, (x_s, from)) in x.iter().zip(&sources).enumerate() {
        let wanted = f64::from(u8::from(s == 0)) + from.iter().map(|&p| quarter * x[p as usize]).sum::<f64>();
        assert!((x_s - wanted).abs() <= 1e-12 * wanted, "state {s}: {x_s}, {wanted}");
    }
    // A quarter of all that ever is at a state ends there.
    assert!((x.iter().sum::<f64>() * (1.0 - 3.0 * quarter) - 1.0).abs() < 1e-9);
    assert!(star::<MinSum<f64>>(&g).unwrap().get() > 0.0);
}

#[test]
fn cycles_that_meet_everywhere_are_refused_where_they_are_many_and_all_comes_back() {
    let (g, _) = meeting_everywhere(12_000, 0.5);
    let found = star::<LogSum<f64>>(&g);
    assert!(matches!(found, Err(PathError::Matrix { states, rows }) if states > 4096 && rows > 4096), "{found:?}");
    let found = remove_epsilon(&g.lift::<LogSum<f64>>()).map(|_| ());
    assert!(matches!(found, Err(OpError::Matrix { states, rows }) if states > 4096 && rows > 4096), "{found:?}");
}
