//! `energraph fst`: what is refused and noted, in which words, and options that once did nothing.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_bytes, energraph_with};

fn made(options: &[&str], text: &str) -> String {
    let ran = energraph_with(&[&["fst"], options].concat(), text);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{options:?}");
    ran.out
}

/// Compiled text.
fn compiled(text: &str) -> Vec<u8> {
    let (code, bytes, err) = energraph_bytes(&["fst", "compile"], text.as_bytes());
    assert_eq!((code, err.as_str()), (0, ""));
    bytes
}

#[test]
fn refusals_name_the_labels_of_the_graph() {
    for (arcs, op, says) in [
        ("0 1 0 0 1\n0 2 0 0 2\n1 3 1 1\n2 3 2 2\n3\n", "minimize", "two arcs of state 0 read epsilon"),
        ("0 1 7 7 1\n0 2 7 7 2\n1 3 1 1\n2 3 2 2\n3\n", "minimize", "two arcs of state 0 read label 7"),
        // The codes of a transducer's arcs are no labels of its own.
        ("0 1 7 8\n0 2 7 8\n1 3 1 1\n2 3 2 2\n3\n", "minimize", "two arcs of state 0 read label 7"),
        ("0 1 0 5\n0 1 0 6\n1\n", "disambiguate", "not functional: for [0] it writes both"),
        ("0 1 0 5\n0 1 0 6\n1\n", "determinize", "not functional: for [0] it writes both"),
    ] {
        let ran = energraph_with(&["fst", op], arcs);
        assert!(ran.code == 1 && ran.err.contains(says), "{op}: {}", ran.err);
        assert!(!ran.err.contains("4294967295"), "{}", ran.err);
    }
}

#[test]
fn every_boolean_option_takes_numbers_and_words() {
    let f = Folder::new("booleans");
    let (a, b) = (f.file("a.txt", "0 1 1 1\n0 2 2 2\n1\n"), f.file("b.txt", "0 1 1 1\n0 1 2 2\n1\n"));
    for (op, files) in
        [("compose", vec![&a, &b]), ("intersect", vec![&a, &b]), ("difference", vec![&b, &a]), ("rmepsilon", vec![&a])]
    {
        let with = |option: &str| {
            let files: Vec<&str> = files.iter().map(|f| f.as_str()).collect();
            made(&[&[op, option][..], &files].concat(), "")
        };
        assert_eq!(with("--connect=0"), with("--connect=false"), "{op}");
        assert_eq!(with("--connect=1"), with("--connect=true"), "{op}");
    }
    assert_ne!(made(&["compose", "--connect=0", &a, &a], ""), made(&["compose", "--connect=1", &a, &a], ""));
    let reverse = |value: &str| made(&["reverse", &format!("--require_superinitial={value}"), &a], "");
    assert_eq!((reverse("0"), reverse("1")), (reverse("false"), reverse("true")));
    assert_ne!(reverse("0"), reverse("1"));
}

#[test]
fn options_that_are_taken_do_something() {
    let f = Folder::new("do-something");
    let text = "0 1 1 1 0.5\n0 2 2 2\n1\n2 3\n";
    let of = |op: &[&str], input: &[u8]| {
        let (code, bytes, err) = energraph_bytes(&[&["fst"], op].concat(), input);
        assert_eq!((code, err.as_str()), (0, ""), "{op:?}");
        bytes
    };
    let aligned = of(&["compile", "--fst_type=const", "--fst_align"], text.as_bytes());
    assert_eq!(aligned, of(&["convert", "--fst_type=const", "--fst_align"], &compiled(text)));
    assert_ne!(aligned, of(&["compile", "--fst_type=const"], text.as_bytes()));
    let ran = energraph_with(&["fst", "compile", "--fst_type=json", "--fst_align"], text);
    assert!(ran.code == 2 && ran.err.contains("--fst_align"), "{}", ran.err);
    for tested in ["true", "false"] {
        assert_eq!(made(&["info", &format!("--test_properties={tested}")], text), made(&["info"], text));
    }
    assert_eq!(
        made(&["compile", "--fst_type=json", "--fst_field_separator=,;"], "0,1;1,1 0.5\n1\n"),
        made(&["compile", "--fst_type=json"], "0 1 1 1 0.5\n1\n")
    );
    assert_eq!(made(&["print", "--acceptor", &f.file("t.fst", compiled("0 1 1 2\n1\n"))], ""), "0\t1\t1\t2\n1\n");
    assert_eq!(made(&["equivalent", "--npath=3", "--seed=2", "--max_length=4", "-", &f.file("a", text)], text), "");
    assert_eq!(made(&["randgen", "--remove_total_weight"], text), made(&["randgen"], text));
    assert!(made(&["draw", "--helpshort"], "").contains("Usage:"));
}

