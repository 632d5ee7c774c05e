//! Shortest distances against OpenFst's own tool, queue by queue; without it nothing is tested, and that is said.

mod ops_common;

use std::path::Path;
use std::process::{Command, Stdio};

use energraph::graph::openfst::{self, ArcType, WriteOptions};
use energraph::paths::{Convergence, PathError, Queue, shortest_distance, shortest_distance_to_end};
use energraph::semiring::Semiring;
use energraph::{Energy, Graph, LogSum, MinSum};
use ops_common::{Rng, Shape, random};

fn is_there() -> bool {
    let there = Command::new("fstinfo").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: OpenFst's tools are not installed");
    }
    there
}

/// What the tool says, by state; +∞ where it says nothing. `None` where it refuses a cycle: it minds those out of
/// reach, too.
fn theirs(file: &Path, states: usize, queue: &str, reverse: bool) -> Option<Vec<f64>> {
    let flags = [format!("--queue_type={queue}"), format!("--reverse={reverse}"), "--delta=1e-9".to_owned()];
    let done = Command::new("fstshortestdistance").args(flags).arg(file).stdin(Stdio::null()).output().unwrap();
    let says = String::from_utf8_lossy(&done.stderr);
    if says.contains("not acyclic") {
        return None;
    }
    assert!(done.status.success(), "{queue} {says}");
    let mut distances = vec![f64::INFINITY; states];
    for line in String::from_utf8(done.stdout).unwrap().lines() {
        let (state, number) = line.split_once('\t').unwrap();
        distances[state.parse::<usize>().unwrap()] = number.parse().unwrap();
    }
    Some(distances)
}

fn compare<S: Semiring>(
    g: &Graph<Energy>,
    file: &Path,
    queues: &[(&str, Queue<S>)],
    lift: impl Fn(&Energy) -> S,
    number: impl Fn(&S) -> f64,
) -> usize {
    let (lift, mut compared) = (|_, e: &Energy| lift(e), 0);
    for (name, queue) in queues {
        for reverse in [false, true] {
            let ours =
                if reverse { shortest_distance_to_end(g, lift, *queue) } else { shortest_distance(g, lift, *queue) };
            if *name == "top" && matches!(ours, Err(PathError::Cyclic { .. })) {
                assert!(reverse || self::theirs(file, g.states(), name, false).is_none());
                continue;
            }
            let ours: Vec<f64> = ours.unwrap().distances.iter().map(&number).collect();
            // Turned round theirs has one queue only.
            let Some(theirs) = theirs(file, g.states(), if reverse { "auto" } else { name }, reverse) else { continue };
            // Theirs are of f32, and printed with few digits.
            let near = |(a, b): (&f64, &f64)| a == b || (a - b).abs() < 1e-4 * (1.0 + a.abs());
            assert!(ours.iter().zip(&theirs).all(near), "{name} {reverse}: {ours:?} {theirs:?} {g:?}");
            compared += usize::from(ours.iter().any(|x| *x < f64::INFINITY));
        }
    }
    compared
}

#[test]
fn distances_are_openfsts_by_every_queue_that_both_have() {
    if !is_there() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("energraph-openfst-distances-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("graph.fst");
    let until = Convergence::default();
    let (mut rng, mut compared) = (Rng::new(15), [0; 2]);
    for round in 0..80 {
        let cyclic = round % 3 > 0;
        let shape = Shape { states: 6, arcs: 9, labels: 2, epsilons: 35, cyclic, acceptor: false };
        // Little mass goes round: their sum in f32 settles.
        let weight = |rng: &mut Rng| Energy::new(2.5 + rng.below(17) as f32 / 4.0).unwrap();
        let g = random(&mut rng, shape, weight);
        if g.start().is_none() {
            continue;
        }
        let write = |arcs| {
            let options = WriteOptions { arcs: Some(arcs), ..WriteOptions::default() };
            std::fs::write(&file, openfst::write(&g, &options).unwrap()).unwrap();
        };
        write(ArcType::Standard);
        let best = [
            ("auto", Queue::auto()),
            ("top", Queue::topological()),
            ("shortest", Queue::shortest_first()),
            ("state", Queue::state_order(until)),
            ("fifo", Queue::fifo(until)),
        ];
        compared[0] += compare(&g, &file, &best, |&e| MinSum::<f64>::from(e), |d| d.get());
        write(ArcType::Log64);
        let all = [
            ("auto", Queue::auto()),
            ("top", Queue::topological()),
            ("state", Queue::state_order(until)),
            ("fifo", Queue::fifo(until)),
        ];
        compared[1] += compare(&g, &file, &all, |&e| LogSum::<f64>::from(e), |d| d.get());
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(compared.iter().all(|n| *n > 200), "{compared:?}");
}
