//! The slant of writing.

use ndarray::Array2;

/// How far the writing leans: columns to the right a row up, between −`most` and `most`, to 0.02 or so.
///
/// It is the lean whose removal makes the vertical projection most uneven (the largest sum of squares, after Vinciarelli and
/// Luettin, "A new normalization technique for cursive handwritten words", 2001). 0 for an image without ink. Cost: some twenty
/// passes over the inked pixels.
pub fn slant(ink: &Array2<f32>, most: f32) -> f32 {
    let (height, width) = ink.dim();
    let middle = (height as f32 - 1.0) / 2.0;
    let pixels: Vec<(f32, f32, f32)> =
        ink.indexed_iter().filter(|(_, v)| **v >= 0.35).map(|((y, x), v)| (x as f32, middle - y as f32, *v)).collect();
    let most = most.clamp(0.0, 2.0);
    if pixels.is_empty() || most == 0.0 {
        return 0.0;
    }
    let margin = (most * middle).ceil() + 1.0;
    let mut sums = vec![0.0f32; width + 2 * margin as usize + 2];
    let mut sharpness = |lean: f32| {
        sums.fill(0.0);
        for (x, up, v) in &pixels {
            let at = x - lean * up + margin;
            let (whole, part) = (at as usize, at.fract());
            sums[whole] += (1.0 - part) * v;
            sums[whole + 1] += part * v;
        }
        sums.iter().map(|s| s * s).sum::<f32>()
    };
    let mut best = (0.0, sharpness(0.0));
    for (count, span) in [(10, most), (4, most / 10.0)] {
        let centre: f32 = best.0;
        for k in (-count..=count).filter(|k| *k != 0) {
            let lean = (centre + span * k as f32 / count as f32).clamp(-most, most);
            let value = sharpness(lean);
            if value > best.1 {
                best = (lean, value);
            }
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::shear_rows;

    #[test]
    fn a_known_slant_is_found_and_taken_off() {
        let mut ink = Array2::zeros((41, 120));
        for x in (10..110).step_by(14) {
            ink.slice_mut(ndarray::s![5..36, x..x + 3]).fill(1.0);
        }
        for lean in [-0.4f32, 0.0, 0.15, 0.62] {
            let (leaning, _) = shear_rows(&ink, lean);
            let found = slant(&leaning, 0.8);
            assert!((found - lean).abs() < 0.04, "{lean}: {found}");
            let (upright, _) = shear_rows(&leaning, -found);
            assert!(slant(&upright, 0.8).abs() < 0.06);
        }
    }

    #[test]
    fn no_ink_has_no_slant() {
        assert_eq!(slant(&Array2::zeros((20, 20)), 0.8), 0.0);
        assert_eq!(slant(&Array2::zeros((0, 0)), 0.8), 0.0);
        assert_eq!(slant(&Array2::ones((1, 1)), 0.8), 0.0);
    }
}
