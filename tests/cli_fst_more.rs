//! `energraph fst`: networks of graphs, random paths, isomorphism.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_with};

const SENTENCE: &str = "0 1 7 7\n1 2 101 101 0.5\n2\n";
const DIGIT: &str = "0 1 1 1\n0 1 2 2 1\n1 0.25\n";

#[test]
fn calls_are_replaced_with_openfsts_flags() {
    let f = Folder::new("replace");
    let (root, digit) = (f.file("s.txt", SENTENCE), f.file("d.txt", DIGIT));
    let run = |flags: &[&str]| {
        let all = [&["fst", "replace"], flags, &[&root, "100", &digit, "101"]].concat();
        let ran = energraph(&all);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{flags:?}");
        ran.out
    };
    let body = "2\n3\t4\t1\t1\n3\t4\t2\t2\t1\n4\t2\t0\t0\t0.25\n";
    assert_eq!(run(&[]), format!("0\t1\t7\t7\n1\t3\t101\t0\t0.5\n{body}"));
    assert_eq!(run(&["--epsilon_on_replace"]), format!("0\t1\t7\t7\n1\t3\t0\t0\t0.5\n{body}"));
    let labelled = run(&["--call_arc_labeling=both", "--return_arc_labeling=output", "--return_label=9"]);
    assert!(labelled.contains("1\t3\t101\t101\t0.5\n") && labelled.contains("4\t2\t0\t9\t0.25\n"), "{labelled}");
    let symbols = f.file("o.syms", "<eps> 0\na 7\nX 101\none 1\ntwo 2\n");
    let named = energraph_with(
        &[
            "fst",
            "replace",
            "--acceptor",
            "--isymbols",
            &symbols,
            "--epsilon_on_replace",
            "-",
            "100",
            &f.file("x.txt", "0 1 one\n1\n"),
            "X",
        ],
        "0 1 a\n1 2 X\n2\n",
    );
    assert_eq!((named.out.as_str(), named.err.as_str()), ("0\t1\ta\n1\t3\t<eps>\n2\n3\t4\tone\n4\t2\t<eps>\n", ""));
}

#[test]
fn what_cannot_be_replaced_is_said_in_one_line() {
    let f = Folder::new("recursive");
    let (root, inner) = (f.file("s.txt", SENTENCE), f.file("i.txt", "0 1 1 1\n0 1 101 101\n1\n"));
    let ran = energraph(&["fst", "replace", &root, "100", &inner, "101"]);
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1));
    assert!(ran.err.contains("[101]") && ran.err.contains("circle"), "{}", ran.err);
    let over = [&root[..], "100", &inner, "-o", "x"];
    for arguments in [&over[..], &[&root, "0"], &[&root, "x"], &["-", "1", "-", "2"], &[&root]] {
        let all: Vec<&str> = ["fst", "replace"].into_iter().chain(arguments.iter().map(|a| &a[..])).collect();
        let ran = energraph(&all);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
    }
    let twice = energraph(&["fst", "replace", &root, "100", &inner, "100"]);
    assert!(twice.code == 1 && twice.err.contains("label 100 has two graphs"), "{}", twice.err);
}

#[test]
fn labels_are_brought_side_by_side_and_components_made_states() {
    let ran = energraph_with(&["fst", "synchronize", "-"], "0 1 1 0\n1 2 2 8 0.5\n2 3 0 9\n3\n");
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("0\t1\t0\t0\n1\t2\t1\t8\t0.5\n2\t3\t2\t9\n3\n", ""));
    let ran = energraph_with(&["fst", "synchronize", "-"], "0 0 1 0\n0\n");
    assert!(ran.code == 1 && ran.err.contains("cycle through state 0"), "{}", ran.err);
    let text = "0 1 1 1\n1 2 2 2\n2 1 3 3\n2 3 4 4 0.5\n1 2\n2 2\n3\n";
    assert_eq!(energraph_with(&["fst", "condense", "-"], text).out, "0\t1\t1\t1\n1\t2\t4\t4\t0.5\n1\t2\n2\n");
    let log = energraph_with(&["fst", "condense", "--semiring=log", "-"], text).out;
    let end: f64 = log.lines().nth(2).unwrap().split('\t').nth(1).unwrap().parse().unwrap();
    assert!((end - (2.0 - 2.0_f64.ln())).abs() < 1e-6, "{log}");
}

