//! Files exchanged with OpenFst's own tools (Debian's libfst-tools); without them nothing is tested, and that is said.

mod openfst_language;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use energraph::graph::att::{self, AttOptions};
use energraph::graph::openfst::{self, ArcType, Layout, WriteOptions};
use energraph::graph::{Side, StateId, SymbolTable};
use energraph::ops::{
    self, Budget, CallLabels, Codes, Encode, OpError, Replace, connect, decode, determinize, determinize_best,
    determinize_transducer, encode, epsilon_normalize, minimize, push_labels,
};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, MinSum};
use openfst_language::{near, relation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const PLAIN: AttOptions<'static> = AttOptions { acceptor: false, isymbols: None, osymbols: None };
const LAYOUTS: [Layout; 3] = [Layout::Vector, Layout::Const { aligned: false }, Layout::Const { aligned: true }];
const ARCS: [ArcType; 3] = [ArcType::Standard, ArcType::Log, ArcType::Log64];

/// A folder of a test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("energraph-openfst-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// What a tool makes of a file: of a real one, since their readers of aligned files must know the position.
    fn tool(&self, name: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        run(name, &[arguments, &[&self.file("input", input)]].concat())
    }

    /// The file that a tool makes of another; also a real one.
    fn made(&self, name: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.0.join("output");
        run(name, &[arguments, &[&self.file("input", input), &output.display().to_string()]].concat());
        std::fs::read(output).unwrap()
    }

    /// The same where a table of codes comes between the two.
    fn made_with(&self, name: &str, arguments: &[&str], input: &[u8], table: &str) -> Vec<u8> {
        let output = self.0.join("output");
        run(name, &[arguments, &[&self.file("input", input), table, &output.display().to_string()]].concat());
        std::fs::read(output).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(name: &str, arguments: &[&str]) -> Vec<u8> {
    let done = Command::new(name).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

fn are_there() -> bool {
    let there = Command::new("fstinfo").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: OpenFst's tools are not installed");
    }
    there
}

/// Graphs with cycles, dead ends, isolated states, epsilons, a start anywhere, weights 0̄ and numbers of every size.
fn graphs(count: usize) -> Vec<Graph<Energy>> {
    let weight = prop_oneof![
        4 => -9_f32..9.0,
        1 => Just(f32::INFINITY),
        1 => Just(0.0),
        1 => Just(1e-40),
        1 => Just(f32::MAX),
    ];
    let strategy = (1..7_u32).prop_flat_map(move |n| {
        let arcs = prop::collection::vec((0..n, 0..4_u32, 0..4_u32, weight.clone(), 0..n), 0..12);
        let finals = prop::collection::vec(prop::option::of(weight.clone()), n as usize);
        (0..n, arcs, finals)
    });
    let mut runner = TestRunner::deterministic();
    let mut all = vec![Graph::empty()];
    while all.len() < count {
        let (start, arcs, finals) = strategy.new_tree(&mut runner).unwrap().current();
        let energy = |w: f32| Energy::new(w).unwrap();
        let mut b = GraphBuilder::new();
        b.add_states(finals.len());
        b.start(start);
        arcs.into_iter().for_each(|(s, i, o, w, t)| b.arc(s, i, o, energy(w), t));
        for (s, w) in finals.into_iter().enumerate() {
            b.final_weight(s as StateId, w.map_or(Energy::IMPOSSIBLE, energy));
        }
        all.push(b.build().unwrap());
    }
    all
}

#[test]
fn what_is_written_here_is_read_there() {
    if !are_there() {
        return;
    }
    let f = Folder::new("written");
    for g in graphs(9) {
        let text = att::write(&g, &PLAIN).unwrap();
        for layout in LAYOUTS {
            for arcs in ARCS {
                let o = WriteOptions { layout, arcs: Some(arcs), ..WriteOptions::default() };
                let bytes = openfst::write(&g, &o).unwrap();
                let info = String::from_utf8(f.tool("fstinfo", &[], &bytes)).unwrap();
                let says = |what: &str, value: &str| {
                    let line = info.lines().find(|l| l.starts_with(what)).unwrap_or_default();
                    assert_eq!(line.split_whitespace().last(), Some(value), "{what} of {text}");
                };
                says("arc type", arcs.name());
                says("# of states", &g.states().to_string());
                says("# of arcs", &g.arc_count().to_string());
                // Their text has fewer digits than the weights; what they give back in binary has all.
                let back = openfst::read::<Energy>(&f.made("fstconvert", &["--fst_type=vector"], &bytes)).unwrap();
                assert_eq!((&back.graph, back.arcs, back.layout), (&g, arcs, Layout::Vector), "{text}");
            }
        }
    }
}

#[test]
fn what_is_written_there_is_read_here() {
    if !are_there() {
        return;
    }
    let f = Folder::new("read");
    for g in graphs(9).into_iter().skip(1) {
        let text = att::write(&g, &PLAIN).unwrap();
        for arcs in ARCS {
            let arc_type = format!("--arc_type={}", arcs.name());
            let compiled = f.made("fstcompile", &[&arc_type, "--keep_state_numbering"], text.as_bytes());
            let expected: Graph<Energy> = att::read(&text, &PLAIN).unwrap();
            assert_eq!(openfst::read::<Energy>(&compiled).unwrap().graph, expected, "{text}");
            for (align, aligned) in [("--fst_align=false", false), ("--fst_align=true", true)] {
                let converted = f.made("fstconvert", &["--fst_type=const", align], &compiled);
                let file = openfst::read::<Energy>(&converted).unwrap();
                assert_eq!((file.graph, file.layout), (expected.clone(), Layout::Const { aligned }), "{text}");
            }
        }
    }
}

#[test]
fn symbol_tables_travel_both_ways() {
    if !are_there() {
        return;
    }
    let f = Folder::new("symbols");
    let table = SymbolTable::from_symbols(["a", "é", "b"]).unwrap();
    let g: Graph<Energy> = att::read("0 1 1 2 0.5\n1 2 3 0\n2 1.5\n", &PLAIN).unwrap();
    for layout in LAYOUTS {
        let o = WriteOptions { layout, isymbols: Some(&table), osymbols: Some(&table), arcs: None };
        let bytes = openfst::write(&g, &o).unwrap();
        let printed = String::from_utf8(f.tool("fstprint", &[], &bytes)).unwrap();
        assert_eq!(printed, "0\t1\ta\té\t0.5\n1\t2\tb\t<eps>\n2\t1.5\n");
        let converted = f.made("fstconvert", &["--fst_type=const"], &bytes);
        let file = openfst::read::<Energy>(&converted).unwrap();
        assert_eq!((file.isymbols.as_ref(), file.osymbols.as_ref()), (Some(&table), Some(&table)));
    }
}

#[test]
fn their_verdict_on_equal_languages_is_that_files_of_ours_are() {
    if !are_there() {
        return;
    }
    let f = Folder::new("equal");
    let g: Graph<Energy> = att::read("0 1 1 1 0.5\n1 2 3 3\n0 2 2 2 0.25\n2 1.5\n", &PLAIN).unwrap();
    let other: Graph<Energy> = att::read("0 1 1 1 0.5\n1 2 3 3\n0 2 2 2 0.25\n2 1\n", &PLAIN).unwrap();
    let written = |name: &str, g: &Graph<Energy>| f.file(name, &openfst::write(g, &WriteOptions::default()).unwrap());
    let (a, b) = (written("a", &g), written("b", &g));
    run("fstequivalent", &[&a, &b]);
    let unlike = Command::new("fstequivalent").args([&a, &written("c", &other)]).status().unwrap();
    assert!(!unlike.success());
}

/// Weights of theirs are sums in f32, of numbers of every size.
const CLOSE: Tolerance = Tolerance { absolute: 1e-4, relative: 1e-5 };

/// Whether a result is theirs, once what no accepting path visits is left out of that.
fn assert_same(ours: Result<Graph<Energy>, OpError>, theirs: &Graph<Energy>, of: &str) {
    let theirs = ops::connect(theirs).map(|t| t.graph);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let same = ops::isomorphic(&ours, &theirs, CLOSE, Budget::default());
            assert_eq!(same, Ok(true), "{of}: {ours:?} {theirs:?}");
        }
        (ours, theirs) => assert_eq!(ours.err(), theirs.err(), "{of}"),
    }
}

