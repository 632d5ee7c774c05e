//! Recursive transition networks: labels that stand for graphs.

use rustc_hash::FxHashMap;

use super::rows::{Plain, Rows};
use super::{Budget, OpError, connect};
use crate::graph::{Arc, ArcId, EPSILON, Graph, InputSite, Label, Site, StateId, Traced, strongly_connected};
use crate::semiring::Weight;

/// Which labels an arc keeps that leads into a called graph or back out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallLabels {
    /// None: an epsilon arc.
    Neither,
    /// The input label; the output is epsilon.
    Input,
    /// The output label; the input is epsilon.
    Output,
    /// Both.
    Both,
}

impl CallLabels {
    fn of(self, ilabel: Label, olabel: Label) -> (Label, Label) {
        let input = matches!(self, CallLabels::Input | CallLabels::Both);
        let output = matches!(self, CallLabels::Output | CallLabels::Both);
        (if input { ilabel } else { EPSILON }, if output { olabel } else { EPSILON })
    }
}

/// How [`replace()`] labels its arcs, and how far it may go. The default is OpenFst's: a call keeps its input label, a
/// return has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replace {
    /// Labels of the arcs that call.
    pub call_arc: CallLabels,
    /// What a call arc writes, where it keeps its output label: this in place of the nonterminal.
    pub call_output: Option<Label>,
    /// Labels of the arcs that return.
    pub return_arc: CallLabels,
    /// What return arcs read and write, as far as they are labelled.
    pub return_label: Label,
    /// How many states and arcs the result may have.
    pub budget: Budget,
}

impl Default for Replace {
    fn default() -> Self {
        Replace {
            call_arc: CallLabels::Input,
            call_output: None,
            return_arc: CallLabels::Neither,
            return_label: EPSILON,
            budget: Budget::default(),
        }
    }
}

impl Replace {
    /// Calls and returns are epsilon arcs: only what the graphs themselves read and write is left.
    pub fn epsilons() -> Self {
        Replace { call_arc: CallLabels::Neither, ..Replace::default() }
    }
}

/// Graphs put in the place of the labels that call them.
///
/// # Arguments
/// * `root`: the nonterminal to begin with.
/// * `graphs`: a graph for each nonterminal label; argument number i of the origins is `graphs[i]`. An arc that
///   *writes* a nonterminal calls its graph. Labels without a graph stay as they are.
/// * `o`: labels of the arcs that call and return, and the budget.
///
/// # Returns
/// The root's graph, in which each call is an arc to the start of a copy of the graph that it calls, and each final
/// state of a copy has an arc back to where the call leads, with the final weight. A path of the result is a path of
/// the root's graph with a path of the called graph behind each call, to any depth, and weighs their product. Calls of
/// one graph that lead to one state share a copy. Every state lies on an accepting path; the root's states come first,
/// then the copies in the order in which they are called.
///
/// # Errors
/// [`OpError::Recursive`] with the labels of a cycle, where graphs on accepting paths call each other in a circle, a
/// call at the very end (tail recursion) included: no finite number of copies suffices. Recursion that no accepting
/// path runs through, for want of an end or of a call, is left out. [`OpError::Nonterminal`] where a label has two
/// graphs or the root has none; [`OpError::Epsilon`] where the label is 0; [`OpError::Empty`]; [`OpError::Budget`].
///
/// # Cost
/// O(states + arcs) of the arguments and of the result, which may be exponential in the number of graphs; with graphs
/// that call each other in circles without use, times the number of those.
///
/// # Source
/// C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer library*, 2007
/// (`fstreplace`); W. Woods, *Transition network grammars for natural language analysis*, 1970.
///
/// # Example
/// ```text
/// S:  ─▶ 0 ─a─▶ 1 ─X─▶ ◎       X:  ─▶ 0 ─b─▶ ◎/w
///
/// becomes     ─▶ 0 ─a─▶ 1 ─X:ε─▶ 0' ─b─▶ 1' ─ε/w─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::{Replace, acceptor, from_strings, replace};
/// use energraph::{Energy, Graph};
/// const SENTENCE: u32 = 100;
/// const DIGIT: u32 = 101;
/// let sentence: Graph<Energy> = acceptor(&[7, DIGIT, DIGIT])?;
/// let digit = from_strings([[1], [2], [3]])?;
/// let g = replace(SENTENCE, &[(SENTENCE, &sentence), (DIGIT, &digit)], &Replace::epsilons())?;
/// // Two copies of the digits, of four states each.
/// assert_eq!((g.graph.states(), g.graph.arc_count()), (12, 1 + 2 * (1 + 3 + 3)));
/// # Ok::<(), energraph::ops::OpError>(())
/// ```
pub fn replace<W: Weight>(root: Label, graphs: &[(Label, &Graph<W>)], o: &Replace) -> Result<Traced<W>, OpError> {
    let numbers = numbers(graphs)?;
    let Some(&first) = numbers.get(&root) else {
        return Err(OpError::Nonterminal { label: root, what: "is to begin with and has no graph" });
    };
    let rules = Rules { numbers: &numbers, list: useful_parts(graphs, &numbers) };
    if rules.list[first].is_none() {
        return Err(OpError::Empty { first_unmatched: None });
    }
    if let Some(cycle) = rules.cycle(first) {
        return Err(OpError::Recursive { labels: cycle.into_iter().map(|i| graphs[i].0).collect() });
    }
    expand(&rules, first, o)
}

