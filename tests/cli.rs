//! The command as a user meets it: results, messages, exit codes.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, Ran, energraph, energraph_with};

const IMAGE: &str = "0 1 1 1 0.5\n0 1 2 2 1\n1 2 1 1 0.25\n1 2 3 3\n2\n";
const GRAMMAR: &str = "0 1 1 7\n1 2 3 8 0.125\n1 2 1 9\n2 0.5\n";

fn assert_fails(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "one line: {:?}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "{part:?} in {:?}", ran.err);
    }
}

#[test]
fn composition_goes_on_into_the_best_path_through_a_pipe() {
    let f = Folder::new("pipe");
    let (a, b) = (f.file("a.txt", IMAGE), f.file("b.txt", GRAMMAR));
    let composed = energraph(&["fst", "compose", &a, &b]);
    assert_eq!((composed.code, composed.err.as_str()), (0, ""));
    let best = energraph_with(&["fst", "shortestpath", "-"], &composed.out);
    assert_eq!(best.out, "0\t1\t1\t7\t0.5\n1\t2\t3\t8\t0.125\n2\t0.5\n");
    let total = energraph_with(&["fst", "shortestdistance", "--total", "-"], &composed.out);
    assert_eq!(total.out, "1.125\n");
    let log = energraph_with(&["fst", "shortestdistance", "--total", "--semiring", "log", "-"], &composed.out);
    let expected = -((-1.125_f64).exp() + (-1.25_f64).exp()).ln();
    assert!((log.out.trim().parse::<f64>().unwrap() - expected).abs() < 1e-9, "{}", log.out);
}

#[test]
fn names_of_several_words_may_be_written_with_dashes() {
    for name in [
        "arc-sort",
        "eps-normalize",
        "rand-gen",
        "rm-epsilon",
        "shortest-distance",
        "shortest-path",
        "state-sort",
        "top-sort",
    ] {
        let f = Folder::new(name);
        let (a, order) = (f.file("a.txt", "0 1 2 2 1\n0 2 0 0\n2 1 1 1 3\n1\n"), f.file("order.txt", "0\n2\n1\n"));
        let more = if name == "state-sort" { vec![format!("--order={order}")] } else { Vec::new() };
        let run = |name: &str| {
            let all: Vec<&str> =
                ["fst", name].into_iter().chain(more.iter().map(String::as_str)).chain([a.as_str()]).collect();
            energraph(&all)
        };
        let (dashes, none) = (run(name), run(&name.replace('-', "")));
        assert_eq!((dashes.code, &dashes.out, &dashes.err), (0, &none.out, &none.err), "{name}");
        assert!(!none.out.is_empty(), "{name}");
    }
}

