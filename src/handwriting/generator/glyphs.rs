//! Images of single digits to compose strings from.

use ndarray::{Array2, s};
use thiserror::Error;

use crate::signal::IdxDigits;

/// Images of the ten digits, each cropped to its ink, 255 = ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlyphBank {
    glyphs: [Vec<Array2<u8>>; 10],
    /// The height in pixels of a full-height digit before it is scaled.
    pub height: usize,
}

/// Why there is no bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GlyphError {
    /// No image of this digit.
    #[error("no image of the digit {0}")]
    Missing(u8),
}

impl GlyphBank {
    /// All images of a set in MNIST's form (20 pixels tall within 28 × 28).
    ///
    /// # Errors
    /// [`GlyphError::Missing`] for a digit without an image that has ink.
    ///
    /// # Cost
    /// A byte a pixel of ink's box: 18 MB for MNIST's 60,000.
    pub fn from_idx(digits: &IdxDigits) -> Result<Self, GlyphError> {
        let size = digits.width * digits.height;
        let images = digits
            .pixels
            .chunks_exact(size.max(1))
            .map(|p| Array2::from_shape_vec((digits.height, digits.width), p.to_vec()).unwrap_or_default());
        GlyphBank::new(digits.labels.iter().copied().zip(images), 20)
    }

    /// From digits (0–9; other classes are left out) with their images, 255 = ink; `height` is that of a full-height digit.
    ///
    /// # Errors
    /// [`GlyphError::Missing`].
    pub fn new(images: impl IntoIterator<Item = (u8, Array2<u8>)>, height: usize) -> Result<Self, GlyphError> {
        let mut glyphs: [Vec<Array2<u8>>; 10] = Default::default();
        for (digit, image) in images {
            if let (Some(list), Some(cropped)) = (glyphs.get_mut(usize::from(digit)), cropped(&image)) {
                list.push(cropped);
            }
        }
        match glyphs.iter().position(Vec::is_empty) {
            Some(digit) => Err(GlyphError::Missing(digit as u8)),
            None => Ok(GlyphBank { glyphs, height: height.max(1) }),
        }
    }

    /// Number of images of a digit.
    pub fn count(&self, digit: u8) -> usize {
        self.glyphs.get(usize::from(digit)).map_or(0, Vec::len)
    }

    /// Image `i` (modulo their number) of a digit as ink; empty for what is no digit.
    pub fn ink(&self, digit: u8, i: usize) -> Array2<f32> {
        match self.glyphs.get(usize::from(digit)) {
            Some(list) => list.get(i % list.len().max(1)).map(|g| g.mapv(|v| f32::from(v) / 255.0)).unwrap_or_default(),
            None => Array2::default((0, 0)),
        }
    }
}

fn cropped(image: &Array2<u8>) -> Option<Array2<u8>> {
    let inked = |lane: ndarray::ArrayView1<u8>| lane.iter().any(|v| *v > 40);
    let rows: Vec<bool> = image.rows().into_iter().map(inked).collect();
    let columns: Vec<bool> = image.columns().into_iter().map(inked).collect();
    let span = |v: &[bool]| Some(v.iter().position(|b| *b)?..v.iter().rposition(|b| *b)? + 1);
    let (rows, columns) = (span(&rows)?, span(&columns)?);
    Some(image.slice(s![rows, columns]).to_owned())
}
