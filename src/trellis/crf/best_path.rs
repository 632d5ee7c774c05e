//! The best labelling.

use rayon::prelude::*;

use super::Transitions;
use super::chain::{Chain, Dead};
use super::kernels::{Group, least_sums};
use super::linear::Room;
use super::log_domain::reach;
use crate::graph::Label;
use crate::trellis::{Emissions, TrellisError};

/// A labelling of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelling {
    /// The class of each frame, + 1.
    pub labels: Vec<Label>,
    /// The sum of the energies of its classes, transitions and ends, added from the start on.
    pub energy: f64,
}

/// The labelling of lowest energy; `None` where none is possible, as over no frames.
///
/// Ties: at every frame, from the first on, the lowest class from which a labelling of lowest energy goes on. It is the rule of
/// [`best_path`](crate::trellis::best_path()), and wherever sums in f64 are exact, the labelling that it finds on
/// [`Topology::chain`](crate::trellis::Topology::chain).
///
/// # Errors
/// [`TrellisError::Shape`] where emissions and transitions have not the same number of classes.
///
/// # Cost
/// O(frames · classes²), an addition and a comparison each, eight side by side where the processor can, in f64; 64 bytes of
/// memory a frame and eight classes.
///
/// # Source
/// A. Viterbi, *Error bounds for convolutional codes*, 1967; from the end, so that ties are decided from the start. Kept are the
/// sums, not which class each came from: that is asked of one class a frame only.
///
/// ```
/// use energraph::trellis::{Emissions, Transitions, chain_best_path};
/// use ndarray::array;
/// let e = array![[0.0, 1.0], [0.5, 0.0], [0.0, 1.0]];
/// let stay = array![[0.0, 2.0], [2.0, 0.0]];
/// let (e, stay) = (Emissions::new(e.view())?, Transitions::new(stay.view())?);
/// let best = chain_best_path(&e, &stay)?.ok_or("no path")?;
/// assert_eq!((best.labels, best.energy), (vec![1, 1, 1], 0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn chain_best_path(e: &Emissions<'_>, t: &Transitions<'_>) -> Result<Option<Labelling>, TrellisError> {
    t.check(e)?;
    Ok(labelling(&Chain::new(*t), e, &mut Room::default()))
}

/// [`chain_best_path`] of every sequence of a batch, of any lengths, side by side (rayon).
///
/// # Errors
/// For an item alone; the others have their answers.
pub fn chain_best_paths(batch: &[Emissions<'_>], t: &Transitions<'_>) -> Vec<Result<Option<Labelling>, TrellisError>> {
    let chain = Chain::new(*t);
    let one = |room: &mut Room, e: &Emissions<'_>| {
        t.check(e)?;
        Ok(labelling(&chain, e, room))
    };
    batch.par_iter().map_init(Room::default, one).collect()
}

fn labelling(chain: &Chain<'_>, e: &Emissions<'_>, room: &mut Room) -> Option<Labelling> {
    let classes = best_classes(chain, e, room).ok()?;
    let energy = chain.energy(e, &classes);
    Some(Labelling { labels: classes.iter().map(|&class| class as Label + 1).collect(), energy })
}

/// The classes of the best labelling of emissions that have been checked; the least energy of each frame is left in
/// `room`.
pub(super) fn best_classes(chain: &Chain<'_>, e: &Emissions<'_>, room: &mut Room) -> Result<Vec<usize>, Dead> {
    let mut rows = chain.frames(e, &mut room.least)?;
    let width = chain.width;
    let mut on = vec![[0.0; 8]; width];
    // Row t becomes the least energy of what begins with each class at frame t.
    for t in (1..e.frames()).rev() {
        let (before, behind) = rows.split_at_mut(t * width);
        least_sums(&chain.columns, &behind[..width], &mut on);
        let here = before[(t - 1) * width..].as_flattened_mut();
        here.iter_mut().zip(on.as_flattened()).for_each(|(x, on)| *x += on);
    }
    let mut matrix: &[Group] = &vec![[0.0; 8]; width];
    let mut classes = Vec::with_capacity(e.frames());
    for row in rows.chunks_exact(width) {
        let ways = matrix.as_flattened().iter().zip(row.as_flattened()).map(|(m, x)| m + x);
        let (class, least) = ways.enumerate().fold((0, f64::INFINITY), |a, b| if b.1 < a.1 { b } else { a });
        if least == f64::INFINITY {
            return Err(reach(chain, e, room));
        }
        classes.push(class);
        matrix = &chain.rows[class * width..(class + 1) * width];
    }
    Ok(classes)
}
