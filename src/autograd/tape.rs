//! The tape.

use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use smallvec::SmallVec;

use super::recorded::Record;
use super::rewrite::Source;
use super::trellis::{EmissionVar, PathVar, Trellis};
use crate::graph::{Graph, Origin, SiteValues};
use crate::ops::OpError;
use crate::paths::{Beta, PathError, free_energy_and_posteriors};
use crate::semiring::Energy;
use crate::trellis::TrellisError;

/// What a tape may refuse.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TapeError {
    /// The operation failed.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The question has no answer.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The trellis can't be made.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
    /// A handle that another tape gave.
    #[error("a handle of another tape")]
    ForeignHandle,
    /// A graph that should have the paths' weights of another has others: a free energy differs by more than was allowed, because
    /// the rewriting summed in another semiring, or at another β, than the question does, or rounded more coarsely.
    #[error("a rewritten graph has the free energy {found}, and the graph that it was made of {expected}")]
    Rewritten {
        /// Of the rewritten graph, or of what was made of it.
        found: f64,
        /// Of the graph in whose place it stands, or of what was made of that.
        expected: f64,
    },
    /// An operation made more sums than can be remembered for a gradient: with the sites of its graphs more than 2²⁶.
    #[error("an operation on {states} states and {arcs} arcs made more than 2^26 sums, too many to remember")]
    Steps {
        /// States of the graphs.
        states: usize,
        /// Their arcs.
        arcs: usize,
    },
    /// A seed of a gradient is no number, or infinite.
    #[error("{seed} is no seed of a gradient: seeds are finite")]
    Seed {
        /// What was given.
        seed: f64,
    },
}

/// A graph on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GraphVar {
    pub(super) tape: u64,
    pub(super) at: usize,
}

/// A number on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scalar {
    tape: u64,
    at: usize,
}

/// How a graph came onto the tape.
#[derive(Debug)]
pub(super) enum Made {
    /// Given, and its gradient is wanted.
    Leaf,
    /// Given, and nobody asks for its gradient.
    Constant,
    /// Input number i of the origin is the i-th graph here.
    From(SmallVec<[usize; 2]>, Origin),
    /// By sums of weights; inputs as above.
    Summed(SmallVec<[usize; 2]>, Record),
    /// In place of its source, whose gradient is taken.
    Rewritten,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) graph: Graph<Energy>,
    made: Made,
    /// Whether a leaf is behind it.
    pub(super) learns: bool,
    /// The graph whose gradient is taken in place of this one's.
    pub(super) source: Option<Source>,
}

#[derive(Debug)]
pub(super) struct Value {
    value: f64,
    graph: usize,
    /// ∂value/∂(sites of the graph).
    gradient: SiteValues,
    /// Where it is of a trellis: the emissions, and ∂value/∂(emissions).
    emissions: Option<(usize, Array2<f32>)>,
}

/// A record of operations on graphs, one per sample; [`Tape::backward`] turns it into gradients.
///
/// Every method does its operation at once; the result's value is at hand ([`Tape::graph`], [`Tape::value`]).
///
/// How each operation is differentiated stands in a table in [the module](crate::autograd).
///
/// ```
/// use energraph::autograd::Tape;
/// use energraph::ops::{acceptor, union};
/// use energraph::{Answer, Beta, Energy, Graph};
/// // Two readings of equal energy; the first is right. NLL: F(right) − F(all).
/// let both = union(&[&acceptor::<Energy>(&[1])?, &acceptor(&[2])?])?.graph;
/// let mut tape = Tape::new();
/// let g = tape.leaf(both);
/// let right = tape.with_output(g, &Answer::one([1]))?;
/// let (f_right, f_all) = (tape.free_energy(right, Beta::ONE)?, tape.free_energy(g, Beta::ONE)?);
/// assert!((tape.value(f_right)? - tape.value(f_all)? - 2.0_f64.ln()).abs() < 1e-12);
/// let gradients = tape.backward(&[(f_right, 1.0), (f_all, -1.0)])?;
/// let of_g = gradients.of(g).ok_or("no leaf")?;
/// // Down with the right reading's energy, up with the other's; the arcs before them are each on one reading.
/// assert_eq!(of_g.arcs, [0.5, -0.5, 0.5, -0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tape {
    pub(super) id: u64,
    pub(super) graphs: Vec<Entry>,
    pub(super) emissions: Vec<Array2<f32>>,
    pub(super) trellises: Vec<Trellis>,
    values: Vec<Value>,
}

