//! Words, and texts of them.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::GraphGrammar;
use crate::graph::{EPSILON, GraphBuilder, GraphError, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;

/// What makes a lexicon, or a grammar of it, impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LexiconError {
    /// A word without letters.
    #[error("word {word} is spelt with nothing")]
    Empty {
        /// Its number, from 0.
        word: usize,
    },
    /// A word spelt with label 0, which stands for no label.
    #[error("word {word} is spelt with label 0, at position {position}")]
    Epsilon {
        /// Its number, from 0.
        word: usize,
        /// Position in the spelling, from 0.
        position: usize,
    },
    /// A separator that is label 0, or is in a word: then it would not be told where the word ends.
    #[error("label {label} can't separate words: it is 0 or part of one")]
    Separator {
        /// The label.
        label: Label,
    },
    /// The grammar is not one, for instance too large to number.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
}

impl From<GraphError> for LexiconError {
    fn from(error: GraphError) -> Self {
        LexiconError::Trellis(error.into())
    }
}

/// What stands between words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Separators {
    /// Labels that pass freely before, between and behind words, any number of them.
    pub labels: Vec<Label>,
    /// Whether they are written as they are read; otherwise they write nothing.
    pub written: bool,
    /// Whether a word may follow another without any.
    pub optional: bool,
}

/// Words with their spellings, as a tree of common beginnings, from which grammars are made.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{Alphabet, DecoderBeam, Lexicon, prefix_beam};
/// use energraph::Energy;
/// use ndarray::array;
/// let alphabet = Alphabet::new("ab")?;
/// let mut lexicon = Lexicon::new();
/// for (label, word) in [(10, "ab"), (11, "ba")] {
///     lexicon.add(&alphabet.labels(word)?, label, Energy::FREE)?;
/// }
/// // "aa" is better, and no word.
/// let e = array![[0.0, 2.0, 5.0], [5.0, 5.0, 0.0], [0.0, 1.0, 5.0]];
/// let found = prefix_beam(&Emissions::new(e.view())?, 3, &lexicon.word()?, 2, &DecoderBeam::default())?;
/// assert_eq!((found.list[0].output[0], alphabet.text(&found.list[0].labels)), (10, "ab".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lexicon {
    words: usize,
    /// Node 0 is the root.
    nodes: Vec<Node>,
    /// Of a node and what a word writes, the word's place in the node.
    places: FxHashMap<(usize, Label), usize>,
}

/// A beginning of words.
#[derive(Debug, Clone, Default)]
struct Node {
    /// What words begin with this and a letter more.
    children: BTreeMap<Label, usize>,
    /// The words that are spelt so, by what they write.
    words: Vec<(Label, Energy)>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Lexicon::new()
    }
}

impl Lexicon {
    /// No words.
    pub fn new() -> Self {
        Lexicon { words: 0, nodes: vec![Node::default()], places: FxHashMap::default() }
    }

    /// Adds a word: its letters, the label it is written as (0 for nothing), and its energy. A word may have several
    /// spellings, and a spelling several words; the same word spelt the same way again keeps the lower energy.
    ///
    /// # Errors
    /// [`LexiconError::Empty`], [`LexiconError::Epsilon`].
    pub fn add(&mut self, spelling: &[Label], writes: Label, energy: Energy) -> Result<(), LexiconError> {
        let word = self.words;
        if spelling.is_empty() {
            return Err(LexiconError::Empty { word });
        }
        if let Some(position) = spelling.iter().position(|&label| label == EPSILON) {
            return Err(LexiconError::Epsilon { word, position });
        }
        let mut at = 0;
        for &label in spelling {
            let next = self.nodes.len();
            at = *self.nodes[at].children.entry(label).or_insert(next);
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        self.words += 1;
        let words = &mut self.nodes[at].words;
        let place = *self.places.entry((at, writes)).or_insert(words.len());
        match words.get_mut(place) {
            None => words.push((writes, energy)),
            Some((_, before)) if energy < *before => *before = energy,
            Some(_) => {}
        }
        Ok(())
    }

    /// Words added.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.words
    }

    /// Exactly one word: reads its letters, writes its label with the last of them.
    ///
    /// # Errors
    /// [`LexiconError::Trellis`] where it is too large to number.
    pub fn word(&self) -> Result<GraphGrammar, LexiconError> {
        let mut b = self.tree();
        let end = b.state();
        b.final_weight(end, Energy::FREE);
        self.words_to(&mut b, end);
        self.grammar(b, true)
    }

