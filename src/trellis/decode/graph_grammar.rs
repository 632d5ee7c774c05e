//! Any graph as a grammar.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{End, Grammar, Row, Way, Writes};
use crate::graph::{EPSILON, Graph, Label, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::soft::soft_add;
use crate::trellis::{Topology, TrellisError};

/// Most pairs of a state and what is written on the way there, over arcs that read nothing, in one row; and in all rows that
/// are looked at beforehand.
const MOST_IN_ROW: usize = 1 << 20;
const MOST_IN_ALL: usize = 1 << 24;

/// A graph as a grammar: it reads labels of classes, and writes anything.
#[derive(Debug, Clone)]
pub struct GraphGrammar {
    topology: Topology,
    /// By state, its position in an order along arcs that read nothing.
    rank: Vec<u32>,
    /// No energy is below 0.
    positive: bool,
    /// No labels are read on two paths from one state to ends.
    pub(super) one_path: bool,
}

impl GraphGrammar {
    /// A grammar from a graph.
    ///
    /// What pruning loses under it is bounded where no energy is below 0 and, for finite β, where it is deterministic on its
    /// input and reads no epsilons.
    ///
    /// # Errors
    /// [`TrellisError::EpsilonCycle`] where arcs that read nothing form a cycle, [`TrellisError::Writings`] where those from one
    /// state write more than 2²⁰ different things, as n choices of one of two labels do with 2ⁿ.
    ///
    /// # Cost
    /// O(states + arcs · log arcs); where more than 2²⁰ paths that read nothing leave a state, and write something, its row.
    pub fn new(graph: Graph<Energy>) -> Result<Self, TrellisError> {
        let topology = Topology::from_graph(graph)?;
        let graph = topology.graph();
        let mut rank = vec![0; graph.states()];
        (0..).zip(topology.order()).for_each(|(i, &s)| rank[s as usize] = i);
        let positive = graph.sites().all(|(_, energy)| *energy >= Energy::FREE);
        let one_path = (0..graph.states() as StateId).all(|s| {
            let mut labels: Vec<Label> = graph.arcs(s).iter().map(|a| a.ilabel).collect();
            labels.sort_unstable();
            labels.first() != Some(&EPSILON) && labels.windows(2).all(|w| w[0] != w[1])
        });
        let grammar = GraphGrammar { topology, rank, positive, one_path };
        grammar.check_writings()?;
        Ok(grammar)
    }

    /// Whether every row can be made.
    fn check_writings(&self) -> Result<(), TrellisError> {
        let graph = self.graph();
        let targets = |s: StateId| {
            let silent = graph.arcs(s).iter().filter(|a| a.ilabel == EPSILON && a.weight != Energy::IMPOSSIBLE);
            silent.map(|a| (a.target as usize, a.olabel != EPSILON))
        };
        // By state, the paths that read nothing, and whether one of them writes: else each state is come to once.
        let mut paths = vec![(1_usize, false); graph.states()];
        for &s in self.topology.order().iter().rev() {
            paths[s as usize] = targets(s).fold((1, false), |(count, writes), (target, written)| {
                let (more, later) = paths[target];
                (count.saturating_add(more), writes || later || written)
            });
        }
        // What follows a state whose row is fine has no larger one.
        let (mut fine, mut left) = (vec![false; graph.states()], MOST_IN_ALL);
        for &state in self.topology.order() {
            let (count, writes) = paths[state as usize];
            if writes && count > MOST_IN_ROW && !fine[state as usize] {
                let most = left.min(MOST_IN_ROW);
                let (_, followed) = self.follow(state, Beta::Infinite, most);
                if followed > most {
                    return Err(TrellisError::Writings { state, most });
                }
                left -= followed;
                fine[state as usize] = true;
            }
            if fine[state as usize] {
                targets(state).for_each(|(target, _)| fine[target] = true);
            }
        }
        Ok(())
    }

    /// The row of a state, as far as so many pairs of a state and what is written, and how many there are or one more.
    fn follow(&self, state: StateId, beta: Beta, most: usize) -> (Row<StateId>, usize) {
        let (graph, mut row, mut followed) = (self.graph(), Row::default(), 0);
        let rank = |s: StateId| self.rank.get(s as usize).copied().unwrap_or(0);
        let mut texts = Texts::default();
        let mut open = BTreeMap::from([((rank(state), state, 0), 0.0)]);
        while let Some(((_, s, text), energy)) = open.pop_first() {
            followed += 1;
            if followed > most {
                break;
            }
            let end = graph.final_weight(s).wide();
            if end < f64::INFINITY {
                row.ends.push(End { writes: texts.written(text, EPSILON), energy: energy + end });
            }
            for a in graph.arcs(s).iter().filter(|a| a.weight != Energy::IMPOSSIBLE) {
                let energy = energy + a.weight.wide();
                if a.ilabel != EPSILON {
                    let writes = texts.written(text, a.olabel);
                    row.ways.push(Way { reads: a.ilabel, writes, energy, to: a.target });
                } else {
                    let key = (rank(a.target), a.target, texts.longer(text, a.olabel));
                    let merged = open.entry(key).or_insert(f64::INFINITY);
                    *merged = soft_add(*merged, energy, beta);
                }
            }
        }
        (row, followed)
    }

    /// The graph.
    pub fn graph(&self) -> &Graph<Energy> {
        self.topology.graph()
    }
}

impl Grammar for GraphGrammar {
    type State = StateId;

    fn start(&self) -> Option<StateId> {
        self.graph().start()
    }

    /// Epsilons are followed in their order, and ways that meet again with the same writing are merged.
    ///
    /// Cost: a tree look-up for each epsilon arc and each thing written on the way to it.
    fn row(&self, state: StateId, beta: Beta) -> Row<StateId> {
        self.follow(state, beta, usize::MAX).0
    }

    fn largest(&self) -> Label {
        self.topology.largest()
    }

    fn bounds(&self, beta: Beta) -> bool {
        self.positive && (self.one_path || beta == Beta::Infinite)
    }
}

/// Texts by number, as a tree of common beginnings; 0 is that of nothing.
#[derive(Default)]
struct Texts {
    /// By number less one: the text without its last label, and the label.
    texts: Vec<(u32, Label)>,
    numbers: FxHashMap<(u32, Label), u32>,
}

impl Texts {
    /// The text with a label more; the same where that is epsilon.
    fn longer(&mut self, text: u32, label: Label) -> u32 {
        if label == EPSILON {
            return text;
        }
        *self.numbers.entry((text, label)).or_insert_with(|| {
            self.texts.push((text, label));
            self.texts.len() as u32
        })
    }

    /// The labels of a text and one more, unless that is epsilon.
    fn written(&self, text: u32, label: Label) -> Writes {
        let mut writes: Writes = (label != EPSILON).then_some(label).into_iter().collect();
        let mut at = text;
        while let Some(&(before, label)) = (at as usize).checked_sub(1).and_then(|i| self.texts.get(i)) {
            writes.push(label);
            at = before;
        }
        writes.reverse();
        writes
    }
}
