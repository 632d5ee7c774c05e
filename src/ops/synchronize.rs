//! What is read and what is written, side by side.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::rows::Rows;
use super::{Budget, OpError, connect};
use crate::graph::{Arc, EPSILON, Graph, InputSite, Label, Site, StateId, Traced, components};
use crate::semiring::Weight;

/// The same relation, with each label beside its partner: along every path the first label read stands on one arc with
/// the first label written, the second with the second, and so on.
///
/// # Arguments
/// * `g`: any transducer in which no cycle reads more labels than it writes, or fewer: its *delay*, by how many labels
///   one side is ahead, must have bounds.
/// * `budget`: how many states and arcs the result may have. The labels that its states hold back count as arcs.
///
/// # Returns
/// A transducer with one path for each path of `g`, of the same strings and weight. A state is a state of `g` with the
/// labels by which one side is ahead there, which wait for their partners; behind the end of `g`, arcs empty what is
/// left. Along a path come epsilon arcs and arcs with both labels in any order, then arcs with one label only. States
/// are numbered as a breadth-first search meets them; each lies on an accepting path.
///
/// # Errors
/// [`OpError::Delay`] with the states of the first component where delay has no bound; [`OpError::Empty`];
/// [`OpError::Budget`].
///
/// # Cost
/// O(states + arcs) of `g`, then for each arc of the result the length of the delay: the states of the result are
/// exponential in the longest delay at worst.
///
/// # Source
/// M. Mohri, *Edit-distance of weighted automata: general definitions and algorithms*, 2003 (`fstsynchronize`); the
/// bounds of delay: Ch. Frougny, J. Sakarovitch, *Synchronized rational relations of finite and infinite words*, 1993.
///
/// # Example
/// ```text
/// ─▶ 0 ─a:ε─▶ 1 ─b:x─▶ 2 ─ε:y─▶ ◎     becomes     ─▶ 0 ─ε─▶ 1,a ─a:x─▶ 2,b ─b:y─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Budget, synchronize};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// b.arc(0, 1, 0, Energy::FREE, 1);
/// b.arc(1, 2, 8, Energy::new(0.5)?, 2);
/// b.arc(2, 0, 9, Energy::FREE, 3);
/// b.final_weight(3, Energy::FREE);
/// let g = synchronize(&b.build()?, Budget::default())?.graph;
/// assert_eq!(g.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>(), [(0, 0), (1, 8), (2, 9)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn synchronize<W: Weight>(g: &Graph<W>, budget: Budget) -> Result<Traced<W>, OpError> {
    let part = connect(g)?;
    let from = |site| {
        let arc = part.origin.of(site).first().copied();
        arc.map(|f| InputSite { input: 0, site: f.site })
    };
    if let Some(states) = unbounded(&part.graph) {
        let mut states: Vec<StateId> = states.iter().filter_map(|&s| before(g, &part, s)).collect();
        states.sort_unstable();
        return Err(OpError::Delay { states });
    }
    let g = &part.graph;
    let start = At { state: g.start(), ..At::default() };
    let mut states = States { numbers: FxHashMap::default(), open: VecDeque::new(), held: 0 };
    states.number(start);
    let (mut rows, mut arcs) = (Rows::new(0, 0)?, 0);
    while let Some(here) = states.open.pop_front() {
        let Some(s) = here.state else {
            arcs += states.empty(&here, W::one(), None, &mut rows);
            budget.check(states.numbers.len(), states.held.saturating_add(arcs))?;
            continue;
        };
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            let (ilabel, olabel, there) = here.follow(a);
            let target = states.number(there);
            rows.arc(Arc { ilabel, olabel, weight: a.weight.clone(), target }, from(Site::Arc(id)));
            arcs += 1;
            budget.check(states.numbers.len(), states.held.saturating_add(arcs))?;
        }
        if g.is_final(s) {
            arcs += states.empty(&here, g.final_weight(s), from(Site::Final(s)), &mut rows);
        } else {
            rows.end(W::zero(), None);
        }
        budget.check(states.numbers.len(), states.held.saturating_add(arcs))?;
    }
    Ok(rows.build(0))
}

/// Which side is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Ahead {
    #[default]
    Input,
    Output,
}

/// A state of the result.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct At {
    /// The state of the argument; `None` behind its end.
    state: Option<StateId>,
    /// Of no meaning where nothing waits; then it is the input.
    ahead: Ahead,
    /// Labels that wait for a partner.
    waiting: VecDeque<Label>,
}

