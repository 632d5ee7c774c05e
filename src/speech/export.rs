//! Alignments for other programs: JSON, CSV, CTM, Audacity labels.
//!
//! ```
//! use energraph::speech::{export, textgrid::parse};
//! let text = "\"ooTextFile\" \"TextGrid\" 0 1.5 <exists> 1 \"IntervalTier\" \"words\" 0 1.5 2 0 0.7 \"ah\" 0.7 1.5 \"\"";
//! let grid = parse(text.as_bytes())?;
//! assert_eq!(export::csv(&grid), "tier,start,end,label\nwords,0,0.7,ah\nwords,0.7,1.5,\n");
//! assert_eq!(export::ctm(&grid.tiers[0], "speaker-1")?, "speaker-1 1 0 0.7 ah\n");
//! assert_eq!(export::audacity(&grid.tiers[0])?, "0\t0.7\tah\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt::Write;

use serde_json::{Value, json};
use thiserror::Error;

use super::{TextGrid, Tier};

/// A label that the format has no way to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{format} cannot hold {label:?}: {why}")]
pub struct ExportError {
    /// The format.
    pub format: &'static str,
    /// The label or name.
    pub label: String,
    /// Why not.
    pub why: &'static str,
}

/// One JSON object: `{"file", "start", "end", "segments": [{"label", "tier", "start", "end"}]}`, times in seconds; a point has its time for both.
/// The tiers' segments follow each other.
pub fn json(grid: &TextGrid, file: &str) -> Value {
    let segment = |tier: &Tier| {
        let name = tier.name.clone();
        let one = move |i: super::Interval| json!({"label": i.label, "tier": name, "start": i.start, "end": i.end});
        tier.intervals().into_iter().map(one).collect::<Vec<_>>()
    };
    let segments: Vec<Value> = grid.tiers.iter().flat_map(segment).collect();
    json!({"file": file, "start": grid.start, "end": grid.end, "segments": segments})
}

/// Lines of tier, start, end and label with a header (RFC 4180, but lines end with LF); times in seconds, a point has its time for both.
pub fn csv(grid: &TextGrid) -> String {
    let mut text = "tier,start,end,label\n".to_owned();
    for tier in &grid.tiers {
        for i in tier.intervals() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{},{},{}", field(&tier.name), i.start, i.end, field(&i.label));
        }
    }
    text
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// NIST's time-marked conversation format: recording, channel 1, start, duration and label on a line, for each label that is not
/// empty. The columns are separated by spaces.
///
/// # Errors
/// [`ExportError`] where the recording's name or a label holds white space, or the name is empty.
pub fn ctm(tier: &Tier, recording: &str) -> Result<String, ExportError> {
    let check = |label: &str| {
        let why = if label.is_empty() { "it is empty" } else { "white space separates its columns" };
        let bad = label.is_empty() || label.contains(char::is_whitespace);
        if bad { Err(ExportError { format: "CTM", label: label.to_owned(), why }) } else { Ok(()) }
    };
    check(recording)?;
    let mut text = String::new();
    for i in tier.intervals().iter().filter(|i| !i.label.is_empty()) {
        check(&i.label)?;
        let _ = writeln!(text, "{recording} 1 {} {} {}", i.start, rounded(i.end - i.start), i.label);
    }
    Ok(text)
}

/// A difference of times without the digits that only subtraction made: to a nanosecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}

/// A label track for Audacity: start, end and label, with tabs between, for each label that is not empty.
///
/// # Errors
/// [`ExportError`] where a label holds a tab or a line break.
pub fn audacity(tier: &Tier) -> Result<String, ExportError> {
    let mut text = String::new();
    for i in tier.intervals().iter().filter(|i| !i.label.is_empty()) {
        if i.label.contains(['\t', '\n', '\r']) {
            let why = "tabs and line breaks separate its columns and lines";
            return Err(ExportError { format: "an Audacity label track", label: i.label.clone(), why });
        }
        let _ = writeln!(text, "{}\t{}\t{}", i.start, i.end, i.label);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{Content, Interval, Point};

    fn tier(labels: &[&str]) -> Tier {
        let one = |(i, l): (usize, &&str)| Interval { start: i as f64, end: i as f64 + 0.1, label: (*l).to_owned() };
        let content = Content::Intervals(labels.iter().enumerate().map(one).collect());
        Tier { name: "a,\"b\"".into(), start: 0.0, end: 9.0, content }
    }

    #[test]
    fn commas_quotes_and_line_breaks_stay_in_their_fields() {
        let tiers = vec![tier(&["x", "y\n\"z\"", ""])];
        let text = csv(&TextGrid { start: 0.0, end: 9.0, tiers });
        let name = "\"a,\"\"b\"\"\"";
        let expected = format!("tier,start,end,label\n{name},0,0.1,x\n{name},1,1.1,\"y\n\"\"z\"\"\"\n{name},2,2.1,\n");
        assert_eq!(text, expected);
    }

    #[test]
    fn ctm_has_durations_leaves_silence_out_and_refuses_white_space() {
        assert_eq!(ctm(&tier(&["x", "", "ɑ"]), "r").unwrap(), "r 1 0 0.1 x\nr 1 2 0.1 ɑ\n");
        assert_eq!(ctm(&tier(&["x y"]), "r").unwrap_err().label, "x y");
        assert!(ctm(&tier(&["x"]), "a b").is_err() && ctm(&tier(&["x"]), "").is_err());
    }

    #[test]
    fn audacity_keeps_spaces_and_refuses_tabs() {
        assert_eq!(audacity(&tier(&["x y", ""])).unwrap(), "0\t0.1\tx y\n");
        assert!(audacity(&tier(&["x\ty"])).is_err() && audacity(&tier(&["x\ny"])).is_err());
    }

    #[test]
    fn points_have_their_time_twice_in_json() {
        let content = Content::Points(vec![Point { time: 0.5, label: "click".into() }]);
        let grid =
            TextGrid { start: 0.0, end: 1.0, tiers: vec![Tier { name: "p".into(), start: 0.0, end: 1.0, content }] };
        let expected = json!({"file": "f.wav", "start": 0.0, "end": 1.0,
            "segments": [{"label": "click", "tier": "p", "start": 0.5, "end": 0.5}]});
        assert_eq!(json(&grid, "f.wav"), expected);
    }
}
