//! What is said of a training in the end.

use std::path::Path;
use std::time::Duration;

use super::super::progress::clock;
use crate::learn::{Scored, Share, accepted_at_error, error_reject_curve};

/// A model that was trained.
pub(super) struct Made<'a> {
    pub model: &'a Path,
    pub device: &'a str,
    pub steps: u64,
    pub seed: u64,
    /// Time of the steps, over all runs.
    pub elapsed: Duration,
    /// Time of this run.
    pub whole: Duration,
}

impl std::fmt::Display for Made<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Made { model, device, steps, seed, elapsed, whole } = self;
        let (model, elapsed, whole) = (model.display(), clock(*elapsed), clock(*whole));
        write!(f, "{model}: {steps} steps on {device} in {elapsed} (this run took {whole}, looks and all), seed {seed}")
    }
}

/// How well a held-out set is read, on a line.
pub(super) fn read_so_well(name: &str, exact: &Share, scored: &[Scored]) -> String {
    let curve = error_reject_curve(scored);
    format!(
        "{name}: {} of {} exact, {:.2} % ({:.2} to {:.2}); accepted {:.1} % at 1 % error, {:.1} % at 2 %\n",
        exact.hits,
        exact.of,
        100.0 * exact.value(),
        100.0 * exact.low,
        100.0 * exact.high,
        100.0 * accepted_at_error(&curve, 0.01),
        100.0 * accepted_at_error(&curve, 0.02),
    )
}
