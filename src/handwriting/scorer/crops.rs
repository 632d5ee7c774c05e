//! Each span cut out of the field, brought to one size, and put through a net of its own (LeCun et al. 1998).

use ndarray::{Array2, s};
use rayon::prelude::*;

use super::lengths::Lengths;
use crate::handwriting::{Field, Span};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::CropNet;
use crate::signal::crop;

/// Paper on each side of a crop's contents.
const MARGIN: usize = 3;

/// A span is enlarged by this at most: specks stay small.
const ZOOM: f32 = 1.5;

/// Ink from which on a row belongs to the writing.
const INK: f32 = 0.2;

/// Pixels of length for each offset.
const STEP: f32 = 4.0;

/// Crops that go through the net at once when reading.
const CHUNK: usize = 256;

/// Scores spans from a net over crops of 32 × 32.
///
/// The net gives a number per symbol and one for rubbish. The energy of a symbol over a span is its number plus an
/// offset for the span's length, which a crop of one size no longer shows.
///
/// Cost: the net once for every span; limit the spans (found cuts, few pieces) before anything else.
#[derive(Debug)]
pub struct CropScorer<N> {
    net: N,
    symbols: usize,
    lengths: Lengths,
}

/// What [`CropScorer`] remembers of a forward pass.
#[derive(Debug)]
pub struct CropTicket<T> {
    net: T,
    /// The offset of every span, field after field.
    lengths: Vec<usize>,
}

/// The stretch `from..to` of an ink image, cropped to the rows of its writing, scaled with its aspect kept until it
/// fits a square of `side` less a margin of 3 (enlarged by 1.5 at most), and centred on paper.
///
/// ```
/// use energraph::handwriting::scorer::cut_out;
/// let mut ink = ndarray::Array2::zeros((32, 60));
/// ink.slice_mut(ndarray::s![4..12, 20..28]).fill(1.0);
/// let crop = cut_out(&ink, 20.0, 28.0, 32);
/// assert_eq!(crop.dim(), (32, 32));
/// assert!(crop[[16, 16]] > 0.99 && crop[[16, 4]] == 0.0 && crop[[4, 16]] == 0.0);
/// ```
pub fn cut_out(ink: &Array2<f32>, from: f32, to: f32, side: usize) -> Array2<f32> {
    let mut out = Array2::zeros((side, side));
    let columns = (from.max(0.0) as usize).min(ink.ncols())..(to.ceil().max(0.0) as usize).min(ink.ncols());
    let part = ink.slice(s![.., columns]);
    let inked = |row: ndarray::ArrayView1<'_, f32>| row.iter().any(|&v| v > INK);
    let rows: Vec<usize> = part.rows().into_iter().enumerate().filter(|(_, r)| inked(*r)).map(|(y, _)| y).collect();
    let (Some(top), Some(bottom)) = (rows.first(), rows.last()) else { return out };
    let (top, bottom) = (*top as f32, *bottom as f32 + 1.0);
    let inner = side.saturating_sub(2 * MARGIN).max(1);
    let scale = (inner as f32 / (bottom - top)).min(inner as f32 / (to - from)).min(ZOOM);
    let size = |length: f32| ((length * scale).round() as usize).clamp(1, inner);
    let (height, width) = (size(bottom - top), size(to - from));
    let (y, x) = ((side - height) / 2, (side - width) / 2);
    out.slice_mut(s![y..y + height, x..x + width]).assign(&crop(ink, (top, bottom), (from, to), height, width));
    out
}

impl<N> CropScorer<N> {
    /// A scorer over a net with `symbols + 1` outputs.
    pub fn new(net: N, symbols: usize) -> Self {
        CropScorer { net, symbols, lengths: Lengths::new(symbols) }
    }

    /// The net.
    pub fn net(&self) -> &N {
        &self.net
    }

    fn crops(fields: &[Field]) -> Vec<Array2<f32>> {
        let spans: Vec<(&Field, Span)> = fields.iter().flat_map(|f| f.spans().iter().map(move |s| (f, *s))).collect();
        let one = |(field, span): (&Field, Span)| {
            let (from, to) = field.extent(span).unwrap_or((0.0, 1.0));
            cut_out(field.image(), from, to, CropNet::SIDE)
        };
        spans.into_par_iter().map(one).collect()
    }

