//! Word recognition by trainable elastic templates.
//!
//! Each word has a few reference sequences of feature vectors, and a sound is as near to a word as dynamic time warping lays it beside one
//! of them: the energy of a reference is the free energy of all warpings (or the least energy of one) over the squared Euclidean
//! distances of frames, divided by the number of frames of both. That is differentiable, by the share of each pair of frames in the
//! warpings, so the references learn from any [`Loss`], and so does the network below that made the features.
//!
//! [`TemplateModel::of_recordings`] is where training starts, [`TemplateModel::loss`] and [`TemplateModel::losses`] say how well words win,
//! with gradients for references and features; [`TemplateModel`] is a [`FrontEnd`](crate::learn::FrontEnd) too, whose outputs are the
//! energies of the references.
//!
//! ```
//! use energraph::learn::{Optimiser, Rule};
//! use energraph::loss::{Latent, Lvq2};
//! use energraph::speech::templates::{TemplateModel, TemplateOptions};
//! use ndarray::array;
//! // Features of one dimension: "up" rises, "down" falls.
//! let (up, down) = (array![[0.0], [0.0], [2.0], [3.0]], array![[3.0], [1.0], [0.0]]);
//! let recordings = [(0, up.view()), (1, down.view())];
//! let words = ["up".to_owned(), "down".to_owned()];
//! let o = TemplateOptions { length: 3, ..TemplateOptions::default() };
//! let mut model = TemplateModel::of_recordings(&words, &recordings, &o)?;
//! let slow = array![[0.0], [0.0], [0.0], [1.0], [3.0], [3.0]];
//! assert_eq!(model.read(slow.view())?, Some((0, model.energies(slow.view())?[0])));
//! // A step of training on a recording that is taken for the wrong word.
//! let odd = array![[2.0], [1.5], [2.0]];
//! let before = model.loss(odd.view(), 0, &Lvq2::new(5.0)?, Latent::MINIMISED)?;
//! let mut optimiser = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.1);
//! model.learn(&before.references, &mut optimiser)?;
//! let after = model.loss(odd.view(), 0, &Lvq2::new(5.0)?, Latent::MINIMISED)?;
//! assert!(0.0 < before.value && after.value < before.value);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Source
//! X. Driancourt, L. Bottou, *MLP, LVQ and DP: comparison and cooperation*, IJCNN 1991; soft warpings: M. Cuturi, M. Blondel, *Soft-DTW*, 2017.

mod energies;
mod front_end;
mod loss;
mod model;
mod start;

pub use energies::TemplateGradient;
pub use loss::TemplateLoss;
pub use model::{TemplateModel, TemplateOptions};

use crate::loss::{Loss, LossError};
use crate::trellis::DtwError;

/// Why templates cannot be made, or say nothing of a sound.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// A size of 0, or more numbers than there can be.
    #[error("{words} words of {per_word} references, {length} frames each, of {dimensions} dimensions")]
    Size {
        /// Words.
        words: usize,
        /// References of each.
        per_word: usize,
        /// Frames of each.
        length: usize,
        /// Dimensions of a frame.
        dimensions: usize,
    },
    /// A word that no recording is of.
    #[error("no recording of word {word}")]
    NoRecording {
        /// Its number, from 0.
        word: usize,
    },
    /// A word that the model does not have.
    #[error("there is no word {word} among {words}")]
    NoSuchWord {
        /// Its number, from 0.
        word: usize,
        /// How many there are.
        words: usize,
    },
    /// A sound without frames.
    #[error("a sound without frames")]
    Empty,
    /// Features of another number of dimensions than the references.
    #[error("features of {found} dimensions, references of {expected}")]
    Dimensions {
        /// Those of the references.
        expected: usize,
        /// Those of the features.
        found: usize,
    },
    /// A number that is NaN or infinite.
    #[error("dimension {dimension} of frame {frame} is {value}")]
    NotFinite {
        /// The frame.
        frame: usize,
        /// The dimension.
        dimension: usize,
        /// The number.
        value: f32,
    },
    /// Numbers for another model: as many gradients or parameters as it does not have.
    #[error("{found} numbers for {expected}")]
    Count {
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The warping.
    #[error(transparent)]
    Warping(#[from] DtwError),
    /// The loss.
    #[error(transparent)]
    Loss(#[from] LossError),
}
