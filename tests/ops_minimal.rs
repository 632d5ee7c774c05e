//! The minimal acceptor of sorted words against the minimised trie.

mod ops_common;

use std::collections::BTreeSet;

use energraph::ops::{Budget, OpError, determinize, equivalent, from_strings, isomorphic, minimal_acceptor, minimize};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, Label, MinSum, Weight};
use ops_common::*;

type Words = BTreeSet<Vec<Label>>;

fn words(rng: &mut Rng) -> Words {
    let (most, length, labels) = (1 + rng.below(40), rng.below(7), 1 + rng.below(3));
    let word = |rng: &mut Rng| (0..rng.below(length + 1)).map(|_| 1 + rng.below(labels) as Label).collect();
    (0..most).map(|_| word(rng)).collect()
}

#[test]
fn it_is_the_minimised_trie_up_to_numbers() {
    let (mut rng, mut smaller) = (Rng::new(350), 0);
    for _ in 0..1_500 {
        let words = words(&mut rng);
        let found: Graph<MinSum<f64>> = minimal_acceptor(&words).unwrap();
        let trie: Graph<MinSum<f64>> = from_strings(&words).unwrap();
        let deterministic = determinize(&trie, Quantum::EXACT, Budget::default()).unwrap();
        let expected = minimize(&deterministic, Quantum::EXACT).unwrap();
        assert_eq!(isomorphic(&found, &expected, Tolerance::EXACT, Budget::default()), Ok(true), "{words:?}");
        assert_eq!(found.states(), expected.states());
        assert!(equivalent(&found, &trie, Tolerance::EXACT).unwrap());
        // Directly, without the operations above.
        let listed: Words = paths(&found, 64).into_iter().map(|p| p.input).collect();
        assert_eq!(listed, words);
        assert_eq!(paths(&found, 64).len(), words.len());
        assert!(is_deterministic(&found) && is_connected(&found) && found.is_acceptor());
        assert!(found.start() == Some(0) && found.arcs_with_source().all(|(_, s, a)| a.target > s));
        assert!(found.sites().all(|(_, w)| *w == MinSum::one()));
        smaller += usize::from(found.states() < trie.states());
    }
    assert!(smaller > 600, "{smaller}");
}

#[test]
fn no_two_states_have_one_future() {
    let mut rng = Rng::new(351);
    for _ in 0..1_000 {
        let found: Graph<Energy> = minimal_acceptor(words(&mut rng)).unwrap();
        let futures: BTreeSet<Words> = (0..found.states() as u32)
            .map(|s| {
                let mut open = vec![(s, Vec::new())];
                let mut future = Words::new();
                while let Some((s, word)) = open.pop() {
                    open.extend(found.arcs(s).iter().map(|a| (a.target, [&word[..], &[a.ilabel]].concat())));
                    future.extend(found.is_final(s).then_some(word));
                }
                future
            })
            .collect();
        assert_eq!(futures.len(), found.states());
    }
}

#[test]
fn the_first_word_out_of_order_is_named() {
    let (mut rng, mut refused) = (Rng::new(352), 0);
    for _ in 0..1_000 {
        let mut list: Vec<Vec<Label>> = words(&mut rng).into_iter().collect();
        let at = rng.below(list.len() as u64) as usize;
        let again = list[rng.below(list.len() as u64) as usize].clone();
        list.insert(at, again);
        let found: Result<Graph<Energy>, _> = minimal_acceptor(&list);
        let first = (1..list.len()).find(|&i| list[i - 1] >= list[i]);
        assert_eq!(found.err(), first.map(|index| OpError::NotSorted { index }));
        refused += usize::from(first.is_some());
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn ends_of_the_range_of_words() {
    let none: [&[Label]; 0] = [];
    let empty: Result<Graph<Energy>, _> = minimal_acceptor(none);
    assert_eq!(empty, Err(OpError::Empty { first_unmatched: None }));
    let one: Graph<Energy> = minimal_acceptor([&[][..]]).unwrap();
    assert_eq!((one.states(), one.is_final(0)), (1, true));
    let zero: Result<Graph<Energy>, _> = minimal_acceptor([&[1, 0][..]]);
    assert_eq!(zero, Err(OpError::Epsilon { what: "a word", position: 1 }));
    // All words of sixteen bits: 131,071 states as a trie, 17 here.
    let all = (0..1_u32 << 16).map(|n| (0..16).map(|i| 1 + (n >> (15 - i) & 1)).collect::<Vec<_>>());
    let bits: Graph<Energy> = minimal_acceptor(all).unwrap();
    assert_eq!((bits.states(), bits.arc_count()), (17, 32));
}
