//! `energraph fst`: transducers determinised, labels pushed, epsilons last, filters of composition.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{energraph, energraph_with};

/// Reads 1 2 and writes 7 9, reads 1 3 and writes 8 9.
const FUNCTIONAL: &str = "0 1 1 7 1\n0 2 1 8 3\n1 3 2 9\n2 3 3 9\n3\n";
/// Writes 7 or 8 for 1.
const AMBIGUOUS: &str = "0 1 1 7 1\n0 1 1 8 0.5\n1\n";

fn run(arguments: &[&str], text: &str) -> String {
    let ran = energraph_with(&[&["fst"], arguments, &["-"]].concat(), text);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    ran.out
}

#[test]
fn transducers_are_determinized_where_they_are_functional_or_the_best_output_is_kept() {
    let whole = "0\t1\t1\t0\t1\n1\t2\t2\t7\n1\t2\t3\t8\t2\n2\t3\t0\t9\n3\n";
    assert_eq!(run(&["determinize"], FUNCTIONAL), whole);
    let refused = energraph_with(&["fst", "determinize", "-"], AMBIGUOUS);
    assert_eq!((refused.code, refused.err.lines().count()), (1, 1));
    assert!(refused.err.contains("for [1] it writes both [7] and [8]"), "{}", refused.err);
    assert_eq!(run(&["determinize", "--det_type=disambiguate"], AMBIGUOUS), "0\t1\t1\t8\t0.5\n1\n");
    let log = ["fst", "determinize", "--det_type=disambiguate", "--semiring=log", "-"];
    assert_eq!(energraph_with(&log, AMBIGUOUS).code, 2);
    // Acceptors are what they were.
    assert_eq!(run(&["determinize", "--acceptor"], "0 1 1 1\n0 1 1 0.5\n1\n"), "0\t1\t1\t0.5\n1\n");
}

#[test]
fn labels_and_weights_are_pushed_alone_and_together() {
    let late = "0 1 1 0\n1 2 2 7 4\n2\n";
    assert_eq!(run(&["push", "--push_labels"], late), "0\t1\t1\t7\n1\t2\t2\t0\t4\n2\n");
    assert_eq!(run(&["push", "--push_labels", "--push_weights"], late), "0\t1\t1\t7\t4\n1\t2\t2\t0\n2\n");
    assert_eq!(run(&["push", "--push_weights"], late), "0\t1\t1\t0\t4\n1\t2\t2\t7\n2\n");
}

#[test]
fn nothing_is_pushed_that_is_not_asked_for_and_that_is_said() {
    let late = "0\t1\t1\t0\n1\t2\t2\t7\t4\n2\t1\n";
    for options in
        [&[][..], &["--push_weights=false"], &["--remove_total_weight"], &["--to_final"], &["--remove_common_affix"]]
    {
        let ran = energraph_with(&[&["fst", "push"], options, &["-"]].concat(), late);
        assert_eq!((ran.code, ran.out.as_str()), (0, late), "{options:?}");
        assert!(ran.err.contains("note: nothing is pushed") && ran.err.lines().count() == 1, "{}", ran.err);
    }
    assert_eq!(run(&["push", "--push_weights", "--remove_total_weight"], late), late.replace("\t4\n2\t1", "\n2"));
}

#[test]
fn labels_are_pushed_to_the_end_as_weights_are() {
    let text = "0 1 1 7 2\n1 2 2 0 4\n2 1\n";
    // What OpenFst 1.7.9 prints.
    assert_eq!(run(&["push", "--push_labels", "--to_final"], text), "0\t1\t1\t0\t2\n1\t2\t2\t0\t4\n2\t3\t0\t7\t1\n3\n");
    let both = run(&["push", "--push_labels", "--push_weights", "--to_final"], text);
    assert_eq!(both, "0\t1\t1\t0\n1\t2\t2\t0\n2\t3\t0\t7\n3\t7\n");
    let without = run(&["push", "--push_labels", "--to_final", "--remove_common_affix"], text);
    assert_eq!(without, both.replace("7\n3\t7", "0\t1\n3").replace("1\t0\n1\t2\t2\t0", "1\t0\t2\n1\t2\t2\t0\t4"));
}

