//! `energraph fst`: codes in OpenFst's form, JSON of every weight, and what is refused.
#![cfg(feature = "cli")]

mod cli_common;

use std::process::{Command, Stdio};

use cli_common::{Folder, energraph, energraph_bytes, energraph_with, fst, text};

const TRANSDUCER: &str = "0 1 1 3 0.5\n0 1 2 4 0.125\n1 2 1 3\n2 0 0 4 1\n2 0.25\n1 Infinity\n";

#[test]
fn what_is_encoded_is_decoded_whatever_of_it_and_in_every_form() {
    let f = Folder::new("codes");
    let codes = f.path("codes");
    let compiled = fst(&["compile"], TRANSDUCER.as_bytes());
    let printed = fst(&["print"], &compiled);
    for what in [&["--encode_labels"][..], &["--encode_weights"], &["--encode_labels", "--encode_weights"]] {
        for arcs in ["standard", "log", "log64"] {
            let g = fst(&["compile", "--arc_type", arcs], TRANSDUCER.as_bytes());
            let encoded = fst(&[&["encode"], what, &["-", &codes]].concat(), &g);
            assert_ne!(fst(&["print"], &encoded), printed);
            for decode in [&["decode"][..], &["encode", "--decode"]] {
                let decoded = fst(&[decode, &["-", &codes]].concat(), &encoded);
                assert_eq!(decoded, g, "{what:?} {arcs}");
            }
        }
    }
    // More graphs with the same codes: labels that are there stay.
    let first = fst(&["encode", "--encode_labels", "-", &codes], b"0 1 1 3\n1\n");
    let second = fst(&["encode", "--encode_reuse", "-", &codes], b"0 1 2 4\n1 2 1 3 2\n2\n");
    assert_eq!((text(first), text(second)), ("0\t1\t1\t1\n1\n".into(), "0\t1\t2\t2\n1\t2\t1\t1\t2\n2\n".into()));
    // The tables go with the codes.
    let symbols = f.file("s.syms", "<eps> 0\na 1\nb 2\nx 3\ny 4\n");
    let (i, o) = (format!("--isymbols={symbols}"), format!("--osymbols={symbols}"));
    let named = fst(&["compile", &i, &o, "--keep_isymbols", "--keep_osymbols"], b"0 1 a x 2\n1\n");
    let encoded = fst(&["encode", "--encode_labels", "-", &codes], &named);
    assert_eq!(text(fst(&["print"], &encoded)), "0\t1\t1\t1\t2\n1\n");
    assert_eq!(text(fst(&["print"], &fst(&["decode", "-", &codes], &encoded))), "0\t1\ta\tx\t2\n1\n");
}

#[test]
fn codes_go_to_openfsts_fstencode_and_come_from_it() {
    if Command::new("fstencode").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("skipped: OpenFst's tools are not installed");
        return;
    }
    let f = Folder::new("their-codes");
    let theirs = |arguments: &[&str]| {
        let done = Command::new("fstencode").args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let symbols = f.file("s.syms", "<eps> 0\na 1\nb 2\nx 3\ny 4\n");
    let plain = TRANSDUCER.as_bytes();
    let named = b"0 1 a x 0.5\n0 1 b y 2\n1 2\n".as_slice();
    let tables = [format!("--isymbols={symbols}"), format!("--osymbols={symbols}")];
    let keep = ["--keep_isymbols", "--keep_osymbols"];
    for arcs in ["standard", "log", "log64"] {
        for (source, options) in [(plain, vec![]), (named, vec![&tables[0][..], &tables[1], keep[0], keep[1]])] {
            let g = fst(&[&["compile", "--arc_type", arcs][..], &options].concat(), source);
            let file = f.file("g.fst", &g);
            for what in [&["--encode_labels"][..], &["--encode_weights"], &["--encode_labels", "--encode_weights"]] {
                let [ours, codes, encoded, back] = ["ours", "codes", "encoded", "back"].map(|name| f.path(name));
                fst(&[&["encode"], what, &[&file, &codes, &ours]].concat(), b"");
                theirs(&["--decode", &ours, &codes, &back]);
                assert_eq!(fst(&["print", &back], b""), fst(&["print"], &g), "{what:?} {arcs}: ours to them");
                theirs(&[what, &[&file, &codes, &encoded]].concat());
                assert_eq!(fst(&["decode", &encoded, &codes], b""), g, "{what:?} {arcs}: theirs to us");
                assert_eq!(fst(&["print", &encoded], b""), fst(&["print", &ours], b""), "{what:?} {arcs}");
            }
        }
    }
}

