//! Gradients through every operation that says where its weights came from, against finite differences.

mod autograd_common;
mod ops_common;

use autograd_common::{MANY, Way, World, found, narrowed};
use energraph::autograd::{GraphVar, Tape, TapeError};
use energraph::ops::{
    Budget, Codes, Compose, Encode, LazyCompose, OpError, Replace, Side, arc_sort, decode, difference, encode, expand,
    intersect, prune, push_labels, relabel, replace, state_sort, synchronize, top_sort,
};
use energraph::paths::PositiveF64;
use energraph::{Energy, Graph, Label, MinSum, Site, Traced};
use ops_common::{Rng, SMALL, Shape, energy, random};

const ROUNDS: usize = 1_000;
const ACCEPTOR: Shape = Shape { acceptor: true, ..SMALL };

/// What is made of two graphs, and the list of its paths; `None` where it accepts nothing.
type Made = Option<(GraphVar, Vec<Way>)>;

/// Until 1,000 graphs had a gradient. Asked for are the free energy of all paths, and that of those that write some strings.
fn compared(name: &str, shape: Shape, make: impl Fn(&mut Tape, &mut World, &[Graph<Energy>; 2], &mut Rng) -> Made) {
    let (mut rng, mut done, mut tried) = (Rng::new(name.len() as u64), 0, 0);
    while done < ROUNDS {
        tried += 1;
        assert!(tried < 40 * ROUNDS, "{name}: {done} of {tried}");
        let graphs = [random(&mut rng, shape, energy), random(&mut rng, shape, energy)];
        let (mut tape, mut world) = (Tape::new(), World::default());
        let Some((var, ways)) = make(&mut tape, &mut world, &graphs, &mut rng) else { continue };
        if ways.len() > MANY {
            continue;
        }
        let beta = [0.5, 1.0, 2.0, f64::INFINITY][rng.below(4) as usize];
        let mut asked = vec![(var, ways.clone(), beta)];
        asked.extend(narrowed(&mut tape, var, &ways, &mut rng).map(|(few, left)| (few, left, 1.0)));
        done += usize::from(world.compare(tape, &asked, 1e-5));
    }
}

/// One leaf, whose paths all stay.
fn all_stay(name: &str, way: impl Fn(&Graph<Energy>, &mut Rng) -> Result<Traced<Energy>, OpError>) {
    compared(name, SMALL, |tape, world, [g, _], rng| {
        let (leaf, ways) = world.leaf(tape, g)?;
        Some((found(tape.apply(&[leaf], |g| way(g[0], rng)))?, ways))
    });
}

#[test]
fn gradients_through_reordered_graphs_are_their_finite_differences() {
    all_stay("arc_sort", |g, rng| arc_sort(g, if rng.chance(50) { Side::Input } else { Side::Output }));
    all_stay("top_sort", |g, _| top_sort(g));
    all_stay("state_sort", |g, rng| {
        let mut order: Vec<u32> = (0..g.states() as u32).collect();
        (1..order.len()).for_each(|i| order.swap(i, rng.below(i as u64 + 1) as usize));
        state_sort(g, &order)
    });
}

#[test]
fn gradients_through_a_synchronization_are_their_finite_differences() {
    all_stay("synchronize", |g, _| synchronize(g, Budget::default()));
}

#[test]
fn gradients_through_other_labels_are_their_finite_differences() {
    compared("relabel", SMALL, |tape, world, [g, _], _| {
        let (leaf, ways) = world.leaf(tape, g)?;
        let made = tape.apply(&[leaf], |g| Ok::<_, OpError>(relabel(g[0], &[(1, 2)], &[(1, 0), (2, 1)])));
        let new = |mut w: Way| {
            w.input.fill(2);
            w.output = w.output.iter().filter(|&&l| l != 1).map(|_| 1).collect();
            w
        };
        Some((found(made)?, ways.into_iter().map(new).collect()))
    });
}

#[test]
fn gradients_through_labels_encoded_and_pushed_are_their_finite_differences() {
    compared("encode, decode", SMALL, |tape, world, [g, _], rng| {
        let (leaf, ways) = world.leaf(tape, g)?;
        let what = [Encode::Labels, Encode::Weights, Encode::Both][rng.below(3) as usize];
        let made = tape.apply_in::<MinSum<f64>, OpError>(PositiveF64::ONE, &[leaf], |g| {
            let mut codes = Codes::new(what);
            let encoded = encode(g[0], &mut codes)?;
            decode(&encoded, &codes)
        });
        Some((found(made)?, ways))
    });
    compared("push_labels", SMALL, |tape, world, [g, _], _| {
        let (leaf, ways) = world.leaf(tape, g)?;
        let made = tape.apply_in::<MinSum<f64>, _>(PositiveF64::ONE, &[leaf], |g| push_labels(g[0], Budget::default()));
        Some((found(made)?, ways))
    });
}

/// The pairs of ways that a filter keeps.
fn pairs(a: &[Way], b: &[Way], meet: impl Fn(&Way, &Way) -> Option<Way>) -> Vec<Way> {
    a.iter().flat_map(|x| b.iter().filter_map(|y| meet(x, y)).collect::<Vec<_>>()).collect()
}

fn composed(x: &Way, y: &Way) -> Option<Way> {
    let (input, output) = (x.input.clone(), y.output.clone());
    (x.output == y.input).then(|| Way { input, output, ..x.then(y) })
}

