//! Options of OpenFst's tools (Debian's libfst-tools), which `energraph fst` takes: what both make of random graphs is
//! one graph, up to the numbers of its states. Without the tools nothing is tested, and that is said.
#![cfg(feature = "cli")]

mod cli_common;

use std::process::{Command, Stdio};

use cli_common::{Folder, energraph, openfst_is_there};
use energraph::graph::openfst;
use energraph::ops::{self, Budget};
use energraph::semiring::{Quantum, Tolerance};
use energraph::{Energy, Graph, MinSum};

const CLOSE: Tolerance = Tolerance { absolute: 1e-4, relative: 1e-5 };

/// Xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// What random graphs look like.
#[derive(Clone, Copy)]
struct Shape {
    states: u64,
    arcs: u64,
    /// Labels are from this one on, below 4.
    lowest: u64,
    acceptor: bool,
    /// Arcs lead to higher numbers.
    forward: bool,
    /// Quarters below this.
    weights: u64,
}

const SHAPE: Shape = Shape { states: 5, arcs: 9, lowest: 0, acceptor: false, forward: false, weights: 9 };

/// Lines for `fstcompile`; dead ends and states that nothing leads to are usual.
fn random(draw: &mut Random, shape: Shape) -> String {
    let n = 1 + draw.below(shape.states);
    let mut text = format!("0 {} 1 1 0.5\n", draw.below(n).max(u64::from(shape.forward)).min(n));
    for _ in 0..draw.below(shape.arcs + 1) {
        let (mut s, mut t) = (draw.below(n), draw.below(n));
        if shape.forward {
            (s, t) = (s.min(t), s.max(t) + u64::from(s == t));
        }
        let i = shape.lowest + draw.below(4 - shape.lowest);
        let o = if shape.acceptor { i } else { draw.below(4) };
        text += &format!("{s} {t} {i} {o} {}\n", draw.below(shape.weights) as f64 / 4.0);
    }
    for s in 0..n {
        if draw.below(3) == 0 {
            text += &format!("{s} {}\n", draw.below(shape.weights) as f64 / 4.0);
        }
    }
    text
}

/// A folder with files of both.
struct Bench(Folder);

impl Bench {
    fn new(name: &str) -> Self {
        Bench(Folder::new(name))
    }

    /// A compiled file.
    fn compiled(&self, name: &str, text: &str) -> String {
        let (from, to) = (self.0.file("text", text), self.0.path(name));
        theirs(&["compile", "--keep_state_numbering", &from, &to]);
        to
    }

    /// What both make of files, ours and theirs.
    fn both(&self, op: &str, options: &[&str], files: &[&str]) -> [Graph<Energy>; 2] {
        let out = [self.0.path("ours"), self.0.path("theirs")];
        let line = |out| [&[op], options, files, &[out]].concat();
        let ran = energraph(&[&["fst"], &line(&out[0])[..]].concat());
        assert_eq!(ran.code, 0, "{op} {options:?}: {}", ran.err);
        theirs(&line(&out[1]));
        out.map(|file| read(&file))
    }

    /// Checks that both make one graph, the dead ends of theirs left out where those of ours are; gives its states.
    fn same(&self, op: &str, options: &[&str], files: &[&str], of: &str) -> usize {
        let [ours, theirs] = self.both(op, options, files);
        let theirs = if options.contains(&"--connect=false") { theirs } else { connected(&theirs) };
        let same = ops::isomorphic(&ours, &theirs, CLOSE, Budget::default());
        assert_eq!(same, Ok(true), "{op} {options:?} of\n{of}\n{ours:?}\n{theirs:?}");
        ours.states()
    }
}

fn read(file: &str) -> Graph<Energy> {
    openfst::read::<Energy>(&std::fs::read(file).unwrap()).unwrap().graph
}

fn connected(g: &Graph<Energy>) -> Graph<Energy> {
    ops::connect(g).map_or(Graph::empty(), |t| t.graph)
}

/// Runs a tool of theirs.
fn theirs(line: &[&str]) {
    let done = Command::new(format!("fst{}", line[0])).args(&line[1..]).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{line:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn compositions_with_their_dead_ends_are_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut more) = (Bench::new("option-compose"), Random(88_172_645_463_325_252), 0);
    for round in 0..36 {
        let (x, y) = (random(&mut draw, SHAPE), random(&mut draw, SHAPE));
        let of = format!("{x}\n{y}");
        let (a, b) = (f.compiled("a", &x), f.compiled("b", &y));
        theirs(&["arcsort", "--sort_type=olabel", &a, &a]);
        theirs(&["arcsort", &b, &b]);
        for filter in ["auto", "sequence", "alt_sequence", "match", "no_match", "trivial", "null"] {
            if round % 3 > 0 && ["auto", "no_match", "trivial"].contains(&filter) {
                continue;
            }
            let filter = format!("--compose_filter={filter}");
            let all = f.same("compose", &["--connect=false", &filter], &[&a, &b], &of);
            more += usize::from(all > f.same("compose", &[&filter], &[&a, &b], &of));
        }
    }
    assert!(more > 50, "{more}");
}

