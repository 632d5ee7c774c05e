//! `energraph fst` on files with log64 arcs, whose weights have 64 bits: none of them is rounded where it need not be, and what rounds
//! them says so. Beside OpenFst's tools (Debian's libfst-tools) where they are installed.
#![cfg(feature = "cli")]

mod cli_common;

use std::process::{Command, Stdio};

use cli_common::{Folder, energraph, energraph_bytes, fst, openfst_is_there, text};
use energraph::graph::openfst::{self, ArcType};
use energraph::ops::{self, Budget};
use energraph::semiring::Tolerance;
use energraph::{Graph, LogSum};

/// Numbers that 32 bits hold with an error of a thousandth and more.
const TEXT: &str =
    "0 1 1 3 98765.4321\n0 2 2 4 33333.3333\n1 2 1 3 123456.789\n2 0 0 0 77777.7777\n2 54321.0123\n1 9999.9999\n";

const ACCEPTOR: &str = "0 1 1 1 98765.4321\n0 2 2 2 33333.3333\n1 2 1 1 123456.789\n1 2 3 3 123456.123\n2 54321.0123\n";

const UNWEIGHTED: &str = "0 1 1 1\n1 2 1 1\n2\n1\n";

/// A number beyond 32 bits.
const BIG: &str = "0 1 1 1 1e200\n1 0.1\n";

fn compiled(of: &str) -> Vec<u8> {
    fst(&["compile", "--arc_type=log64"], of.as_bytes())
}

fn wide(bytes: &[u8]) -> Graph<LogSum<f64>> {
    let file = openfst::read(bytes).unwrap();
    assert_eq!(file.arcs, ArcType::Log64);
    file.graph
}

