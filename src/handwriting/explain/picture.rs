//! The picture of a reading, panel by panel from the image down to the answers.

use super::lanes::lanes;
use super::{Explanation, Step};
use crate::signal::draw::svg::{Anchor, Canvas, number, percent};
use crate::signal::{Grey, ImageError};

const MARGIN: f32 = 24.0;
const LEAST_WIDTH: f32 = 720.0;
const STYLE: &str = "\
text{fill:#1f2933}.soft{fill:#627083}.best{stroke:#0b7a36;fill:none;stroke-width:2}.best-fill,.best-text{fill:#0b7a36}\
.second{stroke:#b4500b;fill:none;stroke-width:1.6}.second-fill,.second-text{fill:#b4500b}\
.rubbish{stroke:#8a97a6;fill:none;stroke-width:1.4;stroke-dasharray:3 3}.rubbish-fill{fill:#8a97a6}\
.other{stroke:#5b78a3;fill:none;stroke-width:1.4}.other-fill,.other-text{fill:#3f5b86}\
.cut{stroke:#3b82c4;stroke-width:.8;stroke-dasharray:2 3;opacity:.75}.used{stroke:#0b7a36;stroke-width:1.6}\
.guide{stroke:#d5dce4;stroke-width:.7}.box{fill:none;stroke:#0b7a36;stroke-width:1.5}.frame{fill:none;stroke:#c3ccd6}\
.node{fill:#1f2933}.bar{fill:#0b7a36;opacity:.8}.bar2{fill:#b4500b;opacity:.75}.bold{font-weight:bold}";

/// Where the panels stand.
struct Sheet<'a> {
    canvas: Canvas,
    of: &'a Explanation,
    /// Pixels of the picture per column of the field.
    scale: f32,
    width: f32,
    /// Where the next panel begins.
    y: f32,
}

pub(super) fn draw(of: &Explanation) -> Result<String, ImageError> {
    let columns = of.prepared.field.image().ncols() as f32;
    let scale = (1040.0 / columns).clamp(2.0, 7.0);
    let width = (columns * scale + 2.0 * MARGIN).max(LEAST_WIDTH);
    let mut sheet = Sheet { canvas: Canvas::default(), of, scale, width, y: 0.0 };
    sheet.head();
    sheet.given()?;
    sheet.field()?;
    sheet.graph();
    sheet.others();
    sheet.answers();
    let height = sheet.y + 12.0;
    let title = format!("{}: {}", of.title, of.reading.text());
    Ok(sheet.canvas.finish(width, height, &title, STYLE, &["best", "second", "rubbish", "other"]))
}

