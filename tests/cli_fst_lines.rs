//! Command lines for OpenFst's tools: what options do that are there twice, that every tool has, or that are odd; beside the tools where
//! they are installed.
#![cfg(feature = "cli")]

mod cli_common;

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use cli_common::{Folder, energraph, energraph_bytes, openfst_is_there};
use energraph::Energy;
use energraph::graph::openfst;

/// A run of a tool of OpenFst.
fn ran(line: &[&str]) -> Output {
    Command::new(format!("fst{}", line[0])).args(&line[1..]).stdin(Stdio::null()).output().unwrap()
}

/// What one writes, which succeeds.
fn tool(line: &[&str]) -> Vec<u8> {
    let ran = ran(line);
    assert!(ran.status.success(), "{line:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran.stdout
}

fn file(bytes: &[u8]) -> openfst::File<Energy> {
    openfst::read(bytes).unwrap()
}

#[test]
fn of_an_option_that_is_there_twice_the_last_counts_also_where_it_is_empty() {
    let f = Folder::new("option-twice");
    let syms = f.file("syms", "<eps> 0\na 1\nb 2\n");
    let w = f.path("w");
    let text = f.file("text", "0 1 1 1 1\n0 1 2 2 5\n1 0.5\n");
    assert_eq!(energraph(&["fst", "compile", &text, &w]).code, 0);
    let (pairs, saved) = (f.file("pairs", "1 2\n"), f.path("saved"));
    for (op, option, value, more) in [
        ("map", "weight", "1", &["--map_type=times"][..]),
        ("prune", "weight", "1", &[]),
        ("relabel", "relabel_ipairs", &pairs, &[]),
        ("print", "isymbols", &syms, &[]),
        ("print", "save_isymbols", &saved, &[]),
        ("symbols", "isymbols", &syms, &[]),
    ] {
        let (given, empty) = (format!("--{option}={value}"), format!("-{option}="));
        let line = |options: &[&str]| {
            let (code, out, err) = energraph_bytes(&[&["fst", op], more, options, &[&w]].concat(), b"");
            assert_eq!((code, err.as_str()), (0, ""), "{op} {options:?}");
            out
        };
        let none = line(&[]);
        assert_eq!(line(&[&given, &empty]), none, "{op} {given} {empty}");
        assert_eq!(line(&[&format!("--{option}"), value, &empty]), none, "{op} {given} {empty}");
        assert!(!std::path::Path::new(&saved).exists());
        if option != "save_isymbols" {
            assert_ne!(line(&[&empty, &given]), none, "{op} {empty} {given}");
        }
        if openfst_is_there() {
            let all = [&[op], more, &[&given, &empty, &w]].concat();
            let theirs = tool(&all);
            match op {
                "print" => assert_eq!(none, theirs, "{all:?}"),
                _ => assert_eq!(file(&none), file(&theirs), "{all:?}"),
            }
        }
    }
}

#[test]
fn epsilon_is_a_label_to_what_makes_paths_one_as_with_theirs() {
    let f = Folder::new("option-epsilon");
    let w = f.path("w");
    let text = f.file("text", "0 1 0 0 1\n1 2 1 1\n0 2 1 1 3\n2\n");
    assert_eq!(energraph(&["fst", "compile", &text, &w]).code, 0);
    for op in ["determinize", "disambiguate"] {
        let line = ["fst", op, &w];
        let paths = |bytes: &[u8]| {
            let text = String::from_utf8(energraph_bytes(&["fst", "paths"], bytes).1).unwrap();
            text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let ours = paths(&energraph_bytes(&line, b"").1);
        assert!(ours.iter().eq(["1\t1\t1", "1\t1\t3"]), "{op}: {ours:?}");
        if openfst_is_there() {
            assert_eq!(paths(&tool(&line[1..])), ours, "{op}");
        }
        let without = energraph_bytes(&["fst", "rmepsilon", &w], b"").1;
        let one = paths(&energraph_bytes(&["fst", op], &without).1);
        assert!(one.iter().eq(["1\t1\t1"]), "{op}: {one:?}");
        let help = energraph(&["fst", op, "--help"]).out;
        assert!(help.contains("epsilon") && help.contains("rmepsilon"), "{help}");
    }
}

#[test]
fn options_of_the_library_are_taken_by_every_operation() {
    let f = Folder::new("option-library");
    let (a, w) = (f.file("a", "0 1 1 1 1\n1 0.5\n"), f.path("w"));
    let taken = [
        "--fst_weight_separator=,",
        "--fst_weight_parentheses=",
        "--save_relabel_ipairs=",
        "--save_relabel_opairs=",
        "--fst_field_separator=\t ",
    ];
    for taken in taken {
        let ran = energraph(&["fst", "compile", taken, &a, &w]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "compile {taken}");
        for op in ["connect", "relabel", "invert", "map", "info", "draw", "shortestdistance"] {
            assert_eq!(energraph_bytes(&["fst", op, taken, &w], b"").0, 0, "{op} {taken}");
            if openfst_is_there() {
                tool(&[op, taken, &w]);
            }
        }
        for op in ["union", "compose", "equal"] {
            assert_eq!(energraph_bytes(&["fst", op, taken, &w, &w], b"").0, 0, "{op} {taken}");
        }
    }
    for refused in ["--fst_weight_separator=;", "--fst_weight_parentheses=()", "--fst_field_separator=,"] {
        let ran = energraph(&["fst", "connect", refused, &w]);
        let name = &refused[..refused.find('=').unwrap()].replace('_', "-");
        assert!(ran.code == 2 && ran.err.contains(name), "{refused}: {}", ran.err);
    }
    // Only relabel saves pairs; theirs saves none.
    let saved = [f.path("saved"), f.path("theirs")];
    let [save, of_theirs] = saved.each_ref().map(|to| format!("--save_relabel_ipairs={to}"));
    assert_eq!(energraph_bytes(&["fst", "connect", &save, &w], b"").0, 0);
    assert!(!std::path::Path::new(&saved[0]).exists());
    let pairs = format!("--relabel_ipairs={}", f.file("pairs", "1 2\n"));
    assert_eq!(energraph_bytes(&["fst", "relabel", &save, &pairs, &w], b"").0, 0);
    assert_eq!(std::fs::read_to_string(&saved[0]).unwrap(), "1\t2\n");
    if openfst_is_there() {
        tool(&["connect", &of_theirs, &w]);
        assert!(!std::path::Path::new(&saved[1]).exists());
    }
}

#[test]
fn a_symbol_for_unknown_labels_is_looked_for_where_there_are_some() {
    let f = Folder::new("unknown-symbols");
    let (text, table, g) = (f.file("text", "0 1 a a\n0 1 b b\n1\n"), f.file("ab", "<eps> 0\na 1\nb 2\n"), f.path("g"));
    let (i, o) = (format!("--isymbols={table}"), format!("--osymbols={table}"));
    let made = energraph(&["fst", "compile", &i, &o, "--keep_isymbols", "--keep_osymbols", &text, &g]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let (lacking, other) = (f.file("lacking", "<eps> 0\na 5\n"), f.file("other", "<eps> 0\na 7\nb 8\n"));
    for (table, unknown, code) in [(&other, "zz", 0), (&other, "a", 0), (&lacking, "a", 0), (&lacking, "zz", 1)] {
        let (table, unknown) = (format!("--relabel_isymbols={table}"), format!("--unknown_isymbol={unknown}"));
        let line = ["relabel", table.as_str(), &unknown, &g];
        let (ours, out, err) = energraph_bytes(&[&["fst"], &line[..]].concat(), b"");
        assert_eq!(ours, code, "{line:?}: {err}");
        assert!(code == 0 || err.contains("zz"), "{err}");
        if openfst_is_there() {
            let theirs = ran(&line);
            assert_eq!(theirs.status.success(), code == 0, "{line:?}");
            assert!(code != 0 || file(&out) == file(&theirs.stdout), "{line:?}");
        }
    }
}

#[test]
fn tables_that_name_two_things_alike_are_refused_and_help_says_so() {
    let f = Folder::new("ambiguous-tables");
    let text = f.file("text", "0 1 a a\n1\n");
    for (table, why) in [
        ("<eps> 0\na 1\na 2\n", "symbol \"a\" names both label 1 and label 2"),
        ("<eps> 0\na 1\nb 1\n", "label 1 is named both \"a\" and \"b\""),
    ] {
        let table = f.file("table", table);
        let (i, o, to) = (format!("--isymbols={table}"), format!("--osymbols={table}"), f.path("to"));
        let line = ["compile", &i, &o, "--keep_isymbols", &text, &to];
        let ran = energraph(&[&["fst"], &line[..]].concat());
        assert!(ran.code == 1 && ran.err.contains(why), "{}", ran.err);
        if openfst_is_there() {
            tool(&line);
        }
    }
    let help = energraph(&["fst", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("one name for two labels, or two names for one label"), "{help}");
}
