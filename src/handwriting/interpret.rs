//! What a field may mean: its recognition graph under a grammar, and the questions asked of it.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Field, Grammar, Recognition, RecognitionError, Rows};
use crate::graph::{ArcId, Graph, InputSite, Label, Origin, OriginBuilder, Site, SiteValues, Sites, Traced};
use crate::ops::{Budget, Compose, OpError, compose};
use crate::paths::{Answer, Beta, Path, PathError, best_path, free_energy, posteriors, with_output, within};
use crate::semiring::Energy;

/// By how much the best string of a grammar may be worse than the best of all strings for pruning before composition.
const SLACK: f64 = 4.0;

/// The share of a margin within which interpretations are weighed by a prior. A prior tells apart what a grammar lets
/// run together, so that its composition with the whole margin would cost several times what the net does; on held-out
/// fields half of it changed no answer.
const WEIGHED: f64 = 0.5;

/// How much worse than the best an interpretation may be to be weighed where no margin was asked for.
const WEIGHED_ALL: f64 = 12.0;

/// The most that is weighed by a prior. A trained net leaves a tenth of it near the best; a training run weighs its
/// held-out fields all at once.
const WEIGHED_MOST: Budget = Budget { states: 1 << 16, arcs: 1 << 16 };

/// Why a field has no interpretation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InterpretError {
    /// The energies make no graph.
    #[error(transparent)]
    Recognition(#[from] RecognitionError),
    /// No string of the grammar fits the field.
    #[error("no string of the grammar fits the field's {spans} spans")]
    NothingFits {
        /// Spans of the field.
        spans: usize,
    },
    /// Composition failed.
    #[error(transparent)]
    Operation(#[from] OpError),
    /// A path sum failed.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// The recognition graph of a field composed with a grammar.
#[derive(Debug, Clone)]
pub struct Interpretations {
    /// The recognition graph.
    pub recognition: Recognition,
    /// What is left of it under the grammar, and where each arc came from (input 0 is the recognition graph).
    pub constrained: Traced<Energy>,
}

/// A symbol on a path. Over frames, its energy is that of all its frames, and span and posterior are those of the
/// frame of highest posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Number of the span.
    pub span: usize,
    /// The label written there.
    pub label: Label,
    /// Its energy.
    pub energy: f64,
    /// Share of all interpretations, at the β asked for, that have this symbol on this span.
    pub posterior: f64,
}

impl Interpretations {
    /// Composes the recognition graph of spans with a grammar over spans; see [`Interpretations::under`].
    ///
    /// # Errors
    /// [`InterpretError::NothingFits`] where no interpretation is left.
    pub fn new(
        field: &Field,
        energies: ArrayView2<f32>,
        symbols: usize,
        grammar: &Graph<Energy>,
    ) -> Result<Self, InterpretError> {
        Interpretations::of(Recognition::new(field, energies, symbols)?, field, grammar)
    }

    /// Composes the recognition graph with a grammar, over the rows that the grammar reads.
    ///
    /// Where the grammar has a prior, interpretations more than 12 above the best one are left out, more where 2¹⁶ arcs
    /// would not hold them, and the others composed with it.
    ///
    /// # Errors
    /// [`InterpretError::NothingFits`] where no interpretation is left.
    pub fn under(
        field: &Field,
        energies: ArrayView2<f32>,
        symbols: usize,
        grammar: &Grammar,
    ) -> Result<Self, InterpretError> {
        let recognition = Recognition::of(grammar.rows, field, energies, symbols)?;
        Interpretations::of(recognition, field, &grammar.graph)?.weighed(grammar.prior.as_ref(), WEIGHED_ALL)
    }

    fn of(recognition: Recognition, field: &Field, grammar: &Graph<Energy>) -> Result<Self, InterpretError> {
        let spans = field.spans().len();
        let constrained = match compose(&recognition.graph, grammar, &Compose::default()) {
            Err(OpError::Empty { .. }) => return Err(InterpretError::NothingFits { spans }),
            made => made?,
        };
        Ok(Interpretations { recognition, constrained })
    }

    /// As [`Interpretations::under`], without some interpretations whose energy, before the prior is counted, is more
    /// than `margin` above the best one's; with a prior, more than half of it.
    ///
    /// The recognition graph is pruned before it is composed. That is safe where the grammar adds no negative energy
    /// and its best interpretation is not much worse than the best of all strings; elsewhere nothing is left out.
    ///
    /// # Errors
    /// As [`Interpretations::under`].
    ///
    /// # Cost
    /// Two sweeps over the recognition graph, and a composition of what is left of it.
    pub fn near_best(
        field: &Field,
        energies: ArrayView2<f32>,
        symbols: usize,
        grammar: &Grammar,
        margin: f64,
    ) -> Result<Self, InterpretError> {
        let recognition = Recognition::of(grammar.rows, field, energies, symbols)?;
        let near = Interpretations::pruned(recognition, field, &grammar.graph, margin)?;
        near.weighed(grammar.prior.as_ref(), WEIGHED * margin)
    }

    fn pruned(
        recognition: Recognition,
        field: &Field,
        grammar: &Graph<Energy>,
        margin: f64,
    ) -> Result<Self, InterpretError> {
        let negative = grammar.all_arcs().iter().any(|a| a.weight.wide() < 0.0)
            || grammar.final_weights().iter().any(|w| w.wide() < 0.0);
        if negative {
            return Interpretations::of(recognition, field, grammar);
        }
        let pruned = within(&recognition.graph, margin + SLACK)?;
        let made = match compose(&pruned.graph, grammar, &Compose::default()) {
            Err(OpError::Empty { .. }) => return Interpretations::of(recognition, field, grammar),
            made => made?,
        };
        // No string of the grammar is better than the best of all strings; where its best is nearly as good, whatever
        // is within the margin of it has not been pruned.
        let lowest = free_energy(&pruned.graph, Beta::Infinite)?;
        if free_energy(&made.graph, Beta::Infinite)? > lowest + SLACK {
            return Interpretations::of(recognition, field, grammar);
        }
        let origin = through(&made.graph, &made.origin, &pruned.origin);
        Ok(Interpretations { recognition, constrained: Traced { graph: made.graph, origin } })
    }

    /// What is within `margin` of the best, composed with a prior; less where that would be too much.
    fn weighed(self, prior: Option<&Graph<Energy>>, mut margin: f64) -> Result<Self, InterpretError> {
        let Some(prior) = prior else { return Ok(self) };
        let few = Compose { budget: WEIGHED_MOST, ..Compose::default() };
        let (near, made) = loop {
            let near = within(&self.constrained.graph, margin)?;
            let options = if margin > 0.0 { &few } else { &Compose::default() };
            match compose(&near.graph, prior, options) {
                // A net that has learnt little holds everything for nearly as likely.
                Err(OpError::Budget { .. }) if margin > 0.0 => margin = if margin > 0.1 { 0.5 * margin } else { 0.0 },
                Err(OpError::Empty { .. }) => {
                    return Err(InterpretError::NothingFits { spans: self.recognition.spans() });
                }
                made => break (near, made?),
            }
        };
        let origin = through(&made.graph, &made.origin, &near.origin);
        let origin = through(&made.graph, &origin, &self.constrained.origin);
        Ok(Interpretations { constrained: Traced { graph: made.graph, origin }, ..self })
    }

    /// The graph of all interpretations.
    pub fn graph(&self) -> &Graph<Energy> {
        &self.constrained.graph
    }

    /// The interpretations whose energy is at most `margin` above the best one's, and some others.
    ///
    /// At β each interpretation left out is less probable than the best one by a factor of at least `e^{β·margin}`.
    ///
    /// # Errors
    /// [`InterpretError::Path`].
    pub fn near(&self, margin: f64) -> Result<Near<'_>, InterpretError> {
        Ok(Near { all: self, graph: within(self.graph(), margin)? })
    }

    /// All of them, as [`Interpretations::near`] gives some.
    pub fn whole(&self) -> Near<'_> {
        let graph = self.graph().clone();
        let mut origin = OriginBuilder::with_capacity(graph.states(), graph.arc_count(), 1);
        (0..graph.arc_count() as ArcId).for_each(|a| origin.arc([InputSite { input: 0, site: Site::Arc(a) }]));
        (0..graph.states() as u32).for_each(|s| origin.final_weight([InputSite { input: 0, site: Site::Final(s) }]));
        Near { all: self, graph: Traced { graph, origin: origin.build() } }
    }

    /// The best interpretation.
    ///
    /// # Errors
    /// [`InterpretError::NothingFits`] where every interpretation is impossible.
    pub fn best(&self) -> Result<Path, InterpretError> {
        let nothing = InterpretError::NothingFits { spans: 0 };
        best_path(self.graph())?.filter(|p| p.energy < f64::INFINITY).ok_or(nothing)
    }

    /// The arc of the recognition graph behind an arc of the constrained one.
    pub fn recognised(&self, arc: ArcId) -> Option<ArcId> {
        let mut from = self.constrained.origin.arc(arc).into_iter().filter(|from| from.input == 0);
        from.find_map(|from| as_arc(from.site))
    }

    /// Adds a gradient over [`Interpretations::graph`] to one over the energies of the spans.
    pub fn pull_back(&self, gradient: &SiteValues, into: ArrayViewMut2<'_, f32>) {
        let mut on_recognition = SiteValues::zeros(&self.recognition.graph);
        self.constrained.origin.pull_back(gradient, 0, &mut on_recognition);
        self.recognition.pull_back(&on_recognition, into);
    }

    /// The symbols along a path of [`Interpretations::graph`], rubbish left out, each with its posterior at β.
    ///
    /// # Errors
    /// What posteriors refuse.
    pub fn placed(&self, path: &Path, beta: Beta) -> Result<Vec<Placed>, InterpretError> {
        let shares = self.shares(&posteriors(self.graph(), beta)?);
        Ok(self.place(path.arcs.iter().copied(), &shares))
    }

    /// Values at the sites of the graph, added up over those that come from one arc of the recognition graph.
    fn shares(&self, values: &SiteValues) -> SiteValues {
        let mut shares = SiteValues::zeros(&self.recognition.graph);
        self.constrained.origin.pull_back(values, 0, &mut shares);
        shares
    }

    fn place(&self, arcs: impl Iterator<Item = ArcId>, shares: &SiteValues) -> Vec<Placed> {
        let mut list: Vec<Placed> = Vec::new();
        let mut last = None;
        for arc in arcs {
            let Some(arc) = self.recognised(arc) else { continue };
            let Some((span, column)) = self.recognition.place(arc) else { continue };
            let repeated = self.recognition.rows() == Rows::Frames && last == Some(column);
            last = Some(column);
            if column >= self.recognition.symbols() {
                continue;
            }
            let energy = self.recognition.graph.all_arcs().get(arc as usize).map_or(0.0, |a| a.weight.wide());
            let placed = Placed { span, label: column as Label + 1, energy, posterior: shares.get(Site::Arc(arc)) };
            match list.last_mut().filter(|_| repeated) {
                Some(same) => same.join(placed),
                None => list.push(placed),
            }
        }
        list
    }
}