#[test]
fn gradients_through_a_lazy_composition_are_their_finite_differences() {
    compared("expand", SMALL, |tape, world, [g, h], rng| {
        let ((a, of_a), (b, of_b)) = (world.leaf(tape, g)?, world.leaf(tape, h)?);
        let o = Compose { look_ahead: rng.chance(50), ..Compose::default() };
        let made = tape.apply(&[a, b], |g| expand(&mut LazyCompose::new(g[0], g[1], &o)));
        Some((found(made)?, pairs(&of_a, &of_b, composed)))
    });
}

#[test]
fn gradients_through_an_intersection_are_their_finite_differences() {
    compared("intersect", ACCEPTOR, |tape, world, [g, h], _| {
        let ((a, of_a), (b, of_b)) = (world.leaf(tape, g)?, world.leaf(tape, h)?);
        let made = tape.apply(&[a, b], |g| intersect(g[0], g[1], &Compose::default()));
        Some((found(made)?, pairs(&of_a, &of_b, composed)))
    });
}

#[test]
fn gradients_through_a_difference_are_their_finite_differences_and_those_of_what_is_taken_away_are_0() {
    compared("difference", ACCEPTOR, |tape, world, [g, h], _| {
        let ((a, of_a), (b, of_b)) = (world.leaf(tape, g)?, world.leaf(tape, h)?);
        let made = tape.apply(&[a, b], |g| difference(g[0], g[1], &Compose::default()));
        let possible = |w: &&Way| world.energy(w, &world.energies) < f64::INFINITY;
        let taken: Vec<&Way> = of_b.iter().filter(possible).collect();
        let left = of_a.into_iter().filter(|w| taken.iter().all(|t| t.input != w.input)).collect();
        Some((found(made)?, left))
    });
}

/// What the called graph is called by.
const CALL: Label = 2;

#[test]
fn gradients_through_a_replacement_are_their_finite_differences() {
    compared("replace", SMALL, |tape, world, [g, h], _| {
        let (root, of_root) = world.leaf(tape, g)?;
        // It calls nothing.
        let h = h.map_labels(|i, o| (i, if o == CALL { 3 } else { o }));
        let (sub, of_sub) = world.leaf(tape, &h)?;
        let made = tape.apply(&[root, sub], |g| replace(9, &[(9, g[0]), (CALL, g[1])], &Replace::epsilons()));
        let mut all = Vec::new();
        for way in of_root {
            let mut heads = vec![Way { input: Vec::new(), output: Vec::new(), sites: Vec::new() }];
            for &site in &way.sites {
                let label = |l: Label| Some(l).filter(|&l| l != 0).into_iter().collect();
                let (step, calls) = match world.sites[site].1 {
                    Site::Arc(a) => {
                        let a = &g.all_arcs()[a as usize];
                        let input = if a.olabel == CALL { Vec::new() } else { label(a.ilabel) };
                        let output = if a.olabel == CALL { Vec::new() } else { label(a.olabel) };
                        (Way { input, output, sites: vec![site] }, a.olabel == CALL)
                    }
                    Site::Final(_) => (Way { input: Vec::new(), output: Vec::new(), sites: vec![site] }, false),
                };
                heads = heads.iter().map(|head| head.then(&step)).collect();
                if calls {
                    heads = pairs(&heads, &of_sub, |head, sub| Some(head.then(sub)));
                }
                if heads.len() > MANY {
                    return None;
                }
            }
            all.extend(heads);
        }
        Some((found(made)?, all))
    });
}

#[test]
fn gradients_through_pruning_are_the_finite_differences_of_what_is_left() {
    compared("prune", SMALL, |tape, world, [g, _], rng| {
        let (leaf, ways) = world.leaf(tape, g)?;
        let margin = rng.below(12) as f64 / 4.0;
        let made = tape.apply(&[leaf], |g| {
            let pruned = prune(&g[0].lift::<MinSum<f64>>(), &MinSum::new(margin).unwrap())?;
            Ok::<_, OpError>(Traced { graph: pruned.graph.lower(), origin: pruned.origin })
        });
        let energies: Vec<f64> = ways.iter().map(|w| world.energy(w, &world.energies)).collect();
        let lowest = |keep: &dyn Fn(&Way) -> bool| {
            let kept = ways.iter().zip(&energies).filter(|(w, _)| keep(w)).map(|(_, e)| *e);
            kept.fold(f64::INFINITY, f64::min)
        };
        let limit = lowest(&|_| true) + margin;
        let stays: Vec<bool> = (0..world.sites.len()).map(|s| lowest(&|w| w.sites.contains(&s)) <= limit).collect();
        let left = ways.iter().filter(|w| w.sites.iter().all(|&s| stays[s])).cloned().collect();
        Some((found(made)?, left))
    });
}

#[test]
fn an_operation_of_a_semiring_that_fails_or_has_a_foreign_graph_leaves_the_tape_as_it_was() {
    let (mut tape, mut other) = (Tape::new(), Tape::new());
    let g = tape.leaf(energraph::ops::acceptor(&[1]).unwrap());
    let foreign = other.leaf(Graph::empty());
    assert_eq!(tape.remove_epsilon(foreign, energraph::Beta::ONE), Err(TapeError::ForeignHandle));
    let empty = OpError::Empty { first_unmatched: None };
    let failed = tape.apply_in::<MinSum<f64>, _>(PositiveF64::ONE, &[g], |_| Err(empty.clone()));
    assert_eq!(failed, Err(TapeError::Op(empty)));
    let f = tape.free_energy(g, energraph::Beta::ONE).unwrap();
    assert_eq!(tape.backward(&[(f, 1.0)]).unwrap().of(g).unwrap().arcs, [1.0]);
}
