//! Decoders against enumeration of every alignment and every path of the grammar, and against what is known of real
//! matrices.

#[path = "paths_graphs/mod.rs"]
mod graphs;

use std::collections::BTreeMap;

use energraph::graph::EPSILON;
use energraph::graph::ngram::{BackOff, Smoothing};
use energraph::ops::{Budget, Compose, compose};
use energraph::trellis::decode::{
    Alphabet, AlphabetError, Decoded, DecoderBeam, Free, Grammar, GraphGrammar, Lexicon, LexiconError, Separators,
    Weighed, beam_lattice, output_energy, prefix_beam,
};
use energraph::trellis::{AlignOptions, Emissions, Topology, TrellisError, ctc_loss, free_energy};
use energraph::{Beta, Energy, Graph, GraphBuilder, Label, oracle, paths};
use graphs::{Dice, Shape, random_graph};
use ndarray::{Array2, array};

const BETAS: [f64; 4] = [1.0, 0.3, 4.0, f64::INFINITY];
const CASES: u64 = 500;

fn beta(value: f64) -> Beta {
    if value == f64::INFINITY { Beta::Infinite } else { Beta::finite(value).unwrap() }
}

/// What a labelling of the frames says.
fn collapse(labelling: &[Label], blank: Label) -> Vec<Label> {
    let mut kept = labelling.to_vec();
    kept.dedup();
    kept.retain(|&k| k != blank);
    kept
}

/// All ways of a graph to read labels: what they write, and their energy.
fn readings(g: &Graph<Energy>, labels: &[Label]) -> Readings {
    fn go(g: &Graph<Energy>, s: u32, rest: &[Label], written: &[Label], energy: f64, all: &mut Vec<(Vec<Label>, f64)>) {
        let end = energy + g.final_weight(s).wide();
        if rest.is_empty() && end < f64::INFINITY {
            all.push((written.to_vec(), end));
        }
        for a in g.arcs(s).iter().filter(|a| a.weight != Energy::IMPOSSIBLE) {
            let mut written = written.to_vec();
            written.extend((a.olabel != EPSILON).then_some(a.olabel));
            let energy = energy + a.weight.wide();
            if a.ilabel == EPSILON {
                go(g, a.target, rest, &written, energy, all);
            } else if rest.first() == Some(&a.ilabel) {
                go(g, a.target, &rest[1..], &written, energy, all);
            }
        }
    }
    let mut all = Vec::new();
    if let Some(start) = g.start() {
        go(g, start, labels, &[], 0.0, &mut all);
    }
    all
}

/// What is written, and its energies.
type Readings = Vec<(Vec<Label>, f64)>;
/// What a grammar writes for labels.
type Read = Box<dyn Fn(&[Label]) -> Readings>;

/// Every alignment with every reading of it: by what is written, energies and what was read.
type All = BTreeMap<Vec<Label>, Vec<(f64, Vec<Label>)>>;

fn enumerate(e: &Array2<f32>, blank: Label, read: impl Fn(&[Label]) -> Readings) -> All {
    let (frames, classes) = e.dim();
    let mut all = All::new();
    for mut code in 0..classes.pow(frames as u32) {
        let mut labelling = Vec::new();
        let mut energy = 0.0;
        for t in 0..frames {
            energy += f64::from(e[[t, code % classes]]);
            labelling.push((code % classes) as Label + 1);
            code /= classes;
        }
        if energy < f64::INFINITY {
            let labels = collapse(&labelling, blank);
            for (output, more) in read(&labels) {
                all.entry(output).or_default().push((energy + more, labels.clone()));
            }
        }
    }
    all
}

fn free_of(ways: &[(f64, Vec<Label>)], beta: f64) -> f64 {
    oracle::free_energy(ways.iter().map(|w| w.0), beta)
}

/// Outputs with their free energies, lowest first.
fn in_order(all: &All, beta: f64) -> Vec<(Vec<Label>, f64)> {
    let mut list: Vec<_> = all.iter().map(|(output, ways)| (output.clone(), free_of(ways, beta))).collect();
    list.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    list
}

fn total(all: &All, beta: f64) -> f64 {
    oracle::free_energy(all.values().flatten().map(|w| w.0), beta)
}

/// Energies with ties and impossible classes among them.
fn random_emissions(dice: &mut Dice, frames: usize, classes: usize) -> Array2<f32> {
    let ties = dice.chance(30);
    Array2::from_shape_simple_fn((frames, classes), || match dice.below(12) {
        0 => f32::INFINITY,
        1 => -0.0,
        _ if ties => dice.below(3) as f32,
        _ => dice.below(512) as f32 / 64.0 - 3.0,
    })
}

/// Emissions, a blank, and a random grammar over the other labels.
struct Case {
    e: Array2<f32>,
    blank: Label,
    grammar: GraphGrammar,
    all: All,
}

