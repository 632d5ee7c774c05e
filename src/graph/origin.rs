//! Where the weights of a result came from.

use super::{ArcId, Site, SiteValues, StateId};

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
/// listed site unchanged. Two origins are equal where they list the same.
#[derive(Debug, Clone)]
pub struct Origin(Layout);

#[derive(Debug, Clone)]
enum Layout {
    /// Lists of any length; `offsets[i]..offsets[i + 1]` are those of arc or state `i`.
    Lists { arc_offsets: Vec<u32>, arc_sites: Vec<InputSite>, final_offsets: Vec<u32>, final_sites: Vec<InputSite> },
    /// An arc of each of two inputs at most behind every arc, [`NO_ARC`] where there is none, and a final weight of each
    /// behind the final weights of some states, by state: a third of what lists would take.
    Joined { arcs: Vec<[ArcId; 2]>, states: usize, finals: Vec<(StateId, [StateId; 2])> },
}

/// Stands for "no arc of this input" in the origin of a composition.
pub(crate) const NO_ARC: ArcId = ArcId::MAX;

/// The input sites behind one site of a result; a slice of them, for all purposes.
#[derive(Debug, Clone, Copy)]
pub struct Sites<'a>(Inner<'a>);

#[derive(Debug, Clone, Copy)]
enum Inner<'a> {
    Slice(&'a [InputSite]),
    One([InputSite; 1]),
    Two([InputSite; 2]),
}

impl Sites<'_> {
    const NONE: Sites<'static> = Sites(Inner::Slice(&[]));

    #[inline]
    fn of_arcs(arcs: [ArcId; 2]) -> Sites<'static> {
        let site = |input: u32, arc: ArcId| InputSite { input, site: Site::Arc(arc) };
        Sites(match arcs {
            [NO_ARC, NO_ARC] => Inner::Slice(&[]),
            [a, NO_ARC] => Inner::One([site(0, a)]),
            [NO_ARC, b] => Inner::One([site(1, b)]),
            [a, b] => Inner::Two([site(0, a), site(1, b)]),
        })
    }

    fn of_finals([a, b]: [StateId; 2]) -> Sites<'static> {
        let site = |input: u32, state: StateId| InputSite { input, site: Site::Final(state) };
        Sites(Inner::Two([site(0, a), site(1, b)]))
    }
}

impl std::ops::Deref for Sites<'_> {
    type Target = [InputSite];
    #[inline]
    fn deref(&self) -> &[InputSite] {
        match &self.0 {
            Inner::Slice(sites) => sites,
            Inner::One(sites) => sites,
            Inner::Two(sites) => sites,
        }
    }
}

impl PartialEq for Sites<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Sites<'_> {}

impl From<InputSite> for Sites<'static> {
    fn from(site: InputSite) -> Self {
        Sites(Inner::One([site]))
    }
}

impl<'a> IntoIterator for Sites<'a> {
    type Item = InputSite;
    type IntoIter = SitesIter<'a>;
    #[inline]
    fn into_iter(self) -> SitesIter<'a> {
        SitesIter { sites: self, next: 0 }
    }
}

/// The sites of a [`Sites`], one after another.
#[derive(Debug, Clone)]
pub struct SitesIter<'a> {
    sites: Sites<'a>,
    next: usize,
}

