//! Results with their origins, and numbers that belong to sites.

use super::{Graph, Origin, Site};
use crate::semiring::Weight;

/// An operation's result and where each of its weights came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced<W> {
    /// The result.
    pub graph: Graph<W>,
    /// For each of its sites, the input sites.
    pub origin: Origin,
}

/// A number for every site of a graph, for instance a posterior or a gradient.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SiteValues {
    /// By arc.
    pub arcs: Vec<f64>,
    /// By state; 0 where a state is not final.
    pub finals: Vec<f64>,
}

impl SiteValues {
    /// Zeros in the shape of a graph.
    pub fn zeros<W: Weight>(g: &Graph<W>) -> Self {
        SiteValues { arcs: vec![0.0; g.arc_count()], finals: vec![0.0; g.states()] }
    }

    /// The value at a site; 0 where the site does not exist.
    pub fn get(&self, site: Site) -> f64 {
        match site {
            Site::Arc(a) => self.arcs.get(a as usize),
            Site::Final(s) => self.finals.get(s as usize),
        }
        .copied()
        .unwrap_or(0.0)
    }

    /// The slot of a site.
    pub fn get_mut(&mut self, site: Site) -> Option<&mut f64> {
        match site {
            Site::Arc(a) => self.arcs.get_mut(a as usize),
            Site::Final(s) => self.finals.get_mut(s as usize),
        }
    }

    /// Adds `factor · other`, site by site.
    pub fn add_scaled(&mut self, other: &SiteValues, factor: f64) {
        self.arcs.iter_mut().zip(&other.arcs).for_each(|(a, b)| *a += factor * b);
        self.finals.iter_mut().zip(&other.finals).for_each(|(a, b)| *a += factor * b);
    }
}
