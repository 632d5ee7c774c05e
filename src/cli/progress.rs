//! How long work is shown: a bar where standard error is a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, or nothing where nobody looks.
pub(super) struct Bar {
    bar: ProgressBar,
    lines: bool,
}

impl Bar {
    /// A bar of so many steps; `unit` names one of them.
    pub(super) fn new(length: u64, unit: &str) -> Self {
        let terminal = stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let template = format!("{{bar:32}} {{pos}}/{{len}} {unit}  {{elapsed}} (left {{eta}})  {{msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Bar { bar, lines: !terminal }
    }

    /// A count of what nobody knows the number of; nothing where nobody looks.
    pub(super) fn counter(unit: &str) -> Self {
        let counter = Bar::new(0, unit);
        counter.bar.unset_length();
        if let Ok(style) = ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {unit}  {{elapsed}}")) {
            counter.bar.set_style(style);
        }
        counter
    }

    /// Where it stands.
    pub(super) fn at(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// Some words behind the bar.
    pub(super) fn note(&self, words: String) {
        self.bar.set_message(words);
    }

    /// A line that stays.
    pub(super) fn line(&self, line: &str) {
        if self.lines {
            // A closed standard error is no reason to stop working.
            let _ = writeln!(stderr(), "{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// Writes to standard error with the bar out of the way.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away.
    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// `1:02:03`, or `2:03` below an hour.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}
