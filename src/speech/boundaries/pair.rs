//! Which label of one alignment is which of the other.

use thiserror::Error;

use crate::speech::Interval;

/// Most cells of the edit table, a byte each.
const LARGEST: usize = 1 << 28;

/// How labels find their partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pairing {
    /// By the fewest insertions, deletions and changes of label that turn the one sequence into the other (Levenshtein 1966). Among those
    /// with as many edits, by the smallest sum of differences of starts and of ends: so a sound dropped among equal ones is missing
    /// where it was. A changed label is a pair.
    #[default]
    Labels,
    /// The first with the first and so on, whatever the labels are: for alignments that name the same sounds differently.
    Position,
}

/// Why labels cannot be paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotPair {
    /// By position, but there are more on one side.
    #[error("{reference} labels in the reference, {hypothesis} in the hypothesis: they cannot be paired by position")]
    Numbers {
        /// Labels of the reference.
        reference: usize,
        /// Labels of the hypothesis.
        hypothesis: usize,
    },
    /// By labels, but the edit table would be too large.
    #[error("{reference} labels against {hypothesis} others are too many to pair by label; pair them by position")]
    TooMany {
        /// Labels of the reference.
        reference: usize,
        /// Labels of the hypothesis.
        hypothesis: usize,
    },
}

/// Pairs in order, as places in the two sequences.
pub(super) fn pairs(r: &[Interval], h: &[Interval], how: Pairing) -> Result<Vec<(usize, usize)>, CannotPair> {
    let (reference, hypothesis) = (r.len(), h.len());
    let same = reference == hypothesis && r.iter().zip(h).all(|(a, b)| a.label == b.label);
    if same || (how == Pairing::Position && reference == hypothesis) {
        return Ok((0..reference).map(|i| (i, i)).collect());
    }
    if how == Pairing::Position {
        return Err(CannotPair::Numbers { reference, hypothesis });
    }
    if (reference + 1).saturating_mul(hypothesis + 1) > LARGEST {
        return Err(CannotPair::TooMany { reference, hypothesis });
    }
    Ok(fewest_edits(r, h))
}

/// The last step into a cell of the edit table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Pair,
    Missing,
    Extra,
}

/// Edits, then seconds apart.
type Cost = (u32, f64);

fn less(a: Cost, b: Cost) -> bool {
    a.0 < b.0 || (a.0 == b.0 && a.1 < b.1)
}

fn fewest_edits(r: &[Interval], h: &[Interval]) -> Vec<(usize, usize)> {
    let width = h.len() + 1;
    let mut steps = vec![Step::Extra; (r.len() + 1) * width];
    let mut above: Vec<Cost> = (0..width).map(|j| (j as u32, 0.0)).collect();
    for (i, a) in r.iter().enumerate() {
        let mut row: Vec<Cost> = Vec::with_capacity(width);
        row.push((i as u32 + 1, 0.0));
        steps[(i + 1) * width] = Step::Missing;
        for (j, b) in h.iter().enumerate() {
            let apart = (a.start - b.start).abs() + (a.end - b.end).abs();
            let mut best = (above[j].0 + u32::from(a.label != b.label), above[j].1 + apart);
            let mut step = Step::Pair;
            for (cost, other) in [(above[j + 1], Step::Missing), (row[j], Step::Extra)] {
                let cost = (cost.0 + 1, cost.1);
                if less(cost, best) {
                    (best, step) = (cost, other);
                }
            }
            row.push(best);
            steps[(i + 1) * width + j + 1] = step;
        }
        above = row;
    }
    let (mut i, mut j) = (r.len(), h.len());
    let mut found = Vec::new();
    while i > 0 || j > 0 {
        match steps[i * width + j] {
            Step::Pair => {
                (i, j) = (i - 1, j - 1);
                found.push((i, j));
            }
            Step::Missing => i -= 1,
            Step::Extra => j -= 1,
        }
    }
    found.reverse();
    found
}
