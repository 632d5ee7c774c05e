//! Weights made of others as text: `(a,b)` for a pair, `[a,b,…]` for a list.

use super::{BadWeight, WeightText};
use crate::semiring::{
    Cancellative, Commutative, Entropy, Expectation, Gallic, KBest, Lexicographic, LogSum, MinSum, PathProperty, Power,
    Product, SecondOrder, Semiring, Sign, SignedLog, StringLeft,
};

/// The parts of a text between two brackets, at the commas that no other brackets enclose; none in an empty pair of them.
fn parts(text: &str, open: char, close: char) -> Option<Vec<&str>> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    let (mut depth, mut from, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(inner.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    if !inner.is_empty() {
        parts.push(inner.get(from..)?);
    }
    (depth == 0).then_some(parts)
}

/// Exactly `N` parts between parentheses.
fn tuple<'a, const N: usize>(text: &'a str, expected: &'static str) -> Result<[&'a str; N], BadWeight> {
    let found = parts(text, '(', ')').and_then(|parts| parts.try_into().ok());
    found.ok_or_else(|| BadWeight::NotANumber { text: text.to_owned(), expected })
}

fn list<W: WeightText>(text: &str) -> Result<Vec<W>, BadWeight> {
    let expected = "a list in brackets, such as [1,2]";
    let parts = parts(text, '[', ']').ok_or_else(|| BadWeight::NotANumber { text: text.to_owned(), expected })?;
    parts.into_iter().map(W::parse_weight).collect()
}

const PAIR: &str = "a pair in parentheses, such as (1,2)";

impl<A: WeightText, B: WeightText> WeightText for Product<A, B> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let [a, b] = tuple(text, PAIR)?;
        Ok(Product(A::parse_weight(a)?, B::parse_weight(b)?))
    }
    fn print_weight(&self) -> String {
        format!("({},{})", self.0.print_weight(), self.1.print_weight())
    }
}

impl<A, B> WeightText for Lexicographic<A, B>
where
    A: WeightText + PathProperty + Cancellative,
    B: WeightText + PathProperty,
{
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let [a, b] = tuple(text, PAIR)?;
        Ok(Lexicographic::new(A::parse_weight(a)?, B::parse_weight(b)?))
    }
    fn print_weight(&self) -> String {
        format!("({},{})", self.first().print_weight(), self.second().print_weight())
    }
}

impl<S: WeightText, const N: usize> WeightText for Power<S, N> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let expected = "a list in brackets of as many weights as there are entries";
        let wrong = |_| BadWeight::NotANumber { text: text.to_owned(), expected };
        list(text)?.try_into().map(Power).map_err(wrong)
    }
    fn print_weight(&self) -> String {
        print_list(self.0.iter().map(S::print_weight))
    }
}

fn print_list(entries: impl Iterator<Item = String>) -> String {
    format!("[{}]", entries.collect::<Vec<_>>().join(","))
}

impl<const K: usize> WeightText for KBest<K> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let energies: Vec<MinSum<f64>> = list(text)?;
        Ok(KBest::new(energies.iter().map(MinSum::get))?)
    }
    fn print_weight(&self) -> String {
        print_list(self.energies().map(|e| format!("{e:?}").trim_end_matches(".0").to_owned()))
    }
}

impl WeightText for SignedLog {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let expected = "a sign and an energy in parentheses, such as (+,2)";
        let [sign, energy] = tuple(text, expected)?;
        let sign = match sign {
            "+" => Sign::Plus,
            "-" => Sign::Minus,
            _ => return Err(BadWeight::NotANumber { text: text.to_owned(), expected }),
        };
        Ok(SignedLog::new(sign, LogSum::parse_weight(energy)?))
    }
    fn print_weight(&self) -> String {
        format!("({},{})", self.sign(), self.magnitude().print_weight())
    }
}

