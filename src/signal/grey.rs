//! Eight-bit grey images.

use std::io::Cursor;
use std::path::Path;

use image::ImageEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use ndarray::Array2;

use super::ImageError;

/// A grey image, row by row from the top, 0 = black, 255 = white. It has at least one pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// An image over `width * height` pixels.
    ///
    /// # Errors
    /// [`ImageError::Empty`] without a pixel, [`ImageError::Shape`] where the number of pixels disagrees.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::Empty { width, height });
        }
        if width.checked_mul(height) != Some(pixels.len()) {
            return Err(ImageError::Shape { width, height, pixels: pixels.len() });
        }
        Ok(Grey { width, height, pixels })
    }

    /// An image of one grey level.
    ///
    /// # Errors
    /// [`ImageError::Empty`] without a pixel.
    pub fn filled(width: usize, height: usize, level: u8) -> Result<Self, ImageError> {
        Grey::new(width, height, vec![level; width.saturating_mul(height)])
    }

    /// The image whose pixel in column `x` and row `y` is `level(x, y)`; a side of 0 is taken as 1.
    pub fn from_fn(width: usize, height: usize, mut level: impl FnMut(usize, usize) -> u8) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let pixels = (0..width * height).map(|i| level(i % width, i / width)).collect();
        Grey { width, height, pixels }
    }

    /// From an ink image (0 = paper, 1 = ink; clamped).
    ///
    /// # Errors
    /// [`ImageError::Empty`] without a pixel.
    pub fn from_ink(ink: &Array2<f32>) -> Result<Self, ImageError> {
        let (height, width) = ink.dim();
        let pixels = ink.iter().map(|v| (255.0 * (1.0 - v.clamp(0.0, 1.0))).round() as u8).collect();
        Grey::new(width, height, pixels)
    }

    /// As an ink image, rows × columns: `(255 - v) / 255`, with no normalisation.
    pub fn to_ink(&self) -> Array2<f32> {
        let values = self.pixels.iter().map(|v| f32::from(255 - v) / 255.0).collect();
        Array2::from_shape_vec((self.height, self.width), values).unwrap_or_default()
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Row `y` (the last one past the end).
    pub fn row(&self, y: usize) -> &[u8] {
        let y = y.min(self.height - 1);
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// The pixel in column `x` and row `y`, `None` outside.
    pub fn get(&self, x: usize, y: usize) -> Option<u8> {
        (x < self.width && y < self.height).then(|| self.pixels[y * self.width + x])
    }

    /// Sets a pixel; outside the image nothing happens.
    pub fn set(&mut self, x: usize, y: usize, level: u8) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = level;
        }
    }

    /// The image as a PNG file, well compressed.
    ///
    /// # Errors
    /// [`ImageError::Encode`] where the encoder refuses the size.
    pub fn to_png(&self) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Cursor::new(Vec::new());
        let (w, h) = (self.width as u32, self.height as u32);
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
            .write_image(&self.pixels, w, h, image::ExtendedColorType::L8)
            .map_err(|e| ImageError::Encode { why: e.to_string() })?;
        Ok(bytes.into_inner())
    }

    /// Writes the image as a PNG file.
    ///
    /// # Errors
    /// As [`Grey::to_png`], and [`ImageError::Io`].
    pub fn write_png(&self, path: &Path) -> Result<(), ImageError> {
        std::fs::write(path, self.to_png()?).map_err(|e| ImageError::Io { why: e.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_and_grey_are_inverse_to_half_a_level() {
        let image = Grey::new(16, 16, (0..=255).collect()).unwrap();
        assert_eq!(Grey::from_ink(&image.to_ink()).unwrap(), image);
    }

    #[test]
    fn an_image_without_pixels_is_refused() {
        assert!(matches!(Grey::new(0, 3, vec![]), Err(ImageError::Empty { .. })));
        assert!(matches!(Grey::new(2, 3, vec![0; 5]), Err(ImageError::Shape { pixels: 5, .. })));
    }

    #[test]
    fn a_png_written_is_read_back_unchanged() {
        let image = Grey::new(16, 16, (0..=255).collect()).unwrap();
        let back = crate::signal::decode(&image.to_png().unwrap(), &crate::signal::Limits::default()).unwrap();
        assert_eq!(back, image);
    }
}
