//! From a field and its energies to graphs: where it may be cut, and what each span may say.

use ndarray::ArrayView2;

use super::{Field, Rows, Span};
use crate::graph::{ArcId, EPSILON, Graph, GraphBuilder, GraphError, Label, SiteValues};
use crate::semiring::{Energy, NotAWeight};

/// Why energies can't become a recognition graph.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecognitionError {
    /// The energies have another shape than the field's spans and the alphabet ask for.
    #[error("energies are {rows} × {columns}; the field has {spans} spans and needs {symbols} symbols and rubbish")]
    Shape {
        /// Rows of the energies.
        rows: usize,
        /// Columns of the energies.
        columns: usize,
        /// Spans of the field.
        spans: usize,
        /// Symbols of the alphabet.
        symbols: usize,
    },
    /// An energy is NaN or −∞.
    #[error("span {span}, column {column}: {source}")]
    Energy {
        /// Row.
        span: usize,
        /// Column.
        column: usize,
        /// The number.
        source: NotAWeight,
    },
    /// A span of several pieces can't be a frame.
    #[error("span {span} has several pieces: frames are single ones")]
    NotFrames {
        /// Row.
        span: usize,
    },
    /// The field has more spans than a graph can number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// The segmentation graph: a state for every cut, an arc for every span, a path for every way to cut the field.
///
/// Arc `i` is span `i` of the field and carries the label `i + 1`.
///
/// # Errors
/// [`GraphError::TooLarge`].
pub fn segmentation_graph(field: &Field) -> Result<Graph<Energy>, GraphError> {
    let mut b = cut_states(field);
    for (i, span) in field.spans().iter().enumerate() {
        let label = i as Label + 1;
        b.arc(span.from, label, label, Energy::FREE, span.to);
    }
    b.build()
}

fn cut_states(field: &Field) -> GraphBuilder<Energy> {
    let mut b = GraphBuilder::new();
    let cuts = field.cuts().len();
    b.add_states(cuts);
    b.start(0);
    b.final_weight(cuts as u32 - 1, Energy::FREE);
    b
}

/// The recognition graph of a field: the segmentation graph with an arc per symbol in the place of each span.
///
/// Symbol column `k` becomes the label `k + 1`. The last column, rubbish, becomes an epsilon arc over spans between
/// neighbouring cuts only, so that a stretch of rubbish has one way to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// The graph; its states are the cuts.
    pub graph: Graph<Energy>,
    symbols: usize,
    rows: Rows,
    /// The first arc of every span, and the number of arcs behind the last.
    first_arc: Vec<ArcId>,
}

impl Recognition {
    /// Builds the graph from energies with a row per span and a column per symbol and rubbish.
    ///
    /// # Errors
    /// [`RecognitionError`] for a wrong shape, NaN or −∞.
    ///
    /// # Cost
    /// Linear in the energies.
    pub fn new(field: &Field, energies: ArrayView2<f32>, symbols: usize) -> Result<Self, RecognitionError> {
        Recognition::of(Rows::Spans, field, energies, symbols)
    }

    /// As [`Recognition::new`], for rows of either kind. Over frames the last column, blank, becomes the label
    /// `symbols + 1`.
    ///
    /// # Errors
    /// As [`Recognition::new`], and [`RecognitionError::NotFrames`].
    pub fn of(kind: Rows, field: &Field, energies: ArrayView2<f32>, symbols: usize) -> Result<Self, RecognitionError> {
        let (rows, columns) = energies.dim();
        let spans = field.spans().len();
        if rows != spans || columns != symbols + 1 {
            return Err(RecognitionError::Shape { rows, columns, spans, symbols });
        }
        if kind == Rows::Frames
            && let Some(span) = field.spans().iter().position(|s| !is_piece(*s))
        {
            return Err(RecognitionError::NotFrames { span });
        }
        let mut b = cut_states(field);
        let mut first_arc = Vec::with_capacity(spans + 1);
        // Spans are sorted by their left cut, so arcs arrive in the order in which they will be stored.
        for (i, (span, row)) in field.spans().iter().zip(energies.rows()).enumerate() {
            first_arc.push(b.arc_count() as ArcId);
            let used = if is_piece(*span) { columns } else { symbols };
            for (column, &energy) in row.iter().take(used).enumerate() {
                let energy =
                    Energy::new(energy).map_err(|source| RecognitionError::Energy { span: i, column, source })?;
                let label = if column == symbols && kind == Rows::Spans { EPSILON } else { column as Label + 1 };
                b.arc(span.from, label, label, energy, span.to);
            }
        }
        first_arc.push(b.arc_count() as ArcId);
        Ok(Recognition { graph: b.build()?, symbols, rows: kind, first_arc })
    }

