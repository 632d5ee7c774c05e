//! Planted lies: each is caught by the law that names it, and every law catches one.
#![cfg(feature = "laws")]

mod liars_signed;

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use energraph::laws::{self, Config, Laws, Outcome, Report, Sample, Samples};
use energraph::semiring::{Diverges, Quantum, Tolerance};
use energraph::{Cancellative, Commutative, Idempotent, LeftDivide, PathProperty, Semiring, Star, Weight};
use liars_signed::Real;

/// What a [`Liar`] does wrong; its algebra is otherwise min-sum or, for the lies of [`sums_logs`], log-sum. Those of
/// [`has_signs`] are told by a [`Real`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lie {
    NothingMin,
    NothingLog,
    NothingSigned,
    TolerantEqExactHash,
    TolerantEqCoarseHash,
    AsymmetricEq,
    MinusZeroKept,
    NanAdmitted,
    MinusInfinityAdmitted,
    CloseAlways,
    CloseToSelfOnly,
    IsZeroFromAfar,
    OneIsOne,
    ZeroIsABillion,
    TimesMultipliesToo,
    TimesAverages,
    TimesKeepsTheFirst,
    PlusLinearised,
    PlusKeepsTheFirst,
    PlusInfinityIsNan,
    PlusUnshifted,
    PlusSumsButClaimsToPick,
    OrderReversed,
    OrderBySize,
    OrderCoarse,
    StarLogOneMinusX,
    StarOfZeroIsZero,
    StarBelowOne,
    StarAlways,
    StarHardlyEver,
    StarUnchecked,
    StarCancels,
    AbsoluteForSome,
    AbsoluteForgotten,
    AbsoluteDoubles,
    AbsoluteFloors,
    AbsoluteKeepsSigns,
    AbsoluteForgetsSizes,
    AbsoluteOverflows,
    DivideBackwards,
    DivideByZero,
    DivideShyly,
    QuantizeAlways,
    QuantizeTwice,
    QuantizeMakesZeroPossible,
    QuantizeForgets,
    QuantizeToMinusZero,
    QuantizeShiftsReals,
}
use Lie::*;

fn sums_logs(lie: Lie) -> bool {
    use Lie::*;
    matches!(
        lie,
        NothingLog
            | PlusLinearised
            | PlusInfinityIsNan
            | PlusUnshifted
            | PlusSumsButClaimsToPick
            | StarLogOneMinusX
            | StarUnchecked
            | StarCancels
    )
}

fn has_signs(lie: Lie) -> bool {
    use Lie::*;
    matches!(lie, NothingSigned | AbsoluteForgotten | AbsoluteKeepsSigns | AbsoluteForgetsSizes | QuantizeShiftsReals)
}

#[derive(Clone, Copy, Debug)]
struct Liar(f64);

thread_local! {
    static TOLD: Cell<Lie> = const { Cell::new(NothingMin) };
}

/// The lie that this thread's liars tell: one type for all keeps the test quick to compile.
fn lie() -> Lie {
    TOLD.get()
}

impl Liar {
    fn tells(told: Lie) -> bool {
        lie() == told
    }
    fn admit(x: f64) -> Option<Self> {
        let refused = (x.is_nan() && !Self::tells(NanAdmitted))
            || (x == f64::NEG_INFINITY && !Self::tells(MinusInfinityAdmitted));
        (!refused).then_some(Liar(if Self::tells(MinusZeroKept) { x } else { x + 0.0 }))
    }
    /// A computed value, kept above −∞ and off −0.
    fn settle(x: f64) -> Self {
        if Self::tells(MinusInfinityAdmitted) || Self::tells(MinusZeroKept) {
            return Liar(x);
        }
        Liar(if x < f64::MIN { f64::MIN } else { x + 0.0 })
    }
}

impl PartialEq for Liar {
    fn eq(&self, r: &Self) -> bool {
        if Self::tells(TolerantEqExactHash) || Self::tells(TolerantEqCoarseHash) {
            return self.0 == r.0 || (self.0 - r.0).abs() < 1e-6;
        }
        if Self::tells(AsymmetricEq) {
            return self.0 == r.0 || (self.0 < r.0 && r.0 - self.0 < 1e-6);
        }
        if Self::tells(MinusZeroKept) { self.0 == r.0 } else { self.0.to_bits() == r.0.to_bits() }
    }
}
impl Eq for Liar {}
impl Hash for Liar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let coarse = Self::tells(TolerantEqCoarseHash) || Self::tells(AsymmetricEq);
        if coarse { 0_u64.hash(state) } else { self.0.to_bits().hash(state) }
    }
}

