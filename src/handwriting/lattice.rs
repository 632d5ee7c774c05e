//! The recognition graph of a field as segments of pieces under a grammar: the same sums, and nothing built.

use ndarray::{Array3, ArrayView2, ArrayViewMut2};

use super::Field;
use super::recognition::{RecognitionError, is_piece};
use crate::graph::{EPSILON, Graph, GraphBuilder, Label, StateId};
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::{SegmentContrast, SegmentError, Segments, Topology, segment_contrast};

/// What the pieces of a field may say, alone and together: a segment for every span and column.
///
/// The frames of [`Segments`] are the pieces between neighbouring cuts, its classes the columns of the energies, rubbish
/// last. A [`Recognition`](super::Recognition) holds the same as a graph.
///
/// ```
/// use energraph::Beta;
/// use energraph::handwriting::grammar::alphabet;
/// use energraph::handwriting::{Field, Grammar, Interpretations, Lattice, SpanLimit, over_spans};
/// use energraph::paths::free_energy;
/// use energraph::trellis::segment_free_energy;
/// use ndarray::Array2;
/// let limit = SpanLimit { width: 100.0, pieces: 2 };
/// let field = Field::new(Array2::zeros((2, 12)), vec![0.0, 4.0, 8.0, 12.0], limit)?;
/// // Two symbols and rubbish.
/// let energies = Array2::from_shape_fn((field.spans().len(), 3), |(i, j)| (i * 3 + j) as f32);
/// let grammar = Grammar::parse("ab", "0 1 a a\n1 1 b b\n1\n", &alphabet("ab")?)?;
/// let lattice = Lattice::new(&field, energies.view(), 2)?;
/// let topology = over_spans(&grammar.graph, 2)?.ok_or("reads nothing somewhere")?;
/// let sum = segment_free_energy(&lattice.segments()?, &topology, Beta::ONE)?;
/// let built = Interpretations::under(&field, energies.view(), 2, &grammar)?;
/// assert!((sum - free_energy(built.graph(), Beta::ONE)?).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lattice {
    /// By first piece, pieces less one, and column.
    energies: Array3<f32>,
    /// The first piece, and the pieces less one, of each span.
    places: Vec<(usize, usize)>,
}

impl Lattice {
    /// From energies with a row per span and a column per symbol and rubbish, which only single pieces may be.
    ///
    /// # Errors
    /// [`RecognitionError::Shape`]; NaN and −∞ are found by [`Lattice::segments`].
    ///
    /// # Cost
    /// Pieces × the most pieces of a span × columns, in time and memory.
    pub fn new(field: &Field, energies: ArrayView2<f32>, symbols: usize) -> Result<Self, RecognitionError> {
        let (rows, columns) = energies.dim();
        let spans = field.spans();
        if rows != spans.len() || columns != symbols + 1 {
            return Err(RecognitionError::Shape { rows, columns, spans: spans.len(), symbols });
        }
        let places: Vec<(usize, usize)> =
            spans.iter().map(|s| (s.from as usize, (s.to - s.from) as usize - 1)).collect();
        let longest = places.iter().map(|(_, more)| more + 1).max().unwrap_or(0);
        let mut all = Array3::from_elem((field.cuts().len() - 1, longest, columns), f32::INFINITY);
        for ((&(first, more), span), row) in places.iter().zip(spans).zip(energies.rows()) {
            let used = if is_piece(*span) { columns } else { symbols };
            for (column, &energy) in row.iter().take(used).enumerate() {
                all[[first, more, column]] = energy;
            }
        }
        Ok(Lattice { energies: all, places })
    }

    /// The segments.
    ///
    /// # Errors
    /// [`SegmentError::NoEnergy`] for NaN or −∞.
    pub fn segments(&self) -> Result<Segments<'_>, SegmentError> {
        Segments::given(self.energies.view())
    }

    /// `F_β` of the interpretations under one topology less `F_β` of those under another, and the gradients: the
    /// likelihood loss where the one is of the right answers and the other of all. Topologies are made by [`over_spans`].
    ///
    /// # Errors
    /// As [`segment_contrast`].
    pub fn contrast(&self, right: &Topology, all: &Topology, beta: Beta) -> Result<SegmentContrast, SegmentError> {
        segment_contrast(&self.segments()?, right, all, beta)
    }

    /// Adds a gradient over the segments to one over the energies.
    pub fn pull_back(&self, gradient: &Array3<f32>, mut into: ArrayViewMut2<f32>) {
        for (mut row, &(first, more)) in into.rows_mut().into_iter().zip(&self.places) {
            let values = (0..gradient.dim().2).filter_map(|column| gradient.get([first, more, column]));
            for (slot, &g) in row.iter_mut().zip(values) {
                *slot += g;
            }
        }
    }
}

/// A grammar over `symbols`, rubbish allowed between any two of them and at both ends, as a topology over the segments
/// of a [`Lattice`]. `None` where an arc of the grammar reads nothing: rubbish before it and behind it would be two
/// interpretations, where a composition counts one.
///
/// # Errors
/// [`crate::trellis::TrellisError`] where the graph is too large.
///
/// # Cost
/// Linear in the grammar.
pub fn over_spans(grammar: &Graph<Energy>, symbols: usize) -> Result<Option<Topology>, SegmentError> {
    if grammar.all_arcs().iter().any(|a| a.ilabel == EPSILON) {
        return Ok(None);
    }
    let mut b = GraphBuilder::new();
    b.add_states(grammar.states());
    if let Some(start) = grammar.start() {
        b.start(start);
    }
    for s in 0..grammar.states() as StateId {
        grammar.arcs(s).iter().for_each(|a| {
            b.arc(s, a.ilabel, a.olabel, a.weight, a.target);
        });
        b.arc(s, symbols as Label + 1, EPSILON, Energy::FREE, s);
        b.final_weight(s, grammar.final_weight(s));
    }
    let graph = b.build().map_err(crate::trellis::TrellisError::from)?;
    Ok(Some(Topology::from_graph(graph)?))
}
