//! The laws, one function each: what [`super::check`] and [`semiring_laws!`](crate::semiring_laws) both run.

mod absolute;
mod order;
mod plus;
mod quantize;
mod star;
mod weight;

pub use absolute::*;
pub use order::*;
pub use plus::*;
pub use quantize::*;
pub use star::*;
pub use weight::*;

use super::Sample;
use super::runner::{Draws, Holds, Law, forbidden, mismatch};

/// No NaN, no −0, and an infinity only where 0̄, 1̄ or an operand holds it.
fn legal<T: Sample>(what: &'static str, result: &T, operands: &[&T]) -> Holds {
    let numbers = result.numbers();
    let fault = |rule| forbidden((what, result), rule);
    if numbers.iter().any(|x| x.is_nan()) {
        return fault("no result is NaN");
    }
    if numbers.iter().any(|x| *x == 0.0 && x.is_sign_negative()) {
        return fault("no result is −0");
    }
    let known: Vec<f64> =
        [T::zero(), T::one()].iter().chain(operands.iter().copied()).flat_map(Sample::numbers).collect();
    if numbers.iter().any(|x| x.is_infinite() && !known.contains(x)) {
        return fault("an infinity comes from 0̄, 1̄ or an operand");
    }
    Ok(())
}

/// Of two demands, the first that fails.
fn both(first: Holds, second: impl FnOnce() -> Holds) -> Holds {
    first.and_then(|()| second())
}
