//! What answers are usual: an n-gram over their symbols, as a weighted acceptor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, GraphBuilder, GraphError, Label, StateId};
use crate::ops::{Compose, OpError, compose};
use crate::semiring::{Energy, NotAWeight};

/// What stands before the first symbol of an answer and behind the last; no symbol has label 0.
const BOUNDARY: Label = 0;

/// Why a prior can't be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PriorError {
    /// n-grams of no symbols, or of too many.
    #[error("n-grams of order {order}; the order is 1 to {}", NGram::MAX_ORDER)]
    Order {
        /// What was asked for.
        order: usize,
    },
    /// A label that is no symbol of the alphabet.
    #[error("label {label} is not in the alphabet of {symbols} symbols")]
    Label {
        /// The label.
        label: Label,
        /// Symbols of the alphabet.
        symbols: usize,
    },
    /// A class of symbols names one that the alphabet lacks.
    #[error("{symbol:?} is not in the alphabet")]
    Symbol {
        /// The symbol.
        symbol: char,
    },
    /// Too many symbols.
    #[error("{symbols} symbols, at most {}", NGram::MAX_SYMBOLS)]
    Symbols {
        /// What was asked for.
        symbols: usize,
    },
    /// Classes of other symbols than those of the alphabet, in a model's note.
    #[error("classes of {classes} symbols for {symbols}")]
    Classes {
        /// Symbols that have a class.
        classes: usize,
        /// Symbols of the alphabet.
        symbols: usize,
    },
    /// A label in two classes of symbols, or twice in one; or, in a model's note, classes that are none.
    #[error("classes of symbols: label {label} is not in exactly one")]
    Class {
        /// The label.
        label: Label,
    },
    /// A context as long as the n-grams, or longer, or one after which nothing follows.
    #[error("the context {context:?} does not belong to n-grams of order {order}")]
    Context {
        /// Labels of the context.
        context: Vec<Label>,
        /// Symbols of an n-gram.
        order: usize,
    },
    /// A weight below 0, too large, or not a number.
    #[error("weight {weight} is not in 0 to {}", NGram::MAX_WEIGHT)]
    Weight {
        /// The weight.
        weight: f64,
    },
    /// An energy out of range.
    #[error(transparent)]
    Energy(#[from] NotAWeight),
    /// The acceptor is too large.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Priors that can't be composed.
    #[error(transparent)]
    Operation(#[from] OpError),
}

/// How often each symbol followed each context in a list of answers, with probabilities by Witten–Bell interpolation.
///
/// `p(c | h) = (n(h c) + t(h) p(c | h')) / (n(h) + t(h))`, where `h'` is the context `h` without its first symbol, `n`
/// counts and `t(h)` is the number of different symbols seen after `h`; the empty context falls back on a uniform
/// distribution over the symbols and the end. (Witten and Bell 1991; Chen and Goodman 1999, section 2.5.)
///
/// Symbols may be counted as classes: then all probabilities are of classes, and nothing is said of which symbol of a
/// class it is. With the ten digits as one class an n-gram knows where separators stand, and nothing of which amounts
/// there were.
///
/// ```
/// use energraph::handwriting::NGram;
/// let seen = NGram::new(3, 2, [[1, 2], [1, 1]])?;
/// // After 1 at the start: 1 once, 2 once; then what follows 1 anywhere, then anything.
/// assert!(seen.probability(&[1], Some(2)) > seen.probability(&[2], Some(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct NGram {
    order: usize,
    symbols: usize,
    /// The class of each symbol, named by the least label in it; empty where every symbol is a class of its own.
    classes: Vec<Label>,
    /// Counts of classes after contexts of classes.
    counts: BTreeMap<Vec<Label>, BTreeMap<Label, u32>>,
}

/// The same, as it stands in a model's note, whose maps can have no lists for keys.
#[derive(Serialize, Deserialize)]
struct Stored {
    order: usize,
    symbols: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    classes: Vec<Label>,
    counts: Vec<(Vec<Label>, Followers)>,
}

/// What came after a context, and how often.
type Followers = Vec<(Label, u32)>;

