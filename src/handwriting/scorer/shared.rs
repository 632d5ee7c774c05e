//! One pass of the net over the whole field; every span's energies come from the columns between its cuts.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};

use super::lengths::Lengths;
use crate::handwriting::{Field, Span};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};

/// Scores spans from a column net that runs once over the field.
///
/// The net gives `3·symbols + 1` numbers per column: what the column says about being inside, at the left end and
/// at the right end of each symbol, and the energy of being rubbish. The energy of a symbol over a span is the mean
/// of the inside values between its cuts, plus the left value just inside the left cut, plus the right value
/// just inside the right cut, plus an offset for its length. Between columns all of it is interpolated linearly, so
/// cuts may lie anywhere. The energy of rubbish is the sum over the columns of the span.
///
/// Cost: O(columns + spans) · symbols beside the net's own.
#[derive(Debug)]
pub struct SharedScorer<N> {
    net: N,
    symbols: usize,
    /// Pixels per column.
    stride: f32,
    lengths: Lengths,
}

/// What [`SharedScorer`] remembers of a forward pass.
#[derive(Debug)]
pub struct SharedTicket<T> {
    net: T,
    columns: Ragged<f32>,
    geometry: Vec<Vec<Place>>,
}

/// A span's ends in columns.
#[derive(Debug, Clone, Copy)]
struct Place {
    left: f32,
    right: f32,
    length: usize,
}

/// A linear interpolation: `(1 − t)·x[i] + t·x[j]`.
#[derive(Clone, Copy)]
struct Lerp {
    i: usize,
    j: usize,
    t: f32,
}

impl Lerp {
    /// At `x` in units of samples, held constant outside `0..=n − 1`.
    fn at(x: f32, n: usize) -> Self {
        let x = x.clamp(0.0, (n.max(1) - 1) as f32);
        let i = x as usize;
        Lerp { i, j: (i + 1).min(n.max(1) - 1), t: x - i as f32 }
    }

    fn gather(self, from: ArrayView2<f32>, out: &mut ArrayViewMut1<f32>, factor: f32) {
        out.scaled_add(factor * (1.0 - self.t), &from.row(self.i));
        if self.t > 0.0 {
            out.scaled_add(factor * self.t, &from.row(self.j));
        }
    }

    fn scatter(self, into: &mut ArrayViewMut2<f32>, g: ArrayView1<f32>, factor: f32) {
        into.row_mut(self.i).scaled_add(factor * (1.0 - self.t), &g);
        if self.t > 0.0 {
            into.row_mut(self.j).scaled_add(factor * self.t, &g);
        }
    }
}

impl<N> SharedScorer<N> {
    /// Numbers that the net must give per column for so many symbols.
    pub fn outputs(symbols: usize) -> usize {
        3 * symbols + 1
    }

    /// A scorer over a net with [`SharedScorer::outputs`] columns, one row every `stride` pixels.
    pub fn new(net: N, symbols: usize, stride: f32) -> Self {
        SharedScorer { net, symbols, stride, lengths: Lengths::new(symbols) }
    }

    /// The net.
    pub fn net(&self) -> &N {
        &self.net
    }

    fn places(&self, field: &Field) -> Vec<Place> {
        let columns = |px: f32| px / self.stride;
        let place = |span: &Span| {
            let (a, b) = field.extent(*span).unwrap_or((0.0, self.stride));
            let (left, right) = (columns(a), columns(b));
            Place { left, right, length: Lengths::row_of(right - left) }
        };
        field.spans().iter().map(place).collect()
    }

