//! Hamming's distance as a cost.

use super::cost::{check_scale, units};
use super::{Cost, CostError, OutputDeterministic};
use crate::graph::{GraphBuilder, Label, StateId};
use crate::paths::Answer;
use crate::semiring::Energy;

/// Positions at which an answer differs from the right one, times a scale. Where one is longer than the other, each
/// position that only one of them has counts as a difference.
///
/// The automaton has a state per position of the right answer, O(length · alphabet) arcs.
///
/// ```
/// use energraph::loss::{Cost, Hamming};
/// use energraph::ops::{Compose, acceptor, compose};
/// use energraph::paths::{Beta, free_energy};
/// use energraph::Answer;
/// let automaton = Hamming { scale: 1.0 }.automaton(&Answer::one([1, 2, 3]), &[1, 2, 3])?;
/// let cost = compose(&acceptor(&[2, 2])?, automaton.graph(), &Compose::default())?.graph;
/// assert_eq!(free_energy(&cost, Beta::Infinite)?, 2.0); // one wrong, one missing
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hamming {
    /// Cost of one difference, at least 0.
    pub scale: f32,
}

impl Cost for Hamming {
    fn automaton(&self, right: &Answer, alphabet: &[Label]) -> Result<OutputDeterministic, CostError> {
        check_scale(self.scale)?;
        let [right] = right.outputs() else {
            return Err(CostError::RightAnswers { cost: "Hamming", found: right.outputs().len() });
        };
        let mut b = GraphBuilder::new();
        b.add_states(right.len() + 1);
        b.start(0);
        let one = units(1, self.scale);
        for (position, &label) in right.iter().enumerate() {
            let s = position as StateId;
            b.final_weight(s, units(right.len() - position, self.scale));
            for &l in alphabet {
                b.arc(s, l, l, if l == label { Energy::FREE } else { one }, s + 1);
            }
        }
        let end = right.len() as StateId;
        b.final_weight(end, Energy::FREE);
        alphabet.iter().for_each(|&l| b.arc(end, l, l, one, end));
        OutputDeterministic::new(b.build()?, alphabet)
    }
}
