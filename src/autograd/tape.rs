//! The tape.

use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use smallvec::{SmallVec, smallvec};

use crate::graph::{Graph, Origin, SiteValues, Traced};
use crate::ops::{self, Closure, Compose, OpError, Side};
use crate::paths::{Answer, Beta, PathError, free_energy_and_posteriors, with_output, without_output};
use crate::semiring::Energy;
use crate::trellis::TrellisError;

use super::trellis::{EmissionVar, PathVar, Trellis};

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
}

/// A graph on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GraphVar {
    tape: u64,
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
enum Made {
    /// Given, and its gradient is wanted.
    Leaf,
    /// Given, and nobody asks for its gradient.
    Constant,
    /// Input number i of the origin is the i-th graph here.
    From(SmallVec<[usize; 2]>, Origin),
}

#[derive(Debug)]
struct Entry {
    graph: Graph<Energy>,
    made: Made,
    /// Whether a leaf is behind it.
    learns: bool,
}

#[derive(Debug)]
struct Value {
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
/// Operations that give every string the weight that it had ([`ops::remove_epsilon()`], [`ops::push()`], [`ops::determinize()`],
/// [`ops::minimize()`] in the semiring of the question) sum and divide weights, and have no origins. They need none here: the free energy of a
/// result, and of its composition with anything, is that of the graph which was rewritten, and so is the gradient. Put that graph on
/// the tape, and the rewritten one where no gradient is wanted.
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
    graphs: Vec<Entry>,
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