#[test]
fn graphs_are_isomorphic_or_not_and_random_strings_tell_transducers_apart() {
    let f = Folder::new("isomorphic");
    let a = f.file("a.txt", "0 1 1 1\n0 2 1 1\n1 3 2 2 0.5\n2 3 3 3\n3\n");
    let b = f.file("b.txt", "0 2 1 1\n0 1 1 1\n1 3 2 2 0.5004\n2 3 3 3\n3\n");
    let same = |flags: &[&str], b: &str| energraph(&[&["fst"], flags, &["-o", "-", &a, b]].concat());
    let says = |ran: cli_common::Ran| (ran.code, ran.out);
    assert_eq!(says(same(&["isomorphic"], &b)), (0, "true\n".into()));
    assert_eq!(says(same(&["isomorphic", "--delta=0.0001"], &b)), (2, "false\n".into()));
    let other = f.file("c.txt", "0 1 1 1\n1 3 2 2 0.5\n1 3 3 4\n3\n");
    assert_eq!(says(same(&["isomorphic"], &other)), (2, "false\n".into()));
    let random = same(&["equivalent", "--random", "--npath=20", "--max_length=9"], &other);
    assert_eq!((random.code, random.out.as_str()), (2, "false\n"));
    assert!(random.err.contains("[1, 3] to [1, 3] has energy 0 and inf"), "{}", random.err);
    assert_eq!(same(&["equivalent", "--random", "--npath=20"], &b).out, "true\n");
    assert_eq!(same(&["equivalent", "--npath=20"], &b).code, 1);
}

