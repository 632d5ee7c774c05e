//! Free energies on a tape where there are cycles.

use super::recorded::Recordable;
use super::tape::{GraphVar, Scalar, Tape, TapeError};
use crate::graph::{Graph, SiteValues};
use crate::paths::{Beta, PathError, expected_counts, free_energy_and_posteriors, path_sum_star};
use crate::semiring::{Energy, LogSum};

impl Tape {
    /// `F_β` of a graph over all of its accepting paths however long, as [`Tape::free_energy`], on graphs with cycles
    /// too: the sum of infinitely many paths, not a part of it. [`Tape::free_energy`] refuses cycles at finite β, lest
    /// one that was not meant be summed unseen.
    ///
    /// # Arguments
    /// * `g`: any graph; at finite β the sum over its accepting paths must exist. (A trellis has no cycles.)
    /// * `beta`: the inverse temperature.
    ///
    /// # Returns
    /// `−1/β · log Σ e^{−β·E}` over every accepting path. Its gradient is how often a path is expected to use each
    /// site, more than once perhaps ([`expected_counts`]): the star around a cycle is differentiated as a whole, not
    /// walk by walk. Without cycles, and at infinite β with them, value and gradient are those of
    /// [`Tape::free_energy`], to the bit: a best path never walks a cycle of energy 0. Over no path the value is +∞ and
    /// the gradient 0. With cycles, a site whose energy times β is beyond the largest `f64` is taken for impossible.
    ///
    /// # Errors
    /// [`TapeError::Path`]: [`PathError::SumDiverges`] where the sum around a cycle does or a path uses a site more
    /// than 1.8·10³⁰⁸ times on average, [`PathError::Matrix`] as for [`path_sum_star`], [`PathError::Diverges`] at
    /// infinite β where a cycle has negative energy. [`TapeError::ForeignHandle`]; [`TapeError::Rewritten`] as for
    /// [`Tape::free_energy`].
    ///
    /// # Cost
    /// Without cycles that of [`Tape::free_energy`]; with them three times that of [`path_sum_star`], once for the
    /// value and twice for its gradient. Both once more over the graph before, where one was
    /// [rewritten](Tape::rewritten).
    ///
    /// # Source
    /// D. Lehmann, *Algebraic structures for transitive closure*, 1977 (the value); J. Eisner, *Inside-outside and
    /// forward-backward algorithms are just backprop*, 2016 (expected counts are gradients).
    ///
    /// # Example
    /// ```text
    ///               closure, Star
    /// ─▶ 0 ─a/log 4─▶ ◎    =====>    "", a, aa, aaa, …:  Σ 4⁻ⁿ = 4/3,  on average ⅓ a
    /// ```
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::ops::Closure;
    /// use energraph::{Answer, Beta, Energy, GraphBuilder};
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 1, 1, Energy::new(4.0_f32.ln())?, 1);
    /// b.final_weight(1, Energy::FREE);
    /// let mut tape = Tape::new();
    /// let leaf = tape.leaf(b.build()?);
    /// let all = tape.closure(leaf, Closure::Star)?;
    /// // The likelihood of "a a" among all repetitions: F(right) − F(all).
    /// let right = tape.with_output(all, &Answer::one([1, 1]))?;
    /// let f_right = tape.free_energy(right, Beta::ONE)?;
    /// assert!(tape.free_energy(all, Beta::ONE).is_err());
    /// let f_all = tape.free_energy_star(all, Beta::ONE)?;
    /// assert!((tape.value(f_all)? + (4.0_f64 / 3.0).ln()).abs() < 1e-6);
    /// let gradients = tape.backward(&[(f_right, 1.0), (f_all, -1.0)])?;
    /// // "a" stands there twice, and is expected a third of a time.
    /// assert!((gradients.of(leaf).ok_or("a leaf")?.arcs[0] - (2.0 - 1.0 / 3.0)).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn free_energy_star(&mut self, g: GraphVar, beta: Beta) -> Result<Scalar, TapeError> {
        let value = self.of_graph(g, |g| value_and_counts(g, beta))?;
        Ok(self.put_value(value))
    }
}

fn value_and_counts(g: &Graph<Energy>, beta: Beta) -> Result<(f64, SiteValues), PathError> {
    match (free_energy_and_posteriors(g, beta), beta) {
        (Err(PathError::Cyclic { .. }), Beta::Finite(finite)) => {
            let total = path_sum_star(g, |_, &e| <LogSum<f64>>::lift(e, finite))?.get();
            // A tiny β can carry it beyond the numbers.
            let value = if total < f64::INFINITY { (total / finite.get()).clamp(f64::MIN, f64::MAX) } else { total };
            Ok((value, expected_counts(g, beta)?.sites))
        }
        (found, _) => found,
    }
}
