//! Batches of matrices with one width and different heights.

use ndarray::{ArrayView2, ArrayViewMut2};

/// Blocks of rows, one block per item, all rows of the same width, in one allocation.
///
/// ```
/// use energraph::learn::Ragged;
/// let mut r = Ragged::zeros(3, [2, 0, 1]);
/// r.block_mut(2)[[0, 1]] = 5.0;
/// assert_eq!(r.len(), 3);
/// assert_eq!(r.block(0).dim(), (2, 3));
/// assert_eq!(r.block(2)[[0, 1]], 5.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ragged<T> {
    width: usize,
    /// `offsets[i]..offsets[i + 1]` are the rows of block `i`.
    offsets: Vec<usize>,
    values: Vec<T>,
}

impl<T: Clone + Default> Ragged<T> {
    /// All-default blocks with the given numbers of rows.
    pub fn zeros(width: usize, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut offsets = vec![0];
        let mut total = 0;
        for n in rows {
            total += n;
            offsets.push(total);
        }
        Ragged { width, offsets, values: vec![T::default(); total * width] }
    }

    /// The same shape with every value default.
    pub fn zeros_like(&self) -> Self {
        Ragged { width: self.width, offsets: self.offsets.clone(), values: vec![T::default(); self.values.len()] }
    }
}

impl<T> Ragged<T> {
    /// Blocks over values that are already laid out row by row; `None` where the lengths disagree.
    pub fn from_values(width: usize, rows: &[usize], values: Vec<T>) -> Option<Self> {
        let mut offsets = vec![0];
        let mut total = 0;
        for n in rows {
            total += n;
            offsets.push(total);
        }
        (total * width == values.len()).then_some(Ragged { width, offsets, values })
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Columns of every block.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of block `i`; 0 past the end.
    pub fn rows(&self, i: usize) -> usize {
        match (self.offsets.get(i), self.offsets.get(i + 1)) {
            (Some(a), Some(b)) => b - a,
            _ => 0,
        }
    }

    /// Block `i` as a matrix; empty past the end.
    pub fn block(&self, i: usize) -> ArrayView2<'_, T> {
        let (rows, span) = self.span(i);
        ArrayView2::from_shape((rows, self.width), &self.values[span]).unwrap_or_else(|_| empty_view())
    }

    /// Block `i` as a matrix that can be written; empty past the end.
    pub fn block_mut(&mut self, i: usize) -> ArrayViewMut2<'_, T> {
        let (rows, span) = self.span(i);
        let width = self.width;
        ArrayViewMut2::from_shape((rows, width), &mut self.values[span]).unwrap_or_else(|_| empty_view_mut())
    }

    /// All values, row by row, block after block.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All values, to write.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    fn span(&self, i: usize) -> (usize, std::ops::Range<usize>) {
        let rows = self.rows(i);
        let start = if rows == 0 { 0 } else { self.offsets[i] * self.width };
        (rows, start..start + rows * self.width)
    }
}

fn empty_view<'a, T>() -> ArrayView2<'a, T> {
    ArrayView2::from_shape((0, 0), &[]).unwrap_or_else(|_| unreachable!("an empty slice has the shape 0 × 0"))
}

fn empty_view_mut<'a, T>() -> ArrayViewMut2<'a, T> {
    ArrayViewMut2::from_shape((0, 0), &mut []).unwrap_or_else(|_| unreachable!("an empty slice has the shape 0 × 0"))
}