    fn lengths(fields: &[Field]) -> Vec<usize> {
        let length = |field: &Field, span: &Span| {
            let (from, to) = field.extent(*span).unwrap_or((0.0, 1.0));
            Lengths::row_of((to - from) / STEP)
        };
        fields.iter().flat_map(|f| f.spans().iter().map(move |s| length(f, s))).collect()
    }

    /// The net's rows, one block a field, with the offsets added.
    fn assemble(&self, fields: &[Field], mut values: Vec<f32>, lengths: &[usize]) -> Result<Ragged<f32>, FrontError> {
        let width = self.symbols + 1;
        for (row, &length) in values.chunks_exact_mut(width).zip(lengths) {
            row.iter_mut().zip(self.lengths.row(length)).for_each(|(e, offset)| *e += offset);
        }
        let counts: Vec<usize> = fields.iter().map(|f| f.spans().len()).collect();
        let found = values.len();
        Ragged::from_values(width, &counts, values).ok_or_else(|| FrontError::Weights {
            why: format!("the net gave {found} numbers, not {width} for each of {} crops", lengths.len()),
        })
    }
}

impl<N: FrontEnd<Input = Array2<f32>>> FrontEnd for CropScorer<N> {
    type Input = Field;
    type Ticket = CropTicket<N::Ticket>;

    fn forward(&mut self, fields: &[Field]) -> Result<(Ragged<f32>, Self::Ticket), FrontError> {
        let (rows, net) = self.net.forward(&Self::crops(fields))?;
        let lengths = Self::lengths(fields);
        let out = self.assemble(fields, rows.values().to_vec(), &lengths)?;
        Ok((out, CropTicket { net, lengths }))
    }

