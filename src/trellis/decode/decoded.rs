//! What a decoder found.

use std::ops::Range;

use crate::graph::Label;
use crate::paths::Output;
use crate::trellis::{AlignOptions, Aligned, Emissions, Topology, TrellisError, align};

/// The texts found, lowest free energy first; equal ones in lexicographic order.
#[derive(Debug, Clone, PartialEq)]
pub struct NBest {
    /// The best of them, at most as many as were asked for. Empty where nothing was found: nothing is possible, or all that
    /// is was pruned.
    pub list: Vec<Decoded>,
    /// The free energy of all texts in the beam at the end, listed or not; +∞ where there is none.
    pub kept: f64,
    /// What was pruned has no less free energy than this: +∞ where nothing was, `None` where the grammar gives no bound.
    pub lost: Option<f64>,
    /// That no other text has less free energy than the first has: its mass is no less than that of the second with all that
    /// was lost. Never so where the grammar gives no bound.
    pub proved: bool,
}

/// A text found.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// What the grammar writes.
    pub output: Output,
    /// What it reads, on the best alignment found: the same under an acceptor, the spelling under a lexicon.
    pub labels: Vec<Label>,
    /// The first frame of each of [`Decoded::labels`] on that alignment.
    pub starts: Vec<usize>,
    /// For each of [`Decoded::output`], how many of [`Decoded::labels`] are read when it is written.
    pub read: Vec<usize>,
    /// `F_β` of the alignments found; never below that of all alignments of this text ([`output_energy`](super::output_energy)).
    pub energy: f64,
    /// Its share of the texts kept, `e^{−β·(energy − kept)}`: its probability where nothing was lost. At infinite β 1 for the
    /// best, and 0 for what is worse.
    pub confidence: f64,
    /// Its probability is no less than this: its share where all that may have been lost is other texts. Far below the
    /// confidence where a grammar forbids most of what was pruned; `None` where the grammar gives no bound.
    pub at_least: Option<f64>,
}

impl Decoded {
    /// Where each of [`Decoded::labels`] lies, by all their alignments: frames of the best one, intervals of boundaries,
    /// posteriors. `None` where they don't fit the frames.
    ///
    /// # Errors, cost
    /// As [`align`] with [`Topology::ctc`].
    pub fn align(
        &self,
        e: &Emissions<'_>,
        blank: Label,
        options: &AlignOptions,
    ) -> Result<Option<Aligned>, TrellisError> {
        let mut options = options.clone();
        options.between.push(blank);
        align(e, &Topology::ctc(&self.labels, blank, e.classes())?, &options)
    }

    /// The labels read for each of [`Decoded::output`]: those since the one before was written. Under a lexicon a word is
    /// written with its last letter, and the separators before it count to it.
    pub fn spelt(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let before = std::iter::once(0).chain(self.read.iter().copied());
        before.zip(&self.read).map(|(from, &to)| from..to)
    }
}
