//! Weights made of several numbers, drawn.

use proptest::prelude::*;

use super::{Laws, Precision, Sample, Samples, boxed, dyadic, extremes, numbers};
use crate::semiring::{
    Commutative, Entropy, Expectation, KBest, LeftDivide, Lexicographic, LogSum, MinSum, PathProperty, Power,
    Probability, Product, SecondOrder, Sign, SignedLog, Star, Weight,
};

const WIDE: Precision = Precision::F64;

fn signed(magnitude: Samples<LogSum<f64>>) -> Samples<SignedLog> {
    let sign = |minus| if minus { Sign::Minus } else { Sign::Plus };
    boxed((any::<bool>(), magnitude), move |(minus, magnitude)| SignedLog::new(sign(minus), magnitude))
}

/// Masses of at most `e^−LEAST`.
fn small<const LEAST: u8>(x: f64) -> Option<LogSum<f64>> {
    if x >= f64::from(LEAST) { LogSum::new(x).ok() } else { None }
}

impl Sample for SignedLog {
    const PLUS_ROUNDS: bool = true;

    /// At most 1 in size: what is left where two cancel is off by ulps of them.
    fn exact() -> Samples<Self> {
        signed(dyadic(small::<0>))
    }
    fn legal() -> Samples<Self> {
        // Next to −1, partial sums lose the digits that the star keeps.
        let near = |x: &SignedLog| x.sign() == Sign::Minus && x.magnitude().get() < 0.25 && x.magnitude().get() > 0.0;
        signed(numbers(WIDE, small::<0>)).prop_filter("next to −1", move |x| !near(x)).boxed()
    }
    fn extreme() -> Samples<Self> {
        signed(LogSum::extreme())
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.magnitude().get()]
    }
    fn divergent() -> Option<Samples<Self>> {
        LogSum::divergent().map(signed)
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().cancellative().semiring().star().left_divide()
    }
}

fn lists<const K: usize>(energies: Samples<MinSum<f64>>) -> Samples<KBest<K>> {
    let lists = prop::collection::vec(energies, 0..=K);
    lists.prop_filter_map("no energies", |list| KBest::new(list.iter().map(|e| e.get())).ok()).boxed()
}

impl<const K: usize> Sample for KBest<K> {
    fn exact() -> Samples<Self> {
        // A half without negative energies, which have no star.
        let not_negative = dyadic(|x| MinSum::new(x.abs()).ok());
        prop_oneof![lists(MinSum::exact()), lists(not_negative)].boxed()
    }
    fn legal() -> Samples<Self> {
        let not_negative = numbers(WIDE, |x| MinSum::new(x.abs()).ok());
        prop_oneof![lists(MinSum::legal()), lists(not_negative)].boxed()
    }
    fn extreme() -> Samples<Self> {
        lists(MinSum::extreme())
    }
    fn numbers(&self) -> Vec<f64> {
        self.energies().collect()
    }
    fn divergent() -> Option<Samples<Self>> {
        let negative = |list: &Self| list.energies().next().is_some_and(|e| e < 0.0);
        Some(lists(extremes(WIDE, |x| MinSum::new(-x).ok())).prop_filter("no negative energy", negative).boxed())
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star()
    }
}

/// The coarser of two.
const fn coarser(a: Precision, b: Precision) -> Precision {
    if matches!(a, Precision::F32) { a } else { b }
}

fn chained<A: Sample, B: Sample>(a: &A, b: &B) -> Vec<f64> {
    [a.numbers(), b.numbers()].concat()
}

impl<A, B> Sample for Product<A, B>
where
    A: Sample + Commutative + Star + LeftDivide,
    B: Sample + Commutative + Star + LeftDivide,
{
    const PLUS_ROUNDS: bool = A::PLUS_ROUNDS || B::PLUS_ROUNDS;
    const PRECISION: Precision = coarser(A::PRECISION, B::PRECISION);

    fn exact() -> Samples<Self> {
        boxed((some(A::exact()), some(B::exact())), |(a, b)| Product(a, b))
    }
    fn legal() -> Samples<Self> {
        boxed((some(A::legal()), some(B::legal())), |(a, b)| Product(a, b))
    }
    fn extreme() -> Samples<Self> {
        boxed((some(A::extreme()), some(B::extreme())), |(a, b)| Product(a, b))
    }
    fn numbers(&self) -> Vec<f64> {
        chained(&self.0, &self.1)
    }
    fn divergent() -> Option<Samples<Self>> {
        let first = A::divergent().map(|a| boxed((a, B::legal()), |(a, b)| Product(a, b)));
        let second = B::divergent().map(|b| boxed((A::legal(), b), |(a, b)| Product(a, b)));
        match (first, second) {
            (Some(first), Some(second)) => Some(prop_oneof![first, second].boxed()),
            (first, second) => first.or(second),
        }
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star().left_divide()
    }
}

