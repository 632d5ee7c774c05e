//! Weights as text.

mod combined;
mod strings;

use crate::semiring::{Boolean, Counting, Energy, Float, LogSum, MinMax, MinSum, NotAWeight, Probability, Weight};

/// A text that stands for no weight.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadWeight {
    /// Not a number of the kind that the weight is.
    #[error("{text:?} is not a weight; expected {expected}")]
    NotANumber {
        /// What was found.
        text: String,
        /// What a weight of this type looks like.
        expected: &'static str,
    },
    /// A number beyond what the weight's type holds; only `Infinity` says infinity.
    #[error("{text} is beyond the range of the weight's type")]
    OutOfRange {
        /// What was found.
        text: String,
    },
    /// NaN or −∞.
    #[error(transparent)]
    NotAWeight(#[from] NotAWeight),
}

/// A weight that text files can hold.
///
/// # Contract
/// `parse_weight(&w.print_weight())` is exactly `w`, and the text is not empty and holds no white space. A liar's
/// graphs change when they are saved and loaded.
pub trait WeightText: Weight {
    /// The weight that a text without white space stands for.
    ///
    /// # Errors
    /// [`BadWeight`].
    fn parse_weight(text: &str) -> Result<Self, BadWeight>;

    /// The text, in as few digits as give the weight back.
    fn print_weight(&self) -> String;
}

const NUMBER: &str = "a number or Infinity";

/// A float, with overflow told apart from a written infinity.
fn parse_float<F: Float + std::str::FromStr>(text: &str) -> Result<F, BadWeight> {
    let value: F = text.parse().map_err(|_| BadWeight::NotANumber { text: text.to_owned(), expected: NUMBER })?;
    // Only the words contain letters other than an exponent's e.
    let in_words = text.contains(['i', 'I']);
    if value.to_f64().is_infinite() && !in_words {
        return Err(BadWeight::OutOfRange { text: text.to_owned() });
    }
    Ok(value)
}

/// Shortest digits that give the float back; OpenFst's word for infinity.
fn print_float<F: Float>(value: F) -> String {
    if value.to_f64() == f64::INFINITY {
        return "Infinity".to_owned();
    }
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

impl WeightText for Energy {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        Ok(Energy::new(parse_float(text)?)?)
    }
    fn print_weight(&self) -> String {
        print_float(self.get())
    }
}

impl<F: Float + std::str::FromStr> WeightText for MinSum<F> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        Ok(MinSum::new(parse_float(text)?)?)
    }
    fn print_weight(&self) -> String {
        print_float(self.get())
    }
}

impl<F: Float + std::str::FromStr> WeightText for LogSum<F> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        Ok(LogSum::new(parse_float(text)?)?)
    }
    fn print_weight(&self) -> String {
        print_float(self.get())
    }
}

impl<F: Float + std::str::FromStr> WeightText for MinMax<F> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let bad = |_| BadWeight::NotANumber { text: text.to_owned(), expected: NUMBER };
        MinMax::new(parse_float(text)?).map_err(bad)
    }
    fn print_weight(&self) -> String {
        if *self == MinMax::one() { "-Infinity".to_owned() } else { print_float(self.get()) }
    }
}

impl<F: Float + std::str::FromStr> WeightText for Probability<F> {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let bad = |_| BadWeight::NotANumber { text: text.to_owned(), expected: "a finite number that is at least 0" };
        Probability::new(parse_float(text)?).map_err(bad)
    }
    fn print_weight(&self) -> String {
        print_float(self.get())
    }
}

impl WeightText for Boolean {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        match text {
            "0" => Ok(Boolean(false)),
            "1" => Ok(Boolean(true)),
            _ => Err(BadWeight::NotANumber { text: text.to_owned(), expected: "0 or 1" }),
        }
    }
    fn print_weight(&self) -> String {
        u8::from(self.0).to_string()
    }
}

impl WeightText for Counting {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        let expected = "a natural number below 2^64";
        text.parse().map(Counting).map_err(|_| BadWeight::NotANumber { text: text.to_owned(), expected })
    }
    fn print_weight(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nan_and_minus_infinity_are_refused_and_infinity_is_impossible() {
        for bad in ["NaN", "nan", "-nan", "-Infinity", "-inf"] {
            assert!(matches!(Energy::parse_weight(bad), Err(BadWeight::NotAWeight(_))), "{bad}");
        }
        for infinite in ["Infinity", "inf", "+Infinity"] {
            assert_eq!(Energy::parse_weight(infinite), Ok(Energy::IMPOSSIBLE));
        }
        assert_eq!(Energy::IMPOSSIBLE.print_weight(), "Infinity");
    }

    #[test]
    fn overflow_is_not_infinity() {
        for big in ["1e39", "-1e39", "1e999"] {
            assert!(matches!(Energy::parse_weight(big), Err(BadWeight::OutOfRange { .. })), "{big}");
        }
        assert!(MinSum::<f64>::parse_weight("1e39").is_ok());
    }

    #[test]
    fn words_and_hexadecimal_are_refused() {
        for bad in ["", "x", "0x10", "1,5", "1.5.2", "--1", "1f"] {
            assert!(Energy::parse_weight(bad).is_err(), "{bad}");
            assert!(Boolean::parse_weight(bad).is_err(), "{bad}");
            assert!(Counting::parse_weight(bad).is_err(), "{bad}");
        }
        assert!(Counting::parse_weight("-1").is_err());
    }

    #[test]
    fn whole_numbers_print_without_a_point() {
        assert_eq!(Energy::new(2.0).unwrap().print_weight(), "2");
        assert_eq!(Energy::new(0.1).unwrap().print_weight(), "0.1");
    }

    proptest! {
        #[test]
        fn every_weight_survives_printing(x in any::<f32>(), y in any::<f64>(), n in any::<u64>(), b in any::<bool>()) {
            if let Ok(w) = Energy::new(x) {
                prop_assert_eq!(Energy::parse_weight(&w.print_weight()), Ok(w));
            }
            if let (Ok(m), Ok(l)) = (MinSum::new(y), LogSum::new(y)) {
                prop_assert_eq!(MinSum::parse_weight(&m.print_weight()), Ok(m));
                prop_assert_eq!(LogSum::parse_weight(&l.print_weight()), Ok(l));
            }
            prop_assert_eq!(Counting::parse_weight(&Counting(n).print_weight()), Ok(Counting(n)));
            prop_assert_eq!(Boolean::parse_weight(&Boolean(b).print_weight()), Ok(Boolean(b)));
        }
    }
}
