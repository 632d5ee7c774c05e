//! Free energies over infinitely many paths, in f64, by eliminating states one by one.

use energraph::{Graph, Weight, oracle};

/// The arcs and states of a graph, without energies.
pub struct Skeleton {
    start: Option<usize>,
    /// Sources and targets.
    arcs: Vec<(usize, usize)>,
    states: usize,
}

impl Skeleton {
    pub fn of<W: Weight>(g: &Graph<W>) -> Self {
        let arcs = g.arcs_with_source().map(|(_, s, a)| (s as usize, a.target as usize)).collect();
        Skeleton { start: g.start().map(|s| s as usize), arcs, states: g.states() }
    }

    pub fn sites(&self) -> usize {
        self.arcs.len() + self.states
    }

    /// F_β for energies of arcs and then of ends, by eliminating states one by one; NaN where there is no such sum.
    pub fn free_energy(&self, x: &[f64], beta: f64) -> f64 {
        let n = self.states;
        let Some(start) = self.start else { return f64::INFINITY };
        let (arcs, ends) = x.split_at(self.arcs.len());
        let (mut reached, mut end) = (vec![false; n], ends.iter().map(|e| *e < f64::INFINITY).collect::<Vec<_>>());
        reached[start] = true;
        for _ in 0..n {
            for ((s, t), _) in self.arcs.iter().zip(arcs).filter(|(_, e)| **e < f64::INFINITY) {
                reached[*t] |= reached[*s];
                end[*s] |= end[*t];
            }
        }
        // One column more: the end.
        let mut between = vec![vec![f64::INFINITY; n + 1]; n];
        let useful = |s: usize| reached[s] && end[s];
        for (&(s, t), e) in self.arcs.iter().zip(arcs).filter(|((s, t), _)| useful(*s) && useful(*t)) {
            between[s][t] = plus(between[s][t], *e, beta);
        }
        (0..n).filter(|&s| useful(s)).for_each(|s| between[s][n] = ends[s]);
        let mut left: Vec<usize> = (0..n).collect();
        for k in (0..n).filter(|&s| s != start) {
            let round = star(between[k][k], beta);
            if round.is_nan() {
                return f64::NAN;
            }
            left.retain(|&s| s != k);
            for &i in &left {
                for &j in left.iter().chain([&n]) {
                    let through = between[i][k] + round + between[k][j];
                    between[i][j] = plus(between[i][j], through, beta);
                }
            }
        }
        star(between[start][start], beta) + between[start][n]
    }
}

/// Numbers of arcs, then of ends.
pub fn weights<W: Weight>(g: &Graph<W>, number: impl Fn(&W) -> f64) -> Vec<f64> {
    g.all_arcs().iter().map(|a| &a.weight).chain(g.final_weights()).map(number).collect()
}

pub fn plus(a: f64, b: f64, beta: f64) -> f64 {
    oracle::free_energy([a, b], beta)
}

/// Of all repetitions of what has this free energy, none included; NaN where they have no sum.
pub fn star(a: f64, beta: f64) -> f64 {
    if a == f64::INFINITY || (beta == f64::INFINITY && a >= 0.0) {
        return 0.0;
    }
    let converges = a > 0.0 && beta < f64::INFINITY;
    if converges { (-(-beta * a).exp()).ln_1p() / beta } else { f64::NAN }
}