impl Weight for Liar {
    fn one() -> Self {
        Liar(if Self::tells(OneIsOne) { 1.0 } else { 0.0 })
    }
    fn zero() -> Self {
        Liar(if Self::tells(ZeroIsABillion) { 1e9 } else { f64::INFINITY })
    }
    fn times(&self, r: &Self) -> Self {
        let (a, b) = (self.0, r.0);
        if Self::tells(MinusInfinityAdmitted) {
            return Liar(a + b);
        }
        if a == f64::INFINITY || b == f64::INFINITY {
            return Liar(f64::INFINITY);
        }
        match lie() {
            TimesMultipliesToo => Self::settle(a + b + a * b),
            TimesAverages if a != 0.0 && b != 0.0 => Self::settle((a + b) / 2.0),
            TimesKeepsTheFirst if a != 0.0 => *self,
            _ => Self::settle(a + b),
        }
    }
    fn close(&self, r: &Self, t: Tolerance) -> bool {
        if Self::tells(CloseAlways) {
            return true;
        }
        if Self::tells(CloseToSelfOnly) {
            return self == r || (self.0 - r.0).abs() <= t.absolute + t.relative * self.0.abs();
        }
        if Self::tells(NanAdmitted) {
            return self == r || t.admits(self.0, r.0);
        }
        if t == Tolerance::EXACT { self == r } else { t.admits(self.0, r.0) || self == r }
    }
    fn is_zero(&self) -> bool {
        if Self::tells(IsZeroFromAfar) { self.0 > 50.0 } else { *self == Self::zero() }
    }
}
impl Commutative for Liar {}

impl Semiring for Liar {
    fn plus(&self, r: &Self) -> Self {
        let (low, high) = (self.0.min(r.0), self.0.max(r.0));
        if Self::tells(PlusKeepsTheFirst) {
            return if self.0 == f64::INFINITY { *r } else { *self };
        }
        if !sums_logs(lie()) {
            return if r.0 < self.0 { *r } else { *self };
        }
        if Self::tells(PlusInfinityIsNan) {
            return Self::settle(low - (low - high).exp().ln_1p());
        }
        if high == f64::INFINITY {
            return Liar(low);
        }
        if Self::tells(PlusUnshifted) {
            return Self::settle(-((-low).exp() + (-high).exp()).ln());
        }
        if Self::tells(PlusLinearised) {
            return Self::settle(low - (std::f64::consts::LN_2 - (high - low) / 2.0).max(0.0));
        }
        Self::settle(low - (low - high).exp().ln_1p())
    }
}
impl Idempotent for Liar {}

impl PathProperty for Liar {
    fn order(&self, r: &Self) -> Ordering {
        let (a, b) = (self.0, r.0);
        match lie() {
            OrderReversed => b.total_cmp(&a),
            OrderBySize => a.abs().total_cmp(&b.abs()).then(a.total_cmp(&b)),
            OrderCoarse => a.round().total_cmp(&b.round()),
            _ if a == b => Ordering::Equal,
            _ => a.total_cmp(&b),
        }
    }
}

impl Star for Liar {
    fn star(&self) -> Result<Self, Diverges> {
        let (a, lie) = (self.0, lie());
        let diverges = Err(Diverges { weight: a.to_string() });
        match lie {
            StarLogOneMinusX => return if a < 1.0 { Ok(Self::settle((1.0 - a).ln())) } else { diverges },
            StarOfZeroIsZero if a == f64::INFINITY => return Ok(Self::zero()),
            StarBelowOne if a == 0.0 => return Ok(Liar(-1.0)),
            StarAlways => return Ok(Liar(if a < 0.0 { f64::MIN } else { 0.0 })),
            StarHardlyEver if a != f64::INFINITY => return diverges,
            StarUnchecked => return Ok(Liar((-(-a).exp_m1()).ln() + 0.0)),
            _ => {}
        }
        if !sums_logs(lie) {
            return if a < 0.0 { diverges } else { Ok(Self::one()) };
        }
        if a <= 0.0 {
            return diverges;
        }
        if lie == StarCancels {
            return Ok(Liar((1.0 - (-a).exp()).ln() + 0.0));
        }
        let energy = if a < std::f64::consts::LN_2 { (-(-a).exp_m1()).ln() } else { (-(-a).exp()).ln_1p() };
        Ok(Self::settle(energy))
    }

    /// Nothing cancels; the lies about what is given are told of the weight itself.
    fn absolute(&self) -> Option<Self> {
        match lie() {
            AbsoluteForSome => (self.0 <= 0.0 || self.is_zero()).then_some(*self),
            AbsoluteDoubles => Some(Self::settle(self.0 * 2.0)),
            AbsoluteFloors => Some(Liar(self.0.floor() + 0.0)),
            AbsoluteOverflows => Some(if self.0 < f64::MIN / 4.0 { Liar(f64::NEG_INFINITY) } else { *self }),
            _ => None,
        }
    }
}

