//! The energies of the best few paths.

use smallvec::SmallVec;

use super::{Commutative, Diverges, Energy, MinSum, NotAWeight, Semiring, Star, Tolerance, Weight};

/// The `K` lowest path energies, in order, an energy as often as paths have it: ⊕ merges two lists, ⊗ keeps the lowest sums
/// of one from each, 0̄ = no path, 1̄ = one path of energy 0.
///
/// Energies only: [`k_best`](crate::paths::k_best()) gives the paths too. An impossible path is no path. `K = 1` is [`MinSum`]; with more, a path met twice counts twice and ⊕ is not idempotent. What is
/// common to all cannot be taken out, so there is no determinisation:
///
/// ```compile_fail,E0277
/// use energraph::ops::{Budget, acceptor, determinize};
/// use energraph::semiring::{KBest, Quantum};
/// use energraph::Graph;
/// let g: Graph<KBest<3>> = acceptor(&[1]).unwrap_or(Graph::empty());
/// let _ = determinize(&g, Quantum::default(), Budget::default());
/// ```
///
/// # Cost
/// ⊕ O(K), ⊗ O(K·log²K), star O(K²).
///
/// Source: Mohri 2002, section 6.
///
/// ```
/// use energraph::paths::path_sum_star;
/// use energraph::semiring::KBest;
/// use energraph::{Energy, GraphBuilder};
/// // A loop of energy 1 and two ways out.
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// for (energy, to) in [(1.0, 0), (0.5, 1), (2.0, 1)] {
///     b.arc(0, 1, 1, Energy::new(energy)?, to);
/// }
/// b.final_weight(1, Energy::FREE);
/// let best = path_sum_star(&b.build()?, |_, &e| KBest::<5>::from(e))?;
/// assert_eq!(best.energies().collect::<Vec<_>>(), [0.5, 1.5, 2.0, 2.5, 3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KBest<const K: usize>(SmallVec<[MinSum<f64>; 4]>);

impl<const K: usize> KBest<K> {
    /// The `K` lowest of these; +∞ is no path.
    ///
    /// # Errors
    /// [`NotAWeight`] for NaN and −∞.
    pub fn new(energies: impl IntoIterator<Item = f64>) -> Result<Self, NotAWeight> {
        energies.into_iter().map(MinSum::new).collect::<Result<_, _>>().map(Self::lowest)
    }

    /// The energies, lowest first; as many as there are paths, and no more than `K`.
    pub fn energies(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.0.iter().map(MinSum::get)
    }

    fn lowest(mut all: SmallVec<[MinSum<f64>; 4]>) -> Self {
        all.retain(|e| !e.is_zero());
        all.sort_unstable_by(|a, b| a.get().total_cmp(&b.get()));
        all.truncate(K);
        KBest(all)
    }
}

impl<const K: usize> From<Energy> for KBest<K> {
    /// One path; none where it is impossible.
    fn from(energy: Energy) -> Self {
        KBest::lowest([MinSum::from(energy)].into_iter().collect())
    }
}

impl<const K: usize> From<MinSum<f64>> for KBest<K> {
    /// One path; none where it is impossible.
    fn from(energy: MinSum<f64>) -> Self {
        KBest::lowest([energy].into_iter().collect())
    }
}

impl<const K: usize> std::fmt::Display for KBest<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.energies()).finish()
    }
}

impl<const K: usize> Weight for KBest<K> {
    fn one() -> Self {
        KBest::from(MinSum::one())
    }
    fn zero() -> Self {
        KBest(SmallVec::new())
    }
    fn times(&self, r: &Self) -> Self {
        let mut sums = SmallVec::new();
        for (i, a) in self.0.iter().enumerate() {
            // The i-th and the j-th have i·j pairs before them, themselves included, that are no worse.
            sums.extend(r.0.iter().take(K / (i + 1)).map(|b| a.times(b)));
        }
        KBest::lowest(sums)
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.len() == r.0.len() && self.0.iter().zip(&r.0).all(|(a, b)| a.close(b, tolerance))
    }
    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const K: usize> Commutative for KBest<K> {}

impl<const K: usize> Semiring for KBest<K> {
    fn plus(&self, r: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().copied().peekable(), r.0.iter().copied().peekable());
        let next = || match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if b.get() < a.get() => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        KBest(std::iter::from_fn(next).take(K).collect())
    }
}

impl<const K: usize> Star for KBest<K> {
    /// The lowest sums of any number of them, in any order, each as often as one likes. It diverges where one is negative.
    fn star(&self) -> Result<Self, Diverges> {
        if self.0.first().is_some_and(|e| e.get() < 0.0) {
            return Err(Diverges { weight: self.to_string() });
        }
        // Every walk but the empty one is a walk and a last step. By step, the next walk to be lengthened: walks are
        // found in order, so that is an index into what is found.
        let mut found = Self::one().0;
        let mut shorter = vec![0_usize; self.0.len()];
        while found.len() < K {
            let longer = self.0.iter().zip(&mut shorter).filter_map(|(step, i)| Some((found.get(*i)?.times(step), i)));
            let Some((walk, i)) = longer.min_by(|a, b| a.0.get().total_cmp(&b.0.get())) else { break };
            if walk.is_zero() {
                break;
            }
            *i += 1;
            found.push(walk);
        }
        Ok(KBest(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list<const K: usize>(energies: &[f64]) -> KBest<K> {
        KBest::new(energies.iter().copied()).unwrap()
    }

    /// By definition: 1̄ ⊕ a ⊗ (1̄ ⊕ a ⊗ …), K deep.
    fn star_by_steps<const K: usize>(a: &KBest<K>) -> KBest<K> {
        (0..K).fold(KBest::one(), |sum, _| KBest::one().plus(&a.times(&sum)))
    }

    #[test]
    fn a_star_has_every_order_of_its_steps() {
        let star = list::<7>(&[1.0, 2.0]).star().unwrap();
        // (), 1, 1+1, 2, 1+1+1, 1+2, 2+1.
        assert_eq!(star, list(&[0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0]));
        assert_eq!(list::<3>(&[0.0]).star(), Ok(list(&[0.0; 3])));
        assert_eq!(KBest::<3>::zero().star(), Ok(KBest::one()));
        assert!(list::<3>(&[-0.5, 1.0]).star().is_err());
    }

    #[test]
    fn a_star_is_what_its_definition_gives() {
        for a in [&[0.0, 0.5][..], &[0.25, 0.5, 3.0], &[2.0], &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], &[f64::MAX], &[]] {
            let a = list::<6>(a);
            assert_eq!(a.star(), Ok(star_by_steps(&a)), "{a}");
        }
    }

    #[test]
    fn only_the_lowest_are_kept_and_no_impossible_one() {
        assert_eq!(list::<2>(&[3.0, f64::INFINITY, 1.0, 2.0]).energies().collect::<Vec<_>>(), [1.0, 2.0]);
        assert_eq!(list::<2>(&[f64::MAX]).times(&list(&[f64::MAX, f64::INFINITY])), list(&[f64::MAX]));
        assert!(KBest::<2>::new([f64::NAN]).is_err());
        assert_eq!(KBest::<0>::one(), KBest::zero());
    }
}