#[test]
fn what_they_replace_is_what_is_replaced_here() {
    if !are_there() {
        return;
    }
    let f = Folder::new("replace");
    let all = graphs(61);
    // Labels are 0 to 3: 2 calls the second graph, 3 the third, and nothing calls the first or a graph before its own.
    let without =
        |g: &Graph<Energy>, called: &[Label]| g.map_labels(|i, o| (i, if called.contains(&o) { o + 10 } else { o }));
    for (round, three) in all[1..].chunks_exact(3).enumerate() {
        let rules = [three[0].clone(), without(&three[1], &[2]), without(&three[2], &[2, 3])];
        let files =
            [0, 1, 2].map(|i| f.file(&format!("{i}"), &openfst::write(&rules[i], &WriteOptions::default()).unwrap()));
        let kinds = [
            (CallLabels::Input, "input"),
            (CallLabels::Neither, "neither"),
            (CallLabels::Output, "output"),
            (CallLabels::Both, "both"),
        ];
        let ((call_arc, call), (return_arc, back)) = (kinds[round % 4], kinds[(round / 4 + 1) % 4]);
        let (call, back) = (format!("--call_arc_labeling={call}"), format!("--return_arc_labeling={back}"));
        let out = f.0.join("out").display().to_string();
        let [a, b, c] = &files;
        run("fstreplace", &[&call, &back, "--return_label=9", a, "100", b, "2", c, "3", &out]);
        let theirs = openfst::read::<Energy>(&std::fs::read(&out).unwrap()).unwrap().graph;
        let o = Replace { call_arc, return_arc, return_label: 9, ..Replace::default() };
        let named = [(100, &rules[0]), (2, &rules[1]), (3, &rules[2])];
        assert_same(ops::replace(100, &named, &o).map(|t| t.graph), &theirs, &format!("{rules:?}"));
    }
}

