//! Levenshtein's distance as a cost.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::cost::{check_scale, units};
use super::{Cost, CostError, OutputDeterministic};
use crate::graph::{GraphBuilder, Label, StateId};
use crate::paths::Answer;
use crate::semiring::Energy;

/// The edit distance to the nearest right answer, but at most `most`, times a scale.
///
/// The automaton is Levenshtein's (Schulz and Mihov 2002): a state is a row of the edit table, each entry no more
/// than `most`, so that there are finitely many; arcs cost nothing and the last entry stands in the final weight. (An
/// edit *transducer* in its place would have a path per alignment, and the search would take the worst of them.) The
/// number of states grows linearly with the length of the answer and steeply with `most`: 6 characters and 3 edits
/// have about a hundred.
///
/// ```
/// use energraph::loss::{Cost, EditDistance};
/// use energraph::ops::{Compose, acceptor, compose};
/// use energraph::paths::{Beta, free_energy};
/// use energraph::Answer;
/// let cost = EditDistance { scale: 0.5, most: 3 };
/// let automaton = cost.automaton(&Answer::one([1, 2, 3]), &[1, 2, 3])?;
/// let read = compose(&acceptor(&[2, 3])?, automaton.graph(), &Compose::default())?.graph;
/// assert_eq!(free_energy(&read, Beta::Infinite)?, 0.5); // one deletion
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EditDistance {
    /// Cost of one edit, at least 0.
    pub scale: f32,
    /// Where the count of edits ends.
    pub most: u16,
}

/// Most states of an automaton.
const STATES: usize = 1 << 17;

/// The rows of the right answers, one after another.
type Row = SmallVec<[u16; 16]>;

impl EditDistance {
    /// The rows after one more label of the string.
    fn next(&self, row: &Row, right: &Answer, label: Label) -> Row {
        let mut next = Row::new();
        let mut first = 0;
        for answer in right.outputs() {
            let Some(above) = row.get(first..=first + answer.len()) else { continue };
            let mut left = u16::MAX;
            let mut diagonal = u16::MAX;
            let compared = std::iter::once(None).chain(answer.iter().map(Some));
            for (&up, right) in above.iter().zip(compared) {
                let mut edits = up.saturating_add(1).min(left.saturating_add(1));
                if let Some(right) = right {
                    edits = edits.min(diagonal.saturating_add(u16::from(*right != label)));
                }
                left = edits.min(self.most);
                diagonal = up;
                next.push(left);
            }
            first += answer.len() + 1;
        }
        next
    }

    /// The edits to the nearest right answer, if the string ends here.
    fn distance(&self, row: &Row, right: &Answer) -> u16 {
        let mut end = 0;
        let ends = right.outputs().iter().filter_map(|answer| {
            end += answer.len() + 1;
            row.get(end - 1).copied()
        });
        ends.min().unwrap_or(self.most)
    }
}

impl Cost for EditDistance {
    fn automaton(&self, right: &Answer, alphabet: &[Label]) -> Result<OutputDeterministic, CostError> {
        check_scale(self.scale)?;
        if right.outputs().is_empty() {
            return Err(CostError::RightAnswers { cost: "edit distance", found: 0 });
        }
        let first: Row =
            right.outputs().iter().flat_map(|o| (0..=o.len()).map(|i| i.min(self.most as usize) as u16)).collect();
        let mut b = GraphBuilder::new();
        let start = b.state();
        b.start(start);
        let mut rows = vec![first.clone()];
        let mut known: FxHashMap<Row, StateId> = [(first, start)].into_iter().collect();
        let mut next = 0;
        while let Some(row) = rows.get(next).cloned() {
            let source = next as StateId;
            b.final_weight(source, units(self.distance(&row, right).into(), self.scale));
            // Labels that no right answer contains all lead to one row.
            let mut foreign = None;
            for &label in alphabet {
                let own = right.outputs().iter().any(|o| o.contains(&label));
                let target = match foreign.filter(|_| !own) {
                    Some(target) => target,
                    None => *known.entry(self.next(&row, right, label)).or_insert_with_key(|row| {
                        rows.push(row.clone());
                        b.state()
                    }),
                };
                if !own {
                    foreign = Some(target);
                }
                b.arc(source, label, label, Energy::FREE, target);
            }
            if rows.len() > STATES {
                return Err(CostError::Budget { states: STATES });
            }
            next += 1;
        }
        OutputDeterministic::new(b.build()?, alphabet)
    }
}
