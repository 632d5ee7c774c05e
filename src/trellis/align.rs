//! Forced alignment: where each symbol of a known text lies, and how sure that is.

use std::ops::Range;

use super::backward::Backward;
use super::posteriors::visit;
use super::{Alignment, Beam, BeamPath, Emissions, Topology, TrellisError, best_path, best_path_in_beam};
use crate::graph::{EPSILON, Label, Site, StateId};
use crate::paths::{Beta, PositiveF64};

/// What an alignment is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignOptions {
    /// Input labels that belong to no segment: the blank, silence.
    pub between: Vec<Label>,
    /// Inverse temperature of the posteriors.
    pub beta: PositiveF64,
    /// Probability that an interval holds its boundary, above 0 and below 1.
    pub coverage: f64,
    /// Posteriors and intervals are of the alignments that keep within so many states of the best path on either side of
    /// it, in the order of the topology; `None` for all alignments. For long inputs.
    pub near: Option<usize>,
    /// While a larger share of those is at the edge ([`Aligned::edge`]), twice as many states are looked at; at 1 never.
    pub edge: f64,
    /// The best path is looked for in a beam, as by [`best_path_in_beam`]. For long inputs.
    pub beam: Option<Beam>,
}

impl Default for AlignOptions {
    /// Nothing lies between; β = 1; intervals of 95 %; all alignments, and where not all, those asked for; no beam.
    fn default() -> Self {
        AlignOptions { between: Vec::new(), beta: PositiveF64::ONE, coverage: 0.95, near: None, edge: 1.0, beam: None }
    }
}

/// A symbol of the text, placed.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignedSegment {
    /// The output label.
    pub label: Label,
    /// Its frames on the best path.
    pub frames: Range<usize>,
    /// First and last frame that it may begin at: the interval that leaves half of the uncovered probability on either
    /// side.
    pub starts: (usize, usize),
    /// The same for the first frame behind it.
    pub ends: (usize, usize),
    /// Its start, to parts of a frame.
    pub start: BoundaryTime,
    /// Its end.
    pub end: BoundaryTime,
    /// The share of all alignments that read its frames in it, averaged over them; 0 where it has none, which a topology
    /// of one's own may allow.
    pub posterior: f64,
}

/// A boundary in time, in frames from the start of the first: what all alignments say of it, each with the boundary somewhere within half
/// a frame of where it has it.
///
/// Boundaries that follow each other in every alignment have medians and limits that do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryTime {
    /// As probably before as behind: the time of the least expected distance.
    pub median: f64,
    /// Where the interval of [`AlignOptions::coverage`] begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl BoundaryTime {
    /// Not found yet.
    const NONE: BoundaryTime = BoundaryTime { median: 0.0, low: 0.0, high: 0.0 };
}

/// A text, placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Aligned {
    /// The best path.
    pub path: Alignment,
    /// By how much, at most, a path that the beam left out may be lower; 0 without a beam.
    pub lost_at_most: f64,
    /// `F_β` of all alignments that were looked at: an upper limit of that of all, where it is only those near the best.
    pub free_energy: f64,
    /// The largest share, at any frame, of the outermost states looked at on the two sides of the best path, where others
    /// lie beyond; 0 where all are looked at. How much lies beyond is not known; where this is small, little does, unless
    /// a quite different alignment is nearly as good.
    pub edge: f64,
    /// The symbols in order.
    pub segments: Vec<AlignedSegment>,
}

/// Places the output of a linear topology: on the best path, each symbol from the frame that writes it to the next that
/// writes another or reads something that lies between. `None` where there is no path, or a beam has left none in.
///
/// A topology is linear where no state is left and come back to, as under [`Topology::ctc`] and
/// [`Topology::left_to_right`]: then each state is at one place of the text.
///
/// # Errors
/// [`TrellisError::NotLinear`] where it is not, [`TrellisError::Class`], [`TrellisError::Coverage`], [`TrellisError::Beam`].
///
/// # Cost
/// Those of [`best_path`](super::best_path()) and [`posteriors`](super::posteriors()), the latter for the states that are
/// looked at, as often as they are widened. An hour of 360,000 frames and 100,000 states takes a quarter of a minute with [`AlignOptions::near`] and [`AlignOptions::beam`].
/// Shares of boundaries below 2⁻⁵² are not counted.
///
/// ```
/// use energraph::trellis::{AlignOptions, Emissions, Topology, align};
/// use ndarray::array;
/// let e = array![[0.0, 9.0, 5.0], [9.0, 5.0, 0.0], [9.0, 0.0, 5.0], [9.0, 0.0, 5.0]];
/// let options = AlignOptions { between: vec![3], ..AlignOptions::default() };
/// let found = align(&Emissions::new(e.view())?, &Topology::ctc(&[1, 2], 3, 3)?, &options)?.ok_or("too short")?;
/// let frames: Vec<_> = found.segments.iter().map(|s| s.frames.clone()).collect();
/// assert_eq!(frames, [0..1, 2..4]);
/// assert!(found.segments.iter().all(|s| s.posterior > 0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn align(e: &Emissions<'_>, topology: &Topology, o: &AlignOptions) -> Result<Option<Aligned>, TrellisError> {
    if !(o.coverage > 0.0 && o.coverage < 1.0) {
        return Err(TrellisError::Coverage { coverage: o.coverage });
    }
    let order = topology.linear_order()?;
    let best = match o.beam {
        Some(beam) => best_path_in_beam(e, topology, beam)?,
        None => BeamPath { path: best_path(e, topology)?, lost_at_most: 0.0 },
    };
    let Some(path) = best.path else { return Ok(None) };
    Ok(Some(Aligned { lost_at_most: best.lost_at_most, ..along(e, topology, o, path, &order)? }))
}