fn cases() -> impl Iterator<Item = Case> {
    (0..CASES).filter_map(|seed| {
        let mut dice = Dice(seed ^ 0xDEC0DE);
        let shape = [Shape::CYCLIC, Shape::TIED, Shape::ACYCLIC][dice.below(3) as usize];
        let frames = dice.below(6) as usize;
        let e = random_emissions(&mut dice, frames, 3);
        let blank = 1 + dice.below(3);
        let grammar = match GraphGrammar::new(random_graph(seed, shape)) {
            Err(TrellisError::EpsilonCycle { .. }) => return None,
            made => made.unwrap(),
        };
        let all = enumerate(&e, blank, |labels| readings(grammar.graph(), labels));
        Some(Case { e, blank, grammar, all })
    })
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

#[test]
fn with_an_unlimited_beam_every_text_has_the_free_energy_of_all_its_alignments() {
    let (mut texts, mut drawn) = (0, 0);
    for Case { e, blank, grammar, all } in cases() {
        let emissions = Emissions::new(e.view()).unwrap();
        for b in BETAS {
            let beam = DecoderBeam { beta: beta(b), ..DecoderBeam::UNLIMITED };
            let found = prefix_beam(&emissions, blank, &grammar, usize::MAX, &beam).unwrap();
            assert_eq!(found.list.len(), all.len());
            assert!(found.list.windows(2).all(|w| w[0].energy <= w[1].energy));
            assert!(near(found.kept, total(&all, b)), "{} {}", found.kept, total(&all, b));
            assert!(found.lost.is_none_or(|lost| lost == f64::INFINITY));
            for d in &found.list {
                let ways = &all[&d.output];
                assert!(near(d.energy, free_of(ways, b)), "{} {}", d.energy, free_of(ways, b));
                assert!((d.confidence - confidence(d.energy, found.kept, b)).abs() < 1e-9);
                let exact = output_energy(&emissions, blank, &grammar, &d.output, beta(b)).unwrap();
                assert!(near(exact, d.energy), "{exact} {}", d.energy);
                // What was read is read on a best alignment.
                let least = free_of(ways, f64::INFINITY);
                assert!(ways.iter().any(|w| w.1 == d.labels && near(w.0, least)), "{:?}", d.labels);
                check_places(d, e.nrows());
            }
            texts += found.list.len();
        }
        let never = output_energy(&emissions, blank, &grammar, &[9, 9], Beta::ONE).unwrap();
        assert_eq!(never, f64::INFINITY);
        drawn += 1;
    }
    assert!(drawn > 350 && texts > 2_000, "{texts} texts in {drawn} cases");
}

fn confidence(energy: f64, all: f64, beta: f64) -> f64 {
    if energy <= all { 1.0 } else { (-beta * (energy - all)).exp() }
}

fn check_places(d: &Decoded, frames: usize) {
    assert_eq!((d.starts.len(), d.read.len()), (d.labels.len(), d.output.len()));
    assert!(d.starts.windows(2).all(|w| w[0] < w[1]) && d.starts.iter().all(|&t| t < frames));
    assert!(d.read.windows(2).all(|w| w[0] <= w[1]) && d.read.iter().all(|&k| k <= d.labels.len()));
}

#[test]
fn texts_come_in_the_order_of_their_energies_and_then_of_their_labels() {
    for Case { e, blank, grammar, all } in cases() {
        let emissions = Emissions::new(e.view()).unwrap();
        // In min-sum ties are exact where energies are dyadic.
        let beam = DecoderBeam { beta: Beta::Infinite, ..DecoderBeam::UNLIMITED };
        let found = prefix_beam(&emissions, blank, &grammar, 4, &beam).unwrap();
        let expected: Vec<_> = in_order(&all, f64::INFINITY).into_iter().take(4).collect();
        let found: Vec<_> = found.list.into_iter().map(|d| (d.output, d.energy)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_narrow_beam_never_finds_less_energy_than_the_truth() {
    for Case { e, blank, grammar, all } in cases() {
        let emissions = Emissions::new(e.view()).unwrap();
        for (width, margin) in [(0, f64::INFINITY), (1, f64::INFINITY), (2, 1.0), (3, 0.0), (usize::MAX, -0.0)] {
            for b in [1.0, f64::INFINITY] {
                let beam = DecoderBeam { width, margin, beta: beta(b) };
                let found = prefix_beam(&emissions, blank, &grammar, 9, &beam).unwrap();
                for d in &found.list {
                    assert!(d.energy >= free_of(&all[&d.output], b) - 1e-9);
                }
                let lattice = beam_lattice(&emissions, blank, &grammar, &beam).unwrap();
                for (output, energy) in lattice.n_best(9, Budget::default()).unwrap() {
                    assert!(energy >= free_of(&all[&output], b) - 1e-5);
                }
            }
        }
    }
}

#[test]
fn a_beam_below_0_or_no_number_is_refused_as_in_alignment() {
    let e = Array2::<f32>::zeros((2, 2));
    let (e, grammar) = (Emissions::new(e.view()).unwrap(), Free::new(2, 2));
    for margin in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        let beam = DecoderBeam { margin, ..DecoderBeam::default() };
        assert!(matches!(prefix_beam(&e, 2, &grammar, 1, &beam), Err(TrellisError::Beam { .. })));
        assert!(matches!(beam_lattice(&e, 2, &grammar, &beam), Err(TrellisError::Beam { .. })));
    }
}

/// Grammars under which what is lost is bounded: no grammar, an n-gram, a deterministic graph.
fn bounded(dice: &mut Dice) -> (Read, Bounded) {
    match dice.below(3) {
        0 => (Box::new(|labels| vec![(labels.to_vec(), 0.0)]), Bounded::Free),
        1 => {
            let texts: Vec<Vec<Label>> =
                (0..3).map(|_| (0..dice.below(4)).map(|_| 1 + dice.below(2)).collect()).collect();
            let model = BackOff::count(2, 2, &texts, Smoothing::WittenBell).unwrap();
            let read = model.clone();
            (Box::new(move |labels| vec![(labels.to_vec(), read.energy(labels))]), Bounded::NGram(model))
        }
        _ => {
            let mut b = GraphBuilder::new();
            b.add_states(3);
            b.start(0);
            for s in 0..3 {
                for label in 1..=2 {
                    let energy = Energy::new(dice.below(64) as f32 / 16.0).unwrap();
                    b.arc(s, label, dice.below(3), energy, dice.below(3));
                }
                b.final_weight(s, dice.energy(0.0, true));
            }
            let graph = b.build().unwrap();
            let read = graph.clone();
            (
                Box::new(move |labels| readings(&read, labels)),
                Bounded::Graph(Box::new(GraphGrammar::new(graph).unwrap())),
            )
        }
    }
}

enum Bounded {
    Free,
    NGram(BackOff),
    Graph(Box<GraphGrammar>),
}

#[test]
fn what_pruning_lost_is_bounded_and_what_is_proved_is_best() {
    let (mut proved, mut pruned) = (0, 0);
    for seed in 0..CASES {
        let mut dice = Dice(seed);
        let frames = 1 + dice.below(5) as usize;
        let e = random_emissions(&mut dice, frames, 3);
        let emissions = Emissions::new(e.view()).unwrap();
        let (read, grammar) = bounded(&mut dice);
        let all = enumerate(&e, 3, read);
        for b in [1.0, 0.3, f64::INFINITY] {
            let beam = DecoderBeam { width: 1 + dice.below(3) as usize, beta: beta(b), ..DecoderBeam::default() };
            let found = match &grammar {
                Bounded::Free => prefix_beam(&emissions, 3, &Free::new(3, 3), 9, &beam),
                Bounded::NGram(model) => prefix_beam(&emissions, 3, model, 9, &beam),
                Bounded::Graph(graph) => prefix_beam(&emissions, 3, graph.as_ref(), 9, &beam),
            }
            .unwrap();
            let truth = total(&all, b);
            if truth == f64::INFINITY {
                assert!(found.list.is_empty());
                continue;
            }
            let lost = found.lost.unwrap();
            let together = oracle::free_energy([found.kept, lost], b);
            assert!(together <= truth + 1e-9 * (1.0 + truth.abs()), "{together} {truth}");
            if matches!(grammar, Bounded::Free) {
                // Nothing is lost twice, and nothing else than what is lost.
                assert!(near(together, truth), "{together} {truth}");
            }
            let best = in_order(&all, b).into_iter().next().unwrap();
            for d in &found.list {
                let share = confidence(free_of(&all[&d.output], b), truth, b);
                assert!(d.at_least.unwrap() <= share + 1e-9, "{:?} {share}", d.at_least);
                assert!(d.at_least.unwrap() <= d.confidence && d.confidence <= 1.0);
            }
            assert!(!found.proved || near(free_of(&all[&found.list[0].output], b), best.1));
            proved += usize::from(found.proved);
            pruned += usize::from(lost < f64::INFINITY);
            // The same for tokens.
            let lattice = match &grammar {
                Bounded::Free => beam_lattice(&emissions, 3, &Free::new(3, 3), &beam),
                Bounded::NGram(model) => beam_lattice(&emissions, 3, model, &beam),
                Bounded::Graph(graph) => beam_lattice(&emissions, 3, graph.as_ref(), &beam),
            }
            .unwrap();
            let kept = paths::free_energy(&lattice.graph, beta(b)).unwrap();
            let together = oracle::free_energy([kept, lattice.lost.unwrap()], b);
            assert!(together <= truth + 1e-5 * (1.0 + truth.abs()) && kept >= truth - 1e-5 * (1.0 + truth.abs()));
        }
    }
    assert!(proved > 300 && pruned > 600, "{proved} {pruned}");
}

#[test]
fn the_lattice_of_an_unlimited_beam_is_the_composition() {
    for Case { e, blank, grammar, all } in cases() {
        let emissions = Emissions::new(e.view()).unwrap();
        for b in BETAS {
            let lattice =
                beam_lattice(&emissions, blank, &grammar, &DecoderBeam { beta: beta(b), ..DecoderBeam::UNLIMITED })
                    .unwrap();
            let found = paths::free_energy(&lattice.graph, beta(b)).unwrap();
            assert!(found == total(&all, b) || (found - total(&all, b)).abs() < 1e-5);
            let list = lattice.n_best(usize::MAX, Budget::default()).unwrap();
            assert_eq!(list.len(), all.len());
            for (output, energy) in list {
                assert!((energy - free_of(&all[&output], b)).abs() < 1e-5);
            }
            let Some(best) = paths::best_path(&lattice.graph).unwrap() else { continue };
            assert_eq!(best.input.len(), e.nrows());
            let labels = collapse(&best.input, blank);
            assert!(all[&best.output].iter().any(|w| w.1 == labels));
            let times = lattice.times(&best);
            assert_eq!(times.iter().map(|t| t.0).collect::<Vec<_>>(), best.output);
            assert!(times.windows(2).all(|w| w[0].1 <= w[1].1) && times.iter().all(|t| t.1 <= e.nrows()));
        }
        // The same graph, built.
        let said =
            compose(&emissions.graph().unwrap(), Topology::collapse(blank, 3).unwrap().graph(), &Compose::default());
        let built = said.and_then(|said| compose(&said.graph, grammar.graph(), &Compose::default()));
        let Ok(built) = built else {
            assert!(all.is_empty());
            continue;
        };
        let expected = paths::free_energy(&built.graph, Beta::ONE).unwrap();
        assert!(near(expected, total(&all, 1.0)) || (expected - total(&all, 1.0)).abs() < 1e-5);
    }
}

/// Prefix beam search as textbooks have it: probabilities of texts, those ending in a blank apart.
fn textbook(
    e: &Array2<f32>,
    blank: Label,
    width: usize,
    lm: &dyn Fn(&[Label], Label) -> f64,
) -> Vec<(Vec<Label>, f64)> {
    let sum = |p: &(f64, f64)| p.0 + p.1;
    let mut beam = vec![(vec![], (1.0_f64, 0.0_f64))];
    for row in e.rows() {
        let p = |label: Label| (-f64::from(row[label as usize - 1])).exp();
        let mut next = BTreeMap::<Vec<Label>, (f64, f64)>::new();
        for (text, (in_blank, in_label)) in &beam {
            let all = in_blank + in_label;
            next.entry(text.clone()).or_default().0 += all * p(blank);
            for label in (1..=row.len() as Label).filter(|&l| l != blank) {
                let longer = [&text[..], &[label]].concat();
                let again = text.last() == Some(&label);
                if again {
                    next.entry(text.clone()).or_default().1 += in_label * p(label);
                }
                next.entry(longer).or_default().1 += if again { *in_blank } else { all } * p(label) * lm(text, label);
            }
        }
        beam = next.into_iter().filter(|(_, p)| sum(p) > 0.0).collect();
        beam.sort_by(|a, b| sum(&b.1).total_cmp(&sum(&a.1)));
        beam.truncate(width);
    }
    beam.into_iter().map(|(text, p)| (text, -sum(&p).ln())).collect()
}

#[test]
fn a_narrow_beam_keeps_what_the_textbook_keeps() {
    let mut dice = Dice(9);
    let texts = [vec![1, 2, 1, 4], vec![2, 4, 4]];
    let model = BackOff::count(2, 5, &texts, Smoothing::WittenBell).unwrap().without_ends();
    for round in 0..200 {
        let frames = 1 + dice.below(12) as usize;
        // No ties: real numbers from a large range.
        let e = Array2::from_shape_simple_fn((frames, 5), || dice.below(1 << 20) as f32 / 2e5);
        let (emissions, width) = (Emissions::new(e.view()).unwrap(), 1 + dice.below(8) as usize);
        let beam = DecoderBeam { width, ..DecoderBeam::default() };
        let (found, expected) = if round % 2 == 0 {
            (prefix_beam(&emissions, 3, &Free::new(3, 5), 99, &beam), textbook(&e, 3, width, &|_, _| 1.0))
        } else {
            let p = |text: &[Label], label| (-model.step(model.after(text), label).unwrap().0).exp();
            (prefix_beam(&emissions, 3, &model, 99, &beam), textbook(&e, 3, width, &p))
        };
        let found = found.unwrap().list;
        assert_eq!(
            found.iter().map(|d| &d.output).collect::<Vec<_>>(),
            expected.iter().map(|x| &x.0).collect::<Vec<_>>()
        );
        assert!(found.iter().zip(&expected).all(|(d, x)| near(d.energy, x.1)));
    }
}

#[test]
fn without_a_grammar_a_text_has_the_loss_of_its_forward_pass() {
    let mut dice = Dice(77);
    for _ in 0..50 {
        let e = Array2::from_shape_simple_fn((6, 4), || dice.below(256) as f32 / 64.0);
        let emissions = Emissions::new(e.view()).unwrap();
        let found = prefix_beam(&emissions, 2, &Free::new(2, 4), 5, &DecoderBeam::UNLIMITED).unwrap();
        for d in &found.list {
            let t = Topology::ctc(&d.output, 2, 4).unwrap();
            assert!(near(d.energy, free_energy(&emissions, &t, Beta::ONE).unwrap()));
            // Confidences are probabilities: −ln of them is the loss.
            let loss = ctc_loss(&emissions, &d.output, 2).unwrap().value;
            assert!((-d.confidence.ln() - loss).abs() < 1e-6);
            assert_eq!((&d.labels, d.read.last().copied().unwrap_or(0)), (&d.output, d.output.len()));
        }
    }
}

#[test]
fn one_class_no_frames_and_impossible_frames_are_no_special_cases() {
    let none = Array2::<f32>::zeros((0, 2));
    let empty = Emissions::new(none.view()).unwrap();
    let found = prefix_beam(&empty, 2, &Free::new(2, 2), 3, &DecoderBeam::default()).unwrap();
    assert_eq!((found.list.len(), found.list[0].output.len(), found.list[0].energy, found.proved), (1, 0, 0.0, true));
    assert_eq!(beam_lattice(&empty, 2, &Free::new(2, 2), &DecoderBeam::default()).unwrap().graph.states(), 1);
    // Only the blank: the empty text.
    let one = array![[0.5], [0.25]];
    let found =
        prefix_beam(&Emissions::new(one.view()).unwrap(), 1, &Free::new(1, 1), 3, &DecoderBeam::default()).unwrap();
    assert_eq!((found.list.len(), found.list[0].energy, found.list[0].confidence), (1, 0.75, 1.0));
    // A frame at which nothing is possible.
    let wall = array![[0.0, 0.0], [f32::INFINITY, f32::INFINITY], [0.0, 0.0]];
    let e = Emissions::new(wall.view()).unwrap();
    let found = prefix_beam(&e, 2, &Free::new(2, 2), 3, &DecoderBeam::default()).unwrap();
    assert!(found.list.is_empty() && !found.proved && found.kept == f64::INFINITY && found.lost.is_none());
    assert_eq!(beam_lattice(&e, 2, &Free::new(2, 2), &DecoderBeam::default()).unwrap().graph.states(), 0);
    assert_eq!(output_energy(&e, 2, &Free::new(2, 2), &[1], Beta::ONE).unwrap(), f64::INFINITY);
    // A grammar without states allows nothing.
    let nothing = GraphGrammar::new(Graph::empty()).unwrap();
    let zeros = Array2::<f32>::zeros((2, 2));
    let e = Emissions::new(zeros.view()).unwrap();
    assert!(prefix_beam(&e, 2, &nothing, 3, &DecoderBeam::default()).unwrap().list.is_empty());
    assert_eq!(beam_lattice(&e, 2, &nothing, &DecoderBeam::default()).unwrap().graph.states(), 0);
    // The blank and the grammar's labels have to be classes.
    assert!(matches!(
        prefix_beam(&e, 3, &nothing, 1, &DecoderBeam::default()),
        Err(TrellisError::Blank { blank: 3, .. })
    ));
    assert!(matches!(
        beam_lattice(&e, 0, &nothing, &DecoderBeam::default()),
        Err(TrellisError::Blank { blank: 0, .. })
    ));
    let wide = Free::new(3, 3);
    assert!(matches!(
        prefix_beam(&e, 2, &wide, 1, &DecoderBeam::default()),
        Err(TrellisError::Class { label: 3, classes: 2 })
    ));
    assert!(matches!(output_energy(&e, 2, &wide, &[1], Beta::ONE), Err(TrellisError::Class { .. })));
}

#[test]
fn extreme_energies_and_temperatures_make_no_nan() {
    for (energy, b) in [(1e30, 1.0), (-3e38, 0.5), (1.0, 1e-300), (1.0, 1e300)] {
        let mut e = Array2::from_elem((40, 3), energy);
        e[[3, 1]] = f32::INFINITY;
        e[[4, 0]] = 0.0;
        let emissions = Emissions::new(e.view()).unwrap();
        let beam = DecoderBeam { width: 5, beta: beta(b), ..DecoderBeam::default() };
        let found = prefix_beam(&emissions, 3, &Free::new(3, 3), 3, &beam).unwrap();
        assert!(
            found.list.len() == 3
                && found.list.iter().all(|d| !d.energy.is_nan() && (0.0..=1.0).contains(&d.confidence))
        );
        assert!(!found.kept.is_nan() && !found.lost.unwrap().is_nan());
    }
}

#[test]
fn labels_are_placed_by_all_alignments_of_their_text() {
    let e = array![[0.0, 9.0, 5.0], [9.0, 5.0, 0.0], [9.0, 0.0, 5.0], [9.0, 0.0, 5.0]];
    let emissions = Emissions::new(e.view()).unwrap();
    let found = prefix_beam(&emissions, 3, &Free::new(3, 3), 1, &DecoderBeam::default()).unwrap();
    assert_eq!((&found.list[0].output[..], &found.list[0].starts[..]), (&[1, 2][..], &[0, 2][..]));
    let placed = found.list[0].align(&emissions, 3, &AlignOptions::default()).unwrap().unwrap();
    assert_eq!(placed.segments.iter().map(|s| s.frames.clone()).collect::<Vec<_>>(), [0..1, 2..4]);
}

/// Every string of labels 1 to 4, up to a length.
fn strings(longest: usize) -> Vec<Vec<Label>> {
    let mut all = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|s| (1..=4).map(move |l| [&s[..], &[l]].concat())).collect();
        all.extend(last.clone());
    }
    all
}

#[test]
fn a_text_is_words_with_separators_between_and_each_word_is_written_with_its_energy() {
    // 1 and 2 are letters, 3 and 4 separators. "1 2" has two words, "1" begins it.
    let words: [(&[Label], Label, f32); 4] =
        [(&[1], 10, 0.5), (&[1, 2], 11, 1.0), (&[1, 2], 12, 0.25), (&[2, 2], 13, 0.0)];
    let mut lexicon = Lexicon::default();
    for (spelling, writes, energy) in words {
        lexicon.add(spelling, writes, Energy::new(energy).unwrap()).unwrap();
    }
    assert_eq!(lexicon.len(), 4);
    /// All ways to cut a string into words and separators.
    fn texts(s: &[Label], words: &[(&[Label], Label, f32)], optional: bool, free: bool) -> Vec<(Vec<Label>, f64)> {
        let Some(&first) = s.first() else { return vec![(vec![], 0.0)] };
        let mut all = Vec::new();
        if first > 2 {
            for (mut output, energy) in texts(&s[1..], words, optional, true) {
                output.insert(0, first);
                all.push((output, energy));
            }
        }
        for (spelling, writes, own) in words.iter().filter(|_| free || optional) {
            if let Some(rest) = s.strip_prefix(*spelling) {
                for (mut output, energy) in texts(rest, words, optional, false) {
                    output.insert(0, *writes);
                    all.push((output, energy + f64::from(*own)));
                }
            }
        }
        all
    }
    let sorted = |mut list: Vec<(Vec<Label>, f64)>| {
        list.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        list
    };
    for (optional, written) in [(false, true), (true, true), (false, false)] {
        let separators = Separators { labels: vec![4, 3, 3], written, optional };
        let text = lexicon.text(&separators).unwrap();
        let spellings = lexicon.spellings(&separators).unwrap();
        for s in strings(5) {
            let mut expected = texts(&s, &words, optional, true);
            if !written {
                expected.iter_mut().for_each(|(output, _)| output.retain(|&l| l > 4));
            }
            assert_eq!(sorted(readings(text.graph(), &s)), sorted(expected.clone()), "{s:?}");
            // Letter by letter: the same strings, at the least energy of the words that are spelt so.
            let read = readings(spellings.graph(), &s);
            let least = |list: &[(Vec<Label>, f64)]| list.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
            assert_eq!(least(&read), least(&expected), "{s:?}");
            assert!(read.iter().all(|r| r.0 == s) && (optional || read.len() <= 1));
        }
    }
    let word = lexicon.word().unwrap();
    for s in strings(3) {
        let expected = words.iter().filter(|w| w.0 == s).map(|w| (vec![w.1], f64::from(w.2))).collect();
        assert_eq!(sorted(readings(word.graph(), &s)), sorted(expected));
    }
}

#[test]
fn lexicons_refuse_what_has_no_sense_and_bound_what_is_told_apart() {
    let mut lexicon = Lexicon::new();
    assert!(matches!(lexicon.add(&[], 5, Energy::FREE), Err(LexiconError::Empty { word: 0 })));
    assert!(matches!(lexicon.add(&[1, 0], 5, Energy::FREE), Err(LexiconError::Epsilon { word: 0, position: 1 })));
    // Without words: no word, and the text without words.
    assert!(readings(lexicon.word().unwrap().graph(), &[]).is_empty());
    let of = |labels: &[Label], optional| Separators { labels: labels.to_vec(), written: true, optional };
    assert_eq!(readings(lexicon.text(&of(&[], false)).unwrap().graph(), &[]).len(), 1);
    lexicon.add(&[1, 2], 5, Energy::FREE).unwrap();
    assert!(matches!(lexicon.text(&of(&[2], false)), Err(LexiconError::Separator { label: 2 })));
    assert!(matches!(lexicon.spellings(&of(&[0], true)), Err(LexiconError::Separator { label: 0 })));
    assert!(lexicon.text(&of(&[2], true)).is_ok());
    assert!(lexicon.text(&of(&[3], false)).unwrap().bounds(Beta::ONE));
    lexicon.add(&[1, 2], 6, Energy::FREE).unwrap();
    assert!(!lexicon.text(&of(&[3], false)).unwrap().bounds(Beta::ONE));
    assert!(lexicon.text(&of(&[3], false)).unwrap().bounds(Beta::Infinite));
    lexicon.add(&[1], 7, Energy::new(-1.0).unwrap()).unwrap();
    assert!(!lexicon.word().unwrap().bounds(Beta::Infinite));
    // One word, or a shorter one and a separator.
    let mut told = Lexicon::new();
    [&[1][..], &[1, 2]].iter().for_each(|spelling| told.add(spelling, 5, Energy::FREE).unwrap());
    assert!(!told.text(&of(&[2], true)).unwrap().bounds(Beta::ONE));
    // The same word again keeps the lower energy.
    lexicon.add(&[1], 7, Energy::FREE).unwrap();
    assert_eq!(readings(lexicon.word().unwrap().graph(), &[1]), [(vec![7], -1.0)]);
    assert!(matches!(Alphabet::new("aba"), Err(AlphabetError::Twice { symbol: 'a', position: 2 })));
    let alphabet = Alphabet::new("ab").unwrap();
    assert!(matches!(alphabet.labels("ac"), Err(AlphabetError::Unknown { symbol: 'c', position: 1 })));
    assert_eq!((alphabet.text(&[0, 2, 7]), alphabet.len()), ("�b�".to_owned(), 2));
}

#[test]
fn words_weighed_by_an_n_gram_are_the_composition_of_both() {
    let mut lexicon = Lexicon::new();
    for (spelling, label) in [(&[1][..], 1), (&[1, 2], 2), (&[2, 1], 3)] {
        lexicon.add(spelling, label, Energy::new(0.125).unwrap()).unwrap();
    }
    let spelt = lexicon.text(&Separators { labels: vec![3], ..Separators::default() }).unwrap();
    let ngram = BackOff::count(3, 3, [vec![1, 2, 3], vec![2, 1], vec![3, 3]], Smoothing::WittenBell).unwrap();
    let weighed = Weighed { grammar: &spelt, ngram: &ngram };
    let built = compose(spelt.graph(), &ngram.graph().unwrap(), &Compose::default()).unwrap().graph;
    let built = GraphGrammar::new(built).unwrap();
    assert!(weighed.bounds(Beta::ONE));
    let mut dice = Dice(4);
    for _ in 0..40 {
        let e = random_emissions(&mut dice, 5, 4);
        let emissions = Emissions::new(e.view()).unwrap();
        let lazy = prefix_beam(&emissions, 4, &weighed, usize::MAX, &DecoderBeam::UNLIMITED).unwrap();
        let eager = prefix_beam(&emissions, 4, &built, usize::MAX, &DecoderBeam::UNLIMITED).unwrap();
        assert_eq!(lazy.list.len(), eager.list.len());
        for d in &lazy.list {
            let other = eager.list.iter().find(|o| o.output == d.output).unwrap();
            assert!((d.energy - other.energy).abs() < 1e-5, "{} {}", d.energy, other.energy);
            // Each word is written with its last letter.
            assert!(d.spelt().zip(&d.output).all(|(at, &word)| {
                let letters = [&[1][..], &[1, 2], &[2, 1]][word as usize - 1];
                d.labels[at].ends_with(letters)
            }));
        }
        let all = enumerate(&e, 4, |labels| {
            readings(spelt.graph(), labels).into_iter().map(|(o, f)| (o.clone(), f + ngram.energy(&o))).collect()
        });
        assert!(near(lazy.kept, total(&all, 1.0)));
    }
    // What the n-gram does not know it forbids, or lets pass at an energy.
    let other = BackOff::count(1, 2, [[1]], Smoothing::WittenBell).unwrap();
    let e = Array2::<f32>::zeros((2, 4));
    let emissions = Emissions::new(e.view()).unwrap();
    let says = |ngram: &BackOff| {
        let found =
            prefix_beam(&emissions, 4, &Weighed { grammar: &spelt, ngram }, 99, &DecoderBeam::UNLIMITED).unwrap();
        found.list.iter().any(|d| d.output == [3])
    };
    assert!(!says(&other) && says(&other.clone().with_unknown(Energy::FREE)));
}

/// The file of one of the matrices' folder; `None`, and a line, where there is none.
fn file(name: &str) -> Option<String> {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("skipped: ENERGRAPH_DATA is not set, the matrices are there");
        return None;
    };
    Some(std::fs::read_to_string(std::path::Path::new(&data).join("ctc_matrices").join(name)).unwrap())
}

