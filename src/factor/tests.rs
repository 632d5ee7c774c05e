use ndarray::{ArrayD, IxDyn, arr0, arr1, arr2};

use super::*;
use crate::graph::EPSILON;
use crate::ops::Budget;
use crate::oracle;
use crate::semiring::Energy;

/// A small generator, so that every run tests the same cases.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
    /// Multiples of 1/8, whose sums are exact in f32.
    fn dyadic(&mut self) -> f32 {
        (self.below(81) as f32 - 40.0) / 8.0
    }
}

/// Z1 – Z2 – Y1 – Y2 with factors over {Z1}, {Z1, Z2}, {Z2, Y1}, {Y1, Y2}.
fn worked_example() -> FactorGraph {
    let mut g = FactorGraph::new();
    let z1 = g.variable("Z1", 2, Role::Latent).unwrap();
    let z2 = g.variable("Z2", 2, Role::Latent).unwrap();
    let y1 = g.variable("Y1", 2, Role::Output).unwrap();
    let y2 = g.variable("Y2", 3, Role::Output).unwrap();
    g.factor(&[z1], arr1(&[0.5, 1.0]).into_dyn()).unwrap();
    g.factor(&[z1, z2], arr2(&[[0.25, 2.0], [1.5, 0.0]]).into_dyn()).unwrap();
    g.factor(&[z2, y1], arr2(&[[1.0, 0.5], [0.125, 3.0]]).into_dyn()).unwrap();
    g.factor(&[y1, y2], arr2(&[[0.0, 1.0, 2.0], [2.5, 0.75, 0.5]]).into_dyn()).unwrap();
    g
}

/// Every configuration that agrees with the evidence, with its energy.
fn brute_force(g: &FactorGraph) -> Vec<(Vec<u32>, f64)> {
    let mut all = vec![vec![]];
    for v in &g.variables {
        let values: Vec<u32> = v.evidence.map_or((0..v.domain).collect(), |e| vec![e]);
        all = all.iter().flat_map(|a: &Vec<u32>| values.iter().map(|x| [&a[..], &[*x]].concat())).collect();
    }
    all.into_iter().map(|a| (g.energy(&a).unwrap(), a)).map(|(e, a)| (a, e)).collect()
}

