//! Grammars: transducers from the symbols that are written to the answer that is meant.
//!
//! A name is that of a shipped grammar or of a file, and behind it, each after a `+`, what its answers are restricted to or
//! rewritten by, shipped or a file again: `amount+check+unsigned`. Every part reads what the part before it writes.
//! Confidences are then among the answers that are left.
//!
//! | shipped | answers |
//! |---|---|
//! | `digit` | one digit |
//! | `digits` | the digits alone, of what is written with separators and dashes |
//! | `amount` | digits with `.` or `,` in front, between or behind, and a dash in front or at the end |
//! | `…+check` | as a cheque's amount is filled in: no sign, thousands in threes behind one kind of separator or not separated, then two decimals, a dash in their place, or nothing |
//! | `…+unsigned` | no dash in front |
//! | `…+decimals` | the last separator has two digits behind it, and nothing else |

use super::frames::Rows;
use super::prior::{Prior, PriorError};
use crate::graph::{Graph, Label, SymbolTable};
use crate::ops::{self, Compose, LoadError, OpError, compose};
use crate::semiring::Energy;
use crate::trellis::{Topology, TrellisError};

/// The grammars that come with the library, by name.
const SHIPPED: [(&str, &str); 6] = [
    ("amount", include_str!("../../data/grammars/amount.txt")),
    ("digit", include_str!("../../data/grammars/digit.txt")),
    ("digits", include_str!("../../data/grammars/digits.txt")),
    ("check", include_str!("../../data/grammars/check.txt")),
    ("decimals", include_str!("../../data/grammars/decimals.txt")),
    ("unsigned", include_str!("../../data/grammars/unsigned.txt")),
];

/// Why a grammar can't be used.
#[derive(Debug, thiserror::Error)]
pub enum GrammarError {
    /// No such grammar, or none that can be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The grammar has no frames: it is too large, or accepts nothing.
    #[error("grammar {name}, over frames: {source}")]
    Frames {
        /// Name or file.
        name: String,
        /// Why.
        source: OpError,
    },
    /// The alphabet is too large.
    #[error(transparent)]
    Alphabet(#[from] TrellisError),
}

/// A transducer from written symbols to the answer, under a name.
#[derive(Debug, Clone)]
pub struct Grammar {
    /// Name or file.
    pub name: String,
    /// Reads what is written, in labels of `inputs`, and writes the answer, in labels of `outputs`.
    pub graph: Graph<Energy>,
    /// What can be written: the symbols of the net's columns.
    pub inputs: SymbolTable,
    /// What answers are made of.
    pub outputs: SymbolTable,
    /// What the labels that the graph reads stand on.
    pub rows: Rows,
    /// What answers are usual: an acceptor of every answer, by whose energies readings are weighed. Training does
    /// without.
    pub prior: Option<Graph<Energy>>,
}

impl Grammar {
    /// A shipped grammar by name, or one from a file of AT&T text whose labels are symbols of `alphabet`, or the
    /// composition of several, their names joined by `+`. A file of the whole name comes first.
    ///
    /// # Errors
    /// [`GrammarError`], which names the grammar, and the line of an unknown symbol.
    pub fn load(name: &str, alphabet: &SymbolTable) -> Result<Self, GrammarError> {
        let graph = ops::load(name, &SHIPPED, alphabet)?;
        let (inputs, outputs) = (alphabet.clone(), alphabet.clone());
        Ok(Grammar { name: name.into(), graph, inputs, outputs, rows: Rows::Spans, prior: None })
    }

    /// A grammar from AT&T text whose labels are symbols of `alphabet`.
    ///
    /// # Errors
    /// [`LoadError::Text`].
    pub fn parse(name: &str, text: &str, alphabet: &SymbolTable) -> Result<Self, GrammarError> {
        Grammar::transducer(name, text, alphabet, alphabet)
    }

    /// A grammar from AT&T text that reads symbols of one table and writes those of another.
    ///
    /// # Errors
    /// [`LoadError::Text`].
    pub fn transducer(
        name: &str,
        text: &str,
        inputs: &SymbolTable,
        outputs: &SymbolTable,
    ) -> Result<Self, GrammarError> {
        let graph = ops::parse_named(name, text, inputs, outputs)?;
        let (inputs, outputs) = (inputs.clone(), outputs.clone());
        Ok(Grammar { name: name.into(), graph, inputs, outputs, rows: Rows::Spans, prior: None })
    }

    /// The same grammar with the priors that are for it by name in place of any that it has.
    ///
    /// # Errors
    /// As [`Prior::together`].
    pub fn with_priors_of(self, priors: &[Prior]) -> Result<Self, PriorError> {
        let prior = Prior::together(priors, &self.name)?;
        Ok(Grammar { prior, ..self })
    }