impl At {
    /// The labels of the arc that stands for one of the argument, and where it leads.
    fn follow<W>(&self, a: &Arc<W>) -> (Label, Label, At) {
        let mut there = At { state: Some(a.target), ..self.clone() };
        let (ahead, behind) = match self.ahead {
            Ahead::Input => (a.ilabel, a.olabel),
            Ahead::Output => (a.olabel, a.ilabel),
        };
        there.waiting.extend((ahead != EPSILON).then_some(ahead));
        if behind == EPSILON {
            return (EPSILON, EPSILON, there);
        }
        match there.waiting.pop_front() {
            // Nothing waits on either side: the one behind goes ahead.
            None => {
                there.ahead = if self.ahead == Ahead::Input { Ahead::Output } else { Ahead::Input };
                there.waiting.push_back(behind);
                (EPSILON, EPSILON, there)
            }
            Some(first) => {
                let labels = self.ahead.labels(first, behind);
                (labels.0, labels.1, there.settled())
            }
        }
    }

    /// The same state by the one name that it has.
    fn settled(mut self) -> At {
        if self.waiting.is_empty() {
            self.ahead = Ahead::Input;
        }
        self
    }
}

impl Ahead {
    /// (input, output) from the label of the side ahead and that of the other.
    fn labels(self, ahead: Label, behind: Label) -> (Label, Label) {
        if self == Ahead::Input { (ahead, behind) } else { (behind, ahead) }
    }
}

/// States of the result, numbered as they are met.
struct States {
    numbers: FxHashMap<At, StateId>,
    /// Those without arcs yet, in order of numbers.
    open: VecDeque<At>,
    /// Labels that wait in all of them.
    held: usize,
}

impl States {
    fn number(&mut self, at: At) -> StateId {
        let next = self.numbers.len() as StateId;
        let (open, held) = (&mut self.open, &mut self.held);
        *self.numbers.entry(at).or_insert_with_key(|at| {
            *held = held.saturating_add(at.waiting.len());
            open.push_back(at.clone());
            next
        })
    }

    /// Ends a state where the argument ends: with an arc for the first label that waits, or, where none does, as a final
    /// state. Returns the number of arcs.
    fn empty<W: Weight>(&mut self, at: &At, end: W, from: Option<InputSite>, rows: &mut Rows<W>) -> usize {
        let mut rest = At { state: None, ..at.clone() };
        let Some(first) = rest.waiting.pop_front() else {
            rows.end(end, from);
            return 0;
        };
        let (ilabel, olabel) = at.ahead.labels(first, EPSILON);
        let target = self.number(rest.settled());
        rows.arc(Arc { ilabel, olabel, weight: end, target }, from);
        rows.end(W::zero(), None);
        1
    }
}

/// The state of the argument that a state of its connected part was.
fn before<W: Weight>(g: &Graph<W>, part: &Traced<W>, s: StateId) -> Option<StateId> {
    let arc = part.graph.arc_ids(s).next().map(Site::Arc);
    match part.origin.of(arc.unwrap_or(Site::Final(s))).first()?.site {
        Site::Arc(a) => g.source(a),
        Site::Final(s) => Some(s),
    }
}

/// A component with a cycle that does not read as many labels as it writes.
fn unbounded<W: Weight>(g: &Graph<W>) -> Option<Vec<StateId>> {
    let parts = components(g);
    // How far the input is ahead in a state, counted from the first state of its component that was met.
    let mut delay: Vec<Option<i64>> = vec![None; g.states()];
    for component in 0..parts.count() as u32 {
        let mut open: Vec<StateId> = parts.states(component).first().copied().into_iter().collect();
        open.iter().for_each(|&s| delay[s as usize] = Some(0));
        while let Some(s) = open.pop() {
            let here = delay[s as usize].unwrap_or_default();
            for a in g.arcs(s).iter().filter(|a| parts.of(a.target) == Some(component)) {
                let there = here + i64::from(a.ilabel != EPSILON) - i64::from(a.olabel != EPSILON);
                match delay[a.target as usize] {
                    None => {
                        delay[a.target as usize] = Some(there);
                        open.push(a.target);
                    }
                    Some(known) if known == there => {}
                    Some(_) => return Some(parts.states(component).to_vec()),
                }
            }
        }
    }
    None
}
