//! Decoders: from emissions to what they say, under connectionist temporal classification and a grammar.
//!
//! Best-path decoding is [`best_path`](super::best_path()) on [`Topology::collapse`](super::Topology::collapse): one alignment
//! stands for its text. The decoders here go further:
//!
//! | | |
//! |---|---|
//! | [`prefix_beam`] | texts by their free energies, all alignments of a text merged; n best, with confidences |
//! | [`beam_lattice`] | alignments in a beam, as a graph that [`crate::paths`] can be asked about |
//! | [`output_energy`] | the free energy of one text, exactly |
//!
//! What may be written is a [`Grammar`]: [`Free`], any graph ([`GraphGrammar`]), an n-gram
//! ([`BackOff`](crate::graph::ngram::BackOff)), words from a [`Lexicon`], or [`Weighed`]: the words of a lexicon weighed by an
//! n-gram, which are never composed as a whole.
//!
//! The composition searched is emissions ∘ [`collapse`](super::Topology::collapse) ∘ grammar: its paths are pairs of an
//! alignment and a path of the grammar that reads what the alignment says, so the energies of both add up, and nothing is
//! normalised by length.
//!
//! # What others compute
//! * Prefix (beam) search without a language model: [`Free`].
//! * Word beam search (Scheidl et al. 2018, mode *words*): [`Lexicon::spellings`], all characters that are not in words as
//!   separators. A text does not end within a word here; there the last word is completed where only one begins so.
//! * The character bigram of H. Scheidl's `CTCDecoder`: [`Smoothing::None`](crate::graph::ngram::Smoothing),
//!   [`without_beginning`](crate::graph::ngram::BackOff::without_beginning),
//!   [`without_ends`](crate::graph::ngram::BackOff::without_ends),
//!   [`scaled`](crate::graph::ngram::BackOff::scaled) by 0.01. So small a power leaves little but the ban on pairs never seen. There
//!   the n-gram's part is divided by the length of the text at the end; here it is not.
//! * Token passing (Graves 2008) with words that no separator divides: [`beam_lattice`] at infinite β with [`Separators`] that are
//!   optional and none. There at least one blank lies between words.

mod alphabet;
mod decoded;
mod free;
mod grammar;
mod graph_grammar;
mod lattice;
mod lexicon;
mod ngram;
mod prefix;
mod rows;
mod weighed;

pub use alphabet::{Alphabet, AlphabetError};
pub use decoded::{Decoded, NBest};
pub use free::Free;
pub use grammar::{End, Grammar, Row, Way, Writes};
pub use graph_grammar::GraphGrammar;
pub use lattice::{Lattice, beam_lattice};
pub use lexicon::{Lexicon, LexiconError, Separators};
pub use prefix::{output_energy, prefix_beam};
pub use weighed::Weighed;

use super::beam::check_width;
use super::soft::{soft_add, soft_min};
use super::{Emissions, Topology, TrellisError};
use crate::graph::Label;
use crate::paths::Beta;

/// How much a decoder follows.
///
/// A narrower beam is faster; what it finds is still possible, at an energy that is never below the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecoderBeam {
    /// Most hypotheses kept at a frame: texts in [`prefix_beam`], states in [`beam_lattice`]; 0 counts as 1.
    pub width: usize,
    /// Hypotheses this much above the best are dropped; at least 0, +∞ to drop none.
    pub margin: f64,
    /// Inverse temperature: the mass of all alignments counts where it is finite, the best one where it is not.
    pub beta: Beta,
}

impl Default for DecoderBeam {
    /// 25 hypotheses, however far from the best; β = 1.
    fn default() -> Self {
        DecoderBeam { width: 25, margin: f64::INFINITY, beta: Beta::ONE }
    }
}

impl DecoderBeam {
    /// Everything is followed: exact, and exponential in the number of frames for [`prefix_beam`].
    pub const UNLIMITED: DecoderBeam = DecoderBeam { width: usize::MAX, margin: f64::INFINITY, beta: Beta::ONE };

    fn check(&self) -> Result<(), TrellisError> {
        check_width(self.margin)
    }

    /// The positions of the hypotheses to keep, best first, and the free energy of those that are not.
    ///
    /// Of equal ones the first are kept.
    fn keep(&self, energies: &[f64]) -> (Vec<usize>, f64) {
        let mut order: Vec<usize> = (0..energies.len()).filter(|&i| energies[i] < f64::INFINITY).collect();
        order.sort_by(|&a, &b| energies[a].total_cmp(&energies[b]));
        let limit = order.first().map_or(f64::INFINITY, |&i| energies[i] + self.margin);
        let near = order.partition_point(|&i| energies[i] <= limit);
        let dropped = order.split_off(near.min(self.width.max(1)));
        (order, dropped.iter().fold(f64::INFINITY, |sum, &i| soft_add(sum, energies[i], self.beta)))
    }
}

/// Emissions of frames counted from what each frame is worth by itself, so that what is still to come is worth nothing.
struct Frames {
    /// Frame by frame, class by class.
    above: Vec<f64>,
    classes: usize,
    /// What all frames are worth; +∞ where one of them allows nothing.
    total: f64,
}

impl Frames {
    fn new(e: &Emissions<'_>, beta: Beta) -> Frames {
        let (mut above, mut total) = (Vec::with_capacity(e.values().len()), 0.0);
        let mut energies = Vec::with_capacity(e.classes());
        // At the smallest β a frame is worth more than there are numbers for; sums over all frames are to be numbers too.
        let most = f64::MIN / (4.0 * (e.frames() as f64 + 1.0));
        for row in e.values().outer_iter() {
            energies.clear();
            energies.extend(row.iter().map(|&x| f64::from(x)));
            let worth = soft_min(&energies, beta).max(most);
            total += worth;
            above.extend(energies.iter().map(|&x| if x < f64::INFINITY { x - worth } else { x }));
        }
        Frames { above, classes: e.classes(), total }
    }

    /// A free energy counted from what the frames are worth, as it is: at least the least number that there is.
    fn whole(&self, above: f64) -> f64 {
        whole(above, self.total)
    }

    /// The frames in order, none where one of them allows nothing.
    fn iter(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.above.chunks_exact(self.classes.max(1)).enumerate()
    }
}

/// The sum of a free energy and what frames are worth, at least the least number that there is.
fn whole(above: f64, total: f64) -> f64 {
    (above + total).max(f64::MIN)
}

/// The energy of a label at a frame; +∞ where it names no class.
fn energy_of(frame: &[f64], label: Label) -> f64 {
    (label as usize).checked_sub(1).and_then(|class| frame.get(class)).copied().unwrap_or(f64::INFINITY)
}

/// Whether the blank and all that the grammar reads are among the classes.
fn check<G: Grammar>(e: &Emissions<'_>, blank: Label, grammar: &G) -> Result<(), TrellisError> {
    Topology::check_ctc(&[], blank, e.classes())?;
    let (label, classes) = (grammar.largest(), e.classes());
    if label as usize <= classes { Ok(()) } else { Err(TrellisError::Class { label, classes }) }
}