/// All numbers of a graph, in order.
fn numbers(bytes: &[u8]) -> Vec<f64> {
    let mut all: Vec<f64> = wide(bytes).sites().map(|(_, w)| w.get()).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn their(tool: &str, arguments: &[&str]) -> String {
    let done = Command::new(tool).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    text(done.stdout)
}

#[test]
fn weights_of_64_bits_are_compiled_printed_converted_and_kept() {
    let f = Folder::new("log64-kept");
    let g = compiled("0 1 1 1 0.1\n1 2 2 2 123456789.123\n2 0.33333333333333\n");
    let all = [0.1, 0.33333333333333, 123456789.123];
    assert_eq!(numbers(&g), all);
    assert_eq!(text(fst(&["print"], &g)), "0\t1\t1\t1\t0.1\n1\t2\t2\t2\t123456789.123\n2\t0.33333333333333\n");
    assert!(text(fst(&["info"], &g)).contains("log64"));
    let same =
        [&["connect"][..], &["arcsort"], &["topsort"], &["map"], &["rmepsilon"], &["map", "--map_type=to_log64"]];
    for op in same.into_iter().chain([&["convert"][..], &["convert", "--fst_type=const", "--fst_align"], &["invert"]]) {
        assert_eq!(numbers(&fst(op, &g)), all, "{op:?}");
    }
    let inverted = fst(&["map", "--map_type=invert"], &g);
    assert_eq!(numbers(&inverted), [-123456789.123, -0.33333333333333, -0.1]);
    // JSON has them too, and text that is converted.
    let json = fst(&["convert", "--fst_type=json"], &g);
    assert!(String::from_utf8_lossy(&json).contains("LogSum<f64>"));
    assert_eq!(fst(&["convert", "--arc_type=log64"], &json), g);
    let plain = f.file("plain", "0 1 1 1 0.1\n1 0.7\n");
    for op in [&["convert", "--arc_type=log64", &plain][..], &["map", "--map_type=to_log64", &plain]] {
        assert_eq!(numbers(&fst(op, b"")), [0.1, 0.7], "{op:?}");
    }
    assert_eq!(numbers(&compiled(BIG)), [0.1, 1e200]);
    assert_eq!(numbers(&fst(&["connect"], &compiled(BIG))), [0.1, 1e200]);
}

#[test]
fn a_text_beside_a_log64_file_has_weights_of_64_bits() {
    let f = Folder::new("log64-beside");
    let g = f.file("g.fst", compiled("0 1 1 1 0.1\n1\n"));
    let t = f.file("t.txt", "0 1 1 1 0.7\n1\n");
    let json = f.file("t.json", fst(&["convert", "--fst_type=json"], b"0 1 1 1 0.5\n1\n"));
    let union = fst(&["union", &g, &t], b"");
    assert!([0.1, 0.7].iter().all(|x| numbers(&union).contains(x)), "{:?}", numbers(&union));
    let concat = text(fst(&["concat", &t, &g], b""));
    assert!(concat.contains("\t0.7\n") && concat.contains("\t0.1\n"), "{concat}");
    assert_eq!(numbers(&fst(&["compose", &g, &t], b"")), [0.0, 0.1 + 0.7]);
    let replaced = fst(&["replace", "--epsilon_on_replace", &g, "100", &t, "101"], b"");
    assert_eq!(numbers(&replaced), [0.0, 0.1]);
    assert_eq!(numbers(&fst(&["intersect", &g, &json], b"")), [0.0, 0.1 + 0.5]);
    let run = |line: &[&str]| energraph(&[&["fst"], line].concat()).code;
    let near = f.file("near.txt", "0 1 1 1 0.1000000001\n1\n");
    for op in ["equal", "equivalent", "isomorphic"] {
        for delta in [["--delta=1e-12"], ["--delta=1e-6"]] {
            let expected = if delta == ["--delta=1e-12"] { 2 } else { 0 };
            assert_eq!(run(&[op, delta[0], &g, &near]), expected, "{op} {delta:?}");
            assert_eq!(run(&[op, delta[0], &near, &g]), expected, "{op} {delta:?}");
        }
    }
}

#[test]
fn what_works_with_32_bits_says_where_it_loses_digits_and_refuses_what_it_cannot_hold() {
    let f = Folder::new("log64-narrow");
    let [exact, digits, big] = [("exact", "0 1 1 1 0.5\n1\n"), ("digits", "0 1 1 1 0.1\n1\n"), ("big", BIG)]
        .map(|(n, t)| f.file(n, compiled(t)));
    for op in [
        &["entropy"][..],
        &["counts"],
        &["randgen", "--select=log_prob"],
        &["shortestpath", "--semiring=tropical", "--unique", "--nshortest=2"],
        &["convert", "--arc_type=log"],
        &["map", "--map_type=to_std"],
    ] {
        let run = |file: &str| energraph_bytes(&[&["fst"], op].concat(), &std::fs::read(file).unwrap());
        assert_eq!((run(&exact).0, run(&exact).2.as_str()), (0, ""), "{op:?}");
        let (code, _, err) = run(&digits);
        let note = "energraph: standard input: note: weights of 64 bits are rounded to 32\n";
        assert_eq!((code, err.as_str()), (0, note), "{op:?}");
        let (code, out, err) = run(&big);
        let told = "arc 0: 1e200 is beyond the range of 32 bits, which this operation works in";
        assert_eq!((code, out.len(), err.lines().count()), (1, 0, 1), "{op:?}: {err}");
        assert!(err.contains(told), "{op:?}: {err}");
    }
    // What looks at no energy rounds none.
    for file in [&digits, &big] {
        assert_eq!(text(fst(&["print"], &fst(&["randgen", file], b""))), "0\t1\t1\t1\n1\n");
    }
    let (code, _, err) = energraph_bytes(&["fst", "compile", "--arc_type=log"], BIG.as_bytes());
    assert!(code == 1 && err.contains("1e200 is beyond the range"), "{err}");
}

#[test]
fn what_is_encoded_keeps_64_bits_and_so_do_the_codes() {
    let f = Folder::new("log64-codes");
    let (g, codes) = (compiled(TEXT), f.path("codes"));
    let both = ["--encode_labels", "--encode_weights"];
    for what in [&both[..1], &both[1..], &both, &[]] {
        let encoded = fst(&[&["encode"], what, &["-", &codes]].concat(), &g);
        assert_eq!(openfst::arc_type_of_codes(&std::fs::read(&codes).unwrap()), Some(ArcType::Log64));
        let kept = numbers(&encoded);
        assert_eq!(kept.contains(&98765.4321), !what.contains(&both[1]), "{what:?} {kept:?}");
        assert_eq!(wide(&fst(&["decode", "-", &codes], &encoded)), wide(&g), "{what:?}");
        let tropical = fst(&["decode", "--semiring=tropical", "-", &codes], &encoded);
        assert_eq!(wide(&tropical), wide(&g), "{what:?}");
        // The text of an encoded graph has energies of 64 bits, as its codes.
        let printed = fst(&["print"], &encoded);
        assert_eq!(fst(&["decode", "-", &codes], &printed), fst(&["print"], &g), "{what:?}");
    }
    let encoded = fst(&["encode", "--encode_weights", "-", &codes], &compiled(BIG));
    assert_eq!(numbers(&fst(&["decode", "-", &codes], &encoded)), [0.1, 1e200]);
    // More codes beside those that are kept.
    let more = fst(&["encode", "--encode_reuse", "-", &codes], &g);
    assert_eq!(wide(&fst(&["decode", "-", &codes], &more)), wide(&g));
    assert_eq!(numbers(&fst(&["decode", "-", &codes], &encoded)), [0.1, 1e200]);
    let narrow = fst(&["compile"], b"0 1 1 1 0.5\n1\n");
    let (code, _, err) = energraph_bytes(&["fst", "decode", "-", &codes], &narrow);
    assert!(code == 1 && err.contains("standard in the one and log64 in the other"), "{err}");
}

#[test]
fn codes_of_64_bits_go_to_fstencode_and_come_from_it() {
    if !openfst_is_there() {
        return;
    }
    let f = Folder::new("log64-fstencode");
    let [g, back, ours, theirs, encoded] = ["g", "back", "ours", "theirs", "encoded"].map(|n| f.path(n));
    let both = ["--encode_labels", "--encode_weights"];
    for (what, of) in [&both[..1], &both[1..], &both].into_iter().flat_map(|w| [(w, TEXT), (w, ACCEPTOR), (w, BIG)]) {
        std::fs::write(&g, compiled(of)).unwrap();
        let here = fst(&[&["encode"], what, &[&g, &ours]].concat(), b"");
        their("fstencode", &[what, &[&g, &theirs, &encoded]].concat());
        let there = std::fs::read(&encoded).unwrap();
        assert_eq!(wide(&here), wide(&there), "{what:?}");
        assert_eq!(wide(&fst(&["decode", &encoded, &theirs], b"")), wide(&compiled(of)), "{what:?}");
        std::fs::write(&encoded, here).unwrap();
        their("fstencode", &["--decode", &encoded, &ours, &back]);
        assert_eq!(wide(&std::fs::read(&back).unwrap()), wide(&compiled(of)), "{what:?}");
        their("fstencode", &["--encode_reuse", &g, &ours, &back]);
        assert_eq!(wide(&std::fs::read(&back).unwrap()), wide(&there), "{what:?}");
    }
}

/// Three ways that 32 bits make one energy of, the best of them last; and one that is far above them.
const NEAR: &str = "0 1 1 1 100000.0003\n0 1 2 2 100000.0002\n0 1 3 3 100000.0001\n0 1 4 4 100001\n1 0.1\n";

#[test]
fn paths_are_chosen_listed_and_drawn_by_64_bits() {
    let f = Folder::new("log64-paths");
    let g = f.file("g", compiled(NEAR));
    let best = |options: &[&str]| fst(&[&["shortestpath", "--semiring=tropical"], options, &[&g]].concat(), b"");
    assert_eq!(text(fst(&["print"], &best(&[]))), "0\t1\t3\t3\t100000.0001\n1\t0.1\n");
    assert_eq!(best(&["--unique"]), best(&[]));
    let labels = |bytes: &[u8]| wide(bytes).all_arcs().iter().map(|a| a.ilabel).collect::<Vec<_>>();
    assert_eq!(labels(&best(&["--nshortest=2"])), [3, 2]);
    assert_eq!(labels(&best(&["--nshortest=9"])), [3, 2, 1, 4]);
    assert_eq!(labels(&best(&["--nshortest=9", "--weight=0.00015"])), [3, 2]);
    assert_eq!(numbers(&best(&["--nshortest=9", "--weight=0.5"])).len(), 6);
    let (code, _, err) =
        energraph_bytes(&["fst", "shortestpath", "--semiring=tropical", "--nshortest=9", "--max_arcs=2", &g], b"");
    assert!(code == 1 && err.contains("--max_arcs=2"), "{err}");
    let (code, none, _) = energraph_bytes(&["fst", "shortestpath", "--semiring=tropical"], &compiled("0 1 1 1\n"));
    assert_eq!((code, wide(&none)), (0, Graph::empty()));
    let listed = text(fst(&["paths", "--limit=9", &g], b""));
    let sums = [(1, 100000.0003_f64), (2, 100000.0002), (3, 100000.0001), (4, 100001.0)];
    let sums = sums.map(|(label, energy)| format!("{label}\t{label}\t{}", energy + 0.1));
    assert_eq!(listed.lines().collect::<Vec<_>>(), sums);
    assert_eq!(text(fst(&["paths"], &compiled(BIG))), "1\t1\t1e200\n");
    let drawn = numbers(&fst(&["randgen", "--npath=3", "--weighted", "--remove_total_weight", &g], b""));
    let known = [1.0_f64, 2.0, 3.0].map(|n| -(n / 3.0).ln());
    let ends: Vec<&f64> = drawn.iter().filter(|x| **x != 0.0).collect();
    assert!(ends.iter().all(|x| known.contains(x)) && !ends.is_empty(), "{drawn:?}");
}

#[test]
fn distances_have_64_bits_in_either_semiring() {
    let g = compiled("0 1 1 1 123456.789\n0 1 2 2 123456.789\n1 2 1 1 0.1\n2\n");
    let distances = |options: &[&str], g: &[u8]| {
        let lines = text(fst(&[&["shortestdistance"], options].concat(), g));
        lines.lines().map(|l| l.rsplit('\t').next().unwrap().parse::<f64>().unwrap()).collect::<Vec<_>>()
    };
    let close = |found: Vec<f64>, expected: &[f64]| {
        let near = found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-9);
        assert!(near && found.len() == expected.len(), "{found:?} {expected:?}");
    };
    let both = 123456.789 - 2.0_f64.ln();
    for queue in ["auto", "top", "state", "fifo"] {
        close(distances(&[&format!("--queue_type={queue}")], &g), &[0.0, both, both + 0.1]);
        let tropical = [&format!("--queue_type={queue}")[..], "--semiring=tropical"];
        close(distances(&tropical, &g), &[0.0, 123456.789, 123456.889]);
    }
    close(distances(&["--reverse"], &g), &[both + 0.1, 0.1, 0.0]);
    close(distances(&["--reverse", "--semiring=tropical", "--queue_type=shortest"], &g), &[123456.889, 0.1, 0.0]);
    close(distances(&["--total"], &g), &[both + 0.1]);
    close(distances(&["--total", "--semiring=tropical"], &g), &[123456.889]);
    assert_eq!(distances(&[], &compiled(BIG)), [0.0, 1e200]);
    let (code, _, err) = energraph_bytes(&["fst", "shortestdistance", "--queue_type=shortest"], &g);
    assert!(code == 2 && err.contains("log semiring"), "{err}");
    // Of two arcs alike, the sum and the lower one.
    let sum = |options: &[&str]| numbers(&fst(&[&["map", "--map_type=arc_sum"], options].concat(), &compiled(SAME)));
    const SAME: &str = "0 1 1 1 0.1\n0 1 1 1 123456.789\n1\n";
    assert_eq!(sum(&["--semiring=tropical"]), [0.0, 0.1]);
    let pruned = fst(&["prune", "--semiring=tropical", "--weight=1"], &compiled(ACCEPTOR));
    assert_eq!(numbers(&pruned), [33333.3333, 54321.0123]);
}