impl NGram {
    /// Symbols of the longest n-grams: longer ones are whole answers, which a prior should not learn by heart.
    pub const MAX_ORDER: usize = 8;
    /// Most symbols of an alphabet.
    pub const MAX_SYMBOLS: usize = 1 << 24;
    /// The largest weight: beyond it usual answers would win whatever is written.
    pub const MAX_WEIGHT: f64 = 100.0;

    /// Counts the n-grams of `order` symbols, and all shorter ones, in answers over the labels 1 to `symbols`.
    ///
    /// # Errors
    /// [`PriorError::Order`], [`PriorError::Symbols`], [`PriorError::Label`].
    pub fn new<A: AsRef<[Label]>>(
        order: usize,
        symbols: usize,
        answers: impl IntoIterator<Item = A>,
    ) -> Result<Self, PriorError> {
        NGram::of_classes(order, symbols, &[], answers)
    }

    /// As [`NGram::new`], the labels of each list in `alike` counted as one class; any other is a class of its own.
    ///
    /// ```
    /// use energraph::handwriting::NGram;
    /// let seen = NGram::of_classes(2, 4, &[vec![1, 2, 3]], [[1, 4], [2, 4]])?;
    /// assert_eq!(seen.probability(&[1], Some(4)), seen.probability(&[3], Some(4)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`NGram::new`]; [`PriorError::Class`] for a label in two lists.
    pub fn of_classes<A: AsRef<[Label]>>(
        order: usize,
        symbols: usize,
        alike: &[Vec<Label>],
        answers: impl IntoIterator<Item = A>,
    ) -> Result<Self, PriorError> {
        let mut gram = NGram { order, symbols, classes: Vec::new(), counts: BTreeMap::new() };
        gram.check()?;
        gram.classes = gram.classes_of(alike)?;
        let mut padded = Vec::new();
        for answer in answers {
            answer.as_ref().iter().try_for_each(|&label| gram.symbol(label))?;
            padded.clear();
            padded.push(BOUNDARY);
            padded.extend(answer.as_ref().iter().map(|&label| gram.class(label)));
            padded.push(BOUNDARY);
            for (i, &next) in padded.iter().enumerate().skip(1) {
                for from in (i + 1).saturating_sub(order)..=i {
                    *gram.counts.entry(padded[from..i].to_vec()).or_default().entry(next).or_default() += 1;
                }
            }
        }
        Ok(gram)
    }

    /// Symbols of the alphabet.
    pub fn symbols(&self) -> usize {
        self.symbols
    }

    /// The probability that a symbol, one of its class, or the end (`None`), follows the first symbols of an answer.
    ///
    /// Cost: `order` look-ups, and a look at every symbol's class where there are classes.
    pub fn probability(&self, before: &[Label], next: Option<Label>) -> f64 {
        let mut padded = vec![BOUNDARY];
        padded.extend(before.iter().map(|&label| self.class(label)));
        self.after(self.context(&padded), next.unwrap_or(BOUNDARY))
    }

    /// An acceptor of every string over the alphabet, at an energy of `−weight · ln p`, where `p` is the product of the
    /// string's probabilities. It is deterministic and
    /// has no epsilons, so that composing with it adds no paths: free energies stay sums over interpretations.
    ///
    /// A weight below 1 allows for what a net already knows of usual strings, as in speech recognition.
    ///
    /// # Errors
    /// [`PriorError::Weight`] for a weight that is not in 0 to [`NGram::MAX_WEIGHT`], [`PriorError::Graph`].
    ///
    /// # Cost
    /// A state for every context that occurs, an arc for each symbol of the alphabet from each.
    pub fn graph(&self, weight: f64) -> Result<Graph<Energy>, PriorError> {
        if !(0.0..=Self::MAX_WEIGHT).contains(&weight) {
            return Err(PriorError::Weight { weight });
        }
        let energy = |p: f64| Energy::new((-weight * p.ln()) as f32);
        // A state is a context; those to make are found on the way.
        let mut numbers: BTreeMap<&[Label], StateId> = BTreeMap::new();
        let start = self.context(&[BOUNDARY]);
        numbers.insert(start, 0);
        let mut contexts = vec![start];
        let mut builder = GraphBuilder::new();
        let mut made = 0;
        while let Some(&context) = contexts.get(made) {
            let state = made as StateId;
            made += 1;
            builder.add_states(1);
            builder.final_weight(state, energy(self.after(context, BOUNDARY))?);
            let mut longer = context.to_vec();
            for label in 1..=self.symbols as Label {
                longer.push(self.class(label));
                let next = self.context(&longer);
                longer.pop();
                let target = *numbers.entry(next).or_insert_with(|| {
                    contexts.push(next);
                    contexts.len() as StateId - 1
                });
                builder.arc(state, label, label, energy(self.after(context, label))?, target);
            }
        }
        builder.start(0);
        Ok(builder.build()?)
    }

