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
