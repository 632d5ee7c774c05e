//! Codes for labels and weights, labels moved along paths, and epsilons last, against the relations they should keep.

mod openfst_language;
mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::ops::{
    Budget, Codes, Compose, Encode, OpError, Side, decode, determinize, difference, encode, epsilon_normalize,
    minimize, push_labels, remove_epsilon,
};
use energraph::semiring::{Boolean, Quantum};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, LogSum, MinSum, Weight, oracle};
use openfst_language::{sample, weight_of};
use ops_common::*;

const ROUNDS: usize = 1_000;
const NOTHING: OpError = OpError::Empty { first_unmatched: None };
const CYCLIC: Shape = Shape { states: 5, arcs: 9, labels: 2, epsilons: 35, cyclic: true, acceptor: false };
const MODES: [Encode; 3] = [Encode::Labels, Encode::Weights, Encode::Both];

/// 0 to 2 in quarters, or now and then +∞.
fn positive(rng: &mut Rng) -> Energy {
    if rng.chance(4) { Energy::IMPOSSIBLE } else { Energy::new(rng.below(9) as f32 / 4.0).unwrap() }
}

fn q() -> Quantum {
    Quantum::new(1e-7).unwrap()
}

#[test]
fn what_is_encoded_is_decoded_as_it_was() {
    let mut rng = Rng::new(411);
    for round in 0..ROUNDS {
        let (shape, mode) = (if round % 2 == 0 { SMALL } else { CYCLIC }, MODES[round % 3]);
        let mut codes = Codes::new(mode);
        let pair = [(); 2].map(|()| random(&mut rng, shape, energy));
        let encoded = pair.each_ref().map(|g| encode(g, &mut codes).unwrap());
        for (g, e) in pair.iter().zip(&encoded) {
            assert_eq!(&decode(e, &codes).unwrap(), g);
            assert!(mode == Encode::Weights || e.is_acceptor());
            assert!(e.all_arcs().iter().all(|a| a.ilabel != EPSILON));
            let ones = e.sites().all(|(_, w)| *w == Energy::FREE);
            assert!(mode == Encode::Labels || ones);
            let ends = mode != Encode::Labels && g.final_weights().iter().any(|w| !w.is_zero());
            assert_eq!(e.states(), g.states() + usize::from(ends));
        }
        // One code for one thing, and no two for it.
        let all: Vec<_> = (1..=codes.len() as Label).map(|l| codes.get(l).unwrap()).collect();
        assert!(all.iter().enumerate().all(|(i, c)| !all[..i].contains(c)));
        assert!(codes.get(0).is_none() && codes.get(codes.len() as Label + 1).is_none());
    }
}

#[test]
fn encoded_transducers_are_determinised_and_minimised_as_acceptors() {
    let (mut rng, mut smaller, mut compared) = (Rng::new(412), 0, 0);
    for round in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let mode = if round % 2 == 0 { Encode::Labels } else { Encode::Both };
        let (min, log) = (g.lift::<MinSum<f64>>(), g.lift::<LogSum<f64>>());
        let mut codes = Codes::new(mode);
        let encoded = encode(&min, &mut codes).unwrap();
        match determinize(&encoded, q(), Budget::default()) {
            Ok(d) => {
                let m = minimize(&d, q()).unwrap();
                for found in [&d, &m] {
                    let found: Graph<Energy> = decode(found, &codes).unwrap().lower();
                    assert_alike_pairs(&pairs(&g, f64::INFINITY), &pairs(&found, f64::INFINITY));
                }
                smaller += usize::from(m.states() < d.states());
                compared += 1;
            }
            Err(e) => assert_eq!((e, pairs(&g, f64::INFINITY).len()), (NOTHING, 0)),
        }
        // How often equal paths occur stays beside their codes.
        let mut codes = Codes::new(mode);
        if let Ok(d) = determinize(&encode(&log, &mut codes).unwrap(), q(), Budget::default()) {
            let m: Graph<Energy> = decode(&minimize(&d, q()).unwrap(), &codes).unwrap().lower();
            assert_alike_pairs(&pairs(&g, 1.0), &pairs(&m, 1.0));
        }
    }
    assert!(smaller > 10 && compared > 300, "{smaller} {compared}");
}

