//! Operations on a tape that sum and divide weights.

use super::recorded::{Recordable, Recorded, Recorder};
use super::tape::{GraphVar, Made, Tape, TapeError};
use crate::graph::Graph;
use crate::ops::{self, Toward};
use crate::paths::{Beta, PositiveF64};
use crate::semiring::{LogSum, MinSum};

impl Tape {
    /// [`ops::remove_epsilon()`] at β: sums around cycles of epsilons are differentiated as the stars that they are.
    ///
    /// # Errors
    /// As [`Tape::apply_in`], with what the operation says.
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::{Beta, Energy, GraphBuilder};
    /// // Round with probability ½ any number of times, then on: ½ / (1 − ½) = 1.
    /// let half = Energy::new(2.0_f32.ln())?;
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 0, 0, half, 0);
    /// b.arc(0, 1, 1, half, 1);
    /// b.final_weight(1, Energy::FREE);
    /// let mut tape = Tape::new();
    /// let leaf = tape.leaf(b.build()?);
    /// let short = tape.remove_epsilon(leaf, Beta::ONE)?;
    /// assert!(tape.graph(short)?.arcs(0)[0].weight.get().abs() < 1e-6);
    /// let f = tape.free_energy(short, Beta::ONE)?;
    /// // The loop is walked ½ / (1 − ½) = 1 times in the mean.
    /// let gradients = tape.backward(&[(f, 1.0)])?;
    /// let counts = &gradients.of(leaf).ok_or("a leaf")?.arcs;
    /// assert!(counts.iter().all(|n| (n - 1.0).abs() < 1e-6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove_epsilon(&mut self, g: GraphVar, beta: Beta) -> Result<GraphVar, TapeError> {
        match beta {
            Beta::Finite(beta) => self.apply_in::<LogSum<f64>, _>(beta, &[g], |g| ops::remove_epsilon(g[0])),
            Beta::Infinite => self.apply_in::<MinSum<f64>, _>(PositiveF64::ONE, &[g], |g| ops::remove_epsilon(g[0])),
        }
    }

    /// [`ops::push()`] at β.
    ///
    /// # Errors
    /// As [`Tape::apply_in`], with what the operation says.
    pub fn push(&mut self, g: GraphVar, toward: Toward, beta: Beta) -> Result<GraphVar, TapeError> {
        match beta {
            Beta::Finite(beta) => self.apply_in::<LogSum<f64>, _>(beta, &[g], |g| ops::push(g[0], toward)),
            Beta::Infinite => self.apply_in::<MinSum<f64>, _>(PositiveF64::ONE, &[g], |g| ops::push(g[0], toward)),
        }
    }

    /// Any operation that is generic in the semiring and sums over paths: [`ops::epsilon_normalize()`], [`ops::condense()`],
    /// [`ops::reweight()`], several in a row, or one of your own.
    ///
    /// # Arguments
    /// * `beta`: what [`LogSum`] multiplies energies by before `op` and divides them by after it; [`MinSum`] takes them as they are.
    /// * `graphs`: handed to `op` in their order, with weights that remember what is made of them.
    /// * `op`: runs once, and where a graph is [rewritten](Tape::rewritten) a second time on the graphs that were there before.
    ///
    /// # Returns
    /// The result in energies, rounded to `f32`. [`Tape::backward`] takes the vector–Jacobian product of `op`: from ∂ by each weight of
    /// its result, ∂ by each weight of its arguments, through every ⊗, ⊕, division and star that made it. A sum around cycles is
    /// eliminated and so differentiated as a whole, not walk by walk. Where the minimum of [`MinSum`] is a tie, its subgradient is that
    /// of the first in the order in which `op` adds.
    ///
    /// An operation that makes states one where weights are equal ([`ops::determinize()`], [`ops::minimize()`]) has no derivative there:
    /// [`Tape::rewritten`] is for those.
    ///
    /// # Errors
    /// What `op` says, [`TapeError::Steps`], [`TapeError::ForeignHandle`].
    ///
    /// # Cost
    /// That of `op`, and 24 bytes for each of its ⊗, ⊕, divisions and stars, which [`Tape::backward`] visits once.
    ///
    /// # Source
    /// A. Griewank, A. Walther, *Evaluating derivatives*, 2008 (the reverse mode).
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::ops::{Toward, push, remove_epsilon};
    /// use energraph::paths::PositiveF64;
    /// use energraph::{Beta, Energy, GraphBuilder, LogSum};
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// for (label, energy) in [(0, 1.0), (1, 2.0), (1, 3.0)] {
    ///     b.arc(0, label, label, Energy::new(energy)?, 1);
    /// }
    /// b.final_weight(1, Energy::FREE);
    /// let mut tape = Tape::new();
    /// let leaf = tape.leaf(b.build()?);
    /// let pushed = tape.apply_in::<LogSum<f64>, _>(PositiveF64::ONE, &[leaf], |g| push(&remove_epsilon(g[0])?, Toward::End))?;
    /// let f = tape.free_energy(pushed, Beta::finite(2.0)?)?; // not the β of the sums: the two labelled arcs are one here
    /// let gradients = tape.backward(&[(f, 1.0)])?;
    /// assert!((gradients.of(leaf).ok_or("a leaf")?.arcs.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_in<S: Recordable, E: Into<TapeError>>(
        &mut self,
        beta: PositiveF64,
        graphs: &[GraphVar],
        mut op: impl FnMut(&[&Graph<Recorded<S>>]) -> Result<Graph<Recorded<S>>, E>,
    ) -> Result<GraphVar, TapeError> {
        self.with_sources(graphs, |tape, graphs| {
            let given = graphs.iter().map(|&g| tape.graph(g)).collect::<Result<Vec<_>, _>>()?;
            let (states, arcs) = (given.iter().map(|g| g.states()).sum(), given.iter().map(|g| g.arc_count()).sum());
            let mut recorder = Recorder::new(beta);
            let learning = graphs.iter().zip(given).map(|(g, graph)| (graph, tape.graphs[g.at].learns));
            let lifted: Vec<_> = learning.map(|(graph, learns)| recorder.lift(graph, learns)).collect();
            let made = op(&lifted.iter().collect::<Vec<_>>()).map_err(Into::into)?;
            let (graph, record) = recorder.lower(&made).ok_or(TapeError::Steps { states, arcs })?;
            let (inputs, learns) = tape.inputs(graphs);
            Ok(tape.put(graph, Made::Summed(inputs, record), learns))
        })
    }
}
