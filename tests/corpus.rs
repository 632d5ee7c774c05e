//! One set of small graphs with what is known about them, and every engine driven over it.
//!
//! `tests/corpus/*.txt` hold one graph each: a first line `# what it is about`, then the graph and the expected answers,
//! a line each, in any order of kinds:
//!
//! ```text
//! states N                     number of states; no `start` where it is 0
//! start S
//! arc S T I O E                source, target, input label, output label, energy (`inf` is impossible); arcs are
//!                              numbered by source, then as they come
//! final S E
//! free-energy B F              F at inverse temperature B (`inf`: the minimum); `inf` where there is no path
//! gradient B arcs V… finals V… ∂F/∂E of every arc, then of every state; at `inf` only where one path is best
//! n-best E…                    the energies of the six lowest paths, or of all
//! output B F L…                the five lowest outputs, or all, in order: free energy, labels
//! refused B WHY                `cyclic` or `diverges` in place of all answers at B
//! ```
//!
//! The answers were computed once by enumerating paths: `cargo test --features oracle --test corpus -- --ignored`
//! writes the files again. An engine is anything that answers at least one of the questions: see [`Engine`].

use std::path::PathBuf;

use energraph::ops::Budget;
use energraph::paths::{
    best_path, free_energy, free_energy_and_posteriors, k_best, k_best_outputs, path_sum, posteriors, without_output,
};
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder, LogSum, MinSum, PathError, SiteValues};

/// A way to answer questions about a graph. `None`: this engine does not answer that.
trait Engine {
    fn name(&self) -> &'static str;
    fn free_energy(&self, _: &Graph<Energy>, _: Beta) -> Option<Result<f64, PathError>> {
        None
    }
    fn gradient(&self, _: &Graph<Energy>, _: Beta) -> Option<Result<SiteValues, PathError>> {
        None
    }
    fn n_best(&self, _: &Graph<Energy>, _: usize) -> Option<Result<Vec<f64>, PathError>> {
        None
    }
    fn outputs(&self, _: &Graph<Energy>, _: usize, _: Beta) -> Option<Result<Outputs, PathError>> {
        None
    }
}

type Outputs = Vec<(Vec<u32>, f64)>;

/// The functions of `paths` as they stand.
struct Eager;