#[test]
fn intersections_and_differences_with_their_dead_ends_are_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut more) = (Bench::new("option-intersect"), Random(2_463_534_242), 0);
    let acceptor = Shape { acceptor: true, ..SHAPE };
    for _ in 0..36 {
        let (x, y) = (random(&mut draw, acceptor), random(&mut draw, acceptor));
        let of = format!("{x}\n{y}");
        let (a, b) = (f.compiled("a", &x), f.compiled("b", &y));
        theirs(&["arcsort", "--sort_type=olabel", &a, &a]);
        theirs(&["arcsort", &b, &b]);
        let all = f.same("intersect", &["--connect=false"], &[&a, &b], &of);
        more += usize::from(all > f.same("intersect", &[], &[&a, &b], &of));
        // What is subtracted is deterministic there.
        let d = f.0.path("d");
        theirs(&["map", "--map_type=rmweight", &b, &d]);
        theirs(&["rmepsilon", &d, &d]);
        theirs(&["determinize", &d, &d]);
        if read(&d).start().is_none() {
            continue;
        }
        let all = f.same("difference", &["--connect=false"], &[&a, &d], &of);
        more += usize::from(all > f.same("difference", &[], &[&a, &d], &of));
    }
    assert!(more > 40, "{more}");
}

#[test]
fn epsilons_go_and_states_stay_as_with_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut more) = (Bench::new("option-rmepsilon"), Random(362_436_069), 0);
    for _ in 0..40 {
        let text = random(&mut draw, SHAPE);
        let g = f.compiled("g", &text);
        let all = f.same("rmepsilon", &["--connect=false"], &[&g], &text);
        // Theirs makes one of arcs that are alike also where no epsilon stood.
        let [ours, theirs] = f.both("rmepsilon", &["--connect=true"], &[&g]).map(|g| g.states());
        assert_eq!(ours, theirs, "{text}");
        more += usize::from(all > ours);
    }
    assert!(more > 20, "{more}");
}

#[test]
fn what_is_left_within_a_margin_is_what_is_with_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut fewer) = (Bench::new("option-weight"), Random(521_288_629), 0);
    for round in 0..36 {
        let text = random(&mut draw, SHAPE);
        let g = f.compiled("g", &text);
        let labelled = Shape { lowest: 1, acceptor: true, forward: true, arcs: 14, ..SHAPE };
        let acceptor = random(&mut draw, labelled);
        let a = f.compiled("a", &acceptor);
        theirs(&["connect", &a, &a]);
        for margin in ["--weight=0", "--weight=1.1", "--weight=Infinity", "--weight=", "--weight=-1"] {
            if !["--weight=Infinity", "--weight="].contains(&margin) {
                let [ours, theirs] = f.both("rmepsilon", &[margin, "--connect=false"], &[&g]);
                assert_eq!(ops::isomorphic(&ours, &theirs, CLOSE, Budget::default()), Ok(true), "{margin} {text}");
            }
            f.same("prune", &[margin], &[&g], &text);
            let cut = f.same("determinize", &[margin], &[&a], &acceptor);
            fewer += usize::from(cut < f.same("determinize", &[], &[&a], &acceptor));
            if round % 2 == 0 {
                let [ours, theirs] = f.both("disambiguate", &[margin], &[&a]);
                assert_eq!(relation(&ours), relation(&theirs), "{margin}\n{acceptor}");
            }
        }
    }
    assert!(fewer > 20, "{fewer}");
}

/// Chains at the end of what is read are as many there, but none is shared.
fn assert_one_relation(f: &Bench, options: &[&str], file: &str, of: &str) -> usize {
    let [ours, theirs] = f.both("determinize", options, &[file]);
    assert!(ours.states() <= theirs.states() && ours.arc_count() <= theirs.arc_count(), "{options:?}\n{of}");
    let [a, b] = [&ours, &theirs].map(relation);
    assert_eq!(a, b, "{options:?} of\n{of}\n{ours:?}\n{theirs:?}");
    a.len()
}

