//! Where everything stands.

use super::spectrum;
use super::surface::{Ink, Surface};
use super::{Mark, Occupancy, Row, Scene};
use crate::signal::draw::svg::{Anchor, percent};
use crate::signal::{Grey, ImageError};

const LEFT: f32 = 76.0;
const RIGHT: f32 = 20.0;
const SPECTRUM: f32 = 260.0;
/// Below this posterior a mark is drawn as doubtful.
const DOUBTFUL: f64 = 0.5;

/// The plan of one picture.
pub(super) struct Sheet<'a> {
    scene: &'a Scene<'a>,
    span: (f64, f64),
    /// Samples.
    cut: (usize, usize),
    /// Samples per column of the spectrogram.
    shift: usize,
    /// Pixels a second.
    scale: f64,
    pub(super) width: f32,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, span: (f64, f64)) -> Self {
        let (rate, n) = (f64::from(scene.sound.rate()), scene.sound.samples().len());
        // Converting a float to an integer clamps, and makes 0 of NaN.
        let from = ((span.0 * rate).round() as usize).min(n);
        let to = ((span.1 * rate).round() as usize).clamp(from, n);
        let seconds = (to - from) as f64 / rate;
        let wanted = (1_100.0 / seconds.max(1e-3)).clamp(240.0, 1_600.0);
        let shift = (rate / wanted).round().max(1.0) as usize;
        let scale = if rate < wanted { wanted } else { rate / shift as f64 };
        let width = LEFT + (seconds * scale).max(420.0) as f32 + RIGHT;
        Sheet { scene, span: (from as f64 / rate, to as f64 / rate), cut: (from, to), shift, scale, width }
    }

    fn x(&self, time: f64) -> f32 {
        LEFT + ((time.clamp(self.span.0, self.span.1) - self.span.0) * self.scale) as f32
    }

    fn right(&self) -> f32 {
        self.x(self.span.1)
    }

    fn sees(&self, from: f64, to: f64) -> bool {
        to >= self.span.0 && from <= self.span.1
    }

    /// Draws everything; the height it took.
    pub(super) fn draw(&self, on: &mut impl Surface) -> Result<f32, ImageError> {
        let mut y = self.head(on);
        let top = y;
        y = self.spectrum(on, y)?;
        let rows = y;
        for row in &self.scene.rows {
            y = self.row(on, row, y);
        }
        for (a, b) in self.scene.misfits.iter().filter(|(a, b)| self.sees(*a, *b)) {
            on.fill([self.x(*a), top, self.x(*b) - self.x(*a), y - top], Ink::Misfit);
        }
        for (i, row) in self.scene.rows.iter().enumerate().rev() {
            self.boundaries(on, row, if i == 0 { Ink::Strong } else { Ink::Weak }, top, rows);
        }
        if let (Some(shares), Some(row)) = (&self.scene.occupancy, self.scene.rows.last()) {
            y = self.occupancy(on, shares, row, y + 10.0)?;
        }
        Ok(self.axis(on, y) + 12.0)
    }

    fn head(&self, on: &mut impl Surface) -> f32 {
        on.text((LEFT, 28.0), 18, Ink::Text, Anchor::Start, &self.scene.title);
        let mut y = 34.0;
        for note in &self.scene.notes {
            y += 15.0;
            on.text((LEFT, y), 12, Ink::Soft, Anchor::Start, note);
        }
        y + 12.0
    }

    fn spectrum(&self, on: &mut impl Surface, y: f32) -> Result<f32, ImageError> {
        let image = spectrum::image(self.scene.sound, self.cut, self.shift, SPECTRUM as usize);
        // A column for every shift: the last one may reach beyond the end, or stop before it.
        let seconds = (image.width() * self.shift) as f64 / f64::from(self.scene.sound.rate());
        let drawn = ((seconds * self.scale) as f32).clamp(1.0, (self.right() - LEFT).max(1.0));
        on.image([LEFT, y, drawn, SPECTRUM], &image)?;
        let high = f64::from(self.scene.sound.rate()) / 2.0;
        let step = nice_step(high / 5.0);
        for k in 0..=(high / step) as usize {
            let hz = k as f64 * step;
            let at = y + SPECTRUM * (1.0 - hz / high) as f32;
            on.line((LEFT - 5.0, at), (LEFT, at), Ink::Frame);
            let words = if k == 0 { "0 Hz".to_owned() } else { format!("{}k", decimal(hz / 1e3)) };
            on.text((LEFT - 8.0, (at + 4.0).max(y + 8.0)), 10, Ink::Soft, Anchor::End, &words);
        }
        Ok(y + SPECTRUM)
    }

    /// A tier: a box for every mark, its label inside where there is room.
    fn row(&self, on: &mut impl Surface, row: &Row, y: f32) -> f32 {
        const HEIGHT: f32 = 38.0;
        on.text((LEFT - 8.0, y + 21.0), 11, Ink::Soft, Anchor::End, &row.name);
        on.line((LEFT, y + HEIGHT), (self.right(), y + HEIGHT), Ink::Frame);
        for mark in row.marks.iter().filter(|m| self.sees(m.start, m.end)) {
            let (from, to) = (self.x(mark.start), self.x(mark.end));
            let middle = 0.5 * (from + to);
            let doubtful = mark.posterior.is_some_and(|p| p < DOUBTFUL);
            let ink = if doubtful { Ink::Doubt } else { Ink::Text };
            for x in [from, to] {
                on.line((x, y), (x, y + HEIGHT), if doubtful { Ink::Doubt } else { Ink::Frame });
            }
            if let Some(size) = fitting(&mark.label, to - from) {
                on.text((middle, y + 19.0), size, ink, Anchor::Middle, &mark.label);
            }
            if let Some(posterior) = mark.posterior {
                let words = percent(posterior);
                let soft = if doubtful { Ink::Doubt } else { Ink::Soft };
                if fitting(&words, to - from).is_some_and(|s| s >= 9) {
                    on.text((middle, y + 32.0), 9, soft, Anchor::Middle, &words);
                }
            }
        }
        y + HEIGHT
    }

    /// Lines through the spectrogram at begins and ends, and bands where the begins may lie.
    fn boundaries(&self, on: &mut impl Surface, row: &Row, ink: Ink, top: f32, bottom: f32) {
        let inside = |t: f64| t >= self.span.0 && t <= self.span.1;
        for Mark { start, end, interval, .. } in &row.marks {
            if let Some((a, b)) = interval.filter(|(a, b)| self.sees(*a, *b)) {
                on.fill([self.x(a), top, (self.x(b) - self.x(a)).max(0.5), bottom - top], Ink::Band);
            }
            for time in [*start, *end].into_iter().filter(|t| inside(*t)) {
                on.line((self.x(time), top), (self.x(time), bottom), ink);
            }
        }
    }

    /// The shares of the last row's marks, the first on top, and the path through them.
    fn occupancy(&self, on: &mut impl Surface, of: &Occupancy, row: &Row, y: f32) -> Result<f32, ImageError> {
        let seen = |m: &Mark| self.sees(m.start, m.end);
        let Some(first) = row.marks.iter().position(seen) else { return Ok(y) };
        let count = row.marks.iter().rev().skip_while(|m| !seen(m)).count() - first;
        let height = (340.0 / count as f32).clamp(4.0, 16.0);
        let [from, to] = [self.span.0, self.span.1].map(|t| ((t / of.step).max(0.0) as usize).min(of.shares.nrows()));
        if to > from {
            let image = Grey::from_fn(to - from, count, |x, k| {
                let share = of.shares.get((from + x, first + k)).copied().unwrap_or(0.0);
                (255.0 * (1.0 - 0.75 * share.clamp(0.0, 1.0))) as u8
            });
            let (a, b) = (self.x(from as f64 * of.step), self.x(to as f64 * of.step));
            on.image([a, y, b - a, height * count as f32], &image)?;
        }
        let bottom = y + height * count as f32;
        let name = if height > 8.0 { "" } else { "path" };
        on.text((LEFT - 8.0, y + 12.0), 11, Ink::Soft, Anchor::End, name);
        let mut before: Option<(f32, f32)> = None;
        for (k, mark) in row.marks.iter().skip(first).take(count).enumerate() {
            let at = y + height * (k as f32 + 0.5);
            let (a, b) = (self.x(mark.start), self.x(mark.end));
            if height > 8.0 {
                on.text((LEFT - 8.0, at + 4.0), 10, Ink::Soft, Anchor::End, &mark.label);
            }
            if let Some(end) = before {
                on.line(end, (a, end.1), Ink::Path);
                on.line((a, end.1), (a, at), Ink::Path);
            }
            on.line((a, at), (b, at), Ink::Path);
            before = Some((b, at));
        }
        for at in [y, bottom] {
            on.line((LEFT, at), (self.right(), at), Ink::Frame);
        }
        Ok(bottom)
    }

    fn axis(&self, on: &mut impl Surface, y: f32) -> f32 {
        let step = nice_step(90.0 / self.scale);
        let first = (self.span.0 / step - 1e-9).ceil();
        let count = ((self.span.1 / step + 1e-9).floor() - first).max(-1.0) + 1.0;
        for k in 0..count as usize {
            let time = (first + k as f64) * step;
            let x = self.x(time);
            on.line((x, y), (x, y + 5.0), Ink::Soft);
            on.text((x, y + 17.0), 10, Ink::Soft, Anchor::Middle, &format!("{} s", decimal(time)));
        }
        y + 20.0
    }
}

/// The largest size in which a text fits, or nothing.
fn fitting(text: &str, width: f32) -> Option<u32> {
    let letters = text.chars().filter(|c| !is_above(*c)).count().max(1) as f32;
    (8..=14).rev().find(|size| letters * 0.62 * *size as f32 <= width)
}

/// Whether a letter stands over the one before it.
pub(super) fn is_above(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// 1, 2 or 5 times a power of ten, not below `least`.
fn nice_step(least: f64) -> f64 {
    let ten = 10_f64.powf(least.max(1e-6).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * ten).find(|s| *s >= least).unwrap_or(ten)
}

/// A number with the decimals it needs, at most three.
fn decimal(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
