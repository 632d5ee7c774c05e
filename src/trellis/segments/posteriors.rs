//! The share of every segment, frame, arc and final weight: the gradient of the free energy.

use ndarray::{Array2, Array3};

use super::best::best_of;
use super::sweep::Sweep;
use super::{SegmentError, Segments};
use crate::graph::{EPSILON, Site, SiteValues};
use crate::paths::Beta;
use crate::trellis::Topology;
use crate::trellis::soft::split;

/// A free energy and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPosteriors {
    /// `F_β`; +∞ where there is no segmentation, and all shares are 0 then.
    pub free_energy: f64,
    /// `∂F_β/∂` energies of the segments.
    pub segments: SegmentShares,
    /// `∂F_β/∂` weights of [`Topology::graph`].
    pub sites: SiteValues,
}

/// A gradient with respect to the energies of segments, of the shape in which they were given.
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentShares {
    /// By first frame, frames − 1, and class: the probability of the segment.
    Given(Array3<f32>),
    /// By frames.
    Frames(FrameShares),
}

impl SegmentShares {
    /// Of energies given outright.
    pub fn given(&self) -> Option<&Array3<f32>> {
        if let SegmentShares::Given(shares) = self { Some(shares) } else { None }
    }

    /// Of energies that come from frames.
    pub fn frames(&self) -> Option<&FrameShares> {
        if let SegmentShares::Frames(shares) = self { Some(shares) } else { None }
    }
}

/// A gradient with respect to [`FrameEnergies`](super::FrameEnergies), also where no energies were given.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameShares {
    /// Frames × classes: the probability that the frame lies in a segment of the class; where means are taken, each
    /// segment's divided by its length.
    pub inside: Array2<f32>,
    /// Frames × classes: the probability that a segment of the class begins there.
    pub begins: Array2<f32>,
    /// Frames × classes: the probability that a segment of the class has its last frame there.
    pub ends: Array2<f32>,
    /// Lengths × classes: how many segments of so many frames, less one, are expected. At most as many lengths as frames.
    pub lengths: Array2<f64>,
}

/// The gradient of [`segment_free_energy`](super::segment_free_energy()) with respect to every energy: probabilities and
/// expected counts under `p(segmentation) ∝ e^{−β·E}`. At infinite β, those of
/// [`best_segmentation`](super::best_segmentation()) alone.
///
/// # Errors
/// As [`segment_free_energy`](super::segment_free_energy()).
///
/// # Cost
/// Twice that of [`segment_free_energy`](super::segment_free_energy()), three times where its memory is bounded, and the memory of
/// the answer.
///
/// ```
/// use energraph::Beta;
/// use energraph::trellis::{FrameEnergies, Segments, Topology, segment_posteriors};
/// use ndarray::Array2;
/// // One class, two frames: one segment or two.
/// let free = Array2::zeros((2, 1));
/// let segments = Segments::from_frames(&FrameEnergies::sums(free.view(), 2))?;
/// let p = segment_posteriors(&segments, &Topology::any(1)?, Beta::ONE)?;
/// let frames = p.segments.frames().ok_or("given by frames")?;
/// assert_eq!(frames.begins[[1, 0]], 0.5);
/// assert_eq!(frames.lengths[[0, 0]], 1.0); // two segments of one frame, half the time
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn segment_posteriors(
    segments: &Segments<'_>,
    topology: &Topology,
    beta: Beta,
) -> Result<SegmentPosteriors, SegmentError> {
    let mut sweep = Sweep::new(segments, topology, beta)?;
    let mut gradient = Gradient::new(segments);
    let sites = gradient.add(&mut sweep, 1.0);
    let mut shares = gradient.shares();
    if let SegmentShares::Frames(frames) = &mut shares {
        // A running difference may end its last digit below 0.
        frames.inside.mapv_inplace(|x| x.max(0.0));
    }
    Ok(SegmentPosteriors { free_energy: sweep.total(), segments: shares, sites })
}

/// Shares of segments as they are added up.
pub(super) struct Gradient {
    means: Option<bool>,
    /// First frame × length × class.
    given: Array3<f32>,
    /// What changes at each frame, so that a segment of any length is two numbers; frames + 1 rows.
    steps: Array2<f64>,
    begins: Array2<f64>,
    ends: Array2<f64>,
    lengths: Array2<f64>,
}

impl Gradient {
    pub(super) fn new(segments: &Segments<'_>) -> Gradient {
        let (frames, longest, classes) = (segments.frames(), segments.longest(), segments.classes());
        let by_frames = |rows: usize| Array2::zeros(if segments.means().is_some() { (rows, classes) } else { (0, 0) });
        Gradient {
            means: segments.means(),
            given: Array3::zeros(if segments.means().is_none() { (frames, longest, classes) } else { (0, 0, 0) }),
            steps: by_frames(frames + 1),
            begins: by_frames(frames),
            ends: by_frames(frames),
            lengths: by_frames(longest),
        }
    }