#[test]
fn log64_files_become_what_openfsts_tools_make_of_them() {
    if !openfst_is_there() {
        return;
    }
    let f = Folder::new("log64-tools");
    let file = |name: &str, of: &str| {
        let (source, to) = (f.file("source", of), f.path(name));
        their("fstcompile", &["--arc_type=log64", &source, &to]);
        assert_eq!(numbers(&std::fs::read(&to).unwrap()), numbers(&compiled(of)), "{name}");
        to
    };
    let (g, a, u) = (file("g", TEXT), file("a", ACCEPTOR), file("u", UNWEIGHTED));
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("arcsort", &[], &[&g]),
        ("closure", &[], &[&g]),
        ("concat", &[], &[&g, &a]),
        ("connect", &[], &[&g]),
        ("convert", &["--fst_type=const"], &[&g]),
        ("determinize", &[], &[&a]),
        ("difference", &[], &[&a, &u]),
        ("epsnormalize", &[], &[&g]),
        ("intersect", &[], &[&a, &a]),
        ("compose", &[], &[&a, &a]),
        ("invert", &[], &[&g]),
        ("map", &["--map_type=times", "--weight=0.1"], &[&g]),
        ("map", &["--map_type=plus", "--weight=77777.123"], &[&g]),
        ("map", &["--map_type=invert"], &[&g]),
        ("map", &["--map_type=power", "--power=1.1"], &[&g]),
        ("map", &["--map_type=superfinal"], &[&g]),
        ("map", &["--map_type=arc_sum"], &[&g]),
        ("project", &[], &[&g]),
        ("push", &["--push_weights"], &[&a]),
        ("replace", &["--epsilon_on_replace"], &[&g, "100", &a, "101"]),
        ("reverse", &[], &[&g]),
        ("rmepsilon", &[], &[&g]),
        ("synchronize", &[], &[&a]),
        ("topsort", &[], &[&a]),
        ("union", &[], &[&g, &a]),
    ];
    for (op, options, files) in cases {
        let (ours, theirs) = (f.path("ours"), f.path("theirs"));
        fst(&[&[*op], *options, *files, &[&ours]].concat(), b"");
        their(&format!("fst{op}"), &[*options, *files, &[&theirs]].concat());
        let [ours, theirs] = [ours, theirs].map(|file| wide(&std::fs::read(file).unwrap()));
        let close = Tolerance { absolute: 1e-7, relative: 0.0 };
        let same = ops::isomorphic(&ours, &theirs, close, Budget::default()).unwrap();
        assert!(same, "{op} {options:?}: {ours:?} {theirs:?}");
    }
    for options in [&[][..], &["--reverse"]] {
        let found = text(fst(&[&["shortestdistance"], options, &[&a]].concat(), b""));
        let expected = their("fstshortestdistance", &[options, &[&a]].concat());
        for (x, y) in found.lines().zip(expected.lines()) {
            let [x, y] = [x, y].map(|l| l.rsplit('\t').next().unwrap().parse::<f64>().unwrap());
            // They print nine digits.
            assert!((x - y).abs() <= 1e-8 * y.abs(), "{options:?}: {found} {expected}");
        }
        assert_eq!(found.lines().count(), expected.lines().count());
    }
}

