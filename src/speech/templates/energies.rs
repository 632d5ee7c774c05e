//! Energies of references, and their gradients.

use ndarray::{Array2, ArrayView1, ArrayView2, s};

use super::{TemplateError, TemplateModel};
use crate::trellis::{dtw_free_energy, dtw_posteriors};

/// What energies of references depend on, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateGradient {
    /// By the features of the sound, frames × dimensions.
    pub features: Array2<f32>,
    /// By the references' frames, reference after reference: (words · per_word · length) × dimensions.
    pub references: Array2<f32>,
}

impl TemplateModel {
    /// The energy of each reference, word after word: `F_β` of the warpings of sound and reference over their frames' squared Euclidean
    /// distances, divided by the frames of both. +∞ where no warping is allowed, or numbers are too large.
    ///
    /// # Errors
    /// [`TemplateError::Empty`], [`TemplateError::Dimensions`], [`TemplateError::NotFinite`].
    ///
    /// # Cost
    /// O(references · length · frames · (dimensions + steps)).
    pub fn energies(&self, features: ArrayView2<'_, f32>) -> Result<Vec<f64>, TemplateError> {
        self.check(features)?;
        let o = &self.options;
        let scale = 1.0 / (features.nrows() + o.length) as f64;
        let energy = |i: usize| Ok(scale * dtw_free_energy(self.distances(features, i).view(), &o.dtw, o.warpings)?);
        (0..self.len()).map(energy).collect()
    }

    /// The gradient of a function of the energies: `by` holds its derivatives by each of them. References whose derivative is 0 are not
    /// looked at.
    ///
    /// # Errors
    /// As [`TemplateModel::energies`]; [`TemplateError::Count`] for as many derivatives as there are no references.
    ///
    /// # Cost
    /// Twice that of [`TemplateModel::energies`] for references that are looked at.
    pub fn pull_back(&self, features: ArrayView2<'_, f32>, by: &[f64]) -> Result<TemplateGradient, TemplateError> {
        self.check(features)?;
        if by.len() != self.len() {
            return Err(TemplateError::Count { expected: self.len(), found: by.len() });
        }
        let mut gradient =
            TemplateGradient { features: Array2::zeros(features.dim()), references: Array2::zeros(self.frames.dim()) };
        for (i, &by) in by.iter().enumerate().filter(|(_, by)| **by != 0.0) {
            self.pull_back_one(features, i, by, &mut gradient)?;
        }
        Ok(gradient)
    }

    /// With shares p of pairs of frames, `∂E/∂x_t = Σ_j 2 p_tj (x_t − y_j)`, and the opposite by `y`.
    fn pull_back_one(
        &self,
        features: ArrayView2<'_, f32>,
        reference: usize,
        by: f64,
        into: &mut TemplateGradient,
    ) -> Result<(), TemplateError> {
        let length = self.options.length;
        let costs = self.distances(features, reference);
        let mut shares = dtw_posteriors(costs.view(), &self.options.dtw, self.options.warpings)?.costs;
        let factor = (2.0 * by / (features.nrows() + length) as f64) as f32;
        shares.mapv_inplace(|p| factor * p);
        let rows = s![reference * length..(reference + 1) * length, ..];
        let frames = self.frames.slice(rows);
        let mut of_reference = into.references.slice_mut(rows);
        for ((t, j), &p) in shares.indexed_iter().filter(|(_, p)| **p != 0.0) {
            let (x, y) = (features.row(t), frames.row(j));
            let (mut by_x, mut by_y) = (into.features.row_mut(t), of_reference.row_mut(j));
            for (((x, y), by_x), by_y) in x.iter().zip(y).zip(&mut by_x).zip(&mut by_y) {
                let step = p * (x - y);
                *by_x += step;
                *by_y -= step;
            }
        }
        Ok(())
    }

    /// Squared distances of a sound's frames from a reference's.
    fn distances(&self, features: ArrayView2<'_, f32>, reference: usize) -> Array2<f32> {
        let length = self.options.length;
        let frames = self.frames.slice(s![reference * length..(reference + 1) * length, ..]);
        Array2::from_shape_fn((features.nrows(), length), |(t, j)| distance(features.row(t), frames.row(j)))
    }
}

/// The sum of squared differences; +∞ beyond all numbers. Eight sums side by side are what compilers make fast.
fn distance(x: ArrayView1<'_, f32>, y: ArrayView1<'_, f32>) -> f32 {
    let (Some(x), Some(y)) = (x.as_slice(), y.as_slice()) else {
        return x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum();
    };
    let mut sums = [0.0_f32; 8];
    let (eights_x, rest_x) = x.as_chunks::<8>();
    let (eights_y, rest_y) = y.as_chunks::<8>();
    for (x, y) in eights_x.iter().zip(eights_y) {
        sums.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum += (x - y) * (x - y));
    }
    let rest: f32 = rest_x.iter().zip(rest_y).map(|(x, y)| (x - y) * (x - y)).sum();
    sums.iter().sum::<f32>() + rest
}
