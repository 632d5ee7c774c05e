//! The free energy of an answer.

use super::order::Order;
use super::potentials::gather;
use super::restrict::Trie;
use super::{Answer, Beta, PathError, free_energy, with_output};
use crate::graph::{EPSILON, Graph};
use crate::semiring::Energy;

/// F_β over the paths whose output is in the answer.
///
/// # Arguments
/// * `g`: any graph. A cycle that writes something is cut by the answer; one that writes nothing is not.
/// * `answer`: the right outputs.
/// * `beta`: the inverse temperature.
///
/// # Returns
/// An energy in the unit of the weights; +∞ where there is no such path, that is, where the graph does not hold the
/// answer, as the empty graph holds none.
///
/// # Errors
/// As [`free_energy`](super::free_energy()) on the product of graph and answer, which has the cycles that write
/// nothing: [`PathError::Cyclic`], [`PathError::Diverges`]; and [`PathError::Graph`].
///
/// # Cost
/// For acyclic graphs O(arcs · p), where p is the number of positions in the answer's trie, without building a graph;
/// elsewhere [`with_output`](super::with_output())'s, then [`free_energy`](super::free_energy())'s on its result.
///
/// # Source
/// Y. LeCun et al., *Gradient-based learning applied to document recognition*, 1998 (the constrained
/// interpretation graph).
///
/// # Example
/// ```text
///   ┌─1/1─┐
/// ─▶0 ─2/½─▶ ◎      at β = 1:  F of "1" is 1, of everything but "1" ½ − log 2
///   └─3/½─┘
/// ```
///
/// ```
/// use energraph::{Answer, Beta, Energy, GraphBuilder};
/// use energraph::paths::answer_energy;
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (label, e) in [(1, 1.0), (2, 0.5), (3, 0.5)] {
///     b.arc(0, label, label, Energy::new(e)?, 1);
/// }
/// b.final_weight(1, Energy::FREE);
/// let (g, right) = (b.build()?, Answer::one([1]));
/// assert_eq!(answer_energy(&g, &right, Beta::ONE)?, 1.0);
/// assert_eq!(answer_energy(&g, &Answer::one([1, 1]), Beta::ONE)?, f64::INFINITY);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn answer_energy(g: &Graph<Energy>, answer: &Answer, beta: Beta) -> Result<f64, PathError> {
    match Order::of(g) {
        Ok(order) => Ok(swept(g, &order, &Trie::of(answer), beta)),
        // The product may have no cycle where the graph has.
        Err(_) => free_energy(&with_output(g, answer)?.graph, beta),
    }
}

/// F_β over what begins at each state and position of the trie, from the ends back to the start.
fn swept(g: &Graph<Energy>, order: &Order, trie: &Trie, beta: Beta) -> f64 {
    let Some(start) = g.start() else { return f64::INFINITY };
    let (moves, n) = (trie.moves(), trie.positions());
    let mut after = vec![f64::INFINITY; g.states() * n];
    let mut ways: Vec<Vec<f64>> = vec![Vec::new(); n];
    for s in order.backward() {
        ways.iter_mut().for_each(Vec::clear);
        for a in g.arcs(s) {
            let onward = &after[a.target as usize * n..][..n];
            let weight = a.weight.wide();
            if a.olabel == EPSILON {
                for (way, onward) in ways.iter_mut().zip(onward).filter(|(_, o)| **o < f64::INFINITY) {
                    way.push(weight + onward);
                }
            } else {
                for &(_, from, to) in moves.iter().filter(|m| m.0 == a.olabel) {
                    ways[from as usize].push(weight + onward[to as usize]);
                }
            }
        }
        let last = g.final_weights()[s as usize].wide();
        for (p, (here, way)) in after[s as usize * n..][..n].iter_mut().zip(&mut ways).enumerate() {
            let end = if trie.is_right(p) { last } else { f64::INFINITY };
            *here = match beta {
                Beta::Infinite => way.iter().copied().fold(end, f64::min),
                Beta::Finite(beta) => gather(way, end, beta.get()).0,
            };
        }
    }
    after[start as usize * n + Trie::ROOT]
}