/// With 0̄ and 1̄ among them: a part may be either where the whole is not.
fn some<T: Sample>(samples: Samples<T>) -> Samples<T> {
    prop_oneof![1 => Just(T::zero()), 1 => Just(T::one()), 6 => samples].boxed()
}

impl<B> Sample for Lexicographic<MinSum<f64>, B>
where
    B: Sample + Commutative + PathProperty + Star + LeftDivide,
{
    const PLUS_ROUNDS: bool = B::PLUS_ROUNDS;
    const PRECISION: Precision = B::PRECISION;

    fn exact() -> Samples<Self> {
        boxed((few(), some(B::exact())), |(a, b)| Lexicographic::new(a, b))
    }
    fn legal() -> Samples<Self> {
        // The first part stays exact: what rounds ties.
        boxed((few(), some(B::legal())), |(a, b)| Lexicographic::new(a, b))
    }
    fn extreme() -> Samples<Self> {
        boxed((few(), some(B::extreme())), |(a, b)| Lexicographic::new(a, b))
    }
    fn numbers(&self) -> Vec<f64> {
        chained(self.first(), self.second())
    }
    fn divergent() -> Option<Samples<Self>> {
        let falls = dyadic(|x| MinSum::new(x).ok().filter(|_| x < 0.0));
        let possible = some(B::legal()).prop_filter("0̄ has a star", |b| !b.is_zero());
        let first = boxed((falls, possible), |(a, b)| Lexicographic::new(a, b));
        let tied = |b| boxed(b, |b| Lexicographic::new(MinSum::one(), b));
        Some(B::divergent().map_or(first.clone(), |b| prop_oneof![first, tied(b)].boxed()))
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().idempotent().path_property().star().left_divide()
    }
}

/// So few that they tie often.
fn few() -> Samples<MinSum<f64>> {
    prop_oneof![2 => dyadic(|x| MinSum::new(x).ok().filter(|_| x.abs() <= 3.0)), 1 => MinSum::exact()].boxed()
}

impl<S: Sample + Commutative + Star + LeftDivide, const N: usize> Sample for Power<S, N> {
    const PLUS_ROUNDS: bool = S::PLUS_ROUNDS;
    const PRECISION: Precision = S::PRECISION;

    fn exact() -> Samples<Self> {
        boxed(prop::array::uniform::<_, N>(some(S::exact())), Power)
    }
    fn legal() -> Samples<Self> {
        boxed(prop::array::uniform::<_, N>(some(S::legal())), Power)
    }
    fn extreme() -> Samples<Self> {
        boxed(prop::array::uniform::<_, N>(some(S::extreme())), Power)
    }
    fn numbers(&self) -> Vec<f64> {
        self.0.iter().flat_map(Sample::numbers).collect()
    }
    fn divergent() -> Option<Samples<Self>> {
        // One entry diverges; with N = 0 none can.
        let one_of = |bad| {
            let drawn = (prop::array::uniform::<_, N>(some(S::legal())), bad, any::<prop::sample::Index>());
            boxed(drawn, |(mut entries, bad, i): ([S; N], S, prop::sample::Index)| {
                entries.iter_mut().skip(i.index(N)).take(1).for_each(|entry| *entry = bad.clone());
                Power(entries)
            })
        };
        if N == 0 { None } else { S::divergent().map(one_of) }
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star().left_divide()
    }
}

fn first_order<S, V>(p: Samples<S>, r: Samples<V>) -> Samples<Expectation<S, V>>
where
    S: Sample,
    V: Sample,
{
    boxed((some(p), some(r)), |(p, r)| Expectation { p, r })
}