#[test]
fn transducers_with_several_outputs_are_determinised_as_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut pairs, mut functional) = (Bench::new("option-subsequential"), Random(362_437), 0, 0);
    let labelled = Shape { lowest: 1, forward: true, arcs: 12, ..SHAPE };
    for _ in 0..40 {
        let text = random(&mut draw, labelled);
        let g = f.compiled("g", &text);
        theirs(&["connect", &g, &g]);
        if read(&g).start().is_none() {
            continue;
        }
        let (label, increment) = ("--subsequential_label=77", "--increment_subsequential_label");
        for options in [&[][..], &[label], &[label, increment], &[increment], &[label, "--weight=0.6"]] {
            let several = [&["--det_type=nonfunctional"], options].concat();
            pairs += assert_one_relation(&f, &several, &g, &text);
            let ran = energraph(&[&["fst", "determinize"], options, &[&g, &f.0.path("functional")]].concat());
            if ran.code == 0 {
                functional += assert_one_relation(&f, options, &g, &text);
            }
        }
        let best = ["--det_type=disambiguate", label];
        let [ours, theirs] = f.both("determinize", &best, &[&g]).map(|g| ends_of_input(&g));
        assert_eq!(ours, theirs, "{text}");
    }
    assert!(pairs > 300 && functional > 100, "{pairs} {functional}");
}

/// Whether label 77 ever is in front of what it should end; the energies by input without it, sorted.
fn ends_of_input(g: &Graph<Energy>) -> Vec<String> {
    let found =
        energraph::oracle::paths(g, |w| f64::from(w.get()), energraph::oracle::Limit { arcs: 64, paths: 10_000 });
    let mut all = Vec::new();
    for p in &found.list {
        let read = p.input.iter().take_while(|&&l| l != 77).count();
        assert!(p.input[read..].iter().all(|&l| l == 77), "{:?}", p.input);
        all.push(format!("{:?} {:.3}", &p.input[..read], p.energy));
    }
    all.sort();
    all
}

#[test]
fn labels_are_pushed_without_what_all_paths_write_as_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut cut) = (Bench::new("option-affix"), Random(99_991), 0);
    for _ in 0..36 {
        let text = random(&mut draw, Shape { forward: true, ..SHAPE }).replacen(" 1 1 0.5", " 1 3 0.5", 1);
        let g = f.compiled("g", &text);
        theirs(&["connect", &g, &g]);
        // Theirs would not end well.
        if read(&g).start().is_none() {
            continue;
        }
        for options in [&["--push_labels", "--remove_common_affix"][..], &["--push_labels"]] {
            let [ours, theirs] = f.both("push", options, &[&g]);
            assert_eq!(relation(&ours), relation(&theirs), "{options:?}\n{text}");
        }
        let [with, without] = [&["--push_labels"][..], &["--push_labels", "--remove_common_affix"]]
            .map(|options| relation(&f.both("push", options, &[&g])[0]));
        cut += usize::from(with != without);
        f.same("push", &["--push_weights", "--remove_common_affix"], &[&g], &text);
    }
    assert!(cut > 2, "{cut}");
}

#[test]
fn what_is_pushed_to_the_end_is_what_theirs_is() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut moved) = (Bench::new("option-to-final"), Random(77_003), 0);
    for _ in 0..36 {
        let text = random(&mut draw, Shape { forward: true, ..SHAPE });
        let g = f.compiled("g", &text);
        theirs(&["connect", &g, &g]);
        if read(&g).start().is_none() {
            continue;
        }
        for more in [&[][..], &["--push_weights"], &["--remove_common_affix"]] {
            let options = [&["--push_labels", "--to_final"], more].concat();
            let [ours, theirs] = f.both("push", &options, &[&g]);
            assert_eq!(relation(&ours), relation(&theirs), "{options:?}\n{text}");
            moved += usize::from(ours != read(&g));
        }
    }
    assert!(moved > 20, "{moved}");
}

#[test]
fn reversed_graphs_without_a_first_state_of_their_own_are_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut fewer) = (Bench::new("option-superinitial"), Random(314_159), 0);
    for _ in 0..60 {
        let text = random(&mut draw, Shape { weights: 2, ..SHAPE });
        let g = f.compiled("g", &text);
        for options in [&["--require_superinitial=false"][..], &["--require_superinitial"], &[]] {
            let [ours, theirs] = f.both("reverse", options, &[&g]);
            assert_eq!((ours.states(), ours.arc_count()), (theirs.states(), theirs.arc_count()), "{options:?} {text}");
            let same = ops::isomorphic(&connected(&ours), &connected(&theirs), CLOSE, Budget::default());
            assert_eq!(same, Ok(true), "{options:?} of\n{text}\n{ours:?}\n{theirs:?}");
            fewer += usize::from(ours.states() == read(&g).states());
        }
    }
    assert!(fewer > 10, "{fewer}");
}

