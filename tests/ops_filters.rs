//! The epsilon filters of composition against pairs of paths, each counted as often as its epsilons can be walked.

mod ops_common;

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::ops::{Compose, Filter, OpError, compose};
use energraph::oracle::Path;
use energraph::paths::path_sum;
use energraph::{Commutative, Counting, Graph, MinSum, Site, Weight};
use ops_common::*;

const ROUNDS: usize = 1_000;
const ONCE: [Filter; 3] = [Filter::Sequence, Filter::AlternateSequence, Filter::Match];
const ALL: [Filter; 5] = [ONCE[0], ONCE[1], ONCE[2], Filter::NoMatch, Filter::Trivial];

fn options(filter: Filter) -> Compose {
    Compose { filter, allow_empty: true, ..Compose::default() }
}

/// The ways from (0, 0) to (k, m) by steps to the right, upwards, and, if allowed, along the diagonal.
fn walks(k: usize, m: usize, diagonal: bool) -> usize {
    if k == 0 || m == 0 {
        return 1;
    }
    let straight = walks(k - 1, m, diagonal) + walks(k, m - 1, diagonal);
    straight + if diagonal { walks(k - 1, m - 1, diagonal) } else { 0 }
}

/// How many arcs without a label a path has before, between and after those with one.
fn gaps<W: Weight>(g: &Graph<W>, path: &Path, output: bool) -> Vec<usize> {
    let mut gaps = vec![0];
    for site in &path.sites {
        let Site::Arc(id) = site else { break };
        let arc = &g.all_arcs()[*id as usize];
        if (if output { arc.olabel } else { arc.ilabel }) == EPSILON {
            *gaps.last_mut().unwrap() += 1;
        } else {
            gaps.push(0);
        }
    }
    gaps
}

/// How many paths of the composition a pair of paths makes, as [`Filter`] says.
fn times<W: Weight>(filter: Filter, (a, p): (&Graph<W>, &Path), (b, q): (&Graph<W>, &Path)) -> usize {
    let gaps = gaps(a, p, true).into_iter().zip(gaps(b, q, false));
    match filter {
        Filter::NoMatch => gaps.map(|(k, m)| walks(k, m, false)).product(),
        Filter::Trivial => gaps.map(|(k, m)| walks(k, m, true)).product(),
        Filter::Null => gaps.map(|(k, m)| usize::from(k == m)).product(),
        _ => 1,
    }
}

fn expected<W: Weight>(a: &Graph<W>, b: &Graph<W>, filter: Filter) -> Relation<W> {
    let (pa, pb) = (paths(a, 64), paths(b, 64));
    let mut r: Relation<W> = BTreeMap::new();
    for (p, q) in pa.iter().flat_map(|p| pb.iter().filter(|q| p.output == q.input).map(move |q| (p, q))) {
        let weight = product(a, &p.sites).times(&product(b, &q.sites));
        let times = times(filter, (a, p), (b, q));
        if times == 0 {
            continue;
        }
        r.entry((p.input.clone(), q.output.clone())).or_default().extend(vec![weight; times]);
    }
    sorted(r)
}

fn check<W: Commutative>(a: &Graph<W>, b: &Graph<W>, filter: Filter) -> usize {
    let c = compose(a, b, &options(filter)).unwrap();
    let wanted = expected(a, b, filter);
    assert_eq!(relation(&c.graph), wanted, "{filter:?}\n{a:?}\n{b:?}");
    check_origin(&c, &[a, b]);
    assert!(is_connected(&c.graph));
    wanted.values().map(Vec::len).sum()
}

#[test]
fn three_filters_make_one_path_of_a_pair_of_paths_and_two_as_many_as_they_promise() {
    let (mut rng, mut counted) = (Rng::new(301), [0; 5]);
    let shape = Shape { epsilons: 50, ..SMALL };
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        for (filter, counted) in ALL.into_iter().zip(&mut counted) {
            *counted += check(&a, &b, filter);
        }
    }
    let [sequence, alternate, matching, straight, trivial] = counted;
    assert!(sequence == alternate && sequence == matching && sequence > 1_000, "{counted:?}");
    assert!(straight > sequence + 200 && trivial > straight + 200, "{counted:?}");
}

#[test]
fn null_joins_the_pairs_of_paths_that_have_as_many_epsilons_at_every_place() {
    let (mut rng, mut some, mut all) = (Rng::new(307), 0, 0);
    let shape = Shape { epsilons: 50, ..SMALL };
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        some += check(&a, &b, Filter::Null);
        all += check(&a, &b, Filter::Sequence);
    }
    assert!(some > 200 && all > some + 200, "{some} {all}");
}

