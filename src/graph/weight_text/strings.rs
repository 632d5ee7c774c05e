//! Strings as text, as OpenFst writes them: `1_2_3`, `Epsilon` for the empty string, `Infinity` for 0̄.

use super::{BadWeight, WeightText};
use crate::graph::{EPSILON, Label};
use crate::semiring::{StringLeft, StringRight, Weight};

/// The empty string.
const EMPTY: &str = "Epsilon";
/// 0̄.
const ZERO: &str = "Infinity";

fn parse<W: Weight + FromIterator<Label>>(text: &str) -> Result<W, BadWeight> {
    let expected = "labels from 1 on with _ between them, such as 1_2, or Epsilon or Infinity";
    let label = |part: &str| part.parse().ok().filter(|&l: &Label| l != EPSILON);
    let found = match text {
        EMPTY => Some(W::one()),
        ZERO => Some(W::zero()),
        _ => text.split('_').map(label).collect(),
    };
    found.ok_or_else(|| BadWeight::NotANumber { text: text.to_owned(), expected })
}

fn print(labels: Option<&[Label]>) -> String {
    match labels {
        None => ZERO.to_owned(),
        Some([]) => EMPTY.to_owned(),
        Some(labels) => labels.iter().map(Label::to_string).collect::<Vec<_>>().join("_"),
    }
}

impl WeightText for StringLeft {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        parse(text)
    }
    fn print_weight(&self) -> String {
        print(self.labels())
    }
}

impl WeightText for StringRight {
    fn parse_weight(text: &str) -> Result<Self, BadWeight> {
        parse(text)
    }
    fn print_weight(&self) -> String {
        print(self.labels())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_string_survives_printing(labels in prop::collection::vec(any::<u32>(), 0..6)) {
            let (left, right) = (StringLeft::from_iter(labels.clone()), StringRight::from_iter(labels));
            for text in [left.print_weight(), right.print_weight()] {
                prop_assert!(!text.is_empty() && !text.contains(char::is_whitespace), "{}", text);
            }
            prop_assert_eq!(StringLeft::parse_weight(&left.print_weight()), Ok(left));
            prop_assert_eq!(StringRight::parse_weight(&right.print_weight()), Ok(right));
        }
    }

    #[test]
    fn the_empty_string_and_zero_are_openfsts_words() {
        assert_eq!(
            (StringLeft::one().print_weight(), StringLeft::zero().print_weight()),
            ("Epsilon".into(), "Infinity".into())
        );
        assert_eq!(StringLeft::parse_weight("Epsilon"), Ok(StringLeft::one()));
        assert_eq!(StringRight::parse_weight("Infinity"), Ok(StringRight::zero()));
        assert_eq!(StringRight::from_iter([3, 20, 1]).print_weight(), "3_20_1");
    }

    #[test]
    fn what_is_no_string_is_refused() {
        for bad in
            ["", "_", "1_", "_1", "1__2", "0", "1_0", "-1", "1.5", "4294967296", "Epsilon_1", "epsilon", "1,2", "x"]
        {
            assert!(matches!(StringLeft::parse_weight(bad), Err(BadWeight::NotANumber { .. })), "{bad}");
            assert!(StringRight::parse_weight(bad).is_err(), "{bad}");
        }
    }
}
