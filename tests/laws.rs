//! The law kit on the built-in types: one named test per law.
#![cfg(feature = "laws")]

use energraph::laws::{Laws, Sample, Samples};
use energraph::semiring::{
    Boolean, Entropy, Expectation, Gallic, KBest, Lexicographic, MinMax, Plus, Power, Probability, Product,
    RightSemiring, SecondOrder, SignedLog, StringLeft, StringRight, Tolerance,
};
use energraph::{Counting, Energy, LogSum, MinSum, Weight, laws, semiring_laws};
use proptest::prelude::Strategy;

semiring_laws!(mod energy: Energy => Commutative);
semiring_laws!(mod min_sum_f32: MinSum<f32> => Commutative, Cancellative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod min_sum_f64: MinSum<f64> => Commutative, Cancellative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod log_sum_f32: LogSum<f32> => Commutative, Cancellative, Semiring, Star, LeftDivide);
semiring_laws!(mod log_sum_f64: LogSum<f64> => Commutative, Cancellative, Semiring, Star, LeftDivide);
semiring_laws!(mod boolean: Boolean => Commutative, Cancellative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod counting: Counting => Commutative, Semiring, Star);
semiring_laws!(mod probability_f32: Probability<f32> => Commutative, Cancellative, Semiring, Star, LeftDivide);
semiring_laws!(mod probability_f64: Probability<f64> => Commutative, Cancellative, Semiring, Star, LeftDivide);
semiring_laws!(mod min_max_f64: MinMax<f64> => Commutative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod signed_log: SignedLog => Commutative, Cancellative, Semiring, Star, LeftDivide);
semiring_laws!(mod k_best_5: KBest<5> => Commutative, Semiring, Star);

type Pair = Product<MinSum<f32>, SignedLog>;
semiring_laws!(mod product: Pair => Commutative, Semiring, Star, LeftDivide);
type Ordered = Lexicographic<MinSum<f64>, MinSum<f64>>;
semiring_laws!(mod lexicographic: Ordered => Commutative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
type Three = Power<MinSum<f64>, 3>;
semiring_laws!(mod power: Three => Commutative, Semiring, Star, LeftDivide);

type Mass = Probability<f64>;
type Mean = Expectation<Mass, Mass>;
semiring_laws!(mod expectation: Mean => Commutative, Semiring, Star);
type SignedMean = Expectation<LogSum<f64>, SignedLog>;
semiring_laws!(mod expectation_signed: SignedMean => Commutative, Semiring, Star);
type SignedMasses = Expectation<SignedLog, SignedLog>;
semiring_laws!(mod expectation_of_signed_masses: SignedMasses => Commutative, Semiring, Star);
type Covariance = SecondOrder<Mass, Mass>;
semiring_laws!(mod second_order: Covariance => Commutative, Semiring, Star);
type SignedCovariance = SecondOrder<LogSum<f64>, SignedLog>;
semiring_laws!(mod second_order_signed: SignedCovariance => Commutative, Semiring, Star);
type SignedMassesCovariance = SecondOrder<SignedLog, SignedLog>;
semiring_laws!(mod second_order_of_signed_masses: SignedMassesCovariance => Commutative, Semiring, Star);
semiring_laws!(mod entropy: Entropy => Commutative, Semiring, Star);
semiring_laws!(mod string_left: StringLeft => LeftSemiring);
semiring_laws!(mod string_right: StringRight => RightSemiring);
semiring_laws!(mod gallic: Gallic<MinSum<f64>>);

#[test]
fn the_report_of_the_built_in_types_has_a_row_for_every_law_and_no_counterexample() {
    let reports = laws::built_in();
    assert_eq!(reports.len(), 25);
    for report in &reports {
        assert!(report.holds(), "{report}");
    }
    let rows: Vec<usize> = reports.iter().map(|r| r.rows.len()).collect();
    assert_eq!(
        rows,
        [12, 47, 47, 41, 41, 47, 31, 41, 41, 46, 41, 31, 40, 46, 40, 31, 31, 31, 31, 31, 31, 31, 16, 16, 11]
    );
}

#[test]
fn the_same_seed_finds_the_same_things() {
    let config = laws::Config { cases: 64, ..laws::Config::default() };
    assert_eq!(laws::check::<LogSum<f64>>(&config), laws::check::<LogSum<f64>>(&config));
}

#[test]
fn a_string_that_claims_the_other_side_is_caught() {
    let left = laws::law::times_distributes_over_plus_from_the_left::<StringLeft>();
    assert!(left.row(&laws::Config::default()).holds());
    let lie = laws::law::times_distributes_over_plus_from_the_right::<Claim>();
    assert!(matches!(lie.row(&laws::Config::default()).outcome, laws::Outcome::Broken(_)));
}

/// [`StringLeft`] with a claim that it does not make.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Claim(StringLeft);

impl Weight for Claim {
    fn one() -> Self {
        Claim(StringLeft::one())
    }
    fn zero() -> Self {
        Claim(StringLeft::zero())
    }
    fn times(&self, r: &Self) -> Self {
        Claim(self.0.times(&r.0))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.close(&r.0, tolerance)
    }
}

impl Plus for Claim {
    fn sum(&self, r: &Self) -> Self {
        Claim(self.0.sum(&r.0))
    }
}

impl RightSemiring for Claim {}

impl Sample for Claim {
    fn exact() -> Samples<Self> {
        StringLeft::exact().prop_map(Claim).boxed()
    }
    fn laws() -> Laws<Self> {
        Laws::weight().right_semiring()
    }
}
