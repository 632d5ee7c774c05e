//! Pictures of alignments: the spectrogram with the boundaries and their intervals, the tiers, the shares of the phones over time with the path.
//!
//! A picture is SVG, with the spectrogram as a PNG inside, or a PNG alone. Long recordings are drawn in [`pieces`].
//!
//! ```
//! use energraph::signal::Sound;
//! use energraph::speech::picture::{Mark, Row, Scene};
//! let sound = Sound::new((0..4_000).map(|i| (i as f32 * 0.4).sin()).collect(), 8_000)?;
//! let word = Mark { label: "hum".into(), start: 0.1, end: 0.4, interval: Some((0.08, 0.13)), posterior: Some(0.97) };
//! let rows = vec![Row { name: "words".into(), marks: vec![word] }];
//! let scene = Scene { title: "hum.wav".into(), notes: vec![], sound: &sound, rows, misfits: vec![], occupancy: None };
//! assert!(scene.svg((0.0, 0.5))?.contains("hum.wav"));
//! assert!(scene.png((0.0, 0.5))?.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod font;
mod layout;
mod raster;
mod spectrum;
mod surface;
#[cfg(test)]
mod tests;

use ndarray::Array2;

use crate::signal::{ImageError, Sound};

/// The longest stretch of time that is read well in one picture, in seconds.
pub const PIECE: f64 = 8.0;

/// What a picture shows. Times are in seconds from the sound's begin.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    /// What it is a picture of.
    pub title: String,
    /// Lines below the title.
    pub notes: Vec<String>,
    /// The sound.
    pub sound: &'a Sound,
    /// The tiers from top to bottom, from the coarsest to the finest: the boundaries of the first are drawn as full lines, those of the
    /// others as dashed ones.
    pub rows: Vec<Row>,
    /// Where the transcript does not fit.
    pub misfits: Vec<(f64, f64)>,
    /// How probable each mark of the last row is in each frame; without it the picture has no path.
    pub occupancy: Option<Occupancy>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its marks in the order of time.
    pub marks: Vec<Mark>,
}

/// A labelled stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its label.
    pub label: String,
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Where its begin lies with a high probability.
    pub interval: Option<(f64, f64)>,
    /// How probable it is.
    pub posterior: Option<f64>,
}

/// Posteriors over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupancy {
    /// From frame to frame; frame `i` stands for the time from `i` to `i + 1` steps.
    pub step: f64,
    /// Frames × marks of the last row, from 0 to 1.
    pub shares: Array2<f32>,
}

impl Scene<'_> {
    /// The picture of a stretch of time as SVG; it is clamped to the sound's.
    ///
    /// # Errors
    /// [`ImageError`] where the image inside cannot be encoded.
    pub fn svg(&self, span: (f64, f64)) -> Result<String, ImageError> {
        let sheet = layout::Sheet::new(self, span);
        let mut surface = surface::Svg::default();
        let height = sheet.draw(&mut surface)?;
        Ok(surface.finish(sheet.width, height, &self.title))
    }

    /// The same picture as PNG. Its letters are a small font's of Latin letters and the more common phonetic ones; others are left out.
    ///
    /// # Errors
    /// [`ImageError`] where it cannot be encoded.
    pub fn png(&self, span: (f64, f64)) -> Result<Vec<u8>, ImageError> {
        let sheet = layout::Sheet::new(self, span);
        let height = sheet.draw(&mut surface::Nowhere)?;
        let mut surface = raster::Raster::new(sheet.width, height);
        sheet.draw(&mut surface)?;
        surface.png()
    }
}

/// Equal pieces of so many seconds, none longer than `longest`; one piece where that is no positive number.
pub fn pieces(seconds: f64, longest: f64) -> Vec<(f64, f64)> {
    // A conversion from a float ends at the largest integer; so many pieces of a recording nobody draws.
    let count = if longest > 0.0 { ((seconds / longest).ceil() as usize).clamp(1, 1_000_000) } else { 1 };
    let at = |i: usize| seconds * i as f64 / count as f64;
    (0..count).map(|i| (at(i), at(i + 1))).collect()
}