#[test]
fn the_result_goes_to_the_named_file() {
    let f = Folder::new("out");
    let (a, out) = (f.file("a.txt", IMAGE), f.path("out.txt"));
    let ran = energraph(&["fst", "project", "--project_type=output", &a, "-o", &out]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert!(std::fs::read_to_string(&out).unwrap().starts_with("0\t1\t1\t1\t0.5\n"));
}

#[test]
fn each_side_is_projected_under_each_name() {
    let project = |arguments: &[&str]| {
        let all: Vec<&str> = ["fst", "project"].iter().chain(arguments).chain(&["-"]).copied().collect();
        energraph_with(&all, "0 1 5 6\n1\n").out
    };
    assert_eq!(project(&[]), "0\t1\t5\t5\n1\n");
    assert_eq!(project(&["--project_type=input"]), "0\t1\t5\t5\n1\n");
    for output in ["--project_type=output", "--project-type=output", "--project_output", "--project-output"] {
        assert_eq!(project(&[output]), "0\t1\t6\t6\n1\n", "{output}");
    }
}

#[test]
fn more_paths_and_distinct_outputs_are_two_things() {
    let text = "0 1 1 7 1\n0 1 2 7 2\n0 1 3 8 3\n1\n";
    let paths = energraph_with(&["fst", "shortestpath", "--nshortest=2", "-"], text);
    assert_eq!(paths.out, "0\t1\t1\t7\t1\n0\t2\t2\t7\t2\n1\n2\n");
    let outputs = energraph_with(&["fst", "shortestpath", "--nshortest=2", "--unique", "-"], text);
    assert_eq!(outputs.out, "0\t1\t7\t7\n0\t2\t8\t8\n1\t1\n2\t3\n");
    let all = energraph_with(&["fst", "shortestpath", "--nshortest=9", "-"], text);
    assert_eq!(all.out.lines().count(), 6);
}

#[test]
fn distances_are_listed_by_state() {
    let from = energraph_with(&["fst", "shortestdistance", "-"], IMAGE);
    assert_eq!(from.out, "0\t0\n1\t0.5\n2\t0.5\n");
    let to = energraph_with(&["fst", "shortestdistance", "--reverse", "-"], "0 1 1 1 2\n1 0.5\n2 3 1 1\n");
    assert_eq!(to.out, "0\t2.5\n1\t0.5\n");
}

#[test]
fn symbols_and_acceptors_are_read_and_written() {
    let f = Folder::new("symbols");
    let i = f.file("i.syms", "<eps> 0\na 1\nb 2\n");
    let o = f.file("o.syms", "<eps> 0\nx 1\ny 2\n");
    let text = "0 1 a y 0.5\n1\n";
    let ran = energraph_with(&["fst", "connect", "--isymbols", &i, "--osymbols", &o, "-"], text);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("0\t1\ta\ty\t0.5\n1\n", ""));
    let swapped = energraph_with(&["fst", "invert", "--isymbols", &i, "--osymbols", &o, "-"], text);
    assert_eq!(swapped.out, "0\t1\ty\ta\t0.5\n1\n");
    let acceptor = energraph_with(&["fst", "connect", "--acceptor", "--isymbols", &i, "-"], "0 1 a 0.5\n1\n");
    assert_eq!(acceptor.out, "0\t1\ta\t0.5\n1\n");
    let unknown = energraph_with(&["fst", "connect", "--isymbols", &i, "-"], "0 1 z 1\n1\n");
    assert_fails(&unknown, 1, &["standard input", "line 1", "\"z\""]);
    let middle = f.file("m.syms", "<eps> 0\nm 5\n");
    let (a, b) = (f.file("a.txt", "0 1 a m\n1\n"), f.file("b.txt", "0 1 m y\n1\n"));
    let composed = energraph(&["fst", "compose", &a, &b, "--isymbols", &i, "--msymbols", &middle, "--osymbols", &o]);
    assert_eq!(composed.out, "0\t1\ta\ty\n1\n");
}

#[test]
fn a_result_that_accepts_nothing_is_a_line_break_with_a_note() {
    let f = Folder::new("empty");
    let (a, b) = (f.file("a.txt", "0 1 1 1\n1\n"), f.file("b.txt", "0 1 2 2\n1\n"));
    let ran = energraph(&["fst", "compose", &a, &b]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "\n"));
    assert!(ran.err.contains("accepts nothing") && ran.err.contains("label 1"), "{}", ran.err);
    assert_eq!(energraph_with(&["fst", "shortestdistance", "--total", "-"], &ran.out).out, "Infinity\n");
}

