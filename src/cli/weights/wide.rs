//! Energies of 64 bits, as OpenFst's files with log64 arcs have them: graphs of them are summed as energies are, in the log semiring
//! or, where that is asked for, in the tropical one.

use super::{Any, Kind, Question, Refused};
use crate::graph::{BadWeight, Graph, Site, WeightText};
use crate::semiring::{Energy, LogSum, MinSum, NotAWeight, Weight};

/// An energy of 64 bits.
pub(super) trait Wide: Weight {
    fn number(&self) -> f64;
    fn of(number: f64) -> Result<Self, NotAWeight>;
}

impl Wide for LogSum<f64> {
    fn number(&self) -> f64 {
        self.get()
    }
    fn of(number: f64) -> Result<Self, NotAWeight> {
        LogSum::new(number)
    }
}

impl Wide for MinSum<f64> {
    fn number(&self) -> f64 {
        self.get()
    }
    fn of(number: f64) -> Result<Self, NotAWeight> {
        MinSum::new(number)
    }
}

/// A finite energy changed as a number.
pub(super) fn changed<W: Wide>(energy: &W, f: &dyn Fn(f64) -> f64) -> Result<W, Refused> {
    if energy.is_zero() {
        return Ok(energy.clone());
    }
    let value = f(energy.number());
    if value.is_infinite() {
        return Err(BadWeight::OutOfRange { text: value.to_string() }.into());
    }
    Ok(W::of(value).map_err(BadWeight::from)?)
}

/// Weights that are no such energies are not changed as numbers.
pub(super) fn fixed<W>(_: &W, _: &dyn Fn(f64) -> f64) -> Result<W, Refused> {
    Err(super::lacks::<W>("energies"))
}

/// An energy that has no place among those of 32 bits.
#[derive(Debug, thiserror::Error)]
#[error("{}: {number:e} is beyond the range of 32 bits, which this operation works in", match site {
    Site::Arc(arc) => format!("arc {arc}"),
    Site::Final(state) => format!("final weight of state {state}"),
})]
pub(in crate::cli) struct TooWide {
    site: Site,
    number: f64,
}

/// The graph with energies of 32 bits, and whether digits were lost.
fn narrowed<W: Wide>(g: &Graph<W>) -> Result<(Graph<Energy>, bool), TooWide> {
    let near = |w: &W| Energy::new(w.number() as f32).unwrap_or(Energy::IMPOSSIBLE);
    let mut lost = false;
    for (site, w) in g.sites() {
        let number = w.number();
        if number.is_finite() && (number as f32).is_infinite() {
            return Err(TooWide { site, number });
        }
        lost |= near(w).wide() != number;
    }
    Ok((g.map(|_, w| near(w)), lost))
}

/// The same numbers as energies of another sum, which has all of them.
fn summed<V: Wide, W: Wide>(g: &Graph<V>) -> Graph<W> {
    g.map(|_, w| W::of(w.number()).unwrap_or_else(|_| W::zero()))
}

/// Energies of the tropical semiring as a log64 file holds them.
pub(in crate::cli) fn as_log(g: &Graph<MinSum<f64>>) -> Graph<LogSum<f64>> {
    summed(g)
}

/// The graph with the energy 0 wherever it has an arc or an end.
pub(in crate::cli) struct Unweighted;

impl Question for Unweighted {
    type Answer = Graph<Energy>;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Graph<Energy>, Refused> {
        Ok(g.map(|_, w| if w.is_zero() { Energy::IMPOSSIBLE } else { Energy::FREE }))
    }
}

/// A number as text.
pub(in crate::cli) fn shown(number: f64) -> String {
    LogSum::new(number).map_or_else(|_| number.to_string(), |w| w.print_weight())
}

impl Any {
    /// Energies of 32 bits as those of a log64 file; other weights as they are.
    pub(in crate::cli) fn widened(self) -> Any {
        match self {
            Any::Energy(g) => g.lift::<LogSum<f64>>().into(),
            other => other,
        }
    }

    /// Energies of a log64 file for the tropical semiring; other weights as they are.
    pub(in crate::cli) fn tropical(self) -> Any {
        match self {
            Any::LogSum64(g) => summed::<_, MinSum<f64>>(&g).into(),
            other => other,
        }
    }

    /// Energies of 64 bits as those of 32, and whether digits were lost; `None` for other weights.
    pub(in crate::cli) fn narrowed(&self) -> Option<Result<(Graph<Energy>, bool), TooWide>> {
        match self {
            Any::LogSum64(g) => Some(narrowed(g)),
            Any::MinSum64(g) => Some(narrowed(g)),
            _ => None,
        }
    }
}
