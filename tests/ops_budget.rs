//! What grows with an operation and is neither a state nor an arc counts too: the members of sets, and labels that wait.

use energraph::graph::StateId;
use energraph::ops::{
    Budget, OpError, Side, Subsequential, complement, determinize, determinize_best, determinize_subsequential,
    determinize_transducer, disambiguate, epsilon_normalize, push_labels,
};
use energraph::semiring::Quantum;
use energraph::{Graph, GraphBuilder, Label, MinSum, Weight};

type G = Graph<MinSum<f64>>;
type Outcome = Result<G, OpError>;

const SMALL: Budget = Budget { states: 10_000, arcs: 100_000 };
const ENDLESS: Budget = Budget { states: usize::MAX, arcs: usize::MAX };
const SEVERAL: Subsequential = Subsequential { several: true, label: 0, increment: false };

/// From arcs as (source, reads, writes, target).
fn graph(states: usize, arcs: impl IntoIterator<Item = (StateId, Label, Label, StateId)>, finals: &[StateId]) -> G {
    let mut b = GraphBuilder::new();
    b.add_states(states);
    b.start(0);
    arcs.into_iter().for_each(|(s, i, o, t)| b.arc(s, i, o, MinSum::one(), t));
    finals.iter().for_each(|&s| b.final_weight(s, MinSum::one()));
    b.build().unwrap()
}

