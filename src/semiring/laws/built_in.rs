//! The weights of this library, drawn and checked.

use super::{Config, Laws, Precision, Report, Sample, Samples, boxed, check, dyadic, extremes, numbers, powers_of_two};
use proptest::prelude::*;

use crate::semiring::{
    Boolean, Counting, Energy, Entropy, Expectation, Float, Gallic, KBest, Lexicographic, LogSum, MinMax, MinSum,
    Power, Probability, Product, SecondOrder, SignedLog, StringLeft, StringRight, Weight,
};

/// Checks every built-in type under the default [`Config`]; each [`Report`] prints as a table.
pub fn built_in() -> Vec<Report> {
    let config = Config::default();
    vec![
        check::<Energy>(&config),
        check::<MinSum<f32>>(&config),
        check::<MinSum<f64>>(&config),
        check::<LogSum<f32>>(&config),
        check::<LogSum<f64>>(&config),
        check::<Boolean>(&config),
        check::<Counting>(&config),
        check::<Probability<f32>>(&config),
        check::<Probability<f64>>(&config),
        check::<MinMax<f64>>(&config),
        check::<SignedLog>(&config),
        check::<KBest<3>>(&config),
        check::<Product<MinSum<f64>, LogSum<f64>>>(&config),
        check::<Lexicographic<MinSum<f64>, MinMax<f64>>>(&config),
        check::<Power<LogSum<f64>, 2>>(&config),
        check::<Expectation<Probability<f64>, Probability<f64>>>(&config),
        check::<Expectation<LogSum<f64>, SignedLog>>(&config),
        check::<Expectation<SignedLog, SignedLog>>(&config),
        check::<SecondOrder<Probability<f64>, Probability<f64>>>(&config),
        check::<SecondOrder<LogSum<f64>, SignedLog>>(&config),
        check::<SecondOrder<SignedLog, SignedLog>>(&config),
        check::<Entropy>(&config),
        check::<StringLeft>(&config),
        check::<StringRight>(&config),
        check::<Gallic<MinSum<f64>>>(&config),
    ]
}

/// `Float` is sealed over the two.
const fn precision<F: Float>() -> Precision {
    if size_of::<F>() == size_of::<f32>() { Precision::F32 } else { Precision::F64 }
}

fn energy(x: f64) -> Option<Energy> {
    Energy::new(x as f32).ok()
}

impl Sample for Energy {
    const PRECISION: Precision = Precision::F32;

    fn exact() -> Samples<Self> {
        dyadic(energy)
    }
    fn legal() -> Samples<Self> {
        numbers(Self::PRECISION, energy)
    }
    fn extreme() -> Samples<Self> {
        extremes(Self::PRECISION, energy)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.wide()]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(energy)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative()
    }
}

fn min_sum<F: Float>(x: f64) -> Option<MinSum<F>> {
    MinSum::new(F::from_f64(x)).ok()
}

impl<F: Float> Sample for MinSum<F> {
    const PRECISION: Precision = precision::<F>();

    fn exact() -> Samples<Self> {
        dyadic(min_sum)
    }
    fn legal() -> Samples<Self> {
        numbers(Self::PRECISION, min_sum)
    }
    fn extreme() -> Samples<Self> {
        extremes(Self::PRECISION, min_sum)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.get().to_f64()]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(min_sum)
    }
    fn divergent() -> Option<Samples<Self>> {
        // A loop of negative energy is taken for ever.
        Some(extremes(Self::PRECISION, |x| min_sum(x).filter(|w: &Self| w.get().to_f64() < 0.0)))
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().cancellative().semiring().idempotent().path_property().star().left_divide()
    }
}

fn log_sum<F: Float>(x: f64) -> Option<LogSum<F>> {
    LogSum::new(F::from_f64(x)).ok()
}

impl<F: Float> Sample for LogSum<F> {
    const PLUS_ROUNDS: bool = true;
    const PRECISION: Precision = precision::<F>();

    fn exact() -> Samples<Self> {
        dyadic(log_sum)
    }
    fn legal() -> Samples<Self> {
        numbers(Self::PRECISION, log_sum)
    }
    fn extreme() -> Samples<Self> {
        extremes(Self::PRECISION, log_sum)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.get().to_f64()]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(log_sum)
    }
    fn divergent() -> Option<Samples<Self>> {
        // A loop of mass 1 or more sums to an infinite mass.
        Some(extremes(Self::PRECISION, |x| log_sum(x).filter(|w: &Self| w.get().to_f64() <= 0.0)))
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().cancellative().semiring().star().left_divide()
    }
}

