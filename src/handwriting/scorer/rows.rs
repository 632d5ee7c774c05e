//! Rows as distributions: each energy becomes −log of a probability over its row.

use crate::learn::Ragged;

/// `E_k ← E_k + log Σ_j e^{−E_j}`, row by row.
pub(super) fn normalise(energies: &mut Ragged<f32>) {
    let width = energies.width().max(1);
    for row in energies.values_mut().chunks_exact_mut(width) {
        let least = row.iter().copied().fold(f32::INFINITY, f32::min);
        let sum: f64 = row.iter().map(|&e| f64::from(least - e).exp()).sum();
        let shift = f64::from(least) - sum.ln();
        row.iter_mut().for_each(|e| *e = (f64::from(*e) - shift) as f32);
    }
}

/// The gradient at normalised energies pulled back to those before: `g_k ← g_k − e^{−E_k} Σ_j g_j`.
pub(super) fn pull_back(output: &Ragged<f32>, gradient: &mut Ragged<f32>) {
    let width = gradient.width().max(1);
    let rows = output.values().chunks_exact(width);
    for (energies, row) in rows.zip(gradient.values_mut().chunks_exact_mut(width)) {
        let sum: f32 = row.iter().sum();
        for (g, &e) in row.iter_mut().zip(energies) {
            *g -= (-e).exp() * sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle;

    fn normalised(x: &[f64]) -> Ragged<f32> {
        let mut r = Ragged::from_values(3, &[1, 1], x.iter().map(|&v| v as f32).collect()).unwrap();
        normalise(&mut r);
        r
    }

    #[test]
    fn every_row_is_a_distribution_and_keeps_its_differences() {
        let r = normalised(&[1.0, -2.0, 0.5, 300.0, 301.0, 302.0]);
        for row in r.values().chunks(3) {
            assert!((row.iter().map(|e| (-e).exp()).sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!((r.values()[0] - r.values()[1] - 3.0).abs() < 1e-5);
    }

    #[test]
    fn the_gradient_agrees_with_finite_differences() {
        let x = [0.3, -1.0, 0.7, 2.0, 1.5, -0.5];
        let weigh = [1.0, -2.0, 0.5, 0.25, 3.0, -1.0];
        let value = |x: &[f64]| normalised(x).values().iter().zip(weigh).map(|(&e, w)| w * f64::from(e)).sum::<f64>();
        let mut g = Ragged::from_values(3, &[1, 1], weigh.iter().map(|&w| w as f32).collect()).unwrap();
        pull_back(&normalised(&x), &mut g);
        for (found, expected) in g.values().iter().zip(oracle::finite_differences(value, &x, 1e-2)) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} against {expected}");
        }
    }
}
