//! The distinct outputs of lowest energy against every path of random topologies.

use std::collections::BTreeMap;

use energraph::graph::{Label, StateId};
use energraph::trellis::{Emissions, Topology, best_outputs};
use energraph::{Energy, Graph, GraphBuilder};
use ndarray::Array2;

/// Numbers without a pattern below a limit.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as u32) % limit
    }
}

/// Arcs that read nothing lead on to a state of a higher number; some weights are +∞, and many energies tie.
fn random(n: &mut Numbers) -> Graph<Energy> {
    let states = 1 + n.below(4);
    let mut b = GraphBuilder::new();
    b.add_states(states as usize);
    b.start(n.below(states));
    let weight = |n: &mut Numbers| match n.below(9) {
        8 => Energy::IMPOSSIBLE,
        quarter => Energy::new(quarter as f32 * 0.25 - 0.5).unwrap(),
    };
    for _ in 0..n.below(9) {
        let (from, to, reads, writes) = (n.below(states), n.below(states), n.below(3), n.below(3));
        if reads > 0 || to > from {
            b.arc(from, reads, writes, weight(n), to);
        }
    }
    for s in 0..states {
        if n.below(2) == 0 {
            b.final_weight(s, weight(n));
        }
    }
    b.build().unwrap()
}

/// An output, with the frames at which it is written.
type Written = (Vec<Label>, Vec<usize>);

/// Every path's output, frames and energy.
fn paths(g: &Graph<Energy>, e: &Array2<f32>) -> Vec<(Written, f64)> {
    fn go(
        g: &Graph<Energy>,
        e: &Array2<f32>,
        s: StateId,
        t: usize,
        done: (Written, f64),
        into: &mut Vec<(Written, f64)>,
    ) {
        let wide = |w: Energy| f64::from(w.get());
        if t == e.nrows() && g.is_final(s) {
            into.push((done.0.clone(), done.1 + wide(g.final_weight(s))));
        }
        for a in g.arcs(s) {
            let reads = match a.ilabel {
                0 => 0.0,
                _ if t == e.nrows() => continue,
                class => f64::from(e[[t, class as usize - 1]]),
            };
            let ((mut output, mut frames), energy) = done.clone();
            if a.olabel > 0 {
                output.push(a.olabel);
                frames.push(t);
            }
            let energy = energy + wide(a.weight) + reads;
            go(g, e, a.target, t + usize::from(a.ilabel > 0), ((output, frames), energy), into);
        }
    }
    let mut all = Vec::new();
    if let Some(start) = g.start() {
        go(g, e, start, 0, Default::default(), &mut all);
    }
    all.retain(|(_, energy)| *energy < f64::INFINITY);
    all
}

#[test]
fn outputs_are_those_of_lowest_energy_among_all_paths() {
    let mut n = Numbers(3);
    let (mut several, mut silent) = (0, 0);
    for round in 0..3_000 {
        let g = random(&mut n);
        let frames = n.below(6) as usize;
        let e = Array2::from_shape_fn((frames, 2), |_| match n.below(12) {
            11 => f32::INFINITY,
            x => x as f32 * 0.25,
        });
        let all = paths(&g, &e);
        let mut least: BTreeMap<&[Label], f64> = BTreeMap::new();
        for ((output, _), energy) in &all {
            let best = least.entry(output).or_insert(f64::INFINITY);
            *best = best.min(*energy);
        }
        let mut energies: Vec<f64> = least.values().copied().collect();
        energies.sort_by(f64::total_cmp);
        let topology = Topology::from_graph(g.clone()).unwrap();
        for k in [0, 1, 2, 3, 100] {
            let found = best_outputs(&Emissions::new(e.view()).unwrap(), &topology, k).unwrap();
            let got: Vec<f64> = found.iter().map(|w| w.energy).collect();
            assert_eq!(got, energies[..k.min(energies.len())], "round {round}, {k}");
            for (i, w) in found.iter().enumerate() {
                assert_eq!(least[&w.output[..]], w.energy, "round {round}");
                assert!(found[..i].iter().all(|other| other.output != w.output));
                let written = (w.output.to_vec(), w.frames.clone());
                assert!(all.iter().any(|(own, energy)| *own == written && *energy == w.energy), "round {round}");
            }
        }
        several += usize::from(energies.len() > 3);
        silent += usize::from(all.iter().any(|((output, _), _)| output.is_empty()));
    }
    assert!(several > 100 && silent > 100, "{several}, {silent}");
}

#[test]
fn labels_of_a_long_input_are_those_that_were_written() {
    // Any string of two labels, one a frame: what was written long ago is forgotten where nothing goes back to it.
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    for label in [1, 2] {
        b.arc(0, label, label, Energy::FREE, 0);
    }
    b.final_weight(0, Energy::FREE);
    let topology = Topology::from_graph(b.build().unwrap()).unwrap();
    let mut n = Numbers(5);
    let said: Vec<usize> = (0..100_000).map(|_| n.below(2) as usize).collect();
    let e = Array2::from_shape_fn((said.len(), 2), |(t, c)| if c == said[t] { 0.0 } else { 1.0 + (t % 7) as f32 });
    let found = best_outputs(&Emissions::new(e.view()).unwrap(), &topology, 3).unwrap();
    let labels: Vec<Label> = said.iter().map(|&c| c as Label + 1).collect();
    assert!(found[0].output[..] == labels[..] && found[0].frames.iter().copied().eq(0..said.len()));
    assert_eq!(found.iter().map(|w| w.energy).collect::<Vec<_>>(), [0.0, 1.0, 1.0]);
    for w in &found[1..] {
        assert_eq!(w.output.iter().zip(&labels).filter(|(a, b)| a != b).count(), 1);
    }
}