    /// Energies of one field from its columns.
    fn energies(&self, columns: ArrayView2<f32>, places: &[Place], mut out: ArrayViewMut2<f32>) {
        let c = self.symbols;
        let sums = cumulative(columns);
        let inside = sums.slice(ndarray::s![.., ..c]);
        let rubbish = sums.slice(ndarray::s![.., 3 * c..]);
        let (left, right) = (columns.slice(ndarray::s![.., c..2 * c]), columns.slice(ndarray::s![.., 2 * c..3 * c]));
        for (p, mut row) in places.iter().zip(out.rows_mut()) {
            let (a, b) = (Lerp::at(p.left, sums.nrows()), Lerp::at(p.right, sums.nrows()));
            let mean = 1.0 / (p.right - p.left);
            let (mut symbols, mut last) = row.view_mut().split_at(ndarray::Axis(0), c);
            symbols.assign(&self.lengths.row(p.length));
            b.gather(inside, &mut symbols, mean);
            a.gather(inside, &mut symbols, -mean);
            Lerp::at(p.left, columns.nrows()).gather(left, &mut symbols, 1.0);
            Lerp::at(p.right - 1.0, columns.nrows()).gather(right, &mut symbols, 1.0);
            last.fill(0.0);
            b.gather(rubbish, &mut last, 1.0);
            a.gather(rubbish, &mut last, -1.0);
        }
    }

    /// The gradient of one field's energies pulled back to its columns and the length offsets.
    fn pull_back(&mut self, places: &[Place], gradient: ArrayView2<f32>, mut into: ArrayViewMut2<f32>) {
        let c = self.symbols;
        let n = into.nrows();
        let mut sums = Array2::<f32>::zeros((n + 1, 3 * c + 1));
        for (p, row) in places.iter().zip(gradient.rows()) {
            if row.iter().all(|&g| g == 0.0) {
                continue;
            }
            let (symbols, last) = row.split_at(ndarray::Axis(0), c);
            let (a, b) = (Lerp::at(p.left, n + 1), Lerp::at(p.right, n + 1));
            let mean = 1.0 / (p.right - p.left);
            self.lengths.accumulate(p.length, symbols);
            let mut inside = sums.slice_mut(ndarray::s![.., ..c]);
            b.scatter(&mut inside, symbols, mean);
            a.scatter(&mut inside, symbols, -mean);
            let mut rubbish = sums.slice_mut(ndarray::s![.., 3 * c..]);
            b.scatter(&mut rubbish, last, 1.0);
            a.scatter(&mut rubbish, last, -1.0);
            Lerp::at(p.left, n).scatter(&mut into.slice_mut(ndarray::s![.., c..2 * c]), symbols, 1.0);
            Lerp::at(p.right - 1.0, n).scatter(&mut into.slice_mut(ndarray::s![.., 2 * c..3 * c]), symbols, 1.0);
        }
        // The adjoint of a cumulative sum is a cumulative sum from the other end.
        let mut running = ndarray::Array1::<f32>::zeros(3 * c + 1);
        for t in (0..n).rev() {
            running += &sums.row(t + 1);
            into.row_mut(t).scaled_add(1.0, &running);
        }
    }

    fn shape(&self, fields: &[Field]) -> Ragged<f32> {
        Ragged::zeros(self.symbols + 1, fields.iter().map(|f| f.spans().len()))
    }
}

/// Row `t` holds the sum of rows `0..t`; one row more than the input.
fn cumulative(columns: ArrayView2<f32>) -> Array2<f32> {
    let mut sums = Array2::zeros((columns.nrows() + 1, columns.ncols()));
    for (t, row) in columns.rows().into_iter().enumerate() {
        let next = &sums.row(t) + &row;
        sums.row_mut(t + 1).assign(&next);
    }
    sums
}

impl<N: FrontEnd<Input = Array2<f32>>> FrontEnd for SharedScorer<N> {
    type Input = Field;
    type Ticket = SharedTicket<N::Ticket>;

    fn forward(&mut self, fields: &[Field]) -> Result<(Ragged<f32>, Self::Ticket), FrontError> {
        let images: Vec<_> = fields.iter().map(|f| f.image().clone()).collect();
        let (columns, net) = self.net.forward(&images)?;
        let geometry: Vec<_> = fields.iter().map(|f| self.places(f)).collect();
        let mut out = self.shape(fields);
        for (i, places) in geometry.iter().enumerate() {
            self.energies(columns.block(i), places, out.block_mut(i));
        }
        Ok((out, SharedTicket { net, columns, geometry }))
    }

    fn infer(&mut self, fields: &[Field]) -> Result<Ragged<f32>, FrontError> {
        let images: Vec<_> = fields.iter().map(|f| f.image().clone()).collect();
        let columns = self.net.infer(&images)?;
        let mut out = self.shape(fields);
        for (i, field) in fields.iter().enumerate() {
            self.energies(columns.block(i), &self.places(field), out.block_mut(i));
        }
        Ok(out)
    }

