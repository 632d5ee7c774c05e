//! Prefix beam search.

mod hypothesis;
mod read_off;
mod search;

use self::search::Search;
use super::rows::Rows;
use super::{DecoderBeam, Frames, Grammar, NBest, check};
use crate::graph::Label;
use crate::paths::Beta;
use crate::trellis::soft::soft_add;
use crate::trellis::{Emissions, TrellisError};

/// The texts of lowest free energy: frame by frame, all alignments that have written the same so far are one hypothesis,
/// and the best `beam.width` of them are kept.
///
/// Within a hypothesis the free energies of alignments that end in a blank and of those that end in a label are kept apart,
/// as are those in different states of the grammar, and merged exactly, in f64. With [`DecoderBeam::UNLIMITED`] every text has its
/// true free energy; with a narrower beam none has less than that, since alignments may be lost. [`NBest::lost`] says how
/// much, [`NBest::proved`] whether the first is the best all the same.
///
/// At infinite β the best alignment of each text counts alone.
///
/// # Errors
/// [`TrellisError::Beam`] for a margin below 0 or NaN; [`TrellisError::Blank`]; [`TrellisError::Class`] where the grammar reads a
/// class that the emissions lack.
///
/// # Cost
/// For each frame, `width` times the labels that the grammar lets follow, each a logarithm and an exponential, and a sort;
/// memory for the hypotheses kept at all frames. Rows of the grammar are made when first looked at.
///
/// # Source
/// A. Hannun et al., *First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs*, 2014;
/// with a lexicon, the word beam search of H. Scheidl, S. Fiel, R. Sablatnig, ICFHR 2018.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{Alphabet, DecoderBeam, Free, prefix_beam};
/// use ndarray::array;
/// // Two frames of a, b and the blank: the best alignment is all blanks, yet "a" has more mass.
/// let e = array![[0.4_f32, 0.0, 0.6], [0.4, 0.0, 0.6]].mapv(|p| -p.ln());
/// let alphabet = Alphabet::new("ab")?;
/// let found = prefix_beam(&Emissions::new(e.view())?, alphabet.blank(), &Free::new(3, 3), 2, &DecoderBeam::default())?;
/// assert_eq!(alphabet.text(&found.list[0].output), "a");
/// assert!((found.list[0].confidence - 0.64).abs() < 1e-6); // a–, –a, aa
/// assert!(found.proved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prefix_beam<G: Grammar>(
    e: &Emissions<'_>,
    blank: Label,
    grammar: &G,
    n: usize,
    beam: &DecoderBeam,
) -> Result<NBest, TrellisError> {
    beam.check()?;
    check(e, blank, grammar)?;
    let frames = Frames::new(e, beam.beta);
    let mut search = Search::new(Rows::new(grammar, beam.beta), *beam, blank, None);
    search.run(&frames);
    let bounds = grammar.bounds(beam.beta) && frames.total < f64::INFINITY;
    Ok(search.n_best(n, frames.total, bounds))
}

/// The free energy of one text: of all its alignments, and all paths of the grammar that write it; +∞ where there is none.
///
/// What [`prefix_beam`] finds for a text is never less.
///
/// # Errors
/// As [`prefix_beam`].
///
/// # Cost
/// For each frame, the length of the text times the steps that the grammar allows.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{Free, output_energy};
/// use energraph::Beta;
/// use ndarray::Array2;
/// let even = Array2::from_elem((2, 3), 3.0_f32.ln());
/// let f = output_energy(&Emissions::new(even.view())?, 3, &Free::new(3, 3), &[1], Beta::ONE)?;
/// assert!(((-f).exp() - 3.0 / 9.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn output_energy<G: Grammar>(
    e: &Emissions<'_>,
    blank: Label,
    grammar: &G,
    output: &[Label],
    beta: Beta,
) -> Result<f64, TrellisError> {
    check(e, blank, grammar)?;
    let frames = Frames::new(e, beta);
    let beam = DecoderBeam { beta, ..DecoderBeam::UNLIMITED };
    let mut search = Search::new(Rows::new(grammar, beta), beam, blank, Some(output));
    search.run(&frames);
    Ok(frames.whole(search.ends().into_iter().fold(f64::INFINITY, |sum, end| soft_add(sum, end.energy, beta))))
}
