//! Brute force, for tests: every path of a small graph in f64, and central finite differences.
//!
//! Nothing here is clever, and nothing here uses the operations, path sums or gradients that it checks: paths are
//! walked arc by arc, sums are sums over a list. Cost is exponential in the size of the graph.
//!
//! ```
//! use energraph::{Energy, GraphBuilder, oracle};
//! let mut b = GraphBuilder::new();
//! let (s, t) = (b.state(), b.state());
//! b.start(s);
//! b.arc(s, 1, 1, Energy::new(1.0)?, t);
//! b.arc(s, 2, 2, Energy::new(1.0)?, t);
//! b.final_weight(t, Energy::FREE);
//! let g = b.build()?;
//! let paths = oracle::paths(&g, |w| w.wide(), oracle::Limit::default());
//! assert_eq!(paths.list.len(), 2);
//! let f = oracle::free_energy(paths.list.iter().map(|p| p.energy), 1.0);
//! assert!((f - (1.0 - 2.0_f64.ln())).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use crate::graph::{EPSILON, Graph, Label, Site, StateId};
use crate::semiring::{Semiring, Weight};

/// One accepting path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Input labels without epsilons.
    pub input: Vec<Label>,
    /// Output labels without epsilons.
    pub output: Vec<Label>,
    /// Sum of the arc energies and the final one.
    pub energy: f64,
    /// The arcs in order, then the final site.
    pub sites: Vec<Site>,
}

/// Where enumeration stops.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Longest path, in arcs.
    pub arcs: usize,
    /// Most paths.
    pub paths: usize,
}

impl Default for Limit {
    fn default() -> Self {
        Limit { arcs: 64, paths: 1_000_000 }
    }
}

/// The accepting paths found, and whether they are all.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Paths in depth-first order of arcs. Paths over a weight of energy +∞ are listed too.
    pub list: Vec<Path>,
    /// Whether the limit cut anything off.
    pub truncated: bool,
}

/// Every accepting path, each site's energy read by `energy`.
pub fn paths<W: Weight>(g: &Graph<W>, energy: impl Fn(&W) -> f64, limit: Limit) -> Paths {
    let mut found = Paths { list: Vec::new(), truncated: false };
    let Some(start) = g.start() else { return found };
    // Depth first with an explicit stack of (state, arcs taken).
    let mut stack: Vec<(StateId, Vec<u32>)> = vec![(start, Vec::new())];
    while let Some((state, taken)) = stack.pop() {
        let end = g.final_weight(state);
        if !end.is_zero() {
            if found.list.len() == limit.paths {
                found.truncated = true;
                return found;
            }
            found.list.push(walk(g, &taken, state, energy(&end), &energy));
        }
        if taken.len() == limit.arcs {
            found.truncated |= !g.arcs(state).is_empty();
            continue;
        }
        for id in g.arc_ids(state).rev() {
            let mut longer = taken.clone();
            longer.push(id);
            stack.push((g.all_arcs()[id as usize].target, longer));
        }
    }
    found
}

fn walk<W: Weight>(g: &Graph<W>, taken: &[u32], end: StateId, last: f64, energy: &impl Fn(&W) -> f64) -> Path {
    let arcs = || taken.iter().map(|&id| &g.all_arcs()[id as usize]);
    Path {
        input: arcs().map(|a| a.ilabel).filter(|&l| l != EPSILON).collect(),
        output: arcs().map(|a| a.olabel).filter(|&l| l != EPSILON).collect(),
        energy: arcs().map(|a| energy(&a.weight)).sum::<f64>() + last,
        sites: taken.iter().map(|&id| Site::Arc(id)).chain([Site::Final(end)]).collect(),
    }
}

/// `−1/β · log Σ e^{−β·E}`, or the minimum where β is infinite; +∞ over nothing.
pub fn free_energy(energies: impl IntoIterator<Item = f64>, beta: f64) -> f64 {
    let all: Vec<f64> = energies.into_iter().filter(|e| *e < f64::INFINITY).collect();
    let lowest = all.iter().copied().fold(f64::INFINITY, f64::min);
    if all.is_empty() || beta == f64::INFINITY {
        return lowest;
    }
    lowest - all.iter().map(|e| (-beta * (e - lowest)).exp()).sum::<f64>().ln() / beta
}

/// ⊕ over paths of ⊗ along each, in any semiring, site by site through `lift`.
pub fn path_sum<W: Weight, S: Semiring>(g: &Graph<W>, lift: impl Fn(Site, &W) -> S, limit: Limit) -> S {
    let weight = |site: &Site| match *site {
        Site::Arc(a) => lift(*site, &g.all_arcs()[a as usize].weight),
        Site::Final(s) => lift(*site, &g.final_weight(s)),
    };
    paths(g, |_| 0.0, limit)
        .list
        .iter()
        .map(|p| p.sites.iter().fold(S::one(), |w, site| w.times(&weight(site))))
        .fold(S::zero(), |sum, w| sum.plus(&w))
}

/// The weighted relation: energies of all paths by (input, output) strings.
pub fn relation(paths: &[Path]) -> BTreeMap<(Vec<Label>, Vec<Label>), Vec<f64>> {
    let mut map: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for p in paths {
        map.entry((p.input.clone(), p.output.clone())).or_default().push(p.energy);
    }
    map
}

/// The share of each site's paths in the Gibbs distribution at β: Σ over paths through the site of p(path).
///
/// At infinite β the lowest paths share equally, which agrees with a subgradient only where there is one of them.
pub fn posterior(paths: &[Path], site: Site, beta: f64) -> f64 {
    let total = free_energy(paths.iter().map(|p| p.energy), beta);
    let share = |p: &Path| match (p.energy == f64::INFINITY, beta == f64::INFINITY) {
        (true, _) => 0.0,
        (_, true) => f64::from(u8::from(p.energy == total)),
        _ => (-beta * (p.energy - total)).exp(),
    };
    let norm: f64 = paths.iter().map(share).sum();
    let through = paths.iter().map(|p| share(p) * p.sites.iter().filter(|s| **s == site).count() as f64).sum::<f64>();
    if norm == 0.0 { 0.0 } else { through / norm }
}

/// Central differences of `f` at `x`: `(f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h` for every `i`.
pub fn finite_differences(mut f: impl FnMut(&[f64]) -> f64, x: &[f64], h: f64) -> Vec<f64> {
    let mut at = x.to_vec();
    (0..x.len())
        .map(|i| {
            at[i] = x[i] + h;
            let above = f(&at);
            at[i] = x[i] - h;
            let below = f(&at);
            at[i] = x[i];
            (above - below) / (2.0 * h)
        })
        .collect()
}
