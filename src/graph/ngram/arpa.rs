//! ARPA text: the plain format of back-off n-grams that SRILM, KenLM and others write.
//!
//! ```text
//! \data\
//! ngram 1=3
//! ngram 2=1
//!
//! \1-grams:
//! -99      <s>    -0.30103
//! -0.30103 </s>
//! -0.30103 a
//!
//! \2-grams:
//! -0.1     <s> a
//!
//! \end\
//! ```
//!
//! A line of a section has the base-10 logarithm of a probability, the words of the n-gram, and, for n-grams that others
//! continue, the logarithm of the back-off weight. −99 and less stand for a probability of 0, as does `-inf`.

use std::collections::BTreeMap;

use super::{BackOff, Gram, NGramError};
use crate::graph::{Label, SymbolError, SymbolTable};

/// The beginning of a text, its end, and what stands for all words that are not known.
const BEGIN: &str = "<s>";
const END: &str = "</s>";
const UNKNOWN: &str = "<unk>";

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadArpa {
    /// Not what comes next in the format.
    #[error("expected {expected}, found {text:?}")]
    Expected {
        /// What should be there.
        expected: &'static str,
        /// What was found, cut at 80 characters.
        text: String,
    },
    /// An order of n-grams out of turn, or one that is not counted in the head.
    #[error("n-grams of order {found}, expected {expected}")]
    Order {
        /// The order found.
        found: usize,
        /// The order expected.
        expected: usize,
    },
    /// A number of columns that no n-gram of this order has.
    #[error(
        "{found} columns for an n-gram of order {order}: a logarithm, {order} words, and perhaps one more logarithm"
    )]
    Columns {
        /// Columns in the line.
        found: usize,
        /// The order of the section.
        order: usize,
    },
    /// Not a logarithm: not a number, NaN, or +∞.
    #[error("{text:?} is not a logarithm of base 10")]
    Number {
        /// What was found.
        text: String,
    },
    /// `<s>` anywhere but in the first place, or `</s>` anywhere but in the last.
    #[error("{word} at place {place} of an n-gram")]
    Boundary {
        /// The word.
        word: &'static str,
        /// Its place, from 1.
        place: usize,
    },
    /// The section before this line has another number of n-grams than the head says.
    #[error("{found} n-grams of order {order}, the head says {expected}")]
    Count {
        /// The order.
        order: usize,
        /// n-grams found.
        found: usize,
        /// n-grams said.
        expected: usize,
    },
    /// An n-gram that an earlier line gave.
    #[error("an n-gram that line {first} gives")]
    Twice {
        /// The earlier line.
        first: usize,
    },
    /// A word that the symbol table cannot take.
    #[error(transparent)]
    Symbol(#[from] SymbolError),
}

/// Why a text is no model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ArpaError {
    /// A line that cannot be read.
    #[error("line {line}: {why}")]
    BadLine {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: BadArpa,
    },
    /// The text ends too early.
    #[error("the text ends before {expected}")]
    Ends {
        /// What is missing.
        expected: &'static str,
    },
    /// n-grams that make no model.
    #[error(transparent)]
    NGram(#[from] NGramError),
}

/// Reads a model. Words get the labels that `symbols` gives them; those it does not know are added above its highest.
///
/// `<s>` and `</s>` are the beginning and the end and have no labels. `<unk>`, in any case, stands for every label that the
/// model does not know ([`BackOff::with_unknown`]); it gets no label either; its own back-off weight and n-grams of more words with it are left
/// out. What comes before `\data\` is a comment.
///
/// # Errors
/// [`ArpaError`], with the first line that cannot be read.
///
/// # Cost
/// O(n log n) in the length of the text.
///
/// ```
/// use energraph::graph::SymbolTable;
/// use energraph::graph::ngram::arpa;
/// let text = "\\data\\\nngram 1=4\nngram 2=1\n\n\\1-grams:\n-99 <s> -0.5\n-1 </s>\n-0.3 one\n-0.6 two -0.2\n\n\
///     \\2-grams:\n-0.1 two one\n\n\\end\\\n";
/// let mut symbols = SymbolTable::new();
/// let model = arpa::read(text, &mut symbols)?;
/// let (one, two) = (symbols.label("one").ok_or("")?, symbols.label("two").ok_or("")?);
/// let ten = |log: f64| -log * std::f64::consts::LN_10;
/// // After "<s> two" backs off: −0.5 − 0.6; "two one" was seen: −0.1; the end after "one": −1.
/// assert!((model.energy(&[two, one]) - ten(-0.5 - 0.6 - 0.1 - 1.0)).abs() < 1e-12);
/// // After "one" nothing longer is known; after "two" backs off to "two": −0.2 − 0.6.
/// assert!((model.energy(&[one, two, two]) - ten(-0.5 - 0.3 - 0.6 - 0.2 - 0.6 - 0.2 - 1.0)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(text: &str, symbols: &mut SymbolTable) -> Result<BackOff, ArpaError> {
    let mut lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty());
    lines.find(|(_, line)| *line == "\\data\\").ok_or(ArpaError::Ends { expected: "\\data\\" })?;
    let mut counts = Vec::new();
    let mut section = Section { order: 0, found: 0 };
    let mut model = Reader { symbols, seen: BTreeMap::new(), unknown: None, boundaries: [None; 2] };
    for (line, content) in lines {
        let bad = |why| ArpaError::BadLine { line, why };
        if content == "\\end\\" {
            section.close(&counts).map_err(bad)?;
            section.next(counts.len() + 1, counts.len() + 1).map_err(bad)?;
            return model.build(counts.len());
        }
        if let Some(order) = heading(content) {
            section.close(&counts).map_err(bad)?;
            section.next(order, counts.len()).map_err(bad)?;
        } else if section.order == 0 {
            counts.push(count(content, counts.len() + 1).map_err(bad)?);
        } else {
            section.found += 1;
            model.gram(line, content, section.order).map_err(bad)?;
        }
    }
    Err(ArpaError::Ends { expected: "\\end\\" })
}

