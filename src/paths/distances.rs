//! The free energy between every state and one end of the graph.

use super::potentials::Potentials;
use super::{Beta, PathError};
use crate::graph::{EPSILON, Graph, GraphBuilder, StateId};
use crate::semiring::Energy;

/// Potentials of the graph, backwards or not, in which a further state leads everywhere, so that no state is useless.
pub(super) fn from_everywhere(g: &Graph<Energy>, beta: Beta, backwards: bool) -> Result<Vec<f64>, PathError> {
    let Some(start) = g.start() else { return Ok(Vec::new()) };
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    // Arcs keep leading upwards where they did, which saves the sorting.
    for (_, s, a) in g.arcs_with_source() {
        let (from, to) = if backwards { (a.target, s) } else { (s, a.target) };
        b.arc(from, a.ilabel, a.olabel, a.weight, to);
    }
    if backwards {
        b.final_weight(start, Energy::FREE);
    } else {
        g.final_weights().iter().enumerate().for_each(|(s, &w)| b.final_weight(s as StateId, w));
    }
    let everywhere = b.state();
    b.start(everywhere);
    (0..everywhere).for_each(|s| b.arc(everywhere, EPSILON, EPSILON, Energy::FREE, s));
    let mut after = Potentials::new(&b.build()?, beta)?.after;
    after.truncate(g.states());
    Ok(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oracle;
    use crate::paths::{distances_from_start, distances_to_end};

    /// The graph that may end in one state only.
    fn ending_in(g: &Graph<Energy>, state: StateId) -> Graph<Energy> {
        g.map(|site, &w| match site {
            crate::Site::Final(s) if s == state => Energy::FREE,
            crate::Site::Final(_) => Energy::IMPOSSIBLE,
            crate::Site::Arc(_) => w,
        })
    }

    proptest! {
        #[test]
        fn a_distance_is_the_free_energy_of_all_paths_to_the_state(
            arcs in prop::collection::vec((0..6_u32, 1..4_u32, -8..9_i32), 0..12), start in 0..6_u32,
            finite in any::<bool>(),
        ) {
            let mut b = GraphBuilder::new();
            b.add_states(7);
            b.start(start);
            // Downwards for every other case of start, so that both orders are met.
            for (s, step, w) in arcs {
                let (s, t) = (s, (s + step).min(6));
                let (s, t) = if start % 2 == 0 { (s, t) } else { (6 - s, 6 - t) };
                b.arc(s, 1, 1, Energy::new(w as f32 / 4.0).unwrap(), t);
            }
            b.final_weight(3, Energy::new(0.25).unwrap());
            b.final_weight(5, Energy::new(-0.5).unwrap());
            let g = b.build().unwrap();
            let beta = if finite { Beta::finite(1.5).unwrap() } else { Beta::Infinite };
            let brute = |g: &Graph<Energy>| {
                let paths = oracle::paths(g, |w| w.wide(), oracle::Limit::default()).list;
                let energies = paths.iter().map(|p| p.energy);
                if finite { oracle::free_energy(energies, 1.5) } else { energies.fold(f64::INFINITY, f64::min) }
            };
            let from_start = distances_from_start(&g, beta).unwrap();
            let to_end = distances_to_end(&g, beta).unwrap();
            let near = |a: f64, b: f64| a == b || (a - b).abs() < 1e-9;
            for s in 0..7 {
                prop_assert!(near(from_start[s as usize], brute(&ending_in(&g, s))), "{s}: {from_start:?}");
                let mut from = GraphBuilder::new();
                from.add_states(7);
                from.start(s);
                g.arcs_with_source().for_each(|(_, p, a)| from.arc(p, a.ilabel, a.olabel, a.weight, a.target));
                g.final_weights().iter().enumerate().for_each(|(p, &w)| from.final_weight(p as u32, w));
                prop_assert!(near(to_end[s as usize], brute(&from.build().unwrap())), "{s}: {to_end:?}");
            }
        }
    }

    #[test]
    fn cycles_are_walked_where_a_minimum_exists_and_refused_elsewhere() {
        let mut b = GraphBuilder::new();
        b.add_states(3);
        b.start(0);
        b.arc(0, 1, 1, Energy::new(2.0).unwrap(), 1);
        b.arc(1, 1, 1, Energy::new(0.5).unwrap(), 0);
        b.arc(1, 1, 1, Energy::new(1.0).unwrap(), 2);
        let g = b.build().unwrap();
        assert_eq!(distances_from_start(&g, Beta::Infinite), Ok(vec![0.0, 2.0, 3.0]));
        assert!(matches!(distances_from_start(&g, Beta::ONE), Err(PathError::Cyclic { .. })));
        assert_eq!(distances_from_start(&Graph::empty(), Beta::ONE), Ok(vec![]));
    }
}