fn second_order<S, V>(p: Samples<S>, value: Samples<V>) -> Samples<SecondOrder<S, V>>
where
    S: Sample,
    V: Sample,
{
    let [r, s, t] = [(); 3].map(|()| some(value.clone()));
    boxed((some(p), r, s, t), |(p, r, s, t)| SecondOrder { p, r, s, t })
}

/// Masses whose stars and products of three are small beside the largest number.
fn middling(x: f64) -> Option<Probability<f64>> {
    Probability::new(x).ok().filter(|_| x < 1e60 && !(0.75..1.0).contains(&x))
}

/// Of an order, over masses and values: exact samples, legal masses and values.
macro_rules! expectation {
    ($order:ident<$s:ty, $v:ty>, $draw:ident, [$($value:ident),*], $exact:expr, $legal:expr) => {
        impl Sample for $order<$s, $v> {
            // The star does, and where values cancel ⊗ does too.
            const PLUS_ROUNDS: bool = true;

            fn exact() -> Samples<Self> {
                $exact
            }
            fn legal() -> Samples<Self> {
                let (p, value) = $legal;
                $draw(p, value)
            }
            fn extreme() -> Samples<Self> {
                $draw(<$s>::extreme(), <$v>::extreme())
            }
            fn numbers(&self) -> Vec<f64> {
                let mut all = self.p.numbers();
                $( all.extend(self.$value.numbers()); )*
                all
            }
            fn divergent() -> Option<Samples<Self>> {
                let drawn = $draw(<$s>::divergent()?, <$v>::exact());
                Some(drawn.prop_filter("p has a star", |e| e.p.star().is_err()).boxed())
            }
            fn laws() -> Laws<Self> {
                Laws::weight().commutative().semiring().star()
            }
        }
    };
}

type Mass = Probability<f64>;

expectation!(
    Expectation<Mass, Mass>, first_order, [r],
    first_order(Mass::exact(), Mass::exact()), (numbers(WIDE, middling), numbers(WIDE, middling))
);
expectation!(
    SecondOrder<Mass, Mass>, second_order, [r, s, t],
    second_order(Mass::exact(), Mass::exact()), (numbers(WIDE, middling), numbers(WIDE, middling))
);
// Sums of signed logs round, and ⊗ has one: exact are those of value 0. The others are so small that no star makes them large:
// what is left where two cancel is off by ulps of them.
expectation!(
    Expectation<LogSum<f64>, SignedLog>,
    first_order,
    [r],
    boxed(dyadic(small::<2>), Self::from),
    (numbers(WIDE, small::<2>), signed(numbers(WIDE, small::<2>)))
);
expectation!(
    SecondOrder<LogSum<f64>, SignedLog>,
    second_order,
    [r, s, t],
    boxed(dyadic(small::<2>), Self::from),
    (numbers(WIDE, small::<2>), signed(numbers(WIDE, small::<2>)))
);

// Masses that cancel too.
expectation!(
    Expectation<SignedLog, SignedLog>,
    first_order,
    [r],
    boxed(signed(dyadic(small::<2>)), Self::from),
    (signed(numbers(WIDE, small::<2>)), signed(numbers(WIDE, small::<2>)))
);
expectation!(
    SecondOrder<SignedLog, SignedLog>,
    second_order,
    [r, s, t],
    boxed(signed(dyadic(small::<2>)), Self::from),
    (signed(numbers(WIDE, small::<2>)), signed(numbers(WIDE, small::<2>)))
);

impl Sample for Entropy {
    const PLUS_ROUNDS: bool = true;

    fn exact() -> Samples<Self> {
        boxed(Expectation::exact(), Entropy)
    }
    fn legal() -> Samples<Self> {
        boxed(Expectation::legal(), Entropy)
    }
    fn extreme() -> Samples<Self> {
        boxed(Expectation::extreme(), Entropy)
    }
    fn numbers(&self) -> Vec<f64> {
        self.expectation().numbers()
    }
    fn divergent() -> Option<Samples<Self>> {
        Expectation::divergent().map(|drawn| boxed(drawn, Entropy))
    }
    fn laws() -> Laws<Self> {
        Laws::weight().commutative().semiring().star()
    }
}
