//! Graph operations and path questions on the inputs that other libraries' times are known of.
//!
//!     PEER_INPUTS=FOLDER cargo bench --no-default-features --bench algebra      # criterion's options follow `--`
//!
//! FOLDER holds AT&T texts (`benches/peers/make_graphs.py` writes them); without it nothing is measured. Before a row's time a JSON
//! line says what was computed and the most memory held over what was held before, in MiB. `benches/peers/algebra.py` runs this and
//! a peer in turn.
#![allow(clippy::unwrap_used)]

use std::cell::LazyCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main};
use energraph::graph::att::{self, AttOptions};
use energraph::ops::{Budget, Compose, Side, arc_sort, compose, determinize, minimize, remove_epsilon};
use energraph::paths::{best_path, free_energy, free_energy_and_posteriors, k_best};
use energraph::semiring::Quantum;
use energraph::{Beta, Energy, Graph, MinSum, Weight};

fn algebra(c: &mut Criterion) {
    let Some(folder) = std::env::var_os("PEER_INPUTS").map(PathBuf::from) else {
        println!("skipped: PEER_INPUTS names no folder of graphs");
        return;
    };
    emissions_composed(c, &folder);
    composed(c, "a2", &folder, "a2_left", "a2_right");
    composed(c, "a3s", &folder, "a3s_lex", "a3s_bigram");
    composed(c, "a3", &folder, "a3_lex", "a3_bigram");
    acyclic(c, &folder);
    words(c, &folder);
}

fn read(folder: &Path, name: &str) -> Graph<Energy> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
    att::read(&text, &AttOptions::default()).unwrap()
}

fn sizes<W: Weight>(g: &Graph<W>) -> String {
    format!("states={} arcs={}", g.states(), g.arc_count())
}

/// The rows of a case. What they need is made where criterion's options ask for one of them.
struct Rows<'a, T, F: FnOnce() -> T> {
    case: &'a str,
    group: BenchmarkGroup<'a, WallTime>,
    input: LazyCell<T, F>,
}

impl<'a, T, F: FnOnce() -> T> Rows<'a, T, F> {
    fn new(c: &'a mut Criterion, case: &'a str, input: F) -> Self {
        let mut group = c.benchmark_group(case);
        group.sample_size(20).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(4));
        Rows { case, group, input: LazyCell::new(input) }
    }

    /// One row; `run` says what it computed.
    fn row(&mut self, name: &str, run: impl Fn(&T) -> String) {
        let Rows { case, group, input } = self;
        let mut told = false;
        group.bench_function(name, |b| {
            let input = LazyCell::force(input);
            if !std::mem::replace(&mut told, true) {
                let _ = std::fs::write("/proc/self/clear_refs", "5");
                let before = held("VmRSS:");
                let said = run(input);
                let most = held("VmHWM:").saturating_sub(before) as f64 / 1024.0;
                println!("{{\"case\":\"{case}_{name}\",\"check\":\"{said}\",\"mib\":{most:.1}}}");
            }
            b.iter(|| run(input));
        });
    }
}

/// A line of the process's status in KiB; 0 where there is none.
fn held(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(key));
    line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Both in the order that others need them in.
fn pair(folder: &Path, left: &str, right: &str) -> (Graph<Energy>, Graph<Energy>) {
    let left = arc_sort(&read(folder, left), Side::Output).unwrap().graph;
    (left, arc_sort(&read(folder, right), Side::Input).unwrap().graph)
}

fn both((left, right): &(Graph<Energy>, Graph<Energy>)) -> Graph<Energy> {
    compose(left, right, &Compose::default()).unwrap().graph
}

fn composed(c: &mut Criterion, case: &str, folder: &Path, left: &str, right: &str) {
    Rows::new(c, case, || pair(folder, left, right)).row("compose", |graphs| sizes(&both(graphs)));
}

/// Frames by labels with the graph of a transcript, and what is asked of the result.
fn emissions_composed(c: &mut Criterion, folder: &Path) {
    composed(c, "a1", folder, "a1_emit", "a1_ctc");
    let mut b = Rows::new(c, "b", || both(&pair(folder, "a1_emit", "a1_ctc")));
    b.row("forward", |g| format!("energy={:.6}", free_energy(g, Beta::ONE).unwrap()));
    b.row("forward_grad", posteriors);
    b.row("viterbi", |g| format!("energy={:.6}", best_path(g).unwrap().unwrap().energy));
}

fn acyclic(c: &mut Criterion, folder: &Path) {
    let mut c = Rows::new(c, "c", || read(folder, "c_dag"));
    c.row("viterbi", |g| {
        let path = best_path(g).unwrap().unwrap();
        format!("energy={:.5} arcs={}", path.energy, path.arcs.len())
    });
    c.row("10best", |g| {
        let paths = k_best(g, 10).unwrap();
        format!("paths={} sum={:.4}", paths.len(), paths.iter().map(|p| p.energy).sum::<f64>())
    });
    c.row("logdist", |g| format!("energy={:.8}", free_energy(g, Beta::ONE).unwrap()));
    c.row("logdist_grad", posteriors);
}

fn posteriors(g: &Graph<Energy>) -> String {
    let (energy, shares) = free_energy_and_posteriors(g, Beta::ONE).unwrap();
    let squares: f64 = shares.arcs.iter().map(|p| p * p).sum();
    format!("energy={energy:.6} squares={squares:.5}")
}

fn words(c: &mut Criterion, folder: &Path) {
    let small = |g: &Graph<MinSum<f32>>| determinize(g, Quantum::default(), Budget::default()).unwrap();
    let least = |g: &Graph<MinSum<f32>>| minimize(g, Quantum::default()).unwrap();
    let mut d = Rows::new(c, "d", || {
        let g = read(folder, "d_words_eps").lift::<MinSum<f32>>();
        let without = remove_epsilon(&g).unwrap();
        let tree = small(&without);
        [g, without, tree]
    });
    d.row("rmeps", |[g, ..]| sizes(&remove_epsilon(g).unwrap()));
    d.row("determinize", |[_, without, _]| sizes(&small(without)));
    d.row("minimize", |[.., tree]| sizes(&least(tree)));
    d.row("all", |[g, ..]| sizes(&least(&small(&remove_epsilon(g).unwrap()))));
}

criterion_group!(benches, algebra);
criterion_main!(benches);