impl Engine for Eager {
    fn name(&self) -> &'static str {
        "eager"
    }
    fn free_energy(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<f64, PathError>> {
        Some(free_energy(g, beta))
    }
    fn gradient(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<SiteValues, PathError>> {
        Some(posteriors(g, beta))
    }
    fn n_best(&self, g: &Graph<Energy>, n: usize) -> Option<Result<Vec<f64>, PathError>> {
        Some(k_best(g, n).map(|paths| paths.iter().map(|p| p.energy).collect()))
    }
    fn outputs(&self, g: &Graph<Energy>, n: usize, beta: Beta) -> Option<Result<Outputs, PathError>> {
        Some(k_best_outputs(g, n, beta, Budget::default()))
    }
}

/// Forward sums in a semiring; gradients with their value; the best path.
struct Forward;

impl Engine for Forward {
    fn name(&self) -> &'static str {
        "forward"
    }
    fn free_energy(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<f64, PathError>> {
        Some(match beta {
            // Min-sum on graphs with cycles is not a sum in topological order.
            Beta::Infinite => match path_sum(g, |_, e| MinSum::new(e.wide()).unwrap()) {
                Err(PathError::Cyclic { .. }) => best_path(g).map(|p| p.map_or(f64::INFINITY, |p| p.energy)),
                sum => sum.map(|s| s.get()),
            },
            Beta::Finite(b) => path_sum(g, |_, e| LogSum::new(b.get() * e.wide()).unwrap()).map(|s| s.get() / b.get()),
        })
    }
    fn gradient(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<SiteValues, PathError>> {
        Some(free_energy_and_posteriors(g, beta).map(|(_, p)| p))
    }
}

/// Through the product with the complement of an answer that is nowhere: the same paths in another graph.
struct Product;

impl Product {
    fn of(g: &Graph<Energy>) -> energraph::Traced<Energy> {
        without_output(g, &Answer::any([vec![1, 77], vec![2, 2, 78]])).unwrap()
    }
}

impl Engine for Product {
    fn name(&self) -> &'static str {
        "product"
    }
    fn free_energy(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<f64, PathError>> {
        Some(free_energy(&Product::of(g).graph, beta))
    }
    fn gradient(&self, g: &Graph<Energy>, beta: Beta) -> Option<Result<SiteValues, PathError>> {
        let product = Product::of(g);
        let mut back = SiteValues::zeros(g);
        let pulled = posteriors(&product.graph, beta).map(|p| product.origin.pull_back(&p, 0, &mut back));
        Some(pulled.map(|()| back))
    }
    fn n_best(&self, g: &Graph<Energy>, n: usize) -> Option<Result<Vec<f64>, PathError>> {
        Some(k_best(&Product::of(g).graph, n).map(|paths| paths.iter().map(|p| p.energy).collect()))
    }
    fn outputs(&self, g: &Graph<Energy>, n: usize, beta: Beta) -> Option<Result<Outputs, PathError>> {
        Some(k_best_outputs(&Product::of(g).graph, n, beta, Budget::default()))
    }
}

/// Every engine there is; a new one is added here and nowhere else.
fn engines() -> Vec<Box<dyn Engine>> {
    vec![Box::new(Eager), Box::new(Forward), Box::new(Product)]
}

/// One line of expectation: its kind, β where it has one, the rest.
struct Expected {
    kind: String,
    beta: Option<Beta>,
    rest: Vec<String>,
}

impl Expected {
    fn numbers(&self) -> Vec<f64> {
        self.rest.iter().filter_map(|w| w.parse().ok()).collect()
    }
}

struct Case {
    name: String,
    graph: Graph<Energy>,
    expected: Vec<Expected>,
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn beta(word: &str) -> Beta {
    let b: f64 = word.parse().unwrap();
    if b == f64::INFINITY { Beta::Infinite } else { Beta::finite(b).unwrap() }
}

fn read(name: &str, text: &str) -> Case {
    let mut b = GraphBuilder::new();
    let mut expected = Vec::new();
    let whole = |w: &str| w.parse::<u32>().unwrap();
    let energy = |w: &str| Energy::new(w.parse().unwrap()).unwrap();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["states", n] => drop(b.add_states(n.parse().unwrap())),
            ["start", s] => b.start(whole(s)),
            ["arc", s, t, i, o, e] => b.arc(whole(s), whole(i), whole(o), energy(e), whole(t)),
            ["final", s, e] => b.final_weight(whole(s), energy(e)),
            [kind, ref rest @ ..] => {
                let beta = (kind != "n-best").then(|| beta(rest[0]));
                let rest = rest[usize::from(beta.is_some())..].iter().map(|w| w.to_string()).collect();
                expected.push(Expected { kind: kind.to_string(), beta, rest });
            }
            [] => {}
        }
    }
    Case { name: name.to_string(), graph: b.build().unwrap(), expected }
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(corpus()).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "txt"));
    files.sort();
    let name = |f: &PathBuf| f.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|f| read(&name(f), &std::fs::read_to_string(f).unwrap())).collect()
}

#[track_caller]
fn near(a: f64, b: f64, what: &str) {
    assert!(a == b || (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())), "{what}: {a}, expected {b}");
}

#[track_caller]
fn all_near(a: &[f64], b: &[f64], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}: {a:?}, expected {b:?}");
    a.iter().zip(b).enumerate().for_each(|(i, (a, b))| near(*a, *b, &format!("{what}, number {i}")));
}