impl LeftDivide for Liar {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        match lie() {
            DivideBackwards if !by.is_zero() && !self.is_zero() => Some(Self::settle(by.0 - self.0)),
            DivideByZero => Some(Self::settle(self.0 - by.0)),
            DivideShyly if by.0 > self.0 => None,
            _ if by.is_zero() => None,
            _ => Some(Self::settle(self.0 - by.0)),
        }
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        let (x, rounded) = (self.0, quantum.round(self.0));
        let grid = quantum != Quantum::EXACT;
        match lie() {
            QuantizeAlways if !grid => Liar(Quantum::default().round(x)),
            QuantizeTwice if grid && rounded == x && x.abs() < 1.0 => Liar(x * 1.000_000_1),
            QuantizeMakesZeroPossible if x == f64::INFINITY => Liar(f64::MAX),
            QuantizeForgets if grid && !self.is_zero() => Self::one(),
            QuantizeToMinusZero => Liar(-quantum.round(-x)),
            _ => Liar(rounded),
        }
    }
}

impl Sample for Liar {
    const PLUS_ROUNDS: bool = true;
    fn exact() -> Samples<Self> {
        laws::dyadic(Self::admit)
    }
    fn legal() -> Samples<Self> {
        laws::numbers(Self::PRECISION, Self::admit)
    }
    fn extreme() -> Samples<Self> {
        laws::extremes(Self::PRECISION, Self::admit)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.0]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(Self::admit)
    }
    fn divergent() -> Option<Samples<Self>> {
        Some(laws::numbers(Self::PRECISION, |x| if x < 0.0 { Self::admit(x) } else { None }))
    }
    fn laws() -> Laws<Self> {
        let laws = Laws::weight().commutative().semiring().star().left_divide();
        if sums_logs(lie()) && !Self::tells(PlusSumsButClaimsToPick) {
            return laws;
        }
        laws.idempotent().path_property()
    }
}

/// Every lie, and the law that must catch it.
const CAUGHT: &[(Lie, &str)] = &[
    (TolerantEqExactHash, "equal values hash equal"),
    (TolerantEqCoarseHash, "equality is an equivalence"),
    (AsymmetricEq, "equality is an equivalence"),
    (MinusZeroKept, "equal values hash equal"),
    (NanAdmitted, "the constructor refuses nan and mends minus zero"),
    (MinusInfinityAdmitted, "times stays legal"),
    (CloseAlways, "close without tolerance is equality"),
    (CloseToSelfOnly, "close is reflexive and symmetric"),
    (IsZeroFromAfar, "is zero means equal to zero"),
    (OneIsOne, "one is the identity of times"),
    (ZeroIsABillion, "zero absorbs"),
    (TimesMultipliesToo, "times distributes over plus from the left"),
    (TimesAverages, "times is associative"),
    (TimesKeepsTheFirst, "times is commutative"),
    (PlusLinearised, "plus is associative"),
    (PlusKeepsTheFirst, "plus is commutative"),
    (PlusInfinityIsNan, "zero is the identity of plus"),
    (PlusUnshifted, "times distributes over plus from the left"),
    (PlusSumsButClaimsToPick, "plus picks an operand"),
    (OrderReversed, "order agrees with plus"),
    (OrderBySize, "times keeps the order"),
    (OrderCoarse, "order is total"),
    (StarLogOneMinusX, "star solves its equation"),
    (StarOfZeroIsZero, "star of zero is one"),
    (StarBelowOne, "star is the limit of partial sums"),
    (StarAlways, "star refuses what diverges"),
    (StarHardlyEver, "star is the sum that settles"),
    (StarUnchecked, "star stays legal"),
    (StarCancels, "star stays legal"),
    (DivideBackwards, "left divide is undone by times"),
    (DivideByZero, "left divide refuses zero"),
    (DivideShyly, "left divide undoes times"),
    (AbsoluteForSome, "absolute is given for all or for none"),
    (AbsoluteForgotten, "absolute is given where sums cancel"),
    (AbsoluteDoubles, "absolute keeps zero one and what is absolute"),
    (AbsoluteFloors, "absolute of a product is the product of absolutes"),
    (AbsoluteKeepsSigns, "sums of absolutes do not cancel"),
    (AbsoluteForgetsSizes, "star of the absolute is given where the star is"),
    (AbsoluteOverflows, "absolute stays legal"),
    (QuantizeAlways, "quantize without a grid changes nothing"),
    (QuantizeTwice, "quantize keeps what is on the grid"),
    (QuantizeMakesZeroPossible, "quantize keeps zero"),
    (QuantizeForgets, "quantize stays within a step"),
    (QuantizeToMinusZero, "quantize stays legal"),
    (QuantizeShiftsReals, "quantize stays within a step"),
];

