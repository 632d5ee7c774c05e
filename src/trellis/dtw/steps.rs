//! Which steps a warping may take.

use super::DtwError;

/// Most diagonal steps before one along a sequence: a slip of a number must not take all memory.
const MOST_DIAGONAL: usize = 1 << 20;

/// A step of a warping, from a cell so many rows and columns back.
#[derive(Debug, Clone, PartialEq)]
pub struct DtwStep {
    /// Rows that it goes on.
    pub rows: usize,
    /// Columns that it goes on.
    pub columns: usize,
    /// The cells that it counts, in the order in which it passes them: rows and columns before its end, and the weight. The last
    /// is usually its end, `(0, 0, weight)`.
    pub cells: Vec<(usize, usize, f32)>,
}

/// The steps that warpings take, and with which weight their first cell counts.
#[derive(Debug, Clone, PartialEq)]
pub struct StepPattern {
    first: f32,
    steps: Vec<DtwStep>,
}

impl Default for StepPattern {
    /// [`StepPattern::plain`].
    fn default() -> Self {
        StepPattern::plain()
    }
}

impl StepPattern {
    /// One row on, one column on, or one of each; every cell counts once. That of soft-DTW.
    pub fn plain() -> Self {
        let step = |rows, columns| DtwStep { rows, columns, cells: vec![(0, 0, 1.0)] };
        StepPattern { first: 1.0, steps: vec![step(1, 1), step(1, 0), step(0, 1)] }
    }

    /// The symmetric form with slope constraint P: at least `p` diagonal steps before each step along one of the sequences. A
    /// diagonal step counts its cell twice, so that the weights along a warping of T × U add up to T + U. A step holds its
    /// `p + 1` cells: more than 2²⁰ diagonal ones count as so many, which only tables of more rows and columns could tell.
    ///
    /// # Source
    /// H. Sakoe, S. Chiba, *Dynamic programming algorithm optimization for spoken word recognition*, 1978, table I.
    pub fn sakoe_chiba(p: usize) -> Self {
        let p = p.min(MOST_DIAGONAL);
        // `p` diagonal steps, which end one cell before the end, then the one along a sequence.
        let along = |rows: usize, columns: usize| {
            let diagonal = (0..p).rev().map(|k| (k + rows, k + columns, 2.0));
            DtwStep { rows: p + rows, columns: p + columns, cells: diagonal.chain([(0, 0, 1.0)]).collect() }
        };
        let diagonal = DtwStep { rows: 1, columns: 1, cells: vec![(0, 0, 2.0)] };
        StepPattern { first: 2.0, steps: vec![diagonal, along(1, 0), along(0, 1)] }
    }

    /// Steps of one's own; the first cell of a warping counts with a weight of `first`.
    ///
    /// # Errors
    /// [`DtwError::Step`] for a step of no rows and columns, or with cells before its beginning; [`DtwError::Weight`] for
    /// weights that are negative, infinite or NaN.
    pub fn new(first: f32, steps: Vec<DtwStep>) -> Result<Self, DtwError> {
        let weights = steps.iter().flat_map(|s| s.cells.iter().map(|c| c.2)).chain([first]);
        for weight in weights {
            if !(0.0..f32::INFINITY).contains(&weight) {
                return Err(DtwError::Weight { weight });
            }
        }
        let wrong =
            |s: &DtwStep| s.rows == 0 && s.columns == 0 || s.cells.iter().any(|c| c.0 > s.rows || c.1 > s.columns);
        match steps.iter().position(wrong) {
            Some(step) => Err(DtwError::Step { step, rows: steps[step].rows, columns: steps[step].columns }),
            None => Ok(StepPattern { first, steps }),
        }
    }

    /// The steps.
    pub fn steps(&self) -> &[DtwStep] {
        &self.steps
    }

    /// The weight of the first cell.
    pub fn first(&self) -> f32 {
        self.first
    }
}
