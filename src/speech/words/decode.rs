//! From energies of frames to words: the answers, how sure they are, and where their words lie.

use std::ops::Range;

use ndarray::ArrayView2;
use thiserror::Error;

use super::{Vocabulary, WordGraphError};
use crate::graph::{Graph, Label};
use crate::learn::confidence;
use crate::paths::{Answer, Beta, Output, PathError, PositiveF64, with_output, without_output};
use crate::semiring::Energy;
use crate::trellis::{
    AlignOptions, AlignedSegment, Alignment, BoundaryTime, Emissions, Posteriors, Topology, TrellisError,
    WrittenOutput, align, align_near, best_outputs, best_path, free_energy, posteriors,
};

/// Distinct answers of lowest energy that are given.
const CANDIDATES: usize = 3;

/// Frames up to which all alignments of an answer are summed; beyond, those near its best one. A third of a minute at 10 ms.
const EXACT: usize = 1 << 11;

/// States on either side of the best alignment that are looked at where not all are, at first: about four words.
const NEAR: usize = 64;

/// More are looked at while so large a share of the alignments is at the outermost of them.
const EDGE: f64 = 1e-9;

/// Probability that an interval holds its edge.
const COVERAGE: f64 = 0.95;

/// Why frames cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DecodeError {
    /// No string of the grammar fits: its shortest one has more frames, or nothing is possible.
    #[error("no string of the grammar fits {frames} frame{}", if *frames == 1 { "" } else { "s" })]
    NothingFits {
        /// How many frames there are.
        frames: usize,
    },
    /// The energies are none.
    #[error(transparent)]
    Trellis(#[from] TrellisError),
    /// The grammar or the answer's words make no graph.
    #[error(transparent)]
    Words(#[from] WordGraphError),
    /// The answers cannot be told apart.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// An answer among others.
#[derive(Debug, Clone, PartialEq)]
pub struct WordAnswer {
    /// What the grammar writes.
    pub output: Output,
    /// Energy of its best alignment.
    pub energy: f64,
    /// `F_β` over its alignments.
    pub free_energy: f64,
    /// Its share of all, `e^{−β(F_β(y) − F_β(all))}`.
    pub confidence: f64,
}

/// A word that was heard, in frames.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardWord {
    /// The word, a label of [`Vocabulary::words`].
    pub word: Label,
    /// Its frames: the medians of where it may begin and end, given the words.
    pub frames: Range<usize>,
    /// Its start to parts of a frame, with limits that hold it with a probability of 95 %.
    pub start: BoundaryTime,
    /// Its end.
    pub end: BoundaryTime,
    /// The share of all alignments of all answers that are within this word at its frames, averaged over them.
    pub posterior: f64,
}

/// What frames say.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The answers compared, the most probable first; at least one.
    pub answers: Vec<WordAnswer>,
    /// The words of the first answer's best alignment, placed.
    pub words: Vec<HeardWord>,
    /// `F_β` of everything that the grammar allows.
    pub free_energy: f64,
}

/// A decoder of words: a vocabulary under a grammar.
///
/// ```
/// use energraph::Beta;
/// use energraph::speech::words::{Decoder, Vocabulary, WordModels, word_grammar};
/// use ndarray::array;
/// let models = WordModels { words: vec!["a".into(), "b".into()], states: 1, states_of: Default::default(), least: 2, silence: 1 };
/// let v = Vocabulary::new(&models)?;
/// let any = word_grammar("words", &v)?;
/// let decoder = Decoder::new(v, &any)?;
/// // Energies of silence, a and b.
/// let e = array![[0.0, 5.0, 5.0], [5.0, 0.0, 5.0], [5.0, 0.0, 5.0], [5.0, 5.0, 0.0], [5.0, 5.0, 0.0]];
/// let heard = decoder.read(e.view(), Beta::ONE)?;
/// assert_eq!(decoder.vocabulary().text(&heard.answers[0].output), "a b");
/// assert_eq!(heard.words.iter().map(|w| w.frames.clone()).collect::<Vec<_>>(), [1..3, 3..5]);
/// assert!(heard.answers[0].confidence > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    vocabulary: Vocabulary,
    all: Topology,
    exact: usize,
}

/// An answer with the words said, and the frames at which these begin, where that is known.
type Weighed = (WordAnswer, Vec<Label>, Option<Vec<usize>>);