/// Lies that no other law catches.
const CAUGHT_BY_ONE: &[Lie] = &[
    AbsoluteForSome,
    AbsoluteForgotten,
    AbsoluteDoubles,
    AbsoluteFloors,
    AbsoluteKeepsSigns,
    AbsoluteForgetsSizes,
    AbsoluteOverflows,
    QuantizeAlways,
    QuantizeTwice,
    QuantizeForgets,
    QuantizeToMinusZero,
];

/// Checks the liar.
fn report(lie: Lie) -> Report {
    TOLD.set(lie);
    let check = if has_signs(lie) { laws::check::<Real> } else { laws::check::<Liar> };
    check(&Config::default())
}

/// The laws that a liar breaks.
fn broken(lie: Lie) -> Vec<&'static str> {
    report(lie).broken().map(|c| c.law).collect()
}

/// What [`broken`] says of each of [`CAUGHT`], found once for the tests that read it.
fn all_broken() -> impl Iterator<Item = (Lie, &'static str, &'static [&'static str])> {
    static FOUND: OnceLock<Vec<Vec<&'static str>>> = OnceLock::new();
    let found = FOUND.get_or_init(|| CAUGHT.iter().map(|(lie, _)| broken(*lie)).collect());
    CAUGHT.iter().zip(found).map(|((lie, law), broken)| (*lie, *law, broken.as_slice()))
}

#[test]
fn each_lie_is_caught_by_the_law_that_names_it() {
    for (lie, law, broken) in all_broken() {
        assert!(broken.contains(&law), "{lie:?} should break \"{law}\" and broke {broken:?}");
        assert!(!CAUGHT_BY_ONE.contains(&lie) || broken.len() == 1, "{lie:?} broke {broken:?}");
    }
}

#[test]
fn every_law_catches_a_lie() {
    let mut uncaught: BTreeSet<&str> = report(NothingMin).rows.iter().map(|row| row.law).collect();
    for (_, _, broken) in all_broken() {
        broken.iter().for_each(|law| _ = uncaught.remove(law));
    }
    assert!(uncaught.is_empty(), "no lie breaks {uncaught:?}");
}

#[test]
fn the_same_types_without_a_lie_break_no_law() {
    for honest in [NothingMin, NothingLog, NothingSigned] {
        let report = report(honest);
        assert!(report.holds(), "{report}");
    }
}

#[test]
fn a_lie_about_one_thing_breaks_laws_about_that_thing_alone() {
    assert_eq!(broken(CloseAlways), ["close without tolerance is equality"]);
    assert_eq!(broken(IsZeroFromAfar), ["is zero means equal to zero"]);
    assert_eq!(broken(OneIsOne), ["one is the identity of times"]);
    assert_eq!(broken(OrderReversed), ["order agrees with plus", "zero is last in the order"]);
    assert_eq!(broken(DivideShyly), ["left divide undoes times"]);
}

/// The counterexample to a law, as a person reads it.
fn told(lie: Lie, law: &str) -> String {
    report(lie).broken().find(|c| c.law == law).unwrap().to_string()
}

#[test]
fn a_tolerant_equality_with_an_exact_hash_is_shown_with_two_values_it_confuses() {
    let text = told(TolerantEqExactHash, "equal values hash equal");
    assert!(text.starts_with("law broken: equal values hash equal\n    a = Liar("), "{text}");
    assert!(text.contains("hash of a = ") && text.contains("hash of b = "), "{text}");
}

#[test]
fn a_star_as_log_one_minus_x_is_shown_beside_its_equation() {
    let expected = "law broken: star solves its equation
    a = Liar(0.0)
  a*         = Liar(0.0)
  1̄ ⊕ a ⊗ a* = Liar(-0.6931471805599453)
  should differ by at most 1.7763568394002505e-15";
    assert_eq!(told(StarLogOneMinusX, "star solves its equation"), expected);
}

#[test]
fn a_sum_of_two_impossible_weights_that_is_nan_is_shown_as_such() {
    let expected = "law broken: zero is the identity of plus
    a = Liar(inf)
  0̄ ⊕ a = Liar(NaN)
  a     = Liar(inf)
  should be equal";
    assert_eq!(told(PlusInfinityIsNan, "zero is the identity of plus"), expected);
}

#[test]
fn a_product_that_does_not_distribute_is_shown_in_small_numbers() {
    let text = told(TimesMultipliesToo, "times distributes over plus from the left");
    let sides = "  a ⊗ (b ⊕ c)       = Liar(-1.0)\n  (a ⊗ b) ⊕ (a ⊗ c) = Liar(-2.0)";
    assert!(text.contains("a = Liar(-2.0)") && text.contains(sides), "{text}");
}

#[test]
fn a_star_of_zero_that_is_not_one_is_shown_without_operands() {
    let expected = "law broken: star of zero is one
  0̄* = Ok(Liar(inf))
  1̄  = Ok(Liar(0.0))
  should be equal";
    assert_eq!(told(StarOfZeroIsZero, "star of zero is one"), expected);
}

#[test]
fn a_table_names_the_broken_law_and_its_operands() {
    let table = report(DivideShyly).to_string();
    assert!(table.starts_with("Liar: 45 of 46 laws hold\n"), "{table}");
    let rows: Vec<&str> = table.lines().filter(|line| line.contains("BROKEN")).collect();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].trim_start().starts_with("left divide undoes times"), "{table}");
    assert!(table.contains("a = Liar("), "{table}");
}

