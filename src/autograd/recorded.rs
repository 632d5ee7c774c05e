//! A weight that remembers how it was computed.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::graph::{Graph, Site, SiteValues};
use crate::paths::PositiveF64;
use crate::semiring::{
    Commutative, Diverges, Energy, LeftDivide, LogSum, MinSum, Quantum, Semiring, Star, Tolerance, Weight,
};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::LogSum<f64> {}
    impl Sealed for super::MinSum<f64> {}
}

/// The semirings whose sums a tape differentiates: [`LogSum<f64>`] and [`MinSum<f64>`]. Sealed. In both ⊗ adds and division
/// subtracts.
pub trait Recordable: Star + LeftDivide + Commutative + Copy + sealed::Sealed {
    /// An energy in the semiring of a free energy at β: `β·e` in [`LogSum`], e itself in [`MinSum`], whose β is infinite.
    fn lift(energy: Energy, beta: PositiveF64) -> Self;
    /// The energy that a weight stands for: what [`Recordable::lift`] multiplied by is divided out, and rounded to `f32`.
    fn lower(self, beta: PositiveF64) -> Energy;
    /// ∂(a ⊕ b)/∂a and ∂(a ⊕ b)/∂b, where neither is 0̄. In [`MinSum`] they are those of the lower one, of the first in a tie.
    fn by_sum(a: Self, b: Self, sum: Self) -> [f64; 2];
    /// ∂a*/∂a, where a* exists: the derivative of the sum over all powers, taken at once.
    fn by_star(a: Self) -> f64;
}

impl Recordable for LogSum<f64> {
    fn lift(energy: Energy, beta: PositiveF64) -> Self {
        LogSum::new((beta.get() * energy.wide()).max(f64::MIN)).unwrap_or(LogSum::zero())
    }
    fn lower(self, beta: PositiveF64) -> Energy {
        LogSum::new((self.get() / beta.get()).max(f64::MIN)).map_or(Energy::IMPOSSIBLE, Energy::from)
    }
    fn by_sum(a: Self, b: Self, sum: Self) -> [f64; 2] {
        [a, b].map(|x| (sum.get() - x.get()).exp())
    }
    /// Of `log(1 − e^{−a})`. A loop that all but diverges keeps to numbers whose products with others are numbers.
    fn by_star(a: Self) -> f64 {
        a.get().exp_m1().recip().min(1e150)
    }
}

impl Recordable for MinSum<f64> {
    fn lift(energy: Energy, _: PositiveF64) -> Self {
        MinSum::from(energy)
    }
    fn lower(self, _: PositiveF64) -> Energy {
        Energy::from(self)
    }
    fn by_sum(a: Self, b: Self, _: Self) -> [f64; 2] {
        if a.get() <= b.get() { [1.0, 0.0] } else { [0.0, 1.0] }
    }
    fn by_star(_: Self) -> f64 {
        0.0
    }
}

/// A weight of `S` that remembers which sites of a tape's graphs it was made of: what [`Tape::apply_in`](super::Tape::apply_in)
/// hands to an operation in place of weights, and takes back from it.
///
/// It computes as `S` does. Two are equal where they have one value *and* were computed as one: an operation that takes a
/// shortcut for a weight that happens to be 1̄ does not take it for one that could have been another.
#[derive(Clone)]
pub struct Recorded<S> {
    value: S,
    /// Where it stands in the record; `None` for a constant.
    node: Option<Node>,
}

#[derive(Clone)]
struct Node {
    at: u32,
    record: Rc<RefCell<Steps>>,
}

/// Not in the record.
const NONE: u32 = u32::MAX;
/// Most sites and steps that are remembered: some 1.6 GB.
const MOST: usize = 1 << 26;

/// A number made of one or two earlier ones, and its derivatives by them.
#[derive(Debug, Clone, Copy)]
struct Step {
    from: [u32; 2],
    by: [f64; 2],
}

#[derive(Debug, Default)]
struct Steps {
    /// Most sites and steps.
    room: usize,
    /// Sites, which are the first numbers.
    sites: usize,
    list: Vec<Step>,
    /// Whether a step was left out for want of room.
    full: bool,
}

