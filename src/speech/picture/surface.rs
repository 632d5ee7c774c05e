//! What a picture is drawn on.

use crate::signal::draw::svg::{Anchor, Canvas};
use crate::signal::{Grey, ImageError};

/// What a mark means, and so what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Titles and labels.
    Text,
    /// What is read second.
    Soft,
    /// Labels and boxes of low probability.
    Doubt,
    /// The frames of panels.
    Frame,
    /// A boundary of the first tier.
    Strong,
    /// A boundary of another one.
    Weak,
    /// Where a boundary may lie.
    Band,
    /// Where the transcript does not fit.
    Misfit,
    /// The path.
    Path,
}

impl Ink {
    pub(super) const ALL: [Ink; 9] =
        [Ink::Text, Ink::Soft, Ink::Doubt, Ink::Frame, Ink::Strong, Ink::Weak, Ink::Band, Ink::Misfit, Ink::Path];

    /// Red, green, blue, and how much of it covers what is below.
    pub(super) fn colour(self) -> ([u8; 3], f32) {
        match self {
            Ink::Text => ([0x1f, 0x29, 0x33], 1.0),
            Ink::Soft => ([0x62, 0x70, 0x83], 1.0),
            Ink::Doubt => ([0xb4, 0x50, 0x0b], 1.0),
            Ink::Frame => ([0xc3, 0xcc, 0xd6], 1.0),
            Ink::Strong => ([0xc8, 0x1e, 0x1e], 1.0),
            Ink::Weak => ([0x1d, 0x6f, 0xc4], 0.9),
            Ink::Band => ([0x3b, 0x82, 0xc4], 0.28),
            Ink::Misfit => ([0xf0, 0x8c, 0x2e], 0.2),
            Ink::Path => ([0xc8, 0x1e, 0x1e], 1.0),
        }
    }

    /// Width of lines; whether they are dashed.
    pub(super) fn line(self) -> (f32, bool) {
        match self {
            Ink::Strong | Ink::Path => (1.6, false),
            Ink::Weak => (1.0, true),
            _ => (1.0, false),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Ink::Text => "text",
            Ink::Soft => "soft",
            Ink::Doubt => "doubt",
            Ink::Frame => "frame",
            Ink::Strong => "strong",
            Ink::Weak => "weak",
            Ink::Band => "band",
            Ink::Misfit => "misfit",
            Ink::Path => "path",
        }
    }
}

/// Pixels from the upper left corner.
pub(super) trait Surface {
    fn text(&mut self, at: (f32, f32), size: u32, ink: Ink, anchor: Anchor, text: &str);
    fn line(&mut self, from: (f32, f32), to: (f32, f32), ink: Ink);
    /// A filled rectangle: left, top, width, height.
    fn fill(&mut self, extent: [f32; 4], ink: Ink);
    /// An image stretched over a rectangle.
    fn image(&mut self, extent: [f32; 4], image: &Grey) -> Result<(), ImageError>;
}

/// Nothing is drawn: how high a picture becomes is known by drawing it.
pub(super) struct Nowhere;

impl Surface for Nowhere {
    fn text(&mut self, _: (f32, f32), _: u32, _: Ink, _: Anchor, _: &str) {}
    fn line(&mut self, _: (f32, f32), _: (f32, f32), _: Ink) {}
    fn fill(&mut self, _: [f32; 4], _: Ink) {}
    fn image(&mut self, _: [f32; 4], _: &Grey) -> Result<(), ImageError> {
        Ok(())
    }
}

/// A drawing of lines and letters.
#[derive(Default)]
pub(super) struct Svg {
    canvas: Canvas,
}

impl Surface for Svg {
    fn text(&mut self, at: (f32, f32), size: u32, ink: Ink, anchor: Anchor, text: &str) {
        self.canvas.text(at, size, &format!("t-{}", ink.class()), anchor, text);
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), ink: Ink) {
        self.canvas.line(from, to, &format!("l-{}", ink.class()));
    }

    fn fill(&mut self, extent: [f32; 4], ink: Ink) {
        self.canvas.rect(extent, &format!("f-{}", ink.class()));
    }

    fn image(&mut self, extent: [f32; 4], image: &Grey) -> Result<(), ImageError> {
        self.canvas.image(extent, &image.to_png()?);
        Ok(())
    }
}

impl Svg {
    pub(super) fn finish(self, width: f32, height: f32, title: &str) -> String {
        let style: String = Ink::ALL.iter().map(|ink| style(*ink)).collect();
        self.canvas.finish(width, height, title, &format!("image{{image-rendering:pixelated}}{style}"), &[])
    }
}

fn style(ink: Ink) -> String {
    let ([r, g, b], cover) = ink.colour();
    let ((width, dashed), name) = (ink.line(), ink.class());
    let colour = format!("#{r:02x}{g:02x}{b:02x}");
    let dashes = if dashed { ";stroke-dasharray:3 3" } else { "" };
    let bold = if ink == Ink::Text { ";font-weight:bold" } else { "" };
    format!(
        ".t-{name}{{fill:{colour}{bold}}}.l-{name}{{stroke:{colour};stroke-width:{width};opacity:{cover}{dashes}}}.f-{name}{{fill:{colour};opacity:{cover}}}"
    )
}