fn matrix(name: &str) -> Option<(Array2<f32>, Alphabet)> {
    const LINE: &str = " !\"#&'()*+,-./0123456789:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (path, chars) = match name.strip_prefix("bentham/") {
        Some(matrix) => (format!("bentham/{matrix}.csv"), file("bentham/chars.txt")?),
        None => (format!("{name}/rnnOutput.csv"), LINE.to_owned()),
    };
    let text = file(&path)?;
    let number = |x: &str| -x.trim().parse::<f32>().unwrap();
    let rows: Vec<Vec<f32>> = text.lines().map(|l| l.trim_end_matches(';').split(';').map(number).collect()).collect();
    let energies = Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap();
    Some((energies, Alphabet::new(chars.trim_end_matches(['\r', '\n'])).unwrap()))
}

/// The words of a text, each once.
fn words(text: &str, is_letter: impl Fn(char) -> bool) -> Vec<&str> {
    let mut words: Vec<&str> = text.split(|c| !is_letter(c)).filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A lexicon of words, written as 1,001, 1,002, ….
fn lexicon(alphabet: &Alphabet, words: &[&str]) -> Lexicon {
    let mut lexicon = Lexicon::new();
    for (label, word) in (1001..).zip(words) {
        lexicon.add(&alphabet.labels(word).unwrap(), label, Energy::FREE).unwrap();
    }
    lexicon
}

#[test]
fn prefix_beams_on_real_matrices_say_what_is_known_of_them() {
    for (name, text) in [("line", "the fak friend of the fomcly hae tC"), ("bentham/mat_0", "brain.")] {
        let Some((energies, alphabet)) = matrix(name) else { return };
        let e = Emissions::new(energies.view()).unwrap();
        let free = Free::new(alphabet.blank(), e.classes());
        let found = prefix_beam(&e, alphabet.blank(), &free, 3, &DecoderBeam::default()).unwrap();
        assert_eq!(alphabet.text(&found.list[0].output), text);
        // No less than the forward pass, and hardly more.
        for d in &found.list {
            let exact = output_energy(&e, alphabet.blank(), &free, &d.output, Beta::ONE).unwrap();
            assert!(d.energy >= exact - 1e-9 && d.energy < exact + 0.5, "{name}: {} {exact}", d.energy);
        }
    }
}

#[test]
fn a_line_under_a_character_bigram_says_what_is_known_of_it() {
    let Some((energies, alphabet)) = matrix("line") else { return };
    let e = Emissions::new(energies.view()).unwrap();
    let corpus = file("line/corpus.txt").unwrap();
    let texts: Vec<Vec<Label>> = corpus.lines().map(|line| alphabet.labels(line).unwrap()).collect();
    // The source's language model: relative frequencies to the power 0.01, no beginning, no end. Its power hardly weighs; what
    // it does is to forbid every pair of characters that the corpus lacks.
    let source = BackOff::count(2, alphabet.len() as Label, &texts, Smoothing::None).unwrap();
    let source = source.without_beginning().without_ends().scaled(0.01).unwrap();
    let found = prefix_beam(&e, alphabet.blank(), &source, 3, &DecoderBeam::default()).unwrap();
    assert_eq!(alphabet.text(&found.list[0].output), "the fake friend of the family, lie th");
}

#[test]
fn token_passing_over_a_line_says_what_is_known_of_it() {
    let Some((energies, alphabet)) = matrix("line") else { return };
    let e = Emissions::new(energies.view()).unwrap();
    let corpus = file("line/corpus.txt").unwrap();
    let words = words(&corpus, char::is_alphabetic);
    let lexicon = lexicon(&alphabet, &words);
    // The source reads no space between words; with one to be read the same comes out.
    let nothing = Separators { optional: true, ..Separators::default() };
    let space = Separators { labels: alphabet.labels(" ").unwrap(), ..Separators::default() };
    for separators in [nothing, space] {
        let grammar = lexicon.text(&separators).unwrap();
        let beam = DecoderBeam { beta: Beta::Infinite, ..DecoderBeam::UNLIMITED };
        let lattice = beam_lattice(&e, alphabet.blank(), &grammar, &beam).unwrap();
        let list = lattice.n_best(3, Budget::default()).unwrap();
        let said = |output: &[Label]| output.iter().map(|&l| words[l as usize - 1001]).collect::<Vec<_>>().join(" ");
        assert_eq!(said(&list[0].0), "the fake friend of the family fake the");
        // The same by all alignments of each text, in a beam.
        let found =
            prefix_beam(&e, alphabet.blank(), &grammar, 1, &DecoderBeam { width: 100, ..DecoderBeam::default() })
                .unwrap();
        assert_eq!(said(&found.list[0].output), "the fake friend of the family fake the");
        // A beam of tokens finds it too, and no better.
        let narrow = beam_lattice(&e, alphabet.blank(), &grammar, &DecoderBeam { width: 30, ..beam }).unwrap();
        assert!(narrow.graph.arc_count() < lattice.graph.arc_count());
        let narrow = narrow.n_best(1, Budget::default()).unwrap();
        assert!(narrow[0].1 >= list[0].1 - 1e-3, "{} {}", narrow[0].1, list[0].1);
    }
}

#[test]
fn a_word_from_a_lexicon_is_what_is_known() {
    let Some((energies, alphabet)) = matrix("word") else { return };
    let e = Emissions::new(energies.view()).unwrap();
    let corpus = file("word/corpus.txt").unwrap();
    let words: Vec<&str> = corpus.split_whitespace().collect();
    let grammar = lexicon(&alphabet, &words).word().unwrap();
    let found = prefix_beam(&e, alphabet.blank(), &grammar, 2, &DecoderBeam::UNLIMITED).unwrap();
    assert_eq!(words[found.list[0].output[0] as usize - 1001], "aircraft");
    assert!(found.proved && found.list[0].confidence > 0.99);
    // Its energy is the loss that is known, beyond what the frames are worth.
    let loss = ctc_loss(&e, &found.list[0].labels, alphabet.blank()).unwrap().value;
    assert!((loss - 5.401758).abs() < 1e-5);
    // A beam of 25 proves nothing of it, and finds it.
    let found = prefix_beam(&e, alphabet.blank(), &grammar, 1, &DecoderBeam::default()).unwrap();
    assert_eq!(alphabet.text(&found.list[0].labels), "aircraft");
}

#[test]
fn word_beam_search_says_what_is_known() {
    let Some((energies, alphabet)) = matrix("bentham/mat_2") else { return };
    let e = Emissions::new(energies.view()).unwrap();
    let (corpus, letters) = (file("bentham/corpus.txt").unwrap(), file("bentham/wordChars.txt").unwrap());
    let lexicon = lexicon(&alphabet, &words(&corpus, |c| letters.contains(c)));
    let others = (1..alphabet.blank()).filter(|&l| !letters.contains(&alphabet.text(&[l]))).collect();
    let separators = Separators { labels: others, written: true, optional: false };
    let text = "submitt both mental and corporeal, is far beyond any idea";
    for grammar in [lexicon.spellings(&separators).unwrap(), lexicon.text(&separators).unwrap()] {
        let found = prefix_beam(&e, alphabet.blank(), &grammar, 3, &DecoderBeam::default()).unwrap();
        assert_eq!(alphabet.text(&found.list[0].labels), text);
        assert!(found.lost.is_some());
    }
}
