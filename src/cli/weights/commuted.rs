//! Operations whose weights have to commute.

use super::Refused;
use crate::graph::Graph;
use crate::ops;
use crate::semiring::Commutative;

/// An operation that moves weights past each other.
pub(in crate::cli) enum Commuted<'g, W> {
    Compose(&'g Graph<W>, &'g Graph<W>, ops::Compose),
    Difference(&'g Graph<W>, &'g Graph<W>, ops::Compose),
    Intersect(&'g Graph<W>, &'g Graph<W>, ops::Compose),
    Reverse(&'g Graph<W>),
}

impl<W: Commutative> Commuted<'_, W> {
    pub(super) fn apply(self) -> Result<Graph<W>, Refused> {
        Ok(match self {
            Commuted::Compose(a, b, o) => ops::compose(a, b, &o)?.graph,
            Commuted::Difference(a, b, o) => ops::difference(a, b, &o)?.graph,
            Commuted::Intersect(a, b, o) => ops::intersect(a, b, &o)?.graph,
            Commuted::Reverse(g) => ops::reverse(g)?.graph,
        })
    }
}
