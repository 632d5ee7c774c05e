//! How well the right word wins.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::{Loss, TemplateError, TemplateGradient, TemplateModel};
use crate::graph::Label;
use crate::loss::{Latent, loss_among};

/// The loss of a recording, and its gradients.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateLoss {
    /// The loss.
    pub value: f64,
    /// `∂value/∂` features, frames × dimensions: for the network that made them.
    pub features: Array2<f32>,
    /// `∂value/∂` the references' frames: for [`TemplateModel::learn`], after summing over recordings.
    pub references: Array2<f32>,
}

impl TemplateModel {
    /// The word whose best reference has the lowest energy of all, and that energy; of equals the first. `None` where every reference is
    /// impossible.
    ///
    /// # Errors, cost
    /// As [`TemplateModel::energies`].
    pub fn read(&self, features: ArrayView2<'_, f32>) -> Result<Option<(usize, f64)>, TemplateError> {
        let energies = self.energies(features)?;
        let possible = energies.into_iter().enumerate().filter(|(_, energy)| *energy < f64::INFINITY);
        Ok(possible.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, energy)| (self.word_of(i), energy)))
    }

    /// The loss of a recording of a word among all words. A word's references are its latent variable, minimised or marginalised as
    /// `latent` says; warpings are always summed at [`TemplateOptions::warpings`](super::TemplateOptions::warpings), on both sides.
    ///
    /// # Errors
    /// [`TemplateError`]; [`LossError::AnswerNotInGraph`](crate::loss::LossError::AnswerNotInGraph) where no reference of the right
    /// word can be warped to the sound.
    ///
    /// # Cost
    /// That of [`TemplateModel::energies`], and of [`TemplateModel::pull_back`] for the references that the loss depends on: two of them
    /// with minimised rivals, all in a likelihood.
    pub fn loss(
        &self,
        features: ArrayView2<'_, f32>,
        right: usize,
        loss: &dyn Loss,
        latent: Latent,
    ) -> Result<TemplateLoss, TemplateError> {
        let label = |word: usize| word as Label + 1;
        if right >= self.words.len() {
            return Err(TemplateError::NoSuchWord { word: right, words: self.words.len() });
        }
        let energies = self.energies(features)?;
        let listed: Vec<_> = energies.iter().enumerate().map(|(i, &energy)| (label(self.word_of(i)), energy)).collect();
        let among = loss_among(&listed, label(right), loss, latent)?;
        let TemplateGradient { features, references } = self.pull_back(features, &among.gradient)?;
        Ok(TemplateLoss { value: among.value, features, references })
    }

    /// [`TemplateModel::loss`] of many recordings, each with its word, side by side (rayon); the numbers do not depend on the threads.
    ///
    /// # Errors
    /// For a recording alone; the others have their losses.
    pub fn losses<L: Loss + Sync>(
        &self,
        batch: &[(ArrayView2<'_, f32>, usize)],
        loss: &L,
        latent: Latent,
    ) -> Vec<Result<TemplateLoss, TemplateError>> {
        batch.par_iter().map(|(features, right)| self.loss(*features, *right, loss, latent)).collect()
    }
}
