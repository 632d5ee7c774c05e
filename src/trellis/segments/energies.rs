//! What each segment costs.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayView3};

use super::SegmentError;
use crate::graph::{Graph, GraphBuilder, GraphError, Label, MOST_SITES, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;
use crate::trellis::emissions::{no_energy, too_many_empty};

/// Energies of segments that come from the frames in them, all frames × classes but the last.
#[derive(Debug, Clone, Copy)]
pub struct FrameEnergies<'a> {
    /// Of every frame inside a segment.
    pub inside: ArrayView2<'a, f32>,
    /// Of a segment that begins at the frame.
    pub begins: Option<ArrayView2<'a, f32>>,
    /// Of a segment whose last frame this is.
    pub ends: Option<ArrayView2<'a, f32>>,
    /// Of a segment of so many frames, less one: lengths × classes.
    pub lengths: Option<ArrayView2<'a, f32>>,
    /// Most frames of a segment.
    pub longest: usize,
    /// Whether a segment has the mean of the energies inside, not their sum.
    pub mean: bool,
}

impl<'a> FrameEnergies<'a> {
    /// Sums of the energies inside, and nothing else.
    pub fn sums(inside: ArrayView2<'a, f32>, longest: usize) -> Self {
        FrameEnergies { inside, begins: None, ends: None, lengths: None, longest, mean: false }
    }
}

/// Energies of all segments: by first frame, number of frames and class.
///
/// Where a topology over [`Emissions`](crate::trellis::Emissions) reads one frame at a time, here an arc of input label `c + 1`
/// reads one *segment*: up to `longest` frames in a row as class `c`. The same topologies serve:
/// [`Topology::chain`](crate::trellis::Topology::chain) makes a semi-Markov conditional random field,
/// [`Topology::chain_of`](crate::trellis::Topology::chain_of) a known text with unknown boundaries, any other graph a grammar
/// over a lattice of segments. The frames × lengths × classes arcs of that lattice, and their composition with the topology, are
/// never built.
///
/// ```
/// use energraph::trellis::{FrameEnergies, Segments, Topology, best_segmentation};
/// use ndarray::array;
/// // Two classes over four frames; to begin a segment costs 0.5.
/// let inside = array![[0.0, 1.0], [0.25, 0.0], [0.0, 1.0], [1.0, 0.0]];
/// let begins = ndarray::Array2::from_elem((4, 2), 0.5);
/// let energies = FrameEnergies { begins: Some(begins.view()), ..FrameEnergies::sums(inside.view(), 4) };
/// let best = best_segmentation(&Segments::from_frames(&energies)?, &Topology::any(2)?)?.ok_or("none")?;
/// let found: Vec<_> = best.segments.iter().map(|s| (s.frames.clone(), s.label)).collect();
/// assert_eq!(found, [(0..3, 1), (3..4, 2)]);
/// assert_eq!(best.energy, 1.25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// S. Sarawagi, W. Cohen, *Semi-Markov conditional random fields for information extraction*, NIPS 2004.
#[derive(Debug, Clone)]
pub struct Segments<'a> {
    source: Source<'a>,
    frames: usize,
    longest: usize,
    classes: usize,
    /// The least energy of each frame, which every segmentation has, already taken off, where energies are sums over frames;
    /// their sum.
    least: Vec<f64>,
    common: f64,
    /// Where segments are known: by first frame, the length and the class.
    only: Option<Vec<Option<(usize, usize)>>>,
}

