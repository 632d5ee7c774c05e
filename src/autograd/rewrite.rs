//! Rewrites that keep every string's weight, on a tape.

use super::tape::{GraphVar, Made, Tape, TapeError};
use crate::graph::Graph;
use crate::semiring::{Energy, Tolerance};

/// The graph that stands behind a rewritten one, or the same made of that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Where it is on the tape.
    pub(super) at: usize,
    /// How far free energies may lie apart.
    tolerance: Tolerance,
}

impl Source {
    /// Whether a free energy is that of the source.
    pub(super) fn check(&self, found: f64, expected: f64) -> Result<(), TapeError> {
        if self.tolerance.admits(found, expected) { Ok(()) } else { Err(TapeError::Rewritten { found, expected }) }
    }
}

impl Tape {
    /// Another graph in place of one, which gives every string, or every pair of strings, the weight that it had: what
    /// [`determinize()`](crate::ops::determinize()), [`minimize()`](crate::ops::minimize()) and the like make of it.
    ///
    /// # Arguments
    /// * `g`: the graph.
    /// * `tolerance`: how far a free energy of the rewritten graph may be from that of `g`. Weights of the result are
    ///   rounded to `f32`, and determinisation moves the weight of a string by half a [`Quantum`](crate::semiring::Quantum) for
    ///   each label.
    /// * `op`: the rewriting. It sums in the semiring that it lifts energies into, and the result answers for questions at that β
    ///   alone: one in [`LogSum`](crate::LogSum) of the energies as they are at β = 1, one in [`MinSum`](crate::MinSum) at infinite β.
    ///
    /// # Returns
    /// The rewritten graph: that is what [`Tape::graph`], values and further operations see. Its derivatives are not taken, for they
    /// have none where states that a hair keeps apart are made one. Every operation on it runs on `g` in its place too, and the
    /// gradient of a free energy is that of the latter.
    ///
    /// # Errors
    /// What `op` says, [`TapeError::ForeignHandle`]; later on, in an operation, what that says of `g` in this place, and in
    /// [`Tape::free_energy`] [`TapeError::Rewritten`] where the two differ by more than `tolerance`.
    ///
    /// # Cost
    /// That of `op`; and that of every operation and free energy on the result a second time, on what `g` makes of it. Where no leaf
    /// is behind `g`, nothing runs twice and nothing is compared.
    ///
    /// ```text
    ///   leaf ──rewritten──▶ g' ──compose──▶ g'∘b ──free_energy──▶ value
    ///     └───────────────────────compose──▶ g∘b ──free_energy──▶ the same, and its gradient
    /// ```
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::ops::{Budget, determinize};
    /// use energraph::semiring::{Quantum, Tolerance};
    /// use energraph::{Beta, Energy, GraphBuilder, LogSum};
    /// // Two paths of the string 1, which become one.
    /// let mut b = GraphBuilder::new();
    /// b.add_states(3);
    /// b.start(0);
    /// for (energy, t) in [(0.0, 1), (3.0_f32.ln(), 2)] {
    ///     b.arc(0, 1, 1, Energy::new(energy)?, t);
    ///     b.final_weight(t, Energy::FREE);
    /// }
    /// let mut tape = Tape::new();
    /// let leaf = tape.leaf(b.build()?);
    /// let near = Tolerance { absolute: 1e-3, relative: 1e-5 };
    /// let one = tape.rewritten(leaf, near, |g| {
    ///     determinize(&g.lift::<LogSum<f64>>(), Quantum::default(), Budget::default()).map(|d| d.lower())
    /// })?;
    /// assert_eq!(tape.graph(one)?.arc_count(), 1);
    /// let f = tape.free_energy(one, Beta::ONE)?;
    /// let gradients = tape.backward(&[(f, 1.0)])?;
    /// let shares = &gradients.of(leaf).ok_or("a leaf")?.arcs;
    /// assert!((shares[0] - 0.75).abs() < 1e-6 && (shares[1] - 0.25).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rewritten<E: Into<TapeError>>(
        &mut self,
        g: GraphVar,
        tolerance: Tolerance,
        op: impl FnOnce(&Graph<Energy>) -> Result<Graph<Energy>, E>,
    ) -> Result<GraphVar, TapeError> {
        let made = op(self.graph(g)?).map_err(Into::into)?;
        let (_, learns) = self.inputs(&[g]);
        let before = self.graphs[g.at].source;
        let var = self.put(made, Made::Rewritten, learns);
        // What was rewritten before stands for what it was first.
        let source = before.map_or(Source { at: g.at, tolerance }, |s| s.wider(tolerance));
        self.graphs[var.at].source = Some(source).filter(|_| learns);
        Ok(var)
    }

    /// Makes something of graphs, and where one of them is rewritten, the same of what was there before. Where either fails, nothing
    /// has happened.
    pub(super) fn with_sources(
        &mut self,
        graphs: &[GraphVar],
        mut make: impl FnMut(&mut Tape, &[GraphVar]) -> Result<GraphVar, TapeError>,
    ) -> Result<GraphVar, TapeError> {
        let made = make(self, graphs)?;
        let sources: Vec<Option<Source>> = graphs.iter().map(|g| self.graphs[g.at].source).collect();
        let Some(first) = sources.iter().flatten().next() else { return Ok(made) };
        let none = Source { tolerance: Tolerance::EXACT, ..*first };
        let all = sources.iter().flatten().fold(none, |all, s| all.wider(s.tolerance));
        let before: Vec<GraphVar> =
            graphs.iter().zip(&sources).map(|(g, s)| GraphVar { at: s.map_or(g.at, |s| s.at), ..*g }).collect();
        let source = make(self, &before).inspect_err(|_| self.graphs.truncate(made.at))?;
        self.graphs[made.at].source = Some(Source { at: source.at, ..all });
        Ok(made)
    }
}

impl Source {
    /// With room for another rewriting's tolerance too.
    fn wider(self, by: Tolerance) -> Self {
        let Tolerance { absolute, relative } = self.tolerance;
        let tolerance = Tolerance { absolute: absolute + by.absolute, relative: relative + by.relative };
        Source { tolerance, ..self }
    }
}
