//! A script written for OpenFst's tools, run with `energraph fst` in their place: what it prints is what they print.
#![cfg(feature = "cli")]

mod cli_common;

use std::path::Path;
use std::process::{Command, Stdio};

use cli_common::{Folder, energraph};

const SCRIPT: &str = include_str!("openfst_script.sh");
/// What OpenFst 1.7.9 prints.
const PRINTED: &str = include_str!("openfst_script.txt");

/// The names of tools changed, and nothing else: a word that begins with "fst" and goes on.
fn ported(script: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let renamed =
        |word: &str| match word.strip_prefix("fst").filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase())) {
            Some(name) => format!("energraph fst {name}"),
            None => word.to_owned(),
        };
    let mut text = String::new();
    for piece in script.split_inclusive(|c: char| !is_word(c)) {
        let (word, rest) = piece.split_at(piece.find(|c: char| !is_word(c)).unwrap_or(piece.len()));
        text.push_str(&(renamed(word) + rest));
    }
    text
}

fn run(script: &str, path: &str) -> (i32, String, String) {
    let f = Folder::new("script");
    let file = f.file("script.sh", script);
    let done = Command::new("bash")
        .arg(&file)
        .current_dir(Path::new(&file).parent().unwrap())
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

#[test]
fn a_script_for_openfsts_tools_prints_the_same_with_other_names() {
    let path = std::env::var("PATH").unwrap();
    let own = Path::new(env!("CARGO_BIN_EXE_energraph")).parent().unwrap().display().to_string();
    let (code, ours, err) = run(&ported(SCRIPT), &format!("{own}:{path}"));
    assert_eq!((code, ours.as_str()), (0, PRINTED), "{err}");
    let there = Command::new("fstinfo").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: OpenFst's tools are not installed");
        return;
    }
    assert_eq!(facts_of_graphs(), 40);
    let (code, theirs, err) = run(SCRIPT, &path);
    assert_eq!((code, theirs.as_str()), (0, PRINTED), "{err}");
}

/// Compares what `info` and `shortestdistance` say of random graphs with what OpenFst's tools do; gives how many.
fn facts_of_graphs() -> usize {
    let f = Folder::new("info");
    let mut random = 88_172_645_463_325_252_u64;
    let mut draw = |n: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % n
    };
    let symbols = f.file("digits.syms", "0 0\n1 1\n2 2\n3 3\n");
    let tables = [format!("--isymbols={symbols}"), format!("--osymbols={symbols}")];
    for round in 0..40 {
        let states = 1 + draw(5);
        let mut text = String::new();
        for _ in 0..draw(9) {
            let label = draw(4);
            let olabel = if round % 3 == 0 { label } else { draw(3) };
            let weight = ["", " 0.5", " 0", " Infinity"][draw(4) as usize];
            text += &format!("{} {} {label} {olabel}{weight}\n", draw(states), draw(states));
        }
        text += &format!("{}{}\n", draw(states), ["", " 1"][draw(2) as usize]);
        let (text, file) = (f.file("g.txt", text), f.path("g.fst"));
        // States between those of the text in every other round, and tables of either side.
        let mut compile = vec!["fst", "compile", &text, &file];
        compile.extend(["--keep_state_numbering"].iter().take(round % 2));
        compile.extend([&tables[0], "--keep_isymbols"].iter().take(round / 2 % 2 * 2));
        compile.extend([&tables[1], "--keep_osymbols"].iter().take(round / 4 % 2 * 2));
        assert_eq!(energraph(&compile).code, 0);
        for reverse in ["--reverse=false", "--reverse=true"] {
            let theirs = Command::new("fstshortestdistance").args([reverse, &file]).output().unwrap();
            let ours = energraph(&["fst", "shortestdistance", reverse, &file]);
            let text = std::fs::read_to_string(&text).unwrap();
            assert_eq!(ours.out, String::from_utf8(theirs.stdout).unwrap(), "{reverse} of\n{text}");
        }
        for filter in ["any", "epsilon", "iepsilon", "oepsilon"] {
            let filter = format!("--arc_filter={filter}");
            let theirs = Command::new("fstinfo").args([&filter, &file]).output().unwrap();
            let ours = energraph(&["fst", "info", &filter, &file]);
            assert_eq!(
                ours.out,
                String::from_utf8(theirs.stdout).unwrap(),
                "{}",
                std::fs::read_to_string(&text).unwrap()
            );
        }
    }
    40
}

#[test]
fn every_tool_has_its_name_here_and_help() {
    let there = ported(SCRIPT);
    for tool in [
        "arcsort",
        "closure",
        "compile",
        "compose",
        "concat",
        "connect",
        "convert",
        "determinize",
        "difference",
        "disambiguate",
        "draw",
        "encode",
        "epsnormalize",
        "equal",
        "equivalent",
        "info",
        "intersect",
        "invert",
        "isomorphic",
        "map",
        "minimize",
        "print",
        "project",
        "prune",
        "push",
        "randgen",
        "relabel",
        "replace",
        "reverse",
        "reweight",
        "rmepsilon",
        "shortestdistance",
        "shortestpath",
        "symbols",
        "synchronize",
        "topsort",
        "union",
    ] {
        for help in ["--help", "-help"] {
            let ran = energraph(&["fst", tool, help]);
            assert!(ran.code == 0 && ran.out.contains("Usage:"), "{tool}: {}", ran.err);
        }
        assert!(there.contains(&format!("energraph fst {tool}")), "{tool} is not in the script");
    }
}
