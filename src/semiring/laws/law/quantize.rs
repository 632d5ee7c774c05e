//! Laws of `LeftDivide::quantize`.

use super::{Draws, Law, forbidden, legal};
use crate::semiring::laws::Sample;
use crate::semiring::{LeftDivide, Quantum, Tolerance};

/// Powers of two, so that the grids of the built-in weights do not round.
const STEPS: [f64; 5] = [1.0 / 1_048_576.0, 1.0 / 1024.0, 1.0 / 16.0, 0.5, 1.0];

fn grids() -> impl Iterator<Item = (f64, Quantum)> {
    STEPS.into_iter().filter_map(|step| Some((step, Quantum::new(step).ok()?)))
}

/// Where nothing is asked to be rounded, nothing is: `quantize(a, EXACT) = a`.
pub fn quantize_without_a_grid_changes_nothing<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 1>("quantize without a grid changes nothing", Draws::Everything, |check, [a]| {
        check.equal(("quantize(a, EXACT)", &a.quantize(Quantum::EXACT)), ("a", a))
    })
}

/// A point of the grid is its own nearest: `quantize(quantize(a)) = quantize(a)`, exactly.
pub fn quantize_keeps_what_is_on_the_grid<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 1>("quantize keeps what is on the grid", Draws::Everything, |check, [a]| {
        grids().try_for_each(|(_, quantum)| {
            let point = a.quantize(quantum);
            check.equal(("quantize(quantize(a))", point.quantize(quantum)), ("quantize(a)", point))
        })
    })
}

/// 0̄ is on every grid.
pub fn quantize_keeps_zero<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 0>("quantize keeps zero", Draws::Everything, |check, []| {
        grids().try_for_each(|(_, quantum)| check.equal(("quantize(0̄)", T::zero().quantize(quantum)), ("0̄", T::zero())))
    })
}

/// `quantize(a)` is close to `a`, as [`Weight::close`](crate::Weight::close) has it with the step for tolerance.
pub fn quantize_stays_within_a_step<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 1>("quantize stays within a step", Draws::Everything, |_, [a]| {
        grids().try_for_each(|(step, quantum)| {
            let point = a.quantize(quantum);
            let near = a.close(&point, Tolerance { absolute: step, relative: step });
            if near { Ok(()) } else { forbidden(("quantize(a)", (step, point)), "closer to a than the step") }
        })
    })
}

/// A point of the grid holds no NaN, no −0 and no infinity from nowhere.
pub fn quantize_stays_legal<T: Sample + LeftDivide>() -> Law {
    Law::new::<T, 1>("quantize stays legal", Draws::Everything, |_, [a]| {
        grids().try_for_each(|(_, quantum)| legal("quantize(a)", &a.quantize(quantum), &[a]))
    })
}