    /// The longest context that ends as `before` does and occurs.
    fn context(&self, before: &[Label]) -> &[Label] {
        let longest = before.len().min(self.order - 1);
        let mut ends = (before.len() - longest..=before.len()).map(|from| &before[from..]);
        ends.find_map(|end| self.counts.get_key_value(end)).map_or(&[], |(context, _)| context)
    }

    /// Probability of a label, or of the boundary, after exactly this context of classes.
    fn after(&self, context: &[Label], next: Label) -> f64 {
        let next = self.class(next);
        let joined = (1..).zip(&self.classes).filter(|(label, class)| label != *class).count();
        let uniform = 1.0 / ((self.symbols - joined) as f64 + 1.0);
        // From the empty context to the whole one.
        (0..=context.len()).rev().fold(uniform, |shorter, from| match self.counts.get(&context[from..]) {
            None => shorter,
            Some(seen) => {
                let total: f64 = seen.values().map(|&n| f64::from(n)).sum();
                let kinds = seen.len() as f64;
                let count = seen.get(&next).map_or(0.0, |&n| f64::from(n));
                (count + kinds * shorter) / (total + kinds)
            }
        })
    }

    /// The class of a label; the boundary is one of its own.
    fn class(&self, label: Label) -> Label {
        let at = (label as usize).checked_sub(1);
        at.and_then(|i| self.classes.get(i)).copied().unwrap_or(label)
    }

    /// The class of every symbol, from lists of those that are alike.
    fn classes_of(&self, alike: &[Vec<Label>]) -> Result<Vec<Label>, PriorError> {
        let mut named = BTreeMap::new();
        for list in alike {
            let least = list.iter().copied().min().unwrap_or(BOUNDARY);
            for &label in list {
                self.symbol(label)?;
                if named.insert(label, least).is_some() {
                    return Err(PriorError::Class { label });
                }
            }
        }
        if named.is_empty() {
            return Ok(Vec::new());
        }
        Ok((1..=self.symbols as Label).map(|label| named.get(&label).copied().unwrap_or(label)).collect())
    }

    fn check(&self) -> Result<(), PriorError> {
        if self.symbols > Self::MAX_SYMBOLS {
            return Err(PriorError::Symbols { symbols: self.symbols });
        }
        if (1..=Self::MAX_ORDER).contains(&self.order) { Ok(()) } else { Err(PriorError::Order { order: self.order }) }
    }

    /// In a note, classes are none, or one for each symbol that its least label names.
    fn check_classes(&self) -> Result<(), PriorError> {
        let odd =
            |(label, class): (Label, &Label)| *class == BOUNDARY || *class > label || self.class(*class) != *class;
        let wrong = (1..).zip(&self.classes).find(|&each| odd(each)).map(|(label, _)| label);
        if let Some(label) = wrong {
            return Err(PriorError::Class { label });
        }
        let (classes, symbols) = (self.classes.len(), self.symbols);
        if classes == 0 || classes == symbols { Ok(()) } else { Err(PriorError::Classes { classes, symbols }) }
    }

    fn symbol(&self, label: Label) -> Result<(), PriorError> {
        let known = label != BOUNDARY && label as usize <= self.symbols;
        if known { Ok(()) } else { Err(PriorError::Label { label, symbols: self.symbols }) }
    }
}

impl TryFrom<Stored> for NGram {
    type Error = PriorError;

