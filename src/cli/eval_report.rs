//! What `eval` found, as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::handwriting::ReadTimes;
use crate::learn::{CurvePoint, Reading, Scored, accepted_at_error, error_reject_curve};

/// One item, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    /// Its line in the stack, counted from 1.
    pub(super) line: usize,
    pub(super) name: String,
    /// What it says.
    pub(super) text: String,
    /// What was read; none where nothing could be.
    pub(super) read: Option<String>,
    pub(super) confidence: f64,
}

impl Outcome {
    fn right(&self) -> bool {
        self.read.as_ref() == Some(&self.text)
    }

    /// Line, name, text, what was read and confidence, separated by tabs.
    fn row(&self) -> String {
        let read = self.read.as_deref().unwrap_or("");
        format!("{}\t{}\t{}\t{read}\t{:.6}\n", self.line, self.name, self.text, self.confidence)
    }

    /// What [`Outcome::row`] wrote.
    pub(super) fn of_row(row: &str) -> Option<Self> {
        let [line, name, text, read, confidence] = row.split('\t').collect::<Vec<_>>()[..] else { return None };
        let read = (!read.is_empty()).then(|| read.to_owned());
        let confidence = confidence.parse().ok().filter(|c| (0.0..=1.0).contains(c))?;
        Some(Outcome { line: line.parse().ok()?, name: name.into(), text: text.into(), read, confidence })
    }
}

/// Exact strings, character errors and the error–reject curve of some items.
#[derive(Debug, Clone)]
pub(super) struct Subset {
    name: &'static str,
    reading: Reading,
    curve: Vec<CurvePoint>,
}

impl Subset {
    /// Of the outcomes that are chosen.
    pub(super) fn of(name: &'static str, outcomes: &[Outcome], chosen: impl Fn(&Outcome) -> bool) -> Self {
        let mut reading = Reading::default();
        let mut scored = Vec::new();
        for o in outcomes.iter().filter(|o| chosen(o)) {
            let characters = |s: &str| s.chars().collect::<Vec<char>>();
            reading.add(&characters(&o.text), o.read.as_deref().map(characters).as_deref());
            scored.push(Scored { confidence: o.confidence, right: o.right() });
        }
        Subset { name, reading, curve: error_reject_curve(&scored) }
    }

    fn exact(&self) -> f64 {
        self.reading.exact().value()
    }

    fn accepted(&self, max_error: f64) -> f64 {
        accepted_at_error(&self.curve, max_error)
    }

    fn text(&self) -> String {
        let exact = self.reading.exact();
        format!(
            "{:<10} {:6.2} % exact ({:.2} to {:.2}), {} of {}; cer {:.2} %; accepted {:.1} % at 1 % error, {:.1} % at 2 %\n",
            self.name,
            100.0 * self.exact(),
            100.0 * exact.low,
            100.0 * exact.high,
            exact.hits,
            exact.of,
            100.0 * self.reading.character_error_rate(),
            100.0 * self.accepted(0.01),
            100.0 * self.accepted(0.02),
        )
    }

    fn json(&self) -> Value {
        let exact = self.reading.exact();
        json!({
            "items": exact.of,
            "exact": self.exact(),
            "exact_interval": [exact.low, exact.high],
            "cer": self.reading.character_error_rate(),
            "accepted_at_1pct_error": self.accepted(0.01),
            "accepted_at_2pct_error": self.accepted(0.02),
        })
    }
}

/// What read the items, and how fast.
pub(super) struct ReadRun {
    pub(super) model: String,
    pub(super) grammar: String,
    pub(super) device: String,
    pub(super) threads: usize,
    pub(super) seconds: f64,
    pub(super) times: ReadTimes,
}

impl ReadRun {
    fn speed(&self, items: usize) -> f64 {
        items as f64 / self.seconds.max(1e-9)
    }

