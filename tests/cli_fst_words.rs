//! `energraph fst minimalacceptor`: lists of words.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_bytes, energraph_with};

const SYMBOLS: &str = "<eps> 0\na 1\nb 2\nc 9\n";
const WORDS: &str = "1 1 9\n1 2 9\n2 1 9\n2\t2  9\n";
const SMALL: &str = "0\t1\t1\n0\t1\t2\n1\t2\t1\n1\t2\t2\n2\t3\t9\n3\n";

fn made(arguments: &[&str], words: &str) -> String {
    let ran = energraph_with(&[&["fst", "minimalacceptor"], arguments, &["-"]].concat(), words);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    ran.out
}

#[test]
fn words_are_an_acceptor_with_the_fewest_states() {
    assert_eq!(made(&["--acceptor"], WORDS), SMALL);
    assert_eq!(made(&[], "4 5\n"), "0\t1\t4\t4\n1\t2\t5\t5\n2\n");
    assert_eq!(made(&[], "\n"), "0\n");
    assert_eq!(made(&[], "\n3\n"), "0\t1\t3\t3\n0\n1\n");
    let none = energraph_with(&["fst", "minimalacceptor"], "");
    assert!(none.code == 0 && none.out == "\n" && none.err.contains("accepts nothing"), "{}", none.err);
    // Its paths are the words again.
    let words = "\n1\n1 1\n1 1 7\n1 2 3 4 5 6 7\n3 3 3 7\n12 7\n";
    let back = energraph_with(&["fst", "paths", "--acceptor", "-"], &made(&["--acceptor"], words)).out;
    let back: String = back.lines().map(|l| l.trim_end_matches("\t0").to_owned() + "\n").collect();
    assert_eq!(back, words);
}

#[test]
fn words_out_of_order_are_refused_with_their_line_or_sorted() {
    let f = Folder::new("words");
    let table = format!("--isymbols={}", f.file("letters.syms", SYMBOLS));
    let unsorted = "b b c\na a c\nb a c\na b c\nb b c\n";
    let named = SMALL.replace("9", "c").replace("\t1\n", "\ta\n").replace("\t2\n", "\tb\n");
    assert_eq!(made(&["--sort", "--acceptor", &table], unsorted), named);
    for (words, says) in [
        (unsorted, "standard input: line 2: not above the line before it"),
        ("a\nb\nb\n", "line 3: not above"),
        ("a\n\n", "line 2: not above"),
        ("a\nb d\n", "line 2: \"d\" is not in the symbol table"),
        ("a\n<eps>\n", "line 2: \"<eps>\" stands for no label"),
        ("a\n2\n", "line 2: \"2\" is not in the symbol table"),
    ] {
        let ran = energraph_with(&["fst", "minimalacceptor", &table], words);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{words:?}: {}", ran.err);
    }
    for (words, says) in
        [("1\n0\n", "line 2: \"0\" stands for"), ("1 x\n", "line 1: \"x\" is no label"), ("-1\n", "line 1")]
    {
        let ran = energraph_with(&["fst", "minimalacceptor"], words);
        assert!(ran.code == 1 && ran.err.contains(says) && ran.err.lines().count() == 1, "{words:?}: {}", ran.err);
    }
    let (code, out, err) = energraph_bytes(&["fst", "minimalacceptor"], &[0xff, 0xfe, 0]);
    assert_eq!((code, out.len(), err.lines().count()), (1, 0, 1), "{err}");
    assert_eq!(energraph(&["fst", "minimalacceptor", &table, "/no/such/file"]).code, 1);
    assert_eq!(energraph(&["fst", "minimalacceptor", "--isymbols=-", "-"]).code, 2);
}

#[test]
fn results_are_binaries_where_those_are_asked_for() {
    let f = Folder::new("words-binary");
    let (table, words) = (format!("--isymbols={}", f.file("letters.syms", SYMBOLS)), f.file("words.txt", "a b\na c\n"));
    let to = f.path("words.fst");
    for (form, says) in [("vector", "vector"), ("const", "const"), ("json", "JSON")] {
        let form = format!("--fst_type={form}");
        let ran = energraph(&["fst", "minimalacceptor", &table, &form, &words, &to]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{form}");
        let info = energraph(&["fst", "info", &to]).out;
        assert!(info.lines().next().unwrap().ends_with(says), "{info}");
        assert_eq!(energraph(&["fst", "print", "--acceptor", &to]).out, "0\t1\ta\n1\t2\tb\n1\t2\tc\n2\n", "{form}");
    }
    let log = ["fst", "minimalacceptor", "--fst_type=vector", "--arc_type=log", &table, &words, &to];
    assert_eq!(energraph(&log).code, 0);
    assert!(energraph(&["fst", "info", &to]).out.contains("arc type                                          log\n"));
    for wrong in [&["--arc_type=log"][..], &["--arc_type=log", "--fst_type=json"], &["--output=x", &words, "y"]] {
        let ran = energraph(&[&["fst", "minimalacceptor"], wrong, &[&words]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wrong:?}: {}", ran.err);
    }
}
