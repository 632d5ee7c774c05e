//! No label twice in a row.

use std::collections::HashMap;

use energraph::graph::{EPSILON, GraphError, InputSite, OriginBuilder};
use energraph::{Graph, GraphBuilder, Label, Site, Traced, Weight};

/// The paths of `g` on which no output label follows itself, epsilons between them not counted.
///
/// A state of the result is a state of `g` and the label written last. Input 0 of the origin is `g`.
pub fn without_repeats<W: Weight>(g: &Graph<W>) -> Result<Traced<W>, GraphError> {
    let Some(start) = g.start() else {
        return Ok(Traced { graph: Graph::empty(), origin: OriginBuilder::new().build() });
    };
    let site = |site| InputSite { input: 0, site };
    let (mut b, mut origin) = (GraphBuilder::new(), OriginBuilder::new());
    let mut numbers: HashMap<(u32, Label), u32> = HashMap::from([((start, EPSILON), b.state())]);
    b.start(0);
    let mut reached = vec![(start, EPSILON)];
    let mut next = 0;
    // States are done in the order of their numbers, and with them the arcs, as an origin wants it.
    while let Some(&(state, last)) = reached.get(next) {
        for (id, arc) in g.arc_ids(state).zip(g.arcs(state)) {
            if arc.olabel != EPSILON && arc.olabel == last {
                continue;
            }
            let to = (arc.target, if arc.olabel == EPSILON { last } else { arc.olabel });
            let target = *numbers.entry(to).or_insert_with(|| {
                reached.push(to);
                b.state()
            });
            b.arc(next as u32, arc.ilabel, arc.olabel, arc.weight.clone(), target);
            origin.arc([site(Site::Arc(id))]);
        }
        b.final_weight(next as u32, g.final_weight(state));
        origin.final_weight(g.is_final(state).then(|| site(Site::Final(state))));
        next += 1;
    }
    Ok(Traced { graph: b.build()?, origin: origin.build() })
}

#[cfg(test)]
mod tests {
    use energraph::oracle::{self, Limit};
    use energraph::{Energy, GraphBuilder};

    use super::*;

    #[test]
    fn what_is_left_are_the_paths_without_repeats() {
        let mut b = GraphBuilder::new();
        b.add_states(4);
        b.start(0);
        for (s, label, energy, t) in [(0, 1, 1.0, 1), (0, 2, 2.0, 1), (1, 0, 0.5, 2), (1, 1, 0.25, 2), (2, 1, 4.0, 3)] {
            b.arc(s, label, label, Energy::new(energy).unwrap(), t);
        }
        b.final_weight(3, Energy::new(8.0).unwrap());
        b.final_weight(1, Energy::FREE);
        let g = b.build().unwrap();
        let made = without_repeats(&g).unwrap();
        let paths = |g: &Graph<Energy>| oracle::paths(g, |w| w.wide(), Limit::default()).list;
        let outputs = |paths: Vec<oracle::Path>| {
            let mut all: Vec<_> = paths.into_iter().map(|p| (p.output, p.energy.to_bits())).collect();
            all.sort();
            all
        };
        let mut wanted = paths(&g);
        wanted.retain(|p| p.output.windows(2).all(|w| w[0] != w[1]));
        assert_eq!(wanted.len(), 3);
        assert_eq!(outputs(paths(&made.graph)), outputs(wanted));
        for (site, &weight) in made.graph.sites() {
            let from = made.origin.of(site);
            assert_eq!(from.len(), 1);
            let there = match from[0].site {
                Site::Arc(a) => g.all_arcs()[a as usize].weight,
                Site::Final(s) => g.final_weight(s),
            };
            assert_eq!(there, weight);
        }
    }
}
