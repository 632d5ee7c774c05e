//! Every graph of `tests/corpus` as a topology over emissions, against the same composition built.
//!
//! How the files are written: `tests/corpus.rs`. Of their lines only the graphs count here, not the answers.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use cases::{close, random_emissions};
use energraph::graph::EPSILON;
use energraph::ops::{Compose, compose};
use energraph::trellis::{Emissions, Topology, TrellisError, best_path, free_energy, posteriors};
use energraph::{Beta, Energy, Graph, GraphBuilder, SiteValues, paths};
use graphs::Dice;
use ndarray::Array2;

/// Draws of emissions for each graph and number of frames; every third has ties.
const DRAWS: u64 = 12;

/// The graph of a file; every weight must be readable as an energy, so that no file is left out.
fn read(text: &str) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    let whole = |w: &str| w.parse::<u32>().unwrap();
    let energy = |w: &str| Energy::new(w.parse().unwrap()).unwrap();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["states", n] => drop(b.add_states(n.parse().unwrap())),
            ["start", s] => b.start(whole(s)),
            ["arc", s, t, i, o, e] => b.arc(whole(s), whole(i), whole(o), energy(e), whole(t)),
            ["final", s, e] => b.final_weight(whole(s), energy(e)),
            _ => {}
        }
    }
    b.build().unwrap()
}

/// Name and graph of every file, in the order of their names.
fn corpus() -> Vec<(String, Graph<Energy>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "txt"));
    files.sort();
    let name = |f: &std::path::PathBuf| f.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|f| (name(f), read(&std::fs::read_to_string(f).unwrap()))).collect()
}

/// The same graph, other labels read.
fn reading(g: &Graph<Energy>, label: impl Fn(u32) -> u32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    g.start().into_iter().for_each(|s| b.start(s));
    for (_, source, a) in g.arcs_with_source() {
        b.arc(source, label(a.ilabel), a.olabel, a.weight, a.target);
    }
    (0..g.states() as u32).for_each(|s| b.final_weight(s, g.final_weight(s)));
    b.build().unwrap()
}

/// Whether arcs that read nothing form a cycle, by striking out what no such arc leads to until nothing changes.
fn has_silent_cycle(g: &Graph<Energy>) -> bool {
    let mut left: Vec<u32> = (0..g.states() as u32).collect();
    loop {
        let silent = |(_, s, a): (u32, u32, &energraph::graph::Arc<Energy>)| {
            (a.ilabel == EPSILON && left.contains(&s)).then_some(a.target)
        };
        let reached: Vec<u32> = g.arcs_with_source().filter_map(silent).collect();
        let before = left.len();
        left.retain(|s| reached.contains(s));
        if left.len() == before {
            return before > 0;
        }
    }
}

/// Compares all answers on one trellis; whether it has an alignment.
fn compare(e: &Array2<f32>, t: &Topology, what: &str) -> bool {
    let emissions = Emissions::new(e.view()).unwrap();
    let of_frames = emissions.graph().unwrap();
    let built = compose(&of_frames, t.graph(), &Compose { allow_empty: true, ..Compose::default() }).unwrap();
    for beta in [Beta::ONE, Beta::finite(0.3).unwrap(), Beta::Infinite] {
        let expected = paths::free_energy(&built.graph, beta).unwrap();
        let found = free_energy(&emissions, t, beta).unwrap();
        assert!(close(found, expected), "{what} at {beta:?}: {found}, built {expected}");
        if beta == Beta::Infinite {
            continue;
        }
        // Arcs of the emissions' graph are in the order of frames and classes.
        let on_built = paths::posteriors(&built.graph, beta).unwrap();
        let mut shares = SiteValues::zeros(&of_frames);
        built.origin.pull_back(&on_built, 0, &mut shares);
        let found = posteriors(&emissions, t, beta).unwrap();
        assert_eq!(found.emissions.len(), shares.arcs.len(), "{what}");
        for (f, expected) in found.emissions.iter().zip(&shares.arcs) {
            assert!((f64::from(*f) - expected).abs() < 1e-6, "{what} at {beta:?}: {f}, built {expected}");
        }
    }
    let expected = paths::best_path(&built.graph).unwrap().map(|p| p.energy).filter(|e| *e < f64::INFINITY);
    let found = best_path(&emissions, t).unwrap().map(|p| p.energy);
    assert_eq!(found.is_some(), expected.is_some(), "{what}: {found:?}, built {expected:?}");
    assert!(found.zip(expected).is_none_or(|(f, e)| close(f, e)), "{what}: {found:?}, built {expected:?}");
    found.is_some()
}

#[test]
fn every_graph_of_the_corpus_is_a_topology_that_answers_as_the_composition_built() {
    // As they are, and with their first label read as nothing, and all: whose cycles then read nothing is refused.
    let (mut compared, mut possible, mut refused) = ([0; 3], [0; 3], [0; 3]);
    for (number, (name, graph)) in (0..).zip(corpus()) {
        let silent =
            [graph.clone(), reading(&graph, |l| if l == 1 { EPSILON } else { l }), reading(&graph, |_| EPSILON)];
        for (kind, graph) in silent.into_iter().enumerate() {
            let cyclic = has_silent_cycle(&graph);
            let classes = graph.all_arcs().iter().map(|a| a.ilabel).max().unwrap_or(EPSILON) as usize;
            let t = match Topology::from_graph(graph) {
                Err(TrellisError::EpsilonCycle { states }) => {
                    assert!(cyclic && !states.is_empty(), "{name}, kind {kind}");
                    refused[kind] += 1;
                    continue;
                }
                made => made.unwrap(),
            };
            assert!(!cyclic, "{name}, kind {kind}: arcs that read nothing form a cycle");
            compared[kind] += 1;
            let mut some = false;
            for (frames, draw) in (0..=4).flat_map(|frames| (0..DRAWS).map(move |draw| (frames, draw))) {
                let mut dice = Dice((number * 16 + frames as u64) * DRAWS + draw);
                let e = random_emissions(&mut dice, frames, classes, draw % 3 == 0);
                some |= compare(&e, &t, &format!("{name}, kind {kind}, {frames} frames, draw {draw}"));
            }
            possible[kind] += usize::from(some);
        }
    }
    // All 26 files; where there is no alignment: no states, nowhere to end, all impossible.
    assert_eq!((compared, refused), ([26, 25, 22], [0, 1, 4]));
    assert_eq!(possible, [23, 22, 19]);
}
