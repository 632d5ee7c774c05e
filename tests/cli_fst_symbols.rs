//! What becomes of symbol tables in `energraph fst`, and of files that are empty; beside OpenFst's tools where they are installed.
#![cfg(feature = "cli")]

mod cli_common;

use std::process::{Command, Stdio};

use cli_common::{Folder, energraph, energraph_bytes, openfst_is_there};
use energraph::Energy;
use energraph::graph::SymbolTable;
use energraph::graph::openfst;

/// What a tool of OpenFst writes, and whether it succeeds.
fn tool(arguments: &[&str]) -> (bool, Vec<u8>) {
    let ran = Command::new(arguments[0]).args(&arguments[1..]).stdin(Stdio::null()).output().unwrap();
    (ran.status.success(), ran.stdout)
}

/// A binary of a text, with one table for both sides if that is not empty.
fn binary(f: &Folder, name: &str, table: &str, text: &str) -> String {
    binary_of(f, name, table, text, "standard")
}

fn binary_of(f: &Folder, name: &str, table: &str, text: &str, arcs: &str) -> String {
    let (text, to, arcs) = (f.file(&format!("{name}.txt"), text), f.path(name), format!("--arc_type={arcs}"));
    let syms = f.file(&format!("{name}.syms"), table);
    let (i, o) = (format!("--isymbols={syms}"), format!("--osymbols={syms}"));
    let with: &[&str] = if table.is_empty() { &[] } else { &["--keep_isymbols", "--keep_osymbols", &i, &o] };
    let ran = energraph(&[&["fst", "compile", &arcs], with, &[&text, &to]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    to
}

fn file(bytes: &[u8]) -> openfst::File<Energy> {
    openfst::read(bytes).unwrap()
}

/// The file that an operation writes to standard output, whose exit code is 0.
fn made(arguments: &[&str]) -> openfst::File<Energy> {
    let (code, out, err) = energraph_bytes(&[&["fst"], arguments].concat(), b"");
    assert_eq!(code, 0, "{arguments:?}: {err}");
    file(&out)
}

fn pairs(table: Option<&SymbolTable>) -> String {
    table.map_or("none".to_owned(), |t| t.write().replace('\t', " ").replace('\n', ","))
}

#[test]
fn the_result_of_several_graphs_names_what_any_of_them_names() {
    let f = Folder::new("joined-tables");
    let (ab, a) = ("<eps> 0\na 1\nb 2\n", "<eps> 0\na 1\n");
    let x = binary(&f, "x", ab, "0 1 b b\n1\n");
    let y = binary(&f, "y", a, "0 1 a a\n1\n");
    let z = binary(&f, "z", "e 0\na 1\nc 3\n", "0 1 c c\n1\n");
    for op in ["union", "concat", "intersect", "difference"] {
        for (left, right, wanted) in [
            (&x, &y, "<eps> 0,a 1,b 2,"),
            (&y, &x, "<eps> 0,a 1,b 2,"),
            (&x, &z, "<eps> 0,a 1,b 2,c 3,"),
            (&z, &x, "e 0,a 1,b 2,c 3,"),
        ] {
            let made = made(&[op, left, right]);
            for table in [&made.isymbols, &made.osymbols] {
                assert_eq!(pairs(table.as_ref()), wanted, "{op} {left} {right}");
                assert_eq!(table.as_ref().unwrap().name().unwrap(), format!("{left}.syms"), "{op}");
            }
        }
        let apart = made(&[op, "--fst_compat_symbols=false", &y, &x]);
        assert_eq!(pairs(apart.isymbols.as_ref()), "<eps> 0,a 1,", "{op}");
    }
    let network = made(&["replace", &y, "9", &x, "8", &z, "7"]);
    assert_eq!(pairs(network.osymbols.as_ref()), "<eps> 0,a 1,b 2,c 3,");
    let network = made(&["replace", "--fst_compat_symbols=false", &y, "9", &x, "8"]);
    assert_eq!(pairs(network.osymbols.as_ref()), "<eps> 0,a 1,");
    // Two that agree with the root's and not with each other, and a name of label 0 that is another label's.
    let b3 = binary(&f, "b3", "<eps> 0\na 1\nd 3\n", "0 1 a a\n1\n");
    let ran = energraph(&["fst", "replace", &y, "9", &z, "8", &b3, "7"]);
    assert_eq!((ran.code, ran.err.contains("symbol tables differ")), (1, true), "{}", ran.err);
    let shifted = binary(&f, "shifted", "<eps> 0\na 1\ne 4\n", "0 1 a a\n1\n");
    for (left, right) in [(&z, &shifted), (&shifted, &z)] {
        let ran = energraph(&["fst", "union", left, right]);
        assert_eq!((ran.code, ran.err.contains("4 is \"e\"")), (1, true), "{}", ran.err);
    }
}

#[test]
fn a_first_graph_without_names_gets_none_from_another_that_may_not_name_its_labels() {
    let f = Folder::new("no-tables");
    let named = binary(&f, "named", "<eps> 0\na 1\n", "0 1 a a\n1\n");
    let numbers = binary(&f, "numbers", "", "0 1 9 9\n1\n");
    for arguments in [
        vec!["union", numbers.as_str(), &named],
        vec!["concat", &numbers, &named],
        vec!["replace", &numbers, "7", &named, "8"],
    ] {
        let made = made(&arguments);
        assert_eq!((made.isymbols, made.osymbols), (None, None), "{arguments:?}");
    }
}

#[test]
fn a_composition_reads_the_names_of_the_first_and_writes_those_of_the_second() {
    let f = Folder::new("composed-tables");
    let x = binary(&f, "x", "<eps> 0\na 1\nb 2\n", "0 1 a a\n1\n");
    let y = binary(&f, "y", "<eps> 0\na 1\nc 3\n", "0 1 a c\n1\n");
    let both = made(&["compose", &x, &y]);
    assert_eq!(pairs(both.isymbols.as_ref()), "<eps> 0,a 1,b 2,");
    assert_eq!(pairs(both.osymbols.as_ref()), "<eps> 0,a 1,c 3,");
}

/// A binary with tables of its own on some sides.
fn sided(f: &Folder, name: &str, sides: &[&str]) -> String {
    let (text, to) = (f.file("text", "0 1 a a\n1\n"), f.path(name));
    let [i, o] = ["i", "o"].map(|side| f.file(&format!("{name}.{side}"), AB));
    let (i, o) = (format!("--isymbols={i}"), format!("--osymbols={o}"));
    let ran = energraph(&[&["fst", "compile", &i, &o], sides, &[&text, &to]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    to
}

#[test]
fn results_have_tables_on_the_sides_where_openfsts_have_them() {
    let f = Folder::new("sides-of-tables");
    let (i, o) = ("--keep_isymbols", "--keep_osymbols");
    let all = [("none", &[][..]), ("input", &[i]), ("output", &[o]), ("both", &[i, o])];
    let all = all.map(|(name, sides)| (sided(&f, name, sides), sides));
    let of = |table: &Option<SymbolTable>| table.as_ref().and_then(SymbolTable::name).map(str::to_owned);
    for (left, of_left) in &all {
        for (right, of_right) in &all {
            for op in ["compose", "intersect", "difference", "union", "concat", "replace"] {
                for more in [&[][..], &["--fst_compat_symbols=false"]] {
                    let files: &[&str] = if op == "replace" { &[left, "8", right, "9"] } else { &[left, right] };
                    let ours = made(&[&[op], more, files].concat());
                    let ours = (of(&ours.isymbols), of(&ours.osymbols));
                    let table = |file: &str, side: &str| Some(format!("{file}.{side}"));
                    let input = table(left, "i").filter(|_| of_left.contains(&i));
                    let (first, second) = (
                        table(left, "o").filter(|_| of_left.contains(&o)),
                        table(right, "o").filter(|_| of_right.contains(&o)),
                    );
                    let output = match op {
                        "compose" => second,
                        // Names of the first's outputs are none the worse where the second has none.
                        "intersect" | "difference" if more.is_empty() => first.or(second),
                        "intersect" | "difference" => second.or(first),
                        _ => first,
                    };
                    assert_eq!(ours, (input, output), "{op} {more:?} {left} {right}");
                    if openfst_is_there() {
                        let tool_of = format!("fst{op}");
                        let theirs = file(&tool(&[&[tool_of.as_str()], more, files].concat()).1);
                        assert_eq!(ours.0, of(&theirs.isymbols), "{op} {more:?} {left} {right}");
                        let joined = ["intersect", "difference"].contains(&op) && of_left.contains(&o);
                        let same = ours.1 == of(&theirs.osymbols) || joined;
                        assert!(same, "{op} {more:?} {left} {right}");
                    }
                }
            }
        }
    }
    // A text of numbers stays one.
    let text = f.file("numbers.txt", "0\t1\t1\t1\n1\n");
    for op in ["intersect", "union"] {
        assert!(!energraph(&["fst", op, &text, &all[3].0]).out.contains('a'), "{op}");
    }
}

const TWO: &str = "0 1 a b\n1 2 b a\n2\n";
const AB: &str = "<eps> 0\na 1\nb 2\n";

#[test]
fn fst_symbols_changes_tables_and_no_labels() {
    let f = Folder::new("symbols-of-tables");
    let g = binary(&f, "g", AB, TWO);
    let labels = file(&std::fs::read(&g).unwrap()).graph;
    let (one, twice) = (f.file("one", "1 5\n"), f.file("twice", "1 2\n1 3\n"));
    let (zero, other) = (f.file("zero", "1 0\n"), f.file("r.syms", "<eps> 0\na 7\nb 8\n"));
    let relabel = |pairs: &str| format!("--relabel_ipairs={pairs}");
    let saved = f.path("saved");
    for options in [
        vec![relabel(&twice)],
        vec![relabel(&zero)],
        vec![relabel(&f.file("seven", "7 5\n")), format!("--isymbols={other}")],
        vec![relabel(&one), format!("--relabel_opairs={twice}")],
        vec![format!("--isymbols={other}"), "--clear_isymbols".to_owned()],
        vec![format!("--isymbols={other}"), format!("--save_isymbols={saved}")],
        vec!["--clear_osymbols".to_owned(), format!("--save_osymbols={saved}")],
    ] {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let ours = made(&[&["symbols"], &options[..], &[&g]].concat());
        assert_eq!(ours.graph, labels, "{options:?}");
        let kept = std::fs::read(&saved).ok();
        if openfst_is_there() {
            let (done, theirs) = tool(&[&["fstsymbols"], &options[..], &[&g]].concat());
            assert!(done, "{options:?}");
            let theirs = file(&theirs);
            for (ours, theirs) in [(&ours.isymbols, &theirs.isymbols), (&ours.osymbols, &theirs.osymbols)] {
                let (ours, theirs) = (ours.as_ref(), theirs.as_ref());
                assert_eq!(pairs(ours), pairs(theirs), "{options:?}");
                assert_eq!(ours.and_then(SymbolTable::name), theirs.and_then(SymbolTable::name), "{options:?}");
            }
            assert_eq!(kept, std::fs::read(&saved).ok(), "{options:?}");
        }
        let _ = std::fs::remove_file(&saved);
    }
    // A label that the table lacks has no name to give, where theirs gives the empty one.
    let lacking = made(&["symbols", &relabel(&f.file("lacking", "1 2\n9 3\n")), &g]).isymbols.unwrap();
    assert_eq!((lacking.symbol(2), lacking.symbol(3)), (Some("a"), None));
    let ran = energraph(&["fst", "symbols", &relabel(&one), &binary(&f, "bare", "", "0 1 1 1\n1\n")]);
    assert_eq!((ran.code, ran.err.contains("no table")), (2, true), "{}", ran.err);
}

#[test]
fn fst_relabel_does_as_openfst_does() {
    let f = Folder::new("relabel-as-theirs");
    let g = binary(&f, "g", AB, TWO);
    let (none, one, twice) = (f.file("none", ""), f.file("one", "1 5\n"), f.file("twice", "1 2\n1 3\n"));
    let (other, more) = (f.file("r.syms", "<eps> 0\na 7\nb 8\n"), f.file("more.syms", "<eps> 0\na 1\nb 2\nc 3\n"));
    let with = |name: &str, file: &str| format!("--{name}={file}");
    let same = "(1,2)(2,1)";
    for (options, arcs, isymbols) in [
        (vec![with("relabel_ipairs", &none)], same, AB),
        (vec![with("relabel_ipairs", &one)], "(5,2)(2,1)", AB),
        (vec![with("relabel_ipairs", &twice)], "(2,2)(2,1)", AB),
        (vec![with("relabel_ipairs", &one), with("isymbols", &more)], "(5,2)(2,1)", AB),
        (vec![with("relabel_ipairs", &one), with("relabel_isymbols", &other)], "(7,2)(8,1)", "<eps> 0\na 7\nb 8\n"),
        (vec![with("relabel_ipairs", &one), with("relabel_osymbols", &other)], "(1,8)(2,7)", AB),
        (vec![with("isymbols", &more)], same, AB),
        (vec![], same, AB),
    ] {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let shown = |g: &openfst::File<Energy>| -> String {
            g.graph.all_arcs().iter().map(|a| format!("({},{})", a.ilabel, a.olabel)).collect()
        };
        let ours = made(&[&["relabel"], &options[..], &[&g]].concat());
        assert_eq!(shown(&ours), arcs, "{options:?}");
        assert_eq!(ours.isymbols.as_ref().map(SymbolTable::write), Some(isymbols.replace(' ', "\t")), "{options:?}");
        if openfst_is_there() {
            let theirs = file(&tool(&[&["fstrelabel"], &options[..], &[&g]].concat()).1);
            assert_eq!((ours.graph, ours.isymbols, ours.osymbols), (theirs.graph, theirs.isymbols, theirs.osymbols));
        }
    }
    let (i, o) = (f.path("i"), f.path("o"));
    let save = [format!("--save_relabel_ipairs={i}"), format!("--save_relabel_opairs={o}")];
    made(&["relabel", &save[0], &save[1], &with("relabel_isymbols", &other), &g]);
    let saved = [&i, &o].map(|p| std::fs::read_to_string(p).unwrap());
    assert_eq!(saved, ["1\t7\n2\t8\n", ""]);
    let again = made(&["relabel", &with("relabel_ipairs", &i), &with("relabel_opairs", &o), &g]);
    assert_eq!(again.graph, made(&["relabel", &with("relabel_isymbols", &other), &g]).graph);
}

#[test]
fn codes_of_arcs_of_another_type_are_refused() {
    let f = Folder::new("codes-of-other-arcs");
    let text = "0 1 1 2 0.5\n1 0.25\n";
    let (s, l) = (binary(&f, "s", "", text), binary_of(&f, "l", "", text, "log64"));
    let (codes, encoded) = (f.path("codes"), f.path("encoded"));
    let what = ["--encode_labels", "--encode_weights"];
    assert_eq!(energraph(&[&["fst", "encode"], &what[..], &[&l, &codes, &encoded]].concat()).code, 0);
    let kept = std::fs::read(&codes).unwrap();
    for arguments in [vec!["decode"], vec!["encode", "--encode_reuse"], vec!["encode", "--decode"]] {
        let ran = energraph(&[&["fst"], &arguments[..], &[&s, &codes]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.contains("standard in the one and log64 in the other"), "{arguments:?}: {}", ran.err);
        assert_eq!(std::fs::read(&codes).unwrap(), kept);
    }
    assert_eq!(made(&["decode", &encoded, &codes]).graph, file(&std::fs::read(&l).unwrap()).graph);
}

#[test]
fn where_neither_is_to_be_encoded_input_labels_are_as_in_openfst() {
    let f = Folder::new("codes-of-inputs");
    let g = binary(&f, "g", "<eps> 0\na 5\nb 6\n", "0 1 b a 0.5\n0 1 b b\n1 0 <eps> a\n1 0 a b\n1 0.25\n");
    let (ours, theirs) = (f.path("ours"), f.path("theirs"));
    let encoded = made(&["encode", &g, &ours]).graph;
    let arcs: Vec<_> = encoded.all_arcs().iter().map(|a| (a.ilabel, a.olabel)).collect();
    assert_eq!(arcs, [(1, 5), (1, 6), (2, 5), (3, 6)]);
    assert_eq!(made(&["encode", "--encode_reuse", "--encode_labels", &g, &ours]).graph, encoded);
    let more = binary(&f, "more", "", "0 1 9 9\n0 1 5 5\n1\n");
    if openfst_is_there() {
        assert_eq!(encoded, file(&tool(&["fstencode", &g, &theirs]).1).graph);
        assert_eq!(std::fs::read(&ours).unwrap(), std::fs::read(&theirs).unwrap());
        let reused = tool(&["fstencode", "--encode_reuse", &more, &theirs]).1;
        assert_eq!(made(&["encode", "--encode_reuse", &more, &ours]).graph, file(&reused).graph);
    }
    let encoded = f.path("encoded");
    assert_eq!(energraph(&["fst", "encode", "--encode_reuse", &g, &ours, &encoded]).code, 0);
    let back = made(&["decode", &encoded, &ours]);
    assert_eq!(back.graph, file(&std::fs::read(&g).unwrap()).graph);
    assert_eq!(pairs(back.isymbols.as_ref()), "<eps> 0,a 5,b 6,");
    let ran = energraph(&["fst", "decode", &more, &ours]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
}

#[test]
fn through_json_a_table_keeps_its_name() {
    let f = Folder::new("names-in-json");
    let g = binary(&f, "g", AB, TWO);
    let json = f.file("g.json", energraph(&["fst", "convert", "--fst_type=json", &g]).out);
    let back = made(&["convert", "--fst_type=vector", &json]);
    let name = format!("{g}.syms");
    for table in [back.isymbols, back.osymbols] {
        assert_eq!(table.unwrap().name(), Some(name.as_str()));
    }
}

#[test]
fn a_side_that_becomes_epsilon_loses_its_table() {
    let f = Folder::new("tables-of-epsilon");
    let g = binary(&f, "g", AB, TWO);
    for (map, wanted) in
        [("input_epsilon", (false, true)), ("output_epsilon", (true, false)), ("identity", (true, true))]
    {
        let map = format!("--map_type={map}");
        let ours = made(&["map", &map, &g]);
        assert_eq!((ours.isymbols.is_some(), ours.osymbols.is_some()), wanted, "{map}");
        if openfst_is_there() {
            let theirs = file(&tool(&["fstmap", &map, &g]).1);
            assert_eq!((ours.graph, ours.isymbols, ours.osymbols), (theirs.graph, theirs.isymbols, theirs.osymbols));
        }
    }
}