    /// Adds so many times the shares of all segments; returns those of the sites.
    pub(super) fn add(&mut self, sweep: &mut Sweep<'_, '_, '_>, factor: f64) -> SiteValues {
        let mut sites = SiteValues::zeros(sweep.topology.graph());
        let mut at_site = |site: Site, share: f64| {
            if let Some(sum) = sites.get_mut(site) {
                *sum += factor * share;
            }
        };
        let mut at_segment = |start, length, class, share: f64| self.segment(start, length, class, factor * share);
        match sweep.beta {
            Beta::Finite(_) => walk(sweep, &mut at_site, &mut at_segment),
            Beta::Infinite => {
                if let Some(best) = best_of(sweep) {
                    best.arcs.iter().for_each(|arc| at_site(Site::Arc(*arc), 1.0));
                    at_site(Site::Final(best.end), 1.0);
                    for s in best.segments {
                        at_segment(s.frames.start, s.frames.len(), s.label as usize - 1, 1.0);
                    }
                }
            }
        }
        sites
    }

    fn segment(&mut self, start: usize, length: usize, class: usize, share: f64) {
        let Some(mean) = self.means else {
            self.given[[start, length - 1, class]] += share as f32;
            return;
        };
        let inside = if mean { share / length as f64 } else { share };
        self.steps[[start, class]] += inside;
        self.steps[[start + length, class]] -= inside;
        self.begins[[start, class]] += share;
        self.ends[[start + length - 1, class]] += share;
        self.lengths[[length - 1, class]] += share;
    }

    /// The sums.
    pub(super) fn shares(self) -> SegmentShares {
        if self.means.is_none() {
            return SegmentShares::Given(self.given);
        }
        let mut inside = Array2::zeros(self.begins.dim());
        let mut level = vec![0.0; self.steps.ncols()];
        for (mut row, steps) in inside.outer_iter_mut().zip(self.steps.outer_iter()) {
            for ((x, level), step) in row.iter_mut().zip(&mut level).zip(steps) {
                *level += step;
                *x = *level as f32;
            }
        }
        let narrow = |values: Array2<f64>| values.mapv(|x| x as f32);
        let (begins, ends) = (narrow(self.begins), narrow(self.ends));
        SegmentShares::Frames(FrameShares { inside, begins, ends, lengths: self.lengths })
    }
}

/// Calls `at_site` and `at_segment` (first frame, length, class) with the share of everything, at finite β: from the start to
/// the end each share is divided among the ways on.
fn walk(
    sweep: &mut Sweep<'_, '_, '_>,
    at_site: &mut dyn FnMut(Site, f64),
    at_segment: &mut dyn FnMut(usize, usize, usize, f64),
) {
    let (graph, frames) = (sweep.topology.graph(), sweep.segments.frames());
    let Some(start) = graph.start().filter(|_| sweep.above() < f64::INFINITY) else { return };
    // A segment leads at most so many rows on: a ring of them will do.
    let ring = sweep.segments.longest().min(frames) + 1;
    let mut shares = vec![vec![0.0; graph.states()]; ring];
    let mut begun = vec![0.0; sweep.entries.len()];
    let mut ways = Vec::new();
    shares[0][start as usize] = 1.0;
    for t in 0..=frames {
        sweep.load(t);
        for &s in sweep.topology.order() {
            let share = std::mem::take(&mut shares[t % ring][s as usize]);
            if share == 0.0 {
                continue;
            }
            ways.clear();
            ways.extend(graph.arc_ids(s).zip(graph.arcs(s)).map(|(arc, a)| sweep.along(t, arc as usize, a)));
            let end = split(share, sweep.beta, sweep.end(t, s), &mut ways);
            if end > 0.0 {
                at_site(Site::Final(s), end);
            }
            for ((arc, a), &part) in graph.arc_ids(s).zip(graph.arcs(s)).zip(&ways).filter(|(_, part)| **part > 0.0) {
                at_site(Site::Arc(arc), part);
                match sweep.entry(arc as usize) {
                    Some(entry) => begun[entry] += part,
                    None => {
                        debug_assert_eq!(a.ilabel, EPSILON);
                        shares[t % ring][a.target as usize] += part;
                    }
                }
            }
        }
        for (number, begun) in begun.iter_mut().enumerate() {
            let share = std::mem::take(begun);
            if share == 0.0 {
                continue;
            }
            sweep.lengths(t, number, &mut ways);
            split(share, sweep.beta, f64::INFINITY, &mut ways);
            let entry = sweep.entries[number];
            for (length, &part) in (1..).zip(&ways).filter(|(_, part)| **part > 0.0) {
                at_segment(t, length, entry.class, part);
                shares[(t + length) % ring][entry.target as usize] += part;
            }
        }
    }
}