/// An answer's alignments, to be summed at any β.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What the grammar writes.
    pub output: Output,
    /// Its alignment of lowest energy.
    pub best: Alignment,
    /// The words along it.
    pub words: Vec<Label>,
    /// All its alignments.
    pub topology: Topology,
}

impl Decoder {
    /// A decoder of what a grammar over the vocabulary's words allows.
    ///
    /// # Errors
    /// As [`Vocabulary::topology`].
    pub fn new(vocabulary: Vocabulary, grammar: &Graph<Energy>) -> Result<Self, WordGraphError> {
        let all = vocabulary.topology(grammar)?;
        Ok(Decoder { vocabulary, all, exact: EXACT })
    }

    /// The same with so many frames, instead of 2,048, up to which all alignments of an answer are summed: see [`Decoder::read`].
    pub fn exact_up_to(self, frames: usize) -> Self {
        Decoder { exact: frames, ..self }
    }

    /// The words.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Everything that may be said.
    pub fn all(&self) -> &Topology {
        &self.all
    }

    /// The distinct answers of lowest energy, at most `k`, lowest first: each the best path of everything but the answers before it.
    ///
    /// # Errors
    /// [`DecodeError::NothingFits`] where there is none.
    ///
    /// # Cost
    /// k best paths, the i-th over at most i × the longest answer's length times as many states.
    pub fn candidates(&self, e: &Emissions<'_>, k: usize) -> Result<Vec<Candidate>, DecodeError> {
        let mut found: Vec<Candidate> = Vec::new();
        while found.len() < k {
            let rest;
            let among = if found.is_empty() {
                &self.all
            } else {
                let known = Answer::any(found.iter().map(|c| c.output.clone()));
                rest = Topology::from_graph(without_output(self.all.graph(), &known)?.graph)?;
                &rest
            };
            let Some(best) = best_path(e, among)? else { break };
            let answer = Answer::one(best.output.iter().copied());
            let topology = Topology::from_graph(with_output(self.all.graph(), &answer)?.graph)?;
            let words = self.words_along(&best, among).into_iter().map(|(word, _)| word).collect();
            found.push(Candidate { output: best.output.clone(), best, words, topology });
        }
        if found.is_empty() { Err(DecodeError::NothingFits { frames: e.frames() }) } else { Ok(found) }
    }

    /// Reads energies, frames × classes.
    ///
    /// Answers come in the order of their lowest energies; what β says of each, its confidence, it says of all ways to align it. Words lie at the medians of their edges' distributions,
    /// given the words, which is the place of the least expected absolute error.
    ///
    /// What takes the alignments of one answer takes time for its frames × its words. Beyond [`Decoder::exact_up_to`] frames only those are
    /// looked at that are near its best one, so far around it that less than 10⁻⁹ of them is at the edge of what is looked at; the answers
    /// themselves, and what all of them are weighed against, are exact. Answers of the same energy may come in another order there.
    ///
    /// # Errors
    /// [`DecodeError`].
    ///
    /// # Cost
    /// Up to so many frames that of [`Decoder::candidates`] for three, their free energies, [`posteriors()`] of everything and [`align()`] of
    /// the answer. Beyond, [`best_outputs`], the posteriors and [`align_near`] of each answer, all linear in the frames. Where the alignments
    /// of an answer go in circles, as under a grammar with cycles that write nothing, its free energy is that of all of them.
    pub fn read(&self, energies: ArrayView2<'_, f32>, beta: Beta) -> Result<Heard, DecodeError> {
        let e = Emissions::new(energies)?;
        let long = e.frames() > self.exact;
        let found = if long { best_outputs(&e, &self.all, CANDIDATES)? } else { Vec::new() };
        let candidates = if long { Vec::new() } else { self.candidates(&e, CANDIDATES)? };
        if long && found.is_empty() {
            return Err(DecodeError::NothingFits { frames: e.frames() });
        }
        let shares = posteriors(&e, &self.all, beta)?;
        let mut all: Vec<Weighed> = Vec::with_capacity(CANDIDATES);
        for c in candidates {
            let free_energy = free_energy(&e, &c.topology, beta)?;
            let confidence = share(free_energy, shares.free_energy, beta);
            all.push((WordAnswer { output: c.output, energy: c.best.energy, free_energy, confidence }, c.words, None));
        }
        for written in found {
            all.push(self.weigh(&e, written, beta, shares.free_energy)?);
        }
        let (words, starts) = all.first().map_or((&[][..], None), |(_, words, starts)| (words, starts.as_deref()));
        let words = self.place(&e, words, starts, beta, &shares)?;
        Ok(Heard { answers: all.into_iter().map(|(a, ..)| a).collect(), words, free_energy: shares.free_energy })
    }

