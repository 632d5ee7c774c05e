//! Intervals laid out in as few lanes as they need.

/// The lane of each interval, so that no two in a lane overlap; earlier ones get the upper lanes.
pub(super) fn lanes(intervals: &[(f32, f32)], apart: f32) -> Vec<usize> {
    let mut taken: Vec<Vec<(f32, f32)>> = Vec::new();
    let mut chosen = Vec::with_capacity(intervals.len());
    for &(from, to) in intervals {
        let free = |lane: &Vec<(f32, f32)>| lane.iter().all(|&(a, b)| to + apart <= a || b + apart <= from);
        let lane = taken.iter().position(free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[lane].push((from, to));
        chosen.push(lane);
    }
    chosen
}

#[cfg(test)]
mod tests {
    #[test]
    fn overlapping_intervals_get_lanes_of_their_own_and_others_share() {
        assert_eq!(super::lanes(&[(0.0, 4.0), (3.0, 6.0), (5.0, 9.0), (7.0, 8.0)], 1.0), [0, 1, 0, 1]);
    }
}