#[test]
fn transducers_encoded_with_one_table_are_subtracted_as_acceptors() {
    let (mut rng, mut compared) = (Rng::new(413), 0);
    for _ in 0..ROUNDS {
        let shape = Shape { epsilons: 0, arcs: 10, ..SMALL };
        let [a, b] = [(); 2].map(|()| random(&mut rng, shape, |_| Boolean(true)));
        let mut codes = Codes::new(Encode::Labels);
        let (x, y) = (encode(&a, &mut codes).unwrap(), encode(&b, &mut codes).unwrap());
        let Ok(y) = determinize(&y, q(), Budget::default()) else { continue };
        let (has, others) = (relation(&a), relation(&b));
        let expected: Vec<_> = has.keys().filter(|k| !others.contains_key(*k)).collect();
        match difference(&x, &y, &Compose::default()) {
            Ok(d) => {
                let found = relation(&decode(&d.graph, &codes).unwrap());
                assert!(found.keys().eq(expected));
                compared += 1;
            }
            Err(e) => assert!(matches!(e, OpError::Empty { .. }) && expected.is_empty(), "{e:?}"),
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn a_label_without_a_code_is_refused_and_an_epsilon_is_none() {
    let g = counting(&[(0, 1, 5, 6, 2), (1, 1, 7, 7, 1)], &[(1, 3)]);
    let mut codes = Codes::new(Encode::Both);
    let e = encode(&g, &mut codes).unwrap();
    let strange = e.map_labels(|i, o| if i == 3 { (9, 9) } else { (i, o) });
    assert_eq!(decode(&strange, &codes), Err(OpError::NoSuchCode { arc: 2, label: 9, codes: 3 }));
    let two = e.map_labels(|i, _| (i, 1));
    assert_eq!(decode(&two, &codes), Err(OpError::NotAnAcceptor { arc: 1, ilabel: 2, olabel: 1 }));
    let epsilon = e.map_labels(|i, o| if i == 2 { (0, 0) } else { (i, o) });
    let (ilabels, expected) = (decode(&epsilon, &codes).unwrap(), [5, 0]);
    assert_eq!(ilabels.all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>(), expected);
    // An end that leads on, and a second end of one state, are arcs.
    let ends = counting(&[(0, 1, 3, 3, 1), (0, 1, 3, 3, 2), (0, 0, 3, 3, 1)], &[(1, 2)]);
    let d = decode(&ends, &codes).unwrap();
    assert_eq!((d.states(), d.arc_count(), d.final_weight(0).0), (2, 2, 6));
}

/// The relation without impossible paths.
fn possible(g: &Graph<Energy>) -> Relation<Energy> {
    let mut r = relation(g);
    r.values_mut().for_each(|v| v.retain(|w| !w.is_zero()));
    r.retain(|_, v| !v.is_empty());
    r
}

/// Whether every arc that writes nothing does so because what it could write is not known yet, or was written.
fn earliest(g: &Graph<Energy>) -> bool {
    let list = paths(g, 64);
    let arcs: Vec<Vec<u32>> = list.iter().map(|p| p.sites.iter().filter_map(|s| arc_of(*s)).collect()).collect();
    arcs.iter().all(|path| {
        (1..=path.len()).all(|n| {
            let begin = &path[..n];
            let written = begin.iter().filter(|&&a| g.all_arcs()[a as usize].olabel != EPSILON).count();
            let alike = list.iter().zip(&arcs).filter(|(_, other)| other.starts_with(begin));
            let outputs: Vec<&[Label]> = alike.map(|(p, _)| &p.output[..]).collect();
            let shared = (0..)
                .take_while(|&i| outputs[0].get(i).is_some() && outputs.iter().all(|o| o.get(i) == outputs[0].get(i)));
            g.all_arcs()[begin[n - 1] as usize].olabel != EPSILON || shared.count() == written
        })
    })
}

fn arc_of(site: energraph::Site) -> Option<u32> {
    if let energraph::Site::Arc(a) = site { Some(a) } else { None }
}

#[test]
fn pushed_labels_come_as_early_as_they_can_and_paths_stay() {
    let (mut rng, mut moved, mut compared) = (Rng::new(414), 0, 0);
    for _ in 0..ROUNDS {
        let shape = Shape { labels: 1 + rng.below(2), arcs: 6 + rng.below(6), epsilons: 50, ..SMALL };
        let g = random(&mut rng, shape, energy);
        let expected = possible(&g);
        match push_labels(&g, Budget::default()) {
            Ok(p) => {
                assert_eq!(possible(&p), expected);
                assert!(is_connected(&p) && earliest(&p), "{p:?}");
                moved += usize::from(!earliest(&g));
                compared += 1;
                assert_eq!(push_labels(&p, Budget::default()).map(|p| possible(&p)), Ok(expected));
            }
            Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
        }
    }
    assert!(compared > 400 && moved > 25, "{compared} {moved}");
}

#[test]
fn pushed_labels_keep_the_pairs_of_cyclic_graphs() {
    let (mut rng, mut compared, mut changed) = (Rng::new(415), 0, 0);
    for _ in 0..ROUNDS {
        let shape = Shape { labels: 1 + rng.below(2), ..CYCLIC };
        let g = random(&mut rng, shape, positive);
        let Ok(p) = push_labels(&g, Budget::default()) else { continue };
        changed += usize::from(p.arc_count() != g.arc_count());
        assert!(is_connected(&p));
        for strings in sample(&g, 8).into_iter().chain(sample(&p, 8)).filter(|(i, o)| i.len() + o.len() < 20) {
            let (a, b) = (weight_of(&g, &strings, Beta::Infinite), weight_of(&p, &strings, Beta::Infinite));
            assert!(a == b || (a - b).abs() < 1e-4, "{strings:?} {a} {b}");
            compared += usize::from(a < f64::INFINITY);
        }
    }
    assert!(compared > 1_500 && changed > 100, "{compared} {changed}");
}

#[test]
fn pushing_labels_stops_over_budget() {
    // 100 states in a row that write one label each: 5,050 labels are common beginnings.
    let mut b = GraphBuilder::new();
    b.add_states(101);
    b.start(0);
    (0..100).for_each(|s| b.arc(s, 1, 1, Energy::FREE, s + 1));
    b.final_weight(100, Energy::FREE);
    let g = b.build().unwrap();
    assert!(matches!(push_labels(&g, Budget { states: 1_000, arcs: 5_000 }), Err(OpError::Budget { .. })));
    assert_eq!(push_labels(&g, Budget { states: 1_000, arcs: 5_050 }), Ok(g));
}

/// On each path, nothing is read after an epsilon, and no arc is without labels.
fn is_normal(g: &Graph<Energy>, side: Side) -> bool {
    let label = |a: &energraph::graph::Arc<Energy>| if side == Side::Input { a.ilabel } else { a.olabel };
    let after = |t: u32| g.arcs(t).iter().all(|a| label(a) == EPSILON);
    g.all_arcs().iter().all(|a| a.ilabel != EPSILON || a.olabel != EPSILON)
        && g.all_arcs().iter().all(|a| label(a) != EPSILON || after(a.target))
}

fn normal<S>(g: &Graph<Energy>, side: Side, budget: Budget) -> Result<Graph<Energy>, OpError>
where
    S: energraph::Star + From<Energy> + Into<Energy>,
{
    epsilon_normalize(&g.lift::<S>(), side, budget).map(|g| g.lower())
}

#[test]
fn normalised_epsilons_come_last_and_pairs_keep_their_weights() {
    let (mut rng, mut compared) = (Rng::new(416), 0);
    for round in 0..ROUNDS {
        let g = random(&mut rng, SMALL, energy);
        let side = if round % 2 == 0 { Side::Input } else { Side::Output };
        for beta in [f64::INFINITY, 1.0] {
            let expected = pairs(&g, beta);
            let result = if beta == 1.0 {
                normal::<LogSum<f64>>(&g, side, Budget::default())
            } else {
                normal::<MinSum<f64>>(&g, side, Budget::default())
            };
            match result {
                Ok(n) => {
                    assert_alike_pairs(&expected, &pairs(&n, beta));
                    assert!(is_normal(&n, side) && is_connected(&n), "{n:?}");
                    compared += 1;
                }
                Err(e) => assert_eq!((e, expected.len()), (NOTHING, 0)),
            }
        }
    }
    assert!(compared > 800, "{compared}");
}

/// Whether some walk of epsilons around a cycle of useful states has a label on the other side: by powers of the
/// relation "reaches over epsilons".
fn writes_around(g: &Graph<Energy>) -> bool {
    let n = g.states();
    let closed = |pairs: Vec<(u32, u32)>| {
        let mut reach = vec![vec![false; n]; n];
        (0..n).for_each(|s| reach[s][s] = true);
        pairs.iter().for_each(|&(s, t)| reach[s as usize][t as usize] = true);
        for k in 0..n {
            for i in 0..n {
                for j in 0..n {
                    reach[i][j] |= reach[i][k] && reach[k][j];
                }
            }
        }
        reach
    };
    let possible = || g.arcs_with_source().filter(|(_, _, a)| !a.weight.is_zero());
    let all = closed(possible().map(|(_, s, a)| (s, a.target)).collect());
    let free = closed(possible().filter(|(_, _, a)| a.ilabel == EPSILON).map(|(_, s, a)| (s, a.target)).collect());
    let useful = |s: u32| {
        let ends = (0..n).any(|t| all[s as usize][t] && g.is_final(t as u32));
        ends && g.start().is_some_and(|start| all[start as usize][s as usize])
    };
    possible()
        .any(|(_, s, a)| a.ilabel == EPSILON && a.olabel != EPSILON && useful(s) && free[a.target as usize][s as usize])
}

#[test]
fn normalisation_of_cyclic_graphs_keeps_weights_or_says_why_not() {
    let (mut rng, mut compared, mut refusals) = (Rng::new(417), 0, BTreeMap::new());
    for _ in 0..ROUNDS {
        let g = random(&mut rng, CYCLIC, positive);
        let small = Budget { states: 300, arcs: 2_000 };
        for beta in [Beta::Infinite, Beta::ONE] {
            let result = match beta {
                Beta::Infinite => normal::<MinSum<f64>>(&g, Side::Input, small),
                Beta::Finite(_) => normal::<LogSum<f64>>(&g, Side::Input, small),
            };
            assert_eq!(matches!(result, Err(OpError::EpsilonCycle { .. })), writes_around(&g), "{g:?}");
            match result {
                Ok(n) => {
                    assert!(is_normal(&n, Side::Input) && is_connected(&n));
                    let found = sample(&g, 8).into_iter().chain(sample(&n, 8));
                    for strings in found.filter(|(i, o)| i.len() + o.len() < 16) {
                        let (a, b) = (weight_of(&g, &strings, beta), weight_of(&n, &strings, beta));
                        assert!(a == b || (a - b).abs() < 1e-3, "{strings:?} {a} {b} {g:?}");
                        compared += usize::from(a < f64::INFINITY);
                    }
                }
                Err(e) => {
                    *refusals.entry(format!("{e:?}").split([' ', '{']).next().unwrap().to_owned()).or_insert(0) += 1
                }
            }
        }
    }
    assert!(compared > 1_500, "{compared}");
    assert!(["Budget", "Diverges", "EpsilonCycle", "Empty"].iter().all(|e| refusals[*e] > 5), "{refusals:?}");
}

#[test]
fn a_normalised_acceptor_is_one_without_epsilons() {
    let (mut rng, mut compared) = (Rng::new(418), 0);
    for _ in 0..ROUNDS {
        let g =
            random(&mut rng, Shape { acceptor: true, ..CYCLIC }, |rng| Energy::new(rng.below(9) as f32 / 4.0).unwrap());
        let g = g.lift::<MinSum<f64>>();
        let (a, b) = (epsilon_normalize(&g, Side::Input, Budget::default()), remove_epsilon(&g));
        if let (Ok(a), Ok(b)) = (&a, &b) {
            let strings = |g: &Graph<MinSum<f64>>| {
                let found = oracle::paths(g, |w| w.get(), oracle::Limit { arcs: 4, paths: 5_000 });
                found.list.into_iter().map(|p| (p.input, p.output)).collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(strings(a), strings(b));
            assert!(a.all_arcs().iter().all(|a| a.ilabel == a.olabel && a.ilabel != EPSILON));
            // States that nothing follows are one.
            assert!(a.states() <= b.states() && a.arc_count() <= b.arc_count());
            compared += 1;
        }
        assert_eq!(a.is_ok(), b.is_ok());
    }
    assert!(compared > 300, "{compared}");
}