/// A chain with a choice, a cycle and epsilons, of weights written as two texts.
fn json(weight: &str, a: &str, b: &str) -> String {
    let arcs = format!(r#"[[0, 1, 1, 1, "{a}"], [0, 1, 1, 1, "{b}"], [1, 2, 0, 0, "{a}"], [1, 2, 2, 2, "{b}"]]"#);
    format!(r#"{{"weight": "{weight}", "start": 0, "finals": [null, null, "{b}"], "arcs": {arcs}}}"#)
}

/// Every semiring that the command reads, with two texts of a weight, and whether it can be divided and whether one path is
/// best.
const SEMIRINGS: [(&str, &str, &str, bool, bool); 20] = [
    ("Energy", "1", "2.5", true, true),
    ("MinSum<f32>", "1", "2.5", true, true),
    ("MinSum<f64>", "1", "0.1", true, true),
    ("LogSum<f32>", "1", "2.5", true, false),
    ("LogSum<f64>", "1", "0.1", true, false),
    ("Boolean", "1", "1", true, true),
    ("Counting", "2", "3", false, false),
    ("Probability<f32>", "0.25", "0.5", true, false),
    ("Probability<f64>", "0.25", "0.5", true, false),
    ("MinMax<f64>", "1", "2.5", true, true),
    ("SignedLog", "(+,1)", "(-,2)", true, false),
    ("KBest<3>", "[1,2]", "[0.5]", false, false),
    ("Product<MinSum<f64>, LogSum<f64>>", "(1,2)", "(0.5,0.25)", true, false),
    ("Lexicographic<MinSum<f64>, MinMax<f64>>", "(1,2)", "(0.5,0.25)", true, true),
    ("Power<LogSum<f64>, 2>", "[1,2]", "[0.5,0.25]", true, false),
    ("Expectation<Probability<f64>, Probability<f64>>", "(0.5,1)", "(0.25,2)", false, false),
    ("Expectation<LogSum<f64>, SignedLog>", "(1,(+,2))", "(0.5,(-,1))", false, false),
    ("SecondOrder<Probability<f64>, Probability<f64>>", "(0.5,1,2,3)", "(0.25,2,1,1)", false, false),
    ("SecondOrder<LogSum<f64>, SignedLog>", "(1,(+,2),(+,1),(-,1))", "(0.5,(-,1),(+,3),(+,1))", false, false),
    ("Entropy", "(1,(+,2))", "(0.5,(-,1))", false, false),
];

/// The other weights: whose products do not commute, and over whose sums they do not distribute, with two texts, and of those that
/// have a sum with that.
const NO_SEMIRINGS: [(&str, &str, &str, Option<&str>); 5] = [
    ("StringLeft", "1_2", "1_3", Some("1")),
    ("StringRight", "2_1", "Epsilon", Some("Epsilon")),
    ("Gallic<Energy>", "(1_2,0.5)", "(Epsilon,2)", None),
    ("Gallic<MinSum<f64>>", "(1_2,0.1)", "(3,2)", None),
    ("Gallic<LogSum<f64>>", "(1_2,0.1)", "(3,2)", None),
];

/// A file of a weight, and the command on files of it.
struct OfKind<'a> {
    weight: &'a str,
    file: String,
}

impl OfKind<'_> {
    fn run(&self, arguments: &[&str], files: &[&str]) -> cli_common::Ran {
        energraph(&[&["fst"], arguments, files].concat())
    }

    /// A graph of the same weight comes out.
    fn gives(&self, arguments: &[&str], files: &[&str]) -> String {
        let (ran, weight) = (self.run(arguments, files), self.weight);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{weight} {arguments:?}");
        let name = format!("{{\n  \"weight\": \"{weight}\",\n");
        assert!(ran.out.starts_with(&name), "{weight} {arguments:?}: {}", ran.out);
        ran.out
    }

    /// The weight is refused by name, and what it lacks is said.
    fn lacks(&self, arguments: &[&str], files: &[&str], what: &str) {
        let (ran, weight) = (self.run(arguments, files), self.weight);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{weight} {arguments:?}");
        let said = ran.err.contains(&format!("weights are {weight:?}")) && ran.err.contains(what);
        assert!(said, "{weight} {arguments:?}: {}", ran.err);
    }

    /// What was read is what is written, in every form there is for it.
    fn survives(&self, f: &Folder) {
        let (file, weight) = (&self.file, self.weight);
        let same = f.file("same.json", self.gives(&["convert", "--fst_type=json"], &[file]));
        assert_eq!(self.run(&["equal"], &[file, &same]).code, 0, "{weight}");
        assert_eq!(self.run(&["isomorphic"], &[file, &same]).code, 0, "{weight}");
        assert_eq!(self.run(&["print"], &[file]).out.lines().count(), 5, "{weight}");
        assert!(self.run(&["info"], &[file]).out.contains(weight) && self.run(&["draw"], &[file]).code == 0);
        if weight != "Energy" {
            self.lacks(&["convert", "--fst_type=vector"], &[file], "energies");
            for arguments in [&["shortestpath"][..], &["randgen"], &["encode", "--encode_labels", file]] {
                self.lacks(arguments, &[file], "energies");
            }
        }
    }
}