#[test]
fn three_filters_agree_in_a_semiring_that_counts_and_all_five_where_sums_are_idempotent() {
    let (mut rng, mut different) = (Rng::new(302), 0);
    let shape = Shape { epsilons: 50, ..SMALL };
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, shape, count), random(&mut rng, shape, count));
        let counts = ALL.map(|f| path_sum(&compose(&a, &b, &options(f)).unwrap().graph, |_, &w| w).unwrap());
        assert_eq!((counts[1], counts[2]), (counts[0], counts[0]));
        assert!(counts[3].0 >= counts[0].0 && counts[4].0 >= counts[3].0);
        different += usize::from(counts[4] != counts[0]);
        let (a, b) = (random(&mut rng, SMALL, energy), random(&mut rng, SMALL, energy));
        let best = |f| path_sum(&compose(&a, &b, &options(f)).unwrap().graph, |_, &e| MinSum::<f64>::from(e)).unwrap();
        assert!(ALL.into_iter().all(|f| best(f) == best(Filter::Sequence)));
    }
    assert!(different > 40, "{different}");
}

#[test]
fn on_cycles_too_every_filter_makes_as_many_paths_of_a_pair_as_it_promises() {
    let (mut rng, mut total, mut skipped) = (Rng::new(303), [0; 5], 0);
    let shape = Shape { states: 3, arcs: 4, cyclic: true, ..SMALL };
    let longest = 2;
    for _ in 0..ROUNDS {
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        let (pa, pb) = (paths(&a, longest), paths(&b, longest));
        for (filter, total) in ALL.into_iter().zip(&mut total) {
            let mut wanted: Vec<(Vec<Site>, Vec<Site>)> = Vec::new();
            for (p, q) in pa.iter().flat_map(|p| pb.iter().filter(|q| p.output == q.input).map(move |q| (p, q))) {
                let times = times(filter, (&a, p), (&b, q));
                wanted.extend(vec![(p.sites.clone(), q.sites.clone()); times]);
            }
            let c = compose(&a, &b, &options(filter)).unwrap();
            let short = |p: &(Vec<Site>, Vec<Site>)| p.0.len() <= longest + 1 && p.1.len() <= longest + 1;
            let Some(all) = few_paths(&c.graph, 2 * longest) else {
                skipped += 1;
                continue;
            };
            let mut got: Vec<_> = all.iter().map(|p| parts(&c, p)).filter(short).collect();
            wanted.sort();
            got.sort();
            assert_eq!(got, wanted, "{filter:?}\n{a:?}\n{b:?}");
            *total += wanted.len();
        }
    }
    assert!(total[0] > 1_000 && total[4] > total[3] && total[3] > total[0] && skipped < 200, "{total:?} {skipped}");
}

#[test]
fn two_epsilons_on_each_side_are_walked_as_the_table_says() {
    let writes_nothing = counting(&[(0, 1, 1, 0, 1), (1, 2, 2, 0, 1)], &[(2, 1)]);
    let reads_nothing = counting(&[(0, 1, 0, 3, 1), (1, 2, 0, 4, 1)], &[(2, 1)]);
    let made = ALL.map(|f| compose(&writes_nothing, &reads_nothing, &options(f)).unwrap().graph);
    let paths = made.each_ref().map(|g| path_sum(g, |_, &w| w).unwrap());
    assert_eq!(paths, [1, 1, 1, 6, 13].map(Counting));
    assert_eq!(made.each_ref().map(|g| g.arc_count()), [4, 4, 2, 12, 16]);
    // Which side goes first.
    let read = |g: &Graph<Counting>| g.arcs(0).iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>();
    assert_eq!(made[..3].iter().map(read).collect::<Vec<_>>(), [[(1, 0)], [(0, 3)], [(1, 3)]]);
}

#[test]
fn epsilons_walked_together_are_no_matched_label() {
    let a = counting(&[(0, 1, 1, 0, 1), (1, 2, 2, 8, 1)], &[(2, 1)]);
    let b = counting(&[(0, 1, 0, 3, 1), (1, 2, 9, 4, 1)], &[(2, 1)]);
    for filter in ALL {
        let found = compose(&a, &b, &Compose { filter, ..Compose::default() });
        let Err(OpError::Empty { first_unmatched: Some(u) }) = found else { panic!("{found:?}") };
        assert_eq!(u.matched, 0, "{filter:?}");
    }
}