    /// [`ops::compose()`]. ∂ of a result's site flows to the site of `a` and the site of `b` it is the sum of.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn compose(&mut self, a: GraphVar, b: GraphVar, o: &Compose) -> Result<GraphVar, TapeError> {
        let made = ops::compose(self.graph(a)?, self.graph(b)?, o)?;
        Ok(self.record(&[a, b], made))
    }

    /// [`ops::project()`]. Sites keep their positions, and gradients with them.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn project(&mut self, g: GraphVar, side: Side) -> Result<GraphVar, TapeError> {
        let made = ops::project(self.graph(g)?, side);
        Ok(self.record(&[g], made))
    }

    /// [`ops::invert()`]. Sites keep their positions, and gradients with them.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn invert(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        let made = ops::invert(self.graph(g)?);
        Ok(self.record(&[g], made))
    }

    /// [`ops::reverse()`].
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn reverse(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        let made = ops::reverse(self.graph(g)?)?;
        Ok(self.record(&[g], made))
    }

    /// [`ops::connect()`]. Sites that no accepting path visits get no gradient.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn connect(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        let made = ops::connect(self.graph(g)?)?;
        Ok(self.record(&[g], made))
    }

    /// [`ops::closure()`]. A final weight stands on two sites of the result and gets the sum of their gradients.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn closure(&mut self, g: GraphVar, kind: Closure) -> Result<GraphVar, TapeError> {
        let made = ops::closure(self.graph(g)?, kind)?;
        Ok(self.record(&[g], made))
    }

    /// [`ops::union()`]. A graph may be given several times; its gradients add up.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn union(&mut self, graphs: &[GraphVar]) -> Result<GraphVar, TapeError> {
        let given = graphs.iter().map(|&g| self.graph(g)).collect::<Result<Vec<_>, _>>()?;
        let made = ops::union(&given)?;
        Ok(self.record(graphs, made))
    }

    /// [`ops::concat()`]. A graph may be given several times; its gradients add up.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn concat(&mut self, graphs: &[GraphVar]) -> Result<GraphVar, TapeError> {
        let given = graphs.iter().map(|&g| self.graph(g)).collect::<Result<Vec<_>, _>>()?;
        let made = ops::concat(&given)?;
        Ok(self.record(graphs, made))
    }

    /// Any other operation that says where its weights came from, of this library ([`ops::intersect()`], [`ops::difference()`],
    /// [`ops::replace()`], [`ops::synchronize()`], [`ops::top_sort()`], [`ops::expand()`] of a lazy composition) or of your own. `op` is given
    /// the graphs, which are the inputs of the origins in their order; ∂ of a result's site flows to each of its origins.
    ///
    /// # Errors
    /// What `op` says, [`TapeError::ForeignHandle`].
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::ops::{Compose, acceptor, from_strings, intersect};
    /// use energraph::{Beta, Energy};
    /// let mut tape = Tape::new();
    /// let heard = tape.leaf(from_strings::<Energy, _>([[1, 2], [1, 3]])?);
    /// let allowed = tape.constant(acceptor(&[1, 3])?);
    /// let both = tape.apply(&[heard, allowed], |g| intersect(g[0], g[1], &Compose::default()))?;
    /// let f = tape.free_energy(both, Beta::ONE)?;
    /// let gradients = tape.backward(&[(f, 1.0)])?;
    /// assert_eq!(gradients.of(heard).ok_or("a leaf")?.arcs.iter().sum::<f64>(), 2.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply<E: Into<TapeError>>(
        &mut self,
        graphs: &[GraphVar],
        op: impl FnOnce(&[&Graph<Energy>]) -> Result<Traced<Energy>, E>,
    ) -> Result<GraphVar, TapeError> {
        let given = graphs.iter().map(|&g| self.graph(g)).collect::<Result<Vec<_>, _>>()?;
        let made = op(&given).map_err(Into::into)?;
        Ok(self.record(graphs, made))
    }

    /// The paths that write a right output: [`with_output`]. Where there is none, free energies are +∞.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn with_output(&mut self, g: GraphVar, right: &Answer) -> Result<GraphVar, TapeError> {
        let made = with_output(self.graph(g)?, right)?;
        Ok(self.record(&[g], made))
    }

    /// The paths that write a wrong output, the right answer's rivals: [`without_output`]. Where there is none, free
    /// energies are +∞ and their gradient 0.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn without_output(&mut self, g: GraphVar, right: &Answer) -> Result<GraphVar, TapeError> {
        let made = without_output(self.graph(g)?, right)?;
        Ok(self.record(&[g], made))
    }

    /// `F_β` of a graph or a trellis. Its gradient is the posterior of every site, final weights included; at infinite β it is
    /// the indicator of one best path, a subgradient: which of several best paths is documented at
    /// [`crate::paths::best_path()`]. Over no path the value is +∞ and the gradient 0.
    ///
    /// # Errors
    /// [`TapeError::Path`], [`TapeError::ForeignHandle`].
    ///
    /// # Cost
    /// One sweep backward and one forward over the graph; for a trellis, those of [`crate::trellis::posteriors()`].
    pub fn free_energy(&mut self, of: impl Into<PathVar>, beta: Beta) -> Result<Scalar, TapeError> {
        let value = match of.into() {
            PathVar::Graph(g) => {
                let (value, gradient) = free_energy_and_posteriors(self.graph(g)?, beta)?;
                Value { value, graph: g.at, gradient, emissions: None }
            }
            PathVar::Trellis(t) => {
                let trellis = self.trellis_of(t)?;
                let found = trellis.posteriors(&self.emissions, beta)?;
                let emissions = Some((trellis.emissions, found.emissions));
                Value { value: found.free_energy, graph: trellis.graph, gradient: found.sites, emissions }
            }
        };
        self.values.push(value);
        Ok(Scalar { tape: self.id, at: self.values.len() - 1 })
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
    /// [`TapeError::ForeignHandle`].
    ///
    /// # Cost
    /// O(sites and origins on the tape), once for all seeds.
    pub fn backward(self, seeds: &[(Scalar, f64)]) -> Result<Gradients, TapeError> {
        let Tape { id, graphs, values, emissions, .. } = self;
        let mut of_emissions: Vec<Array2<f32>> = emissions.iter().map(|e| Array2::zeros(e.dim())).collect();
        let mut flow: Vec<Option<SiteValues>> = graphs.iter().map(|_| None).collect();
        for &(scalar, seed) in seeds {
            let value = values.get(scalar.at).filter(|_| scalar.tape == id).ok_or(TapeError::ForeignHandle)?;
            if seed == 0.0 {
                continue;
            }
            if let Some((at, gradient)) = &value.emissions {
                of_emissions[*at].scaled_add(seed as f32, gradient);
            }
            if !graphs[value.graph].learns {
                continue;
            }
            let graph = &graphs[value.graph].graph;
            flow[value.graph].get_or_insert_with(|| SiteValues::zeros(graph)).add_scaled(&value.gradient, seed);
        }
        // Results stand behind their inputs on the tape.
        for at in (0..graphs.len()).rev() {
            let Made::From(inputs, origin) = &graphs[at].made else { continue };
            let Some(values) = flow[at].take() else { continue };
            for (number, &input) in inputs.iter().enumerate() {
                if graphs[input].learns {
                    let into = flow[input].get_or_insert_with(|| SiteValues::zeros(&graphs[input].graph));
                    origin.pull_back(&values, number as u32, into);
                }
            }
        }
        let leaves = graphs.iter().zip(flow).map(|(entry, values)| {
            matches!(entry.made, Made::Leaf).then(|| values.unwrap_or_else(|| SiteValues::zeros(&entry.graph)))
        });
        Ok(Gradients { tape: id, leaves: leaves.collect(), emissions: of_emissions })
    }

    fn put(&mut self, graph: Graph<Energy>, made: Made, learns: bool) -> GraphVar {
        self.graphs.push(Entry { graph, made, learns });
        GraphVar { tape: self.id, at: self.graphs.len() - 1 }
    }

    /// Puts a result on the tape; its inputs are handles that were looked up before.
    fn record(&mut self, inputs: &[GraphVar], made: Traced<Energy>) -> GraphVar {
        let inputs: SmallVec<[usize; 2]> = match inputs {
            [one] => smallvec![one.at],
            several => several.iter().map(|g| g.at).collect(),
        };
        let learns = inputs.iter().any(|&i| self.graphs[i].learns);
        self.put(made.graph, Made::From(inputs, made.origin), learns)
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