/// Of `\3-grams:`, the order.
fn heading(line: &str) -> Option<usize> {
    line.strip_prefix('\\')?.strip_suffix("-grams:")?.parse().ok()
}

/// Of `ngram 3=100`, the count.
fn count(line: &str, expected: usize) -> Result<usize, BadArpa> {
    let wrong = || BadArpa::Expected { expected: "\"ngram ORDER=COUNT\" or a section", text: cut(line) };
    let (order, count) = line.strip_prefix("ngram").and_then(|rest| rest.split_once('=')).ok_or_else(wrong)?;
    let found: usize = order.trim().parse().map_err(|_| wrong())?;
    if found != expected {
        return Err(BadArpa::Order { found, expected });
    }
    count.trim().parse().map_err(|_| wrong())
}

fn cut(line: &str) -> String {
    line.chars().take(80).collect()
}

/// The section that is being read; order 0 is the head.
struct Section {
    order: usize,
    found: usize,
}

impl Section {
    /// Whether it has as many n-grams as the head says.
    fn close(&self, counts: &[usize]) -> Result<(), BadArpa> {
        let (order, found) = (self.order, self.found);
        match order.checked_sub(1).and_then(|i| counts.get(i)) {
            Some(&expected) if expected != found => Err(BadArpa::Count { order, found, expected }),
            _ => Ok(()),
        }
    }

    /// Goes on to the next, which has to be the next order, and one of those that there are.
    fn next(&mut self, order: usize, orders: usize) -> Result<(), BadArpa> {
        let expected = self.order + 1;
        if order != expected || order > orders {
            return Err(BadArpa::Order { found: order, expected: expected.min(orders) });
        }
        (self.order, self.found) = (order, 0);
        Ok(())
    }
}

struct Reader<'s> {
    symbols: &'s mut SymbolTable,
    /// n-grams with their lines. `<s>` and `</s>` alone are both the boundary: one has the energy, the other the back-off.
    seen: BTreeMap<Vec<Label>, (usize, Gram)>,
    unknown: Option<f64>,
    /// The lines of `<s>` and `</s>` alone.
    boundaries: [Option<usize>; 2],
}

impl Reader<'_> {
    fn gram(&mut self, line: usize, content: &str, order: usize) -> Result<(), BadArpa> {
        let columns: Vec<&str> = content.split([' ', '\t']).filter(|c| !c.is_empty()).collect();
        let found = columns.len();
        let (energy, words, back) = match &columns[..] {
            [log, words @ ..] if words.len() == order => (energy(log)?, words, 0.0),
            [log, words @ .., back] if words.len() == order => (energy(log)?, words, energy(back)?),
            _ => return Err(BadArpa::Columns { found, order }),
        };
        if words.iter().any(|word| word.eq_ignore_ascii_case(UNKNOWN)) {
            self.unknown = if order == 1 { Some(energy) } else { self.unknown };
            return Ok(());
        }
        let labels =
            (1..).zip(words).map(|(place, word)| self.label(word, place, order)).collect::<Result<Vec<_>, _>>()?;
        if let [BEGIN | END] = words {
            return self.boundary(line, words == [BEGIN], energy, back);
        }
        let gram = Gram { labels: labels.clone(), energy, back };
        match self.seen.insert(labels, (line, gram)) {
            Some((first, _)) => Err(BadArpa::Twice { first }),
            None => Ok(()),
        }
    }

    /// The beginning backs off, the end has an energy.
    fn boundary(&mut self, line: usize, begins: bool, energy: f64, back: f64) -> Result<(), BadArpa> {
        if let Some(first) = self.boundaries[usize::from(begins)].replace(line) {
            return Err(BadArpa::Twice { first });
        }
        let gram = || Gram { labels: vec![0], energy: f64::INFINITY, back: 0.0 };
        let (_, gram) = self.seen.entry(vec![0]).or_insert_with(|| (line, gram()));
        if begins {
            gram.back = back;
        } else {
            gram.energy = energy;
        }
        Ok(())
    }

    fn label(&mut self, word: &str, place: usize, order: usize) -> Result<Label, BadArpa> {
        match word {
            BEGIN if place == 1 => Ok(0),
            BEGIN => Err(BadArpa::Boundary { word: BEGIN, place }),
            END if place == order => Ok(0),
            END => Err(BadArpa::Boundary { word: END, place }),
            word => Ok(self.symbols.add(word)?),
        }
    }

    fn build(self, order: usize) -> Result<BackOff, ArpaError> {
        let model = BackOff::from_grams(order, self.seen.into_values().map(|(_, gram)| gram))?;
        let Some(unknown) = self.unknown else { return Ok(model) };
        super::check(unknown).map_err(NGramError::from)?;
        Ok(model.with_unknown(super::rounded(unknown)))
    }
}

/// The energy of a base-10 logarithm.
fn energy(text: &str) -> Result<f64, BadArpa> {
    let log: f64 = text.parse().map_err(|_| BadArpa::Number { text: cut(text) })?;
    if log.is_nan() || log == f64::INFINITY {
        return Err(BadArpa::Number { text: cut(text) });
    }
    Ok(if log <= -99.0 { f64::INFINITY } else { -log * std::f64::consts::LN_10 })
}
