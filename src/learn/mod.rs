//! Learning: front-ends, optimisers, the training loop, checkpoints, metrics and confidence.
//!
//! | question | answer |
//! |---|---|
//! | What turns inputs into energies? | a [`FrontEnd`] |
//! | What moves its parameters? | an [`Optimiser`], at the rate of a [`Schedule`]; an [`Average`] of them reads better |
//! | How well are strings read? | [`Reading`], a [`Share`] with its interval |
//! | How sure is an answer? | [`confidence()`] at the β that [`fit_beta`] found |
//! | What may be accepted? | the [`error_reject_curve`] describes, [`certify()`] promises |

mod average;
mod certify;
mod confidence;
mod front_end;
mod metrics;
mod optimiser;
mod ragged;
mod schedule;

pub use average::Average;
pub use certify::{BadRequest, Certificate, Thresholds, certify, upper_bound};
pub use confidence::{
    CurvePoint, Fitted, Scored, accepted_at_error, confidence, error_reject_curve, fit_beta, log_loss,
};
pub use front_end::{FrontEnd, FrontError, Parameter, StepError};
pub use metrics::{Reading, Share, edit_distance};
pub use optimiser::{Moments, Optimiser, Rule};
pub use ragged::Ragged;
pub use schedule::Schedule;
