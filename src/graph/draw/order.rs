//! In which order the nodes of a column stand, so that few arcs cross.

/// Nodes by column, and for each node its neighbours in the columns before and after.
pub(super) struct Columns {
    /// Node numbers, top to bottom.
    pub(super) columns: Vec<Vec<usize>>,
    pub(super) before: Vec<Vec<usize>>,
    pub(super) after: Vec<Vec<usize>>,
}

const SWEEPS: usize = 16;

impl Columns {
    /// Sorts every column by the mean position of its neighbours, back and forth, and keeps the best order seen.
    ///
    /// Source: K. Sugiyama et al., *Methods for visual understanding of hierarchical system structures*, 1981.
    pub(super) fn uncross(&mut self) {
        let mut position = vec![0; self.before.len()];
        let mut best = (self.crossings(&mut position), self.columns.clone());
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let forth = sweep % 2 == 0;
            let count = self.columns.len();
            for step in 1..count {
                let c = if forth { step } else { count - 1 - step };
                let neighbours = if forth { &self.before } else { &self.after };
                let mean = |node: usize| {
                    let near = &neighbours[node];
                    let sum: usize = near.iter().map(|&n| position[n]).sum();
                    if near.is_empty() { position[node] as f64 } else { sum as f64 / near.len() as f64 }
                };
                self.columns[c].sort_by(|&a, &b| mean(a).total_cmp(&mean(b)));
                number(&self.columns[c], &mut position);
            }
            let crossings = self.crossings(&mut position);
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// Pairs of lines between neighbouring columns that cross; leaves every node's position in `position`.
    fn crossings(&self, position: &mut [usize]) -> usize {
        self.columns.iter().for_each(|column| number(column, position));
        let mut total = 0;
        for (column, next) in self.columns.iter().zip(self.columns.iter().skip(1)) {
            // Targets in order of sources: each inversion is one crossing, counted with a Fenwick tree.
            let mut seen = vec![0_usize; next.len() + 1];
            let mut lines = 0;
            for &node in column {
                let mut ends: Vec<usize> = self.after[node].iter().map(|&n| position[n]).collect();
                ends.sort_unstable();
                for &end in &ends {
                    let mut i = end + 1;
                    let mut below = 0;
                    while i > 0 {
                        below += seen[i];
                        i &= i - 1;
                    }
                    total += lines - below;
                }
                for &end in &ends {
                    let mut i = end + 1;
                    while i < seen.len() {
                        seen[i] += 1;
                        i += i & i.wrapping_neg();
                    }
                    lines += 1;
                }
            }
        }
        total
    }
}

fn number(column: &[usize], position: &mut [usize]) {
    column.iter().enumerate().for_each(|(p, &node)| position[node] = p);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(columns: Vec<Vec<usize>>, lines: &[(usize, usize)]) -> Columns {
        let n = columns.iter().map(Vec::len).sum();
        let (mut before, mut after) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for &(a, b) in lines {
            after[a].push(b);
            before[b].push(a);
        }
        Columns { columns, before, after }
    }

    #[test]
    fn crossings_are_counted_pair_by_pair() {
        let all = [(0, 3), (0, 4), (0, 5), (1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)];
        assert_eq!(columns(vec![vec![0, 1, 2], vec![3, 4, 5]], &all).crossings(&mut [0; 6]), 9);
        assert_eq!(columns(vec![vec![0, 1], vec![2, 3]], &[(0, 2), (0, 3), (1, 3)]).crossings(&mut [0; 4]), 0);
        assert_eq!(columns(vec![vec![0, 1], vec![2, 3]], &[(0, 3), (1, 2)]).crossings(&mut [0; 4]), 1);
    }

    #[test]
    fn crossed_lines_are_uncrossed() {
        let mut c = columns(vec![vec![0, 1, 2], vec![3, 4, 5]], &[(0, 5), (1, 4), (2, 3)]);
        c.uncross();
        assert_eq!(c.crossings(&mut [0; 6]), 0);
    }
}