#[test]
fn weights_that_are_no_semirings_are_read_and_written_and_refused_where_sums_are_over_paths() {
    let f = Folder::new("no-semirings");
    for (weight, a, b, sum) in NO_SEMIRINGS {
        let g = OfKind { weight, file: f.file("g.json", json(weight, a, b)) };
        let file = &g.file;
        g.survives(&f);
        for op in ["connect", "invert", "project", "closure", "arcsort", "topsort", "synchronize", "symbols", "map"] {
            g.gives(&[op], &[file]);
        }
        for op in ["union", "concat"] {
            g.gives(&[op], &[file, file]);
        }
        g.gives(&["push", "--push_weights=false", "--push_labels"], &[file]);
        g.gives(&["replace"], &[file, "100", file, "101"]);
        for kind in ["arc_unique", "superfinal", "rmweight"] {
            g.gives(&["map", &format!("--map_type={kind}")], &[file]);
        }
        // Each weight and then the other: products do not commute.
        let times = g.gives(&["map", "--map_type=times", "--weight", b], &[file]);
        let product = match weight {
            "StringLeft" => "1_2_1_3",
            "StringRight" => "2_1",
            "Gallic<Energy>" => "(1_2,2.5)",
            _ => "(1_2_3,2.1)",
        };
        assert!(times.contains(&format!("[0, 1, 1, 1, \"{product}\"]")), "{times}");
        match sum {
            Some(sum) => {
                let plus = g.gives(&["map", "--map_type=plus", "--weight", b], &[file]);
                assert!(plus.contains(&format!("[0, 1, 1, 1, \"{sum}\"]")), "{plus}");
            }
            None => g.lacks(&["map", "--map_type=plus", "--weight", b], &[file], "a sum"),
        }
        g.lacks(&["map", "--map_type=arc_sum"], &[file], "a semiring");
        for op in ["rmepsilon", "condense", "epsnormalize", "determinize", "disambiguate", "minimize"] {
            g.lacks(&[op], &[file], "a semiring");
        }
        g.lacks(&["push", "--push_weights"], &[file], "a semiring");
        g.lacks(&["prune", "--weight", a], &[file], "a semiring");
        g.lacks(&["shortestdistance"], &[file], "a semiring");
        g.lacks(&["shortestdistance", "--total"], &[file], "a semiring");
        g.lacks(&["reverse"], &[file], "a product that commutes");
        for op in ["compose", "intersect", "difference"] {
            g.lacks(&[op], &[file, file], "a product that commutes");
        }
        g.lacks(&["equivalent"], &[file, file], "cancelled");
        g.lacks(&["map", "--map_type=invert"], &[file], "energies");
    }
}

