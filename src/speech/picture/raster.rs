//! The picture in pixels.

use std::io::Cursor;

use image::ImageEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::font;
use super::surface::{Ink, Surface};
use crate::signal::draw::svg::Anchor;
use crate::signal::{Grey, ImageError};

/// Red, green and blue, row by row.
pub(super) struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Raster {
    pub(super) fn new(width: f32, height: f32) -> Self {
        let (width, height) = (width.ceil().max(1.0) as usize, height.ceil().max(1.0) as usize);
        Raster { width, height, pixels: vec![[255; 3]; width * height] }
    }

    pub(super) fn png(&self) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Cursor::new(Vec::new());
        let (w, h) = (self.width as u32, self.height as u32);
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)
            .write_image(self.pixels.as_flattened(), w, h, image::ExtendedColorType::Rgb8)
            .map_err(|e| ImageError::Encode { why: e.to_string() })?;
        Ok(bytes.into_inner())
    }

    fn blend(&mut self, x: i64, y: i64, ([r, g, b], cover): ([u8; 3], f32)) {
        if x < 0 || y < 0 || x >= self.width as i64 || y >= self.height as i64 {
            return;
        }
        let pixel = &mut self.pixels[y as usize * self.width + x as usize];
        for (below, above) in pixel.iter_mut().zip([r, g, b]) {
            *below = (f32::from(*below) * (1.0 - cover) + f32::from(above) * cover).round() as u8;
        }
    }

    /// The columns and rows of a rectangle, at least one each.
    fn covered([x, y, w, h]: [f32; 4]) -> ((i64, i64), (i64, i64)) {
        let span = |from: f32, length: f32| {
            let first = from.round() as i64;
            (first, ((from + length).round() as i64).max(first + 1))
        };
        (span(x, w), span(y, h))
    }
}

impl Surface for Raster {
    fn text(&mut self, (x, y): (f32, f32), size: u32, ink: Ink, anchor: Anchor, text: &str) {
        // Letters are seven pixels high, or twice that.
        let zoom = if size >= 16 { 2 } else { 1 };
        let width = (font::width(text) * zoom) as f32;
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - 0.5 * width,
            Anchor::End => x - width,
        };
        let (left, top) = (left.round() as i64, y.round() as i64 - 7 * zoom as i64);
        for (dx, dy) in font::dots(text) {
            let (dx, dy) = (left + zoom as i64 * dx, top + zoom as i64 * dy);
            for k in 0..(zoom * zoom) as i64 {
                self.blend(dx + k % zoom as i64, dy + k / zoom as i64, ink.colour());
            }
        }
    }

    /// Lines are upright or level.
    fn line(&mut self, from: (f32, f32), to: (f32, f32), ink: Ink) {
        let (width, dashed) = ink.line();
        let thick = width.round().max(1.0);
        let (x, y) = (from.0.min(to.0) - 0.5 * thick, from.1.min(to.1) - 0.5 * thick);
        let extent = [x, y, (to.0 - from.0).abs() + thick, (to.1 - from.1).abs() + thick];
        let ((x0, x1), (y0, y1)) = Raster::covered(extent);
        for (y, x) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (y, x))) {
            if !dashed || (x - x0 + y - y0) % 6 < 3 {
                self.blend(x, y, ink.colour());
            }
        }
    }

    fn fill(&mut self, extent: [f32; 4], ink: Ink) {
        let ((x0, x1), (y0, y1)) = Raster::covered(extent);
        for (y, x) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (y, x))) {
            self.blend(x, y, ink.colour());
        }
    }

    fn image(&mut self, extent: [f32; 4], image: &Grey) -> Result<(), ImageError> {
        let ((x0, x1), (y0, y1)) = Raster::covered(extent);
        let source = |i: i64, n: i64, size: usize| (i as usize * size / n as usize).min(size - 1);
        for (y, x) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (y, x))) {
            let at = (source(x - x0, x1 - x0, image.width()), source(y - y0, y1 - y0, image.height()));
            let level = image.get(at.0, at.1).unwrap_or(255);
            self.blend(x, y, ([level; 3], 1.0));
        }
        Ok(())
    }
}
