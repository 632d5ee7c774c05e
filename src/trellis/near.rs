//! Forced alignment where it is about known when what is written.

use std::ops::Range;

use super::align::along;
use super::backward::Backward;
use super::best_path::best_of;
use super::{AlignOptions, Aligned, Alignment, Emissions, Topology, TrellisError};
use crate::graph::{EPSILON, StateId};
use crate::paths::Beta;

/// As [`align()`](super::align()), of a linear topology of a single output whose labels are about known to be written at these frames, by
/// [`best_outputs`](super::best_outputs()) say: the best path is looked for where these frames have it and within
/// [`AlignOptions::near`] states of that, instead of everywhere. It is never worse than the best path that writes the labels at these
/// frames, so that it is the best one where that is. [`AlignOptions::beam`] has no part in it.
///
/// # Errors
/// As [`align()`](super::align()).
///
/// # Cost
/// That of a best path and of [`posteriors`](super::posteriors()) for the states that are looked at: linear in the frames.
///
/// ```
/// use energraph::trellis::{AlignOptions, Emissions, Topology, align, align_near};
/// use ndarray::array;
/// let e = array![[0.0, 9.0, 5.0], [9.0, 5.0, 0.0], [9.0, 0.0, 5.0], [9.0, 0.0, 5.0]];
/// let (e, t) = (Emissions::new(e.view())?, Topology::ctc(&[1, 2], 3, 3)?);
/// let options = AlignOptions { between: vec![3], near: Some(2), ..AlignOptions::default() };
/// let found = align_near(&e, &t, &[0, 2], &options)?.ok_or("too short")?;
/// assert_eq!(found.segments, align(&e, &t, &options)?.ok_or("too short")?.segments);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn align_near(
    e: &Emissions<'_>,
    topology: &Topology,
    written: &[usize],
    o: &AlignOptions,
) -> Result<Option<Aligned>, TrellisError> {
    if !(o.coverage > 0.0 && o.coverage < 1.0) {
        return Err(TrellisError::Coverage { coverage: o.coverage });
    }
    let order = topology.linear_order()?;
    let spans = spans(topology, &order);
    let mut near = o.near.unwrap_or(order.len());
    loop {
        let path = best_within(e, topology, &order, windows(&spans, written, e.frames(), near, order.len()))?;
        match path {
            Some(path) => return along(e, topology, o, path, &order).map(Some),
            None if near >= order.len() => return Ok(None),
            None => near = near.max(1).saturating_mul(4),
        }
    }
}

/// The best path within windows.
fn best_within(
    e: &Emissions<'_>,
    topology: &Topology,
    order: &[StateId],
    windows: Vec<Range<usize>>,
) -> Result<Option<Alignment>, TrellisError> {
    Ok(best_of(&mut Backward::in_windows(*e, topology, Beta::Infinite, order.to_vec(), windows)?))
}

/// For each number of labels written, the part of the order that states behind so many are in.
fn spans(topology: &Topology, order: &[StateId]) -> Vec<Range<usize>> {
    let graph = topology.graph();
    let mut behind = vec![None; order.len()];
    if let Some(start) = graph.start() {
        behind[start as usize] = Some(0);
    }
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (place, &s) in order.iter().enumerate() {
        let Some(labels) = behind[s as usize] else { continue };
        for a in graph.arcs(s) {
            let more = labels + usize::from(a.olabel != EPSILON);
            let target = &mut behind[a.target as usize];
            *target = (*target).max(Some(more));
        }
        spans.resize(spans.len().max(labels + 1), Range { start: usize::MAX, end: 0 });
        let span = &mut spans[labels];
        *span = span.start.min(place)..span.end.max(place + 1);
    }
    spans
}

/// For every row of potentials, the states behind as many labels as were written before the frame or at it, and so many on either side.
fn windows(spans: &[Range<usize>], written: &[usize], frames: usize, near: usize, states: usize) -> Vec<Range<usize>> {
    let window = |t: usize| {
        let before = written.partition_point(|&frame| frame < t).min(spans.len().saturating_sub(1));
        let at = written.partition_point(|&frame| frame <= t);
        let some = spans.get(before..=at.min(spans.len().saturating_sub(1))).unwrap_or_default();
        let from = some.iter().map(|s| s.start).min().unwrap_or(0).min(states);
        let to = some.iter().map(|s| s.end).max().unwrap_or(states);
        from.saturating_sub(near)..to.saturating_add(near).min(states)
    };
    (0..=frames).map(window).collect()
}