    fn try_from(stored: Stored) -> Result<Self, PriorError> {
        let Stored { order, symbols, classes, counts } = stored;
        let mut gram = NGram { order, symbols, classes, counts: BTreeMap::new() };
        gram.check()?;
        gram.check_classes()?;
        for (context, seen) in counts {
            let inner = context.strip_prefix(&[BOUNDARY]).unwrap_or(&context);
            let follows = seen.iter().map(|(label, _)| label).filter(|label| **label != BOUNDARY);
            for &label in inner.iter().chain(follows) {
                gram.symbol(label)?;
                if gram.class(label) != label {
                    return Err(PriorError::Class { label });
                }
            }
            let seen: BTreeMap<Label, u32> = seen.into_iter().filter(|&(_, n)| n > 0).collect();
            if context.len() >= order || seen.is_empty() {
                return Err(PriorError::Context { context, order });
            }
            gram.counts.insert(context, seen);
        }
        Ok(gram)
    }
}

impl From<NGram> for Stored {
    fn from(gram: NGram) -> Self {
        let NGram { order, symbols, classes, counts } = gram;
        let counts = counts.into_iter().map(|(context, seen)| (context, seen.into_iter().collect())).collect();
        Stored { order, symbols, classes, counts }
    }
}

/// What the answers of the training data say of answers to be read under one grammar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// The grammar under which it holds, by name.
    pub grammar: String,
    /// The power to which probabilities are raised: 0 for no prior at all.
    pub weight: f64,
    /// The probabilities.
    pub ngram: NGram,
}

impl Prior {
    /// The acceptor to compose answers with.
    ///
    /// # Errors
    /// As [`NGram::graph`].
    pub fn graph(&self) -> Result<Graph<Energy>, PriorError> {
        self.ngram.graph(self.weight)
    }

    /// Whether it holds under a grammar: one of its name, or of its name and parts behind a `+`, which take answers away.
    pub fn serves(&self, grammar: &str) -> bool {
        grammar.strip_prefix(&self.grammar).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
    }