#[test]
fn json_of_every_semiring_is_read_and_written_by_whatever_has_a_meaning_for_it() {
    let f = Folder::new("kinds");
    for (weight, a, b, divides, is_ordered) in SEMIRINGS {
        let kind = OfKind { weight, file: f.file("g.json", json(weight, a, b)) };
        let file = kind.file.as_str();
        let run = |arguments: &[&str], files: &[&str]| kind.run(arguments, files);
        let gives = |arguments: &[&str], files: &[&str]| kind.gives(arguments, files);
        let lacks = |arguments: &[&str], what: &str| kind.lacks(arguments, &[file], what);
        kind.survives(&f);
        for op in [
            "connect",
            "invert",
            "reverse",
            "project",
            "closure",
            "arcsort",
            "topsort",
            "synchronize",
            "rmepsilon",
            "condense",
            "epsnormalize",
            "symbols",
            "map",
        ] {
            gives(&[op], &[file]);
        }
        for op in ["compose", "intersect", "union", "concat"] {
            gives(&[op], &[file, file]);
        }
        gives(&["replace"], &[file, "100", file, "101"]);
        gives(&["map", "--map_type=arc_sum"], &[file]);
        gives(&["map", "--map_type=times", "--weight", a], &[file]);
        assert_eq!(
            run(&["equal"], &[file, &f.file("other.json", json(weight, b, b))]).code,
            if a == b { 0 } else { 2 }
        );
        assert_eq!(run(&["shortestdistance"], &[file]).out.lines().count(), 3, "{weight}");
        let plain = f.file("plain.json", gives(&["rmepsilon"], &[file]));
        for op in [&["push", "--push_weights"][..], &["determinize"], &["disambiguate"]] {
            if divides {
                gives(op, &[&plain]);
            } else {
                lacks(op, "a division");
            }
        }
        if divides {
            let deterministic = f.file("d.json", gives(&["determinize"], &[&plain]));
            gives(&["minimize"], &[&deterministic]);
            let is_same = run(&["equivalent"], &[&deterministic, &deterministic]);
            let cancels = !["MinMax", "Product", "Lexicographic", "Power"].iter().any(|kind| weight.starts_with(kind));
            assert_eq!(is_same.code, if cancels { 0 } else { 1 }, "{weight}: {}", is_same.err);
            assert!(cancels || is_same.err.contains("cancelled"), "{weight}: {}", is_same.err);
        }
        let prune = ["prune", "--weight", a];
        if is_ordered {
            gives(&prune, &[file]);
        } else {
            lacks(&prune, "better");
        }
    }
}

#[test]
fn sums_are_those_of_the_weights_own_semiring() {
    let f = Folder::new("sums-of-kinds");
    let file = f.file("c.json", json("Counting", "2", "3"));
    // (2 + 3) · (2 + 3) · 3.
    assert_eq!(energraph(&["fst", "shortestdistance", "--total", &file]).out, "75\n");
    let summed = energraph(&["fst", "map", "--map_type=arc_sum", &file]).out;
    assert!(summed.contains("[0, 1, 1, 1, \"5\"]"), "{summed}");
    let mixed = energraph(&["fst", "union", &file, &f.file("b.json", json("Boolean", "1", "1"))]);
    assert_eq!((mixed.code, mixed.err.lines().count()), (1, 1));
    assert!(mixed.err.contains("\"Counting\" in the one and \"Boolean\" in the other"), "{}", mixed.err);
}

#[test]
fn energies_beyond_single_precision_are_the_largest_and_no_string_is_lost() {
    let g = fst(&["compile", "--acceptor"], b"0 1 1 3e38\n1 2 2 3e38\n2\n");
    for command in [
        &["push", "--push_weights"][..],
        &["determinize"],
        &["minimize"],
        &["rmepsilon"],
        &["shortestpath", "--unique"],
    ] {
        let made = fst(&[&["convert", "--fst_type=json"][..], &["-"]].concat(), &fst(&[command, &["-"]].concat(), &g));
        let found = text(made);
        assert!(found.contains("3.4028235e38") || found.matches("3e38").count() == 2, "{command:?} {found}");
        assert!(!found.contains("Infinity"), "{command:?} {found}");
    }
}

#[test]
fn a_file_of_log_arcs_is_summed_in_the_log_semiring() {
    let sum = |arguments: &[&str]| {
        let g = fst(&[&["compile"], arguments].concat(), b"0 1 1 1 1\n0 1 1 1 1\n1\n");
        let found = text(fst(&["shortestdistance", "--total"], &g));
        found.trim().parse::<f64>().unwrap()
    };
    assert_eq!(sum(&[]), 1.0);
    for arcs in ["log", "log64"] {
        assert!((sum(&["--arc_type", arcs]) - (1.0 - 2.0_f64.ln())).abs() < 1e-9);
    }
    let log = fst(&["compile", "--arc_type=log"], b"0 1 1 1 1\n1\n");
    let (code, _, err) = energraph_bytes(&["fst", "shortestpath"], &log);
    assert!(code == 2 && err.contains("log semiring"), "{err}");
}

