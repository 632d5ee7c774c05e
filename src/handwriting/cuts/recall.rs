//! What the cuts miss.

/// The true boundaries of a field's symbols, in columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundaries {
    columns: Vec<f32>,
}

impl Boundaries {
    /// From the symbols' boxes `(left, right)` in reading order: the first left side, the last right side, and for neighbours either
    /// both sides where they are at least `apart` columns from each other, or the middle between them where they are not, or
    /// overlap.
    ///
    /// ```
    /// use energraph::handwriting::cuts::Boundaries;
    /// let b = Boundaries::of_boxes(&[(2.0, 10.0), (9.0, 18.0), (30.0, 40.0)], 4.0);
    /// assert_eq!(b.columns(), [2.0, 9.5, 18.0, 30.0, 40.0]);
    /// ```
    pub fn of_boxes(boxes: &[(f32, f32)], apart: f32) -> Self {
        let mut columns: Vec<f32> = boxes.first().map(|b| b.0).into_iter().collect();
        for pair in boxes.windows(2) {
            let (right, left) = (pair[0].1, pair[1].0);
            if left - right >= apart {
                columns.extend([right, left]);
            } else {
                columns.push(0.5 * (right + left));
            }
        }
        columns.extend(boxes.last().map(|b| b.1));
        Boundaries { columns }
    }

    /// The boundaries in reading order.
    pub fn columns(&self) -> &[f32] {
        &self.columns
    }
}

/// How many true boundaries the cuts hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recall {
    /// Fields measured.
    pub fields: usize,
    /// Fields all of whose boundaries were found.
    pub whole: usize,
    /// Boundaries.
    pub boundaries: usize,
    /// Boundaries found.
    pub found: usize,
    /// Cuts altogether.
    pub cuts: usize,
}

impl Recall {
    /// Share of fields all of whose boundaries were found; 1 where there was none.
    pub fn share(&self) -> f64 {
        if self.fields == 0 { 1.0 } else { self.whole as f64 / self.fields as f64 }
    }
}

impl std::ops::AddAssign for Recall {
    fn add_assign(&mut self, other: Recall) {
        self.fields += other.fields;
        self.whole += other.whole;
        self.boundaries += other.boundaries;
        self.found += other.found;
        self.cuts += other.cuts;
    }
}

/// Counts the boundaries of one field that have a cut within `tolerance` columns.
///
/// Cost: boundaries times the logarithm of the number of cuts.
pub fn recall(cuts: &[u32], truth: &Boundaries, tolerance: f32) -> Recall {
    let near = |x: &&f32| {
        let next = cuts.partition_point(|c| (*c as f32) < **x);
        [next.wrapping_sub(1), next].iter().filter_map(|i| cuts.get(*i)).any(|c| (*c as f32 - **x).abs() <= tolerance)
    };
    let found = truth.columns.iter().filter(near).count();
    let boundaries = truth.columns.len();
    Recall { fields: 1, whole: usize::from(found == boundaries), boundaries, found, cuts: cuts.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_counts_within_the_tolerance_only() {
        let truth = Boundaries::of_boxes(&[(3.0, 10.0), (20.0, 33.5)], 2.0);
        let r = recall(&[0, 10, 16, 32], &truth, 2.0);
        assert_eq!((r.boundaries, r.found, r.whole), (4, 2, 0));
        let all = recall(&[0, 4, 8, 12, 16, 20, 24, 28, 32, 36], &truth, 2.0);
        assert_eq!((all.found, all.whole), (4, 1));
        assert_eq!(recall(&[], &truth, 2.0).found, 0);
    }
}
