//! Learning: front-ends, optimisers, the training loop, checkpoints, metrics and confidence.
//!
//! | question | answer |
//! |---|---|
//! | What turns inputs into energies? | a [`FrontEnd`] |
//! | What moves its parameters? | an [`Optimiser`], at the rate of a [`Schedule`]; an [`Average`] of them reads better |
//! | What runs the whole? | a [`Trainer`], over a [`Source`] of samples; a [`Checkpoint`] lets it go on later |
//! | How well are strings read? | [`Reading`], a [`Share`] with its interval |
//! | How sure is an answer? | [`confidence()`] at the β that [`fit_beta`] found |
//! | What may be accepted? | the [`error_reject_curve`] describes, [`certify()`] promises |

mod average;
mod certify;
mod checkpoint;
mod confidence;
mod front_end;
mod metrics;
mod optimiser;
#[cfg(feature = "nn")]
mod plain_toml;
mod ragged;
mod run_to;
mod schedule;
#[cfg(feature = "checkpoints")]
mod store;
mod train;

pub use average::Average;
pub use certify::{BadRequest, Certificate, Thresholds, certify, upper_bound};
pub use checkpoint::Checkpoint;
pub use confidence::{
    CurvePoint, Fitted, Scored, accepted_at_error, confidence, error_reject_curve, fit_beta, log_loss,
};
pub use front_end::{FrontEnd, FrontError, Parameter, StepError};
pub use metrics::{Reading, Share, edit_distance};
pub use optimiser::{Moments, Optimiser, Rule};
#[cfg(feature = "nn")]
pub(crate) use plain_toml::plain_toml;
pub use ragged::Ragged;
pub use run_to::Trained;
pub use schedule::Schedule;
#[cfg(feature = "checkpoints")]
pub use store::{
    Notes, StoreError, load_checkpoint, load_model, parse_model, round_weights, save_checkpoint, save_model,
};
pub use train::{Batch, Control, Ended, Outcome, Progress, Source, TrainError, TrainOptions, Trainer, Watch};
