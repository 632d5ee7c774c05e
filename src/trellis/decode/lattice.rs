//! A beam of alignments as a graph.

use rustc_hash::FxHashMap;

use super::rows::Rows;
use super::{DecoderBeam, Frames, Grammar, Writes, check, energy_of};
use crate::graph::{EPSILON, Graph, GraphBuilder, Label, StateId, topological_order};
use crate::ops::{Budget, OpError, connect};
use crate::paths::{Beta, Output, Path, PathError, k_best_outputs};
use crate::semiring::Energy;
use crate::trellis::soft::soft_add;
use crate::trellis::{Emissions, TrellisError};

/// What a beam found: alignments, as an acyclic graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Lattice {
    /// Reads the label (class + 1) of every frame, the blank's included, and writes what the grammar does. Energies are those of
    /// emissions and grammar together. Empty where nothing was found.
    pub graph: Graph<Energy>,
    /// By state: the frames read before it.
    pub frames: Vec<usize>,
    /// The alignments that were pruned have no less free energy than this: +∞ where none was, `None` where the grammar gives no
    /// bound.
    pub lost: Option<f64>,
    /// The β at which the beam was pruned, and ways of the grammar that read and write alike were merged.
    pub beta: Beta,
}

/// Passes tokens through emissions and grammar, frame by frame, one for each state of the grammar and label read last, keeps
/// the best `beam.width` of them, and returns all alignments that lead through those kept.
///
/// Unlike [`prefix_beam`](super::prefix_beam) it does not tell apart texts that may go on alike: they share a token, so that
/// following everything is linear in the frames. With [`DecoderBeam::UNLIMITED`] the lattice is emissions ∘
/// [`collapse`](crate::trellis::Topology::collapse) ∘ grammar, trimmed. Ask [`crate::paths`] for the best path, n best,
/// posteriors, or a free energy.
///
/// # Errors
/// As [`prefix_beam`](super::prefix_beam); [`TrellisError::Graph`] where the lattice is too large to number.
///
/// # Cost
/// For each frame, tokens times the steps that the grammar allows, and a sort of the tokens; memory for all steps between
/// tokens kept.
///
/// # Source
/// S. Young, N. Russell, J. Thornton, *Token passing*, 1989; lattices as in S. Ortmanns, H. Ney, X. Aubert, *A word graph
/// algorithm for large vocabulary continuous speech recognition*, 1997, here with no approximation of word pairs.
///
/// ```
/// use energraph::trellis::Emissions;
/// use energraph::trellis::decode::{DecoderBeam, Free, beam_lattice};
/// use energraph::{Beta, paths};
/// use ndarray::array;
/// let e = array![[0.0, 2.0, 3.0], [2.0, 1.5, 1.0], [0.0, 3.0, 1.5]];
/// let beam = DecoderBeam { beta: Beta::Infinite, ..DecoderBeam::default() };
/// let lattice = beam_lattice(&Emissions::new(e.view())?, 3, &Free::new(3, 3), &beam)?;
/// let best = paths::best_path(&lattice.graph)?.ok_or("nothing is possible")?;
/// assert_eq!((best.output.clone(), best.energy), (vec![1, 1], 1.0));
/// assert_eq!(lattice.times(&best), [(1, 0), (1, 2)]); // each label with its first frame
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn beam_lattice<G: Grammar>(
    e: &Emissions<'_>,
    blank: Label,
    grammar: &G,
    beam: &DecoderBeam,
) -> Result<Lattice, TrellisError> {
    beam.check()?;
    check(e, blank, grammar)?;
    let frames = Frames::new(e, beam.beta);
    let bounds = grammar.bounds(beam.beta) && frames.total < f64::INFINITY;
    let mut search = Search::new(Rows::new(grammar, beam.beta), *beam, blank);
    if frames.total < f64::INFINITY {
        for (t, frame) in frames.iter() {
            search.step(t, frame, e);
        }
        search.end();
    }
    let lost = bounds.then(|| frames.whole(search.lost));
    let graph = match connect(&search.built.build()?) {
        Ok(traced) => traced.graph,
        Err(OpError::Graph(error)) => return Err(error.into()),
        Err(_) => Graph::empty(),
    };
    Ok(Lattice { frames: frames_before(&graph), graph, lost, beta: beam.beta })
}

impl Lattice {
    /// The `n` distinct texts of lowest free energy at the lattice's β, with their energies.
    ///
    /// # Errors
    /// [`PathError::Budget`], as [`k_best_outputs`].
    pub fn n_best(&self, n: usize, budget: Budget) -> Result<Vec<(Output, f64)>, PathError> {
        k_best_outputs(&self.graph, n, self.beta, budget)
    }

    /// The labels that a path of the lattice writes, each with the frame that it is written at; behind the last frame, the
    /// number of frames.
    pub fn times(&self, path: &Path) -> Vec<(Label, usize)> {
        let arcs =
            path.arcs.iter().filter_map(|&id| Some((self.graph.source(id)?, self.graph.all_arcs().get(id as usize)?)));
        let writes = arcs.filter(|(_, a)| a.olabel != EPSILON);
        writes.map(|(from, a)| (a.olabel, self.frames.get(from as usize).copied().unwrap_or(0))).collect()
    }
}

/// A place in emissions and grammar.
#[derive(Debug, Clone, Copy)]
struct Token {
    state: u32,
    /// The label of the last frame; 0 behind a blank and at the start.
    last: Label,
    energy: f64,
    /// Its state in the lattice.
    at: StateId,
}

