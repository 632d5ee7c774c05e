//! Words as chains of states, and the graph of everything that may be said.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::graph::{EPSILON, Graph, GraphBuilder, GraphError, Label, StateId, SymbolError, SymbolTable};
use crate::semiring::Energy;
use crate::trellis::{Topology, TrellisError};

/// Most states of a word, and most frames of a state or of silence: more is a slip of the pen.
const MOST: usize = 64;

/// Most classes of a vocabulary.
const MOST_CLASSES: usize = 1 << 16;

/// What the words are and how each is modelled: part of a config and of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordModels {
    /// The words.
    pub words: Vec<String>,
    /// States of each word.
    pub states: usize,
    /// Words that have another number of states.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states_of: BTreeMap<String, usize>,
    /// Fewest frames of each state.
    pub least: usize,
    /// Fewest frames of silence, where there is any.
    pub silence: usize,
}

/// Why words make no vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VocabularyError {
    /// No words.
    #[error("no words")]
    NoWords,
    /// A word that is empty or has a space in it: words of a text are told apart by spaces.
    #[error("the word {word:?} is empty or has a space in it")]
    Word {
        /// The word.
        word: String,
    },
    /// A word given twice.
    #[error(transparent)]
    Twice(#[from] SymbolError),
    /// A number of states or frames outside 1 to 64.
    #[error("{what}: {value} is not in 1 to {MOST}")]
    Number {
        /// What it is a number of.
        what: String,
        /// The number.
        value: usize,
    },
    /// States for a word that there is not.
    #[error("states_of names {word:?}, which is none of the words")]
    Unknown {
        /// The word.
        word: String,
    },
    /// More states than fit.
    #[error("{classes} states in all, at most {MOST_CLASSES} are possible")]
    TooMany {
        /// States and silence.
        classes: usize,
    },
}

/// Words as chains of states. Classes are numbered from 0: silence, then the states of the first word, of the second, …
///
/// ```
/// use energraph::speech::words::{Vocabulary, WordModels};
/// let two = WordModels { words: vec!["yes".into(), "no".into()], states: 3, states_of: [("no".to_owned(), 2)].into(), least: 1, silence: 2 };
/// let v = Vocabulary::new(&two)?;
/// assert_eq!((v.classes(), v.states_of(2)), (6, 4..6));
/// assert_eq!(v.word_of(4), Some(2));
/// assert_eq!(v.labels("no yes no")?, [2, 1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    words: SymbolTable,
    /// The first class of each word, and the number of classes.
    first: Vec<usize>,
    least: usize,
    silence: usize,
}

/// A text holds a word that is not in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} has the word {word:?}, which the vocabulary lacks")]
pub struct UnknownWord {
    /// The text.
    pub text: String,
    /// The first such word.
    pub word: String,
}

impl Vocabulary {
    /// The class of silence.
    pub const SILENCE: usize = 0;

    /// Numbers the states.
    ///
    /// # Errors
    /// [`VocabularyError`].
    pub fn new(models: &WordModels) -> Result<Self, VocabularyError> {
        if models.words.is_empty() {
            return Err(VocabularyError::NoWords);
        }
        if let Some(word) = models.words.iter().find(|w| w.is_empty() || w.contains(char::is_whitespace)) {
            return Err(VocabularyError::Word { word: word.clone() });
        }
        let words = SymbolTable::from_symbols(&models.words)?;
        if let Some(word) = models.states_of.keys().find(|w| words.label(w).is_none()) {
            return Err(VocabularyError::Unknown { word: word.clone() });
        }
        let within = |what: &str, value: usize| match value {
            1..=MOST => Ok(value),
            _ => Err(VocabularyError::Number { what: what.into(), value }),
        };
        let (least, silence) = (within("least", models.least)?, within("silence", models.silence)?);
        within("states", models.states)?;
        let mut first = vec![1];
        let mut classes = 1;
        for word in &models.words {
            let own = models.states_of.get(word);
            classes += own.map_or(Ok(models.states), |&n| within(&format!("states of {word}"), n))?;
            first.push(classes);
        }
        if classes > MOST_CLASSES {
            Err(VocabularyError::TooMany { classes })
        } else {
            Ok(Vocabulary { words, first, least, silence })
        }
    }

    /// The words, labelled from 1.
    pub fn words(&self) -> &SymbolTable {
        &self.words
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.first.len() - 1
    }

    /// Whether there are none: never.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many classes there are: the columns of energies.
    pub fn classes(&self) -> usize {
        self.first.last().copied().unwrap_or(1)
    }

    /// The classes of a word's states, by its label; none for a label without a word.
    pub fn states_of(&self, word: Label) -> Range<usize> {
        let at = word as usize;
        match (at.checked_sub(1).and_then(|i| self.first.get(i)), self.first.get(at)) {
            (Some(&from), Some(&to)) => from..to,
            _ => 0..0,
        }
    }

