//! What operations ask of their arguments.

use super::OpError;
use crate::graph::{ArcId, EPSILON, Graph, Label, StateId};
use crate::semiring::Weight;

/// Both labels of every arc are equal.
pub(super) fn acceptor<W: Weight>(g: &Graph<W>) -> Result<(), OpError> {
    match g.all_arcs().iter().enumerate().find(|(_, a)| a.ilabel != a.olabel) {
        Some((arc, a)) => Err(OpError::NotAnAcceptor { arc: arc as ArcId, ilabel: a.ilabel, olabel: a.olabel }),
        None => Ok(()),
    }
}

/// Every arc reads a label. The error's position is the arc's.
pub(super) fn no_epsilons<W: Weight>(g: &Graph<W>, what: &'static str) -> Result<(), OpError> {
    match g.all_arcs().iter().position(|a| a.ilabel == EPSILON) {
        Some(position) => Err(OpError::Epsilon { what, position }),
        None => Ok(()),
    }
}

/// Arcs leave every state with different input labels.
pub(super) fn deterministic<W: Weight>(g: &Graph<W>) -> Result<(), OpError> {
    let mut labels: Vec<Label> = Vec::new();
    for state in 0..g.states() as StateId {
        labels.clear();
        labels.extend(g.arcs(state).iter().map(|a| a.ilabel));
        labels.sort_unstable();
        if let Some(pair) = labels.windows(2).find(|l| l[0] == l[1]) {
            return Err(OpError::NotDeterministic { state, label: pair[0] });
        }
    }
    Ok(())
}