#[test]
fn every_engine_gives_the_expected_free_energies_gradients_and_n_best() {
    let cases = cases();
    assert!(cases.len() >= 20, "{} graphs", cases.len());
    for engine in engines() {
        let mut checked = 0;
        for case in &cases {
            for line in &case.expected {
                let what = format!("{} on {}: {} at {:?}", engine.name(), case.name, line.kind, line.beta);
                checked += usize::from(check(engine.as_ref(), &case.graph, line, &what));
            }
            let outputs = |l: &&Expected| l.kind == "output";
            for b in [Beta::Infinite, Beta::ONE, beta("0.25")] {
                let of = case.expected.iter().filter(outputs).filter(|l| l.beta == Some(b));
                let expected: Vec<&Expected> = of.collect();
                if let Some(Ok(found)) = engine.outputs(&case.graph, 5, b) {
                    check_outputs(&found, &expected, &format!("{} on {} at {b:?}", engine.name(), case.name));
                }
            }
        }
        assert!(checked > cases.len(), "{} answers next to nothing", engine.name());
    }
}

/// Whether the engine answers the question; fails where the answer is wrong.
fn check(engine: &dyn Engine, g: &Graph<Energy>, line: &Expected, what: &str) -> bool {
    match (line.kind.as_str(), line.beta) {
        ("free-energy", Some(b)) => {
            engine.free_energy(g, b).inspect(|f| near(*f.as_ref().unwrap(), line.numbers()[0], what)).is_some()
        }
        ("gradient", Some(b)) => {
            let gradient = engine.gradient(g, b).map(|p| p.unwrap());
            gradient.inspect(|p| all_near(&[&p.arcs[..], &p.finals].concat(), &line.numbers(), what)).is_some()
        }
        ("n-best", None) => {
            engine.n_best(g, 6).inspect(|e| all_near(e.as_ref().unwrap(), &line.numbers(), what)).is_some()
        }
        ("refused", Some(b)) => {
            let is_right = |e: &PathError| match line.rest[0].as_str() {
                "cyclic" => matches!(e, PathError::Cyclic { .. }),
                _ => matches!(e, PathError::Diverges { .. }),
            };
            let f = engine.free_energy(g, b).map(|f| f.err());
            let p = engine.gradient(g, b).map(|p| p.err());
            let all = [f, p].into_iter().flatten();
            all.inspect(|e| assert!(e.as_ref().is_some_and(is_right), "{what}: {e:?}")).count() > 0
        }
        ("output", Some(_)) => false,
        other => panic!("{what}: unknown line {other:?}"),
    }
}

fn check_outputs(found: &Outputs, expected: &[&Expected], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
    for ((labels, energy), line) in found.iter().zip(expected) {
        near(*energy, line.numbers()[0], what);
        let tied = expected.iter().filter(|e| (e.numbers()[0] - energy).abs() < 1e-9).count() > 1;
        let wanted: Vec<u32> = line.rest[1..].iter().map(|l| l.parse().unwrap()).collect();
        assert!(*labels == wanted || (tied && line.beta != Some(Beta::Infinite)), "{what}: {labels:?}");
    }
}

#[cfg(feature = "oracle")]
mod paths_graphs;

/// Writes the corpus: the graphs and, by brute force, their answers.
#[cfg(feature = "oracle")]
mod write {
    use std::fmt::Write;

    use energraph::oracle;

    use super::paths_graphs::{Shape, all_paths, every_site, outputs_in_order, random_graph};
    use super::{Energy, Graph, corpus, read};