    /// Weighs an answer by the alignments near its best one.
    fn weigh(&self, e: &Emissions<'_>, w: WrittenOutput, beta: Beta, total: f64) -> Result<Weighed, DecodeError> {
        let answer = Answer::one(w.output.iter().copied());
        let topology = Topology::from_graph(with_output(self.all.graph(), &answer)?.graph)?;
        let nothing = DecodeError::NothingFits { frames: e.frames() };
        let (path, free_energy) = match align_near(e, &topology, &w.frames, &options(beta)) {
            Ok(near) => near.map(|found| (found.path, found.free_energy)).ok_or(nothing)?,
            Err(TrellisError::NotLinear { .. }) => {
                (best_path(e, &topology)?.ok_or(nothing)?, free_energy(e, &topology, beta)?)
            }
            Err(other) => return Err(other.into()),
        };
        let free_energy = if beta == Beta::Infinite { path.energy } else { free_energy };
        let confidence = share(free_energy, total, beta);
        let (words, starts) = self.words_along(&path, &topology).into_iter().unzip();
        Ok((WordAnswer { output: w.output, energy: path.energy, free_energy, confidence }, words, Some(starts)))
    }

    /// Where known words lie: each between the medians of its edges.
    ///
    /// # Errors
    /// [`DecodeError::NothingFits`] where there are too few frames for them.
    pub fn align(
        &self,
        energies: ArrayView2<'_, f32>,
        words: &[Label],
        beta: Beta,
    ) -> Result<Vec<HeardWord>, DecodeError> {
        let e = Emissions::new(energies)?;
        let shares = posteriors(&e, &self.vocabulary.topology_of(words)?, beta)?;
        self.place(&e, words, None, beta, &shares)
    }

    fn place(
        &self,
        e: &Emissions<'_>,
        words: &[Label],
        starts: Option<&[usize]>,
        beta: Beta,
        shares: &Posteriors,
    ) -> Result<Vec<HeardWord>, DecodeError> {
        let topology = self.vocabulary.topology_of(words)?;
        let placed = match starts {
            Some(starts) => align_near(e, &topology, starts, &options(beta)),
            None => align(e, &topology, &AlignOptions { near: None, ..options(beta) }),
        };
        let placed = placed?.ok_or(DecodeError::NothingFits { frames: e.frames() })?;
        let one = |segment: &AlignedSegment| {
            let &AlignedSegment { label: word, start, end, .. } = segment;
            let first = start.median.round() as usize;
            let frames = first..(end.median.round() as usize).max(first);
            let classes = self.vocabulary.states_of(word);
            let inside: f64 = frames
                .clone()
                .flat_map(|t| classes.clone().map(move |c| (t, c)))
                .map(|at| shares.emissions.get(at).map_or(0.0, |&p| f64::from(p)))
                .sum();
            let posterior = (inside / frames.len().max(1) as f64).clamp(0.0, 1.0);
            HeardWord { word, frames, start, end, posterior }
        };
        Ok(placed.segments.iter().map(one).collect())
    }

    /// The words along an alignment, and their first frames: what reads nothing stands between any two.
    fn words_along(&self, path: &Alignment, topology: &Topology) -> Vec<(Label, usize)> {
        let arcs = topology.graph().all_arcs();
        let (mut words, mut within) = (Vec::new(), false);
        for step in &path.steps {
            let reads = arcs.get(step.arc as usize).map_or(0, |a| a.ilabel) as usize;
            let word = reads.checked_sub(1).and_then(|class| self.vocabulary.word_of(class));
            words.extend(word.zip(step.frame).filter(|_| !within));
            within = word.is_some();
        }
        words
    }
}

/// What an alignment near a known one is asked for.
fn options(beta: Beta) -> AlignOptions {
    let beta = if let Beta::Finite(b) = beta { b } else { PositiveF64::ONE };
    let between = vec![Vocabulary::SILENCE as Label + 1];
    AlignOptions { between, beta, coverage: COVERAGE, near: Some(NEAR), edge: EDGE, ..AlignOptions::default() }
}

/// The share of an answer; at infinite β all or nothing.
fn share(answer: f64, all: f64, beta: Beta) -> f64 {
    match beta {
        Beta::Finite(b) => confidence(answer, all, b.get()),
        Beta::Infinite => f64::from(u8::from(answer <= all)),
    }
}
