//! Dense linear chains: every class may follow every other, and the kernels are those of matrices.

mod best_path;
mod chain;
mod kernels;
mod linear;
mod log_domain;
mod loss;
mod posteriors;
mod transitions;

pub use best_path::{Labelling, chain_best_path, chain_best_paths};
pub use loss::{CrfError, CrfLoss, CrfLosses, crf_loss, crf_losses};
pub use posteriors::{ChainPosteriors, chain_free_energy, chain_posteriors, chain_posteriors_batch};
pub use transitions::{TransitionValues, Transitions};

#[cfg(test)]
mod tests;
