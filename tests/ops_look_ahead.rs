//! Composition that looks ahead: the same results, from fewer states.

mod ops_common;

use energraph::graph::{Arc, InputSite};
use energraph::ops::{Budget, Compose, Filter, LazyCompose, OpError, acceptor, compose, expand};
use energraph::paths::{Heuristic, lazy_best_path};
use energraph::{Energy, Graph, GraphBuilder, Traced};
use ops_common::*;

const ROUNDS: usize = 1_000;
const FILTERS: [Filter; 5] =
    [Filter::Sequence, Filter::AlternateSequence, Filter::Match, Filter::NoMatch, Filter::Trivial];

/// Arcs and ends with where they came from, states in the order of a breadth-first search.
#[allow(clippy::type_complexity)]
fn renumbered(made: &Traced<Energy>) -> Vec<(Vec<(Arc<Energy>, Vec<InputSite>)>, Energy, Vec<InputSite>)> {
    let (g, origin) = (&made.graph, &made.origin);
    let mut order: Vec<u32> = g.start().into_iter().collect();
    let (mut rows, mut next) = (Vec::new(), 0);
    while let Some(&s) = order.get(next) {
        let mut row = Vec::new();
        for (id, a) in g.arc_ids(s).zip(g.arcs(s)) {
            let target = order.iter().position(|&t| t == a.target).unwrap_or_else(|| {
                order.push(a.target);
                order.len() - 1
            });
            row.push((Arc { target: target as u32, ..*a }, origin.arc(id).to_vec()));
        }
        rows.push((row, g.final_weight(s), origin.final_weight(s).to_vec()));
        next += 1;
    }
    assert_eq!(order.len(), g.states());
    rows
}

fn assert_alike(a: &Result<Traced<Energy>, OpError>, b: &Result<Traced<Energy>, OpError>) {
    match (a, b) {
        (Ok(a), Ok(b)) => assert_eq!(renumbered(a), renumbered(b)),
        (a, b) => assert_eq!(a, b),
    }
}

#[test]
fn looking_ahead_changes_no_result_and_meets_fewer_states() {
    let (mut rng, mut arcs, mut without, mut with) = (Rng::new(401), 0, 0, 0);
    for round in 0..ROUNDS {
        let shape = Shape { cyclic: round % 2 == 1, labels: 3, ..SMALL };
        let (a, b) = (random(&mut rng, shape, energy), random(&mut rng, shape, energy));
        for filter in FILTERS {
            let o = Compose { filter, ..Compose::default() };
            let ahead = Compose { look_ahead: true, ..o };
            let wanted = compose(&a, &b, &o);
            assert_alike(&compose(&a, &b, &ahead), &wanted);
            let (mut plain, mut looking) = (LazyCompose::new(&a, &b, &o), LazyCompose::new(&a, &b, &ahead));
            assert_alike(&expand(&mut plain), &expand(&mut looking));
            assert!(looking.touched().met <= plain.touched().met);
            (without, with) = (without + plain.touched().met, with + looking.touched().met);
            arcs += wanted.map_or(0, |made| made.graph.arc_count());
        }
    }
    assert!(arcs > 5_000 && with * 5 < without * 4, "{arcs} {with} {without}");
}

#[test]
fn chains_that_look_ahead_have_the_paths_of_those_that_do_not() {
    let (mut rng, mut some) = (Rng::new(402), 0);
    let shape = Shape { states: 5, arcs: 12, ..SMALL };
    for _ in 0..ROUNDS {
        let mut one = || random(&mut rng, shape, energy);
        let (a, b, c) = (one(), one(), one());
        let made = [false, true].map(|look_ahead| {
            let o = Compose { look_ahead, ..Compose::default() };
            expand(&mut LazyCompose::new(LazyCompose::new(&a, &b, &o), &c, &o)).map(|made| relation(&made.graph))
        });
        assert_eq!(made[0], made[1]);
        some += usize::from(made[0].is_ok());
    }
    assert!(some > 100, "{some}");
}

/// A thousand words of 20 letters each, written at their ends.
fn lexicon() -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    let start = b.state();
    b.start(start);
    b.final_weight(start, Energy::FREE);
    for word in 1..=1_000 {
        let mut at = start;
        for letter in 0..20 {
            let next = if letter == 19 { start } else { b.state() };
            b.arc(at, 1 + (word * 7 + letter * 3) % 26, if letter == 19 { word } else { 0 }, Energy::FREE, next);
            at = next;
        }
    }
    b.build().unwrap()
}

#[test]
fn of_a_lexicon_only_the_words_that_are_allowed_next_are_entered() {
    let (words, allowed) = (lexicon(), acceptor::<Energy>(&[17, 4]).unwrap());
    let touched = [false, true].map(|look_ahead| {
        let mut lazy = LazyCompose::new(&words, &allowed, &Compose { look_ahead, ..Compose::default() });
        let best = lazy_best_path(&mut lazy, &Heuristic::none()).unwrap().unwrap();
        assert_eq!((best.input.len(), best.output), (40, vec![17, 4]));
        expand(&mut lazy).unwrap();
        lazy.touched().met
    });
    assert_eq!(touched, [3 * 19_000 + 3, 2 * 19 + 3]);
    // A budget that is too small for all words is enough for two.
    let budget = Budget { states: 100, arcs: 100 };
    let plain = Compose { budget, ..Compose::default() };
    assert!(matches!(compose(&words, &allowed, &plain), Err(OpError::Budget { .. })));
    assert_eq!(compose(&words, &allowed, &Compose { look_ahead: true, ..plain }).unwrap().graph.states(), 41);
}

#[test]
fn a_long_run_of_epsilons_is_walked_once() {
    let n = 200_000;
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 2);
    b.start(0);
    (0..n).for_each(|s| b.arc(s, s + 1, 0, Energy::FREE, s + 1));
    b.arc(n, 0, 7, Energy::FREE, n + 1);
    b.final_weight(n + 1, Energy::FREE);
    let (words, seven) = (b.build().unwrap(), acceptor::<Energy>(&[7]).unwrap());
    let ahead = Compose { look_ahead: true, ..Compose::default() };
    let made = compose(&words, &seven, &ahead).unwrap();
    assert_eq!(made, compose(&words, &seven, &Compose::default()).unwrap());
    assert_eq!(made.graph.states(), n as usize + 2);
}