#[test]
fn what_is_said_of_const_files_is_what_theirs_says() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw) = (Bench::new("option-const"), Random(5_489));
    let table = f.0.file("table", "<eps> 0\na 1\nb 2\nc 3\n");
    let named = [format!("--isymbols={table}"), format!("--osymbols={table}")];
    for round in 0..12 {
        let (g, c) = (f.compiled("g", &random(&mut draw, SHAPE)), f.0.path("c"));
        if round % 2 == 0 {
            theirs(&["symbols", &named[0], &named[1], &g, &g]);
        }
        for align in [&["--fst_align"][..], &[]] {
            theirs(&[&["convert", "--fst_type=const"], align, &[&g, &c]].concat());
            let said = Command::new("fstinfo").arg(&c).output().unwrap();
            assert_eq!(energraph(&["fst", "info", &c]).out, String::from_utf8(said.stdout).unwrap(), "{align:?}");
        }
    }
}

#[test]
fn what_nothing_is_done_to_is_copied_as_with_theirs() {
    if !openfst_is_there() {
        return;
    }
    let f = Bench::new("option-copied");
    let g = f.compiled("g", "0 1 1 7 2\n1 0 2 0 4\n1 1\n");
    let alone: [(&str, &[&str]); 6] = [
        ("topsort", &[]),
        ("push", &[]),
        ("push", &["--push_weights=false"]),
        ("push", &["--remove_total_weight"]),
        ("map", &["--map_type=plus"]),
        ("map", &["--map_type=times"]),
    ];
    for (op, options) in alone {
        assert_eq!(f.both(op, options, &[&g]), [read(&g), read(&g)], "{op} {options:?}");
    }
}

/// What is read and written, with its energy, by path.
fn relation(g: &Graph<Energy>) -> Vec<String> {
    let found =
        energraph::oracle::paths(g, |w| f64::from(w.get()), energraph::oracle::Limit { arcs: 64, paths: 10_000 });
    let mut all: Vec<String> =
        found.list.iter().map(|p| format!("{:?} {:?} {:.3}", p.input, p.output, p.energy)).collect();
    all.sort();
    all
}

#[test]
fn distances_from_a_state_are_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw) = (Bench::new("option-distance"), Random(123_456_789));
    for _ in 0..30 {
        let g = f.compiled("g", &random(&mut draw, SHAPE));
        let states = read(&g).states();
        for state in -1..states as i64 {
            let from = format!("--nstate={state}");
            let ours = energraph(&["fst", "shortestdistance", &from, &g]);
            let theirs = Command::new("fstshortestdistance").args([&from, &g]).output().unwrap();
            // Theirs ends with the last state that is reached.
            let theirs = String::from_utf8(theirs.stdout).unwrap();
            let rest = ours.out.strip_prefix(&theirs).unwrap_or_else(|| panic!("{from}: {} {theirs}", ours.out));
            assert!(rest.lines().all(|l| l.ends_with("Infinity")), "{from}: {} {theirs}", ours.out);
            let back =
                |options: &[&str]| energraph(&[&["fst", "shortestdistance", "--reverse"], options, &[&g]].concat());
            assert_eq!(back(&[&from]).out, back(&[]).out);
        }
        assert_eq!(energraph(&["fst", "shortestdistance", &format!("--nstate={states}"), &g]).code, 2);
    }
}

#[test]
fn the_states_that_pruning_meets_first_are_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut less) = (Bench::new("option-states"), Random(77), 0);
    for round in 0..60 {
        // No two paths have one energy.
        let shape = Shape { states: 7, arcs: 14, forward: round % 2 == 0, weights: 1 << 20, ..SHAPE };
        let text = random(&mut draw, shape);
        let g = f.compiled("g", &text);
        let most = format!("--nstate={}", draw.below(8));
        let margin = format!("--weight={}", draw.below(1 << 20) as f64 / 4.0 + 0.125);
        for options in [&[&most[..]][..], &[&most, &margin]] {
            let [ours, theirs] = f.both("prune", options, &[&g]);
            assert_eq!(ours, theirs, "{options:?} of\n{text}");
            less += usize::from(ours.states() > 0 && ours.states() < connected(&read(&g)).states());
        }
    }
    assert!(less > 20, "{less}");
}