#[test]
fn graphviz_text_is_as_it_is_asked_for() {
    let f = Folder::new("graphviz");
    let (labels, states) = (f.file("l.syms", "<eps> 0\na\" 1\nb 2\n"), f.file("s.syms", "zero 0\none\\ 1\n"));
    let text = "0 1 1 1 0.1\n0 1 1 2\n1\n";
    let head = |label: &str| {
        format!(
            "digraph FST {{\nrankdir = LR;\nsize = \"8.5,11\";\n{label}center = 1;\norientation = Landscape;\n\
             ranksep = \"0.4\";\nnodesep = \"0.25\";\n"
        )
    };
    let (zero, one) = ("shape = circle, style = bold", "shape = doublecircle, style = solid");
    let expected = format!(
        "{}0 [label = \"0\", {zero}, fontsize = 14]\n\t0 -> 1 [label = \"1:1/0.1\", fontsize = 14];\n\
         \t0 -> 1 [label = \"1:2\", fontsize = 14];\n1 [label = \"1\", {one}, fontsize = 14]\n}}\n",
        head("")
    );
    assert_eq!(made(&["draw"], text), expected);
    assert_eq!(made(&["draw", "--acceptor", &f.file("t.fst", compiled(text))], ""), expected);
    assert!(made(&["draw", "--acceptor"], "0 1 1\n1\n").contains("0 -> 1 [label = \"1\","));
    let symbols = ["draw", "--isymbols", &labels, "--osymbols", &labels, "--ssymbols", &states, "--title=a\"b"];
    let named = made(&symbols, "0 1 a\" b 3\n1\n");
    assert!(named.starts_with(&head("label = \"a\\\"b\";\n")), "{named}");
    assert!(named.contains("1 [label = \"one\\\\\"") && named.contains("[label = \"a\\\":b/3\""), "{named}");
    let all = made(&["draw", "--show_weight_one", "--precision=3", "--float_format=e", "--fontsize=20"], text);
    assert!(all.contains("1 [label = \"1/0.000e+00\"") && all.contains("1:1/1.000e-01\", fontsize = 20"), "{all}");
    for (title, label) in [(r#"\"a\" \n"#, r#"\"a\" \n"#), (r#"a\\"b\"#, r#"a\\\"b\\"#), ("é\"", "é\\\"")] {
        let titled = made(&["draw", &format!("--title={title}")], text);
        assert!(titled.starts_with(&head(&format!("label = \"{label}\";\n"))), "{title}: {titled}");
    }
    assert_eq!(made(&["draw"], "\n"), head("") + "}\n");
    for option in ["--show_weight_one", "--precision=3", "--float_format=f", "--fontsize=9", "--vertical"] {
        let ran = energraph_with(&["fst", "draw", "--svg", option], text);
        assert!(ran.code == 2 && ran.err.contains("--svg"), "{option}: {}", ran.err);
    }
}

#[test]
fn an_empty_file_is_no_graph_but_to_compile() {
    let f = Folder::new("empty-file");
    let (empty, text) = (f.file("e", ""), f.file("a.txt", "0 1 1 1\n1\n"));
    let binary = f.file("a.fst", compiled("0 1 1 1\n1\n"));
    let refused = |arguments: &[&str]| {
        let ran = energraph(&[&["fst"], arguments].concat());
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.lines().count() == 1, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(&format!("{empty}: an empty file")), "{arguments:?}: {}", ran.err);
    };
    for other in [&text, &binary] {
        for pair in [[&empty, other], [other, &empty]] {
            for op in ["union", "concat", "compose", "intersect", "difference", "equivalent", "isomorphic", "search"] {
                refused(&[op, pair[0], pair[1]]);
            }
            refused(&["replace", pair[0], "8", pair[1], "9"]);
        }
    }
    for op in ["connect", "print", "shortestpath", "info", "draw", "relabel", "topsort", "convert"] {
        refused(&[op, &empty]);
    }
    let (code, out, err) = energraph_bytes(&["fst", "compile", &empty], b"");
    assert!(code == 0 && err.contains("note: an empty file, read as the text"), "{err}");
    assert_eq!(made(&["print", &f.file("n.fst", out)], ""), "");
    // A text that accepts nothing is a line, so that a pipe through text goes on.
    let nothing = energraph_with(&["fst", "compose", &text, "-"], "0 1 2 2\n1\n").out;
    let (code, again, _) = energraph_bytes(&["fst", "connect"], nothing.as_bytes());
    assert_eq!((nothing.as_str(), code, again.as_slice()), ("\n", 0, b"\n".as_slice()));
}

