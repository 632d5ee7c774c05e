//! Grammars over the words of a vocabulary, by name.

use super::Vocabulary;
use crate::graph::Graph;
use crate::ops::{LoadError, load};
use crate::semiring::Energy;

/// The grammar of any string of words, also of none.
pub const ANY: &str = "words";

/// The grammar of one word.
pub const ONE: &str = "word";

/// A grammar over the words of a vocabulary: `words` is any string of them, also the empty one, `word` is one of them, `digit` one of
/// the digits where those are words, and anything else a file of AT&T text over words. Behind a `+` follows what restricts or rewrites its
/// answers, as in `words+four.txt`.
///
/// # Errors
/// [`LoadError`], which names the grammar, and the line of a word that the vocabulary lacks.
///
/// ```
/// use energraph::speech::words::{Vocabulary, WordModels, word_grammar};
/// let v = Vocabulary::new(&WordModels { words: vec!["yes".into(), "no".into()], states: 1, states_of: Default::default(), least: 1, silence: 1 })?;
/// assert_eq!(word_grammar("words", &v)?.states(), 1);
/// assert_eq!(word_grammar("word", &v)?.states(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn word_grammar(name: &str, vocabulary: &Vocabulary) -> Result<Graph<Energy>, LoadError> {
    let words = vocabulary.words();
    let arcs = |to: u32| -> String {
        let arc = |(_, word): (u32, &str)| format!("0\t{to}\t{word}\t{word}\n");
        words.iter().filter(|(label, _)| *label > 0).map(arc).collect()
    };
    let (any, one) = (arcs(0) + "0\n", arcs(1) + "1\n");
    let shipped =
        [(ANY, any.as_str()), (ONE, one.as_str()), ("digit", include_str!("../../../data/grammars/digit.txt"))];
    load(name, &shipped, words)
}