/// The number of each nonterminal's graph.
fn numbers<W>(graphs: &[(Label, &Graph<W>)]) -> Result<FxHashMap<Label, usize>, OpError> {
    let mut numbers = FxHashMap::default();
    for (position, &(label, _)) in graphs.iter().enumerate() {
        if label == EPSILON {
            return Err(OpError::Epsilon { what: "the nonterminals", position });
        }
        if numbers.insert(label, position).is_some() {
            return Err(OpError::Nonterminal { label, what: "has two graphs" });
        }
    }
    Ok(numbers)
}

/// What of a graph lies on accepting paths, all of whose calls can be answered.
struct Rule<W> {
    part: Traced<W>,
    /// Arc of the argument, by the arcs that `part` was made of.
    arcs: Vec<ArcId>,
}

impl<W: Weight> Rule<W> {
    fn of(g: &Graph<W>, keep: impl Fn(&Arc<W>) -> bool) -> Option<Rule<W>> {
        let start = g.start()?;
        let (mut rows, mut arcs) = (Plain::new(g.states(), g.arc_count()), Vec::new());
        for s in 0..g.states() as StateId {
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)).filter(|(_, a)| keep(a)) {
                rows.arc(a.clone());
                arcs.push(id);
            }
            rows.end(g.final_weight(s));
        }
        Some(Rule { part: connect(&rows.build(start)).ok()?, arcs })
    }

    /// The site of argument number `input` that a site of the part came from.
    fn from(&self, input: usize, site: Site) -> Option<InputSite> {
        let at = self.part.origin.of(site).first()?.site;
        let site = match at {
            Site::Arc(a) => Site::Arc(*self.arcs.get(a as usize)?),
            end => end,
        };
        Some(InputSite { input: input as u32, site })
    }
}

/// The useful part of every graph; `None` where there is none.
fn useful_parts<W: Weight>(graphs: &[(Label, &Graph<W>)], numbers: &FxHashMap<Label, usize>) -> Vec<Option<Rule<W>>> {
    let callees: Vec<Vec<usize>> = graphs.iter().map(|(_, g)| callees(g, numbers)).collect();
    let mut offsets = vec![0];
    offsets.extend(callees.iter().scan(0, |sum, c| {
        *sum += c.len();
        Some(*sum)
    }));
    let flat: Vec<StateId> = callees.iter().flatten().map(|&c| c as StateId).collect();
    let row = |s: StateId| offsets[s as usize]..offsets[s as usize + 1];
    let order = strongly_connected(graphs.len(), row, |i| flat.get(i).copied());
    let mut found: Vec<Option<Rule<W>>> = graphs.iter().map(|_| None).collect();
    // What is called comes first, so that only graphs which call each other are looked at more than once.
    for component in 0..order.count() as u32 {
        let members = order.states(component);
        let circular =
            members.iter().any(|&i| callees[i as usize].iter().any(|&c| order.of(c as StateId) == Some(component)));
        let mut grew = true;
        while grew {
            grew = false;
            for &i in members {
                let answered = |a: &Arc<W>| numbers.get(&a.olabel).is_none_or(|&c| found[c].is_some());
                let rule = Rule::of(graphs[i as usize].1, answered);
                grew |= circular && rule.is_some() && found[i as usize].is_none();
                found[i as usize] = rule;
            }
        }
    }
    found
}

/// The graphs that a graph calls, each once.
fn callees<W: Weight>(g: &Graph<W>, numbers: &FxHashMap<Label, usize>) -> Vec<usize> {
    let mut called: Vec<usize> = g.all_arcs().iter().filter_map(|a| numbers.get(&a.olabel).copied()).collect();
    called.sort_unstable();
    called.dedup();
    called
}