impl Placed {
    /// Takes in another frame of the same symbol.
    fn join(&mut self, other: Placed) {
        self.energy += other.energy;
        if other.posterior > self.posterior {
            (self.span, self.posterior) = (other.span, other.posterior);
        }
    }
}

/// Some of a field's interpretations.
#[derive(Debug, Clone)]
pub struct Near<'a> {
    all: &'a Interpretations,
    /// Their graph; input 0 is [`Interpretations::graph`].
    pub graph: Traced<Energy>,
}

impl Near<'_> {
    /// The symbols along the best interpretation that gives an answer, each with its share of these interpretations,
    /// given the posteriors of this graph's sites; none where no interpretation gives it.
    ///
    /// # Errors
    /// [`InterpretError::Path`].
    pub fn symbols_of(&self, answer: &[Label], posteriors: &SiteValues) -> Result<Vec<Placed>, InterpretError> {
        let mut values = SiteValues::zeros(self.all.graph());
        self.graph.origin.pull_back(posteriors, 0, &mut values);
        let shares = self.all.shares(&values);
        let source = |of: &Traced<Energy>, arc: ArcId| of.origin.arc(arc).iter().find_map(|from| as_arc(from.site));
        let whole = |arc| source(&self.graph, arc);
        if let Some(path) = best_path(&self.graph.graph)?.filter(|p| p.output == answer) {
            return Ok(self.all.place(path.arcs.iter().filter_map(|&a| whole(a)), &shares));
        }
        let within = with_output(&self.graph.graph, &Answer::one(answer.iter().copied()))?;
        let path = best_path(&within.graph)?.map_or(Vec::new(), |p| p.arcs);
        Ok(self.all.place(path.iter().filter_map(|&a| whole(source(&within, a)?)), &shares))
    }
}

