//! `energraph fst`: options of OpenFst's tools that change what comes out.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_bytes, energraph_with};

/// What an operation makes of a text.
fn made(options: &[&str], text: &str) -> String {
    let ran = energraph_with(&[&["fst"], options, &["-"]].concat(), text);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{options:?}");
    ran.out
}

#[test]
fn dead_ends_stay_where_nothing_is_to_be_connected() {
    let f = Folder::new("dead-ends");
    let a = f.file("a.txt", "0 1 1 7\n1 2 1 0\n1 3 2 8\n2\n3\n");
    let b = f.file("b.txt", "0 1 7 5\n1 2 0 6\n1 3 8 8\n2\n3\n");
    let both = |op: &str, options: &[&str], a: &str, b: &str| {
        let ran = energraph(&[&["fst", op], options, &[a, b]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{options:?}");
        ran.out
    };
    let all = both("compose", &["--connect=false"], &a, &b);
    // What OpenFst 1.7.9 prints, but for the numbers of states: 1 ─ε:6─▶ 3 leads nowhere.
    let arcs = "0\t1\t1\t5\n1\t2\t1\t0\n1\t3\t0\t6\n1\t4\t2\t8\n2\t5\t0\t6\n";
    assert_eq!(all, format!("{arcs}3\tInfinity\n4\n5\n"));
    assert_eq!(both("compose", &["--connect=true"], &a, &b), both("compose", &[], &a, &b));
    assert!(!both("compose", &["--connect"], &a, &b).contains("Infinity"));
    let null = both("compose", &["--compose_filter=null"], &a, &b);
    assert_eq!(null, "0\t1\t1\t5\n1\t2\t1\t6\n1\t3\t2\t8\n2\n3\n");
    let x = f.file("x.txt", "0 1 1 1\n0 2 2 2\n2 3 3 3\n1\n");
    let y = f.file("y.txt", "0 1 1 1\n0 1 2 2\n1\n");
    assert_eq!(both("intersect", &["--connect=false"], &x, &y), "0\t1\t1\t1\n0\t2\t2\t2\n1\n2\tInfinity\n");
    assert_eq!(
        both("difference", &["--connect=false"], &x, &x),
        "0\t1\t1\t1\n0\t2\t2\t2\n1\tInfinity\n2\t3\t3\t3\n3\tInfinity\n"
    );
    let text = "0 1 0 0 1\n1 2 1 2 0.5\n2\n";
    assert_eq!(made(&["rmepsilon", "--connect=false"], text), "0\t2\t1\t2\t1.5\n1\t2\t1\t2\t0.5\n2\n");
    assert_eq!(made(&["rmepsilon"], text), "0\t1\t1\t2\t1.5\n1\n");
    // A threshold has the rest pruned all the same.
    assert_eq!(made(&["rmepsilon", "--connect=false", "--weight=9"], text), "0\t1\t1\t2\t1.5\n1\n");
}

#[test]
fn results_are_pruned_within_a_margin() {
    let text = "0 1 1 1 1\n0 1 2 2 3\n0 2 1 1 2\n1 0.5\n2 4\n";
    let near = "0\t1\t1\t1\t1\n1\t0.5\n";
    for op in ["determinize", "disambiguate", "rmepsilon", "prune"] {
        assert_eq!(made(&[op, "--weight=1.5"], text), near, "{op}");
        assert_eq!(made(&[op, "--weight="], text), made(&[op], text), "{op}");
        assert_eq!(made(&[op, "--weight=Infinity", "--nstate=-1"], text), made(&[op], text), "{op}");
        let below = energraph_with(&["fst", op, "--weight=-1", "-"], text);
        assert_eq!((below.code, below.out.as_str()), (0, "\n"), "{op}");
        for (options, why) in [
            (&["--weight=1", "--semiring=log"][..], "no path is the best in the log semiring"),
            (&["--weight=x"], "--weight"),
            (if op == "prune" { &["--nstate=-2"] } else { &["--nstate=2"] }, "--nstate"),
        ] {
            let ran = energraph_with(&[&["fst", op], options, &["-"]].concat(), text);
            assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(why), "{op} {options:?}: {}", ran.err);
        }
    }
    assert!(made(&["determinize", "--weight=2"], text).contains("\t2\t2\t3\n"));
}

#[test]
fn what_is_left_at_an_end_is_written_under_a_label() {
    let text = "0 1 1 7\n0 2 1 8 2\n1 3 2 0 1\n2 3 2 9\n2 3 2 0 3\n3\n";
    let all = |options: &[&str]| made(&[&["determinize", "--det_type=nonfunctional"], options].concat(), text);
    let head = "0\t1\t1\t0\n1\t2\t2\t0\t1\n";
    assert_eq!(all(&[]), format!("{head}2\t3\t0\t7\n2\t3\t0\t8\t4\n2\t4\t0\t8\t1\n3\n4\t3\t0\t9\n"));
    let label = "--subsequential_label=99";
    assert_eq!(all(&[label]), format!("{head}2\t3\t99\t7\n2\t3\t99\t8\t4\n2\t4\t99\t8\t1\n3\n4\t3\t99\t9\n"));
    let many = all(&[label, "--increment_subsequential_label"]);
    assert_eq!(many, format!("{head}2\t3\t99\t7\n2\t3\t100\t8\t4\n2\t4\t101\t8\t1\n3\n4\t3\t99\t9\n"));
    let best = made(&["determinize", "--det_type=disambiguate", label], text);
    assert_eq!(best, "0\t1\t1\t0\n1\t2\t2\t7\t1\n2\n");
    let refused = energraph_with(&["fst", "determinize", label, "-"], text);
    assert!(refused.code == 1 && refused.err.contains("not functional"), "{}", refused.err);
    // Input epsilons are a label there, and none of those at the ends.
    let some = made(&["determinize", "--det_type=nonfunctional", label], "0 1 0 7\n0 1 0 8\n1\n");
    assert_eq!(some, "0\t1\t0\t0\n1\t2\t99\t7\n1\t2\t99\t8\n2\n");
    // What an acceptor has to write is what it reads.
    let acceptor = "0 1 1 1 1\n0 1 1 1 2\n1\n";
    for op in [&["determinize", "--det_type=nonfunctional"][..], &["determinize"], &["disambiguate"]] {
        assert_eq!(made(&[op, &[label]].concat(), acceptor), "0\t1\t1\t1\t1\n1\n", "{op:?}");
    }
}

#[test]
fn labels_are_pushed_without_what_all_paths_write_and_distances_start_anywhere() {
    let text = "0 1 1 7\n1 2 2 8\n1 2 3 8 1\n2 3 4 5\n2\n3\n";
    let pushed = "0\t1\t1\t0\n1\t2\t2\t0\n1\t2\t3\t0\t1\n2\t3\t4\t5\n2\n3\n";
    assert_eq!(made(&["push", "--push_labels", "--remove_common_affix"], text), pushed);
    assert_eq!(
        made(&["push", "--push_weights", "--remove_common_affix"], text),
        made(&["push", "--push_weights"], text)
    );
    let distances = |options: &[&str]| made(&[&["shortestdistance"], options].concat(), text);
    assert_eq!(distances(&["--nstate=1"]), "0\tInfinity\n1\t0\n2\t0\n3\t0\n");
    assert_eq!(distances(&["--nstate=-1"]), distances(&[]));
    assert_eq!(distances(&["--reverse", "--nstate=1"]), distances(&["--reverse"]));
    let log: f64 = distances(&["--nstate=1", "--total", "--semiring=log"]).trim().parse().unwrap();
    assert!((log + (2.0 + 2.0 * (-1.0_f64).exp()).ln()).abs() < 1e-6, "{log}");
}

#[test]
fn what_is_cyclic_stays_as_it_is_where_it_is_to_be_sorted() {
    let text = "0\t1\t1\t7\t2\n1\t0\t2\t0\t4\n1\t1\n";
    let ran = energraph_with(&["fst", "topsort", "-"], text);
    assert_eq!((ran.code, ran.out.as_str()), (0, text));
    assert!(ran.err.contains("note: nothing is sorted: the graph is cyclic"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}

#[test]
fn arcs_of_two_types_are_refused_by_name() {
    let f = Folder::new("two-arc-types");
    let text = f.file("text", "0 1 1 1 2\n1 0.5\n");
    let [standard, log, log64] = ["standard", "log", "log64"].map(|arcs| {
        let to = f.path(arcs);
        assert_eq!(energraph(&["fst", "compile", &format!("--arc_type={arcs}"), &text, &to]).code, 0);
        to
    });
    let refused = |line: &[&str], [left, right]: [&str; 2]| {
        let ran = energraph(&[&["fst"], line].concat());
        assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{line:?}: {}", ran.err);
        let told = format!("arcs are of type {left} in the one and {right} in the other");
        assert!(ran.err.contains(&told), "{line:?}: {}", ran.err);
    };
    for op in ["union", "concat", "compose", "intersect", "difference", "equal", "equivalent", "isomorphic"] {
        refused(&[op, &standard, &log], ["standard", "log"]);
        refused(&[op, &log64, &log], ["log64", "log"]);
        assert_eq!(energraph_bytes(&["fst", op, &log, &log], b"").0, 0, "{op}");
        // Text has no type.
        assert_ne!(energraph_bytes(&["fst", op, &text, &log], b"").0, 1, "{op}");
    }
    refused(&["replace", &standard, "100", &standard, "101", &log, "102"], ["standard", "log"]);
    assert_eq!(energraph_bytes(&["fst", "replace", &log, "100", &log, "101"], b"").0, 0);
}

#[test]
fn reversed_graphs_have_no_first_state_of_their_own_where_none_is_needed() {
    let reversed = |text: &str| made(&["reverse", "--require_superinitial=false"], text);
    for (text, expected) in [
        ("0 1 1 7 2\n1\n", "0\t1\t1\t7\t2\n1\n"),
        ("0 1 1 7 2\n1 3\n", "0\t1\t1\t7\t5\n1\n"),
        ("0 3\n", "0\t3\n"),
        ("0 0 1 1 2\n0\n", "0\t0\t1\t1\t2\n0\n"),
    ] {
        assert_eq!(reversed(text), expected, "{text}");
        assert_ne!(made(&["reverse"], text), expected, "{text}");
        assert_eq!(made(&["reverse", "--require_superinitial"], text), made(&["reverse"], text));
    }
    // A cycle through an end that has a weight, and two ends.
    for text in ["0 0 1 1 2\n0 3\n", "0 1 1 1\n1 0 2 2\n1 3\n", "0 1 1 1\n0\n1\n"] {
        assert_eq!(reversed(text), made(&["reverse"], text), "{text}");
    }
}

#[test]
fn symbol_tables_may_differ_where_none_is_to_be_compatible() {
    let f = Folder::new("compat-symbols");
    let compiled = |name: &str, table: &str| {
        let (text, table) = (f.file("text", "0 1 a a\n1\n"), f.file("table", table));
        let (i, o, to) = (format!("--isymbols={table}"), format!("--osymbols={table}"), f.path(name));
        let line = ["fst", "compile", &i, &o, "--keep_isymbols", "--keep_osymbols", &text, &to];
        assert_eq!(energraph(&line).code, 0);
        to
    };
    let (a, b) = (compiled("a", "<eps> 0\na 1\nb 2\n"), compiled("b", "<eps> 0\na 2\nb 1\n"));
    let replaced = ["replace", &a, "100", &b, "101"];
    for line in [&["union", &a, &b][..], &["concat", &a, &b], &["compose", &a, &b], &["equivalent", &a, &b], &replaced]
    {
        for asked in [&[][..], &["--fst_compat_symbols"], &["--fst_compat_symbols=1"]] {
            let ran = energraph(&[&["fst"], line, asked].concat());
            assert!(ran.code == 1 && ran.err.contains("symbol tables differ"), "{line:?} {asked:?}: {}", ran.err);
        }
        for not in ["--fst_compat_symbols=false", "-fst_compat_symbols=0"] {
            let (code, _, err) = energraph_bytes(&[&["fst"], line, &[not]].concat(), b"");
            // Label 1 is not label 2.
            let expected = if line[0] == "equivalent" { 2 } else { 0 };
            assert!(code == expected && !err.contains("symbol tables"), "{line:?} {not}: {err}");
        }
    }
    let both = f.path("both");
    assert_eq!(energraph(&["fst", "union", "--fst_compat_symbols=false", &a, &b, &both]).code, 0);
    assert_eq!(energraph(&["fst", "print", &both]).out.matches("\tb\tb").count(), 1);
    // One graph alone has nothing to be compatible with.
    assert_eq!(energraph_bytes(&["fst", "invert", "--fst_compat_symbols=false", &a], b"").0, 0);
}

#[test]
fn weights_stay_where_none_is_added_or_multiplied() {
    let text = "0\t1\t1\t7\t2\n1\t2\t2\t0\t-4\n2\t1\n";
    for options in [&["--map_type=plus"][..], &["--map_type=times"], &["--map_type=plus", "--weight="]] {
        assert_eq!(made(&[&["map"], options].concat(), text), text, "{options:?}");
    }
}