#[test]
fn bad_files_are_named_with_their_cause_in_one_line() {
    let f = Folder::new("bad");
    let nan = f.file("nan.txt", "0 1 1 1\n1 2 2 2 NaN\n2\n");
    assert_fails(&energraph(&["fst", "connect", &nan]), 1, &[&nan, "line 2", "NaN"]);
    let columns = f.file("columns.txt", "0 1 1\n");
    assert_fails(&energraph(&["fst", "connect", &columns]), 1, &[&columns, "line 1", "3 columns"]);
    let missing = f.path("missing.txt");
    assert_fails(&energraph(&["fst", "connect", &missing]), 1, &[&missing]);
    let binary = f.file("b.fst", [0xd6, 0xfd, 0xb2, 0x7e, 1, 2]);
    assert_fails(&energraph(&["fst", "connect", &binary]), 1, &[&binary, "inside the header"]);
    let garbage = f.file("g.txt", [0xff, 0x00, 0x61]);
    assert_fails(&energraph(&["fst", "connect", &garbage]), 1, &[&garbage, "not text"]);
    let twice = f.file("twice.syms", "a 1\nb 1\n");
    let ran = energraph(&["fst", "connect", &nan, "--isymbols", &twice]);
    assert_fails(&ran, 1, &[&twice, "line 2", "label 1"]);
    let cycle = f.file("cycle.txt", "0 0 1 1 -1\n0\n");
    assert_fails(&energraph(&["fst", "shortestpath", &cycle]), 1, &[&cycle, "negative"]);
    let sum = f.file("sum.txt", "0 0 1 1 0\n0\n");
    let ran = energraph(&["fst", "shortestdistance", "--total", "--semiring=log", &sum]);
    assert_fails(&ran, 1, &[&sum, "cycle"]);
    let nowhere = f.path("no/such/folder.txt");
    assert_fails(&energraph(&["fst", "connect", &sum, "-o", &nowhere]), 1, &[&nowhere]);
}

