//! Graph operations and path questions on the inputs that other libraries' times are known of: one JSON line a case.
//!
//!     cargo bench --no-default-features --bench algebra -- FOLDER [CASE…]       # cases a1 a2 a3s a3 c d; all by default
//!
//! FOLDER holds AT&T texts (`benches/peers/make_graphs.py` writes them). A line has the median, the 10th and the 90th percentile in milliseconds, the processor
//! time, what was computed, and the most memory held over what was held before, in MiB. `benches/peers/algebra.py` runs this and a peer in turn.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use energraph::graph::att::{self, AttOptions};
use energraph::ops::{Budget, Compose, Side, arc_sort, compose, determinize, minimize, remove_epsilon};
use energraph::paths::{best_path, free_energy, free_energy_and_posteriors, k_best};
use energraph::semiring::Quantum;
use energraph::{Beta, Energy, Graph, MinSum, Weight};

const CASES: [&str; 6] = ["a1", "a2", "a3s", "a3", "c", "d"];
/// Runs of a case at most, and how long they may take together.
const RUNS: usize = 30;
const TIME: Duration = Duration::from_secs(12);

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let Some(folder) = arguments.next().map(PathBuf::from).filter(|f| f.is_dir()) else {
        println!("skipped: name a folder of graphs");
        return;
    };
    let wanted: Vec<String> = arguments.collect();
    for case in CASES.into_iter().filter(|c| wanted.is_empty() || wanted.iter().any(|w| w == c)) {
        match case {
            "a1" => composition_of_emissions(&folder),
            "a2" => drop(composed(&folder, "a2", "a2_left", "a2_right")),
            "c" => acyclic(&folder),
            "d" => words(&folder),
            tag => drop(composed(&folder, tag, &format!("{tag}_lex"), &format!("{tag}_bigram"))),
        }
    }
}

fn read(folder: &Path, name: &str) -> Graph<Energy> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
    att::read(&text, &AttOptions::default()).unwrap()
}

fn sizes<W: Weight>(g: &Graph<W>) -> String {
    format!("states={} arcs={}", g.states(), g.arc_count())
}

/// Runs a case again and again, once not counted, and prints its line.
fn timed(case: &str, mut run: impl FnMut() -> String) {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = held("VmRSS:");
    let mut said = run();
    let most = held("VmHWM:").saturating_sub(before) as f64 / 1024.0;
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < RUNS && (times.is_empty() || began.elapsed() < TIME) {
        let start = Instant::now();
        said = run();
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!(
        "{{\"case\":\"{case}\",\"median_ms\":{:.3},\"p10_ms\":{:.3},\"p90_ms\":{:.3},\"check\":\"{said}\",\"mib\":{most:.1}}}",
        at(0.5),
        at(0.1),
        at(0.9)
    );
}

/// A line of the process's status in KiB; 0 where there is none.
fn held(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(key));
    line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn composed(folder: &Path, tag: &str, left: &str, right: &str) -> Graph<Energy> {
    // Others are given sorted graphs too.
    let left = arc_sort(&read(folder, left), Side::Output).unwrap().graph;
    let right = arc_sort(&read(folder, right), Side::Input).unwrap().graph;
    let o = Compose::default();
    timed(&format!("{tag}_compose"), || sizes(&compose(&left, &right, &o).unwrap().graph));
    compose(&left, &right, &o).unwrap().graph
}

/// Frames by labels with the graph of a transcript, and what is asked of the result.
fn composition_of_emissions(folder: &Path) {
    let g = composed(folder, "a1", "a1_emit", "a1_ctc");
    timed("b_forward", || format!("energy={:.6}", free_energy(&g, Beta::ONE).unwrap()));
    timed("b_forward_grad", || posteriors(&g));
    timed("b_viterbi", || format!("energy={:.6}", best_path(&g).unwrap().unwrap().energy));
}

fn acyclic(folder: &Path) {
    let g = read(folder, "c_dag");
    timed("c_viterbi", || {
        let path = best_path(&g).unwrap().unwrap();
        format!("energy={:.5} arcs={}", path.energy, path.arcs.len())
    });
    timed("c_10best", || {
        let paths = k_best(&g, 10).unwrap();
        format!("paths={} sum={:.4}", paths.len(), paths.iter().map(|p| p.energy).sum::<f64>())
    });
    timed("c_logdist", || format!("energy={:.8}", free_energy(&g, Beta::ONE).unwrap()));
    timed("c_logdist_grad", || posteriors(&g));
}

fn posteriors(g: &Graph<Energy>) -> String {
    let (energy, shares) = free_energy_and_posteriors(g, Beta::ONE).unwrap();
    let squares: f64 = shares.arcs.iter().map(|p| p * p).sum();
    format!("energy={energy:.6} squares={squares:.5}")
}

fn words(folder: &Path) {
    let g = read(folder, "d_words_eps").lift::<MinSum<f32>>();
    let small = |g: &Graph<MinSum<f32>>| determinize(g, Quantum::default(), Budget::default()).unwrap();
    let least = |g: &Graph<MinSum<f32>>| minimize(g, Quantum::default()).unwrap();
    timed("d_rmeps", || sizes(&remove_epsilon(&g).unwrap()));
    let without = remove_epsilon(&g).unwrap();
    timed("d_determinize", || sizes(&small(&without)));
    let tree = small(&without);
    timed("d_minimize", || sizes(&least(&tree)));
    timed("d_all", || sizes(&least(&small(&remove_epsilon(&g).unwrap()))));
}