/// What each determinisation of a transducer makes of one.
fn determinized(g: &G, budget: Budget) -> [(&'static str, Outcome); 4] {
    let q = Quantum::default();
    [
        ("one output", determinize_transducer(g, q, budget)),
        ("the best", determinize_best(g, q, budget)),
        ("one output at the end", determinize_subsequential(g, Subsequential::default(), q, budget)),
        ("several", determinize_subsequential(g, SEVERAL, q, budget)),
    ]
}

/// Refused for what counts as arcs, long before there are as many states.
fn assert_refused(name: &str, outcome: Outcome) {
    let refused = matches!(outcome, Err(OpError::Budget { states, arcs }) if states < 1_500 && arcs > SMALL.arcs);
    assert!(refused, "{name}: {:?}", outcome.map(|g| (g.states(), g.arc_count())));
}

fn assert_all_refused(g: &G) {
    determinized(g, SMALL).into_iter().for_each(|(name, outcome)| assert_refused(name, outcome));
}

/// The lowest number of arcs with which an operation is done, found by what the refusals say.
fn least(run: impl Fn(Budget) -> Outcome) -> usize {
    let mut most = 0;
    while let Err(refused) = run(Budget { arcs: most, ..ENDLESS }) {
        let OpError::Budget { arcs, .. } = refused else { panic!("{refused}") };
        assert!(arcs > most, "{arcs} {most}");
        most += 1;
    }
    most
}

#[test]
fn strings_that_wait_for_ever_end_over_budget() {
    // Which of two cycles was gone round shows at the end alone.
    let late = [(0, 1, 7, 1), (1, 1, 7, 1), (1, 2, 0, 3), (0, 1, 8, 2), (2, 1, 8, 2), (2, 3, 0, 3)];
    assert_all_refused(&graph(4, late, &[3]));
    // Two labels written for one that is read, and then another.
    let more = graph(3, [(0, 0, 7, 1), (1, 1, 8, 0), (0, 2, 9, 2)], &[2]);
    assert_refused("epsilons", epsilon_normalize(&more, Side::Input, SMALL));
}

/// Two branches that read 1 at each of some places and write what is given there, and read and write what is given behind
/// a place (none of which is the start): (branch, place, reads, writes).
fn branches(writes: &[[Label; 2]], ends: impl IntoIterator<Item = (u32, u32, Label, Label)>) -> G {
    let at = |branch: u32, place: u32| if place == 0 { 0 } else { 2 * place - 1 + branch };
    let end = at(0, writes.len() as u32 + 1);
    let both = (0..).zip(writes).flat_map(|(i, writes)| {
        (0..).zip(*writes).map(move |(branch, label)| (at(branch, i), 1, label, at(branch, i + 1)))
    });
    let ends = ends.into_iter().map(|(branch, place, reads, writes)| (at(branch, place), reads, writes, end));
    graph(end as usize + 1, both.chain(ends), &[end])
}

#[test]
fn long_strings_that_wait_count_as_arcs() {
    // One branch writes for all that it reads, the other not; which of them it is is read last.
    let late = |n: u32| branches(&vec![[7, 0]; n as usize], [(0, n, 3, 0), (1, n, 2, 9)]);
    assert_all_refused(&late(2_000));
    // 400 sets of two, at one of which 1, 2, … labels wait; at the end 399 of 400.
    for (name, outcome) in determinized(&late(400), SMALL) {
        let g = outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(g.arcs(400).iter().map(|a| (a.ilabel, a.olabel)).collect::<Vec<_>>(), [(2, 9), (3, 7)], "{name}");
        assert_eq!((g.states(), g.arc_count()), (801, 801), "{name}");
    }
}

#[test]
fn a_string_that_waits_counts_for_each_arc_that_goes_on_with_it() {
    // 300 labels wait, and 1,000 arcs read one label and lead to one state.
    let alike = (0..1_000).map(|_| (0, 300, 3, 0));
    assert_all_refused(&branches(&[[7, 8]; 300], alike.chain([(1, 300, 2, 0)])));
    // 100 labels wait in each of 20 places, and are written by each of 60 arcs.
    let writes = [[[7, 8]; 100].as_slice(), &[[0, 0]; 20]].concat();
    let many = (101..=120).flat_map(|place| (10..70).map(move |label| (0, place, label, 0)));
    assert_all_refused(&branches(&writes, many.chain([(1, 120, 2, 0)])));
}

#[test]
fn what_is_left_at_an_end_is_held_once() {
    // Reads 1 on each of n arcs and writes 7 on the first alone; epsilons of the output last.
    let n = 20_000;
    let chain = |sides: fn(u32) -> (Label, Label)| {
        let arcs = (0..n).map(move |s| (s, sides(s).0, sides(s).1, s + 1));
        graph(n as usize + 1, arcs, &[n])
    };
    let written = chain(|s| (1, if s == 0 { 7 } else { 0 }));
    let few = Budget { states: 30_000, arcs: 100_000 };
    assert_eq!(epsilon_normalize(&written, Side::Output, few), Ok(written));
    let read = chain(|s| (if s == 0 { 7 } else { 0 }, 1));
    assert_eq!(epsilon_normalize(&read, Side::Input, few), Ok(read));
}

#[test]
fn strings_behind_epsilons_count_as_arcs() {
    let refused =
        |name: &str, states: u32, arcs: &mut dyn Iterator<Item = (StateId, Label, Label, StateId)>, finals: &[u32]| {
            assert_refused(name, epsilon_normalize(&graph(states as usize, arcs, finals), Side::Input, SMALL));
        };
    // Epsilons that write 1,000 labels, with an end after each, or an arc that reads.
    let writes = |from: u32, n: u32| (from..from + n).map(|s| (s, 0, 7, s + 1));
    refused("ends", 1_001, &mut writes(0, 1_000), &(0..=1_000).collect::<Vec<_>>());
    let reads = (0..1_000).map(|s| (s, 1, 8, 1_001));
    refused("arcs", 1_002, &mut writes(0, 1_000).chain(reads), &[1_001]);
    // 300 of them, and then 1,000 ends, or arcs, that are made one.
    let ends = (301..1_301).map(|s| (300, 0, 0, s));
    refused("ends made one", 1_301, &mut writes(0, 300).chain(ends), &(301..1_301).collect::<Vec<_>>());
    let alike = (0..1_000).map(|_| (300, 1, 8, 301));
    refused("arcs made one", 302, &mut writes(0, 300).chain(alike), &[301]);
    // 500 states that are read up to, and lead to the same 300 and then to an end, or an arc.
    let reads = || (0..500).map(|s| (s, 1, 1, s + 1)).chain((0..500).map(|s| (s, 0, 0, 501)));
    refused("one end", 802, &mut reads().chain(writes(501, 300)), &[801]);
    refused("one arc", 803, &mut reads().chain(writes(501, 300)).chain([(801, 2, 9, 802)]), &[802]);
}

#[test]
fn labels_that_wait_count_as_arcs_where_they_are_pushed() {
    // Many arcs lead to a state from which one string is written, each behind an arc with another way to end.
    let (n, many) = (300, 1_000);
    let arcs = (0..many).map(|s| (s, 1, 0, s + 1)).chain((0..many).map(|s| (s, 2, 0, many + 1)));
    let string = (many + 1..many + 1 + n).map(|s| (s, 1, 7, s + 1));
    let g = graph((many + n) as usize + 2, arcs.chain(string), &[many, many + 1 + n]);
    let outcome = push_labels(&g, SMALL);
    assert!(matches!(outcome, Err(OpError::Budget { arcs, .. }) if arcs > SMALL.arcs), "{:?}", outcome.map(|_| ()));
}

/// A loop, and a chain of n arcs: after each label of a string there is one more state to be in.
fn loop_and_chain(n: u32) -> G {
    graph(n as usize + 1, (0..n).map(|s| (s, 1, 1, s + 1)).chain([(0, 1, 1, 0)]), &[n])
}

#[test]
fn members_of_sets_count_as_arcs() {
    let (g, q) = (loop_and_chain(8_000), Quantum::default());
    assert_refused("determinize", determinize(&g, q, SMALL));
    assert_refused("complement", complement(&g, &[1], SMALL));
    assert_all_refused(&g);
    // Sets of 1, 2, …, 10, 11 members; an arc from each.
    let g = loop_and_chain(10);
    assert_eq!(least(|budget| determinize(&g, q, budget)), 66 + 11);
    assert_eq!(least(|budget| complement(&g, &[1], budget)), 66 + 11);
}

#[test]
fn one_large_set_behind_many_labels_counts_for_each_of_them() {
    // Each label leads to a state of its own, and over epsilons to all of a chain.
    let (labels, n) = (1_000, 1_000);
    let first = (0..labels).map(|l| (0, l + 1, l + 1, n + l + 1)).chain((0..labels).map(|l| (n + l + 1, 0, 0, 1)));
    let chain = (1..n).map(|s| (s, 0, 0, s + 1));
    let g = graph((n + labels) as usize + 1, first.chain(chain), &[n]);
    let alphabet: Vec<Label> = (1..=labels).collect();
    // 100 of them are enough.
    let outcome = complement(&g, &alphabet, SMALL);
    assert!(matches!(outcome, Err(OpError::Budget { states: ..=102, .. })), "{:?}", outcome.map(|g| g.states()));
}

#[test]
fn rivals_count_as_arcs() {
    // Every string is accepted, by as many paths as there are a 1 among its last 20 labels: 2^20 sets of rivals.
    let first = [(0, 1, 1, 0), (0, 2, 2, 0), (0, 1, 1, 1)];
    let arcs = first.into_iter().chain((1..20).flat_map(|s| [(s, 1, 1, s + 1), (s, 2, 2, s + 1)]));
    let finals: Vec<StateId> = (0..=20).collect();
    let outcome = disambiguate(&graph(21, arcs, &finals), Quantum::default(), Budget { arcs: 40_000, ..SMALL });
    assert!(matches!(outcome, Err(OpError::Budget { states: ..=10_000, .. })), "{:?}", outcome.map(|g| g.states()));
}