#[test]
fn of_an_option_that_is_there_twice_the_last_counts() {
    let (text, arc) = ("0 1 1 1 0.5\n1\n", "0\t1\t1\t1\t0.5\n");
    let g = compiled(text);
    let f = Folder::new("twice");
    let file = f.file("g.fst", g);
    for (options, expected) in [
        (&["print", "--acceptor=true", "--acceptor=false"] as &[&str], format!("{arc}1\n")),
        (&["print", "--acceptor", "--acceptor"], "0\t1\t1\t0.5\n1\n".to_owned()),
        (&["print", "--show_weight_one", "--show_weight_one=false"], format!("{arc}1\n")),
        (&["print", "--show_weight_one=false", "-show_weight_one"], format!("{arc}1\t0\n")),
        (&["print", "--numeric", "--numeric=false"], format!("{arc}1\n")),
    ] {
        let ran = energraph(&[&["fst"], options, &[&file]].concat());
        assert_eq!((ran.code, &ran.out), (0, &expected), "{options:?}: {}", ran.err);
    }
    let arcs = made(&["arcsort", "--sort_type=ilabel", "--sort_type=olabel"], "0 1 1 2\n0 1 2 1\n1\n");
    assert_eq!(arcs, "0\t1\t2\t1\n0\t1\t1\t2\n1\n");
    let kept = energraph_with(&["fst", "push", "--push_weights", "--push_weights=false"], "0 1 1 1\n1 2\n");
    assert!(kept.out == "0\t1\t1\t1\n1\t2\n" && kept.err.contains("nothing is pushed"), "{}", kept.err);
    // The state that leads nowhere goes.
    let left = f.file("left.txt", "0 1 1 1\n0 2 2 2\n2 3 3 3\n1\n3\n");
    let right = f.file("right.txt", "0 1 1 1\n0 2 2 2\n1\n2\n");
    assert_eq!(made(&["compose", "--connect=false", "--connect=true", &left, &right], ""), "0\t1\t1\t1\n1\n");
}

#[test]
fn the_best_path_has_its_inputs_and_too_many_stop_at_a_budget() {
    let text = "0 1 1 7 1\n0 1 2 8\n1 0.5\n";
    assert_eq!(made(&["shortestpath", "--unique", "--nshortest=1"], text), made(&["shortestpath"], text));
    assert!(made(&["shortestpath", "--unique"], text).starts_with("0\t1\t2\t8"));
    assert!(made(&["shortestpath", "--unique", "--nshortest=2"], text).starts_with("0\t1\t8\t8"));
    let ring = "0 0 1 1 1\n0\n";
    for (option, names) in [("--max_states=5000", "--max_states=5000"), ("--max_arcs=5000", "--max_arcs=5000")] {
        let ran = energraph_with(&["fst", "shortestpath", "--nshortest=2147483647", option], ring);
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains(names), "{}", ran.err);
    }
    // 1 + 0 + 1 + … + 9 states.
    assert_eq!(made(&["shortestpath", "--nshortest=10", "--max_states=46"], ring).matches("\t1\t1\t1\n").count(), 45);
    assert_eq!(energraph_with(&["fst", "shortestpath", "--nshortest=10", "--max_states=45"], ring).code, 1);
}

#[test]
fn a_weight_that_is_none_is_wrong_usage_everywhere() {
    for options in [
        &["prune", "--weight=x"][..],
        &["determinize", "--weight=x"],
        &["map", "--map_type=times", "--weight=x"],
        &["map", "--map_type=plus", "--weight=x"],
    ] {
        let ran = energraph_with(&[&["fst"], options].concat(), "0 1 1 1\n1\n");
        assert!(ran.code == 2 && ran.err.contains("--weight: \"x\" is not a weight"), "{options:?}: {}", ran.err);
    }
}

#[test]
fn states_of_a_nondeterministic_graph_are_merged_where_that_is_allowed() {
    let nondeterministic = "0 1 1 1\n0 1 1 1\n1 2 2 2\n1 3 2 2\n2\n3\n";
    assert_eq!(energraph_with(&["fst", "minimize"], nondeterministic).code, 1);
    assert_eq!(made(&["minimize", "--allow_nondet"], nondeterministic), "0\t1\t1\t1\n1\t2\t2\t2\n2\n");
    let transducer = "0 1 1 0\n0 2 1 0\n1 3 2 5\n2 3 2 5\n3\n";
    assert_eq!(made(&["minimize", "--allow_nondet"], transducer), "0\t1\t1\t5\n1\t2\t2\t0\n2\n");
    let epsilons = "0 1 0 0\n0 2 0 0\n1 3 1 1\n2 3 1 1\n3\n";
    assert_eq!(made(&["minimize", "--allow_nondet"], epsilons), "0\t1\t0\t0\n1\t2\t1\t1\n2\n");
    let deterministic = "0 1 1 1 2\n0 2 2 2\n1 3 3 3\n2 3 3 3 2\n3\n";
    assert_eq!(made(&["minimize", "--allow_nondet"], deterministic), made(&["minimize"], deterministic));
}

/// Paths need not be text.
#[cfg(unix)]
#[test]
fn names_of_files_are_any_bytes() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;
    let f = Folder::new("bytes");
    let mut odd = OsString::from(f.path("l"));
    odd.push(OsStr::from_bytes(b"\xe9.fst"));
    // Not every file system has such names.
    if std::fs::write(&odd, "0 1 1 2\n1\n").is_err() {
        return;
    }
    let other = f.file("b.txt", "0 1 3 3\n1\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_energraph"));
    let done = command.args(["fst", "replace"]).arg(&odd).args(["9", &other, "2"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8(done.stdout).unwrap().lines().count(), 4);
}