#[test]
fn what_they_synchronize_is_what_is_synchronized_here() {
    if !are_there() {
        return;
    }
    let f = Folder::new("synchronize");
    let mut compared = 0;
    for g in graphs(60) {
        let ours = ops::synchronize(&g, Budget::default()).map(|t| t.graph);
        // Theirs would not end.
        if matches!(ours, Err(OpError::Delay { .. })) {
            continue;
        }
        let Ok(part) = ops::connect(&g) else { continue };
        let bytes = openfst::write(&part.graph, &WriteOptions::default()).unwrap();
        let theirs = openfst::read::<Energy>(&f.made("fstsynchronize", &[], &bytes)).unwrap().graph;
        assert_same(ours, &theirs, &format!("{g:?}"));
        compared += 1;
    }
    assert!(compared > 10, "{compared}");
}

/// Acyclic transducers of quarters; `labelled` ones read a label on every arc.
fn transducers(count: usize, labelled: bool) -> Vec<Graph<Energy>> {
    let weight = (0..17_u8).prop_map(|w| Energy::new(f32::from(w) / 4.0).unwrap());
    let arcs = prop::collection::vec((0..5_u32, u32::from(labelled)..3, 0..2_u32, weight, 1..6_u32), 6..15);
    let mut runner = TestRunner::deterministic();
    let graph = |arcs: Vec<(u32, u32, u32, Energy, u32)>| {
        let mut b = GraphBuilder::new();
        b.add_states(6);
        b.start(0);
        arcs.into_iter().filter(|a| a.0 < a.4).for_each(|(s, i, o, w, t)| b.arc(s, i, o, w, t));
        b.final_weight(5, Energy::new(0.5).unwrap());
        b.final_weight(3, Energy::new(0.25).unwrap());
        b.build().unwrap()
    };
    (0..count).map(|_| graph(arcs.new_tree(&mut runner).unwrap().current())).collect()
}

/// The same pairs of strings with the same weights of the best path.
fn assert_one_relation(ours: &Graph<Energy>, theirs: &Graph<Energy>, what: &str) {
    let [a, b] = [ours, theirs].map(|g| relation(g, Beta::Infinite).unwrap());
    assert!(a.keys().eq(b.keys()), "{what}: {a:?} {b:?}");
    assert!(a.values().zip(b.values()).all(|(x, y)| near(*x, *y)), "{what}: {a:?} {b:?}");
}