/// Places the output that a path writes, which nothing is lower than.
pub(super) fn along(
    e: &Emissions<'_>,
    topology: &Topology,
    o: &AlignOptions,
    path: Alignment,
    order: &[StateId],
) -> Result<Aligned, TrellisError> {
    let mut near = o.near;
    loop {
        let found = around(e, topology, o, near, &path, order)?;
        match near.filter(|&states| found.edge > o.edge && states < order.len()) {
            Some(states) => near = Some(states.max(1).saturating_mul(2)),
            None => {
                let Around { free_energy, edge, segments } = found;
                return Ok(Aligned { path, lost_at_most: 0.0, free_energy, edge, segments });
            }
        }
    }
}

/// What the alignments within so many states say of the segments of the best path.
fn around(
    e: &Emissions<'_>,
    topology: &Topology,
    o: &AlignOptions,
    near: Option<usize>,
    path: &Alignment,
    order: &[StateId],
) -> Result<Around, TrellisError> {
    let (mut segments, of_state) = segments(path, topology, order, &o.between);
    let mut found = vec![Found::default(); segments.len()];
    let graph = topology.graph();
    let in_segment = |state: StateId| of_state[state as usize];
    let mut add = |t: usize, site: Site, share: f64| match site {
        Site::Final(state) => {
            if let Some(k) = in_segment(state) {
                found[k].ends.push(t, share);
            }
        }
        Site::Arc(arc) => {
            let a = &graph.all_arcs()[arc as usize];
            let (from, to) = (graph.source(arc).and_then(in_segment), in_segment(a.target));
            if let Some(k) = from.filter(|_| from != to) {
                found[k].ends.push(t, share);
            }
            if let Some(k) = to {
                if from != to {
                    found[k].starts.push(t, share);
                }
                if a.ilabel != EPSILON && segments[k].frames.contains(&t) {
                    found[k].inside += share;
                }
            }
        }
    };
    let beta = Beta::Finite(o.beta);
    let mut backward = match near {
        None => Backward::new(*e, topology, beta)?,
        Some(states) => {
            let windows = windows(path, topology, order, e.frames(), states);
            Backward::in_windows(*e, topology, beta, order.to_vec(), windows)?
        }
    };
    let edge = visit(&mut backward, &mut add);
    let free_energy = backward.total();
    for (segment, found) in segments.iter_mut().zip(found) {
        segment.posterior = found.inside / segment.frames.len().max(1) as f64;
        segment.starts = interval(&found.starts.0, o.coverage).unwrap_or((segment.frames.start, segment.frames.start));
        segment.ends = interval(&found.ends.0, o.coverage).unwrap_or((segment.frames.end, segment.frames.end));
        segment.start = found.starts.time(o.coverage, segment.frames.start, e.frames());
        segment.end = found.ends.time(o.coverage, segment.frames.end, e.frames());
    }
    Ok(Around { free_energy, edge, segments })
}

/// As of [`Aligned`].
struct Around {
    free_energy: f64,
    edge: f64,
    segments: Vec<AlignedSegment>,
}

/// The parts of an order that are near a path: for every row of potentials, so many states on either side of those that the
/// path is in between the two frames.
fn windows(
    path: &Alignment,
    topology: &Topology,
    order: &[StateId],
    frames: usize,
    states: usize,
) -> Vec<Range<usize>> {
    let graph = topology.graph();
    let mut places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, &s)| places[s as usize] = place);
    let widened =
        |from: usize, to: usize| from.saturating_sub(states)..(to + 1).saturating_add(states).min(order.len());
    let mut windows = Vec::with_capacity(frames + 1);
    let mut from = graph.start().map_or(0, |s| places[s as usize]);
    let mut to = from;
    for step in &path.steps {
        let place = places[graph.all_arcs()[step.arc as usize].target as usize];
        if step.frame.is_some() {
            windows.push(widened(from, to));
            from = place;
        }
        to = place;
    }
    windows.push(widened(from, to));
    windows
}