#[test]
fn quantize_rounds_to_a_step_of_32_bits_in_the_digits_of_the_weights() {
    let f = Folder::new("log64-quantize");
    // 1 lies between 2 steps and 3: 0.4 in 32 bits is a little above 2/5, which 32 bits do not tell from 1 / 2.5.
    let word = "0 1 1 1 1\n1\n";
    for (arcs, rounded) in [("standard", f64::from(3.0_f32 * 0.4_f32)), ("log64", 2.0 * f64::from(0.4_f32))] {
        let g = fst(&["compile", &format!("--arc_type={arcs}")], word.as_bytes());
        let made = openfst::read::<LogSum<f64>>(&fst(&["map", "--map_type=quantize", "--delta=0.4"], &g)).unwrap();
        assert_eq!(made.graph.all_arcs()[0].weight.get(), rounded, "{arcs}");
    }
    // Of a number whose steps are beyond the range nothing is rounded away.
    let far = fst(&["compile"], b"0 1 1 1 -1e37\n1\n");
    let made = openfst::read::<LogSum<f64>>(&fst(&["map", "--map_type=quantize"], &far)).unwrap();
    assert_eq!(made.graph.all_arcs()[0].weight.get(), f64::from(-1e37_f32));
    if !openfst_is_there() {
        return;
    }
    let many: String = (-200..200).map(|i| format!("0 1 1 1 {}\n", f64::from(i) * 0.05)).collect();
    for arcs in ["standard", "log", "log64"] {
        let g = f.file(arcs, fst(&["compile", &format!("--arc_type={arcs}")], format!("{many}1\n").as_bytes()));
        for delta in ["0.4", "0.3", "0.1", "0.05", "7", "0.0009765625"] {
            let (options, theirs) = (["--map_type=quantize", &format!("--delta={delta}"), &g], f.path("theirs"));
            their("fstmap", &[&options[..], &[&theirs]].concat());
            let found = fst(&[&["map"][..], &options].concat(), b"");
            let [found, expected] = [found, std::fs::read(theirs).unwrap()].map(|file| {
                let file = openfst::read::<LogSum<f64>>(&file).unwrap();
                file.graph.all_arcs().iter().map(|a| a.weight.get()).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{arcs} {delta}");
        }
    }
}
