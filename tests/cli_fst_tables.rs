//! `energraph fst` where symbol tables contradict each other, and where OpenFst's tools take what the library refuses.
#![cfg(feature = "cli")]

mod cli_common;

use std::process::{Command, Stdio};

use cli_common::{Folder, Ran, energraph, energraph_bytes, energraph_with, fst, text};
use energraph::Energy;
use energraph::graph::openfst;

const KEPT: [&str; 2] = ["--keep_isymbols", "--keep_osymbols"];

/// A binary of one arc, with its tables.
fn one_arc(f: &Folder, name: &str, symbols: &str, symbol: &str) -> String {
    let table = f.file(&format!("{name}.syms"), symbols);
    let (i, o, to) = (format!("--isymbols={table}"), format!("--osymbols={table}"), f.path(name));
    let text = f.file(&format!("{name}.txt"), format!("0 1 {symbol} {symbol}\n1\n"));
    let ran = energraph(&[&["fst", "compile"], &KEPT[..], &[&i, &o, &text, &to]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    to
}

#[test]
fn tables_that_contradict_each_other_are_refused() {
    let f = Folder::new("contradicting-tables");
    let x = one_arc(&f, "x", "<eps> 0\nx 1\ny 2\n", "x");
    let y = one_arc(&f, "y", "<eps> 0\ny 1\nx 2\n", "y");
    // More symbols and another name for epsilon contradict nothing.
    let more = one_arc(&f, "more", "e 0\nx 1\ny 2\nz 7\n", "x");
    let to = format!("--output={}", f.path("out"));
    for op in ["compose", "intersect", "difference", "union", "concat", "equivalent"] {
        let ran = energraph(&["fst", op, &to, &x, &y]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{op}: {}", ran.err);
        assert!(ran.err.contains("1 is \"x\"") && ran.err.contains("1 is \"y\""), "{op}: {}", ran.err);
        let ran = energraph(&["fst", op, &to, &x, &more]);
        assert_eq!((ran.code, ran.err.contains("symbol tables")), (0, false), "{op}: {}", ran.err);
    }
    for op in ["equal", "isomorphic"] {
        // To these labels are numbers, as they are to OpenFst's tools.
        assert_eq!(energraph(&["fst", op, &x, &y]).code, 0, "{op}");
    }
    let ran = energraph(&["fst", "replace", &x, "2", &y, "1"]);
    assert_eq!((ran.code, ran.err.contains("symbol tables differ")), (1, true), "{}", ran.err);
    // A symbol that has two labels.
    let apart = one_arc(&f, "apart", "<eps> 0\nx 9\n", "x");
    let ran = energraph(&["fst", "union", &x, &apart]);
    assert_eq!((ran.code, ran.err.contains("9 is \"x\"")), (1, true), "{}", ran.err);
    // Tables of the command line are those of both.
    let table = f.path("x.syms");
    let given = [format!("--isymbols={table}"), format!("--osymbols={table}")];
    assert_eq!(energraph(&["fst", "union", &to, &given[0], &given[1], &x, &y]).code, 0);
}

#[test]
fn json_keeps_the_name_of_epsilon() {
    let f = Folder::new("name-of-epsilon");
    let g = one_arc(&f, "g", "e 0\nx 1\n", "x");
    let json = energraph(&["fst", "convert", "--fst_type=json", &g]);
    assert!(json.out.contains("\"e\""), "{}", json.out);
    let read = energraph_with(&["fst", "print", "-"], &json.out);
    assert_eq!((read.code, read.out.as_str(), read.err.as_str()), (0, "0\t1\tx\tx\n1\n", ""));
}

#[test]
fn epsilon_is_a_label_to_what_makes_deterministic_as_in_openfst() {
    // Two paths of "ε 1", which become one.
    let twice = "0 1 0 0 1\n0 2 0 0 2\n1 3 1 1 2\n2 3 1 1\n3\n";
    for (op, arcs) in [("determinize", 2), ("disambiguate", 2)] {
        let ran = energraph_with(&["fst", op, "-"], twice);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{op}");
        assert_eq!(ran.out.lines().filter(|l| l.split('\t').count() > 2).count(), arcs, "{op}: {}", ran.out);
        let total = energraph_with(&["fst", "shortestdistance", "--total", "-"], &ran.out);
        assert_eq!(total.out, "2\n", "{op}");
    }
    let small = energraph_with(&["fst", "minimize", "-"], "0 1 0 0\n0 2 1 1\n1 3 2 2\n2 3 2 2\n3\n");
    assert_eq!((small.code, small.out.as_str()), (0, "0\t1\t0\t0\n0\t1\t1\t1\n1\t2\t2\t2\n2\n"), "{}", small.err);
    let writes = energraph_with(&["fst", "determinize", "-"], "0 1 0 5 1\n0 1 0 5 2\n1 2 1 0\n2\n");
    assert_eq!((writes.code, writes.out.as_str()), (0, "0\t1\t0\t5\t1\n1\t2\t1\t0\n2\n"), "{}", writes.err);
}

#[test]
fn a_sum_with_a_weight_leaves_states_that_are_not_final_so() {
    let ran = energraph_with(&["fst", "map", "--map_type=plus", "--weight=0.5", "-"], "0 1 3 3 1.5\n1 0.25\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, "0\t1\t3\t3\t0.5\n1\t0.25\n"), "{}", ran.err);
}

/// What a tool of OpenFst does, where it is installed.
fn theirs(arguments: &[&str]) -> Option<Ran> {
    let ran = Command::new(format!("fst{}", arguments[0])).args(&arguments[1..]).stdin(Stdio::null()).output();
    let Ok(ran) = ran else {
        println!("skipped: OpenFst's tools are not installed");
        return None;
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) })
}

/// A binary of a text, without tables.
fn compiled(f: &Folder, name: &str, lines: &str) -> String {
    f.file(name, fst(&["compile"], lines.as_bytes()))
}

/// The same graph with a table for each side.
fn tabled(f: &Folder, name: &str, g: &str, isymbols: &str, osymbols: &str) -> String {
    let (i, o) = (f.file(&format!("{name}.i"), isymbols), f.file(&format!("{name}.o"), osymbols));
    f.file(name, fst(&["symbols", &format!("--isymbols={i}"), &format!("--osymbols={o}"), g], b""))
}

fn pairs(file: &openfst::File<Energy>) -> [Option<String>; 2] {
    [&file.isymbols, &file.osymbols].map(|t| t.as_ref().map(|t| t.write().replace('\t', " ")))
}

fn file(bytes: &[u8]) -> openfst::File<Energy> {
    openfst::read(bytes).unwrap()
}

#[test]
fn what_is_written_names_epsilon_where_what_was_read_did() {
    let f = Folder::new("unnamed-epsilon");
    for symbols in ["a 1\nb 2\n", "e 0\na 1\nb 2\n", "<eps> 5\na 1\nb 2\n"] {
        let (g, saved) = (one_arc(&f, "g", symbols, "a"), f.path("saved"));
        let json = f.file("g.json", fst(&["convert", "--fst_type=json", &g], b""));
        let back = f.file("back", fst(&["convert", &json], b""));
        for at in [&g, &back] {
            assert_eq!(pairs(&file(&std::fs::read(at).unwrap()))[0].as_deref().map(str::len), Some(symbols.len()));
            fst(&["print", &format!("--save_isymbols={saved}"), at], b"");
            let mut lines: Vec<String> = symbols.lines().map(|l| l.replace(' ', "\t")).collect();
            lines.sort_by_key(|l| l.split('\t').nth(1).map(str::to_owned));
            assert_eq!(std::fs::read_to_string(&saved).unwrap(), lines.join("\n") + "\n");
        }
        let (syms, lines, to) = (f.path("g.syms"), f.path("g.txt"), f.path("theirs"));
        let (i, o) = (format!("--isymbols={syms}"), format!("--osymbols={syms}"));
        let Some(made) = theirs(&[&["compile"], &KEPT[..], &[&i, &o, &lines, &to]].concat()) else { continue };
        assert_eq!(made.code, 0, "{}", made.err);
        let bytes = std::fs::read(&to).unwrap();
        let table = openfst::write_symbols(file(&bytes).isymbols.as_ref().unwrap());
        // Theirs keep the order of what they read, ours are sorted by label.
        if !symbols.starts_with('<') {
            assert!(bytes.windows(table.len()).any(|w| w == table), "{symbols}");
        }
        for (left, right) in [(&to, &g), (&back, &to)] {
            let composed = theirs(&["compose", left, right]).unwrap();
            assert_eq!((composed.code, composed.err.as_str()), (0, ""), "{symbols}");
        }
    }
}

#[test]
fn epsilon_without_a_name_is_printed_by_its_usual_one_or_as_it_is_asked_for() {
    let f = Folder::new("printed-epsilon");
    let g = tabled(&f, "g", &compiled(&f, "n", "0 1 0 1\n1\n"), "a 1\n", "a 1\n");
    assert_eq!(text(fst(&["print", &g], b"")), "0\t1\t<eps>\ta\n1\n");
    assert!(text(fst(&["draw", &g], b"")).contains("\"<eps>:a\""));
    let asked = ["print", "--missing_symbol=?", &g];
    assert_eq!(text(fst(&asked, b"")), "0\t1\t?\ta\n1\n");
    if let Some(theirs) = theirs(&asked) {
        assert_eq!(text(fst(&asked, b"")), theirs.out);
    }
    let taken = tabled(&f, "taken", &g, "<eps> 3\n", "a 1\n");
    let ran = energraph(&["fst", "print", &taken]);
    assert_eq!((ran.code, ran.err.contains("input label 0 is not in")), (1, true), "{}", ran.err);
    // The name of a state is no label's.
    let states = format!("--ssymbols={}", f.file("s", "one 1\n"));
    assert_eq!(text(fst(&["print", "--numeric", &states, &g], b"")), "0\tone\t0\t1\none\n");
}

#[test]
fn labels_without_names_stay_where_tables_say_what_becomes_of_them() {
    let f = Folder::new("nameless-relabel");
    let g = compiled(&f, "g", "0 1 1 2\n0 1 0 2\n1\n");
    let (old, new) = (f.file("old", "<eps> 0\na 1\nb 2\n"), f.file("new", "<eps> 4\na 7\nb 8\n"));
    let (i, from) = (format!("--relabel_isymbols={new}"), format!("--isymbols={old}"));
    let named = tabled(&f, "named", &g, "a 1\n", "<eps> 0\nb 2\n");
    for (arguments, arcs, noted) in [
        (vec!["relabel", &i, &g], [(1, 2), (0, 2)], true),
        (vec!["relabel", &i, &from, &g], [(7, 2), (4, 2)], false),
        (vec!["relabel", &i, &named], [(7, 2), (0, 2)], false),
        (vec!["relabel", &i, &from, &named], [(7, 2), (4, 2)], false),
    ] {
        let (code, bytes, err) = energraph_bytes(&[&["fst"], &arguments[..]].concat(), b"");
        assert_eq!((code, err.contains("no symbols"), err.is_empty()), (0, noted, !noted), "{arguments:?}: {err}");
        let ours = file(&bytes);
        let labels: Vec<_> = ours.graph.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect();
        assert_eq!(labels, arcs, "{arguments:?}");
        let to = f.path("theirs");
        if let Some(ran) = theirs(&[&arguments[..], &[&to]].concat()) {
            let theirs = file(&std::fs::read(&to).unwrap());
            assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
            assert_eq!((ours.graph, ours.isymbols, ours.osymbols), (theirs.graph, theirs.isymbols, theirs.osymbols));
        }
    }
    let read = energraph_with(&["fst", "relabel", &i, "-"], "0 1 1 2\n1\n");
    assert_eq!((read.code, read.out.as_str()), (0, "0\t1\t1\t2\n1\n"), "{}", read.err);
}

#[test]
fn a_table_that_is_not_there_is_not_saved_and_the_rest_is_done() {
    let f = Folder::new("nothing-to-save");
    let g = compiled(&f, "g", "0 1 1 2\n1\n");
    let saved = f.path("saved");
    for option in ["isymbols", "osymbols"] {
        let option = format!("--save_{option}={saved}");
        for op in ["print", "symbols"] {
            let (code, bytes, err) = energraph_bytes(&["fst", op, &option, &g], b"");
            assert_eq!((code, err.contains("no table to be saved")), (0, true), "{err}");
            assert_eq!(bytes, fst(&[op, &g], b""));
            assert!(!std::path::Path::new(&saved).exists());
            assert_eq!(theirs(&[op, &option, &g]).map_or(0, |ran| ran.code), 0);
        }
    }
}

#[test]
fn acceptors_intersect_where_tables_of_inputs_agree_or_those_that_openfst_compares() {
    let f = Folder::new("intersect-tables");
    let (ab, ac) = ("<eps> 0\na 1\nb 2\n", "<eps> 0\na 1\nc 2\n");
    let g = compiled(&f, "g", "0 1 1 1\n1\n");
    let table = |name: &str, i: &str, o: &str| tabled(&f, name, &g, i, o);
    let all = [table("bb", ab, ab), table("bc", ab, ac), table("cb", ac, ab), table("cc", ac, ac)];
    for (x, left) in all.iter().enumerate() {
        for (y, right) in all.iter().enumerate() {
            let (code, bytes, err) = energraph_bytes(&["fst", "intersect", left, right], b"");
            // Numbers are input, then output: 0 for b and 1 for c.
            let (agree, compared) = (x / 2 == y / 2, x % 2 == y / 2);
            assert_eq!(code == 0, agree || compared, "{x} {y}: {err}");
            assert_eq!(energraph(&["fst", "difference", "--output=/dev/null", left, right]).code, code);
            let to = f.path("theirs");
            if let Some(ran) = theirs(&["intersect", left, right, &to]) {
                assert_eq!(ran.code == 0, compared, "{x} {y}: {}", ran.err);
                if compared {
                    assert_eq!(pairs(&file(&bytes)), pairs(&file(&std::fs::read(&to).unwrap())), "{x} {y}");
                }
            }
        }
    }
}

#[test]
fn labels_that_a_table_lacks_are_found_where_they_are_looked_for() {
    let f = Folder::new("verified-tables");
    let g = compiled(&f, "g", "0 1 1 2\n1\n");
    let zero = compiled(&f, "zero", "0 1 0 2\n1\n");
    let both = "a 1\nb 2\n";
    for (name, i, o, of, lacks) in [
        ("all", both, both, &g, None),
        ("i", "b 2\n", both, &g, Some("input label 1 ")),
        ("o", both, "a 1\n", &g, Some("output label 2 ")),
        ("e", both, both, &zero, Some("input label 0 ")),
    ] {
        let bad = tabled(&f, name, of, i, o);
        let to = f.path("to");
        for (arguments, refuses) in [
            (vec!["symbols", "--verify", &bad, &to], true),
            (vec!["symbols", "--verify=false", &bad, &to], false),
            (vec!["info", &bad], true),
            (vec!["info", "--fst_verify=false", &bad], false),
            (vec!["info", "--info_type=short", &bad], false),
        ] {
            let ran = energraph(&[&["fst"], &arguments[..]].concat());
            let lacks = lacks.filter(|_| refuses);
            assert_eq!(ran.code, i32::from(lacks.is_some()), "{arguments:?}: {}", ran.err);
            assert!(ran.err.contains(lacks.unwrap_or_default()), "{arguments:?}: {}", ran.err);
            if let Some(theirs) = theirs(&arguments) {
                assert_eq!(theirs.code, ran.code, "{arguments:?}: {}", theirs.err);
            }
        }
    }
}

#[test]
fn distinct_strings_of_an_acceptor_keep_both_tables() {
    let f = Folder::new("unique-tables");
    let (i, o) = (f.file("i", "<eps> 0\na 1\nb 2\n"), f.file("o", "<eps> 0\nA 1\nB 2\n"));
    let (i, o) = (format!("--isymbols={i}"), format!("--osymbols={o}"));
    let keep = ["fst", "compile", &i, &o, "--keep_isymbols", "--keep_osymbols"];
    for (text, lines) in
        [("0 1 a A\n0 1 b B 1\n1\n", ["\ta\tA", "\tb\tB"]), ("0 1 a B\n0 1 a A 1\n1\n", ["\tB\tB", "\tA\tA"])]
    {
        let g = f.file("g.fst", energraph_bytes(&keep, text.as_bytes()).1);
        let best = energraph_bytes(&["fst", "shortestpath", "--nshortest=2", "--unique", &g], b"").1;
        let shown = String::from_utf8(energraph_bytes(&["fst", "print"], &best).1).unwrap();
        assert!(lines.iter().all(|l| shown.contains(l)), "{shown}");
    }
}

#[test]
fn a_line_of_a_table_may_be_there_twice() {
    let f = Folder::new("repeated-line");
    let table = format!("--isymbols={}", f.file("i", "<eps> 0\na 1\na 1\nb 2\n"));
    let (code, _, err) = energraph_bytes(&["fst", "compile", &table, "--acceptor"], b"0 1 b\n1\n");
    assert_eq!((code, err.as_str()), (0, ""));
    let table = format!("--isymbols={}", f.file("i", "<eps> 0\na 1\na 2\n"));
    let (code, _, err) = energraph_bytes(&["fst", "compile", &table, "--acceptor"], b"0 1 a\n1\n");
    assert!(code == 1 && err.contains("line 3"), "{err}");
}
