//! The reader: an image in, an answer with a confidence out.

use std::path::{Path, PathBuf};

use super::cuts::Cutter;
use super::grammar::{self, Grammar};
use super::interpret::Near;
use super::scorer::Scorer;
use super::{
    Field, FieldError, GrammarError, InterpretError, Interpretations, ModelError, ModelInfo, Placed, Prior, PriorError,
    model,
};
use crate::graph::{Graph, SymbolError, SymbolTable};
use crate::learn::{FrontEnd, FrontError, StoreError, confidence};
use crate::nn::ComputeDevice;
use crate::ops::Budget;
use crate::paths::{Answer, Beta, NotPositive, Output, PathError};
use crate::paths::{answer_energy, free_energy_and_posteriors, k_best_outputs, within};
use crate::semiring::Energy;
use crate::signal::{FieldMap, Grey, Normaliser};

/// Distinct answers of lowest energy whose free energies are compared.
const CANDIDATES: usize = 4;

/// β times the energy above the best beyond which interpretations are left out: on real fields this moves confidences
/// by at most 2·10⁻⁴, and halves the time beside the net.
pub(super) const MARGIN: f64 = 14.0;

/// Fewest pixels of a side that can hold writing.
const LEAST_SIDE: usize = 4;

/// Why a reader can't be made, or an image can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// The model file.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The alphabet names a character twice.
    #[error("alphabet: {0}")]
    Alphabet(#[from] SymbolError),
    /// The grammar.
    #[error(transparent)]
    Grammar(#[from] GrammarError),
    /// What the model says of usual answers.
    #[error("prior: {0}")]
    Prior(#[from] PriorError),
    /// The net.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// The image is too small to be a field.
    #[error("the image is too small to read: {width} × {height} pixels, at least {LEAST_SIDE} a side")]
    TooSmall {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The image can't be cut.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The field has no interpretation.
    #[error(transparent)]
    Interpret(#[from] InterpretError),
    /// A path sum failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// β is not positive.
    #[error("the model's β: {0}")]
    Beta(#[from] NotPositive),
}

/// One symbol of a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The symbol written.
    pub symbol: String,
    /// Where, in pixels of the image as given: x, y, width, height.
    pub bounds: [u32; 4],
    /// Energy of the symbol on its span.
    pub energy: f64,
    /// Share of all interpretations that have this symbol on this span.
    pub posterior: f64,
}

/// An answer among others.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The text.
    pub text: String,
    /// Energy of its best interpretation, with what a prior adds.
    pub energy: f64,
    /// `F_β` over its interpretations.
    pub free_energy: f64,
    /// Its share of all interpretations, `e^{−β(F_β(y) − F_β(all))}`.
    pub confidence: f64,
}

/// What an image says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The answers compared, most probable first; at least one.
    pub alternatives: Vec<Alternative>,
    /// The symbols along the best interpretation of the first answer.
    pub segments: Vec<Segment>,
}

impl Reading {
    /// The answer.
    pub fn text(&self) -> &str {
        self.alternatives.first().map_or("", |a| &a.text)
    }

    /// Probability that the answer is right, as far as the model's held-out fields tell.
    pub fn confidence(&self) -> f64 {
        self.alternatives.first().map_or(0.0, |a| a.confidence)
    }
}

/// An image made ready: its field, and the way back to its pixels.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The normalised image with its cuts.
    pub field: Field,
    /// From the field's columns to the image's pixels.
    pub map: FieldMap,
}

/// A reader of fields: cuts, a trained scorer and a grammar.
///
/// Nothing in it knows of amounts: the alphabet is the model's, and what strings are possible and what they mean is the
/// grammar's.
pub struct Recognizer<F = Scorer> {
    pub(super) normaliser: Normaliser,
    pub(super) cutter: Cutter,
    pub(super) scorer: F,
    pub(super) alphabet: SymbolTable,
    pub(super) grammar: Grammar,
    pub(super) beta: Beta,
    pub(super) name: String,
}

impl Recognizer<Scorer> {
    /// A reader from a model file, with another grammar than the model's own if one is named.
    ///
    /// # Errors
    /// [`ReadingError`] naming the file and what is wrong with it.
    pub fn load(path: &Path, grammar: Option<&str>, device: ComputeDevice) -> Result<(Self, ModelInfo), ReadingError> {
        let bytes = std::fs::read(path)
            .map_err(|e| ModelError::from(StoreError::File { path: path.into(), why: e.to_string() }))?;
        Recognizer::parse(path, &bytes, grammar, device)
    }

    /// As [`Recognizer::load`], from the bytes of a model file; `path` is what errors name.
    ///
    /// # Errors
    /// [`ReadingError`] naming `path` and what is wrong with it.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        grammar: Option<&str>,
        device: ComputeDevice,
    ) -> Result<(Self, ModelInfo), ReadingError> {
        let (info, parameters) = model::parse(path, bytes)?;
        let alphabet = grammar::alphabet(&info.alphabet)?;
        let grammar = Grammar::load(grammar.unwrap_or(&info.grammar), &alphabet)?.over(info.scorer.rows())?;
        let grammar = grammar.with_priors_of(&info.priors)?;
        let mut scorer = Scorer::new(&info.scorer, alphabet.len() - 1, 0, device)?;
        let wrong = |source| ModelError::Parameters { path: PathBuf::from(path), source };
        scorer.set_parameters(&parameters).map_err(wrong)?;
        let reader = Recognizer {
            normaliser: info.image,
            cutter: info.cuts.cutter(),
            scorer,
            alphabet,
            grammar,
            beta: Beta::finite(info.beta)?,
            name: info.name.clone(),
        };
        Ok((reader, info))
    }
}