    /// The span (by number) and column behind an arc.
    pub fn place(&self, arc: ArcId) -> Option<(usize, usize)> {
        let span = self.first_arc.partition_point(|&first| first <= arc).checked_sub(1)?;
        (span + 1 < self.first_arc.len()).then(|| (span, (arc - self.first_arc[span]) as usize))
    }

    /// Adds a gradient over the graph's sites to one over the energies.
    pub fn pull_back(&self, gradient: &SiteValues, mut into: ndarray::ArrayViewMut2<f32>) {
        for (mut row, arcs) in into.rows_mut().into_iter().zip(self.first_arc.windows(2)) {
            let values = gradient.arcs.get(arcs[0] as usize..arcs[1] as usize).unwrap_or(&[]);
            for (slot, &g) in row.iter_mut().zip(values) {
                *slot += g as f32;
            }
        }
    }

    /// What the rows of the energies stand for.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// Number of symbols, without rubbish or blank.
    pub fn symbols(&self) -> usize {
        self.symbols
    }

    /// Number of spans.
    pub fn spans(&self) -> usize {
        self.first_arc.len() - 1
    }
}

/// Whether a span lies between neighbouring cuts.
pub fn is_piece(span: Span) -> bool {
    span.to == span.from + 1
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::handwriting::SpanLimit;
    use crate::oracle;

    fn field() -> Field {
        let limit = SpanLimit { width: 100.0, pieces: 2 };
        Field::new(Array2::zeros((2, 12)), vec![0.0, 4.0, 8.0, 12.0], limit).unwrap()
    }

    #[test]
    fn every_path_is_a_segmentation_with_a_symbol_or_rubbish_for_each_piece() {
        let f = field();
        let energies = Array2::from_shape_fn((f.spans().len(), 3), |(i, j)| (i * 3 + j) as f32);
        let r = Recognition::new(&f, energies.view(), 2).unwrap();
        // Compositions of 3 into parts 1 and 2: 1+1+1, 1+2, 2+1; pieces have 3 choices, doubles 2.
        let paths = oracle::paths(&r.graph, |w| w.wide(), oracle::Limit::default());
        assert_eq!(paths.list.len(), 27 + 6 + 6);
        for (arc, _, a) in r.graph.arcs_with_source() {
            let (span, column) = r.place(arc).unwrap();
            assert_eq!(a.weight.get(), energies[[span, column]]);
        }
        assert_eq!(r.place(r.graph.arc_count() as u32), None);
        let segmentations = oracle::paths(&segmentation_graph(&f).unwrap(), |w| w.wide(), oracle::Limit::default());
        assert_eq!(segmentations.list.len(), 3);
    }

    #[test]
    fn a_gradient_at_an_arc_returns_to_its_span_and_column() {
        let f = field();
        let r = Recognition::new(&f, Array2::zeros((f.spans().len(), 3)).view(), 2).unwrap();
        let mut g = SiteValues::zeros(&r.graph);
        g.arcs[4] = 2.0;
        let mut out = Array2::zeros((f.spans().len(), 3));
        r.pull_back(&g, out.view_mut());
        let (span, column) = r.place(4).unwrap();
        assert_eq!(out[[span, column]], 2.0);
        assert_eq!(out.sum(), 2.0);
    }

    #[test]
    fn nan_and_wrong_shapes_are_refused() {
        let f = field();
        let n = f.spans().len();
        let mut energies = Array2::zeros((n, 3));
        assert!(matches!(Recognition::new(&f, energies.view(), 3), Err(RecognitionError::Shape { .. })));
        energies[[1, 2]] = f32::NAN;
        assert!(Recognition::new(&f, energies.view(), 2).is_ok(), "rubbish over a wide span is not used");
        energies[[0, 1]] = f32::NAN;
        assert!(matches!(
            Recognition::new(&f, energies.view(), 2),
            Err(RecognitionError::Energy { span: 0, column: 1, .. })
        ));
    }
}