#[derive(Debug, Clone)]
enum Source<'a> {
    Given(ArrayView3<'a, f32>),
    Frames(FrameEnergies<'a>, Sums),
}

/// Sums over the first frames, frames + 1 rows.
#[derive(Debug, Clone)]
struct Sums {
    /// Of the energies other than +∞.
    finite: Vec<f64>,
    /// How many are +∞.
    walls: Vec<u32>,
}

impl<'a> Segments<'a> {
    /// An energy for every segment: `energies[[start, frames − 1, class]]`. Those of segments that would reach beyond the
    /// last frame are not looked at. A wrong segment may be +∞: where the lattice has gaps, they are here.
    ///
    /// # Errors
    /// [`SegmentError::NoEnergy`] for NaN or −∞; [`SegmentError::Trellis`] for more than 2²⁴ frames without segments.
    pub fn given(energies: ArrayView3<'a, f32>) -> Result<Self, SegmentError> {
        let (frames, longest, classes) = energies.dim();
        check_empty(frames, longest.min(classes))?;
        for ((row, length, class), &value) in energies.indexed_iter() {
            if row + length < frames && !Energy::admits(value) {
                return Err(SegmentError::NoEnergy { what: "start", row, length: length + 1, class, value });
            }
        }
        let source = Source::Given(energies);
        Ok(Segments { source, frames, longest, classes, least: Vec::new(), common: 0.0, only: None })
    }

    /// The energy of a segment is the sum, or the mean, of those of its frames, and those of its two ends and of its
    /// length, where they are given. Cumulative sums make each a matter of two look-ups, whatever its length; they have the
    /// digits of an f64 in all, so that a finite energy of 10³⁰ leaves none to the class's later frames. What is impossible had
    /// better be +∞, which takes no digits.
    ///
    /// # Errors
    /// [`SegmentError::NoEnergy`] for NaN or −∞, [`SegmentError::Shape`]; [`SegmentError::Trellis`] for more than 2²⁴ frames
    /// without classes.
    ///
    /// # Cost
    /// Linear in the frames' energies, of which it keeps two tables.
    pub fn from_frames(e: &FrameEnergies<'a>) -> Result<Self, SegmentError> {
        let (frames, classes) = e.inside.dim();
        check_empty(frames, classes)?;
        check("inside", e.inside, (frames, classes))?;
        let ends = [("begins", e.begins, frames), ("ends", e.ends, frames), ("lengths", e.lengths, e.longest)];
        for (what, given, rows) in ends {
            given.map_or(Ok(()), |values| check(what, values, (rows, classes)))?;
        }
        let mut sums = Sums { finite: vec![0.0; (frames + 1) * classes], walls: vec![0; (frames + 1) * classes] };
        let (mut leasts, mut common) = (Vec::new(), 0.0);
        for (t, row) in e.inside.outer_iter().enumerate() {
            // What is common to a frame takes no digits from what is not.
            let least = row.iter().copied().fold(f32::INFINITY, f32::min);
            let least = if least < f32::INFINITY && !e.mean { f64::from(least) } else { 0.0 };
            if !e.mean {
                leasts.push(least);
            }
            common += least;
            for (c, &x) in row.iter().enumerate() {
                let (from, to) = (t * classes + c, (t + 1) * classes + c);
                let wall = x == f32::INFINITY;
                sums.finite[to] = sums.finite[from] + if wall { 0.0 } else { f64::from(x) - least };
                sums.walls[to] = sums.walls[from] + u32::from(wall);
            }
        }
        let longest = e.longest.min(frames);
        let source = Source::Frames(*e, sums);
        Ok(Segments { source, frames, longest, classes, least: leasts, common, only: None })
    }

    /// The same segments, all impossible but some that are known: end to end over all frames, each with its label (class + 1).
    ///
    /// # Errors
    /// [`SegmentError::Known`].
    pub fn only(&self, known: &[(Range<usize>, Label)]) -> Result<Self, SegmentError> {
        let mut at = vec![None; self.frames];
        let mut behind = 0;
        for (position, (range, label)) in known.iter().enumerate() {
            let length = range.end.saturating_sub(range.start);
            let why = if range.start != behind {
                Some("it does not begin where the one before it ends")
            } else if length == 0 || length > self.longest || range.end > self.frames {
                Some("it has no frames, or more than there may be")
            } else if *label == 0 || *label as usize > self.classes {
                Some("its label names no class")
            } else {
                None
            };
            if let Some(why) = why {
                return Err(SegmentError::Known { position, start: range.start, end: range.end, label: *label, why });
            }
            at[range.start] = Some((length, *label as usize - 1));
            behind = range.end;
        }
        if behind != self.frames {
            let (position, why) = (known.len(), "there are frames behind the last");
            return Err(SegmentError::Known { position, start: behind, end: self.frames, label: 0, why });
        }
        Ok(Segments { only: Some(at), ..self.clone() })
    }

    /// Frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Most frames of a segment.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The energy of a segment; +∞ for one that cannot be.
    pub fn energy(&self, start: usize, length: usize, class: usize) -> f64 {
        let fits = (1..=self.longest).contains(&length) && class < self.classes;
        if !fits || start.checked_add(length).is_none_or(|end| end > self.frames) {
            return f64::INFINITY;
        }
        let common = self.least.iter().skip(start).take(length).fold(0.0, |sum, least| sum + least);
        self.above(start, length, class) + common
    }

    /// The energy of a segment within the frames, counted from the least of each of its frames where it is a sum over them.
    pub(super) fn above(&self, start: usize, length: usize, class: usize) -> f64 {
        if let Some(only) = &self.only
            && only[start] != Some((length, class))
        {
            return f64::INFINITY;
        }
        let (e, sums) = match &self.source {
            Source::Given(energies) => return f64::from(energies[[start, length - 1, class]]),
            Source::Frames(e, sums) => (e, sums),
        };
        let (from, to) = (start * self.classes + class, (start + length) * self.classes + class);
        if sums.walls[from] != sums.walls[to] {
            return f64::INFINITY;
        }
        let sum = sums.finite[to] - sums.finite[from];
        let inside = if e.mean { sum / length as f64 } else { sum };
        let at = |values: Option<ArrayView2<'_, f32>>, row: usize| values.map_or(0.0, |v| f64::from(v[[row, class]]));
        inside + at(e.begins, start) + at(e.ends, start + length - 1) + at(e.lengths, length - 1)
    }

    /// What every segmentation costs and [`Segments::above`] leaves out.
    pub(super) fn common(&self) -> f64 {
        self.common
    }

    /// How the energies were given: by frames, `Some` of whether means are taken.
    pub(super) fn means(&self) -> Option<bool> {
        match &self.source {
            Source::Given(_) => None,
            Source::Frames(e, _) => Some(e.mean),
        }
    }

    /// Lengths of segments that begin at a frame: 1 to this.
    pub(super) fn longest_at(&self, start: usize) -> usize {
        self.longest.min(self.frames - start)
    }

    /// The same as a graph: a state between frames, and an arc for each segment that is possible, of label class + 1. Composed with
    /// a topology's graph it is what the questions of this module never build.
    ///
    /// # Errors
    /// [`GraphError::TooLarge`] beyond 2²⁶ arcs.
    ///
    /// # Cost
    /// Linear in the frames × longest × classes arcs, their energies rounded to `f32`.
    pub fn graph(&self) -> Result<Graph<Energy>, GraphError> {
        let mut b = GraphBuilder::new();
        b.add_states(self.frames + 1);
        b.start(0);
        for start in 0..self.frames {
            let mut common = 0.0;
            for length in 1..=self.longest_at(start) {
                common += self.least.get(start + length - 1).copied().unwrap_or(0.0);
                for class in 0..self.classes {
                    let energy = (self.above(start, length, class) + common) as f32;
                    let energy = Energy::new(energy.max(f32::MIN)).unwrap_or(Energy::IMPOSSIBLE);
                    if energy != Energy::IMPOSSIBLE {
                        let label = class as Label + 1;
                        b.arc(start as StateId, label, label, energy, (start + length) as StateId);
                    }
                }
                if b.arc_count() > MOST_SITES {
                    return Err(GraphError::TooLarge { what: "arcs", count: b.arc_count() });
                }
            }
        }
        b.final_weight(self.frames as StateId, Energy::FREE);
        b.build()
    }
}

fn check_empty(frames: usize, numbers: usize) -> Result<(), SegmentError> {
    if too_many_empty(frames, numbers) { Err(TrellisError::Frames { frames }.into()) } else { Ok(()) }
}

fn check(what: &'static str, values: ArrayView2<'_, f32>, wanted: (usize, usize)) -> Result<(), SegmentError> {
    let ((rows, columns), (wanted_rows, wanted_columns)) = (values.dim(), wanted);
    if (rows, columns) != wanted {
        return Err(SegmentError::Shape { what, rows, columns, wanted_rows, wanted_columns });
    }
    match no_energy(values) {
        Some(((row, class), value)) => Err(SegmentError::NoEnergy { what, row, length: 0, class, value }),
        None => Ok(()),
    }
}
