//! A placement for other programs.

use serde_json::{Value, json};

use super::{MisfitKind, Placement};
use crate::speech::{Content, Interval, TextGrid, Tier, UNTRANSCRIBED};

impl Placement {
    /// Two tiers of intervals, `words` and `phones`; silence has none. Speech that is not transcribed is `*` among the words.
    pub fn to_textgrid(&self) -> TextGrid {
        let (start, end) = (self.start, self.end);
        let interval = |start: f64, end: f64, label: &str| Interval { start, end, label: label.to_owned() };
        let mut words: Vec<Interval> = self.words.iter().map(|w| interval(w.start, w.end, &w.text)).collect();
        words.extend(self.untranscribed.iter().map(|&(start, end)| interval(start, end, UNTRANSCRIBED)));
        words.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
        let phones = self.phones.iter().map(|p| interval(p.start, p.end, &p.symbol)).collect();
        let tier =
            |name: &str, intervals| Tier { name: name.to_owned(), start, end, content: Content::Intervals(intervals) };
        TextGrid { start, end, tiers: vec![tier("words", words), tier("phones", phones)] }
    }

    /// One JSON object: `{"file", "segments": [{"label", "tier", "start", "end", "start_interval", "end_interval", "posterior"}], "mismatch",
    /// "misfits": [{"kind", "start", "end", "words", "mismatch"}], "untranscribed": [[start, end]]}`, times in seconds. A word's intervals are those of its
    /// first and last phone, its posterior is its confidence, and it has a `mismatch`. Of a misfit `words` are the texts.
    pub fn to_json(&self, file: &str) -> Value {
        let words = self.words.iter().map(|w| {
            let its = self.phones.get(w.phones.clone()).unwrap_or_default();
            let (first, last) = (its.first().map(|p| p.start_interval), its.last().map(|p| p.end_interval));
            json!({"label": w.text, "tier": "words", "start": w.start, "end": w.end, "start_interval": first,
                "end_interval": last, "posterior": w.confidence, "mismatch": w.mismatch})
        });
        let phones = self.phones.iter().map(|p| {
            json!({"label": p.symbol, "tier": "phones", "start": p.start, "end": p.end,
                "start_interval": p.start_interval, "end_interval": p.end_interval, "posterior": p.posterior})
        });
        let misfits = self.misfits.iter().map(|m| {
            let words = self.words.get(m.words.clone()).unwrap_or_default().iter().map(|w| &w.text);
            json!({"kind": m.kind.name(), "start": m.start, "end": m.end, "words": words.collect::<Vec<_>>(),
                "mismatch": m.mismatch})
        });
        let segments: Vec<Value> = words.chain(phones).collect();
        json!({"file": file, "segments": segments, "mismatch": self.mismatch, "misfits": misfits.collect::<Vec<_>>(),
            "untranscribed": self.untranscribed})
    }
}

impl MisfitKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MisfitKind::Unlike => "unlike",
            MisfitKind::Pause => "pause",
            MisfitKind::Squeezed => "squeezed",
        }
    }
}
