//! How far the boundaries of two alignments are apart.
//!
//! Silence (an empty label, or one that is named as silence) is left out on both sides; the labels that remain are paired ([`Pairing`]), and every
//! paired label gives the difference of its starts. It also gives that of its ends, unless the next labels are a pair too and follow without a
//! gap on both sides: then that boundary is the next one's start, and is counted once. Labels without a partner give no difference; they are
//! counted.
//!
//! ```
//! use energraph::speech::Interval;
//! use energraph::speech::boundaries::{Pairing, compare};
//! let say = |times: [f64; 3]| {
//!     ["a", "b"].iter().zip(times.windows(2)).map(|(l, t)| Interval { start: t[0], end: t[1], label: l.to_string() })
//!         .collect::<Vec<_>>()
//! };
//! let found = compare(&say([0.0, 0.25, 0.5]), &say([0.0, 0.25, 0.53]), &[], Pairing::Labels)?;
//! assert_eq!(found.count(), 3);
//! assert_eq!(found.within(0.020), Some(2.0 / 3.0));
//! assert!((found.mean().unwrap_or(1.0) - 0.010).abs() < 1e-9);
//! # Ok::<(), energraph::speech::boundaries::CannotPair>(())
//! ```

mod pair;

pub use pair::{CannotPair, Pairing};

use super::Interval;
use super::tiers::SAME;

/// Differences between boundaries, in seconds, and what could not be compared. Those of many files add up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Differences {
    /// Hypothesis less reference, boundary by boundary.
    pub signed: Vec<f64>,
    /// Labels of the reference without a partner.
    pub missing: usize,
    /// Labels of the hypothesis without a partner.
    pub extra: usize,
    /// Pairs whose labels are not the same.
    pub relabelled: usize,
}

/// Compares two tiers; `silence` lists the labels that mean silence besides the empty one.
///
/// # Errors
/// [`CannotPair`]. Cost: O(reference + hypothesis) where the labels are the same or paired by position, else their product.
pub fn compare(
    reference: &[Interval],
    hypothesis: &[Interval],
    silence: &[&str],
    how: Pairing,
) -> Result<Differences, CannotPair> {
    let spoken = |tier: &[Interval]| -> Vec<Interval> {
        tier.iter().filter(|i| !i.label.trim().is_empty() && !silence.contains(&i.label.trim())).cloned().collect()
    };
    let (r, h) = (spoken(reference), spoken(hypothesis));
    let pairs = pair::pairs(&r, &h, how)?;
    let mut found =
        Differences { missing: r.len() - pairs.len(), extra: h.len() - pairs.len(), ..Differences::default() };
    for (k, &(i, j)) in pairs.iter().enumerate() {
        found.relabelled += usize::from(r[i].label != h[j].label);
        found.signed.push(h[j].start - r[i].start);
        let go_on = |tier: &[Interval], at: usize| tier.get(at + 1).is_some_and(|n| n.start - tier[at].end <= SAME);
        let shared = pairs.get(k + 1) == Some(&(i + 1, j + 1)) && go_on(&r, i) && go_on(&h, j);
        if !shared {
            found.signed.push(h[j].end - r[i].end);
        }
    }
    Ok(found)
}

impl Differences {
    /// Adds those of another file.
    pub fn add(&mut self, other: &Differences) {
        self.signed.extend(&other.signed);
        self.missing += other.missing;
        self.extra += other.extra;
        self.relabelled += other.relabelled;
    }

    /// Boundaries compared.
    pub fn count(&self) -> usize {
        self.signed.len()
    }

    /// The share of boundaries at most so many seconds apart (and a microsecond: files hold rounded numbers); `None` where none was compared.
    pub fn within(&self, seconds: f64) -> Option<f64> {
        let near = self.signed.iter().filter(|d| d.abs() <= seconds + SAME).count();
        self.share(near as f64)
    }

    /// The mean absolute difference in seconds; `None` where no boundary was compared.
    pub fn mean(&self) -> Option<f64> {
        self.share(self.signed.iter().map(|d| d.abs()).sum())
    }

    /// The mean difference in seconds: how much later the hypothesis is; `None` where no boundary was compared.
    pub fn bias(&self) -> Option<f64> {
        self.share(self.signed.iter().sum())
    }

    /// The median absolute difference in seconds, the mean of the two in the middle where their number is even; `None` where no boundary
    /// was compared.
    pub fn median(&self) -> Option<f64> {
        let mut sorted: Vec<f64> = self.signed.iter().map(|d| d.abs()).collect();
        sorted.sort_by(f64::total_cmp);
        let upper = sorted.get(sorted.len() / 2)?;
        let lower = sorted.get((sorted.len() - 1) / 2)?;
        Some((lower + upper) / 2.0)
    }

    fn share(&self, sum: f64) -> Option<f64> {
        (!self.signed.is_empty()).then(|| sum / self.signed.len() as f64)
    }
}