    fn infer(&mut self, fields: &[Field]) -> Result<Ragged<f32>, FrontError> {
        let mut values = Vec::new();
        for chunk in Self::crops(fields).chunks(CHUNK) {
            values.extend_from_slice(self.net.infer(chunk)?.values());
        }
        self.assemble(fields, values, &Self::lengths(fields))
    }

    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        let (rows, width) = (ticket.lengths.len(), self.symbols + 1);
        let expected = (rows, width);
        let found = (gradient.values().len() / gradient.width().max(1), gradient.width());
        let values = gradient.values().to_vec();
        let wrong = FrontError::GradientShape { expected, found };
        let (true, Some(of_net)) = (expected == found, Ragged::from_values(width, &vec![1; rows], values)) else {
            return Err(wrong);
        };
        for (row, &length) in gradient.values().chunks_exact(width).zip(&ticket.lengths) {
            self.lengths.accumulate(length, row);
        }
        self.net.backward(ticket.net, of_net)
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        self.lengths.apply_behind(&mut self.net, optimiser)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        self.lengths.parameters_with(&self.net)
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        self.lengths.set_with(&mut self.net, values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lengths::LENGTHS;
    use super::super::table::Table;
    use super::*;
    use crate::handwriting::SpanLimit;
    use crate::learn::Rule;
    use crate::nn::{ComputeDevice, CropNetConfig};
    use crate::oracle;

    fn fields() -> Vec<Field> {
        let limit = SpanLimit { width: 20.0, pieces: 2 };
        let ink = |k: usize| Array2::from_shape_fn((32, 40), |(y, x)| f32::from(u8::from((x + y * k) % 7 < 2)));
        [vec![0.0, 9.0, 18.0, 40.0], vec![0.0, 15.0, 33.0, 40.0]]
            .into_iter()
            .enumerate()
            .map(|(k, cuts)| Field::new(ink(k + 1), cuts, limit).unwrap())
            .collect()
    }

    #[test]
    fn a_crop_keeps_the_aspect_and_lies_in_the_middle() {
        let mut ink = Array2::zeros((32, 100));
        ink.slice_mut(s![2..30, 10..14]).fill(1.0);
        ink.slice_mut(s![20..22, 50..90]).fill(1.0);
        let bar = cut_out(&ink, 6.0, 18.0, 32);
        let columns: Vec<usize> = (0..32).filter(|&x| bar.column(x).sum() > 1.0).collect();
        assert!((3..=6).contains(&columns.len()) && columns.contains(&15) && columns.contains(&16), "{columns:?}");
        let rows: Vec<usize> = (0..32).filter(|&y| bar.row(y).sum() > 0.5).collect();
        assert!(rows[0] <= 4 && rows[rows.len() - 1] >= 27, "{rows:?}");
        let wide = cut_out(&ink, 50.0, 90.0, 32);
        assert!((0..32).filter(|&y| wide.row(y).sum() > 1.0).all(|y| (14..=17).contains(&y)));
        assert_eq!(cut_out(&ink, 20.0, 30.0, 32).sum(), 0.0, "paper stays paper");
        assert_eq!(cut_out(&Array2::from_elem((1, 1), 1.0), 0.0, 1.0, 32).dim(), (32, 32));
    }

    #[test]
    fn energies_are_the_nets_rows_plus_an_offset_for_the_length() {
        let row = ndarray::array![[0.25, -0.5, 2.0]];
        let mut s = CropScorer::new(Table::new(row), 2);
        s.lengths.values.iter_mut().enumerate().for_each(|(i, v)| *v = i as f32);
        let fields = fields();
        let out = s.infer(&fields).unwrap();
        assert_eq!(out.block(0).dim(), (fields[0].spans().len(), 3));
        for (f, i) in fields.iter().zip(0..) {
            for (span, e) in f.spans().iter().zip(out.block(i).rows()) {
                let (a, b) = f.extent(*span).unwrap();
                let length = (((b - a) / 4.0).ceil() as usize - 1).min(11);
                let offsets = s.lengths.row(length);
                assert_eq!([e[0], e[1], e[2]], [0.25 + offsets[0], -0.5 + offsets[1], 2.0]);
            }
        }
    }

    #[test]
    fn a_tables_and_the_offsets_gradient_agrees_with_finite_differences() {
        let fields = fields();
        let weigh = |i: usize| ((i * 53 % 31) as f64 - 15.0) / 8.0;
        let make = |x: &[f64]| {
            let values: Vec<f32> = x.iter().map(|&v| v as f32).collect();
            let row = Array2::from_shape_vec((1, 3), values[..3].to_vec()).unwrap();
            let mut s = CropScorer::new(Table::new(row), 2);
            s.lengths.values.iter_mut().zip(&values[3..]).for_each(|(l, &v)| *l = v);
            s
        };
        let value = |x: &[f64]| -> f64 {
            let out = make(x).infer(&fields).unwrap();
            out.values().iter().enumerate().map(|(i, &e)| weigh(i) * f64::from(e)).sum()
        };
        let start = vec![0.0; 3 + 2 * LENGTHS];
        let mut s = make(&start);
        let (out, ticket) = s.forward(&fields).unwrap();
        let mut g = out.zeros_like();
        g.values_mut().iter_mut().enumerate().for_each(|(i, g)| *g = weigh(i) as f32);
        s.backward(ticket, g).unwrap();
        let found = s.net.gradient.iter().chain(s.lengths.gradient.iter());
        for (found, expected) in found.zip(oracle::finite_differences(value, &start, 0.25)) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} against {expected}");
        }
    }

    #[test]
    fn steps_along_the_gradient_separate_spans_with_a_real_net() {
        let config = CropNetConfig { channels: [2, 3, 4], hidden: 8, dropout: 0.0, outputs: 3 };
        let mut s = CropScorer::new(CropNet::new(config, 3, ComputeDevice::cpu()).unwrap(), 2);
        let fields = fields();
        let mut o = Optimiser::new(Rule::ADAMW, 0.02);
        // Symbol 1 should be cheap on even spans and dear on odd ones.
        let weigh = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let value = |out: &Ragged<f32>| out.values().chunks(3).enumerate().map(|(i, r)| weigh(i) * r[0]).sum::<f32>();
        let mut values = Vec::new();
        for _ in 0..30 {
            let (out, ticket) = s.forward(&fields).unwrap();
            values.push(value(&out));
            let mut g = out.zeros_like();
            g.values_mut().chunks_mut(3).enumerate().for_each(|(i, r)| r[0] = weigh(i));
            s.backward(ticket, g).unwrap();
            s.apply(&mut o).unwrap();
        }
        assert!(values[29] < values[0] - 1.0, "{values:?}");
        let kept = s.parameters().unwrap();
        s.set_parameters(&kept).unwrap();
        assert!(s.set_parameters(&kept[..1]).is_err());
    }

    #[test]
    fn a_gradient_of_another_shape_is_refused() {
        let mut s = CropScorer::new(Table::new(Array2::zeros((1, 3))), 2);
        let (_, ticket) = s.forward(&fields()).unwrap();
        assert!(matches!(s.backward(ticket, Ragged::zeros(3, [1, 1])), Err(FrontError::GradientShape { .. })));
    }
}
