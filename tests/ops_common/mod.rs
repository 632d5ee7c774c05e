//! Random small graphs and the checks that every operation's tests share.
#![allow(dead_code)]

use std::collections::BTreeMap;

use energraph::graph::{Arc, EPSILON};
use energraph::oracle::{self, Limit, Path};
use energraph::{Counting, Energy, Graph, GraphBuilder, Label, Site, Traced, Weight};

/// SplitMix64: small, and the same everywhere.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A weight that products of a few are exact in: a multiple of 1/4 in [−4, 4], or now and then +∞.
pub fn energy(rng: &mut Rng) -> Energy {
    if rng.chance(4) {
        return Energy::IMPOSSIBLE;
    }
    Energy::new(rng.below(33) as f32 / 4.0 - 4.0).unwrap()
}

/// 0 to 3.
pub fn count(rng: &mut Rng) -> Counting {
    Counting(rng.below(4))
}

/// What random graphs look like.
#[derive(Clone, Copy)]
pub struct Shape {
    pub states: u64,
    pub arcs: u64,
    pub labels: u64,
    /// Chance in per cent that a label is epsilon.
    pub epsilons: u64,
    pub cyclic: bool,
    pub acceptor: bool,
}

pub const SMALL: Shape = Shape { states: 6, arcs: 14, labels: 2, epsilons: 35, cyclic: false, acceptor: false };

/// A random graph: now and then empty, of one state, without final states; isolated and unreachable states happen,
/// and so do parallel arcs. The numbering is shuffled, so that it is no topological order.
pub fn random<W: Weight>(rng: &mut Rng, shape: Shape, weight: impl Fn(&mut Rng) -> W) -> Graph<W> {
    let n = rng.below(shape.states + 1);
    if n == 0 {
        return Graph::empty();
    }
    let mut name: Vec<u32> = (0..n as u32).collect();
    for i in (1..name.len()).rev() {
        name.swap(i, rng.below(i as u64 + 1) as usize);
    }
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(name[if rng.chance(85) { 0 } else { rng.below(n) as usize }]);
    for _ in 0..rng.below(shape.arcs + 1) {
        let (mut s, mut t) = (rng.below(n), rng.below(n));
        if !shape.cyclic {
            (s, t) = (s.min(t), s.max(t));
            if s == t {
                continue;
            }
        }
        let label = |rng: &mut Rng| {
            if rng.chance(shape.epsilons) { EPSILON } else { 1 + rng.below(shape.labels) as Label }
        };
        let i = label(rng);
        let o = if shape.acceptor { i } else { label(rng) };
        b.arc(name[s as usize], i, o, weight(rng), name[t as usize]);
    }
    for s in 0..n {
        if rng.chance(if s + 1 == n { 80 } else { 25 }) {
            b.final_weight(name[s as usize], weight(rng));
        }
    }
    b.build().unwrap()
}

/// The product of the weights of a path's sites.
pub fn product<W: Weight>(g: &Graph<W>, sites: &[Site]) -> W {
    sites.iter().fold(W::one(), |w, s| w.times(&at(g, *s)))
}

/// The weight at a site.
pub fn at<W: Weight>(g: &Graph<W>, site: Site) -> W {
    match site {
        Site::Arc(a) => g.all_arcs()[a as usize].weight.clone(),
        Site::Final(s) => g.final_weight(s),
    }
}

/// Every accepting path of up to `arcs` arcs; `None` where there are too many to list.
pub fn few_paths<W: Weight>(g: &Graph<W>, arcs: usize) -> Option<Vec<Path>> {
    let most = 20_000;
    let p = oracle::paths(g, |_| 0.0, Limit { arcs, paths: most });
    (p.list.len() < most).then_some(p.list)
}

/// Every accepting path of up to `arcs` arcs. Panics where there are too many to list.
pub fn paths<W: Weight>(g: &Graph<W>, arcs: usize) -> Vec<Path> {
    few_paths(g, arcs).expect("the test's graph should have fewer paths")
}

/// The paths of the arguments that a path of a composition was made from.
pub fn parts<W: Weight>(c: &Traced<W>, path: &Path) -> (Vec<Site>, Vec<Site>) {
    let from = |input: u32| {
        let all = path.sites.iter().flat_map(|&s| c.origin.of(s));
        all.filter(|s| s.input == input).map(|s| s.site).collect()
    };
    (from(0), from(1))
}

/// The energy of the one path that reads a string; +∞ where there is none.
pub fn along(g: &Graph<Energy>, string: &[Label]) -> f64 {
    let Some(start) = g.start() else { return f64::INFINITY };
    let end = string.iter().try_fold((start, 0.0), |(s, e), l| {
        let a = g.arcs(s).iter().find(|a| a.ilabel == *l)?;
        Some((a.target, e + a.weight.wide()))
    });
    end.map_or(f64::INFINITY, |(s, e)| e + g.final_weight(s).wide())
}

/// The weights of all paths by (input, output), sorted.
pub type Relation<W> = BTreeMap<(Vec<Label>, Vec<Label>), Vec<W>>;

pub fn sorted<W: Weight>(mut r: Relation<W>) -> Relation<W> {
    r.values_mut().for_each(|v| v.sort_by_key(|w| format!("{w:?}")));
    r
}

