//! A grammar whose output an n-gram weighs.

use super::{Grammar, Row};
use crate::graph::ngram::BackOff;
use crate::graph::{Label, StateId};
use crate::paths::Beta;

/// What a grammar writes, weighed by an n-gram: a lexicon that spells words, and how likely they follow each other.
///
/// Their composition, of which only the states that a decoder comes to are looked at. Back-off is exact: each label has one
/// energy, that of the longest context in which it was seen. What the n-gram does not know, it forbids
/// ([`BackOff::with_unknown`]); everything written is weighed, so that separators had better write nothing.
#[derive(Debug, Clone, Copy)]
pub struct Weighed<'m, G> {
    /// Reads labels, writes what the n-gram weighs.
    pub grammar: G,
    /// Weighs.
    pub ngram: &'m BackOff,
}

impl<G: Grammar> Grammar for Weighed<'_, G> {
    type State = (G::State, StateId);

    fn start(&self) -> Option<Self::State> {
        Some((self.grammar.start()?, self.ngram.start()))
    }

    fn row(&self, (state, context): Self::State, beta: Beta) -> Row<Self::State> {
        let mut weighed = Row::default();
        let read = |writes: &[Label]| {
            writes.iter().try_fold((0.0, context), |(energy, from), &label| {
                let (more, to) = self.ngram.step(from, label)?;
                Some((energy + more, to))
            })
        };
        let row = self.grammar.row(state, beta);
        for way in row.ways {
            let Some((energy, to)) = read(&way.writes) else { continue };
            let (reads, writes) = (way.reads, way.writes);
            weighed.ways.push(super::Way { reads, writes, energy: way.energy + energy, to: (way.to, to) });
        }
        for mut end in row.ends {
            let Some((energy, to)) = read(&end.writes) else { continue };
            end.energy += energy + self.ngram.end(to);
            if end.energy < f64::INFINITY {
                weighed.ends.push(end);
            }
        }
        weighed
    }

    fn largest(&self) -> Label {
        self.grammar.largest()
    }

    fn bounds(&self, beta: Beta) -> bool {
        self.grammar.bounds(beta) && self.ngram.is_positive()
    }
}