/// Output, and input with energy, of every path.
type Written = Vec<(Vec<String>, String)>;

fn written(text: &str) -> Written {
    let mut all: Written = run(&["paths", "--limit=100000"], text).lines().map(one).collect();
    all.sort();
    all
}

fn one(line: &str) -> (Vec<String>, String) {
    let columns: Vec<&str> = line.split('\t').collect();
    (columns[1].split_whitespace().map(str::to_owned).collect(), format!("{} {}", columns[0], columns[2]))
}

/// Arcs lead to higher numbers; labels and weights are few, so that ends are often shared.
fn acyclic(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let states = 2 + below(4);
    let mut text = String::new();
    for s in 0..states {
        for _ in 0..1 + below(2) {
            let t = s + 1 + below(states - s);
            text += &format!("{s} {t} {} {} {}\n", below(3), below(3).max(below(2)), below(9) as f64 / 4.0);
        }
    }
    format!("{text}{states} {}\n{} 0.25\n", below(4), below(states + 1).max(states - 1))
}

#[test]
fn what_is_pushed_to_the_end_reads_writes_and_weighs_what_it_did() {
    let (mut moved, mut cut) = (0, 0);
    for seed in 1..=200 {
        let text = acyclic(seed);
        let expected = written(&text);
        let mut common: Vec<String> = expected.first().map(|(o, _)| o.clone()).unwrap_or_default();
        for (output, _) in &expected {
            let shared = common.iter().rev().zip(output.iter().rev()).take_while(|(a, b)| a == b).count();
            common.drain(..common.len() - shared);
        }
        for more in [&[][..], &["--push_weights"], &["--remove_common_affix"]] {
            let pushed = run(&[&["push", "--push_labels", "--to_final"], more].concat(), &text);
            moved += usize::from(pushed != run(&["connect"], &text));
            let mut expected = expected.clone();
            if more == ["--remove_common_affix"] {
                expected.iter_mut().for_each(|(output, _)| output.truncate(output.len() - common.len()));
                expected.sort();
                cut += usize::from(!common.is_empty());
            }
            assert_eq!(written(&pushed), expected, "{more:?} of\n{text}");
        }
    }
    assert!(moved > 300 && cut > 20, "{moved} {cut}");
}

#[test]
fn epsilons_of_either_side_come_last() {
    let first = "0 1 0 7\n1 2 2 8 0.5\n2\n";
    assert_eq!(run(&["epsnormalize"], first), "0\t1\t2\t7\t0.5\n1\t2\t0\t8\n2\n");
    let output = run(&["epsnormalize", "--eps_norm_output"], "0 1 2 0\n1 2 3 8\n2\n");
    assert_eq!(output, "0\t1\t2\t8\n1\t2\t3\t0\n2\n");
}

#[test]
fn filters_keep_one_order_of_epsilons_or_all() {
    let f = cli_common::Folder::new("filters");
    let (a, b) = (f.file("a.txt", "0 1 1 0\n1\n"), f.file("b.txt", "0 1 0 2\n1\n"));
    let arcs = |filter: &str| {
        let ran = energraph(&["fst", "compose", &format!("--compose_filter={filter}"), &a, &b]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{filter}");
        ran.out.lines().filter(|l| l.split('\t').count() > 2).count()
    };
    assert_eq!(["sequence", "alt_sequence", "match", "no_match", "trivial"].map(arcs), [2, 2, 1, 4, 5]);
    let ahead = energraph(&["fst", "compose", "--look_ahead", &a, &b]);
    assert_eq!((ahead.code, ahead.out), (0, energraph(&["fst", "compose", &a, &b]).out));
}
