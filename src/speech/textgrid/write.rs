//! A [`TextGrid`] as text.

use std::borrow::Cow;
use std::fmt::Write;

use crate::speech::tiers::SAME;
use crate::speech::{BadTier, Content, Interval, TextGrid, Tier};

/// Which of Praat's text forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// "Text file": every value with its name.
    #[default]
    Long,
    /// "Short text file": the values alone.
    Short,
}

/// The text of a TextGrid file, for [`super::Encoding::encode`].
///
/// Times are written with as many digits as it takes to read them back unchanged. Praat wants intervals without gaps from the tier's start to its
/// end: gaps of more than a microsecond become empty labels, and a tier without labels becomes one empty label.
///
/// # Errors
/// [`BadTier`] where a time is not finite or out of order.
pub fn write(grid: &TextGrid, form: Form) -> Result<String, BadTier> {
    grid.check()?;
    let mut out = Writer { text: String::new(), form };
    out.text.push_str("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n");
    out.span(0, grid.start, grid.end);
    out.raw(0, "tiers? ", "<exists>");
    out.value(0, "size", &grid.tiers.len().to_string());
    out.heading(0, "item []: ");
    for (i, tier) in grid.tiers.iter().enumerate() {
        out.heading(1, &format!("item [{}]:", i + 1));
        out.tier(tier);
    }
    Ok(out.text)
}

struct Writer {
    text: String,
    form: Form,
}

impl Writer {
    /// A line for people only.
    fn heading(&mut self, depth: usize, text: &str) {
        if self.form == Form::Long {
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "{:1$}{text}", "", 4 * depth);
        }
    }

    fn raw(&mut self, depth: usize, name: &str, value: &str) {
        let _ = match self.form {
            Form::Long => writeln!(self.text, "{:1$}{name}{value} ", "", 4 * depth),
            Form::Short => writeln!(self.text, "{value}"),
        };
    }

    fn value(&mut self, depth: usize, name: &str, value: &str) {
        self.raw(depth, &format!("{name} = "), value);
    }

    fn string(&mut self, depth: usize, name: &str, value: &str) {
        self.value(depth, name, &format!("\"{}\"", value.replace('"', "\"\"")));
    }

    fn span(&mut self, depth: usize, start: f64, end: f64) {
        self.value(depth, "xmin", &start.to_string());
        self.value(depth, "xmax", &end.to_string());
    }

    fn tier(&mut self, tier: &Tier) {
        let class = if matches!(tier.content, Content::Intervals(_)) { "IntervalTier" } else { "TextTier" };
        self.string(2, "class", class);
        self.string(2, "name", &tier.name);
        self.span(2, tier.start, tier.end);
        match &tier.content {
            Content::Intervals(intervals) => {
                let intervals = filled(tier, intervals);
                self.value(2, "intervals: size", &intervals.len().to_string());
                for (i, interval) in intervals.iter().enumerate() {
                    self.heading(2, &format!("intervals [{}]:", i + 1));
                    self.span(3, interval.start, interval.end);
                    self.string(3, "text", &interval.label);
                }
            }
            Content::Points(points) => {
                self.value(2, "points: size", &points.len().to_string());
                for (i, point) in points.iter().enumerate() {
                    self.heading(2, &format!("points [{}]:", i + 1));
                    self.value(3, "number", &point.time.to_string());
                    self.string(3, "mark", &point.label);
                }
            }
        }
    }
}

/// The intervals with empty ones where there were gaps.
fn filled<'a>(tier: &Tier, intervals: &'a [Interval]) -> Vec<Cow<'a, Interval>> {
    let gap =
        |start: f64, end: f64| (end - start > SAME).then(|| Cow::Owned(Interval { start, end, label: String::new() }));
    let (mut all, mut at) = (Vec::new(), tier.start);
    for interval in intervals {
        all.extend(gap(at, interval.start));
        all.push(Cow::Borrowed(interval));
        at = interval.end;
    }
    all.extend(gap(at, tier.end));
    all
}