#[test]
fn garbage_in_an_option_is_an_error_that_names_it() {
    let f = Folder::new("garbage");
    let g = f.file("g.fst", fst(&["compile"], b"0 1 1 1 1\n1\n"));
    let missing = f.path("missing");
    let refused = |arguments: &[&str], part: &str| {
        let ran = energraph(&[&["fst"], arguments].concat());
        assert!(ran.code == 1 || ran.code == 2, "{arguments:?}: {}", ran.code);
        assert!(
            ran.out.is_empty() && ran.err.contains(part) && !ran.err.contains("panicked"),
            "{arguments:?}: {}",
            ran.err
        );
    };
    for (op, options) in [
        ("arcsort", &["--sort_type=x", "--unknown=1"][..]),
        ("closure", &["--closure_plus=perhaps", "--closure_type=x"]),
        ("compile", &["--arc_type=x", "--fst_type=compact", "--keep_isymbols=x"]),
        ("convert", &["--fst_type=olabel_lookahead", "--arc_type=x", "--fst_align=x"]),
        ("determinize", &["--det_type=x", "--delta=x", "--delta=-1", "--nstate=5", "--nstate=x", "--weight=x"]),
        ("determinize", &["--subsequential_label=x", "--increment_subsequential_label=x"]),
        ("disambiguate", &["--delta=x", "--nstate=5", "--weight=x", "--subsequential_label=x"]),
        ("draw", &["--fontsize=x", "--precision=x", "--portrait=x"]),
        ("epsnormalize", &["--eps_norm_output=x"]),
        ("info", &["--info_type=x", "--arc_filter=x"]),
        ("map", &["--map_type=x", "--power=x"]),
        ("minimize", &["--delta=x", "--delta=NaN"]),
        ("project", &["--project_type=both", "--project_output=x"]),
        ("prune", &["--weight=x", "--weight=NaN", "--nstate=-3", "--nstate=x"]),
        ("push", &["--push_weights=x", "--push_labels=x", "--to_final=x", "--remove_common_affix=x"]),
        ("randgen", &["--npath=-1", "--seed=x", "--select=x", "--max_length=x"]),
        ("rmepsilon", &["--connect=x", "--queue_type=x", "--nstate=4", "--weight=x"]),
        ("shortestdistance", &["--nstate=99", "--nstate=-2", "--queue_type=x", "--reverse=x"]),
        ("shortestpath", &["--nshortest=x", "--weight=x", "--weight=-1", "--unique=x", "--nstate=2"]),
        ("union", &["--fst_read_mode=x", "--v=x"]),
    ] {
        for option in options {
            let name = option.split_once('=').unwrap().0.replace('_', "-");
            let files = if op == "union" { vec![&g[..], &g] } else { vec![&g[..]] };
            let ran = energraph(&[&["fst", op, option][..], &files].concat());
            assert!(ran.code != 0 && ran.out.is_empty(), "{op} {option}: {}", ran.out);
            let named = ran.err.replace('_', "-");
            assert!(named.contains(&name) && !named.contains("panicked"), "{op} {option}: {}", ran.err);
        }
    }
    for option in ["--compose_filter=x", "--connect=x"] {
        refused(&["compose", option, &g, &g], &option.split_once('=').unwrap().0.replace('_', "-"));
    }
    for weight in ["plus", "times"] {
        refused(&["map", &format!("--map_type={weight}"), "--weight=x", &g], "\"x\" is not a weight");
    }
    refused(&["map", "--map_type=quantize", "--delta=0", &g], "--delta");
    refused(&["map", "--map_type=power", "--power=NaN", &g], "--power");
    refused(&["map", "--map_type=power", "--power=1e300", &g], "range");
    refused(&["complement", "--alphabet=1,x", &g], "--alphabet: x");
    for option in ["--isymbols", "--osymbols"] {
        for op in ["connect", "print", "compile", "symbols"] {
            refused(&[op, option, &missing, &g], &missing);
        }
    }
    for option in ["--relabel_ipairs", "--relabel_opairs", "--relabel_isymbols", "--relabel_osymbols"] {
        refused(&["relabel", option, &missing, &g], &missing);
        refused(&["relabel", option, &f.file("bad.txt", "1 2\n1 two three\n"), &g], "line 2");
    }
    refused(&["reweight", &g, &missing], &missing);
    for bad in ["0 1 2\n", "x 1\n", "0\n", "-1 2\n"] {
        refused(&["reweight", &g, &f.file("p.txt", bad)], "line 1");
    }
    refused(&["reweight", &g, &f.file("p.txt", "0 NaN\n")], "NaN");
    refused(&["reweight", "-", "-"], "standard input");
    refused(&["encode", "--encode_labels", "--encode_reuse", &g, &missing], &missing);
    refused(&["encode", "--encode_labels", "-", "-"], "standard input");
    refused(&["decode", &g, &missing], &missing);
    refused(&["decode", &g, &g], "not a table of codes");
    refused(&["compile", "--ssymbols", &f.file("st.syms", "s 0\n"), &f.file("t.txt", "s t 1 1\n")], "state \"t\"");
    let far = f.file("far.txt", "0 18446744073709551615 1 1\n18446744073709551615\n");
    refused(&["compile", "--keep_state_numbering", &far], "too many");
    for op in ["info", "print", "connect", "minimize", "draw"] {
        refused(&[op, &missing, &f.path("out")], "missing");
    }
    for question in ["equal", "equivalent", "isomorphic"] {
        for wrong in [
            &["--delta=x", &g, &g][..],
            &["--delta=-1", &g, &g],
            &[&g, &missing],
            &[&g],
            &["-", "-"],
            &["--no", &g, &g],
        ] {
            let ran = energraph(&[&["fst", question], wrong].concat());
            assert!(ran.code == 1 && !ran.err.is_empty(), "{question} {wrong:?}: {} {}", ran.code, ran.err);
        }
    }
}

