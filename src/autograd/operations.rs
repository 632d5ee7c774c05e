//! Operations on a tape that say where their weights came from.

use smallvec::{SmallVec, smallvec};

use super::tape::{GraphVar, Made, Tape, TapeError};
use crate::graph::{Graph, Traced};
use crate::ops::{self, Closure, Compose, OpError, Side};
use crate::paths::{Answer, with_output, without_output};
use crate::semiring::Energy;

impl Tape {
    /// [`ops::compose()`]. ∂ of a result's site flows to the site of `a` and the site of `b` it is the sum of.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn compose(&mut self, a: GraphVar, b: GraphVar, o: &Compose) -> Result<GraphVar, TapeError> {
        self.apply(&[a, b], |g| ops::compose(g[0], g[1], o))
    }

    /// [`ops::project()`]. Sites keep their positions, and gradients with them.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn project(&mut self, g: GraphVar, side: Side) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| Ok::<_, OpError>(ops::project(g[0], side)))
    }

    /// [`ops::invert()`]. Sites keep their positions, and gradients with them.
    ///
    /// # Errors
    /// [`TapeError::ForeignHandle`].
    pub fn invert(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| Ok::<_, OpError>(ops::invert(g[0])))
    }

    /// [`ops::reverse()`].
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn reverse(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| ops::reverse(g[0]))
    }

    /// [`ops::connect()`]. Sites that no accepting path visits get no gradient.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn connect(&mut self, g: GraphVar) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| ops::connect(g[0]))
    }

    /// [`ops::closure()`]. A final weight stands on two sites of the result and gets the sum of their gradients. The
    /// paths go round cycles: [`Tape::free_energy_star`] sums over all of them.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn closure(&mut self, g: GraphVar, kind: Closure) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| ops::closure(g[0], kind))
    }

    /// [`ops::union()`]. A graph may be given several times; its gradients add up.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn union(&mut self, graphs: &[GraphVar]) -> Result<GraphVar, TapeError> {
        self.apply(graphs, ops::union)
    }

    /// [`ops::concat()`]. A graph may be given several times; its gradients add up.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn concat(&mut self, graphs: &[GraphVar]) -> Result<GraphVar, TapeError> {
        self.apply(graphs, ops::concat)
    }

    /// Any other operation that says where its weights came from, of this library ([`ops::intersect()`], [`ops::difference()`],
    /// [`ops::replace()`], [`ops::synchronize()`], [`ops::top_sort()`], [`ops::expand()`] of a lazy composition) or of your own. `op` is given
    /// the graphs, which are the inputs of the origins in their order; ∂ of a result's site flows to each of its origins.
    ///
    /// `op` runs once, and where a graph is [rewritten](Tape::rewritten) a second time on the graphs that were there before.
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
        mut op: impl FnMut(&[&Graph<Energy>]) -> Result<Traced<Energy>, E>,
    ) -> Result<GraphVar, TapeError> {
        self.with_sources(graphs, |tape, graphs| {
            let given = graphs.iter().map(|&g| tape.graph(g)).collect::<Result<Vec<_>, _>>()?;
            let made = op(&given).map_err(Into::into)?;
            let (inputs, learns) = tape.inputs(graphs);
            Ok(tape.put(made.graph, Made::From(inputs, made.origin), learns))
        })
    }

    /// The paths that write a right output: [`with_output`]. Where there is none, free energies are +∞.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn with_output(&mut self, g: GraphVar, right: &Answer) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| with_output(g[0], right))
    }

    /// The paths that write a wrong output, the right answer's rivals: [`without_output`]. Where there is none, free
    /// energies are +∞ and their gradient 0.
    ///
    /// # Errors
    /// What the operation says, [`TapeError::ForeignHandle`].
    pub fn without_output(&mut self, g: GraphVar, right: &Answer) -> Result<GraphVar, TapeError> {
        self.apply(&[g], |g| without_output(g[0], right))
    }

    /// Where graphs stand, and whether a leaf is behind one of them. They are handles that were looked up before.
    pub(super) fn inputs(&self, graphs: &[GraphVar]) -> (SmallVec<[usize; 2]>, bool) {
        let inputs: SmallVec<[usize; 2]> = match graphs {
            [one] => smallvec![one.at],
            several => several.iter().map(|g| g.at).collect(),
        };
        let learns = inputs.iter().any(|&i| self.graphs[i].learns);
        (inputs, learns)
    }
}