    /// The word that a class is a state of; `None` for silence and beyond the classes.
    pub fn word_of(&self, class: usize) -> Option<Label> {
        let behind = self.first.partition_point(|&first| first <= class);
        (behind > 0 && behind < self.first.len()).then_some(behind as Label)
    }

    /// The labels of a text's words, which spaces separate.
    ///
    /// # Errors
    /// [`UnknownWord`].
    pub fn labels(&self, text: &str) -> Result<Vec<Label>, UnknownWord> {
        let unknown = |word: &str| UnknownWord { text: text.into(), word: word.into() };
        text.split_whitespace().map(|word| self.words.label(word).ok_or_else(|| unknown(word))).collect()
    }

    /// The text of labels.
    pub fn text(&self, labels: &[Label]) -> String {
        labels.iter().filter_map(|&l| self.words.symbol(l)).collect::<Vec<_>>().join(" ")
    }

    /// The topology of everything that a grammar over words lets be said: each of its arcs becomes the states of the word it reads, and
    /// before every word and at the end there may be silence. It writes what the grammar writes, with the first frame of a word.
    ///
    /// An alignment is one way to place words and silence; each has one path. Arcs of the grammar that read nothing take no frame.
    ///
    /// # Errors
    /// [`WordGraphError::Label`] where the grammar reads a label without a word, [`WordGraphError::Trellis`] where it has a cycle that
    /// reads nothing.
    ///
    /// # Cost
    /// A word's states × their fewest frames for each arc of the grammar, and the fewest frames of silence for each of its states.
    pub fn topology(&self, grammar: &Graph<Energy>) -> Result<Topology, WordGraphError> {
        let mut b = GraphBuilder::new();
        // Of state q of the grammar: 2q is before a silence that may be there, 2q + 1 behind it.
        b.add_states(2 * grammar.states());
        let (before, behind) = (|q: StateId| 2 * q, |q: StateId| 2 * q + 1);
        if let Some(start) = grammar.start() {
            b.start(before(start));
        }
        let silence = Chain { class: Vocabulary::SILENCE, least: self.silence };
        for q in 0..grammar.states() as StateId {
            b.arc(before(q), EPSILON, EPSILON, Energy::FREE, behind(q));
            let last = silence.add(&mut b, before(q), EPSILON, Energy::FREE);
            b.arc(last, EPSILON, EPSILON, Energy::FREE, behind(q));
            b.final_weight(behind(q), grammar.final_weight(q));
            for arc in grammar.arcs(q) {
                if arc.ilabel == EPSILON {
                    b.arc(behind(q), EPSILON, arc.olabel, arc.weight, behind(arc.target));
                    continue;
                }
                let states = self.states_of(arc.ilabel);
                if states.is_empty() {
                    return Err(WordGraphError::Label { label: arc.ilabel });
                }
                let (mut at, mut writes, mut weight) = (behind(q), arc.olabel, arc.weight);
                for class in states {
                    at = Chain { class, least: self.least }.add(&mut b, at, writes, weight);
                    (writes, weight) = (EPSILON, Energy::FREE);
                }
                // What reads nothing ends a word: two words in a row are told apart by it.
                b.arc(at, EPSILON, EPSILON, Energy::FREE, before(arc.target));
            }
        }
        Ok(Topology::from_graph(b.build()?)?)
    }

    /// The topology of one known text, word after word.
    ///
    /// # Errors
    /// As [`Vocabulary::topology`].
    pub fn topology_of(&self, words: &[Label]) -> Result<Topology, WordGraphError> {
        let mut b = GraphBuilder::new();
        b.add_states(words.len() + 1);
        b.start(0);
        for (at, &word) in words.iter().enumerate() {
            b.arc(at as StateId, word, word, Energy::FREE, at as StateId + 1);
        }
        b.final_weight(words.len() as StateId, Energy::FREE);
        self.topology(&b.build()?)
    }
}

/// Why there is no topology.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WordGraphError {
    /// A grammar reads a label that is no word's.
    #[error("the grammar reads label {label}, which is no word's")]
    Label {
        /// The label.
        label: Label,
    },
    /// The topology is none.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
    /// It is too large.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// So many frames of a class or more.
struct Chain {
    class: usize,
    least: usize,
}

impl Chain {
    /// Adds it behind a state and returns its own last one.
    fn add(&self, b: &mut GraphBuilder<Energy>, from: StateId, writes: Label, weight: Energy) -> StateId {
        let reads = self.class as Label + 1;
        let (mut at, mut writes, mut weight) = (from, writes, weight);
        for _ in 0..self.least {
            let state = b.state();
            b.arc(at, reads, writes, weight, state);
            (at, writes, weight) = (state, EPSILON, Energy::FREE);
        }
        b.arc(at, reads, EPSILON, Energy::FREE, at);
        at
    }
}