#[test]
fn files_that_are_cut_are_refused_wherever() {
    let f = Folder::new("cut");
    let g = fst(&["compile"], b"0 1 1 1 1\n1\n");
    let codes = f.path("codes");
    let encoded = fst(&["encode", "--encode_labels", "--encode_weights", "-", &codes], &g);
    let table = std::fs::read(&codes).unwrap();
    for length in 1..g.len() {
        let (code, out, err) = energraph_bytes(&["fst", "print"], &g[..length]);
        assert!(code == 1 && out.is_empty() && err.lines().count() == 1, "{length}: {code} {err}");
    }
    for length in 0..table.len() {
        let cut = f.file("cut", &table[..length]);
        let (code, out, err) = energraph_bytes(&["fst", "decode", "-", &cut], &encoded);
        assert!(code == 1 && out.is_empty() && err.contains("cut: "), "{length}: {code} {err}");
    }
    let whole = json("Counting", "2", "3");
    for length in (1..whole.len()).step_by(7) {
        let ran = energraph_with(&["fst", "info"], &whole[..length]);
        assert!(ran.code == 1 && ran.out.is_empty(), "{length}: {}", ran.err);
    }
}

#[test]
fn states_are_numbered_as_they_come_up_or_as_the_text_says() {
    let source = b"5 2 1 1\n2 9 2 2\n9\n";
    assert_eq!(text(fst(&["print"], &fst(&["compile"], source))), "0\t1\t1\t1\n1\t2\t2\t2\n2\n");
    let kept = text(fst(&["print"], &fst(&["compile", "--keep_state_numbering"], source)));
    assert!(kept.starts_with("5\t2\t1\t1\n0\tInfinity\n") && kept.lines().count() == 10, "{kept}");
    let f = Folder::new("states");
    let names = f.file("states.syms", "first 7\nlast 3\n");
    let compiled = fst(&["compile", "--ssymbols", &names], b"first last 1 2\nlast 0.5\n");
    assert_eq!(text(fst(&["print"], &compiled)), "0\t1\t1\t2\n1\t0.5\n");
    let shown = f.file("shown.syms", "a 0\nb 1\n");
    assert_eq!(text(fst(&["print", "--ssymbols", &shown], &compiled)), "a\tb\t1\t2\nb\t0.5\n");
    assert_eq!(text(fst(&["print", "--fst_field_separator=,", "--show_weight_one"], &compiled)), "0,1,1,2,0\n1,0.5\n");
}