    fn backward(&mut self, ticket: Self::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        let spans: usize = ticket.geometry.iter().map(Vec::len).sum();
        let (expected, found) =
            ((spans, self.symbols + 1), (gradient.values().len() / gradient.width().max(1), gradient.width()));
        if expected != found || gradient.len() != ticket.geometry.len() {
            return Err(FrontError::GradientShape { expected, found });
        }
        let mut columns = ticket.columns.zeros_like();
        for (i, places) in ticket.geometry.iter().enumerate() {
            self.pull_back(places, gradient.block(i), columns.block_mut(i));
        }
        self.net.backward(ticket.net, columns)
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
    use crate::oracle;

    fn fields() -> Vec<Field> {
        let limit = SpanLimit { width: 20.0, pieces: 3 };
        [vec![0.0, 4.0, 8.0, 16.0, 20.0], vec![0.0, 3.0, 5.5, 13.0, 20.0]]
            .into_iter()
            .map(|cuts| Field::new(Array2::zeros((2, 20)), cuts, limit).unwrap())
            .collect()
    }

    fn scorer(values: &[f64]) -> SharedScorer<Table> {
        let columns = Array2::from_shape_vec((5, 7), values[..35].iter().map(|&v| v as f32).collect()).unwrap();
        let mut s = SharedScorer::new(Table::new(columns), 2, 4.0);
        s.lengths.values.iter_mut().zip(&values[35..]).for_each(|(l, &v)| *l = v as f32);
        s
    }

    fn start() -> Vec<f64> {
        (0..35 + 2 * LENGTHS).map(|i| f64::from((i * 37 % 23) as f32) / 16.0 - 0.7).collect()
    }

    #[test]
    fn the_gradient_of_spans_agrees_with_finite_differences() {
        let fields = fields();
        // A fixed random functional of the energies; the energies are linear in the values, so h can be large.
        let weigh = |i: usize| ((i * 53 % 31) as f64 - 15.0) / 8.0;
        let value = |x: &[f64]| -> f64 {
            let out = scorer(x).infer(&fields).unwrap();
            out.values().iter().enumerate().map(|(i, &e)| weigh(i) * f64::from(e)).sum()
        };
        let numeric = oracle::finite_differences(value, &start(), 0.25);
        let mut s = scorer(&start());
        let (out, ticket) = s.forward(&fields).unwrap();
        let mut g = out.zeros_like();
        g.values_mut().iter_mut().enumerate().for_each(|(i, g)| *g = weigh(i) as f32);
        s.backward(ticket, g).unwrap();
        for (k, (found, expected)) in s.net.gradient.iter().chain(s.lengths.gradient.iter()).zip(numeric).enumerate() {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "value {k}: {found} against {expected}");
        }
    }

    #[test]
    fn a_span_on_whole_columns_is_the_mean_inside_plus_its_two_ends() {
        let f = &fields()[0];
        let mut s = scorer(&start());
        let out = s.infer(std::slice::from_ref(f)).unwrap();
        let v = s.net.values.clone();
        let i = f.spans().iter().position(|p| (p.from, p.to) == (1, 3)).unwrap();
        // Cuts 1 and 3 lie at columns 1 and 4.
        let expected = (v[[1, 0]] + v[[2, 0]] + v[[3, 0]]) / 3.0 + v[[1, 2]] + v[[3, 4]] + s.lengths.values[[2, 0]];
        assert!((out.block(0)[[i, 0]] - expected).abs() < 1e-5);
        assert!((out.block(0)[[i, 2]] - (v[[1, 6]] + v[[2, 6]] + v[[3, 6]])).abs() < 1e-5, "rubbish adds up");
    }

    #[test]
    fn a_gradient_of_another_shape_is_refused() {
        let mut s = scorer(&start());
        let (_, ticket) = s.forward(&fields()).unwrap();
        assert!(matches!(s.backward(ticket, Ragged::zeros(3, [1, 1])), Err(FrontError::GradientShape { .. })));
        let mut o = Optimiser::new(Rule::ADAMW, 0.1);
        s.apply(&mut o).unwrap();
    }
}
