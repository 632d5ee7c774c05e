//! What a field may mean: its recognition graph under a grammar, and the questions asked of it.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Field, Grammar, Recognition, RecognitionError, Rows};
use crate::graph::{ArcId, Graph, Label, Site, SiteValues, Traced};
use crate::ops::{Compose, OpError, compose};
use crate::paths::{Beta, Path, PathError, best_path, posteriors};
use crate::semiring::Energy;

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
    /// # Errors
    /// [`InterpretError::NothingFits`] where no interpretation is left.
    pub fn under(
        field: &Field,
        energies: ArrayView2<f32>,
        symbols: usize,
        grammar: &Grammar,
    ) -> Result<Self, InterpretError> {
        Interpretations::of(Recognition::of(grammar.rows, field, energies, symbols)?, field, &grammar.graph)
    }

    fn of(recognition: Recognition, field: &Field, grammar: &Graph<Energy>) -> Result<Self, InterpretError> {
        let constrained = match compose(&recognition.graph, grammar, &Compose::default()) {
            Err(OpError::Empty { .. }) => {
                return Err(InterpretError::NothingFits { spans: field.spans().len() });
            }
            made => made?,
        };
        Ok(Interpretations { recognition, constrained })
    }

    /// The graph of all interpretations.
    pub fn graph(&self) -> &Graph<Energy> {
        &self.constrained.graph
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
        let mut from = self.constrained.origin.arc(arc).iter().filter(|from| from.input == 0);
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
        self.place(path.arcs.iter().copied(), beta)
    }

    /// As [`Interpretations::placed`], for a path of a graph made from [`Interpretations::graph`], such as its paths
    /// with one answer. Posteriors are still those among all interpretations.
    ///
    /// # Errors
    /// What posteriors refuse.
    pub fn placed_from(&self, made: &Traced<Energy>, path: &Path, beta: Beta) -> Result<Vec<Placed>, InterpretError> {
        let source = |arc: &ArcId| made.origin.arc(*arc).iter().find_map(|from| as_arc(from.site));
        self.place(path.arcs.iter().filter_map(source), beta)
    }

    fn place(&self, arcs: impl Iterator<Item = ArcId>, beta: Beta) -> Result<Vec<Placed>, InterpretError> {
        let values = posteriors(self.graph(), beta)?;
        // Several arcs of the product may come from one of the recognition graph: their posteriors add up.
        let mut shares = SiteValues::zeros(&self.recognition.graph);
        self.constrained.origin.pull_back(&values, 0, &mut shares);
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
        Ok(list)
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

fn as_arc(site: Site) -> Option<ArcId> {
    match site {
        Site::Arc(a) => Some(a),
        Site::Final(_) => None,
    }
}
