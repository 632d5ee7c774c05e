//! Grey levels to ink.

use ndarray::Array2;

/// How darkness becomes ink; see [`contrast`].
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contrast {
    /// The share of pixels that are full ink: 0.01 takes the 1st percentile of brightness.
    pub ink: f32,
    /// The least distance, in grey levels, between paper and full ink: keeps the noise of an empty field faint.
    pub range: f32,
}

impl Default for Contrast {
    fn default() -> Self {
        Contrast { ink: 0.01, range: 12.0 }
    }
}

/// Ink in 0..1 from darkness in grey levels (255 − brightness): the median is paper, the darkest [`Contrast::ink`] of the pixels are
/// full ink, linear between, clamped outside. An empty or constant image becomes all paper.
///
/// Robust while less than half of the pixels are ink. Cost: linear.
pub fn contrast(darkness: &Array2<f32>, how: Contrast) -> Array2<f32> {
    let mut sorted: Vec<f32> = darkness.iter().copied().collect();
    if sorted.is_empty() {
        return darkness.clone();
    }
    let last = sorted.len() - 1;
    let paper = *sorted.select_nth_unstable_by(last / 2, f32::total_cmp).1;
    let rank = (last as f32 * (1.0 - how.ink.clamp(0.0, 0.5))).round() as usize;
    let full = *sorted.select_nth_unstable_by(rank.min(last), f32::total_cmp).1;
    let range = (full - paper).max(how.range.max(1e-3));
    darkness.mapv(|v| ((v - paper) / range).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_does_not_depend_on_brightness_and_contrast() {
        let dark = Array2::from_shape_fn((20, 50), |(y, x)| if x % 10 == 0 { 150.0 } else { ((x + y) % 3) as f32 });
        let faint = dark.mapv(|v| 60.0 + 0.3 * v);
        let (a, b) = (contrast(&dark, Contrast::default()), contrast(&faint, Contrast::default()));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4));
        assert_eq!(a[[3, 10]], 1.0);
    }

    #[test]
    fn an_empty_field_stays_nearly_paper() {
        let flat = contrast(&Array2::from_elem((5, 5), 80.0), Contrast::default());
        assert_eq!(flat.sum(), 0.0);
        let noise = contrast(&Array2::from_shape_fn((5, 50), |(_, x)| (x % 3) as f32), Contrast::default());
        assert!(noise.iter().all(|v| *v < 0.2));
    }
}