struct Rules<'n, W> {
    numbers: &'n FxHashMap<Label, usize>,
    list: Vec<Option<Rule<W>>>,
}

impl<W: Weight> Rules<'_, W> {
    /// The first graphs met from `first` on that call each other in a circle.
    fn cycle(&self, first: usize) -> Option<Vec<usize>> {
        let called = |i: usize| {
            let rule = self.list[i].as_ref();
            rule.map_or_else(Vec::new, |r| callees(&r.part.graph, self.numbers)).into_iter()
        };
        let mut met = vec![false; self.list.len()];
        met[first] = true;
        let mut trail = vec![(first, called(first))];
        while let Some((_, rest)) = trail.last_mut() {
            let Some(next) = rest.next() else {
                trail.pop();
                continue;
            };
            if let Some(from) = trail.iter().position(|(i, _)| *i == next) {
                return Some(trail[from..].iter().map(|(i, _)| *i).collect());
            }
            if !std::mem::replace(&mut met[next], true) {
                trail.push((next, called(next)));
            }
        }
        None
    }
}

/// A copy of a graph in the result.
#[derive(Clone, Copy)]
struct Instance {
    rule: usize,
    /// Its first state.
    first: StateId,
    /// Where it returns to; the root does not.
    back: Option<StateId>,
}

/// The copies that are asked for, in the order in which they are.
struct Copies<'r, 'n, W> {
    rules: &'r Rules<'n, W>,
    list: Vec<Instance>,
    /// The start of the copy of a graph that returns to a state.
    starts: FxHashMap<(StateId, usize), StateId>,
    states: usize,
}

impl<W: Weight> Copies<'_, '_, W> {
    /// The start of a copy.
    fn start(&mut self, rule: usize, back: Option<StateId>, budget: Budget, arcs: usize) -> Result<StateId, OpError> {
        if let Some(start) = back.and_then(|b| self.starts.get(&(b, rule))) {
            return Ok(*start);
        }
        let part = self.rules.list[rule].as_ref().map(|r| &r.part.graph);
        let (count, start) = part.map_or((0, 0), |g| (g.states(), g.start().unwrap_or_default()));
        budget.check(self.states + count, arcs)?;
        let first = self.states as StateId;
        self.states += count;
        self.list.push(Instance { rule, first, back });
        if let Some(b) = back {
            self.starts.insert((b, rule), first + start);
        }
        Ok(first + start)
    }
}

fn expand<W: Weight>(rules: &Rules<'_, W>, root: usize, o: &Replace) -> Result<Traced<W>, OpError> {
    let most = u32::MAX as usize - 1;
    let budget = Budget { states: o.budget.states.min(most), arcs: o.budget.arcs.min(most) };
    let mut copies = Copies { rules, list: Vec::new(), starts: FxHashMap::default(), states: 0 };
    let start = copies.start(root, None, budget, 0)?;
    let (mut rows, mut arcs, mut next) = (Rows::new(0, 0)?, 0, 0);
    while let Some(&Instance { rule: number, first, back }) = copies.list.get(next) {
        next += 1;
        let Some(rule) = &rules.list[number] else { continue };
        let g = &rule.part.graph;
        for s in 0..g.states() as StateId {
            for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
                let arc = match rules.numbers.get(&a.olabel) {
                    None => Arc { target: first + a.target, ..a.clone() },
                    Some(&called) => {
                        let target = copies.start(called, Some(first + a.target), budget, arcs)?;
                        let (ilabel, olabel) = o.call_arc.of(a.ilabel, o.call_output.unwrap_or(a.olabel));
                        Arc { ilabel, olabel, weight: a.weight.clone(), target }
                    }
                };
                rows.arc(arc, rule.from(number, Site::Arc(id)));
            }
            let from = if g.is_final(s) { rule.from(number, Site::Final(s)) } else { None };
            arcs += g.arcs(s).len();
            match back {
                Some(target) => {
                    if g.is_final(s) {
                        let (ilabel, olabel) = o.return_arc.of(o.return_label, o.return_label);
                        rows.arc(Arc { ilabel, olabel, weight: g.final_weight(s), target }, from);
                        arcs += 1;
                    }
                    rows.end(W::zero(), None);
                }
                None => rows.end(g.final_weight(s), from),
            }
            budget.check(copies.states, arcs)?;
        }
    }
    Ok(rows.build(start))
}