impl Default for Tape {
    fn default() -> Self {
        Tape::new()
    }
}

impl Tape {
    /// An empty tape.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Tape { id, graphs: Vec::new(), emissions: Vec::new(), trellises: Vec::new(), values: Vec::new() }
    }

    /// A graph whose gradient is wanted.
    pub fn leaf(&mut self, g: Graph<Energy>) -> GraphVar {
        self.put(g, Made::Leaf, true)
    }

    /// A graph whose energies are fixed: a grammar, a lexicon. No gradient is computed for it.
    pub fn constant(&mut self, g: Graph<Energy>) -> GraphVar {
        self.put(g, Made::Constant, false)
    }

    /// `F_β` of a graph or a trellis. Its gradient is the posterior of every site, final weights included; at infinite β it is
    /// the indicator of one best path, a subgradient: which of several best paths is documented at
    /// [`crate::paths::best_path()`]. Over no path the value is +∞ and the gradient 0.
    ///
    /// # Errors
    /// [`TapeError::Path`], with [`PathError::Cyclic`] for finite β where accepting paths of a graph run through a cycle:
    /// [`Tape::free_energy_star`] sums over those. [`TapeError::ForeignHandle`]; [`TapeError::Rewritten`] where a graph was [rewritten](Tape::rewritten) and
    /// its free energy is not that of the graph before.
    ///
    /// # Cost
    /// One sweep backward and one forward over the graph; for a trellis, those of [`crate::trellis::posteriors()`]. Both once more over
    /// the graph before, where one was rewritten.
    pub fn free_energy(&mut self, of: impl Into<PathVar>, beta: Beta) -> Result<Scalar, TapeError> {
        let value = match of.into() {
            PathVar::Graph(g) => self.of_graph(g, |g| free_energy_and_posteriors(g, beta))?,
            PathVar::Trellis(t) => {
                let trellis = self.trellis_of(t)?;
                let found = trellis.posteriors(&self.emissions, beta)?;
                let emissions = Some((trellis.emissions, found.emissions));
                let (value, graph) = (found.free_energy, trellis.graph);
                match &trellis.source {
                    None => Value { value, graph, gradient: found.sites, emissions },
                    Some((source, other)) => {
                        let expected = other.posteriors(&self.emissions, beta)?;
                        source.check(value, expected.free_energy)?;
                        Value { value, graph: source.at, gradient: expected.sites, emissions }
                    }
                }
            }
        };
        Ok(self.put_value(value))
    }

    /// A value of a graph and its gradient, which is that of the graph before where this one is rewritten.
    pub(super) fn of_graph(
        &self,
        g: GraphVar,
        of: impl Fn(&Graph<Energy>) -> Result<(f64, SiteValues), PathError>,
    ) -> Result<Value, TapeError> {
        let (value, gradient) = of(self.graph(g)?)?;
        let Some(source) = &self.graphs[g.at].source else {
            return Ok(Value { value, graph: g.at, gradient, emissions: None });
        };
        let (expected, gradient) = of(&self.graphs[source.at].graph)?;
        source.check(value, expected)?;
        Ok(Value { value, graph: source.at, gradient, emissions: None })
    }

    pub(super) fn put_value(&mut self, value: Value) -> Scalar {
        self.values.push(value);
        Scalar { tape: self.id, at: self.values.len() - 1 }
    }

    /// A graph on the tape.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn graph(&self, g: GraphVar) -> Result<&Graph<Energy>, TapeError> {
        let entry = self.graphs.get(g.at).filter(|_| g.tape == self.id);
        entry.map(|e| &e.graph).ok_or(TapeError::ForeignHandle)
    }

    /// A number on the tape.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn value(&self, s: Scalar) -> Result<f64, TapeError> {
        let entry = self.values.get(s.at).filter(|_| s.tape == self.id);
        entry.map(|v| v.value).ok_or(TapeError::ForeignHandle)
    }

    /// The gradient of `Σ seed · scalar` with respect to the energies of every leaf and of all emissions.
    ///
    /// A scalar of seed 0 adds nothing, whatever its value; so does one of value +∞.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`]; [`TapeError::Seed`], which is what a loss that overflowed would hand on.
    ///
    /// # Cost
    /// O(sites, origins and steps of sums on the tape), once for all seeds.
    pub fn backward(self, seeds: &[(Scalar, f64)]) -> Result<Gradients, TapeError> {
        let Tape { id, graphs, values, emissions, .. } = self;
        let mut of_emissions: Vec<Array2<f32>> = emissions.iter().map(|e| Array2::zeros(e.dim())).collect();
        let mut flow: Vec<Option<SiteValues>> = graphs.iter().map(|_| None).collect();
        for &(scalar, seed) in seeds {
            let value = values.get(scalar.at).filter(|_| scalar.tape == id).ok_or(TapeError::ForeignHandle)?;
            if !seed.is_finite() {
                return Err(TapeError::Seed { seed });
            }
            if seed == 0.0 {
                continue;
            }
            if let Some((at, gradient)) = &value.emissions {
                // In 64 bits, for a seed beyond 32 would make 0 · ∞ of what has no part in it.
                of_emissions[*at].zip_mut_with(gradient, |sum, g| *sum += (seed * f64::from(*g)) as f32);
            }
            if !graphs[value.graph].learns {
                continue;
            }
            let graph = &graphs[value.graph].graph;
            flow[value.graph].get_or_insert_with(|| SiteValues::zeros(graph)).add_scaled(&value.gradient, seed);
        }
        // Results stand behind their inputs on the tape.
        for at in (0..graphs.len()).rev() {
            let (Made::From(inputs, _) | Made::Summed(inputs, _)) = &graphs[at].made else { continue };
            let Some(values) = flow[at].take() else { continue };
            let made = &graphs[at].made;
            let found = if let Made::Summed(_, record) = made { record.pull_back(&values) } else { Vec::new() };
            for (number, &input) in (0..).zip(inputs).filter(|(_, input)| graphs[**input].learns) {
                let into = flow[input].get_or_insert_with(|| SiteValues::zeros(&graphs[input].graph));
                match made {
                    Made::From(_, origin) => origin.pull_back(&values, number, into),
                    Made::Summed(_, record) => record.add(&found, number, into),
                    Made::Leaf | Made::Constant | Made::Rewritten => {}
                }
            }
        }
        let leaves = graphs.iter().zip(flow).map(|(entry, values)| {
            matches!(entry.made, Made::Leaf).then(|| values.unwrap_or_else(|| SiteValues::zeros(&entry.graph)))
        });
        Ok(Gradients { tape: id, leaves: leaves.collect(), emissions: of_emissions })
    }

    pub(super) fn put(&mut self, graph: Graph<Energy>, made: Made, learns: bool) -> GraphVar {
        self.graphs.push(Entry { graph, made, learns, source: None });
        GraphVar { tape: self.id, at: self.graphs.len() - 1 }
    }
}

/// What [`Tape::backward`] found: a number per site of every leaf, and one for every emission.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    tape: u64,
    leaves: Vec<Option<SiteValues>>,
    emissions: Vec<Array2<f32>>,
}

impl Gradients {
    /// The gradient of a leaf; `None` for handles of other graphs.
    pub fn of(&self, leaf: GraphVar) -> Option<&SiteValues> {
        self.leaves.get(leaf.at).filter(|_| leaf.tape == self.tape)?.as_ref()
    }

    /// The gradient of emissions, frames × classes; `None` for handles of other tapes.
    pub fn of_emissions(&self, e: EmissionVar) -> Option<&Array2<f32>> {
        self.emissions.get(e.at).filter(|_| e.tape == self.tape)
    }

    /// Like [`Gradients::of`], moved out.
    pub fn take(&mut self, leaf: GraphVar) -> Option<SiteValues> {
        self.leaves.get_mut(leaf.at).filter(|_| leaf.tape == self.tape)?.take()
    }
}