impl<S: WeightText + Semiring, V: WeightText + Semiring + From<S>> WeightText for Expectation<S, V> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let [p, r] = tuple(text, PAIR)?;
        Ok(Expectation { p: S::parse_weight(p)?, r: V::parse_weight(r)? })
    }
    fn print_weight(&self) -> String {
        format!("({},{})", self.p.print_weight(), self.r.print_weight())
    }
}

/// As its expectation.
impl WeightText for Entropy {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        Ok(Entropy::from(Expectation::parse_weight(text)?))
    }
    fn print_weight(&self) -> String {
        self.expectation().print_weight()
    }
}

/// A string and a weight, as a pair. A pair of which one is 0̄ is 0̄.
impl<W: WeightText> WeightText for Gallic<W> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let [string, weight] = tuple(text, "a string and a weight in parentheses, such as (1_2,0.5)")?;
        Ok(Gallic::new(StringLeft::parse_weight(string)?, W::parse_weight(weight)?))
    }
    fn print_weight(&self) -> String {
        format!("({},{})", self.string().print_weight(), self.weight().print_weight())
    }
}

impl<S, V> WeightText for SecondOrder<S, V>
where
    S: WeightText + Semiring + Commutative,
    V: WeightText + Semiring + Commutative + From<S>,
{
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let [p, r, s, t] = tuple(text, "four weights in parentheses")?;
        let value = V::parse_weight;
        Ok(SecondOrder { p: S::parse_weight(p)?, r: value(r)?, s: value(s)?, t: value(t)? })
    }
    fn print_weight(&self) -> String {
        let [r, s, t] = [&self.r, &self.s, &self.t].map(V::print_weight);
        format!("({},{r},{s},{t})", self.p.print_weight())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::laws::{Sample, drawn};
    use crate::semiring::{Counting, Energy, MinMax, Probability, StringRight, Weight};

    type Nested = Product<Power<KBest<3>, 2>, Lexicographic<MinSum<f32>, MinMax<f64>>>;

    fn survives<W: WeightText>(w: &W) {
        let text = w.print_weight();
        assert!(!text.is_empty() && !text.contains(char::is_whitespace), "{text}");
        assert_eq!(W::parse_weight(&text).as_ref(), Ok(w), "{text}");
    }

    /// Every kind of value that the law kit draws.
    fn all_survive<W: WeightText + Sample>() {
        for samples in [W::exact(), W::legal(), W::extreme()] {
            let drawn = drawn(&samples, 200, 7);
            assert!(drawn.len() > 150);
            drawn.iter().for_each(survives);
        }
        survives(&W::one());
        survives(&W::zero());
    }

    #[test]
    fn every_weight_made_of_others_survives_printing() {
        all_survive::<Probability<f32>>();
        all_survive::<Probability<f64>>();
        all_survive::<MinMax<f64>>();
        all_survive::<SignedLog>();
        all_survive::<KBest<3>>();
        all_survive::<Product<MinSum<f64>, LogSum<f64>>>();
        all_survive::<Lexicographic<MinSum<f64>, MinSum<f64>>>();
        all_survive::<Power<LogSum<f64>, 2>>();
        all_survive::<Expectation<LogSum<f64>, SignedLog>>();
        all_survive::<SecondOrder<Probability<f64>, Probability<f64>>>();
        all_survive::<Entropy>();
        all_survive::<StringLeft>();
        all_survive::<StringRight>();
        all_survive::<Gallic<Energy>>();
        all_survive::<Gallic<MinSum<f64>>>();
        all_survive::<Gallic<LogSum<f64>>>();
        all_survive::<Gallic<Gallic<Energy>>>();
    }

    /// Any energies, and values of any size and sign.
    fn entropies() -> impl Strategy<Value = Entropy> {
        let sums = (any::<f64>(), any::<bool>(), any::<f64>()).prop_filter_map("a weight", |(p, minus, r)| {
            let sign = if minus { Sign::Minus } else { Sign::Plus };
            Some(Expectation { p: LogSum::new(p).ok()?, r: SignedLog::new(sign, LogSum::new(r).ok()?) })
        });
        sums.prop_map(Entropy::from)
    }

    proptest! {
        #[test]
        fn every_entropy_survives_printing(w in entropies()) {
            survives(&w);
        }

        #[test]
        fn every_pair_of_a_string_and_a_weight_survives_printing(
            labels in prop::collection::vec(any::<u32>(), 0..6),
            e in any::<f32>().prop_filter_map("a weight", |e| Energy::new(e).ok()),
            pair in any::<(u64, u64)>(),
        ) {
            let string = StringLeft::from_iter(labels);
            survives(&Gallic::new(string.clone(), e));
            survives(&Gallic::new(string.clone(), Product(Counting(pair.0), Counting(pair.1))));
            survives(&Product(Gallic::new(string.clone(), e), Gallic::new(string, Counting(pair.0))));
        }
    }

    #[test]
    fn a_string_and_a_weight_are_written_as_a_pair() {
        let w = |labels: &[u32], e| Gallic::new(labels.iter().copied().collect(), Energy::new(e).unwrap());
        assert_eq!(w(&[12, 3], 0.5).print_weight(), "(12_3,0.5)");
        assert_eq!(Gallic::<Energy>::one().print_weight(), "(Epsilon,0)");
        assert_eq!(Gallic::<Energy>::zero().print_weight(), "(Infinity,Infinity)");
        for zero in ["(Infinity,2)", "(1_2,Infinity)"] {
            assert_eq!(Gallic::<Energy>::parse_weight(zero), Ok(Gallic::zero()), "{zero}");
        }
        let nested = Product(w(&[12, 3], 0.5), Power([w(&[], 1.0), Gallic::zero()]));
        assert_eq!(nested.print_weight(), "((12_3,0.5),[(Epsilon,1),(Infinity,Infinity)])");
        survives(&nested);
    }

    #[test]
    fn brackets_say_what_belongs_together() {
        let lists = Power([KBest::new([1.0, 2.5]).unwrap(), KBest::zero()]);
        let w: Nested = Product(lists, Lexicographic::new(MinSum::one(), MinMax::one()));
        assert_eq!(w.print_weight(), "([[1,2.5],[]],(0,-Infinity))");
        assert_eq!(Nested::parse_weight("([[1,2.5],[]],(0,-Infinity))"), Ok(w));
    }

    #[test]
    fn what_has_other_brackets_or_another_number_of_parts_is_refused() {
        type Pair = Product<Counting, Counting>;
        for bad in ["", "(", ")", "()", "1,2", "(1)", "(1,2,3)", "[1,2]", "(1,2", "1,2)", "((1,2))", "(1),(2)", "(1,)"]
        {
            assert!(Pair::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["[1]", "[1,2,3]", "(1,2)", "[1,,2]", "[]", "[1,2]]", "[ü,1]"] {
            assert!(Power::<Counting, 2>::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["[NaN]", "[-Infinity]", "1", "[1,]"] {
            assert!(KBest::<3>::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["(1,2)", "(+)", "(--,1)", "(+,NaN)"] {
            assert!(SignedLog::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["(1_2)", "1_2,0.5", "(1_2,0.5,1)", "(1,2_3)", "(1__2,0)", "(1_2,NaN)", "((1,2),0)", "[1,2]", "(,0)"]
        {
            assert!(Gallic::<Energy>::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["1", "(1,2)", "(1,(+,2),3)", "(NaN,(+,1))", "(1,(2,+))"] {
            assert!(Entropy::parse_weight(bad).is_err(), "{bad}");
        }
        for bad in ["-1", "Infinity", "NaN", "1e400"] {
            assert!(Probability::<f64>::parse_weight(bad).is_err(), "{bad}");
        }
        assert!(MinMax::<f64>::parse_weight("NaN").is_err() && MinMax::<f64>::parse_weight("1e400").is_err());
    }
}
