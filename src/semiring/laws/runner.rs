//! One law: its name, the values it is drawn from, and the search for a counterexample.

use std::fmt::{self, Debug};
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::test_runner::{Config as ProptestConfig, RngSeed, TestError, TestRunner};

use super::{Counterexample, Outcome, Row, Sample, Samples};
use crate::semiring::Tolerance;

/// How hard the law kit looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Draws per law and kind of value (exact, legal, extreme).
    pub cases: u32,
    /// Allowed rounding, in ulps of the largest operand or result, on values that are not exact.
    pub ulps: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config { cases: 256, ulps: 8.0, seed: 20_021_998 }
    }
}

/// Two sides that a law says are the same, and are not.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The left side as an expression and as a value.
    pub left: (&'static str, String),
    /// The right side.
    pub right: (&'static str, String),
    /// How far apart they may be, 0 where the law is exact; `None` where the right side states a rule.
    pub tolerance: Option<f64>,
}

/// A law's verdict on one draw.
pub type Holds = Result<(), Mismatch>;

/// What a law may compare with: exactly, or up to the rounding that the drawn operands allow.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Ulps, as an absolute share of the largest number.
    unit: f64,
    /// Largest number among the operands.
    size: f64,
}

impl Check {
    /// Both sides are the same, up to rounding where the draw rounds.
    pub fn same<T: Sample>(self, left: (&'static str, T), right: (&'static str, T)) -> Holds {
        self.same_after(1.0, left, right)
    }

    /// As [`Check::same`] after `steps` times as many roundings.
    pub(super) fn same_after<T: Sample>(self, steps: f64, left: (&'static str, T), right: (&'static str, T)) -> Holds {
        let absolute = steps * self.unit * self.size.max(size(&left.1)).max(size(&right.1));
        let tolerance = Tolerance { absolute: absolute.min(f64::MAX), relative: 0.0 };
        let same = if absolute > 0.0 { left.1.close(&right.1, tolerance) } else { left.1 == right.1 };
        if same { Ok(()) } else { Err(mismatch(left, right, Some(tolerance.absolute))) }
    }

    /// Both sides are equal.
    pub fn equal<V: PartialEq + Debug>(self, left: (&'static str, V), right: (&'static str, V)) -> Holds {
        if left.1 == right.1 { Ok(()) } else { Err(mismatch(left, right, Some(0.0))) }
    }
}

