//! Cuts at equal distances.

/// Cuts every `step` columns, from 0 to `width` inclusive; the last piece may be narrower.
///
/// At height 32 a step of 4 leaves every true boundary within 2 columns, 0.06 of the height.
///
/// ```
/// use energraph::handwriting::cuts::uniform;
/// assert_eq!(uniform(10, 4), [0, 4, 8, 10]);
/// assert_eq!(uniform(0, 4), [0]);
/// ```
pub fn uniform(width: usize, step: usize) -> Vec<u32> {
    let mut cuts: Vec<u32> = (0..width).step_by(step.max(1)).map(|x| x as u32).collect();
    cuts.push(width as u32);
    cuts
}

/// Divides every distance over `most` columns (at least 1) into equal steps of at most that.
///
/// ```
/// use energraph::handwriting::cuts::fill_gaps;
/// assert_eq!(fill_gaps(&[0, 6, 30], 8.0), [0, 6, 14, 22, 30]);
/// assert_eq!(fill_gaps(&[0, 30], f32::INFINITY), [0, 30]);
/// ```
pub fn fill_gaps(cuts: &[u32], most: f32) -> Vec<u32> {
    let most = most.max(1.0);
    let mut filled: Vec<u32> = cuts.first().copied().into_iter().collect();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let gap = to.saturating_sub(from);
        let steps = (gap as f32 / most).ceil().max(1.0) as u32;
        filled.extend((1..=steps).map(|k| from + (gap * k + steps / 2) / steps));
    }
    filled.dedup();
    filled
}
