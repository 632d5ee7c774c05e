//! Forward–backward in the log domain: whatever the energies are, at some twenty times the cost.

use super::chain::{Chain, Dead};
use super::kernels::{Group, soft_row, split_row};
use super::linear::{Room, Shares};
use crate::paths::PositiveF64;
use crate::trellis::Emissions;

/// `W_t(j) = F_β` of all ways on that read class `j` at frame `t`, frame `t` with it, all counted from the least energies.
///
/// Returns the rows, and the free energy above the least energies, which are left in `room`.
pub(super) fn potentials(
    chain: &Chain<'_>,
    e: &Emissions<'_>,
    beta: PositiveF64,
    room: &mut Room,
) -> Result<(Vec<Group>, f64), Dead> {
    let mut rows = chain.frames(e, &mut room.least)?;
    let width = chain.width;
    let mut terms = vec![[0.0; 8]; width];
    for t in (1..e.frames()).rev() {
        let (before, behind) = rows.split_at_mut(t * width);
        let here = before[(t - 1) * width..].as_flattened_mut();
        for (x, matrix) in here.iter_mut().zip(chain.rows.chunks_exact(width)) {
            *x += soft_row(matrix, &behind[..width], beta.get(), &mut terms);
        }
    }
    let free = vec![[0.0; 8]; width];
    let above = soft_row(&free, &rows[..width], beta.get(), &mut terms);
    if above < f64::INFINITY { Ok((rows, above)) } else { Err(reach(chain, e, room)) }
}

/// Where nothing is possible, the first frame that no labelling reaches.
pub(super) fn reach(chain: &Chain<'_>, e: &Emissions<'_>, room: &mut Room) -> Dead {
    let possible = |x: &f64| *x < f64::INFINITY;
    let rows = match chain.frames(e, &mut room.least) {
        Ok(rows) => rows,
        Err(dead) => return dead,
    };
    let mut now: Vec<bool> = rows[..chain.width].as_flattened().iter().map(possible).collect();
    for (frame, row) in rows.chunks_exact(chain.width).enumerate().skip(1) {
        let mut then = vec![false; now.len()];
        for (_, matrix) in now.iter().zip(chain.rows.chunks_exact(chain.width)).filter(|(now, _)| **now) {
            then.iter_mut().zip(matrix.as_flattened()).for_each(|(then, x)| *then |= possible(x));
        }
        then.iter_mut().zip(row.as_flattened()).for_each(|(then, x)| *then &= possible(x));
        if !then.contains(&true) {
            return Dead { frame };
        }
        now = then;
    }
    Dead { frame: e.frames().saturating_sub(1) }
}

/// The shares, as of [`super::linear::forward_backward`].
///
/// The potentials say with which share each way goes on from a class; the forward sweep multiplies shares, so that it cannot
/// lose a path that starts badly and ends well. The ways on from a class are divided by their own sum; no frame is normalised.
pub(super) fn forward_backward(
    chain: &Chain<'_>,
    e: &Emissions<'_>,
    beta: PositiveF64,
    room: &mut Room,
    shares: &mut [f32],
) -> Result<Shares, Dead> {
    let (rows, above) = potentials(chain, e, beta, room)?;
    let (width, classes, beta) = (chain.width, chain.classes, beta.get());
    let mut between = vec![[0.0; 8]; 8 * width * width];
    let (free, mut terms) = (vec![[0.0; 8]; width], vec![[0.0; 8]; width]);
    let mut now = vec![[0.0; 8]; width];
    let mut then = now.clone();
    split_row(&free, (&rows[..width], beta), 1.0, &mut terms, (&mut now, &mut then));
    let first = now.clone();
    for (into, behind) in shares.chunks_exact_mut(classes).zip(rows.chunks_exact(width).skip(1).map(Some).chain([None]))
    {
        into.iter_mut().zip(now.as_flattened()).for_each(|(x, s)| *x = *s as f32);
        let Some(behind) = behind else { break };
        then.fill([0.0; 8]);
        for (i, matrix) in chain.rows.chunks_exact(width).enumerate() {
            let share = now.as_flattened()[i];
            if share > 0.0 {
                let counts = &mut between[i * width..(i + 1) * width];
                split_row(matrix, (behind, beta), share, &mut terms, (&mut then, counts));
            }
        }
        std::mem::swap(&mut now, &mut then);
    }
    Ok(Shares { above, between, first, last: now })
}