    fn text(&self, items: usize) -> String {
        let part = |t: std::time::Duration| 100.0 * t.as_secs_f64() / self.times.total().as_secs_f64().max(1e-9);
        format!(
            "{:.1} s, {:.1} images/s on {} ({} thread{}): preparation {:.1} %, net {:.1} %, graph {:.1} %, search {:.1} %\n",
            self.seconds,
            self.speed(items),
            self.device,
            self.threads,
            if self.threads == 1 { "" } else { "s" },
            part(self.times.prepare),
            part(self.times.net),
            part(self.times.graph),
            part(self.times.search),
        )
    }

    fn json(&self, items: usize) -> Value {
        json!({
            "model": self.model,
            "grammar": self.grammar,
            "seconds": self.seconds,
            "time": {
                "device": self.device,
                "threads": self.threads,
                "images_per_second": self.speed(items),
                "prepare": self.times.prepare.as_secs_f64(),
                "net": self.times.net.as_secs_f64(),
                "graph": self.times.graph.as_secs_f64(),
                "search": self.times.search.as_secs_f64(),
            },
        })
    }
}

/// Everything that `eval` found.
pub(super) struct Report {
    pub(super) task: String,
    pub(super) set: String,
    /// How it was read; none where the outcomes come from files.
    pub(super) run: Option<ReadRun>,
    pub(super) failed: usize,
    pub(super) subsets: Vec<Subset>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Report {
    /// For people.
    pub(super) fn text(&self, errors: usize) -> String {
        let all = Subset::of("all", &self.outcomes, |_| true);
        let mut text = match &self.run {
            Some(run) => format!("{}: model {}, grammar {}\n", self.set, run.model, run.grammar),
            None => format!("{}\n", self.set),
        };
        text += &all.text();
        self.subsets.iter().for_each(|s| text += &s.text());
        text += "accepted   error among them   at a confidence of\n";
        for share in [1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5] {
            let point = all.curve.iter().rfind(|p| p.accepted <= share);
            if let Some(p) = point {
                let _ = writeln!(
                    text,
                    "{:6.1} %   {:6.2} %            {:.4}",
                    100.0 * p.accepted,
                    100.0 * p.error,
                    p.threshold
                );
            }
        }
        if let Some(run) = &self.run {
            text += &run.text(self.outcomes.len());
        }
        for o in self.errors(errors) {
            let read = o.read.as_deref().unwrap_or("(nothing)");
            let _ = writeln!(text, "{:.4}  {}  is {}  read {read}", o.confidence, o.name, o.text);
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self, errors: usize) -> String {
        let all = Subset::of("all", &self.outcomes, |_| true);
        let curve = all.curve.iter();
        let mut report = json!({
            "task": self.task,
            "set": self.set,
            "curve": curve.map(|p| json!({"threshold": p.threshold, "accepted": p.accepted, "error": p.error}))
                .collect::<Vec<_>>(),
            "failed": self.failed,
        });
        let run = self.run.as_ref().map_or(json!({}), |r| r.json(self.outcomes.len()));
        if let (Value::Object(into), Value::Object(numbers), Value::Object(run)) = (&mut report, all.json(), run) {
            into.extend(numbers);
            into.extend(run);
            into.extend(self.subsets.iter().map(|s| (s.name.to_owned(), s.json())));
            if errors > 0 {
                let list = self.errors(errors).into_iter().map(|o| {
                    json!({"line": o.line, "file": o.name, "text": o.text, "read": o.read, "confidence": o.confidence})
                });
                into.insert("errors".into(), list.collect());
            }
        }
        format!("{report}\n")
    }

    /// Every item in a line.
    pub(super) fn items(&self) -> String {
        self.outcomes.iter().map(Outcome::row).collect()
    }

    /// The most confident errors.
    fn errors(&self, n: usize) -> Vec<&Outcome> {
        let mut wrong: Vec<&Outcome> = self.outcomes.iter().filter(|o| !o.right()).collect();
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        wrong.truncate(n);
        wrong
    }
}
