//! `energraph fst` with OpenFst's binary files.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_bytes};
use energraph::Energy;
use energraph::graph::openfst::{self, Layout};

const GRAPH: &str = "0\t1\ta\tx\t0.5\n0\t1\tb\ty\t1\n1\n";
const SYMBOLS: &str = "<eps> 0\na 1\nb 2\nx 3\ny 4\n";

#[test]
fn text_compiled_and_printed_is_the_text_again_with_its_symbols() {
    let f = Folder::new("fst-compile");
    let (text, symbols) = (f.file("g.txt", GRAPH), f.file("s.txt", SYMBOLS));
    let (i, o) = (format!("--isymbols={symbols}"), format!("--osymbols={symbols}"));
    let binary = f.path("g.fst");
    let keep = ["--keep_isymbols", "--keep_osymbols"];
    let ran = energraph(&[&["fst", "compile", &i, &o, "--arc_type=log", &text, "-o", &binary], &keep[..]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(energraph(&["fst", "print", &binary]).out, GRAPH);
    let says = |file: &str, what: &str, value: &str| {
        let info = energraph(&["fst", "info", file]).out;
        assert!(info.contains(&format!("{what:<50}{value}\n")), "{what} {value}: {info}");
    };
    says(&binary, "fst type", "vector");
    says(&binary, "arc type", "log");
    for (how, aligned) in [(&["--fst_type=const"][..], false), (&["--fst_type=const", "--fst_align"], true)] {
        let converted = f.path("g.const");
        let arguments = [&["fst", "convert", "-o", &converted, &binary], how].concat();
        assert_eq!(energraph(&arguments).code, 0);
        says(&converted, "fst type", "const");
        let read = openfst::read::<Energy>(&std::fs::read(&converted).unwrap()).unwrap();
        assert_eq!(read.layout, Layout::Const { aligned });
        assert_eq!(energraph(&["fst", "print", &converted]).out, GRAPH);
    }
    // Without --keep_isymbols a file has no names, as fstcompile's.
    let (_, bare, _) = energraph_bytes(&["fst", "compile", &i, &o, &text], b"");
    let (_, printed, _) = energraph_bytes(&["fst", "print"], &bare);
    assert_eq!(String::from_utf8(printed).unwrap(), "0\t1\t1\t3\t0.5\n0\t1\t2\t4\t1\n1\n");
}

#[test]
fn a_pipe_of_binaries_stays_binary_and_keeps_the_names_of_both_ends() {
    let f = Folder::new("fst-pipe");
    let (text, symbols) = (f.file("g.txt", GRAPH), f.file("s.txt", SYMBOLS));
    let (i, o) = (format!("--isymbols={symbols}"), format!("--osymbols={symbols}"));
    let (_, first, _) = energraph_bytes(&["fst", "compile", &i, &o, "--keep_isymbols", "--keep_osymbols", &text], b"");
    let (_, second, _) = energraph_bytes(&["fst", "invert", "-"], &first);
    let second = f.file("inverse.fst", &second);
    let (code, composed, err) = energraph_bytes(&["fst", "compose", "-", &second], &first);
    assert_eq!((code, err.as_str()), (0, ""));
    let (_, best, _) = energraph_bytes(&["fst", "shortestpath", "-"], &composed);
    let (_, printed, _) = energraph_bytes(&["fst", "print", "-"], &best);
    assert_eq!(String::from_utf8(printed).unwrap(), "0\t1\ta\ta\t1\n1\n");
}

#[test]
fn json_is_read_by_every_command_and_written_in_the_form_read() {
    let f = Folder::new("fst-json");
    let (text, symbols) = (f.file("g.txt", GRAPH), f.file("s.txt", SYMBOLS));
    let (i, o) = (format!("--isymbols={symbols}"), format!("--osymbols={symbols}"));
    let json = energraph(&["fst", "convert", "--fst_type=json", &i, &o, &text]);
    assert_eq!((json.code, json.err.as_str()), (0, ""));
    assert!(json.out.starts_with("{\n  \"weight\": \"Energy\",\n"), "{}", json.out);
    let file = f.file("g.json", &json.out);
    assert_eq!(energraph(&["fst", "print", &file]).out, GRAPH);
    assert_eq!(energraph(&["fst", "info", &file]).out.lines().next(), Some(format!("{:<50}JSON", "fst type").as_str()));
    let best = energraph(&["fst", "shortestpath", &file]).out;
    assert!(best.starts_with('{') && best.contains("\"0.5\"") && !best.contains("\"1\""), "{best}");
    assert_eq!(energraph(&["fst", "convert", "--fst_type=json", "--arc_type=log", &file]).code, 2);
    let other = f.file("c.json", json.out.replace("Energy", "Unheard"));
    let refused = energraph(&["fst", "info", &other]);
    assert_eq!((refused.code, refused.err.lines().count()), (1, 1));
    assert!(refused.err.contains("c.json: weights are \"Unheard\""), "{}", refused.err);
}

#[test]
fn damaged_binaries_are_refused_in_a_line() {
    let f = Folder::new("fst-damaged");
    let (_, whole, _) = energraph_bytes(&["fst", "compile", "-"], b"0 1 1 1\n1\n");
    let cut = f.file("cut.fst", &whole[..whole.len() - 3]);
    let ran = energraph(&["fst", "info", &cut]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1));
    assert!(ran.err.contains("cut.fst") && ran.err.contains("inside arcs"), "{}", ran.err);
    let ran = energraph(&["fst", "print", "--isymbols", &cut, &cut]);
    assert!(ran.code == 1 && ran.err.contains("text is needed here"), "{}", ran.err);
}