impl Steps {
    fn push(&mut self, step: Step) -> Option<u32> {
        let at = self.sites + self.list.len();
        self.full |= at >= self.room;
        (at < self.room).then(|| {
            self.list.push(step);
            at as u32
        })
    }
}

impl<S: Recordable> Recorded<S> {
    /// A weight that nothing has been made of.
    pub fn constant(value: S) -> Self {
        Recorded { value, node: None }
    }

    /// The weight.
    pub fn value(&self) -> S {
        self.value
    }

    /// A value computed from up to two others, with its derivatives by them.
    fn made(value: S, of: [(&Self, f64); 2]) -> Self {
        if value.is_zero() {
            return Recorded::constant(value);
        }
        let mut step = Step { from: [0; 2], by: [0.0; 2] };
        let mut record: Option<&Rc<RefCell<Steps>>> = None;
        for (slot, (part, by)) in of.into_iter().enumerate().filter(|(_, (_, by))| *by != 0.0) {
            let Some(node) = &part.node else { continue };
            // What another record made is a constant to this one.
            if record.is_none_or(|r| Rc::ptr_eq(r, &node.record)) {
                (step.from[slot], step.by[slot]) = (node.at, by);
                record = Some(&node.record);
            }
        }
        let Some(record) = record else { return Recorded::constant(value) };
        // The same number as before needs no step.
        for (slot, (part, _)) in of.into_iter().enumerate() {
            if step.by[slot] == 1.0 && step.by[1 - slot] == 0.0 && part.value == value {
                return part.clone();
            }
        }
        let node = record.borrow_mut().push(step).map(|at| Node { at, record: Rc::clone(record) });
        Recorded { value, node }
    }
}

impl<S: Recordable> PartialEq for Recorded<S> {
    fn eq(&self, r: &Self) -> bool {
        let same = |a: &Node, b: &Node| a.at == b.at && Rc::ptr_eq(&a.record, &b.record);
        let computed_alike = match (&self.node, &r.node) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.value == r.value && computed_alike
    }
}

impl<S: Recordable> Eq for Recorded<S> {}

impl<S: Recordable> Hash for Recorded<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
        self.node.as_ref().map(|n| n.at).hash(state);
    }
}

impl<S: fmt::Debug> fmt::Debug for Recorded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<S: Recordable> Weight for Recorded<S> {
    fn one() -> Self {
        Recorded::constant(S::one())
    }
    fn zero() -> Self {
        Recorded::constant(S::zero())
    }
    fn times(&self, r: &Self) -> Self {
        Recorded::made(self.value.times(&r.value), [(self, 1.0), (r, 1.0)])
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.value.close(&r.value, tolerance)
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
}

impl<S: Recordable> Commutative for Recorded<S> {}

impl<S: Recordable> Semiring for Recorded<S> {
    fn plus(&self, r: &Self) -> Self {
        if self.is_zero() || r.is_zero() {
            return if r.is_zero() { self.clone() } else { r.clone() };
        }
        let sum = self.value.plus(&r.value);
        let [a, b] = S::by_sum(self.value, r.value, sum);
        Recorded::made(sum, [(self, a), (r, b)])
    }
}

impl<S: Recordable> Star for Recorded<S> {
    fn star(&self) -> Result<Self, Diverges> {
        let star = self.value.star()?;
        let by = if self.is_zero() { 0.0 } else { S::by_star(self.value) };
        Ok(Recorded::made(star, [(self, by), (self, 0.0)]))
    }
}

impl<S: Recordable> LeftDivide for Recorded<S> {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        let value = self.value.left_divide(&by.value)?;
        Some(Recorded::made(value, [(self, 1.0), (by, -1.0)]))
    }
    fn quantize(&self, quantum: Quantum) -> Self {
        Recorded { value: self.value.quantize(quantum), node: self.node.clone() }
    }
}

/// Graphs whose weights are recorded, until an operation has made one of them.
pub(super) struct Recorder {
    steps: Rc<RefCell<Steps>>,
    beta: PositiveF64,
    /// By graph, the number of its first site.
    first: Vec<usize>,
}

