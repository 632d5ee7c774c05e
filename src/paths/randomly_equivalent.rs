//! Whether two graphs give random strings the same energy.

use super::sample_paths::lift;
use super::{Answer, Beta, Output, PathError, free_energy, path_sum_star, random_paths, with_output};
use crate::graph::{Graph, Label};
use crate::ops::invert;
use crate::semiring::{Energy, Tolerance};

/// What random paths say of two graphs.
#[derive(Debug, Clone, PartialEq)]
pub enum Equivalence {
    /// No difference showed: that proves nothing.
    Likely {
        /// Paths drawn.
        tried: usize,
    },
    /// A pair of strings to which the graphs give different energies: they are not equivalent.
    Refuted {
        /// What is read.
        input: Vec<Label>,
        /// What is written.
        output: Output,
        /// Its free energy in each graph.
        energies: (f64, f64),
    },
}

/// How [`randomly_equivalent`] compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomTest {
    /// Paths drawn, half of them from each graph.
    pub paths: usize,
    /// Most arcs of a path.
    pub arcs: usize,
    /// How energies of several paths of one pair of strings become one.
    pub beta: Beta,
    /// How far apart energies may be.
    pub tolerance: Tolerance,
}

impl Default for RandomTest {
    /// 100 paths of up to 1,000 arcs, the lowest energy, within 1/1024.
    fn default() -> Self {
        let tolerance = Tolerance { absolute: 1.0 / 1024.0, relative: 0.0 };
        RandomTest { paths: 100, arcs: 1_000, beta: Beta::Infinite, tolerance }
    }
}

/// Looks for a pair of strings to which two transducers give different energies, among those of random paths.
///
/// # Arguments
/// * `a`, `b`: any transducers, with epsilons or not, deterministic or not: what
///   [`ops::equivalent`](crate::ops::equivalent()) decides for deterministic acceptors, no method decides for all of
///   these.
/// * `o`: how many paths, how long, and what counts as different.
/// * `uniform`: numbers uniform on [0, 1), as for [`random_paths`].
///
/// # Returns
/// [`Equivalence::Refuted`] with a pair of strings that tells the graphs apart, of those found the first in order: a
/// proof. Else [`Equivalence::Likely`], which is none. Where neither graph has a path of so few arcs nothing is tried.
///
/// # Errors
/// [`PathError::Diverges`], [`PathError::SumDiverges`], [`PathError::Matrix`] where cycles without labels give a pair
/// no energy; [`PathError::Draws`]; [`PathError::Graph`].
///
/// # Cost
/// That of [`random_paths`], and for each path the products of both graphs with its strings.
///
/// # Source
/// `fstequivalent --random` of C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer
/// library*, 2007.
///
/// # Example
/// ```text
/// ─▶ 0 ─a/1─▶ ◎     ─▶ 0 ─a/1─▶ ◎        refuted by "b"
///                     0 ─b/2─▶ ◎
/// ```
///
/// ```
/// use energraph::ops::from_strings;
/// use energraph::paths::{Equivalence, RandomTest, randomly_equivalent};
/// let (a, b) = (from_strings([[1, 2]])?, from_strings([[1, 2], [1, 3]])?);
/// let mut state = 1_u64;
/// let mut uniform = || {
///     state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
///     (state >> 11) as f64 / (1_u64 << 53) as f64
/// };
/// let o = RandomTest::default();
/// assert_eq!(randomly_equivalent(&a, &a, &o, &mut uniform)?, Equivalence::Likely { tried: 100 });
/// let Equivalence::Refuted { input, energies, .. } = randomly_equivalent(&a, &b, &o, &mut uniform)? else {
///     return Err("they differ".into());
/// };
/// assert_eq!((input, energies), (vec![1, 3], (f64::INFINITY, 0.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn randomly_equivalent(
    a: &Graph<Energy>,
    b: &Graph<Energy>,
    o: &RandomTest,
    uniform: &mut dyn FnMut() -> f64,
) -> Result<Equivalence, PathError> {
    let mut drawn = random_paths(a, o.arcs, o.paths.div_ceil(2), uniform)?;
    drawn.extend(random_paths(b, o.arcs, o.paths / 2, uniform)?);
    let tried = drawn.len();
    let mut pairs: Vec<(Vec<Label>, Output)> = drawn.into_iter().map(|p| (p.input, p.output)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (input, output) in pairs {
        let energies = (energy(a, &input, &output, o.beta)?, energy(b, &input, &output, o.beta)?);
        if !o.tolerance.admits(energies.0, energies.1) {
            return Ok(Equivalence::Refuted { input, output, energies });
        }
    }
    Ok(Equivalence::Likely { tried })
}

/// F_β over the paths that read and write these strings, cycles without labels included.
fn energy(g: &Graph<Energy>, input: &[Label], output: &[Label], beta: Beta) -> Result<f64, PathError> {
    let writes = with_output(g, &Answer::one(output.iter().copied()))?.graph;
    let both = with_output(&invert(&writes).graph, &Answer::one(input.iter().copied()))?.graph;
    match beta {
        Beta::Infinite => free_energy(&both, beta),
        Beta::Finite(finite) => Ok((path_sum_star(&both, |_, e| lift(*e, finite))?.get() / finite.get()).max(f64::MIN)),
    }
}
