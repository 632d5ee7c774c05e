//! Random numbers the augmentation needs.

use rand::{Rng, RngExt};

/// A number from the standard normal distribution (Box and Muller's method).
pub fn normal<R: Rng + ?Sized>(rng: &mut R) -> f32 {
    let u: f32 = 1.0 - rng.random::<f32>();
    let v: f32 = rng.random();
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

/// Nearly normal (the sum of four uniform bytes): four times as fast, for noise in many pixels.
pub(crate) fn rough_normal<R: Rng + ?Sized>(rng: &mut R) -> f32 {
    let sum: u32 = rng.next_u32().to_le_bytes().into_iter().map(u32::from).sum();
    (sum as f32 - 510.0) / 147.8
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn both_generators_have_mean_0_and_variance_1() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for draw in [normal::<ChaCha8Rng>, rough_normal::<ChaCha8Rng>] {
            let values: Vec<f32> = (0..40_000).map(|_| draw(&mut rng)).collect();
            let mean = values.iter().sum::<f32>() / 40_000.0;
            let variance = values.iter().map(|v| v * v).sum::<f32>() / 40_000.0;
            assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
        }
    }
}
