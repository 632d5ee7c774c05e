//! Products of matrices that lie in slices.

/// A matrix inside a slice: element (i, j) is `data[i · rows + j · columns]`. Rows may overlap.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub columns: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `stride` numbers.
    pub fn new(data: &'a [f32], stride: usize) -> Self {
        Matrix { data, rows: stride, columns: 1 }
    }

    /// The same numbers with rows for columns.
    pub fn transposed(self) -> Self {
        Matrix { data: self.data, rows: self.columns, columns: self.rows }
    }

    fn holds(&self, m: usize, n: usize) -> bool {
        m == 0 || n == 0 || (m - 1) * self.rows + (n - 1) * self.columns < self.data.len()
    }
}

/// `out` (m × n, contiguous rows) becomes `a · b`, or grows by it. One thread.
pub(crate) fn multiply(out: &mut [f32], [m, n, k]: [usize; 3], a: Matrix<'_>, b: Matrix<'_>, add: bool) {
    assert!(out.len() >= m * n && a.holds(m, k) && b.holds(k, n), "a matrix leaves its slice");
    if m == 0 || n == 0 {
        return;
    }
    let keep = if add { 1.0 } else { 0.0 };
    // SAFETY: the assertion above keeps every element of the three matrices inside its slice; `out` is borrowed
    // mutably, so it overlaps neither `a` nor `b`; all strides are those of the slices.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            add,
            a.data.as_ptr(),
            a.columns as isize,
            a.rows as isize,
            b.data.as_ptr(),
            b.columns as isize,
            b.rows as isize,
            keep,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_rows_and_transposes_multiply_like_any_others() {
        let x: Vec<f32> = (0..20).map(|i| (i * i % 7) as f32).collect();
        let w: Vec<f32> = (0..12).map(|i| (i % 5) as f32 - 2.0).collect();
        // 5 rows of 6, each 3 behind the last; times 6 × 2.
        let a = Matrix::new(&x, 3);
        let mut out = vec![1.0; 10];
        multiply(&mut out, [5, 2, 6], a, Matrix::new(&w, 2), true);
        for i in 0..5 {
            for j in 0..2 {
                let sum: f32 = (0..6).map(|k| x[3 * i + k] * w[2 * k + j]).sum();
                assert_eq!(out[2 * i + j], sum + 1.0);
            }
        }
        let mut t = vec![9.0; 12];
        multiply(&mut t, [6, 2, 5], a.transposed(), Matrix::new(&out, 2), false);
        let sum: f32 = (0..5).map(|k| x[3 * k + 4] * out[2 * k + 1]).sum();
        assert_eq!(t[9], sum);
    }
}