impl Recorder {
    pub(super) fn new(beta: PositiveF64) -> Self {
        Recorder::with_room(beta, MOST)
    }

    /// With room for so many sites and steps, at most 2²⁶.
    pub(super) fn with_room(beta: PositiveF64, room: usize) -> Self {
        let steps = Steps { room: room.min(MOST), ..Steps::default() };
        Recorder { steps: Rc::new(RefCell::new(steps)), beta, first: Vec::new() }
    }

    /// The next graph, lifted; `learns`: whether its weights are remembered.
    pub(super) fn lift<S: Recordable>(&mut self, g: &Graph<Energy>, learns: bool) -> Graph<Recorded<S>> {
        let first = self.steps.borrow().sites;
        self.first.push(first);
        if learns {
            let mut steps = self.steps.borrow_mut();
            steps.sites += g.arc_count() + g.states();
            steps.full |= steps.sites > steps.room;
        }
        let room = self.steps.borrow().room;
        let node = |site| {
            let at = match site {
                Site::Arc(a) => first + a as usize,
                Site::Final(s) => first + g.arc_count() + s as usize,
            };
            (learns && at < room).then(|| Node { at: at as u32, record: Rc::clone(&self.steps) })
        };
        g.map(|site, &e| {
            let value = S::lift(e, self.beta);
            Recorded { value, node: node(site).filter(|_| !value.is_zero()) }
        })
    }

    /// The operation's result in energies, and its record; `None` where that outgrew its room.
    pub(super) fn lower<S: Recordable>(self, g: &Graph<Recorded<S>>) -> Option<(Graph<Energy>, Record)> {
        let graph = g.map(|_, w| w.value.lower(self.beta));
        let own = |w: &Recorded<S>| {
            let node = w.node.as_ref().filter(|n| Rc::ptr_eq(&n.record, &self.steps));
            node.map_or(NONE, |n| n.at)
        };
        let arcs = g.all_arcs().iter().map(|a| own(&a.weight)).collect();
        let finals = g.final_weights().iter().map(own).collect();
        let Steps { sites, list, full, .. } = std::mem::take(&mut *self.steps.borrow_mut());
        (!full).then_some((graph, Record { sites, steps: list, first: self.first, arcs, finals }))
    }
}

/// How an operation made the weights of its result out of those of its graphs.
#[derive(Debug)]
pub(super) struct Record {
    sites: usize,
    steps: Vec<Step>,
    first: Vec<usize>,
    /// By arc and by state of the result, its number, or [`NONE`].
    arcs: Vec<u32>,
    finals: Vec<u32>,
}

impl Record {
    /// The vector–Jacobian product: from ∂ by the result's sites, ∂ by the sites of all graphs, one after another. β divides what
    /// comes out as it multiplied what went in, so that ∂ of energies by energies is ∂ of weights by weights.
    pub(super) fn pull_back(&self, values: &SiteValues) -> Vec<f64> {
        let mut by = vec![0.0; self.sites + self.steps.len()];
        let ends = self.finals.iter().zip(&values.finals);
        for (&at, value) in self.arcs.iter().zip(&values.arcs).chain(ends).filter(|(at, _)| **at != NONE) {
            by[at as usize] += value;
        }
        for (i, step) in self.steps.iter().enumerate().rev() {
            let here = by[self.sites + i];
            if here != 0.0 {
                by[step.from[0] as usize] += here * step.by[0];
                by[step.from[1] as usize] += here * step.by[1];
            }
        }
        by.truncate(self.sites);
        by
    }

    /// Adds what [`Record::pull_back`] found for graph number `input` to its sites.
    pub(super) fn add(&self, found: &[f64], input: u32, into: &mut SiteValues) {
        let first = self.first.get(input as usize).copied().unwrap_or(self.sites);
        let found = found.get(first..).unwrap_or_default();
        into.arcs.iter_mut().chain(&mut into.finals).zip(found).for_each(|(slot, by)| *slot += by);
    }
}
