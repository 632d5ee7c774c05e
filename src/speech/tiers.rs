//! Labels on a time axis.

use thiserror::Error;

/// Times closer than this are taken as equal, in seconds: files hold rounded numbers.
pub(super) const SAME: f64 = 1e-6;

/// Labelled tiers over one recording. Times are in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct TextGrid {
    /// Where the recording begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// The tiers from top to bottom.
    pub tiers: Vec<Tier>,
}

/// One tier of labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Its labels.
    pub content: Content,
}

/// The labels of a tier, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Stretches of time; where none lies, nothing is labelled.
    Intervals(Vec<Interval>),
    /// Moments.
    Points(Vec<Point>),
}

/// A labelled stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Where it begins.
    pub start: f64,
    /// Where it ends, not before its start.
    pub end: f64,
    /// Its label; empty for silence.
    pub label: String,
}

/// A labelled moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When.
    pub time: f64,
    /// Its label.
    pub label: String,
}

/// What is wrong with times.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum TimeFault {
    /// NaN or infinite.
    #[error("a time is not a finite number")]
    NotFinite,
    /// An interval, a tier or a recording that ends before it begins.
    #[error("it ends at {end} s, before its start at {start} s")]
    Backwards {
        /// Its start.
        start: f64,
        /// Its end.
        end: f64,
    },
    /// A label that begins before the one in front of it ends.
    #[error("it begins at {start} s, before the end of the one in front of it at {before} s")]
    Overlap {
        /// Its start.
        start: f64,
        /// The end of the one in front.
        before: f64,
    },
}

/// Times that make no sense, and where.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("tier {tier:?}{}: {fault}", match label { Some(n) => format!(", label {n}"), None => String::new() })]
pub struct BadTier {
    /// The tier's name; empty for the recording as a whole.
    pub tier: String,
    /// The label, counted from 1; `None` for the tier's own times.
    pub label: Option<usize>,
    /// What is wrong.
    pub fault: TimeFault,
}

/// There is no such tier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoTier {
    /// No tier has the name.
    #[error("there is no tier {name:?}; there are: {}", has.join(", "))]
    Name {
        /// The name.
        name: String,
        /// The names there are.
        has: Vec<String>,
    },
    /// None was named, and several could be meant.
    #[error("name a tier; there are: {}", has.join(", "))]
    Several {
        /// The names there are.
        has: Vec<String>,
    },
    /// There are no tiers.
    #[error("there are no tiers")]
    None,
}

/// Whether a stretch of time makes sense.
pub(super) fn check_span(start: f64, end: f64) -> Result<(), TimeFault> {
    if !start.is_finite() || !end.is_finite() {
        return Err(TimeFault::NotFinite);
    }
    if end < start { Err(TimeFault::Backwards { start, end }) } else { Ok(()) }
}

/// Whether a label may follow one that ends at `before`.
pub(super) fn check_next(before: Option<f64>, start: f64, end: f64) -> Result<(), TimeFault> {
    check_span(start, end)?;
    match before {
        Some(before) if start < before - SAME => Err(TimeFault::Overlap { start, before }),
        _ => Ok(()),
    }
}

impl TextGrid {
    /// The tier of this name. Without a name: the only one, or the one called `phones`, or `phone`.
    ///
    /// # Errors
    /// [`NoTier`] with the names there are.
    pub fn tier(&self, name: Option<&str>) -> Result<&Tier, NoTier> {
        let has = || self.tiers.iter().map(|t| t.name.clone()).collect();
        let found = |name: &str| self.tiers.iter().find(|t| t.name == name);
        match (name, &self.tiers[..]) {
            (_, []) => Err(NoTier::None),
            (Some(name), _) => found(name).ok_or_else(|| NoTier::Name { name: name.to_owned(), has: has() }),
            (None, [only]) => Ok(only),
            (None, _) => found("phones").or(found("phone")).ok_or_else(|| NoTier::Several { has: has() }),
        }
    }

    /// Whether all times are finite and in order.
    ///
    /// # Errors
    /// [`BadTier`]: the first that is not.
    pub fn check(&self) -> Result<(), BadTier> {
        check_span(self.start, self.end).map_err(|fault| BadTier { tier: String::new(), label: None, fault })?;
        self.tiers.iter().try_for_each(Tier::check)
    }
}

impl Tier {
    fn check(&self) -> Result<(), BadTier> {
        let bad = |label| move |fault| BadTier { tier: self.name.clone(), label, fault };
        check_span(self.start, self.end).map_err(bad(None))?;
        let mut before = None;
        for (i, Interval { start, end, .. }) in self.intervals().iter().enumerate() {
            check_next(before, *start, *end).map_err(bad(Some(i + 1)))?;
            before = Some(*end);
        }
        Ok(())
    }

    /// The labels as intervals; a point is one without length.
    pub fn intervals(&self) -> Vec<Interval> {
        match &self.content {
            Content::Intervals(intervals) => intervals.clone(),
            Content::Points(points) => {
                points.iter().map(|p| Interval { start: p.time, end: p.time, label: p.label.clone() }).collect()
            }
        }
    }
}
