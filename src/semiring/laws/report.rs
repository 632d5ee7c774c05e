//! What came of the search: rows for a table, counterexamples to read.

use std::fmt;

use super::Mismatch;

/// What the law kit found for one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The type's name.
    pub subject: String,
    /// One row per claimed law.
    pub rows: Vec<Row>,
}

/// What the law kit found for one law.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The law, in words.
    pub law: &'static str,
    /// Draws that passed.
    pub cases: u32,
    /// The verdict.
    pub outcome: Outcome,
}

/// A law's verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// No counterexample among the draws.
    Holds,
    /// The law asks nothing of this type, for instance about divergence where every sum converges.
    NothingToCheck,
    /// The type's strategies drew too few values: almost all were refused.
    Undrawn(String),
    /// A counterexample, shrunk.
    Broken(Box<Counterexample>),
}

/// Operands on which a law fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterexample {
    /// The law, in words.
    pub law: &'static str,
    /// The operands `a`, `b`, `c`, shrunk.
    pub operands: Vec<String>,
    /// The two sides.
    pub mismatch: Mismatch,
}

impl std::error::Error for Counterexample {}

impl Report {
    /// Whether every law holds.
    pub fn holds(&self) -> bool {
        self.rows.iter().all(Row::holds)
    }

    /// The counterexamples, at most one per law.
    pub fn broken(&self) -> impl Iterator<Item = &Counterexample> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Broken(counterexample) => Some(&**counterexample),
            _ => None,
        })
    }
}

impl Row {
    /// Whether no counterexample was found, and none was left unlooked for.
    pub fn holds(&self) -> bool {
        matches!(self.outcome, Outcome::Holds | Outcome::NothingToCheck)
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { left, right, tolerance } = &self.mismatch;
        write!(f, "law broken: {}", self.law)?;
        for (name, operand) in ('a'..).zip(&self.operands) {
            write!(f, "\n    {name} = {operand}")?;
        }
        for side in [left, right] {
            let gap = width(left.0).max(width(right.0)) - width(side.0);
            write!(f, "\n  {}{:gap$} = {}", side.0, "", side.1)?;
        }
        match tolerance {
            None => Ok(()),
            Some(0.0) => write!(f, "\n  should be equal"),
            Some(t) => write!(f, "\n  should differ by at most {t:e}"),
        }
    }
}

/// Columns that an expression takes: the bar over 0̄ and 1̄ is a character that takes none.
fn width(expression: &str) -> usize {
    expression.chars().filter(|c| *c != '\u{304}').count()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match &self.outcome {
            Outcome::Holds => "holds",
            Outcome::NothingToCheck => "nothing to check",
            Outcome::Undrawn(_) => "TOO FEW DRAWS",
            Outcome::Broken(_) => "BROKEN",
        };
        write!(f, "{:60} {:>6}  {verdict}", self.law, self.cases)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.rows.iter().filter(|r| r.holds()).count();
        writeln!(f, "{}: {held} of {} laws hold", self.subject, self.rows.len())?;
        writeln!(f, "  {:60} {:>6}  verdict", "law", "cases")?;
        for row in &self.rows {
            writeln!(f, "  {row}")?;
            match &row.outcome {
                Outcome::Broken(counterexample) => {
                    for line in counterexample.to_string().lines().skip(1) {
                        writeln!(f, "    {line}")?;
                    }
                }
                Outcome::Undrawn(why) => writeln!(f, "      {why}")?,
                _ => {}
            }
        }
        Ok(())
    }
}