    /// The same grammar over rows of this kind. Over frames it is composed with
    /// [`Topology::collapse`], once for all fields.
    ///
    /// # Errors
    /// [`GrammarError::Frames`] where the composition fails.
    pub fn over(self, rows: Rows) -> Result<Self, GrammarError> {
        if rows == self.rows || rows == Rows::Spans {
            return Ok(self);
        }
        let classes = self.inputs.len();
        let frames = Topology::collapse(classes as Label, classes)?;
        let made = compose(frames.graph(), &self.graph, &Compose::default());
        match made {
            Ok(made) => Ok(Grammar { graph: made.graph, rows, ..self }),
            Err(source) => Err(GrammarError::Frames { name: self.name, source }),
        }
    }
}

/// The labels of a text, one per character; `Err` with the first character that the alphabet lacks.
pub fn labels(text: &str, alphabet: &SymbolTable) -> Result<Vec<Label>, char> {
    let mut buffer = [0; 4];
    text.chars().map(|c| alphabet.label(c.encode_utf8(&mut buffer)).ok_or(c)).collect()
}

/// The text of labels; labels without a symbol are left out.
pub fn text(labels: &[Label], alphabet: &SymbolTable) -> String {
    labels.iter().filter_map(|&l| alphabet.symbol(l)).collect()
}

/// An alphabet of single characters, labelled 1, 2, … in order.
///
/// # Errors
/// As [`SymbolTable::from_symbols`]: a character given twice.
pub fn alphabet(characters: &str) -> Result<SymbolTable, crate::graph::SymbolError> {
    SymbolTable::from_symbols(characters.chars().map(String::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::{Answer, Beta, answer_energy};

    const SYMBOLS: &str = "0123456789.,-";

    /// All strings of up to this many symbols of "1.,-".
    fn strings(most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..most {
            let to = all.len();
            for i in from..to {
                let one = all[i].clone();
                all.extend("1.,-".chars().map(|c| format!("{one}{c}")));
            }
            from = to;
        }
        all
    }

    fn split_decimals(text: &str) -> Option<(&str, &str)> {
        text.rfind(['.', ',']).map(|at| (&text[..at], &text[at + 1..]))
    }

    fn digits(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
    }

    /// Digits in one run, or in threes behind one kind of separator: that kind, or none.
    fn whole(text: &str) -> Option<Option<char>> {
        let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else {
            return digits(text).then_some(None);
        };
        let mut groups = text.split(separator);
        let first = groups.next().unwrap();
        let fine = digits(first) && first.len() <= 3 && groups.all(|g| digits(g) && g.len() == 3);
        (fine && separator != '-').then_some(Some(separator))
    }

    /// What the module's table says of `check`.
    fn check(text: &str) -> bool {
        let ends =
            |front: &str, decimal: Option<char>| whole(front).is_some_and(|kind| kind.is_none() || kind != decimal);
        if ends(text, None) {
            return true;
        }
        if let Some(front) = text.strip_suffix('-') {
            let before = front.strip_suffix(['.', ',']);
            return ends(front, None) || before.is_some_and(|b| ends(b, front.chars().last()));
        }
        split_decimals(text).is_some_and(|(f, d)| digits(d) && d.len() == 2 && ends(f, text[f.len()..].chars().next()))
    }

    /// Whether there is a path for it; never two.
    fn accepts(grammar: &Grammar, text: &str) -> bool {
        let all = labels(text, &grammar.inputs).unwrap();
        let energy = answer_energy(&grammar.graph, &Answer::one(all), Beta::ONE).unwrap();
        assert!(energy == 0.0 || energy == f64::INFINITY, "{text}: {energy}");
        energy == 0.0
    }

    #[test]
    fn options_say_what_their_table_says() {
        let table = alphabet(SYMBOLS).unwrap();
        let [checks, unsigned, decimals] =
            ["check", "unsigned", "decimals"].map(|name| Grammar::load(name, &table).unwrap());
        for text in strings(7) {
            assert_eq!(accepts(&checks, &text), check(&text), "check {text:?}");
            let signed = text.is_empty() || text.starts_with('-');
            assert_eq!(accepts(&unsigned, &text), !signed, "unsigned {text:?}");
            let two = split_decimals(&text).is_some_and(|(_, d)| digits(d) && d.len() == 2);
            assert_eq!(accepts(&decimals, &text), two, "decimals {text:?}");
        }
    }

    #[test]
    fn parts_are_composed_and_a_name_that_leaves_nothing_is_refused() {
        let table = alphabet(SYMBOLS).unwrap();
        let amount = Grammar::load("amount", &table).unwrap();
        let both = Grammar::load("amount+check+decimals", &table).unwrap();
        assert_eq!(both.name, "amount+check+decimals");
        for text in strings(7) {
            let two = split_decimals(&text).is_some_and(|(_, d)| digits(d) && d.len() == 2);
            assert_eq!(accepts(&both, &text), accepts(&amount, &text) && check(&text) && two, "{text:?}");
        }
        let e = Grammar::load("digits+decimals", &table).unwrap_err().to_string();
        assert_eq!(e, "grammar digits+decimals: its parts have no answer in common");
        let e = Grammar::load("amount+cheque", &table).unwrap_err().to_string();
        let empty = Grammar::load("amount+", &table).unwrap_err().to_string();
        assert!(empty.starts_with("grammar amount+: neither"), "{empty}");
        assert!(e.starts_with("grammar cheque: neither a file nor one of the shipped"), "{e}");
    }
}