/// The relation of an acyclic graph.
pub fn relation<W: Weight>(g: &Graph<W>) -> Relation<W> {
    relation_up_to(g, 64)
}

pub fn relation_up_to<W: Weight>(g: &Graph<W>, arcs: usize) -> Relation<W> {
    let mut r: Relation<W> = BTreeMap::new();
    for p in paths(g, arcs) {
        r.entry((p.input.clone(), p.output.clone())).or_default().push(product(g, &p.sites));
    }
    sorted(r)
}

/// The weight of every pair of strings, by listing paths, in energies; impossible ones left out.
pub type Pairs = BTreeMap<(Vec<Label>, Vec<Label>), f64>;

pub fn pairs(g: &Graph<Energy>, beta: f64) -> Pairs {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: 64, paths: 100_000 });
    assert!(!found.truncated);
    let sums = oracle::relation(&found.list).into_iter().map(|(s, energies)| (s, oracle::free_energy(energies, beta)));
    sums.filter(|(_, e)| *e < f64::INFINITY).collect()
}

/// The same pairs with the same weights, up to rounding.
pub fn assert_alike_pairs(a: &Pairs, b: &Pairs) {
    assert!(a.keys().eq(b.keys()), "{a:?} {b:?}");
    a.values().zip(b.values()).for_each(|(x, y)| assert!((x - y).abs() < 1e-4, "{a:?} {b:?}"));
}

/// Every weight of a result is the product of the input weights its origin names, and 1̄ or 0̄ where it names none.
pub fn check_origin<W: Weight>(t: &Traced<W>, inputs: &[&Graph<W>]) {
    let from = |site: Site| {
        let sites = t.origin.of(site);
        let weight = sites.iter().fold(W::one(), |w, s| w.times(&at(inputs[s.input as usize], s.site)));
        (weight, sites.is_empty())
    };
    for (site, weight) in t.graph.sites() {
        let (product, _) = from(site);
        assert_eq!(*weight, product, "{site:?} comes from {:?}", t.origin.of(site));
    }
    for s in (0..t.graph.states() as u32).filter(|&s| !t.graph.is_final(s)) {
        assert!(from(Site::Final(s)).1, "state {s} is not final but has an origin");
    }
    // One list per site and no more.
    assert!(t.origin.arc(t.graph.arc_count() as u32).is_empty());
    assert!(t.origin.final_weight(t.graph.states() as u32).is_empty());
}

/// Every state is reached from the start and reaches a final state. By fixpoint, not by search.
pub fn is_connected<W: Weight>(g: &Graph<W>) -> bool {
    let n = g.states();
    let mut reached: Vec<bool> = (0..n as u32).map(|s| g.start() == Some(s)).collect();
    let mut ends: Vec<bool> = (0..n as u32).map(|s| g.is_final(s)).collect();
    for _ in 0..n {
        for (_, s, a) in g.arcs_with_source() {
            reached[a.target as usize] |= reached[s as usize];
            ends[s as usize] |= ends[a.target as usize];
        }
    }
    reached.iter().zip(&ends).all(|(r, e)| *r && *e)
}

/// Whether arcs leave every state with different labels, none of them epsilon.
pub fn is_deterministic<W: Weight>(g: &Graph<W>) -> bool {
    (0..g.states() as u32).all(|s| {
        let mut labels: Vec<Label> = g.arcs(s).iter().map(|a: &Arc<W>| a.ilabel).collect();
        labels.sort_unstable();
        labels.iter().all(|&l| l != EPSILON) && labels.windows(2).all(|l| l[0] != l[1])
    })
}

/// Every string over labels 1 to `labels` of up to `longest` labels.
pub fn strings(labels: Label, longest: usize) -> Vec<Vec<Label>> {
    let mut all = vec![vec![]];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for i in from..to {
            (1..=labels).for_each(|l| all.push([&all[i][..], &[l]].concat()));
        }
        from = to;
    }
    all
}

/// A graph from lines, as AT&T text has it, in counts: arcs (source, target, input, output, weight), final states.
pub fn counting(arcs: &[(u32, u32, Label, Label, u64)], finals: &[(u32, u64)]) -> Graph<Counting> {
    let states = arcs.iter().flat_map(|a| [a.0, a.1]).chain(finals.iter().map(|f| f.0)).max().unwrap_or(0) + 1;
    let mut b = GraphBuilder::new();
    b.add_states(states as usize);
    b.start(0);
    arcs.iter().for_each(|&(s, t, i, o, w)| b.arc(s, i, o, Counting(w), t));
    finals.iter().for_each(|&(s, w)| b.final_weight(s, Counting(w)));
    b.build().unwrap()
}

/// Which state leads to which, by one arc or more.
pub fn leads<W: Weight>(g: &Graph<W>) -> Vec<Vec<bool>> {
    let n = g.states();
    let mut leads = vec![vec![false; n]; n];
    g.arcs_with_source().for_each(|(_, s, a)| leads[s as usize][a.target as usize] = true);
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                leads[i][j] |= leads[i][k] && leads[k][j];
            }
        }
    }
    leads
}