/// What all alignments say of a segment: shares by frame, in order.
#[derive(Debug, Clone, Default)]
struct Found {
    starts: Shares,
    ends: Shares,
    inside: f64,
}

/// Shares of frames, those apart that are too small to count: a long input would have very many.
#[derive(Debug, Clone, Default)]
struct Shares(Vec<(usize, f64)>);

impl Shares {
    fn push(&mut self, t: usize, share: f64) {
        match self.0.last_mut() {
            Some((last, sum)) if *last == t => *sum += share,
            _ if share > f64::EPSILON => self.0.push((t, share)),
            _ => {}
        }
    }

    /// The boundary's median and limits; where no alignment has it, the place on the best path.
    fn time(&self, coverage: f64, best: usize, frames: usize) -> BoundaryTime {
        let total: f64 = self.0.iter().map(|s| s.1).sum();
        let at = |part: f64| self.quantile(part * total).unwrap_or(best as f64).clamp(0.0, frames as f64);
        let tail = 0.5 * (1.0 - coverage);
        BoundaryTime { median: at(0.5), low: at(tail), high: at(1.0 - tail) }
    }

    /// Where so much of the shares lies before, each spread evenly over the frame about its place.
    fn quantile(&self, before: f64) -> Option<f64> {
        let mut sum = 0.0;
        let passes = |(_, share): &&(usize, f64)| {
            sum += share;
            sum >= before
        };
        let &(t, share) = self.0.iter().find(passes).or(self.0.last())?;
        Some(t as f64 + 0.5 - ((sum - before) / share).clamp(0.0, 1.0))
    }
}

/// The segments along a path, and the one that each state is in. States that the path leaves out are in the segment that
/// the path's states before and behind them, in the order given, are both in.
fn segments(
    path: &Alignment,
    topology: &Topology,
    order: &[StateId],
    between: &[Label],
) -> (Vec<AlignedSegment>, Vec<Option<usize>>) {
    let graph = topology.graph();
    let mut of_state = vec![None; graph.states()];
    let mut visited = vec![false; graph.states()];
    let mut segments: Vec<AlignedSegment> = Vec::new();
    let (mut open, mut read) = (false, 0);
    // States reached without a frame belong to a segment that goes on behind them.
    let mut silent = Vec::new();
    for step in &path.steps {
        let a = &graph.all_arcs()[step.arc as usize];
        visited[a.target as usize] = true;
        if a.olabel != EPSILON {
            open = true;
            silent.clear();
            let (label, frames) = (a.olabel, read..read);
            let (start, end) = (BoundaryTime::NONE, BoundaryTime::NONE);
            segments.push(AlignedSegment { label, frames, starts: (0, 0), ends: (0, 0), start, end, posterior: 0.0 });
        } else if between.contains(&a.ilabel) {
            open = false;
        }
        read += usize::from(step.frame.is_some());
        let Some(last) = segments.len().checked_sub(1).filter(|_| open) else { continue };
        if step.frame.is_none() {
            silent.push(a.target);
            continue;
        }
        segments[last].frames.end = read;
        of_state[a.target as usize] = Some(last);
        silent.drain(..).for_each(|s: StateId| of_state[s as usize] = Some(last));
    }
    fill_between(&mut of_state, &visited, order);
    (segments, of_state)
}

/// Gives states that were not visited the segment of those visited on either side, where it is the same.
fn fill_between(of_state: &mut [Option<usize>], visited: &[bool], order: &[StateId]) {
    let (mut before, mut unseen) = (None, Vec::new());
    for &s in order {
        if !visited[s as usize] {
            unseen.push(s);
            continue;
        }
        let here = of_state[s as usize];
        if here.is_some() && here == before {
            unseen.iter().for_each(|&u| of_state[u as usize] = here);
        }
        unseen.clear();
        before = here;
    }
}

/// The first and last place of the middle of a distribution, so much of it; `None` over nothing.
fn interval(shares: &[(usize, f64)], coverage: f64) -> Option<(usize, usize)> {
    let total: f64 = shares.iter().map(|s| s.1).sum();
    let tail = 0.5 * (1.0 - coverage) * total;
    let (first, last) = (passing(shares.iter(), tail)?, passing(shares.iter().rev(), tail)?);
    // Where two places have a half each, next to no coverage leaves the one to the other.
    Some((first.min(last), first.max(last)))
}

/// The place at which a sum of shares passes a limit.
fn passing<'a>(mut shares: impl Iterator<Item = &'a (usize, f64)>, limit: f64) -> Option<usize> {
    let mut sum = 0.0;
    let passes = |(_, share): &&(usize, f64)| {
        sum += share;
        sum > limit
    };
    shares.find(passes).map(|s| s.0)
}
