//! Weighted languages by brute force: from raw arcs, in f64, without the operations and sums of the library.

#![allow(dead_code)]

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::{Beta, Energy, Graph, Label, oracle};

pub type Strings = (Vec<Label>, Vec<Label>);

/// Single precision on one side or both.
pub fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-3 * a.abs().max(b.abs()).max(1.0)
}

fn sum(ways: impl IntoIterator<Item = f64>, beta: Beta) -> f64 {
    oracle::free_energy(ways, beta.get())
}

/// Which states a fixpoint of `forward` or backward steps marks.
fn marked(g: &Graph<Energy>, mut marks: Vec<bool>, forward: bool) -> Vec<bool> {
    for _ in 0..g.states() {
        for (_, s, a) in g.arcs_with_source() {
            let (from, to) = if forward { (s, a.target) } else { (a.target, s) };
            marks[to as usize] |= marks[from as usize];
        }
    }
    marks
}

/// The states on accepting paths.
fn useful(g: &Graph<Energy>) -> Vec<bool> {
    let states = 0..g.states() as u32;
    let reached = marked(g, states.clone().map(|s| g.start() == Some(s)).collect(), true);
    let ending = marked(g, states.map(|s| g.is_final(s)).collect(), false);
    reached.iter().zip(ending).map(|(a, b)| *a && b).collect()
}

/// The sum over all paths by repeated relaxation, cycles included; `None` where that does not settle.
pub fn total(g: &Graph<Energy>, beta: Beta) -> Option<f64> {
    let Some(start) = g.start() else { return Some(f64::INFINITY) };
    let useful = useful(g);
    let mut after = vec![f64::INFINITY; g.states()];
    for _ in 0..5_000 {
        let mut moved = 0.0_f64;
        for s in (0..g.states() as u32).rev().filter(|&s| useful[s as usize]) {
            let ways = g.arcs(s).iter().map(|a| a.weight.wide() + after[a.target as usize]);
            let new = sum(ways.chain([g.final_weight(s).wide()]), beta);
            let old = std::mem::replace(&mut after[s as usize], new);
            moved = moved.max(if old == new { 0.0 } else { (old - new).abs() });
        }
        if moved < 1e-9 {
            return Some(after[start as usize]);
        }
    }
    None
}

/// The weighted relation, where it is small and finite.
pub fn relation(g: &Graph<Energy>, beta: Beta) -> Option<BTreeMap<Strings, f64>> {
    let useful = useful(g);
    let Some(start) = g.start().filter(|&s| useful[s as usize]) else { return Some(BTreeMap::new()) };
    let mut found: BTreeMap<Strings, Vec<f64>> = BTreeMap::new();
    let (mut stack, mut paths) = (vec![(start, (Vec::new(), Vec::new()), 0.0, 0)], 0);
    while let Some((s, strings, energy, length)) = stack.pop() {
        if length > g.states() || paths > 20_000 {
            return None;
        }
        if g.is_final(s) {
            found.entry(strings.clone()).or_default().push(energy + g.final_weight(s).wide());
            paths += 1;
        }
        for a in g.arcs(s).iter().filter(|a| useful[a.target as usize]) {
            let (mut i, mut o) = strings.clone();
            i.extend((a.ilabel != EPSILON).then_some(a.ilabel));
            o.extend((a.olabel != EPSILON).then_some(a.olabel));
            stack.push((a.target, (i, o), energy + a.weight.wide(), length + 1));
        }
    }
    Some(found.into_iter().map(|(strings, energies)| (strings, sum(energies, beta))).collect())
}

/// Strings of random accepting paths.
pub fn sample(g: &Graph<Energy>, walks: u64) -> Vec<Strings> {
    let useful = useful(g);
    let Some(start) = g.start().filter(|&s| useful[s as usize]) else { return Vec::new() };
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let mut found = Vec::new();
    for _ in 0..walks {
        let (mut s, mut strings) = (start, (Vec::new(), Vec::new()));
        // A walk that finds no end in time is none.
        for _ in 0..40 {
            let ways: Vec<_> = g.arcs(s).iter().filter(|a| useful[a.target as usize]).collect();
            let choice = below(ways.len() + usize::from(g.is_final(s)));
            let Some(a) = ways.get(choice) else {
                found.push(strings);
                break;
            };
            strings.0.extend((a.ilabel != EPSILON).then_some(a.ilabel));
            strings.1.extend((a.olabel != EPSILON).then_some(a.olabel));
            s = a.target;
        }
    }
    found
}

/// The weight of a pair of strings: sums by (labels read, labels written, state), cell by cell; within a cell,
/// relaxation over the arcs without labels until nothing moves.
pub fn weight_of(g: &Graph<Energy>, (input, output): &Strings, beta: Beta) -> f64 {
    let Some(start) = g.start() else { return f64::INFINITY };
    let mut cells = vec![vec![vec![f64::INFINITY; g.states()]; output.len() + 1]; input.len() + 1];
    for i in 0..=input.len() {
        for o in 0..=output.len() {
            let entered = into_cell(g, &cells, (i, o), (input, output), start);
            let mut here: Vec<f64> = entered.iter().map(|ways| sum(ways.iter().copied(), beta)).collect();
            for _ in 0..5_000 {
                let mut ways = entered.clone();
                let free = |a: &energraph::graph::Arc<Energy>| (a.ilabel, a.olabel) == (EPSILON, EPSILON);
                for (_, s, a) in g.arcs_with_source().filter(|(_, _, a)| free(a)) {
                    ways[a.target as usize].push(here[s as usize] + a.weight.wide());
                }
                let new: Vec<f64> = ways.into_iter().map(|w| sum(w, beta)).collect();
                let still = new.iter().zip(&here).all(|(a, b)| a == b || (a - b).abs() < 1e-10);
                here = new;
                if still {
                    break;
                }
            }
            cells[i][o] = here;
        }
    }
    let last = &cells[input.len()][output.len()];
    sum(last.iter().zip(g.final_weights()).map(|(a, end)| a + end.wide()), beta)
}

/// The ways into each state of a cell by an arc with a label, or as the start.
fn into_cell(
    g: &Graph<Energy>,
    cells: &[Vec<Vec<f64>>],
    (i, o): (usize, usize),
    (input, output): (&[Label], &[Label]),
    start: u32,
) -> Vec<Vec<f64>> {
    let mut ways = vec![Vec::new(); g.states()];
    if (i, o) == (0, 0) {
        ways[start as usize].push(0.0);
    }
    for (_, s, a) in g.arcs_with_source() {
        let (reads, writes) = (usize::from(a.ilabel != EPSILON), usize::from(a.olabel != EPSILON));
        let fits = |n: usize, at: usize, label: Label, text: &[Label]| n == 0 || (at > 0 && text[at - 1] == label);
        if reads + writes > 0 && fits(reads, i, a.ilabel, input) && fits(writes, o, a.olabel, output) {
            ways[a.target as usize].push(cells[i - reads][o - writes][s as usize] + a.weight.wide());
        }
    }
    ways
}
