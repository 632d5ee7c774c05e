//! Where training fields come from.

use std::path::Path;

use ndarray::Array2;
use rand::Rng;

use super::sampler::pick;
use super::splice::Strips;
use super::{SourceConfig, StackConfig, TrainError};
use crate::graph::{Label, SymbolTable};
use crate::handwriting::generator::{Amount, Compose, GlyphBank, compose_digits};
use crate::handwriting::grammar::labels;
use crate::signal::{Normaliser, read_idx, read_stack};

/// A normalised field with its transcript, before distortion.
#[derive(Debug, Clone)]
pub struct Example {
    /// Height 32, 0 = paper, 1 = ink.
    pub ink: Array2<f32>,
    /// The answer.
    pub answer: Vec<Label>,
    /// Number of the grammar that relates the answer to what is written.
    pub grammar: usize,
}

/// Grammars by name, numbered in the order in which they were first named.
#[derive(Debug, Clone, Default)]
pub struct GrammarNames(pub Vec<String>);

impl GrammarNames {
    /// The number of a name, new or old.
    pub fn number(&mut self, name: &str) -> usize {
        self.0.iter().position(|n| n == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }
}

/// A source of examples and its share.
#[derive(Debug)]
pub struct Source {
    share: f64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    List(Vec<Example>),
    Composed { bank: GlyphBank, how: Compose, answers: Answers },
    Splice { source: usize, strips: Option<Strips> },
}

impl Source {
    /// Opens a source.
    ///
    /// # Errors
    /// [`TrainError`] where its files can't be read or a text has a character outside the alphabet.
    pub fn open(
        config: &SourceConfig,
        data: &Path,
        alphabet: &SymbolTable,
        normaliser: &Normaliser,
        names: &mut GrammarNames,
    ) -> Result<Self, TrainError> {
        let share = config.share();
        let kind = match config {
            SourceConfig::Stack { stack, lines, grammar, .. } => {
                let set = StackConfig { stack: stack.clone(), lines: lines.clone(), grammar: grammar.clone() };
                Kind::List(read_examples(&set, data, alphabet, normaliser, names)?)
            }
            SourceConfig::Splice { source, .. } => Kind::Splice { source: *source, strips: None },
            SourceConfig::Composed { idx, grammar, .. } => {
                let folder = data.join(idx);
                let digits =
                    read_idx(&folder.join("train-images-idx3-ubyte.gz"), &folder.join("train-labels-idx1-ubyte.gz"))?;
                let bank = GlyphBank::from_idx(&digits)?;
                Kind::Composed { bank, how: Compose::default(), answers: Answers::new(grammar, alphabet, names) }
            }
            SourceConfig::Generator { .. } => Kind::List(Vec::new()),
        };
        Ok(Source { share, kind })
    }

    /// Share of the draws; 0 while there is nothing to draw from.
    pub fn share(&self) -> f64 {
        match &self.kind {
            Kind::Splice { strips: None, .. } => 0.0,
            _ => self.share,
        }
    }

    /// The examples of a fixed list.
    pub fn examples(&self) -> &[Example] {
        match &self.kind {
            Kind::List(list) => list,
            _ => &[],
        }
    }

    /// The source whose images a splicing source cuts up.
    pub fn spliced(&self) -> Option<usize> {
        match &self.kind {
            Kind::Splice { source, .. } => Some(*source),
            _ => None,
        }
    }

    /// Gives a splicing source its strips.
    pub fn set_strips(&mut self, new: Strips) {
        if let Kind::Splice { strips, .. } = &mut self.kind {
            *strips = (!new.is_empty()).then_some(new);
        }
    }

    /// The strips of a splicing source that has been given some.
    pub fn strips(&self) -> Option<&Strips> {
        match &self.kind {
            Kind::Splice { strips, .. } => strips.as_ref(),
            _ => None,
        }
    }

    /// Draws one example.
    pub fn draw<R: Rng>(&self, all: &[Source], rng: &mut R) -> Option<Example> {
        match &self.kind {
            Kind::List(list) => pick(list, rng).cloned(),
            Kind::Composed { bank, how, answers } => {
                let drawn = compose_digits(bank, how, rng);
                answers.of(drawn.ink, &drawn.amount)
            }
            Kind::Splice { source, strips } => strips.as_ref()?.compose(all.get(*source)?.examples(), rng),
        }
    }
}

/// How drawn amounts become answers: under the grammar `digits` the digits alone, else the text.
#[derive(Debug)]
struct Answers {
    digits_alone: bool,
    grammar: usize,
    alphabet: SymbolTable,
}

impl Answers {
    fn new(grammar: &str, alphabet: &SymbolTable, names: &mut GrammarNames) -> Self {
        let (digits_alone, grammar) = (grammar == "digits", names.number(grammar));
        Answers { digits_alone, grammar, alphabet: alphabet.clone() }
    }

    fn of(&self, ink: Array2<f32>, amount: &Amount) -> Option<Example> {
        let text = if self.digits_alone { &amount.digits } else { &amount.text };
        Some(Example { ink, answer: labels(text, &self.alphabet).ok()?, grammar: self.grammar })
    }
}

/// The normalised images and answers of a stack, or of some of its lines.
///
/// # Errors
/// [`TrainError`] where the stack can't be read or a text has a character outside the alphabet.
pub fn read_examples(
    set: &StackConfig,
    data: &Path,
    alphabet: &SymbolTable,
    normaliser: &Normaliser,
    names: &mut GrammarNames,
) -> Result<Vec<Example>, TrainError> {
    let items = read_stack(&data.join(&set.stack), Some(2))?;
    let grammar = names.number(&set.grammar);
    let is_wanted = |line: usize| set.lines.is_empty() || set.lines.iter().any(|[a, b]| (*a..=*b).contains(&line));
    let wanted = (1..).zip(&items).filter(|(line, _)| is_wanted(*line)).map(|(_, item)| item);
    wanted
        .map(|item| {
            let answer = labels(&item.text, alphabet).map_err(|symbol| TrainError::Symbol {
                item: item.name.clone(),
                text: item.text.clone(),
                symbol,
            })?;
            Ok(Example { ink: normaliser.apply(&item.image).ink, answer, grammar })
        })
        .collect()
}