/// A tool with its arguments, and what is made here.
type Case = (&'static str, &'static [&'static str], Result<Graph<Energy>, OpError>);

#[test]
fn their_rewrites_of_transducers_are_ours() {
    if !are_there() {
        return;
    }
    let f = Folder::new("transducers");
    let mut compared = [0; 4];
    for g in transducers(40, false) {
        let (bytes, lifted) = (openfst::write(&g, &WriteOptions::default()).unwrap(), g.lift::<MinSum<f64>>());
        let budget = Budget::default();
        let cases: [Case; 3] = [
            ("fstpush", &["--push_labels"], push_labels(&g, budget)),
            ("fstepsnormalize", &[], epsilon_normalize(&lifted, Side::Input, budget).map(|g| g.lower())),
            (
                "fstepsnormalize",
                &["--eps_norm_output"],
                epsilon_normalize(&lifted, Side::Output, budget).map(|g| g.lower()),
            ),
        ];
        for (i, (tool, arguments, ours)) in cases.into_iter().enumerate() {
            let theirs = openfst::read::<Energy>(&f.made(tool, arguments, &bytes)).unwrap().graph;
            let Ok(ours) = ours else {
                assert!(relation(&theirs, Beta::Infinite).unwrap().is_empty());
                continue;
            };
            assert_one_relation(&ours, &theirs, tool);
            compared[i] += 1;
            // Theirs keep apart what waits at states that nothing follows.
            assert!(ours.states() <= theirs.states() && ours.arc_count() <= theirs.arc_count(), "{tool}");
        }
        // What they minimise encoded is as large as what is minimised encoded here.
        let mut codes = Codes::new(Encode::Both);
        let Ok(d) = determinize(&encode(&lifted, &mut codes).unwrap(), Quantum::default(), budget) else { continue };
        let ours = minimize(&d, Quantum::default()).unwrap();
        let table = f.0.join("codes").display().to_string();
        let encoded = f.made_with("fstencode", &["--encode_labels", "--encode_weights"], &bytes, &table);
        let theirs = f.made("fstminimize", &[], &f.made("fstdeterminize", &[], &encoded));
        assert_eq!(ours.states(), openfst::read::<Energy>(&theirs).unwrap().graph.states());
        let theirs = f.made_with("fstencode", &["--decode"], &theirs, &table);
        let theirs = openfst::read::<Energy>(&theirs).unwrap().graph;
        assert_one_relation(&decode(&ours, &codes).unwrap().lower(), &theirs, "fstencode");
        compared[3] += 1;
    }
    assert!(compared.iter().all(|n| *n > 20), "{compared:?}");
}

#[test]
fn their_functional_determinisation_is_ours_and_refuses_the_same() {
    if !are_there() {
        return;
    }
    let f = Folder::new("functional");
    let (mut compared, mut refused) = (0, 0);
    for g in transducers(80, true) {
        // They look at dead ends as well, and refuse what differs there alone.
        let Ok(g) = connect(&g).map(|t| t.graph) else { continue };
        let file = f.file("input", &openfst::write(&g, &WriteOptions::default()).unwrap());
        let output = f.0.join("output").display().to_string();
        let theirs = Command::new("fstdeterminize").args(["--det_type=functional", &file, &output]).output().unwrap();
        match determinize_transducer(&g.lift::<MinSum<f64>>(), Quantum::default(), Budget::default()) {
            Ok(ours) => {
                assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
                let theirs = openfst::read::<Energy>(&std::fs::read(&output).unwrap()).unwrap().graph;
                assert_eq!((ours.states(), ours.arc_count()), (theirs.states(), theirs.arc_count()));
                assert_one_relation(&ours.lower(), &theirs, "fstdeterminize");
                compared += 1;
            }
            Err(OpError::NotFunctional { .. }) => {
                assert!(!theirs.status.success());
                refused += 1;
            }
            Err(e) => assert_eq!(e, OpError::Empty { first_unmatched: None }),
        }
    }
    assert!(compared > 30 && refused > 5, "{compared} {refused}");
}

#[test]
fn their_best_outputs_are_as_good_as_ours() {
    if !are_there() {
        return;
    }
    let f = Folder::new("best");
    let mut compared = 0;
    for g in transducers(60, true) {
        let all = relation(&g, Beta::Infinite).unwrap();
        let bytes = openfst::write(&g, &WriteOptions::default()).unwrap();
        let theirs = openfst::read::<Energy>(&f.made("fstdeterminize", &["--det_type=disambiguate"], &bytes)).unwrap();
        let theirs = relation(&theirs.graph, Beta::Infinite).unwrap();
        let ours = determinize_best(&g.lift::<MinSum<f64>>(), Quantum::default(), Budget::default());
        let Ok(ours) = ours.map(|g| relation(&g.lower(), Beta::Infinite).unwrap()) else {
            assert!(theirs.is_empty());
            continue;
        };
        // Ties may be broken otherwise.
        assert!(ours.keys().map(|(i, _)| i).eq(theirs.keys().map(|(i, _)| i)), "{ours:?} {theirs:?}");
        assert!(ours.values().zip(theirs.values()).all(|(x, y)| near(*x, *y)), "{ours:?} {theirs:?}");
        assert!(ours.iter().chain(&theirs).all(|(strings, x)| near(all[strings], *x)), "{all:?} {theirs:?}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}