#[test]
fn random_paths_are_paths_and_come_from_their_seed() {
    let f = Folder::new("randgen");
    let g = f.file("g.txt", "0 1 1 5 0.5\n0 2 2 6 1\n1 0 3 7\n1 1\n");
    let run = |flags: &[&str]| {
        let ran = energraph(&[&["fst", "randgen"], flags, &[&g]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{flags:?}");
        ran.out
    };
    let finals = |text: &str| text.lines().filter(|l| l.split('\t').count() < 3).count();
    for select in ["--select=uniform", "--select=log_prob"] {
        let drawn = run(&["--npath=30", "--seed=4", select]);
        assert_eq!(finals(&drawn), 30);
        assert!(drawn.lines().all(|l| !l.contains("\t2\t6")), "{drawn}");
        assert_eq!(drawn, run(&["--npath=30", "--seed=4", select]));
        assert_ne!(drawn, run(&["--npath=30", "--seed=5", select]));
    }
    // One path has one arc, and it is the only one of up to two.
    assert_eq!(run(&["--npath=2", "--max_length=2"]), "0\t1\t1\t5\n0\t2\t1\t5\n1\n2\n");
    assert_eq!(run(&["--npath=8", "--max_length=2", "--weighted"]), format!("0\t1\t1\t5\n1\t{}\n", -(8.0_f32.ln())));
    let shares = run(&["--npath=50", "--weighted", "--remove_total_weight"]);
    let total: f64 = shares
        .lines()
        .filter(|l| l.split('\t').count() == 2)
        .map(|l| (-l.split('\t').nth(1).unwrap().parse::<f64>().unwrap()).exp())
        .sum();
    assert!((total - 1.0).abs() < 1e-5, "{shares}");
    assert_eq!(run(&["--npath=9", "--remove_total_weight"]), run(&["--npath=9"]));
    // The path of energy 0.5, to which each turn of the cycle adds as much: half of all at β = 2 log 2.
    let drawn = |beta: &str| {
        let shares = ["--npath=4000", "--select=log_prob", "--weighted", "--remove_total_weight", beta];
        let shares = run(&shares);
        let of_one = shares
            .lines()
            .filter_map(|l| l.split_once('\t'))
            .find(|(state, rest)| *state == "1" && !rest.contains('\t'));
        (-of_one.unwrap().1.parse::<f64>().unwrap()).exp()
    };
    assert!((drawn("--beta=1.3862943611198906") - 0.5).abs() < 0.04);
    assert!((drawn("--beta=1") - (1.0 - (-0.5_f64).exp())).abs() < 0.04);
    assert_eq!(run(&["--select=log_prob", "--beta=Infinity"]), "0\t1\t1\t5\n1\n");
    assert_eq!(energraph(&["fst", "randgen", "--beta=2", &g]).code, 2);
    // The empty path ends no other.
    assert_eq!(energraph_with(&["fst", "randgen", "--npath=2", "-"], "0\n").out, "0\t1\t0\t0\n0\t2\t0\t0\n1\n2\n");
    let none = energraph_with(&["fst", "randgen", "-"], "0 1 1 1\n");
    assert!(none.code == 0 && none.out == "\n" && none.err.contains("accepts nothing"), "{}", none.err);
}

#[test]
fn draws_that_grow_longer_than_wanted_are_given_up() {
    let f = Folder::new("randgen_long");
    // Ten million rounds on average; 2²⁶ arcs are soon drawn where each is gone to its end.
    let g = f.file("g.txt", "0 1 1 1\n1 1 2 2 1e-7\n1\n");
    let ran = energraph(&["fst", "randgen", "--select=log_prob", "--max_length=10", "--npath=1000", &g]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "\n"), "{}", ran.err);
    let half = f.file("h.txt", "0 0 1 1 0.6931472\n0\n");
    let ran = energraph(&["fst", "randgen", "--select=log_prob", "--max_length=1", "--npath=40", &half]);
    let drawn = ran.out.lines().filter(|l| l.split('\t').count() < 3).count();
    assert!(ran.code == 0 && (20..40).contains(&drawn), "{drawn}");
}

#[test]
fn a_tiny_beta_prints_no_nan_and_draws_no_half_of_a_path() {
    let f = Folder::new("tiny_beta");
    let g = f.file("g.txt", "0 1 1 2 0.5\n0 1 3 4 1\n1 1 5 5 2\n1 0\n");
    let counts = energraph(&["fst", "counts", "--beta=1e-308", &g]);
    assert!(counts.code == 0 && !counts.out.contains("NaN") && counts.out.contains("0.5"), "{}", counts.out);
    for beta in ["--beta=1e-309", "--beta=1e-320", "--beta=5e-324"] {
        for command in ["counts", "entropy"] {
            let ran = energraph(&["fst", command, beta, &g]);
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{command} {beta}: {}", ran.err);
            assert!(ran.err.contains("diverges"), "{}", ran.err);
        }
    }
    let drawn = energraph(&["fst", "randgen", "--select=log_prob", "--beta=1e-307", "--max_length=50", &g]);
    assert_eq!((drawn.code, drawn.out.as_str()), (0, "\n"), "{}", drawn.err);
}

#[test]
fn each_has_help_with_an_example() {
    for command in [
        "replace",
        "synchronize",
        "condense",
        "isomorphic",
        "randgen",
        "equivalent",
        "equal",
        "encode",
        "decode",
        "relabel",
        "symbols",
        "reweight",
        "map",
        "complement",
        "info",
    ] {
        let ran = energraph(&["fst", command, "--help"]);
        assert!(ran.code == 0 && ran.out.contains("Example:"), "{command}: {}", ran.out);
    }
}