/// 2 × 2 matrices of integers: an honest semiring whose ⊗ doesn't commute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Matrix([i64; 4]);

impl Weight for Matrix {
    fn one() -> Self {
        Matrix([1, 0, 0, 1])
    }
    fn zero() -> Self {
        Matrix([0; 4])
    }
    fn times(&self, r: &Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, r.0);
        Matrix([a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h])
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}
impl Commutative for Matrix {} // a lie
impl Semiring for Matrix {
    fn plus(&self, r: &Self) -> Self {
        Matrix(std::array::from_fn(|i| self.0[i] + r.0[i]))
    }
}
impl Sample for Matrix {
    fn exact() -> Samples<Self> {
        laws::boxed([-3..4_i64, -3..4, -3..4, -3..4], Matrix)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().semiring().commutative()
    }
}

#[test]
fn matrices_pass_every_law_but_that_their_product_commutes() {
    let report = laws::check::<Matrix>(&Config::default());
    let broken: Vec<&str> = report.broken().map(|c| c.law).collect();
    assert_eq!(broken, ["times is commutative"], "{report}");
}

/// The worst of all: an honest weight that forgets the better operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Worst(u8);

impl Weight for Worst {
    fn one() -> Self {
        Worst(0)
    }
    fn zero() -> Self {
        Worst(u8::MAX)
    }
    fn times(&self, r: &Self) -> Self {
        Worst(self.0.max(r.0))
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}
impl Cancellative for Worst {} // a lie
impl Sample for Worst {
    fn exact() -> Samples<Self> {
        laws::boxed(0..9_u8, Worst)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().cancellative()
    }
}

#[test]
fn a_product_that_forgets_passes_every_law_but_that_it_can_be_cancelled() {
    let report = laws::check::<Worst>(&Config::default());
    let broken: Vec<&str> = report.broken().map(|c| c.law).collect();
    assert_eq!(broken, ["times can be cancelled"], "{report}");
}

/// A weight whose code panics, and one that nothing can be drawn of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Broken(u8);

impl Weight for Broken {
    fn one() -> Self {
        Broken(1)
    }
    fn zero() -> Self {
        Broken(0)
    }
    fn times(&self, r: &Self) -> Self {
        assert!(self.0 + r.0 < 9, "nine is too much");
        Broken(self.0 * r.0)
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}
impl Sample for Broken {
    fn exact() -> Samples<Self> {
        laws::boxed(0..9_u8, Broken)
    }
    fn extreme() -> Samples<Self> {
        laws::numbers(Self::PRECISION, |_| None)
    }
    fn laws() -> Laws<Self> {
        Laws::weight()
    }
}

#[test]
fn a_panic_in_an_implementation_is_a_counterexample_and_not_a_crash() {
    let report = laws::check::<Broken>(&Config::default());
    let panicked = report.broken().find(|c| c.law == "times is associative").unwrap();
    assert!(panicked.to_string().contains("nine is too much"), "{panicked}");
    assert_eq!(panicked.operands.len(), 3);
}

#[test]
fn a_strategy_that_draws_nothing_is_not_taken_for_a_law_that_holds() {
    let report = laws::check::<Broken>(&Config::default());
    let starved = report.rows.iter().find(|row| row.law == "zero absorbs").unwrap();
    assert!(matches!(starved.outcome, Outcome::Undrawn(_)), "{starved}");
    assert!(!starved.holds());
}