#[test]
fn graphviz_text_is_theirs_to_the_letter() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw) = (Bench::new("option-draw"), Random(2_685_821_657_736_338_717));
    let labels = f.0.file("l.syms", "<eps> 0\na\" 1\nb\\ 2\nc 3\n");
    let states = f.0.file("s.syms", "zero 0\none 1\ntwo 2\nthree 3\nfour 4\nfive 5\n");
    let tables = [format!("--isymbols={labels}"), format!("--osymbols={labels}"), format!("--ssymbols={states}")];
    for round in 0..24 {
        let acceptor = round % 2 == 0;
        let x = random(&mut draw, Shape { acceptor, ..SHAPE }).replace(".25", ".123456789").replace(".75", "e-6");
        let file = f.compiled("a", &x);
        for options in [
            &[][..],
            &["--acceptor", "--show_weight_one", "--vertical"],
            &["--precision=9", "--portrait", "--title=graph \\n \\\"é\\\"", "--fontsize=-3"],
            &["--precision=0", "--width=3.1", "--height=77777777"],
            &["--float_format=e", "--precision=2", "--nodesep=0.1"],
            &["--float_format=f", "--ranksep=1e-7", "--numeric"],
            &[&tables[0], &tables[1], &tables[2]],
        ] {
            let ours = energraph(&[&["fst", "draw"], options, &[&file]].concat());
            let theirs = Command::new("fstdraw").args(options).arg(&file).output().unwrap();
            assert_eq!(ours.code, 0, "{options:?}: {}", ours.err);
            assert_eq!(ours.out, String::from_utf8(theirs.stdout).unwrap(), "{options:?} of\n{x}");
        }
    }
}

#[test]
fn states_that_go_on_alike_are_no_more_than_theirs() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut merged) = (Bench::new("option-nondet"), Random(88_172_645_463_325_257), 0);
    for _ in 0..40 {
        let shape = Shape { acceptor: true, lowest: 2, forward: true, states: 7, arcs: 14, ..SHAPE };
        let x = random(&mut draw, shape);
        let a = f.compiled("a", &x);
        let [ours, theirs] = f.both("minimize", &["--allow_nondet"], &[&a]);
        // Theirs tell states apart by how many arcs they have, of which two may be the same.
        assert!(ours.states() <= theirs.states(), "{x}");
        let [one, other] = [&ours, &theirs].map(|g| {
            let lifted = g.lift::<MinSum<f64>>();
            ops::determinize(&lifted, Quantum::default(), Budget::default()).unwrap_or(Graph::empty())
        });
        assert_eq!(ops::equivalent(&one, &other, CLOSE), Ok(true), "{x}");
        merged += usize::from(ours.states() < connected(&read(&a)).states());
    }
    assert!(merged > 2, "{merged}");
}

#[test]
fn weights_that_theirs_tells_apart_are_told_apart_when_minimizing() {
    if !openfst_is_there() {
        return;
    }
    let f = Bench::new("option-minimize");
    // Two states that differ by a little, a hundred times one behind the other.
    for (little, length) in [(1e-4, 1), (1e-5, 1), (4e-4, 100)] {
        let mut text = "0 1 1 1\n0 2 2 2\n".to_owned();
        for s in 0..length {
            let (a, b, end) = (2 * s + 1, 2 * s + 2, s + 1 == length);
            let (to_a, to_b) = if end { (2 * length + 1, 2 * length + 1) } else { (a + 2, b + 2) };
            text += &format!("{a} {to_a} 3 3\n{a} {to_a} 4 4 {little}\n{b} {to_b} 3 3\n{b} {to_b} 4 4\n");
        }
        text += &format!("{}\n", 2 * length + 1);
        let a = f.compiled("a", &text);
        let [ours, theirs] = f.both("minimize", &[], &[&a]);
        assert_eq!((ours.states(), theirs.states()), (2 * length + 2, 2 * length + 2), "{little}");
    }
}

#[test]
fn transducers_have_the_one_path_for_what_is_read_that_theirs_have() {
    if !openfst_is_there() {
        return;
    }
    let (f, mut draw, mut pairs) = (Bench::new("option-disambiguate"), Random(521_288_629), 0);
    for _ in 0..160 {
        let text = random(&mut draw, Shape { lowest: 1, forward: true, arcs: 7, ..SHAPE });
        let g = f.compiled("g", &text);
        theirs(&["connect", &g, &g]);
        let ran = energraph(&["fst", "disambiguate", &g, &f.0.path("ours")]);
        if read(&g).start().is_none() || ran.err.contains("not functional") {
            continue;
        }
        let [ours, theirs] = f.both("disambiguate", &[], &[&g]).map(|g| relation(&g));
        assert_eq!(ours, theirs, "{text}");
        pairs += ours.len();
    }
    assert!(pairs > 100, "{pairs}");
}
