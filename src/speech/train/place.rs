//! Where the boundaries of a known row of segments lie, by the posteriors.

use ndarray::{Array2, ArrayView2};

use super::plan::{Plan, PlanError};
use crate::paths::Beta;
use crate::trellis::{Emissions, posteriors};

/// The begin of every segment but the first, in frames: the median of its distribution, which has the least expected
/// absolute error. `None` where there is no alignment.
pub(super) fn begins(plan: &Plan, outputs: ArrayView2<'_, f32>, beta: Beta) -> Result<Option<Vec<f64>>, PlanError> {
    let energies = plan.energies(outputs)?;
    let found = posteriors(&Emissions::new(energies.view())?, &plan.topology, beta)?;
    Ok((found.free_energy < f64::INFINITY).then(|| medians(&found.emissions, &plan.owners)))
}

pub(super) fn medians(shares: &Array2<f32>, owners: &[usize]) -> Vec<f64> {
    let segments = owners.last().map_or(0, |o| o + 1);
    // Probability that a segment has begun, at the frame before and at this one.
    let (mut before, mut now) = (vec![0.0_f64; segments + 1], vec![0.0_f64; segments + 1]);
    let mut found = vec![shares.nrows() as f64; segments];
    let mut open = 1;
    for (t, row) in shares.rows().into_iter().enumerate() {
        now.fill(0.0);
        row.iter().zip(owners).for_each(|(&share, &owner)| now[owner] += f64::from(share));
        (0..segments).rev().for_each(|s| now[s] += now[s + 1]);
        let first = open;
        for s in first..segments {
            if now[s] >= 0.5 && before[s] < 0.5 {
                // What is at the begin of a frame is spread over half a frame on either side.
                let within = (0.5 - before[s]) / (now[s] - before[s]);
                found[s] = (t as f64 - 0.5 + within).max(0.0);
                open = open.max(s);
            }
        }
        std::mem::swap(&mut before, &mut now);
    }
    found.split_off(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_median_lies_where_half_of_the_probability_has_passed() {
        // Columns: silence, a phone of two states, silence.
        let owners = [0, 1, 1, 2];
        let shares = array![[1.0, 0.0, 0.0, 0.0], [0.75, 0.25, 0.0, 0.0], [0.25, 0.25, 0.5, 0.0], [0.0, 0.0, 0.5, 0.5]];
        let found = medians(&shares, &owners);
        // The phone begins at frame 1 with 1/4, at 2 with 1/2 more: the median is in the middle of what lies around 2.
        assert_eq!(found, [2.0, 3.5]);
        assert_eq!(medians(&array![[0.0, 1.0, 0.0, 0.0]], &owners), [0.0, 1.0]);
    }
}