    /// Name, what it is about, the graph's lines separated by semicolons.
    const GRAPHS: [(&str, &str, &str); 20] = [
        ("empty", "no states", "states 0"),
        ("lone_final", "the empty path alone", "states 1;start 0;final 0 2.5"),
        ("no_final", "arcs, but nowhere to end", "states 2;start 0;arc 0 1 1 1 1"),
        ("chain", "one path", "states 4;start 0;arc 0 1 1 1 0.5;arc 1 2 2 2 -1.25;arc 2 3 3 3 4;final 3 0.125"),
        (
            "diamond",
            "two ways that part and meet",
            "states 4;start 0;arc 0 1 1 1 0.5;arc 0 2 2 2 0.75;arc 1 3 3 3 1;arc 2 3 3 3 0.5;final 3 0",
        ),
        (
            "parallel",
            "parallel arcs between the same states",
            "states 3;start 0;arc 0 1 1 1 0.5;arc 0 1 1 2 0.25;arc 0 1 2 1 1;arc 1 2 1 3 0;arc 1 2 2 3 0.5;final 2 0",
        ),
        (
            "ties",
            "every path equally good",
            "states 3;start 0;arc 0 1 1 1 1;arc 0 1 2 2 1;arc 1 2 1 1 1;arc 1 2 2 2 1;final 2 0",
        ),
        (
            "isolated_last",
            "the last state is isolated, and final",
            "states 4;start 0;arc 0 1 1 1 1;arc 0 2 2 2 2;final 1 0.5;final 2 -0.5;final 3 -9",
        ),
        (
            "useless",
            "states that are not reached, and ones that lead nowhere",
            "states 6;start 1;arc 1 2 1 1 1;arc 0 2 1 1 -5;arc 1 3 2 2 -5;arc 3 4 2 2 -5;arc 1 5 3 3 2;final 2 0;final 5 0",
        ),
        (
            "impossible",
            "weights of +∞",
            "states 4;start 0;arc 0 1 1 1 inf;arc 0 2 2 2 3;arc 1 3 1 1 -4;arc 2 3 2 2 1;final 3 0;final 1 1",
        ),
        ("nothing_possible", "paths, all of them impossible", "states 2;start 0;arc 0 1 1 1 inf;final 1 0"),
        (
            "several_finals",
            "paths that end on the way, at different costs",
            "states 4;start 0;arc 0 1 1 1 1;arc 1 2 2 2 0.5;arc 2 3 3 3 -0.5;final 0 2;final 1 0.75;final 2 0;final 3 1",
        ),
        (
            "reversed",
            "arcs lead to lower numbers",
            "states 5;start 4;arc 4 3 1 1 0.25;arc 4 2 2 2 0.5;arc 3 1 1 1 1;arc 2 1 2 2 0.5;arc 1 0 3 3 0;arc 3 0 2 0 2;final 0 0.25",
        ),
        (
            "epsilons",
            "silent on the input, the output and both",
            "states 4;start 0;arc 0 1 0 1 0.5;arc 0 1 1 0 0.25;arc 0 2 0 0 1;arc 1 2 2 1 0.5;arc 1 3 0 0 2;arc 2 3 1 1 0;final 3 0;final 2 1.5",
        ),
        (
            "one_output",
            "27 paths, two outputs: together they win, alone they lose",
            "states 5;start 0;arc 0 1 1 1 1;arc 0 1 2 1 1;arc 0 1 3 1 1;arc 1 2 1 2 1;arc 1 2 2 2 1;arc 1 2 3 2 1;arc 2 3 1 3 1;arc 2 3 2 3 1;arc 2 3 3 3 1;arc 0 4 1 4 2;final 3 0;final 4 0",
        ),
        (
            "late_winner",
            "a thousand nats behind half-way, ten ahead in the end",
            "states 6;start 0;arc 0 1 1 1 0;arc 0 2 2 2 1000;arc 1 3 1 1 2010;arc 2 4 2 2 0;arc 3 5 1 1 0;arc 4 5 2 2 0;final 5 0",
        ),
        (
            "useless_cycles",
            "cycles that no accepting path uses",
            "states 4;start 0;arc 0 1 1 1 1;arc 2 2 1 1 -1;arc 0 3 1 1 -3;arc 3 3 1 1 -1;arc 1 0 1 1 inf;final 1 0;final 2 0",
        ),
        (
            "cycle",
            "a cycle of positive energy",
            "states 3;start 0;arc 0 1 1 1 1;arc 1 0 2 2 1.5;arc 1 2 3 3 0.25;arc 1 1 4 0 2;final 2 0",
        ),
        (
            "cycle_with_negative_arc",
            "a negative arc on a cycle of positive energy",
            "states 3;start 0;arc 0 1 1 1 -2;arc 1 0 2 2 4;arc 1 2 3 3 0.25;final 2 0",
        ),
        (
            "negative_cycle",
            "a cycle of negative energy",
            "states 3;start 0;arc 0 1 1 1 1;arc 1 0 2 2 -1.5;arc 1 2 3 3 0.25;final 2 0",
        ),
    ];

