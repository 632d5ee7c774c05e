//! Characters as labels.

use rustc_hash::FxHashMap;

use crate::graph::Label;

/// What is not in an alphabet, or twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlphabetError {
    /// A character given twice.
    #[error("{symbol:?} is in the alphabet twice, the second time at position {position}")]
    Twice {
        /// The character.
        symbol: char,
        /// Position of the second, from 0.
        position: usize,
    },
    /// A character of a text that is not in the alphabet.
    #[error("{symbol:?}, at position {position}, is not in the alphabet")]
    Unknown {
        /// The character.
        symbol: char,
        /// Its position in the text, from 0, in characters.
        position: usize,
    },
}

/// The characters of a recogniser in the order of its classes: class `k` has label `k + 1`; the blank comes last.
///
/// ```
/// use energraph::trellis::decode::Alphabet;
/// let alphabet = Alphabet::new("abc ")?;
/// assert_eq!(alphabet.labels("a cab")?, [1, 4, 3, 1, 2]);
/// assert_eq!((alphabet.text(&[2, 1]), alphabet.blank()), ("ba".to_owned(), 5));
/// # Ok::<(), energraph::trellis::decode::AlphabetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alphabet {
    chars: Vec<char>,
    labels: FxHashMap<char, Label>,
}

impl Alphabet {
    /// Labels 1, 2, 3, … for characters in the order given.
    ///
    /// # Errors
    /// [`AlphabetError::Twice`].
    pub fn new(chars: &str) -> Result<Self, AlphabetError> {
        let mut alphabet = Alphabet { chars: Vec::new(), labels: FxHashMap::default() };
        for (position, symbol) in chars.chars().enumerate() {
            if alphabet.labels.insert(symbol, position as Label + 1).is_some() {
                return Err(AlphabetError::Twice { symbol, position });
            }
            alphabet.chars.push(symbol);
        }
        Ok(alphabet)
    }

    /// Characters.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The label of the blank where its class comes behind those of the characters.
    pub fn blank(&self) -> Label {
        self.chars.len() as Label + 1
    }

    /// The labels of a text.
    ///
    /// # Errors
    /// [`AlphabetError::Unknown`].
    pub fn labels(&self, text: &str) -> Result<Vec<Label>, AlphabetError> {
        let label =
            |(position, symbol): (usize, char)| self.label(symbol).ok_or(AlphabetError::Unknown { symbol, position });
        text.chars().enumerate().map(label).collect()
    }

    /// The label of a character.
    pub fn label(&self, symbol: char) -> Option<Label> {
        self.labels.get(&symbol).copied()
    }

    /// The text that labels stand for; � for those that stand for no character.
    pub fn text(&self, labels: &[Label]) -> String {
        let char = |&label: &Label| (label as usize).checked_sub(1).and_then(|i| self.chars.get(i)).copied();
        labels.iter().map(|l| char(l).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}
