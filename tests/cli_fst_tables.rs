//! `energraph fst` where symbol tables contradict each other, and where OpenFst's tools take what the library refuses.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_with};

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
