//! Grey morphology on ink images.

use ndarray::Array2;

/// Makes strokes thicker (`amount` > 0) or thinner (`amount` < 0): the image mixed with its grey dilation or erosion by a plus of
/// radius one, `|amount|` parts of it; each whole unit is one full step.
pub fn thicken(ink: &Array2<f32>, amount: f32) -> Array2<f32> {
    let mut result = ink.clone();
    let mut left = amount.abs().min(16.0);
    while left > 1e-3 {
        let part = left.min(1.0);
        result = step(&result, part, amount > 0.0);
        left -= part;
    }
    result
}

fn step(ink: &Array2<f32>, part: f32, dilate: bool) -> Array2<f32> {
    let (h, w) = ink.dim();
    let mut result = Array2::zeros((h, w));
    let pick = |a: f32, b: f32| if dilate { a.max(b) } else { a.min(b) };
    for y in 0..h {
        let (above, here, below) = (ink.row(y.saturating_sub(1)), ink.row(y), ink.row((y + 1).min(h - 1)));
        for (x, target) in result.row_mut(y).iter_mut().enumerate() {
            let centre = here[x];
            let sides = pick(here[x.saturating_sub(1)], here[(x + 1).min(w - 1)]);
            let extreme = pick(centre, pick(sides, pick(above[x], below[x])));
            *target = centre + part * (extreme - centre);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thin_line_grows_by_dilation_and_vanishes_by_erosion() {
        let mut image = Array2::zeros((9, 9));
        image.column_mut(4).fill(1.0);
        assert_eq!(thicken(&image, 1.0).sum(), 27.0);
        assert_eq!(thicken(&image, -1.0).sum(), 0.0);
        assert!((thicken(&image, 0.5).sum() - 18.0).abs() < 1e-5);
        assert_eq!(thicken(&image, 2.0).sum(), 45.0);
        assert_eq!(thicken(&Array2::zeros((0, 0)), 1.0).len(), 0);
    }
}
