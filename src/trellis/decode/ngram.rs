//! An n-gram over the labels of the classes as a grammar.

use smallvec::smallvec;

use super::{End, Grammar, Row, Way};
use crate::graph::ngram::BackOff;
use crate::graph::{Label, StateId};
use crate::paths::Beta;

/// Reads and writes the labels that the n-gram knows; exact, with one path a text.
impl Grammar for BackOff {
    type State = StateId;

    fn start(&self) -> Option<StateId> {
        Some(BackOff::start(self))
    }

    fn row(&self, state: StateId, _: Beta) -> Row<StateId> {
        let way = |label| {
            let (energy, to) = self.step(state, label).filter(|(energy, _)| *energy < f64::INFINITY)?;
            Some(Way { reads: label, writes: smallvec![label], energy, to })
        };
        let end = End { writes: smallvec![], energy: self.end(state) };
        let ends = if end.energy < f64::INFINITY { vec![end] } else { Vec::new() };
        Row { ways: self.labels().filter_map(way).collect(), ends }
    }

    fn largest(&self) -> Label {
        self.labels().max().unwrap_or(0)
    }

    fn bounds(&self, _: Beta) -> bool {
        self.is_positive()
    }
}