/// A step from a token that was kept to one that may be.
struct Step {
    from: StateId,
    to: usize,
    reads: Label,
    /// Of the grammar.
    energy: f64,
    writes: Writes,
}

struct Search<'g, G: Grammar> {
    rows: Rows<'g, G>,
    beam: DecoderBeam,
    blank: Label,
    built: GraphBuilder<Energy>,
    tokens: Vec<Token>,
    lost: f64,
}

impl<'g, G: Grammar> Search<'g, G> {
    fn new(mut rows: Rows<'g, G>, beam: DecoderBeam, blank: Label) -> Self {
        let mut built = GraphBuilder::new();
        let at = built.state();
        built.start(at);
        let tokens = rows.start().map(|state| Token { state, last: 0, energy: 0.0, at }).into_iter().collect();
        Search { rows, beam, blank, built, tokens, lost: f64::INFINITY }
    }

    /// One frame.
    fn step(&mut self, t: usize, frame: &[f64], e: &Emissions<'_>) {
        let mut next =
            Next { beta: self.beam.beta, tokens: Vec::new(), steps: Vec::new(), numbers: FxHashMap::default() };
        for token in std::mem::take(&mut self.tokens) {
            next.add(token, (token.state, 0), self.blank, energy_of(frame, self.blank), 0.0, &[]);
            if token.last != 0 {
                next.add(token, (token.state, token.last), token.last, energy_of(frame, token.last), 0.0, &[]);
            }
            let row = self.rows.row(token.state);
            for way in row.ways.iter().filter(|w| w.reads != token.last && w.reads != self.blank) {
                let reads = energy_of(frame, way.reads);
                next.add(token, (way.to, way.reads), way.reads, reads, way.energy, &way.writes);
            }
        }
        let energies: Vec<f64> = next.tokens.iter().map(|token| token.energy).collect();
        let (kept, lost) = self.beam.keep(&energies);
        self.lost = soft_add(self.lost, lost, self.beam.beta);
        let mut places = vec![None; next.tokens.len()];
        for i in kept {
            let at = self.built.state();
            places[i] = Some(at);
            self.tokens.push(Token { at, ..next.tokens[i] });
        }
        for step in next.steps {
            let Some(to) = places[step.to] else { continue };
            let class = (step.reads as usize).checked_sub(1);
            let emission = class.and_then(|class| e.values().get([t, class]).copied()).map_or(f64::INFINITY, f64::from);
            self.arcs(step.from, step.reads, emission + step.energy, &step.writes, to);
        }
    }

    /// An arc, and more behind it where it writes more than one label.
    fn arcs(&mut self, from: StateId, reads: Label, energy: f64, writes: &[Label], to: StateId) {
        let energy = rounded(energy);
        let (first, more) = writes.split_first().map_or((EPSILON, writes), |(&first, more)| (first, more));
        let mut target = to;
        for &label in more.iter().rev() {
            let middle = self.built.state();
            self.built.arc(middle, EPSILON, label, Energy::FREE, target);
            target = middle;
        }
        self.built.arc(from, reads, first, energy, target);
    }

    /// The ends: those that write nothing make states final.
    fn end(&mut self) {
        let mut last = None;
        for token in std::mem::take(&mut self.tokens) {
            let row = self.rows.row(token.state);
            let mut silent = f64::INFINITY;
            for end in &row.ends {
                if end.writes.is_empty() {
                    silent = soft_add(silent, end.energy, self.beam.beta);
                    continue;
                }
                let to = *last.get_or_insert_with(|| self.built.state());
                self.built.final_weight(to, Energy::FREE);
                self.arcs(token.at, EPSILON, end.energy, &end.writes, to);
            }
            if silent < f64::INFINITY {
                let energy = rounded(silent);
                self.built.final_weight(token.at, energy);
            }
        }
    }
}

/// Tokens behind a frame, and all steps to them.
struct Next {
    beta: Beta,
    tokens: Vec<Token>,
    steps: Vec<Step>,
    numbers: FxHashMap<(u32, Label), usize>,
}

impl Next {
    fn add(&mut self, from: Token, to: (u32, Label), reads: Label, emission: f64, energy: f64, writes: &[Label]) {
        let sum = from.energy + emission + energy;
        if sum == f64::INFINITY {
            return;
        }
        let number = *self.numbers.entry(to).or_insert_with(|| {
            self.tokens.push(Token { state: to.0, last: to.1, energy: f64::INFINITY, at: 0 });
            self.tokens.len() - 1
        });
        let token = &mut self.tokens[number];
        token.energy = soft_add(token.energy, sum, self.beta);
        self.steps.push(Step { from: from.at, to: number, reads, energy, writes: writes.into() });
    }
}

/// By state of an acyclic graph, the labels read on the way there, which are as many on every way.
fn frames_before(graph: &Graph<Energy>) -> Vec<usize> {
    let mut frames = vec![0; graph.states()];
    for state in topological_order(graph).unwrap_or_default() {
        let here = frames[state as usize];
        for a in graph.arcs(state) {
            frames[a.target as usize] = here + usize::from(a.ilabel != EPSILON);
        }
    }
    frames
}

/// As an arc has it; what is finite stays so.
fn rounded(energy: f64) -> Energy {
    let most = if energy < f64::INFINITY { f64::from(f32::MAX) } else { f64::INFINITY };
    Energy::new(energy.clamp(f32::MIN.into(), most) as f32).unwrap_or(Energy::IMPOSSIBLE)
}