impl Sample for Boolean {
    fn exact() -> Samples<Self> {
        boxed(proptest::bool::ANY, Boolean)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().cancellative().semiring().idempotent().path_property().star().left_divide()
    }
}

impl Sample for Counting {
    fn exact() -> Samples<Self> {
        boxed(0..=8_u64, Counting)
    }
    fn legal() -> Samples<Self> {
        // Every size, and both sides of the cap: capping keeps the laws exactly.
        let any_size = (any::<u64>(), 0..64_u32).prop_map(|(x, shift)| x >> shift);
        boxed(prop_oneof![1 => 0..=8_u64, 2 => any_size, 1 => u64::MAX - 2..=u64::MAX], Counting)
    }
    fn divergent() -> Option<Samples<Self>> {
        Some(Self::legal().prop_filter_map("0 converges", |c| (c.0 > 0).then_some(c)).boxed())
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star()
    }
}

fn probability<F: Float>(x: f64) -> Option<Probability<F>> {
    Probability::new(F::from_f64(x)).ok()
}

impl<F: Float> Sample for Probability<F> {
    const PRECISION: Precision = precision::<F>();

    fn exact() -> Samples<Self> {
        // Not below ½: of smaller ones the sum over all powers settles within sixteen terms, and rounds.
        powers_of_two(|x| probability(x).filter(|_| x >= 0.5))
    }
    fn legal() -> Samples<Self> {
        // No product of four overflows. Next to 1, partial sums lose the digits that the star keeps.
        let most = if Self::PRECISION == Precision::F32 { 30 } else { 250 };
        let admitted = move |w: &Self| {
            let x = w.get().to_f64();
            x < f64::from(most).exp2() && !(0.75..1.0).contains(&x)
        };
        numbers(Self::PRECISION, probability).prop_filter("too large, or next to 1", admitted).boxed()
    }
    fn extreme() -> Samples<Self> {
        extremes(Self::PRECISION, probability)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.get().to_f64()]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(probability)
    }
    fn divergent() -> Option<Samples<Self>> {
        Some(extremes(Self::PRECISION, |x| probability(x).filter(|w: &Self| w.get().to_f64() >= 1.0)))
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().cancellative().semiring().star().left_divide()
    }
}

fn min_max<F: Float>(x: f64) -> Option<MinMax<F>> {
    MinMax::new(F::from_f64(x)).ok()
}

impl<F: Float> Sample for MinMax<F> {
    const PRECISION: Precision = precision::<F>();

    fn exact() -> Samples<Self> {
        // Nothing is computed: all are exact.
        extremes(Self::PRECISION, min_max)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.get().to_f64()]
    }
    fn constructor() -> Option<fn(f64) -> Option<Self>> {
        Some(min_max)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().idempotent().path_property().star().left_divide()
    }
}

/// Strings over two letters, so short that common prefixes are common.
fn strings<T: FromIterator<u32> + std::fmt::Debug + 'static>() -> Samples<T> {
    boxed(prop::collection::vec(1..3_u32, 0..4), T::from_iter)
}

impl Sample for StringLeft {
    fn exact() -> Samples<Self> {
        strings()
    }
    fn laws() -> Laws<Self> {
        Laws::weight().left_semiring()
    }
}

impl Sample for StringRight {
    fn exact() -> Samples<Self> {
        strings()
    }
    fn laws() -> Laws<Self> {
        Laws::weight().right_semiring()
    }
}

fn gallic<W: Weight + 'static>(weights: Samples<W>) -> Samples<Gallic<W>> {
    boxed((strings::<StringLeft>(), weights), |(string, weight)| Gallic::new(string, weight))
}

impl<W: Sample> Sample for Gallic<W> {
    const PRECISION: Precision = W::PRECISION;

    fn exact() -> Samples<Self> {
        gallic(W::exact())
    }
    fn legal() -> Samples<Self> {
        gallic(W::legal())
    }
    fn extreme() -> Samples<Self> {
        gallic(W::extreme())
    }
    fn numbers(&self) -> Vec<f64> {
        self.weight().numbers()
    }
    fn laws() -> Laws<Self> {
        Laws::weight()
    }
}