    /// Texts: words with separators between them, none or many; reads letters and separators, writes words, each with its last
    /// letter, and separators where they are to be written. The text without words is one.
    ///
    /// # Errors
    /// [`LexiconError::Separator`] for one that is label 0 or, where separators are needed, a letter of a word;
    /// [`LexiconError::Trellis`].
    pub fn text(&self, separators: &Separators) -> Result<GraphGrammar, LexiconError> {
        let labels = self.check(separators)?;
        let mut b = self.tree();
        b.final_weight(0, Energy::FREE);
        let behind = if separators.optional { 0 } else { b.state() };
        b.final_weight(behind, Energy::FREE);
        for label in labels {
            let writes = if separators.written { label } else { EPSILON };
            b.arc(0, label, writes, Energy::FREE, 0);
            if behind != 0 {
                b.arc(behind, label, writes, Energy::FREE, 0);
            }
        }
        self.words_to(&mut b, behind);
        self.grammar(b, !separators.optional)
    }

    /// The same texts, letter by letter: an acceptor of them, deterministic unless separators are optional. A word's energy
    /// counts behind its last letter; of several words spelt alike, the lowest.
    ///
    /// # Errors
    /// As [`Lexicon::text`].
    pub fn spellings(&self, separators: &Separators) -> Result<GraphGrammar, LexiconError> {
        let labels = self.check(separators)?;
        let mut b = GraphBuilder::new();
        b.add_states(self.nodes.len());
        b.start(0);
        b.final_weight(0, Energy::FREE);
        for (from, label, to) in self.letters() {
            b.arc(from, label, label, Energy::FREE, to);
        }
        labels.iter().for_each(|&label| b.arc(0, label, label, Energy::FREE, 0));
        for (state, node) in (0..).zip(&self.nodes) {
            let Some(energy) = node.words.iter().map(|w| w.1).min_by(|a, b| a.get().total_cmp(&b.get())) else {
                continue;
            };
            b.final_weight(state, energy);
            labels.iter().for_each(|&label| b.arc(state, label, label, energy, 0));
            if separators.optional {
                for (&label, &child) in &self.nodes[0].children {
                    b.arc(state, label, label, energy, child as StateId);
                }
            }
        }
        self.grammar(b, !separators.optional)
    }

    /// The tree without the ends of words.
    fn tree(&self) -> GraphBuilder<Energy> {
        let mut b = GraphBuilder::new();
        b.add_states(self.nodes.len());
        b.start(0);
        // Leaves are states that nothing leads to: a word's last letter leads behind it.
        for (from, label, to) in self.letters() {
            if !self.nodes[to as usize].children.is_empty() {
                b.arc(from, label, EPSILON, Energy::FREE, to);
            }
        }
        b
    }

    /// All words' last letters, which write them, to one state.
    fn words_to(&self, b: &mut GraphBuilder<Energy>, end: StateId) {
        for (from, label, to) in self.letters() {
            for &(writes, energy) in &self.nodes[to as usize].words {
                b.arc(from, label, writes, energy, end);
            }
        }
    }

    fn letters(&self) -> impl Iterator<Item = (StateId, Label, StateId)> + '_ {
        let of = |(from, node): (StateId, &'_ Node)| {
            let letters: Vec<_> = node.children.iter().map(|(&label, &to)| (from, label, to as StateId)).collect();
            letters
        };
        (0..).zip(&self.nodes).flat_map(of)
    }

    /// The separators, each once.
    fn check(&self, separators: &Separators) -> Result<BTreeSet<Label>, LexiconError> {
        let labels: BTreeSet<Label> = separators.labels.iter().copied().collect();
        let mut in_words = self.letters().map(|(_, letter, _)| letter).filter(|_| !separators.optional);
        let zero = labels.first().copied().filter(|&label| label == EPSILON);
        match zero.or_else(|| in_words.find(|letter| labels.contains(letter))) {
            Some(label) => Err(LexiconError::Separator { label }),
            None => Ok(labels),
        }
    }

    /// Where words are told apart by what ends them, a text is read in one way if no two words are spelt alike.
    fn grammar(&self, b: GraphBuilder<Energy>, ends_told: bool) -> Result<GraphGrammar, LexiconError> {
        let mut grammar = GraphGrammar::new(b.build()?)?;
        grammar.one_path |= ends_told && self.nodes.iter().all(|node| node.words.len() <= 1);
        Ok(grammar)
    }
}