/// A result that a rule forbids.
pub(super) fn forbidden<V: Debug>(result: (&'static str, V), rule: &'static str) -> Holds {
    Err(Mismatch { left: (result.0, format!("{:?}", result.1)), right: ("rule", rule.into()), tolerance: None })
}

/// The two sides for the report.
pub(super) fn mismatch<L: Debug, R: Debug>(
    left: (&'static str, L),
    right: (&'static str, R),
    tolerance: Option<f64>,
) -> Mismatch {
    Mismatch { left: (left.0, format!("{:?}", left.1)), right: (right.0, format!("{:?}", right.1)), tolerance }
}

/// The largest finite number in a value.
fn size<T: Sample>(value: &T) -> f64 {
    let floor = if T::PLUS_ROUNDS { 1.0 } else { 0.0 };
    value.numbers().into_iter().map(f64::abs).filter(|x| x.is_finite()).fold(floor, f64::max)
}

/// Where a law's operands are drawn and how it compares there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draws {
    /// Exact draws exactly, legal draws up to rounding. For laws without ⊕.
    Products,
    /// The same for laws with ⊕, which may round on exact draws too.
    Sums,
    /// Exact draws alone.
    Exact,
    /// Exact draws alone, for laws with ⊕.
    ExactSums,
    /// Every draw, extremes included, exactly.
    Everything,
    /// As `Everything`, and values close by each other.
    Equality,
    /// [`Sample::divergent`].
    Divergent,
    /// No operands; once, if there is a constructor.
    Constructor,
}

/// Draws passed, and what they showed.
type Search = dyn Fn(&Config) -> (u32, Outcome);

/// One law of one type: a name and a search for a counterexample.
pub struct Law {
    name: &'static str,
    search: Box<Search>,
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Law({})", self.name)
    }
}

impl Law {
    /// A law on `N` operands.
    pub(super) fn new<T: Sample, const N: usize>(
        name: &'static str,
        draws: Draws,
        statement: fn(Check, [&T; N]) -> Holds,
    ) -> Law {
        Law { name, search: Box::new(move |config| search(name, draws, statement, config)) }
    }

    /// What the law says, in words.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Looks for a counterexample.
    pub fn row(&self, config: &Config) -> Row {
        let (cases, outcome) = (self.search)(config);
        Row { law: self.name, cases, outcome }
    }
}

/// The strategies of a law and the ulps each of them is allowed.
fn passes<T: Sample, const N: usize>(draws: Draws, ulps: f64) -> Vec<(Samples<[T; N]>, f64)> {
    let drawn = |samples: Samples<T>| operands(mixed(samples));
    let sums = if T::PLUS_ROUNDS { ulps } else { 0.0 };
    let everything = || vec![(drawn(T::exact()), 0.0), (drawn(T::legal()), 0.0), (drawn(T::extreme()), 0.0)];
    match draws {
        Draws::Products => vec![(drawn(T::exact()), 0.0), (drawn(T::legal()), ulps)],
        Draws::Sums => vec![(drawn(T::exact()), sums), (drawn(T::legal()), ulps)],
        Draws::Exact => vec![(drawn(T::exact()), 0.0)],
        Draws::ExactSums => vec![(drawn(T::exact()), sums)],
        Draws::Everything => everything(),
        Draws::Equality => everything().into_iter().chain(T::constructor().map(|c| (close_by(c), 0.0))).collect(),
        Draws::Divergent => T::divergent().into_iter().map(|s| (operands(s), 0.0)).collect(),
        Draws::Constructor => T::constructor().into_iter().map(|_| (operands(T::exact()), 0.0)).collect(),
    }
}

/// Exact values with 1̄ and 0̄ among them, a tenth each: weights for a random graph.
pub fn weights<T: Sample>() -> Samples<T> {
    mixed(T::exact())
}

/// 1̄ and 0̄ among the samples; first, so that counterexamples shrink towards them.
fn mixed<T: Sample>(samples: Samples<T>) -> Samples<T> {
    prop_oneof![1 => Just(T::one()), 1 => Just(T::zero()), 8 => samples].boxed()
}

/// `N` operands, in three draws of eight with one repeated.
fn operands<T: Sample, const N: usize>(samples: Samples<T>) -> Samples<[T; N]> {
    let tied = (prop::array::uniform::<_, N>(samples), 0_u8..8).prop_map(|(mut drawn, tie)| {
        let (from, to) = match tie {
            5 => (0, 1),
            6 => (0, N.saturating_sub(1)),
            7 => (1, N.saturating_sub(1)),
            _ => (0, 0),
        };
        if let Some(repeated) = drawn.get(from).cloned()
            && let Some(slot) = drawn.get_mut(to)
        {
            *slot = repeated;
        }
        drawn
    });
    tied.boxed()
}

/// `N` values a few equal steps apart, of a step that a tolerant comparison may overlook, with zeros of both signs.
fn close_by<T: Sample, const N: usize>(construct: fn(f64) -> Option<T>) -> Samples<[T; N]> {
    let base = prop::sample::select(vec![0.0, 1.0, -1.0, 2.0, 1000.0]);
    let offsets = prop::array::uniform::<_, N>((-2_i32..=2, any::<bool>()));
    let values = (base, 1_i32..=52, offsets).prop_map(move |(base, e, offsets)| {
        let number = |(steps, negative)| match base + f64::from(steps) * f64::from(-e).exp2() {
            0.0 if negative => -0.0,
            x => x,
        };
        offsets.map(|offset| construct(number(offset)).unwrap_or_else(T::one))
    });
    values.boxed()
}

fn search<T: Sample, const N: usize>(
    name: &'static str,
    draws: Draws,
    statement: fn(Check, [&T; N]) -> Holds,
    config: &Config,
) -> (u32, Outcome) {
    let wanted = if N == 0 { 1 } else { config.cases };
    let mut cases = 0;
    for (samples, ulps) in passes::<T, N>(draws, config.ulps) {
        let verdict = |drawn: &[T; N]| {
            let unit = ulps * T::PRECISION.unit();
            statement(Check { unit, size: drawn.iter().map(size).fold(0.0, f64::max) }, drawn.each_ref())
        };
        let mut runner = TestRunner::new(ProptestConfig {
            cases: wanted,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(config.seed),
            ..ProptestConfig::default()
        });
        let result =
            runner.run(&samples, |drawn: [T; N]| verdict(&drawn).map_err(|_| TestCaseError::fail("the sides differ")));
        match result {
            Ok(()) => cases += wanted,
            Err(TestError::Abort(why)) => return (cases, Outcome::Undrawn(why.message().to_string())),
            Err(TestError::Fail(why, drawn)) => {
                let mismatch = match catch_unwind(AssertUnwindSafe(|| verdict(&drawn))) {
                    Ok(Err(mismatch)) => mismatch,
                    // The type's own code panicked: the message is all there is to show.
                    _ => Mismatch {
                        left: ("evaluation", why.message().to_string()),
                        right: ("rule", "no panic".into()),
                        tolerance: None,
                    },
                };
                let operands = drawn.iter().map(|x| format!("{x:?}")).collect();
                return (cases, Outcome::Broken(Box::new(Counterexample { law: name, operands, mismatch })));
            }
        }
    }
    (cases, if cases == 0 { Outcome::NothingToCheck } else { Outcome::Holds })
}