/// The trellis' paths as configurations, from its input labels, in the same order as `brute_force`.
fn from_paths(g: &FactorGraph, order: &Order) -> Vec<(Vec<u32>, f64)> {
    let (traced, _) = g.trellis(order, Budget::default()).unwrap();
    let paths = oracle::paths(&traced.graph, |w| w.wide(), oracle::Limit::default());
    assert!(!paths.truncated);
    let mut found: Vec<_> = paths
        .list
        .iter()
        .map(|p| {
            let mut values: Vec<u32> = g.variables.iter().map(|v| v.evidence.unwrap_or(u32::MAX)).collect();
            for &l in &p.input {
                let (v, x) = g.meaning(l).unwrap();
                values[v.0 as usize] = x;
            }
            (values, p.energy)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn random_factor_graph(r: &mut Lcg) -> FactorGraph {
    let mut g = FactorGraph::new();
    let n = 2 + r.below(5);
    for v in 0..n {
        let role = [Role::Latent, Role::Output, Role::Output, Role::Observed][r.below(4) as usize];
        let domain = 1 + r.below(3);
        let var = g.variable(&format!("v{v}"), domain, role).unwrap();
        if role == Role::Observed {
            g.observe(var, r.below(domain)).unwrap();
        }
    }
    for _ in 0..r.below(8) {
        let mut scope: Vec<Var> = (0..n).filter(|_| r.below(3) == 0).map(Var).collect();
        let by = r.below(3) as usize % scope.len().max(1);
        scope.rotate_left(by);
        let shape: Vec<usize> = scope.iter().map(|&v| g.domain(v) as usize).collect();
        let table = ArrayD::from_shape_fn(IxDyn(&shape), |_| if r.below(12) == 0 { f32::INFINITY } else { r.dyadic() });
        g.factor(&scope, table).unwrap();
    }
    g
}

#[test]
fn the_worked_example_has_sixteen_arcs_and_twenty_four_paths() {
    let g = worked_example();
    let (traced, _) = g.trellis(&Order::Declared, Budget::default()).unwrap();
    assert_eq!(traced.graph.arc_count(), 2 + 4 + 4 + 6);
    assert_eq!(traced.graph.states(), 1 + 2 + 2 + 2 + 1);
    assert_eq!(from_paths(&g, &Order::Declared), brute_force(&g));
    assert_eq!(brute_force(&g).len(), 24);
}

#[test]
fn each_factor_value_of_the_worked_example_is_on_one_arc() {
    let (traced, _) = worked_example().trellis(&Order::Declared, Budget::default()).unwrap();
    let mut seen: Vec<(u32, Site)> = (0..16)
        .map(|a| {
            let sites = traced.origin.arc(a);
            assert_eq!(sites.len(), 1);
            (sites[0].input, sites[0].site)
        })
        .collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 16);
}

#[test]
fn random_factor_graphs_with_loops_have_the_paths_of_brute_force() {
    let mut r = Lcg(7);
    let (mut compared, mut impossible) = (0, 0);
    for _ in 0..600 {
        let g = random_factor_graph(&mut r);
        let mut vars: Vec<Var> = (0..g.variables() as u32).map(Var).filter(|&v| !g.is_observed_for_test(v)).collect();
        let by = r.below(4) as usize % vars.len().max(1);
        vars.rotate_left(by);
        let order = Order::Given(vars);
        let possible: Vec<_> = brute_force(&g).into_iter().filter(|(_, e)| *e < f64::INFINITY).collect();
        if possible.is_empty() {
            assert!(matches!(g.trellis(&order, Budget::default()), Err(FactorError::Impossible { .. })));
            impossible += 1;
            continue;
        }
        assert_eq!(from_paths(&g, &order), possible);
        assert_eq!(from_paths(&g, &Order::Declared), possible);
        compared += 1;
    }
    assert!(compared >= 500 && impossible >= 5, "{compared} compared, {impossible} impossible");
}

impl FactorGraph {
    fn is_observed_for_test(&self, v: Var) -> bool {
        self.variables[v.0 as usize].role == Role::Observed
    }
}

#[test]
fn outputs_emit_their_labels_and_latent_variables_emit_epsilon() {
    let g = worked_example();
    let (traced, symbols) = g.trellis(&Order::Declared, Budget::default()).unwrap();
    for a in traced.graph.all_arcs() {
        let (var, value) = g.meaning(a.ilabel).unwrap();
        assert_eq!(g.label(var, value), Some(a.ilabel));
        assert_eq!(a.olabel, if var.0 < 2 { EPSILON } else { a.ilabel });
    }
    assert_eq!(symbols.len(), 10);
    assert_eq!(symbols.symbol(9), Some("Y2=2"));
    assert_eq!((g.meaning(0), g.meaning(10)), (None, None));
}

#[test]
fn posteriors_pulled_back_are_the_marginals_of_the_factors() {
    let g = worked_example();
    let (traced, _) = g.trellis(&Order::Declared, Budget::default()).unwrap();
    let paths = oracle::paths(&traced.graph, |w| w.wide(), oracle::Limit::default()).list;
    let mut values = SiteValues::zeros(&traced.graph);
    for (i, v) in values.arcs.iter_mut().enumerate() {
        *v = oracle::posterior(&paths, Site::Arc(i as u32), 1.0);
    }
    let tables = g.pull_back(&traced.origin, &values);
    let all = brute_force(&g);
    let z: f64 = all.iter().map(|(_, e)| (-e).exp()).sum();
    for y1 in 0..2 {
        for y2 in 0..3 {
            let p: f64 = all.iter().filter(|(a, _)| a[2] == y1 && a[3] == y2).map(|(_, e)| (-e).exp()).sum();
            assert!((tables[3][[y1 as usize, y2 as usize]] - p / z).abs() < 1e-12);
        }
    }
}

#[test]
fn constants_and_factors_over_the_evidence_are_in_the_final_weight() {
    let mut g = FactorGraph::new();
    let x = g.variable("x", 3, Role::Observed).unwrap();
    let y = g.variable("y", 2, Role::Output).unwrap();
    g.factor(&[x], arr1(&[1.0, 2.0, 4.0]).into_dyn()).unwrap();
    g.factor(&[], arr0(0.5).into_dyn()).unwrap();
    g.factor(&[y, x], arr2(&[[0.0, 0.0, 8.0], [0.0, 0.0, 16.0]]).into_dyn()).unwrap();
    assert_eq!(
        g.trellis(&Order::Declared, Budget::default()).unwrap_err(),
        FactorError::NoEvidence { name: "x".into() }
    );
    g.observe(x, 2).unwrap();
    let (traced, _) = g.trellis(&Order::Declared, Budget::default()).unwrap();
    assert_eq!(traced.graph.final_weight(1), Energy::new(4.5).unwrap());
    assert_eq!(traced.origin.final_weight(1).len(), 2);
    assert_eq!(traced.graph.all_arcs()[1].weight.get(), 16.0);
}

#[test]
fn no_variables_make_one_empty_path() {
    let (traced, _) = FactorGraph::new().trellis(&Order::Declared, Budget::default()).unwrap();
    assert_eq!((traced.graph.states(), traced.graph.arc_count()), (1, 0));
    assert!(traced.graph.is_final(0));
}

#[test]
fn a_trellis_over_its_budget_is_refused_with_its_size() {
    let mut g = FactorGraph::new();
    let vars: Vec<Var> = (0..6).map(|i| g.variable(&format!("v{i}"), 4, Role::Output).unwrap()).collect();
    g.factor(&vars, ArrayD::zeros(IxDyn(&[4; 6]))).unwrap();
    let refused = g.trellis(&Order::Declared, Budget { states: 100, arcs: 1000 }).unwrap_err();
    assert!(matches!(refused, FactorError::Budget { states: 101, .. }), "{refused}");
    let refused = g.trellis(&Order::Declared, Budget { states: 10_000, arcs: 10 }).unwrap_err();
    assert!(matches!(refused, FactorError::Budget { arcs: 11, .. }), "{refused}");
}

#[test]
fn what_is_wrong_with_a_factor_graph_is_named() {
    let mut g = FactorGraph::new();
    assert!(matches!(g.variable("a", 0, Role::Latent), Err(FactorError::EmptyDomain { .. })));
    assert!(matches!(g.variable("a b", 1, Role::Latent), Err(FactorError::BadName { .. })));
    let a = g.variable("a", 2, Role::Latent).unwrap();
    assert!(matches!(g.variable("a", 2, Role::Latent), Err(FactorError::DuplicateName { .. })));
    assert!(matches!(g.factor(&[Var(7)], arr1(&[0.0]).into_dyn()), Err(FactorError::NoSuchVariable { .. })));
    assert!(matches!(g.factor(&[a, a], arr2(&[[0.0]]).into_dyn()), Err(FactorError::RepeatedVariable { .. })));
    assert!(matches!(g.factor(&[a], arr1(&[0.0]).into_dyn()), Err(FactorError::TableShape { .. })));
    let nan = g.factor(&[a], arr1(&[0.0, f32::NAN]).into_dyn());
    assert!(matches!(nan, Err(FactorError::NotAnEnergy { entry: 1, .. })));
    assert!(matches!(g.observe(a, 0), Err(FactorError::NotObserved { .. })));
    let x = g.variable("x", 2, Role::Observed).unwrap();
    assert!(matches!(g.observe(x, 2), Err(FactorError::NoSuchValue { .. })));
    g.observe(x, 1).unwrap();
    for order in [vec![], vec![a, a], vec![a, x]] {
        assert!(matches!(g.trellis(&Order::Given(order), Budget::default()), Err(FactorError::BadOrder { .. })));
    }
    assert!(matches!(g.energy(&[0]), Err(FactorError::AssignmentLength { .. })));
}