impl Iterator for SitesIter<'_> {
    type Item = InputSite;
    #[inline]
    fn next(&mut self) -> Option<InputSite> {
        let site = self.sites.get(self.next).copied()?;
        self.next += 1;
        Some(site)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.sites.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for SitesIter<'_> {}

impl Default for Origin {
    fn default() -> Self {
        OriginBuilder::new().build()
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        let ((arcs, states), theirs) = (self.shape(), other.shape());
        (arcs, states) == theirs
            && (0..arcs as ArcId).all(|a| self.arc(a) == other.arc(a))
            && (0..states as StateId).all(|s| self.final_weight(s) == other.final_weight(s))
    }
}

impl Eq for Origin {}

impl Origin {
    /// The origin of a result of two inputs, each of whose arcs comes of an arc of each at most ([`NO_ARC`] for none).
    /// `finals` has the states that come of a final state of each, by number.
    pub(crate) fn joined(arcs: Vec<[ArcId; 2]>, states: usize, finals: Vec<(StateId, [StateId; 2])>) -> Self {
        debug_assert!(finals.is_sorted_by(|a, b| a.0 < b.0));
        Origin(Layout::Joined { arcs, states, finals })
    }

    /// Numbers of arcs and states.
    fn shape(&self) -> (usize, usize) {
        match &self.0 {
            Layout::Lists { arc_offsets, final_offsets, .. } => (arc_offsets.len() - 1, final_offsets.len() - 1),
            Layout::Joined { arcs, states, .. } => (arcs.len(), *states),
        }
    }

    /// The input sites behind an arc's weight.
    #[inline]
    pub fn arc(&self, arc: ArcId) -> Sites<'_> {
        match &self.0 {
            Layout::Lists { arc_offsets, arc_sites, .. } => row(arc_offsets, arc_sites, arc),
            Layout::Joined { arcs, .. } => arcs.get(arc as usize).map_or(Sites::NONE, |&pair| Sites::of_arcs(pair)),
        }
    }

    /// The input sites behind a final weight.
    pub fn final_weight(&self, state: StateId) -> Sites<'_> {
        match &self.0 {
            Layout::Lists { final_offsets, final_sites, .. } => row(final_offsets, final_sites, state),
            Layout::Joined { finals, .. } => match finals.binary_search_by_key(&state, |f| f.0) {
                Ok(at) => Sites::of_finals(finals[at].1),
                Err(_) => Sites::NONE,
            },
        }
    }

    /// The input sites behind a site.
    pub fn of(&self, site: Site) -> Sites<'_> {
        match site {
            Site::Arc(a) => self.arc(a),
            Site::Final(s) => self.final_weight(s),
        }
    }

    /// Adds the values at this result's sites to the sites of input number `input` that they came from.
    ///
    /// `values` has the shape of the result, `into` that of the input.
    pub fn pull_back(&self, values: &SiteValues, input: u32, into: &mut SiteValues) {
        let mut add = |sites: Sites<'_>, value: f64| {
            for from in sites.into_iter().filter(|from| from.input == input) {
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

fn row<'a>(offsets: &[u32], sites: &'a [InputSite], i: u32) -> Sites<'a> {
    match (offsets.get(i as usize), offsets.get(i as usize + 1)) {
        (Some(&a), Some(&b)) => Sites(Inner::Slice(&sites[a as usize..b as usize])),
        _ => Sites::NONE,
    }
}

/// Collects an [`Origin`] in the order of the result's arcs and of its states.
#[derive(Debug, Clone)]
pub struct OriginBuilder {
    arc_offsets: Vec<u32>,
    arc_sites: Vec<InputSite>,
    final_offsets: Vec<u32>,
    final_sites: Vec<InputSite>,
}

impl Default for OriginBuilder {
    fn default() -> Self {
        OriginBuilder::new()
    }
}

impl OriginBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        OriginBuilder::with_capacity(0, 0, 0)
    }

    /// Nothing yet, with room for a result of known size and `per_arc` sources an arc.
    pub fn with_capacity(states: usize, arcs: usize, per_arc: usize) -> Self {
        let offsets = |n: usize| {
            let mut v = Vec::with_capacity(n + 1);
            v.push(0);
            v
        };
        OriginBuilder {
            arc_offsets: offsets(arcs),
            arc_sites: Vec::with_capacity(arcs * per_arc),
            final_offsets: offsets(states),
            final_sites: Vec::new(),
        }
    }

    /// The sources of the next arc, in the result's order of arcs.
    pub fn arc(&mut self, sites: impl IntoIterator<Item = InputSite>) {
        self.arc_sites.extend(sites);
        self.arc_offsets.push(self.arc_sites.len() as u32);
    }

    /// The sources of the next state's final weight, in the result's order of states.
    pub fn final_weight(&mut self, sites: impl IntoIterator<Item = InputSite>) {
        self.final_sites.extend(sites);
        self.final_offsets.push(self.final_sites.len() as u32);
    }

    /// Freezes.
    pub fn build(self) -> Origin {
        let OriginBuilder { arc_offsets, arc_sites, final_offsets, final_sites } = self;
        Origin(Layout::Lists { arc_offsets, arc_sites, final_offsets, final_sites })
    }
}