#[test]
fn a_command_line_without_sense_is_exit_code_two() {
    for arguments in [
        &["nonsense"][..],
        &[],
        &["fst"],
        &["fst", "compose", "one.txt"],
        &["fst", "compose", "-", "-"],
        &["fst", "shortestpath", "--semiring=log", "-"],
        &["fst", "connect", "--semiring=fuzzy", "-"],
        &["fst", "shortestpath", "--nshortest=-1", "-"],
    ] {
        let ran = energraph(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn every_command_has_help_and_those_with_files_an_example() {
    for arguments in [&["draw"][..], &["laws"], &["fst"], &["fst", "compose"], &["fst", "shortestpath"]] {
        let help: Vec<&str> = arguments.iter().chain(&["--help"]).copied().collect();
        let ran = energraph(&help);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.contains("Example:"), "{arguments:?}: {}", ran.out);
    }
    let listed = energraph(&["fst", "--help"]).out;
    let operations: Vec<&str> = listed
        .lines()
        .skip_while(|l| !l.starts_with("Commands:"))
        .skip(1)
        .take_while(|l| l.starts_with("  "))
        .filter(|l| !l.starts_with("   "))
        .filter_map(|l| l.split_whitespace().next())
        .filter(|&op| op != "help")
        .collect();
    assert!(operations.len() > 40 && operations.contains(&"topsort"), "{operations:?}");
    for op in operations {
        let help = energraph(&["fst", op, "--help"]).out;
        let example = help.split_once("Example:").map_or("", |(_, example)| example);
        assert!(example.contains(&format!("energraph fst {op} ")), "{op}: {help}");
    }
    assert!(energraph(&["--version"]).out.starts_with("energraph "));
}

#[test]
fn drawings_are_svg_or_graphviz_by_name_and_show_the_best_path() {
    let f = Folder::new("draw");
    let (file, svg, dot) = (f.file("a.txt", IMAGE), f.path("a.svg"), f.path("a.dot"));
    assert_eq!(energraph(&["draw", &file, "-o", &svg, "--best"]).code, 0);
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains(">a.txt<") && drawn.contains("font-weight=\"bold\""));
    assert_eq!(energraph(&["draw", &file, "-o", &dot]).code, 0);
    assert!(std::fs::read_to_string(&dot).unwrap().starts_with("digraph"));
    assert!(energraph(&["fst", "draw", &file]).out.starts_with("digraph"));
    assert!(energraph(&["fst", "draw", "--svg", &file]).out.starts_with("<svg"));
}

#[test]
fn laws_prints_a_row_for_every_law_of_every_built_in_weight() {
    let ran = energraph(&["laws"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for name in [
        "Energy",
        "MinSum<f32>",
        "MinSum<f64>",
        "LogSum<f32>",
        "LogSum<f64>",
        "Boolean",
        "Counting",
        "Probability<f64>",
        "MinMax<f64>",
        "KBest<3>",
        "Entropy",
        "StringLeft",
        "StringRight",
        "Gallic<MinSum<f64>>",
    ] {
        assert!(ran.out.contains(name), "{name}");
    }
    let lines = energraph(&["laws", "--json"]).out;
    assert!(lines.lines().count() > 50);
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_ne!(row["verdict"], "broken", "{line}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_energraph"))
        .arg("laws")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn operations_that_sum_over_paths_take_the_semiring_that_is_asked_for() {
    let f = Folder::new("sums");
    // Two ways to read 5, one behind an epsilon.
    let g = f.file("g.txt", "0 1 0 1\n0 2 5 3\n1 2 5 2.5\n2\n");
    let run = |op: &[&str], text: &str| {
        let all: Vec<&str> = ["fst"].iter().chain(op).chain(&["--acceptor", "-"]).copied().collect();
        let ran = energraph_with(&all, text);
        assert_eq!(ran.code, 0, "{op:?}: {}", ran.err);
        ran.out
    };
    let short = energraph(&["fst", "rmepsilon", "--acceptor", &g]).out;
    assert_eq!(short, "0\t1\t5\t3\n1\n");
    let log = energraph(&["fst", "rmepsilon", "--acceptor", "--semiring=log", &g]).out;
    let weight: f64 = log.lines().next().and_then(|l| l.split('\t').nth(3)).unwrap().parse().unwrap();
    assert!((weight + ((-3.0_f64).exp() + (-3.5_f64).exp()).ln()).abs() < 1e-6, "{log}");
    let both = "0 1 5 1\n0 2 5 2\n1 3 6\n2 3 7\n3\n";
    let one = run(&["determinize"], both);
    assert_eq!(one, "0\t1\t5\t1\n1\t2\t6\n1\t2\t7\t1\n2\n");
    assert_eq!(run(&["minimize"], &one), one);
    assert_eq!(run(&["push", "--push_weights", "--to_final=true"], &one).lines().last(), Some("2\t1"));
    assert_eq!(run(&["prune", "--weight=0.5"], &one), "0\t1\t5\t1\n1\t2\t6\n2\n");
    let same = f.file("same.txt", &one);
    let equivalent = |other: &str| energraph(&["fst", "equivalent", "--acceptor", &same, other]);
    assert_eq!((equivalent(&same).code, equivalent(&same).out.as_str()), (0, ""));
    let other = f.file("other.txt", "0 1 5\n1 2 6\n2\n");
    assert_eq!((equivalent(&other).code, equivalent(&other).out.as_str()), (2, ""));
    assert_eq!(equivalent("missing").code, 1);
    let rest = energraph(&["fst", "difference", "--acceptor", &same, &other]).out;
    assert_eq!(rest, "0\t1\t5\t1\n1\t2\t7\t1\n2\n");
    assert_eq!(energraph(&["fst", "intersect", "--acceptor", &same, &other]).out, "0\t1\t5\t1\n1\t2\t6\n2\n");
    assert_eq!(run(&["topsort"], "1 0 5\n0\n"), "0\t1\t5\n1\n");
    assert!(run(&["info"], both).contains(&format!("{:<50}n\n", "input deterministic")));
    let infinite = energraph_with(&["fst", "shortestdistance", "--total", "--semiring=log", "-"], "0 0 1 1 1\n0\n");
    let expected = (1.0 - (-1.0_f64).exp()).ln();
    assert!((infinite.out.trim().parse::<f64>().unwrap() - expected).abs() < 1e-9, "{}", infinite.out);
}
