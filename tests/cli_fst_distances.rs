//! `energraph fst shortestdistance` with the flags of OpenFst's.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::energraph_with;

/// 0 and 1 on a cycle, and a way on.
const CYCLE: &str = "0 1 1 1 1\n1 0 1 1 2\n1 2 1 1 0.5\n2 1\n";

fn run(flags: &[&str], text: &str) -> cli_common::Ran {
    energraph_with(&[&["fst", "shortestdistance"], flags, &["-"]].concat(), text)
}

#[test]
fn every_queue_gives_the_same_distances() {
    for queue in ["auto", "components", "shortest", "state", "fifo"] {
        let queue = format!("--queue_type={queue}");
        let from = run(&[&queue], CYCLE);
        assert_eq!((from.code, from.out.as_str(), from.err.as_str()), (0, "0\t0\n1\t1\n2\t1.5\n", ""), "{queue}");
        assert_eq!(run(&[&queue, "--reverse"], CYCLE).out, "0\t2.5\n1\t1.5\n2\t1\n", "{queue}");
    }
    assert_eq!(run(&["--queue-type=top"], "0 1 1 1 1\n1 2 1 1 0.5\n2\n").out, "0\t0\n1\t1\n2\t1.5\n");
    let exact = -(1.0 / (1.0 - (-3.0_f64).exp())).ln();
    for flags in [&["--queue_type=state"][..], &["--queue_type=fifo", "--delta=1e-9"], &["--queue_type=components"]] {
        let all = run(&[&["--semiring=log"], flags].concat(), CYCLE).out;
        let first: f64 = all.lines().next().unwrap().trim_start_matches("0\t").parse().unwrap();
        assert!((first - exact).abs() < 1e-8, "{flags:?} {all}");
    }
}

#[test]
fn a_queue_that_would_be_wrong_is_refused_in_one_line() {
    let fails = |flags: &[&str], text: &str, code: i32, says: &str| {
        let ran = run(flags, text);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{flags:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{flags:?}: {}", ran.err);
    };
    fails(&["--queue_type=top"], CYCLE, 1, "cycle");
    fails(&["--queue_type=shortest"], "0 1 1 1 -1\n1\n", 1, "improves");
    fails(&["--queue_type=fifo"], "0 0 1 1 -1\n0\n", 1, "diverges");
    fails(&["--queue_type=shortest", "--semiring=log"], CYCLE, 2, "log semiring");
    fails(&["--queue_type=best"], CYCLE, 2, "best");
    fails(&["--delta=-1"], CYCLE, 2, "delta");
    fails(&["--total", "--queue_type=top"], CYCLE, 2, "--total");
}

#[test]
fn states_behind_the_last_that_is_reached_have_no_line_as_in_openfst() {
    // The first two and the last but one are reached, to an end lead the last four.
    let text = "0 2 1 1 1\n1 2 1 1 1\n3 4 1 1\n4 0.5\n";
    let from = "0\t0\n1\tInfinity\n2\t1\n";
    assert_eq!(run(&[], text).out, from);
    assert_eq!(run(&["--queue_type=fifo"], text).out, from);
    assert_eq!(run(&["--semiring=log"], text).out, from);
    assert_eq!(run(&["--reverse"], "0 1 1 1 1\n1 0.5\n1 2 1 1\n").out, "0\t1.5\n1\t0.5\n");
    assert_eq!(run(&["--reverse"], "0 1 1 1\n").out, "");
    // An arc of weight Infinity leads somewhere all the same.
    assert_eq!(run(&[], "0 1 1 1 Infinity\n1 2 1 1\n").out, "0\t0\n1\tInfinity\n");
    let json = energraph_with(&["fst", "convert", "--fst_type=json", "-"], text).out;
    for weight in ["Energy", "MinSum<f64>"] {
        let json = json.replace("Energy", weight);
        assert_eq!(run(&[], &json).out, from, "{weight}");
        assert_eq!(run(&["--total"], &json).out, "Infinity\n", "{weight}");
    }
}