impl Sheet<'_> {
    fn x(&self, column: f32) -> f32 {
        MARGIN + self.scale * column
    }

    fn label(&mut self, text: &str) {
        self.canvas.text((MARGIN, self.y + 14.0), 12, "soft", Anchor::Start, text);
        self.y += 22.0;
    }

    fn head(&mut self) {
        let Explanation { title, reading, verdict, reader, .. } = self.of;
        self.canvas.text((MARGIN, 34.0), 20, "bold", Anchor::Start, &format!("{title}: {}", reading.text()));
        let verdict = verdict.as_ref().map_or(String::new(), |v| format!(" \u{b7} {v}"));
        let line = format!("confidence {:.4}{verdict} \u{b7} {reader}", reading.confidence());
        self.canvas.text((MARGIN, 54.0), 12, "soft", Anchor::Start, &line);
        self.y = 66.0;
    }

    /// The image as given, with a box for each symbol.
    fn given(&mut self) -> Result<(), ImageError> {
        self.label("The image, and where each symbol was found");
        let image = &self.of.image;
        let (w, h) = (image.width() as f32, image.height() as f32);
        let scale = ((self.width - 2.0 * MARGIN) / w).min(150.0 / h).min(5.0);
        let top = self.y + 14.0;
        self.canvas.image([MARGIN, top, w * scale, h * scale], &image.to_png()?);
        self.canvas.rect([MARGIN, top, w * scale, h * scale], "frame");
        for s in &self.of.reading.segments {
            let [x, y, bw, bh] = s.bounds.map(|v| v as f32 * scale);
            self.canvas.rect([MARGIN + x, top + y, bw, bh], "box");
            let at = (MARGIN + x + 0.5 * bw, top - 4.0);
            self.canvas.text(at, 13, "best-text bold", Anchor::Middle, &s.symbol);
        }
        self.y = top + h * scale + 14.0;
        Ok(())
    }

    /// The normalised image with the cuts.
    fn field(&mut self) -> Result<(), ImageError> {
        let field = &self.of.prepared.field;
        self.label(&format!(
            "What the net sees, with {} cuts; {} spans between two of them may hold a symbol",
            field.cuts().len(),
            field.spans().len()
        ));
        let size = (field.image().ncols() as f32 * self.scale, field.image().nrows() as f32 * self.scale);
        let ink = Grey::from_ink(field.image())?;
        self.canvas.image([MARGIN, self.y, size.0, size.1], &ink.to_png()?);
        for &cut in field.cuts() {
            let used = self.of.best.iter().any(|s| s.extent.0 == cut || s.extent.1 == cut);
            let x = self.x(cut);
            self.canvas.line((x, self.y), (x, self.y + size.1), if used { "used" } else { "cut" });
        }
        self.y += size.1 + 14.0;
        Ok(())
    }

    /// The cuts as states; the best path above them, the runner-up below.
    fn graph(&mut self) {
        self.label("The segmentation graph: a state for every cut. Above, the best path; below, the runner-up");
        let rise = 24.0;
        let line = self.y + 48.0 + rise;
        let cuts: Vec<f32> = self.of.prepared.field.cuts().iter().map(|&c| self.x(c)).collect();
        if let (Some(&first), Some(&last)) = (cuts.first(), cuts.last()) {
            self.canvas.line((first, line), (last, line), "guide");
        }
        let of = self.of;
        self.path(&of.best, line - 3.0, rise, "best");
        self.path(&of.second, line + 3.0, -rise, "second");
        cuts.iter().for_each(|&x| self.canvas.dot((x, line), 2.6, "node"));
        self.y = line + if of.second.is_empty() { 14.0 } else { rise + 54.0 };
    }

    fn path(&mut self, steps: &[Step], y: f32, rise: f32, class: &str) {
        for step in steps {
            let (from, to) = (self.x(step.extent.0), self.x(step.extent.1));
            let middle = 0.5 * (from + to);
            let Some(symbol) = &step.symbol else {
                self.canvas.bow(from, to, y, 0.45 * rise, "rubbish");
                let words = format!("rubbish {}", number(step.energy));
                if to - from > 6.2 * words.len() as f32 {
                    let at = (middle, y - 0.55 * rise + if rise > 0.0 { -3.0 } else { 9.0 });
                    self.canvas.text(at, 10, "soft", Anchor::Middle, &words);
                }
                continue;
            };
            self.canvas.bow(from, to, y, rise, class);
            // Symbol, energy and share in three lines away from the states.
            let lines = [y - rise - 28.0, y - rise - 15.0, y - rise - 4.0];
            let [symbol_y, energy_y, share_y] =
                if rise > 0.0 { lines } else { [y - rise + 17.0, y - rise + 29.0, y - rise + 40.0] };
            let class = format!("{class}-text");
            self.canvas.text((middle, symbol_y), 16, &format!("{class} bold"), Anchor::Middle, symbol);
            self.canvas.text((middle, energy_y), 10, &class, Anchor::Middle, &number(step.energy));
            self.canvas.text((middle, share_y), 9, "soft", Anchor::Middle, &percent(step.posterior));
        }
    }

    /// The most probable arcs elsewhere, in lanes.
    fn others(&mut self) {
        if self.of.others.is_empty() {
            return;
        }
        self.label("Other arcs, the most probable ones: symbol, energy, share of all interpretations that have it");
        const LANE: f32 = 24.0;
        const WORDS: f32 = 92.0;
        const MOST_LANES: usize = 7;
        let ends: Vec<(f32, f32)> = self.of.others.iter().map(|s| (self.x(s.extent.0), self.x(s.extent.1))).collect();
        let room = |&(from, to): &(f32, f32)| {
            let spare = (0.5 * (WORDS - (to - from))).max(0.0);
            (from - spare, to + spare)
        };
        let rooms: Vec<(f32, f32)> = ends.iter().map(room).collect();
        let lane = lanes(&rooms, 6.0);
        let used = lane.iter().map(|l| l + 1).max().unwrap_or(0).min(MOST_LANES);
        let bottom = self.y + LANE * used as f32;
        for &cut in self.of.prepared.field.cuts() {
            let x = self.x(cut);
            self.canvas.line((x, self.y - 2.0), (x, bottom), "guide");
        }
        for ((step, &(from, to)), lane) in
            self.of.others.iter().zip(&ends).zip(lane).filter(|(_, lane)| *lane < MOST_LANES)
        {
            let y = self.y + LANE * (lane as f32 + 1.0) - 5.0;
            self.canvas.line((from, y), (to, y), "other");
            self.canvas.line((from, y - 3.0), (from, y + 3.0), "other");
            self.canvas.line((to, y - 3.0), (to, y + 3.0), "other");
            let words = format!(
                "{}\u{a0}\u{a0}{}\u{a0}\u{a0}{}",
                step.symbol.as_deref().unwrap_or(""),
                number(step.energy),
                percent(step.posterior)
            );
            let middle = (0.5 * (from + to)).max(MARGIN + 0.5 * WORDS);
            self.canvas.text((middle, y - 5.0), 10, "other-text", Anchor::Middle, &words);
        }
        self.y = bottom + 14.0;
    }

    /// The answers compared.
    fn answers(&mut self) {
        self.label("The answers compared: energy of the best path, free energy over all paths, confidence");
        let longest = self.of.reading.alternatives.iter().map(|a| a.text.chars().count()).max().unwrap_or(0);
        let left = MARGIN + 12.0 * longest.max(6) as f32;
        for (i, a) in self.of.reading.alternatives.iter().enumerate() {
            let y = self.y + 16.0;
            let (class, bar) = if i == 0 { ("best-text bold", "bar") } else { ("second-text", "bar2") };
            self.canvas.text((MARGIN, y), 16, class, Anchor::Start, &a.text);
            self.canvas.text((left + 70.0, y), 12, "soft", Anchor::End, &number(a.energy));
            self.canvas.text((left + 150.0, y), 12, "soft", Anchor::End, &number(a.free_energy));
            let room = self.width - MARGIN - left - 250.0;
            self.canvas.rect([left + 170.0, y - 11.0, (room * a.confidence as f32).max(1.0), 13.0], bar);
            self.canvas.text((self.width - MARGIN, y), 12, "soft", Anchor::End, &format!("{:.4}", a.confidence));
            self.y += 24.0;
        }
        self.y += 8.0;
        let words = if self.of.prior {
            "Energies: lower is better. They add up along a path, and an answer's has what the prior adds; the smallest sum wins."
        } else {
            "Energies: lower is better, and they add up along a path; the smallest sum wins."
        };
        self.canvas.text((MARGIN, self.y + 8.0), 11, "soft", Anchor::Start, words);
        self.y += 14.0;
    }
}
