//! Small random graphs for the tests of path questions, and how far two numbers may be apart.
#![allow(dead_code)] // each test file uses its own part

use energraph::oracle;
use energraph::{Energy, Graph, GraphBuilder, Site};

/// SplitMix64 (Steele et al. 2014): enough randomness for test graphs, the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u32) -> u32 {
        (self.bits() % u64::from(n)) as u32
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A multiple of 1/64 in [low, low + 8), so that sums of a few are exact and ties are rare, or, with ties wanted,
    /// one of 0, 1, 2.
    pub fn energy(&mut self, low: f32, ties: bool) -> Energy {
        if self.chance(4) {
            return Energy::IMPOSSIBLE;
        }
        let e = if ties { self.below(3) as f32 } else { low + self.below(512) as f32 / 64.0 };
        Energy::new(e).unwrap()
    }
}

#[derive(Clone, Copy)]
pub struct Shape {
    pub cycles: bool,
    pub ties: bool,
    pub negative: bool,
}

impl Shape {
    pub const ACYCLIC: Shape = Shape { cycles: false, ties: false, negative: true };
    pub const TIED: Shape = Shape { cycles: false, ties: true, negative: false };
    pub const CYCLIC: Shape = Shape { cycles: true, ties: false, negative: false };
}

/// A graph of up to 7 states and 21 arcs over input labels 0–2 and output labels 0–3: states in shuffled order, so
/// that topological order is not the order of numbers; isolated, unreachable and dead states, several final states,
/// parallel arcs, weights of +∞ among them. One seed in 64 gives the empty graph.
pub fn random_graph(seed: u64, shape: Shape) -> Graph<Energy> {
    if seed % 64 == 63 {
        return Graph::empty();
    }
    let mut dice = Dice(seed);
    let n = 1 + dice.below(7);
    let mut order: Vec<u32> = (0..n).collect();
    if dice.chance(60) {
        (1..n).rev().for_each(|i| order.swap(i as usize, dice.below(i + 1) as usize));
    }
    let low = if shape.negative { -3.0 } else { 0.0 };
    let mut b = GraphBuilder::new();
    b.add_states(n as usize);
    b.start(order[0]);
    for _ in 0..dice.below(3 * n + 1) {
        let (mut s, mut t) = (dice.below(n), dice.below(n));
        if !shape.cycles {
            if s == t {
                continue;
            }
            (s, t) = (s.min(t), s.max(t));
        }
        let weight = dice.energy(low, shape.ties);
        b.arc(order[s as usize], dice.below(3), dice.below(4), weight, order[t as usize]);
    }
    for s in 0..n {
        if s == n - 1 || dice.chance(25) {
            let weight = dice.energy(low, shape.ties);
            b.final_weight(order[s as usize], weight);
        }
    }
    b.build().unwrap()
}

/// Every accepting path of finite energy, by brute force.
pub fn all_paths(g: &Graph<Energy>, longest: usize) -> Vec<oracle::Path> {
    let found = oracle::paths(g, |w| w.wide(), oracle::Limit { arcs: longest, paths: 2_000_000 });
    let mut list = found.list;
    list.retain(|p| p.energy < f64::INFINITY);
    list
}

pub fn every_site(g: &Graph<Energy>) -> Vec<Site> {
    let arcs = (0..g.arc_count() as u32).map(Site::Arc);
    arcs.chain((0..g.states() as u32).map(Site::Final)).collect()
}

#[track_caller]
pub fn assert_near(a: f64, b: f64, tolerance: f64, what: &str) {
    let near = a == b || (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()));
    assert!(near, "{what}: {a} is not {b}");
}

/// Each output with the energies of the paths that write it.
pub fn by_output(paths: &[oracle::Path]) -> std::collections::BTreeMap<Vec<u32>, Vec<f64>> {
    let mut map = std::collections::BTreeMap::<_, Vec<f64>>::new();
    paths.iter().for_each(|p| map.entry(p.output.clone()).or_default().push(p.energy));
    map
}

/// Outputs with their free energies, lowest first, equal ones in lexicographic order.
pub fn outputs_in_order(paths: &[oracle::Path], beta: f64) -> Vec<(Vec<u32>, f64)> {
    let map = by_output(paths);
    let mut list: Vec<_> = map.into_iter().map(|(o, e)| (o, oracle::free_energy(e, beta))).collect();
    list.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    list
}

/// Answers to ask about: one that is written, two, one beyond reach, the empty output, none.
pub fn some_answers(dice: &mut Dice, paths: &[oracle::Path]) -> Vec<Vec<Vec<u32>>> {
    let mut any = |_: u32| {
        let n = paths.len() as u32;
        if n == 0 { vec![9] } else { paths[dice.below(n) as usize].output.clone() }
    };
    vec![vec![any(0)], vec![any(1), any(2), vec![3, 3]], vec![vec![9, 9]], vec![vec![]], vec![]]
}

/// Two ways in, of 0.5 and 1, and a loop before the end.
pub fn behind_two_ways(round: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    let mut arc = |s, label, e, t| b.arc(s, label, label, Energy::new(e).unwrap(), t);
    arc(0, 1, 0.5, 1);
    arc(0, 3, 1.0, 1);
    arc(1, 5, round, 1);
    b.final_weight(1, Energy::FREE);
    b.build().unwrap()
}
