//! Where the weights of a result came from, and numbers that belong to sites.

use super::{ArcId, Graph, Site, StateId};
use crate::semiring::Weight;

/// A site of one of an operation's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InputSite {
    /// Which argument, 0-based.
    pub input: u32,
    /// The site in it.
    pub site: Site,
}

/// For each site of a result, the input sites whose weights were multiplied into it.
///
/// An empty list means a weight of 1̄ that no input gave. Energies add along ⊗, so a gradient flows back to every
/// listed site unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    arc_offsets: Vec<u32>,
    arc_sites: Vec<InputSite>,
    final_offsets: Vec<u32>,
    final_sites: Vec<InputSite>,
}

impl Origin {
    /// The input sites behind an arc's weight.
    pub fn arc(&self, arc: ArcId) -> &[InputSite] {
        row(&self.arc_offsets, &self.arc_sites, arc)
    }

    /// The input sites behind a final weight.
    pub fn final_weight(&self, state: StateId) -> &[InputSite] {
        row(&self.final_offsets, &self.final_sites, state)
    }

    /// The input sites behind a site.
    pub fn of(&self, site: Site) -> &[InputSite] {
        match site {
            Site::Arc(a) => self.arc(a),
            Site::Final(s) => self.final_weight(s),
        }
    }

    /// Adds the values at this result's sites to the sites of input number `input` that they came from.
    ///
    /// `values` has the shape of the result, `into` that of the input.
    pub fn pull_back(&self, values: &SiteValues, input: u32, into: &mut SiteValues) {
        let mut add = |sites: &[InputSite], value: f64| {
            for from in sites.iter().filter(|f| f.input == input) {
                if let Some(slot) = into.get_mut(from.site) {
                    *slot += value;
                }
            }
        };
        for (a, &v) in values.arcs.iter().enumerate() {
            add(self.arc(a as ArcId), v);
        }
        for (s, &v) in values.finals.iter().enumerate() {
            add(self.final_weight(s as StateId), v);
        }
    }
}

fn row<'a>(offsets: &[u32], sites: &'a [InputSite], i: u32) -> &'a [InputSite] {
    match (offsets.get(i as usize), offsets.get(i as usize + 1)) {
        (Some(&a), Some(&b)) => &sites[a as usize..b as usize],
        _ => &[],
    }
}

/// Collects an [`Origin`] in the order of the result's arcs and of its states.
#[derive(Debug, Clone)]
pub struct OriginBuilder {
    origin: Origin,
}

impl Default for OriginBuilder {
    fn default() -> Self {
        OriginBuilder::new()
    }
}

impl OriginBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        OriginBuilder { origin: Origin { arc_offsets: vec![0], final_offsets: vec![0], ..Origin::default() } }
    }

    /// Nothing yet, with room for a result of known size and `per_arc` sources an arc.
    pub fn with_capacity(states: usize, arcs: usize, per_arc: usize) -> Self {
        let offsets = |n: usize| {
            let mut v = Vec::with_capacity(n + 1);
            v.push(0);
            v
        };
        OriginBuilder {
            origin: Origin {
                arc_offsets: offsets(arcs),
                arc_sites: Vec::with_capacity(arcs * per_arc),
                final_offsets: offsets(states),
                final_sites: Vec::new(),
            },
        }
    }

    /// The sources of the next arc, in the result's order of arcs.
    pub fn arc(&mut self, sites: impl IntoIterator<Item = InputSite>) {
        self.origin.arc_sites.extend(sites);
        self.origin.arc_offsets.push(self.origin.arc_sites.len() as u32);
    }

    /// The sources of the next state's final weight, in the result's order of states.
    pub fn final_weight(&mut self, sites: impl IntoIterator<Item = InputSite>) {
        self.origin.final_sites.extend(sites);
        self.origin.final_offsets.push(self.origin.final_sites.len() as u32);
    }

    /// Freezes.
    pub fn build(self) -> Origin {
        self.origin
    }
}

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