    /// The acceptor of all priors for a grammar, whose energies are their sums; `None` where there are none.
    ///
    /// # Errors
    /// As [`NGram::graph`], and where the composition is too large.
    pub fn together(priors: &[Prior], grammar: &str) -> Result<Option<Graph<Energy>>, PriorError> {
        let mut all: Option<Graph<Energy>> = None;
        for prior in priors.iter().filter(|p| p.serves(grammar) && p.weight != 0.0) {
            let one = prior.graph()?;
            all = Some(match all {
                None => one,
                Some(others) => compose(&others, &one, &Compose::default())?.graph,
            });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::EPSILON;
    use crate::paths::{Answer, Beta, answer_energy};

    const SYMBOLS: usize = 3;

    /// Symbols alike in the tests with classes; the other two are each alone.
    const ALIKE: [Label; 2] = [1, 3];

    /// Witten–Bell from the definition: counts taken from the answers anew for every question.
    fn by_hand(answers: &[Vec<Label>], order: usize, before: &[Label], next: Label, kinds: usize) -> f64 {
        let mut padded = vec![BOUNDARY];
        padded.extend(before);
        let context = &padded[padded.len().saturating_sub(order - 1)..];
        fallback(answers, context, next, kinds)
    }

    /// Of `kinds` symbols.
    fn fallback(answers: &[Vec<Label>], context: &[Label], next: Label, kinds: usize) -> f64 {
        let shorter = match context {
            [] => 1.0 / (kinds as f64 + 1.0),
            [_, rest @ ..] => fallback(answers, rest, next, kinds),
        };
        let mut followers = Vec::new();
        for answer in answers {
            let padded: Vec<Label> = [&[BOUNDARY], answer.as_slice(), &[BOUNDARY]].concat();
            // The boundary at the start follows nothing.
            let first = usize::from(context.is_empty());
            let after = padded.windows(context.len() + 1).skip(first).filter(|w| w.starts_with(context));
            followers.extend(after.map(|w| w[context.len()]));
        }
        let hits = followers.iter().filter(|&&f| f == next).count() as f64;
        let total = followers.len() as f64;
        followers.sort();
        followers.dedup();
        let kinds = followers.len() as f64;
        if total == 0.0 { shorter } else { (hits + kinds * shorter) / (total + kinds) }
    }

    /// A string with each symbol written as the least that is alike.
    fn in_classes(text: &[Label]) -> Vec<Label> {
        text.iter().map(|l| if ALIKE.contains(l) { ALIKE[0] } else { *l }).collect()
    }

    fn strings() -> impl Strategy<Value = Vec<Vec<Label>>> {
        prop::collection::vec(prop::collection::vec(1..=SYMBOLS as Label, 0..5), 0..8)
    }

    /// No classes, or one of two symbols.
    fn alike() -> impl Strategy<Value = Vec<Vec<Label>>> {
        prop_oneof![Just(Vec::new()), Just(vec![ALIKE.to_vec()])]
    }

    proptest! {
        #[test]
        fn probabilities_are_witten_and_bells(answers in strings(), order in 1..5_usize, before in prop::collection::vec(1..=SYMBOLS as Label, 0..5)) {
            let gram = NGram::new(order, SYMBOLS, &answers).unwrap();
            let mut total = gram.probability(&before, None);
            prop_assert!((total - by_hand(&answers, order, &before, BOUNDARY, SYMBOLS)).abs() < 1e-12);
            for next in 1..=SYMBOLS as Label {
                let p = gram.probability(&before, Some(next));
                prop_assert!((p - by_hand(&answers, order, &before, next, SYMBOLS)).abs() < 1e-12);
                prop_assert!(p > 0.0);
                total += p;
            }
            prop_assert!((total - 1.0).abs() < 1e-12);
        }

        #[test]
        fn symbols_alike_have_the_probability_of_their_class(answers in strings(), order in 1..5_usize, before in prop::collection::vec(1..=SYMBOLS as Label, 0..5)) {
            let gram = NGram::of_classes(order, SYMBOLS, &[ALIKE.to_vec()], &answers).unwrap();
            let classed: Vec<_> = answers.iter().map(|a| in_classes(a)).collect();
            let of = |next| by_hand(&classed, order, &in_classes(&before), next, 2);
            prop_assert!((gram.probability(&before, None) - of(BOUNDARY)).abs() < 1e-12);
            prop_assert!((gram.probability(&before, Some(2)) - of(2)).abs() < 1e-12);
            for label in ALIKE {
                prop_assert!((gram.probability(&before, Some(label)) - of(ALIKE[0])).abs() < 1e-12);
            }
        }

        #[test]
        fn priors_for_one_grammar_add_their_energies(answers in strings(), text in prop::collection::vec(1..=SYMBOLS as Label, 0..6)) {
            let one = NGram::new(3, SYMBOLS, &answers).unwrap();
            let other = NGram::of_classes(4, SYMBOLS, &[ALIKE.to_vec()], &answers).unwrap();
            let prior = |grammar: &str, weight, ngram: &NGram| Prior { grammar: grammar.into(), weight, ngram: ngram.clone() };
            let priors = [prior("a", 0.5, &one), prior("b", 9.0, &one), prior("a", 0.25, &other)];
            let energy = |g: &Graph<Energy>| {
                answer_energy(g, &Answer::one(text.iter().copied()), Beta::finite(1.0).unwrap()).unwrap()
            };
            let both = energy(&Prior::together(&priors, "a").unwrap().unwrap());
            let sum = energy(&one.graph(0.5).unwrap()) + energy(&other.graph(0.25).unwrap());
            prop_assert!((both - sum).abs() < 1e-5 * (1.0 + sum), "{both} {sum}");
            prop_assert!(Prior::together(&priors, "c").unwrap().is_none());
        }

        #[test]
        fn the_acceptor_weighs_every_string_by_its_probability(answers in strings(), order in 1..5_usize, alike in alike(), text in prop::collection::vec(1..=SYMBOLS as Label, 0..6)) {
            let gram = NGram::of_classes(order, SYMBOLS, &alike, &answers).unwrap();
            let graph = gram.graph(0.5).unwrap();
            let mut lost = -gram.probability(&text, None).ln();
            for (i, &label) in text.iter().enumerate() {
                lost -= gram.probability(&text[..i], Some(label)).ln();
            }
            // One path alone: the same at every β.
            for beta in [Beta::Infinite, Beta::finite(1.0).unwrap()] {
                let energy = answer_energy(&graph, &Answer::one(text.iter().copied()), beta).unwrap();
                prop_assert!((energy - 0.5 * lost).abs() < 1e-5 * (1.0 + lost), "{energy} {lost}");
            }
        }

        #[test]
        fn the_acceptor_is_deterministic_and_complete(answers in strings(), order in 1..5_usize, alike in alike()) {
            let graph = NGram::of_classes(order, SYMBOLS, &alike, &answers).unwrap().graph(1.0).unwrap();
            for state in 0..graph.states() as StateId {
                let labels: Vec<Label> = graph.arcs(state).iter().map(|a| a.ilabel).collect();
                prop_assert_eq!(labels, (1..=SYMBOLS as Label).collect::<Vec<_>>());
                prop_assert!(graph.arcs(state).iter().all(|a| a.olabel == a.ilabel && a.ilabel != EPSILON));
            }
        }

        #[test]
        fn a_note_gives_back_what_was_written(answers in strings(), order in 1..5_usize, alike in alike()) {
            let gram = NGram::of_classes(order, SYMBOLS, &alike, &answers).unwrap();
            let text = serde_json::to_string(&gram).unwrap();
            prop_assert_eq!(serde_json::from_str::<NGram>(&text).unwrap(), gram);
        }
    }

    #[test]
    fn a_weight_of_nothing_changes_nothing() {
        let graph = NGram::new(3, SYMBOLS, [[1, 2]]).unwrap().graph(0.0).unwrap();
        assert!(graph.all_arcs().iter().all(|a| a.weight.wide() == 0.0));
    }

    #[test]
    fn what_is_no_n_gram_is_refused() {
        let none: [[Label; 1]; 0] = [];
        assert_eq!(NGram::new(0, 3, none).unwrap_err(), PriorError::Order { order: 0 });
        assert_eq!(NGram::new(9, 3, none).unwrap_err(), PriorError::Order { order: 9 });
        assert_eq!(NGram::new(2, 3, [[4]]).unwrap_err(), PriorError::Label { label: 4, symbols: 3 });
        assert_eq!(NGram::new(2, 3, [[0]]).unwrap_err(), PriorError::Label { label: 0, symbols: 3 });
        let gram = NGram::new(2, 3, [[1]]).unwrap();
        for weight in [-1.0, f64::NAN, f64::NEG_INFINITY, f64::INFINITY, 101.0] {
            assert!(matches!(gram.graph(weight), Err(PriorError::Weight { .. })), "{weight}");
        }
        assert!(matches!(NGram::new(2, usize::MAX, none), Err(PriorError::Symbols { .. })));
        for alike in [vec![vec![1, 2], vec![2]], vec![vec![3, 3]]] {
            assert!(matches!(NGram::of_classes(2, 3, &alike, none), Err(PriorError::Class { .. })), "{alike:?}");
        }
        assert_eq!(NGram::of_classes(2, 3, &[vec![4]], none).unwrap_err(), PriorError::Label { label: 4, symbols: 3 });
        for note in [
            r#"{"order":2,"symbols":3,"classes":[1,1],"counts":[]}"#,
            r#"{"order":2,"symbols":3,"classes":[1,3,3],"counts":[]}"#,
            r#"{"order":2,"symbols":3,"classes":[1,1,2],"counts":[]}"#,
            r#"{"order":2,"symbols":3,"classes":[0,2,3],"counts":[]}"#,
            r#"{"order":2,"symbols":3,"classes":[1,1,3],"counts":[[[2],[[1,1]]]]}"#,
            r#"{"order":0,"symbols":3,"counts":[]}"#,
            r#"{"order":2,"symbols":3,"counts":[[[1,2],[[1,1]]]]}"#,
            r#"{"order":2,"symbols":3,"counts":[[[7],[[1,1]]]]}"#,
            r#"{"order":2,"symbols":3,"counts":[[[1],[[9,1]]]]}"#,
            r#"{"order":2,"symbols":3,"counts":[[[1],[]]]}"#,
        ] {
            assert!(serde_json::from_str::<NGram>(note).is_err(), "{note}");
        }
    }
}