    fn lines_of(g: &Graph<Energy>) -> String {
        let mut text = format!("states {}", g.states());
        let _ = g.start().map(|s| write!(text, ";start {s}"));
        for (_, s, a) in g.arcs_with_source() {
            let _ = write!(text, ";arc {s} {} {} {} {}", a.target, a.ilabel, a.olabel, a.weight);
        }
        for s in (0..g.states() as u32).filter(|&s| g.is_final(s)) {
            let _ = write!(text, ";final {s} {}", g.final_weight(s));
        }
        text
    }

    fn numbers(list: impl IntoIterator<Item = f64>) -> String {
        list.into_iter().map(|x| format!(" {x:?}")).collect()
    }

    /// The answers at β, over the paths given; at infinite β the gradient only where it is one.
    fn answers(g: &Graph<Energy>, paths: &[oracle::Path], b: f64) -> String {
        let all = || paths.iter().map(|p| p.energy);
        let f = oracle::free_energy(all(), b);
        let mut text = format!("free-energy {b} {f:?}\n");
        if b < f64::INFINITY || all().filter(|e| *e == f).count() < 2 {
            let p = |site: &_| oracle::posterior(paths, *site, b);
            let (arcs, finals) = (every_site(g), g.arc_count());
            let (arcs, finals) = arcs.split_at(finals);
            let (arcs, finals) = (numbers(arcs.iter().map(p)), numbers(finals.iter().map(p)));
            let _ = writeln!(text, "gradient {b} arcs{arcs} finals{finals}");
        }
        for (labels, f) in outputs_in_order(paths, b).iter().take(5) {
            let labels: String = labels.iter().map(|l| format!(" {l}")).collect();
            let _ = writeln!(text, "output {b} {f:?}{labels}");
        }
        text
    }

    #[test]
    #[ignore = "writes the corpus again"]
    fn the_corpus_is_written_by_brute_force() {
        let mut list: Vec<(String, String, String)> =
            GRAPHS.iter().map(|(n, about, g)| (n.to_string(), about.to_string(), g.to_string())).collect();
        let rich = (0..1000).filter(|&s| (4..40).contains(&all_paths(&random_graph(s, Shape::ACYCLIC), 64).len()));
        for (i, seed) in rich.take(6).enumerate() {
            let g = lines_of(&random_graph(seed, Shape::ACYCLIC));
            list.push((format!("random_{i}"), "acyclic, at random".to_string(), g));
        }
        for (name, about, lines) in list {
            let lines = lines.replace(';', "\n");
            let g = read(&name, &lines).graph;
            let (short, long) = (all_paths(&g, 12), all_paths(&g, 15));
            let mut text = format!("# {about}\n{lines}\n");
            if name == "negative_cycle" {
                text += "refused inf diverges\nrefused 1 cyclic\n";
            } else {
                let lowest = |paths: &[oracle::Path]| {
                    let mut e: Vec<f64> = paths.iter().map(|p| p.energy).collect();
                    e.sort_by(f64::total_cmp);
                    e.truncate(6);
                    e
                };
                assert_eq!(lowest(&short), lowest(&long), "{name}: paths longer than those enumerated matter");
                let _ = writeln!(text, "n-best{}", numbers(lowest(&long)));
                text += &answers(&g, &long, f64::INFINITY);
                if short.len() == long.len() {
                    text += &(answers(&g, &long, 1.0) + &answers(&g, &long, 0.25));
                } else {
                    text += "refused 1 cyclic\n";
                }
            }
            std::fs::write(corpus().join(format!("{name}.txt")), text).unwrap();
        }
    }
}