impl<F: FrontEnd<Input = Field>> Recognizer<F> {
    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The symbols that may be written.
    pub fn alphabet(&self) -> &SymbolTable {
        &self.alphabet
    }

    /// The grammar in force.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// Weighs answers by those of the priors that are for its grammar, instead of the model's own.
    ///
    /// Confidences and certificates hold for the model's own priors.
    ///
    /// # Errors
    /// As [`Prior::together`].
    pub fn set_priors(&mut self, priors: &[Prior]) -> Result<(), PriorError> {
        self.grammar.prior = Prior::together(priors, &self.grammar.name)?;
        Ok(())
    }

    /// Inverse temperature of the confidence.
    pub fn beta(&self) -> Beta {
        self.beta
    }

    /// Normalises and cuts an image.
    ///
    /// # Errors
    /// [`ReadingError::TooSmall`], [`ReadingError::Field`].
    pub fn prepare(&self, image: &Grey) -> Result<Prepared, ReadingError> {
        let (width, height) = (image.width(), image.height());
        if width < LEAST_SIDE || height < LEAST_SIDE {
            return Err(ReadingError::TooSmall { width, height });
        }
        let normalised = self.normaliser.apply(image);
        Ok(Prepared { field: self.cutter.field(normalised.ink)?, map: normalised.map })
    }

    /// Reads one image.
    ///
    /// # Errors
    /// [`ReadingError`].
    pub fn read(&mut self, image: &Grey) -> Result<Reading, ReadingError> {
        let prepared = self.prepare(image)?;
        let all = self.interpret(std::slice::from_ref(&prepared))?.remove(0)?;
        self.answer(&prepared, &all)
    }

    /// What each of several fields may mean, the net run once for all.
    ///
    /// # Errors
    /// Where the net fails; a field without interpretation is an error of its own.
    pub fn interpret(
        &mut self,
        fields: &[Prepared],
    ) -> Result<Vec<Result<Interpretations, ReadingError>>, ReadingError> {
        let inputs: Vec<Field> = fields.iter().map(|p| p.field.clone()).collect();
        let energies = self.scorer.infer(&inputs)?;
        let symbols = self.alphabet.len() - 1;
        let one =
            |(i, field): (usize, &Field)| Ok(Interpretations::under(field, energies.block(i), symbols, &self.grammar)?);
        Ok(inputs.iter().enumerate().map(one).collect())
    }

    /// The answer among a field's interpretations.
    ///
    /// The distinct answers of lowest energy are compared by their free energies over all segmentations.
    /// Interpretations less probable than the best by a factor of e¹⁴ (10⁶) are left out of the sums, unless fewer than two
    /// answers are left.
    ///
    /// # Errors
    /// [`ReadingError::Interpret`] where no answer is possible.
    pub fn answer(&self, prepared: &Prepared, all: &Interpretations) -> Result<Reading, ReadingError> {
        let near = self.answer_among(prepared, &all.near(MARGIN / self.beta_or(1.0))?)?;
        if near.alternatives.len() > 1 { Ok(near) } else { self.answer_among(prepared, &all.whole()) }
    }

    fn answer_among(&self, prepared: &Prepared, some: &Near<'_>) -> Result<Reading, ReadingError> {
        let graph = &some.graph.graph;
        let (total, posteriors) = free_energy_and_posteriors(graph, self.beta)?;
        let mut found = Vec::new();
        for (output, energy) in candidates(graph, 0.5 * MARGIN / self.beta_or(1.0))? {
            let free_energy = answer_energy(graph, &Answer::one(output.iter().copied()), self.beta)?;
            let confidence = confidence(free_energy, total, self.beta_or(f64::INFINITY));
            let text = grammar::text(&output, &self.grammar.outputs);
            found.push((output, Alternative { text, energy, free_energy, confidence }));
        }
        found.sort_by(|a, b| a.1.free_energy.total_cmp(&b.1.free_energy));
        let Some((best, _)) = found.first() else {
            return Err(InterpretError::NothingFits { spans: prepared.field.spans().len() }.into());
        };
        let segments = some.symbols_of(best, &posteriors)?.into_iter().map(|p| self.segment(prepared, p)).collect();
        Ok(Reading { alternatives: found.into_iter().map(|(_, a)| a).collect(), segments })
    }

    /// β, or another number where it is infinite.
    pub(super) fn beta_or(&self, infinite: f64) -> f64 {
        match self.beta {
            Beta::Finite(b) => b.get(),
            Beta::Infinite => infinite,
        }
    }

    fn segment(&self, prepared: &Prepared, placed: Placed) -> Segment {
        let span = prepared.field.spans().get(placed.span);
        let (from, to) = span.and_then(|s| prepared.field.extent(*s)).unwrap_or((0.0, 0.0));
        Segment {
            symbol: self.alphabet.symbol(placed.label).unwrap_or("").to_owned(),
            bounds: prepared.map.to_original(from, to),
            energy: placed.energy,
            posterior: placed.posterior,
        }
    }
}

/// The distinct answers of lowest energy. The search is quicker among the paths near the best; where these write enough
/// answers, no others are better.
fn candidates(graph: &Graph<Energy>, margin: f64) -> Result<Vec<(Output, f64)>, PathError> {
    let best = |g: &Graph<Energy>| k_best_outputs(g, CANDIDATES, Beta::Infinite, Budget::default());
    let near = best(&within(graph, margin)?.graph)?;
    if near.len() == CANDIDATES { Ok(near) } else { best(graph) }
}