/// Where the sites of a graph came from, input 0 of `made` having come from `first`; the other inputs keep their
/// numbers, which may then be of either.
fn through(graph: &Graph<Energy>, made: &Origin, first: &Origin) -> Origin {
    let (states, arcs) = (graph.states(), graph.arc_count());
    let mut origin = OriginBuilder::with_capacity(states, arcs, 2);
    (0..arcs as ArcId).for_each(|a| origin.arc(made.arc(a).into_iter().flat_map(|from| sources(from, first))));
    (0..states as u32)
        .for_each(|s| origin.final_weight(made.final_weight(s).into_iter().flat_map(|from| sources(from, first))));
    origin.build()
}

fn sources(from: InputSite, first: &Origin) -> Sites<'_> {
    if from.input == 0 { first.of(from.site) } else { from.into() }
}

fn as_arc(site: Site) -> Option<ArcId> {
    match site {
        Site::Arc(a) => Some(a),
        Site::Final(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::handwriting::grammar::{Grammar, alphabet};
    use crate::handwriting::{NGram, SpanLimit};
    use crate::paths::k_best;

    /// Energies between 0 and 16 without order.
    fn energies(rows: usize, seed: u64) -> Array2<f32> {
        let mut state = seed;
        Array2::from_shape_fn((rows, 4), |_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f32 / (1 << 20) as f32
        })
    }

    #[test]
    fn a_prior_adds_its_energy_to_every_interpretation_near_the_best() {
        let cuts: Vec<f32> = (0..=6).map(|i| 4.0 * i as f32).collect();
        let field = Field::new(Array2::zeros((4, 24)), cuts, SpanLimit { width: 12.0, pieces: 3 }).unwrap();
        let symbols = alphabet("01.").unwrap();
        // Points are written and not meant.
        let grammar = Grammar::parse("test", "0 1 0 0\n0 1 1 1\n1 1 0 0\n1 1 1 1\n1 1 . <eps>\n1\n", &symbols).unwrap();
        let gram = NGram::new(3, 3, [vec![1, 2], vec![1, 2, 1], vec![2]]).unwrap();
        let weighed = Grammar { prior: Some(gram.graph(0.7).unwrap()), ..grammar.clone() };
        let lost = |output: &[Label]| {
            let within = (0..output.len()).map(|i| gram.probability(&output[..i], Some(output[i])).ln());
            -0.7 * (within.sum::<f64>() + gram.probability(output, None).ln())
        };
        for seed in 0..40 {
            let e = energies(field.spans().len(), seed);
            let plain = Interpretations::under(&field, e.view(), 3, &grammar).unwrap();
            type Way = fn(&Field, ArrayView2<f32>, &Grammar) -> Interpretations;
            let ways: [(f64, Way); 2] = [
                (WEIGHED_ALL, |f, e, g| Interpretations::under(f, e, 3, g).unwrap()),
                (8.0, |f, e, g| Interpretations::near_best(f, e, 3, g, 16.0).unwrap()),
            ];
            for (margin, way) in ways {
                let made = way(&field, e.view(), &weighed);
                // Of every path: its energy, its output, the arcs of the recognition graph.
                let paths = |i: &Interpretations| -> Vec<(f64, Vec<Label>, Vec<ArcId>)> {
                    let arcs = |p: &Path| p.arcs.iter().filter_map(|&a| i.recognised(a)).collect();
                    k_best(i.graph(), 2000)
                        .unwrap()
                        .into_iter()
                        .map(|p| (p.energy, p.output.clone(), arcs(&p)))
                        .collect()
                };
                let (plain, weighed) = (paths(&plain), paths(&made));
                let near = plain.iter().filter(|p| p.0 <= plain[0].0 + margin).count();
                assert!(near > 1, "draw {seed}");
                // None within the margin is lost, and each has its own energy and the prior's.
                for (energy, output, arcs) in &plain[..near] {
                    let found = weighed.iter().find(|w| w.2 == *arcs).unwrap();
                    assert!((found.0 - energy - lost(output)).abs() < 1e-5 && found.1 == *output, "draw {seed}");
                }
            }
        }
    }

    #[test]
    fn where_everything_is_as_likely_a_prior_weighs_no_more_than_it_can_hold() {
        let cuts: Vec<f32> = (0..=80).map(|i| 4.0 * i as f32).collect();
        let field = Field::new(Array2::zeros((4, 320)), cuts, SpanLimit { width: 12.0, pieces: 3 }).unwrap();
        let symbols = alphabet("01").unwrap();
        let grammar = Grammar::parse("test", "0 0 0 0\n0 0 1 1\n0\n", &symbols).unwrap();
        let words = (0..256_u32).map(|k| (0..8).map(|bit| 1 + (k >> bit & 1)).collect::<Vec<Label>>());
        let prior = NGram::new(8, 2, words).unwrap().graph(0.5).unwrap();
        let flat = Array2::zeros((field.spans().len(), 3));
        let plain = Interpretations::under(&field, flat.view(), 2, &grammar).unwrap();
        let few = Compose { budget: WEIGHED_MOST, ..Compose::default() };
        assert!(matches!(compose(plain.graph(), &prior, &few), Err(OpError::Budget { .. })));
        // Energies that differ a little say what is nearest.
        let tilted = Array2::from_shape_fn(flat.dim(), |(span, column)| 0.001 * ((span * 7 + column * 5) % 11) as f32);
        let weighed = Grammar { prior: Some(prior), ..grammar };
        let made = Interpretations::under(&field, tilted.view(), 2, &weighed).unwrap();
        assert!(made.graph().arc_count() <= WEIGHED_MOST.arcs, "{}", made.graph().arc_count());
        assert!(made.best().is_ok());
    }

    #[test]
    fn pruning_before_composition_keeps_every_interpretation_within_the_margin() {
        let cuts: Vec<f32> = (0..=8).map(|i| 4.0 * i as f32).collect();
        let field = Field::new(Array2::zeros((4, 32)), cuts, SpanLimit { width: 12.0, pieces: 3 }).unwrap();
        let symbols = alphabet("01.").unwrap();
        // A digit, then any number of digits, a point before the last.
        let text = "0 1 0 0\n0 1 1 1\n1 1 0 0\n1 1 1 1\n1 2 . .\n2 3 0 0\n2 3 1 1\n3\n";
        let grammar = Grammar::parse("test", text, &symbols).unwrap();
        let mut smaller = 0;
        for seed in 0..60 {
            let e = energies(field.spans().len(), seed);
            let all = Interpretations::under(&field, e.view(), 3, &grammar).unwrap();
            let near = Interpretations::near_best(&field, e.view(), 3, &grammar, 6.0).unwrap();
            let paths = |i: &Interpretations| -> Vec<(Vec<Option<ArcId>>, f64)> {
                let paths = k_best(i.graph(), 40).unwrap().into_iter();
                paths.map(|p| (p.arcs.iter().map(|&a| i.recognised(a)).collect(), p.energy)).collect()
            };
            let (all_paths, near_paths) = (paths(&all), paths(&near));
            let limit = all_paths[0].1 + 6.0;
            let within = |list: &[(Vec<Option<ArcId>>, f64)]| list.iter().filter(|p| p.1 <= limit).count();
            assert!(within(&all_paths) > 0 && within(&all_paths) == within(&near_paths), "draw {seed}");
            for (a, b) in all_paths.iter().zip(&near_paths).take(within(&all_paths)) {
                assert!((a.1 - b.1).abs() < 1e-9 && a.0 == b.0, "draw {seed}");
            }
            smaller += usize::from(near.graph().arc_count() < all.graph().arc_count());
        }
        assert!(smaller > 10, "{smaller}");
    }
}
