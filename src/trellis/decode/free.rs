//! No grammar.

use smallvec::smallvec;

use super::{End, Grammar, Row, Way};
use crate::graph::Label;
use crate::paths::Beta;

/// Most labels that a row is made of: a slip of a number must not take all memory.
const MOST_LABELS: Label = 1 << 22;

/// Every text, each as free as another: the frames speak alone. Labels are written as they are read.
///
/// Decoders refuse more than 2²² classes, with [`TrellisError::Class`](crate::trellis::TrellisError::Class): the largest label
/// counts as [`Label::MAX`] then, which no emissions have, and a row ends behind label 2²².
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// Classes of the emissions.
    pub classes: usize,
    /// The label of the blank.
    pub blank: Label,
}

impl Free {
    /// Every text over the labels 1 to `classes` other than the blank.
    pub fn new(blank: Label, classes: usize) -> Self {
        Free { classes, blank }
    }
}

impl Grammar for Free {
    type State = ();

    fn start(&self) -> Option<()> {
        Some(())
    }

    fn row(&self, (): (), _: Beta) -> Row<()> {
        let labels = (1..=self.largest().min(MOST_LABELS)).filter(|&label| label != self.blank);
        let way = |label| Way { reads: label, writes: smallvec![label], energy: 0.0, to: () };
        Row { ways: labels.map(way).collect(), ends: vec![End { writes: smallvec![], energy: 0.0 }] }
    }

    fn largest(&self) -> Label {
        Label::try_from(self.classes).ok().filter(|&largest| largest <= MOST_LABELS).unwrap_or(Label::MAX)
    }

    fn bounds(&self, _: Beta) -> bool {
        true
    }
}
