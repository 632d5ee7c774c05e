//! The references.

use ndarray::{Array2, ArrayView2, s};

use super::TemplateError;
use crate::paths::Beta;
use crate::trellis::{DtwOptions, StepPattern};

/// Most numbers of all references together.
const MOST: usize = 1 << 28;

/// How references are laid out, and how sounds are laid beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateOptions {
    /// References of each word (1).
    pub per_word: usize,
    /// Frames of each (20).
    pub length: usize,
    /// At which β warpings are summed; infinite: the best one alone (infinite).
    pub warpings: Beta,
    /// How they may go. The default is Sakoe and Chiba's symmetric form, where the weights along each warping add up to the frames of
    /// both sequences: the energy is a mean distance then.
    pub dtw: DtwOptions,
}

impl Default for TemplateOptions {
    fn default() -> Self {
        let dtw = DtwOptions { steps: StepPattern::sakoe_chiba(0), ..DtwOptions::default() };
        TemplateOptions { per_word: 1, length: 20, warpings: Beta::Infinite, dtw }
    }
}

/// References of words, and how they are compared with sounds.
#[derive(Debug, Clone)]
pub struct TemplateModel {
    pub(super) words: Vec<String>,
    pub(super) options: TemplateOptions,
    /// Reference after reference, word after word: (words · per_word · length) × dimensions.
    pub(super) frames: Array2<f32>,
    /// What waits for the optimiser.
    pub(super) gradient: Array2<f32>,
}

impl TemplateModel {
    /// References of nothing but zeros, to be filled with parameters.
    ///
    /// # Errors
    /// [`TemplateError::Size`] where a size is 0, or there are more than 2²⁸ numbers.
    pub fn new(words: &[String], dimensions: usize, options: &TemplateOptions) -> Result<Self, TemplateError> {
        let (words, options) = (words.to_vec(), options.clone());
        let (per_word, length) = (options.per_word, options.length);
        let rows = words.len().checked_mul(per_word).and_then(|n| n.checked_mul(length));
        let numbers = rows.and_then(|n| n.checked_mul(dimensions));
        match (rows, numbers) {
            (Some(rows), Some(1..=MOST)) => {
                let frames = Array2::zeros((rows, dimensions));
                Ok(TemplateModel { words, options, gradient: frames.clone(), frames })
            }
            _ => Err(TemplateError::Size { words: words.len(), per_word, length, dimensions }),
        }
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The options that it was made with.
    pub fn options(&self) -> &TemplateOptions {
        &self.options
    }

    /// Numbers of a frame.
    pub fn dimensions(&self) -> usize {
        self.frames.ncols()
    }

    /// References of all words together.
    pub fn len(&self) -> usize {
        self.words.len() * self.options.per_word
    }

    /// Whether there is none; there always is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The word that a reference is of; references are counted word by word.
    pub fn word_of(&self, reference: usize) -> usize {
        reference / self.options.per_word
    }

    /// A reference, frames × dimensions; `None` past the last.
    pub fn reference(&self, reference: usize) -> Option<ArrayView2<'_, f32>> {
        let length = self.options.length;
        (reference < self.len()).then(|| self.frames.slice(s![reference * length..(reference + 1) * length, ..]))
    }

    /// Whether a sound can be compared: frames × dimensions.
    pub(super) fn check(&self, features: ArrayView2<'_, f32>) -> Result<(), TemplateError> {
        if features.ncols() != self.dimensions() {
            return Err(TemplateError::Dimensions { expected: self.dimensions(), found: features.ncols() });
        }
        if features.nrows() == 0 {
            return Err(TemplateError::Empty);
        }
        match features.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((frame, dimension), &value)) => Err(TemplateError::NotFinite { frame, dimension, value }),
            None => Ok(()),
        }
    }
}
