//! `energraph fst` within a budget: what is over it is refused, what is just within it is done.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, Ran, energraph};

/// Reads 1 2 and writes 7 9, reads 1 3 and writes 8 9.
const FUNCTIONAL: &str = "0 1 1 7 1\n0 2 1 8 3\n1 3 2 9\n2 3 3 9\n3\n";
const ACCEPTOR: &str = "0 1 1 1 1\n0 2 1 1 3\n1 3 2 2\n2 3 3 3\n3\n";

fn run(arguments: &[&str], budget: Option<(&str, usize)>) -> Ran {
    let budget = budget.map(|(option, most)| format!("{option}={most}"));
    let all: Vec<&str> = ["fst"].into_iter().chain(arguments.iter().copied()).chain(budget.as_deref()).collect();
    energraph(&all)
}

/// The lowest budget that suffices; every lower one is refused in one line that names it.
fn least(arguments: &[&str], option: &str) -> usize {
    let whole = run(arguments, None);
    assert_eq!(whole.code, 0, "{arguments:?}: {}", whole.err);
    for most in 0..200 {
        let ran = run(arguments, Some((option, most)));
        if ran.code == 0 {
            assert_eq!(ran.out, whole.out, "{arguments:?} {option}={most}");
            return most;
        }
        assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{arguments:?}: {}", ran.err);
        let says = format!("{}={most} allows no more", option.replace("max-", "max_"));
        assert!(ran.err.contains("stopped over budget, at ") && ran.err.contains(&says), "{arguments:?}: {}", ran.err);
    }
    panic!("{arguments:?}: no {option} suffices");
}

#[test]
fn every_operation_that_may_grow_out_of_hand_has_a_budget() {
    let f = Folder::new("budget");
    let (transducer, acceptor) = (f.file("t.txt", FUNCTIONAL), f.file("a.txt", ACCEPTOR));
    let (t, a) = (transducer.as_str(), acceptor.as_str());
    let other = f.file("b.txt", "0 1 7 7\n0 1 8 8\n1 2 9 9\n2\n");
    let one = f.file("one.txt", "0 1 1 1\n1 2 2 2\n2\n");
    let late = f.file("late.txt", "0 1 1 0\n1 2 2 7 4\n2\n");
    let first = f.file("first.txt", "0 1 0 7\n1 2 2 8 0.5\n2\n");
    let (root, digit) = (f.file("s.txt", "0 1 7 7\n1 2 101 101\n2\n"), f.file("d.txt", "0 1 1 1\n0 1 2 2 1\n1 0.25\n"));
    let twins = f.file("twins.txt", "0 1 1 1\n0 2 1 1\n1 3 2 2\n2 4 2 2\n3 5 3 3\n4 5 4 4\n5\n");
    let swapped = f.file("swapped.txt", "0 2 1 1\n0 1 1 1\n1 3 2 2\n2 4 2 2\n3 5 3 3\n4 5 4 4\n5\n");
    let all: &[&[&str]] = &[
        &["compose", t, &other],
        &["compose", "--look_ahead", t, &other],
        &["intersect", a, &one],
        &["difference", a, &one],
        &["determinize", a],
        &["determinize", t],
        &["determinize", "--det_type=disambiguate", t],
        &["disambiguate", a],
        &["epsnormalize", &first],
        &["push", "--push_labels", &late],
        &["replace", &root, "100", &digit, "101"],
        &["synchronize", &late],
        &["complement", &one],
        &["isomorphic", "--output=-", &twins, &swapped],
        &["shortestpath", "--unique", "--nshortest=2", t],
        &["search", t, &other],
        &["search", "--weight=5", t, &other],
    ];
    for arguments in all {
        let (states, arcs) = (least(arguments, "--max-states"), least(arguments, "--max-arcs"));
        assert!(states > 0 && arcs > 0, "{arguments:?} {states} {arcs}");
    }
    // What is written moves to the front before states are merged.
    let deterministic = f.file("m.txt", "0 1 1 0\n1 2 2 7\n1 2 3 7\n2\n");
    assert!(least(&["minimize", &deterministic], "--max-states") > 0);
}

#[test]
fn a_budget_is_a_number_and_belongs_to_what_has_one() {
    let f = Folder::new("budget-usage");
    let a = f.file("a.txt", ACCEPTOR);
    for (arguments, code) in [
        (&["determinize", "--max_states=10", &a][..], 0),
        (&["determinize", "-max_states", "10", "--max_arcs=10", &a], 0),
        (&["determinize", "--max_states=-1", &a], 2),
        (&["determinize", "--max_arcs=many", &a], 2),
        (&["connect", "--max_states=10", &a], 2),
    ] {
        let ran = run(arguments, None);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
    }
    let bound = run(&["search", "--max_states=1", &a, &a], None);
    assert!(bound.err.contains("paths not found have an energy of at least 2"), "{}", bound.err);
}
