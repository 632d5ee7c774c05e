use std::collections::BTreeMap;

use super::*;
use crate::graph::{Graph, GraphBuilder, Label, Site};
use crate::ops::{Budget, Compose, acceptor, compose};
use crate::oracle;
use crate::paths::{Answer, free_energy};
use crate::semiring::Energy;

/// A small generator, so that every run tests the same cases.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
    /// Multiples of 1/4096, whose sums are exact in f32 and hardly ever equal.
    fn energy(&mut self) -> Energy {
        if self.below(20) == 0 {
            return Energy::IMPOSSIBLE;
        }
        Energy::new((self.below(32768) as f32 - 8192.0) / 4096.0).unwrap()
    }
}

/// A graph with epsilons, several paths per output, an isolated state.
fn random_graph(r: &mut Lcg) -> Graph<Energy> {
    let n = 3 + r.below(3);
    let mut b = GraphBuilder::new();
    b.add_states(n as usize + 1);
    b.start(0);
    for _ in 0..4 + r.below(7) {
        let from = r.below(n - 1);
        let to = from + 1 + r.below(n - 1 - from);
        b.arc(from, r.below(3), r.below(3), r.energy(), to);
    }
    b.final_weight(n - 1, r.energy());
    if r.below(2) == 0 {
        b.final_weight(r.below(n), r.energy());
    }
    b.build().unwrap()
}

/// Every string over the alphabet of at most this length.
fn strings(alphabet: &[Label], longest: usize) -> Vec<Vec<Label>> {
    let mut all = vec![vec![]];
    let mut next = 0;
    while let Some(s) = all.get(next).cloned() {
        if s.len() < longest {
            all.extend(alphabet.iter().map(|&l| [&s[..], &[l]].concat()));
        }
        next += 1;
    }
    all
}

/// Edit distance by its recursive definition.
fn edits(a: &[Label], b: &[Label]) -> usize {
    let (Some((x, a_rest)), Some((y, b_rest))) = (a.split_first(), b.split_first()) else {
        return a.len() + b.len();
    };
    if x == y {
        return edits(a_rest, b_rest);
    }
    1 + edits(a_rest, b_rest).min(edits(a_rest, b)).min(edits(a, b_rest))
}

fn differences(a: &[Label], b: &[Label]) -> usize {
    a.iter().zip(b).filter(|(x, y)| x != y).count() + a.len().abs_diff(b.len())
}

fn cost_of(automaton: &OutputDeterministic, s: &[Label]) -> f64 {
    let string = acceptor(s).unwrap();
    free_energy(&compose(&string, automaton.graph(), &Compose::default()).unwrap().graph, Beta::Infinite).unwrap()
}

#[test]
fn the_levenshtein_automaton_is_the_edit_distance_on_all_short_strings() {
    for (alphabet, longest) in [(&[1, 2][..], 5), (&[1, 5, 9][..], 5)] {
        let all = strings(alphabet, longest);
        for right in strings(alphabet, 3).iter().chain(&[vec![1, 1, 1, 1, 1], vec![7, 1]]) {
            for most in [0, 1, 2, 8] {
                let cost = EditDistance { scale: 0.5, most };
                let automaton = cost.automaton(&Answer::one(right.iter().copied()), alphabet).unwrap();
                for s in &all {
                    let expected = 0.5 * edits(s, right).min(most as usize) as f64;
                    assert_eq!(cost_of(&automaton, s), expected, "{s:?} against {right:?}, at most {most}");
                }
            }
        }
    }
}

#[test]
fn the_edit_distance_to_several_right_answers_is_that_to_the_nearest() {
    let mut r = Lcg(3);
    let all = strings(&[1, 2, 3], 4);
    for _ in 0..20 {
        let right: Vec<Vec<Label>> =
            (0..1 + r.below(3)).map(|_| all[r.below(all.len() as u32) as usize].clone()).collect();
        let answer = Answer::any(right.clone());
        let automaton = EditDistance { scale: 1.0, most: 3 }.automaton(&answer, &[1, 2, 3]).unwrap();
        for s in &all {
            let nearest = right.iter().map(|y| edits(s, y)).min().unwrap();
            assert_eq!(cost_of(&automaton, s), nearest.min(3) as f64);
        }
    }
}

#[test]
fn the_hamming_automaton_counts_differences_on_all_short_strings() {
    let all = strings(&[1, 2, 3], 5);
    for right in strings(&[1, 2, 3], 3) {
        let automaton = Hamming { scale: 0.25 }.automaton(&Answer::one(right.iter().copied()), &[1, 2, 3]).unwrap();
        for s in &all {
            assert_eq!(cost_of(&automaton, s), 0.25 * differences(s, &right) as f64);
        }
    }
}

#[test]
fn a_levenshtein_automaton_of_six_characters_is_small() {
    let alphabet: Vec<Label> = (1..=14).collect();
    let automaton = EditDistance { scale: 1.0, most: 3 }.automaton(&Answer::one([3, 1, 13, 1, 5, 2]), &alphabet);
    let states = automaton.unwrap().graph().states();
    assert!(states < 200, "{states}");
}

#[test]
fn costs_that_are_not_output_deterministic_are_refused() {
    let build = |arcs: &[(u32, Label, Label, u32)], finals: &[u32]| {
        let mut b = GraphBuilder::new();
        b.add_states(2);
        b.start(0);
        arcs.iter().for_each(|&(s, i, o, t)| b.arc(s, i, o, Energy::FREE, t));
        finals.iter().for_each(|&s| b.final_weight(s, Energy::FREE));
        OutputDeterministic::new(b.build().unwrap(), &[1, 2])
    };
    let whole = [(0, 1, 1, 0), (0, 2, 2, 1), (1, 1, 1, 1), (1, 2, 2, 1)];
    assert!(build(&whole, &[0, 1]).is_ok());
    let with = |extra| [&whole[..], &[extra]].concat();
    assert_eq!(build(&with((1, 2, 2, 0)), &[0, 1]), Err(CostError::Nondeterministic { state: 1, label: 2 }));
    assert!(matches!(build(&with((1, 0, 0, 0)), &[0, 1]), Err(CostError::Epsilon { .. })));
    assert!(matches!(build(&with((1, 3, 4, 0)), &[0, 1]), Err(CostError::NotAnAcceptor { .. })));
    assert_eq!(build(&whole[..3], &[0, 1]), Err(CostError::Undefined { state: 1, label: Some(2) }));
    assert_eq!(build(&whole, &[0]), Err(CostError::Undefined { state: 1, label: None }));
    let one = Answer::one([1]);
    assert!(matches!(Hamming { scale: -1.0 }.automaton(&one, &[1]), Err(CostError::Scale { .. })));
    let two = Answer::any([[1], [2]]);
    assert!(matches!(Hamming { scale: 1.0 }.automaton(&two, &[1]), Err(CostError::RightAnswers { found: 2, .. })));
}

#[test]
fn a_loss_with_a_refused_cost_is_refused() {
    /// Two arcs for label 1.
    struct Alignments;
    impl Cost for Alignments {
        fn automaton(&self, _: &Answer, alphabet: &[Label]) -> Result<OutputDeterministic, CostError> {
            let mut b = GraphBuilder::new();
            let s = b.state();
            b.start(s);
            b.final_weight(s, Energy::FREE);
            b.arc(s, 1, 1, Energy::FREE, s);
            b.arc(s, 1, 1, Energy::new(1.0).unwrap(), s);
            OutputDeterministic::new(b.build()?, alphabet)
        }
    }
    let g = acceptor(&[1]).unwrap();
    let hinge = Hinge::cost(Alignments);
    let refused = loss_and_gradient(&g, &Answer::one([1]), &hinge, Latent::MINIMISED, Budget::default());
    assert!(matches!(refused, Err(LossError::Cost(CostError::Nondeterministic { .. }))));
}

/// Every loss of this room with latent choices it allows, its name, and what its rival is.
fn losses() -> Vec<(&'static str, Box<dyn Loss>, Latent)> {
    let at = |beta| Latent::marginalised(beta).unwrap();
    let mixed = |right: Beta, rival| Latent { right, rival: Beta::finite(rival).unwrap() };
    let edit = EditDistance { scale: 0.75, most: 2 };
    vec![
        ("perceptron", Box::new(Perceptron), Latent::MINIMISED),
        ("perceptron", Box::new(Perceptron), at(0.5)),
        ("perceptron", Box::new(Perceptron), mixed(Beta::Infinite, 2.0)),
        ("perceptron", Box::new(Perceptron), mixed(Beta::finite(2.0).unwrap(), 0.5)),
        ("nll", Box::new(Nll::new(1.5).unwrap()), at(1.5)),
        ("nll", Box::new(Nll::new(0.5).unwrap()), mixed(Beta::Infinite, 0.5)),
        ("hinge", Box::new(Hinge::constant(1.0).unwrap()), Latent::MINIMISED),
        ("hinge", Box::new(Hinge::constant(0.5).unwrap()), at(1.0)),
        ("others", Box::new(Hinge::constant(0.5).unwrap().against_all_others()), at(1.0)),
        ("lvq2", Box::new(Lvq2::new(1.25).unwrap()), Latent::MINIMISED),
        ("lvq2", Box::new(Lvq2::new(0.75).unwrap()), at(1.0)),
        ("lvq2", Box::new(Lvq2::new(2.0).unwrap()), mixed(Beta::Infinite, 1.0)),
        ("others", Box::new(Lvq2::new(1.25).unwrap().against_all_others()), at(1.0)),
        ("log", Box::new(LogLoss::default()), Latent::MINIMISED),
        ("log", Box::new(LogLoss::default()), at(0.5)),
        ("others", Box::new(LogLoss { all_others: true }), at(2.0)),
        ("mce", Box::new(Mce::default()), Latent::MINIMISED),
        ("mce", Box::new(Mce::default()), at(1.0)),
        ("others", Box::new(Mce { all_others: true }), at(1.0)),
        ("hamming", Box::new(Hinge::cost(Hamming { scale: 0.5 })), Latent::MINIMISED),
        ("hamming", Box::new(Hinge::cost(Hamming { scale: 0.5 })), mixed(Beta::Infinite, 1.0)),
        ("edit", Box::new(Hinge::cost(edit)), Latent::MINIMISED),
        ("edit", Box::new(Hinge::cost(edit)), at(2.0)),
    ]
}

/// The paths of a graph: output and sites, with the sites' energies apart so that they can be varied.
struct Listed {
    paths: Vec<(Vec<Label>, Vec<usize>)>,
    sites: Vec<Site>,
    energies: Vec<f64>,
}

impl Listed {
    fn new(g: &Graph<Energy>) -> Self {
        let (sites, energies): (Vec<Site>, Vec<f64>) = g.sites().map(|(s, w)| (s, w.wide())).unzip();
        let found = oracle::paths(g, |w| w.wide(), oracle::Limit::default()).list;
        let number = |s: &Site| sites.iter().position(|t| t == s).unwrap();
        let paths = found.iter().map(|p| (p.output.clone(), p.sites.iter().map(number).collect())).collect();
        Listed { paths, sites, energies }
    }

    /// F_β over the paths whose output is kept, from energies lowered by an output's cost.
    fn free_energy(
        &self,
        x: &[f64],
        beta: Beta,
        keep: impl Fn(&[Label]) -> bool,
        cost: impl Fn(&[Label]) -> f64,
    ) -> f64 {
        let kept = self.paths.iter().filter(|p| keep(&p.0));
        oracle::free_energy(kept.map(|p| p.1.iter().map(|&s| x[s]).sum::<f64>() - cost(&p.0)), beta.get())
    }

    /// The loss by its definition.
    fn loss(&self, x: &[f64], right: &[Label], name: &str, loss: &dyn Loss, latent: Latent) -> f64 {
        let free = |_: &[Label]| 0.0;
        let wrong = |o: &[Label]| o != right;
        let terms = Terms {
            right: self.free_energy(x, latent.right, |o| o == right, free),
            all: self.free_energy(x, latent.rival, |_| true, free),
            rival: match name {
                "hinge" | "lvq2" | "log" | "mce" => {
                    let mut outputs: BTreeMap<&[Label], f64> = BTreeMap::new();
                    for (o, _) in self.paths.iter().filter(|p| wrong(&p.0)) {
                        outputs.insert(o, self.free_energy(x, latent.rival, |p| p == o, free));
                    }
                    outputs.values().copied().fold(f64::INFINITY, f64::min)
                }
                "others" => self.free_energy(x, latent.rival, wrong, free),
                "hamming" => self.free_energy(x, latent.rival, |_| true, |o| 0.5 * differences(o, right) as f64),
                "edit" => self.free_energy(x, latent.rival, |_| true, |o| 0.75 * edits(o, right).min(2) as f64),
                _ => f64::NAN,
            },
        };
        loss.eval(&terms).0
    }
}

#[test]
fn losses_and_gradients_on_random_graphs_are_those_of_their_definition() {
    let mut r = Lcg(17);
    for (name, loss, latent) in losses() {
        let (mut compared, mut absent, mut active, mut kinks) = (0, 0, 0, 0);
        while compared < 500 {
            let g = random_graph(&mut r);
            let listed = Listed::new(&g);
            let right: Vec<Label> = match listed.paths.len() {
                0 => vec![1],
                n => listed.paths[r.below(n as u32) as usize].0.clone(),
            };
            let answer = Answer::one(right.iter().copied());
            let x = &listed.energies;
            let found = match loss_and_gradient(&g, &answer, loss.as_ref(), latent, Budget::default()) {
                Err(LossError::AnswerNotInGraph { .. }) => {
                    assert_eq!(listed.free_energy(x, Beta::Infinite, |o| o == right, |_| 0.0), f64::INFINITY);
                    absent += 1;
                    continue;
                }
                found => found.unwrap(),
            };
            assert!(found.certified);
            let value = |x: &[f64]| listed.loss(x, &right, name, loss.as_ref(), latent);
            assert!(found.value >= 0.0, "{name}: {}", found.value);
            assert!((found.value - value(x)).abs() < 1e-9, "{name} {latent:?}: {} ≠ {}", found.value, value(x));
            compared += 1;
            active += i32::from(found.value > 0.0);
            let differences = oracle::finite_differences(value, x, 1e-5);
            for (i, (site, expected)) in listed.sites.iter().zip(differences).enumerate() {
                if kink(value, x, i) {
                    kinks += 1;
                    continue;
                }
                let gradient = found.gradient.get(*site);
                assert!((gradient - expected).abs() < 1e-6, "{name} {latent:?}, {site:?}: {gradient} ≠ {expected}");
            }
        }
        assert!(absent > 5 && active > 100 && kinks < 100, "{name}: {absent} absent, {active} active, {kinks} kinks");
    }
}

/// Whether the function bends sharply at x along coordinate i: a tie of paths, or the edge of a hinge.
fn kink(f: impl Fn(&[f64]) -> f64, x: &[f64], i: usize) -> bool {
    let at = |h: f64| {
        let mut y = x.to_vec();
        y[i] += h;
        f(&y)
    };
    x[i] < f64::INFINITY && (at(1e-5) + at(-1e-5) - 2.0 * at(0.0)).abs() > 1e-7
}

#[test]
fn derivatives_of_losses_by_their_terms_are_their_finite_differences() {
    let mut r = Lcg(23);
    for (name, loss, _) in losses() {
        for _ in 0..200 {
            let x: Vec<f64> = (0..3).map(|_| f64::from(r.below(1000)) / 100.0 + 0.003).collect();
            // The right answer is one of all.
            let x = [x[0], x[1], x[2].min(x[0])];
            let terms = |x: &[f64]| Terms { right: x[0], rival: x[1], all: x[2] };
            let value = |x: &[f64]| loss.eval(&terms(x)).0;
            let by = loss.eval(&terms(&x)).1;
            let differences = oracle::finite_differences(value, &x, 1e-5);
            for (i, (d, e)) in [by.right, by.rival, by.all].into_iter().zip(differences).enumerate() {
                let edge = kink(value, &x, i) || (i != 1 && x[2] == x[0]);
                assert!(edge || (d - e).abs() < 1e-6, "{name} at {x:?}: {d} ≠ {e}");
            }
        }
    }
}

/// Answer 1 by two segmentations of energy 0, answer 2 by one of energy `rival`.
fn two_segmentations(rival: f32) -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    for (label, energy) in [(1, 0.0), (1, 0.0), (2, rival)] {
        b.arc(0, label, label, Energy::new(energy).unwrap(), 1);
    }
    b.final_weight(1, Energy::FREE);
    b.build().unwrap()
}

#[test]
fn a_marginalised_right_answer_against_minimised_rivals_would_be_negative_and_is_refused() {
    let g = two_segmentations(5.0);
    let right = crate::paths::answer_energy(&g, &Answer::one([1]), Beta::ONE).unwrap();
    let all = free_energy(&g, Beta::Infinite).unwrap();
    assert!(right - all < -0.6);
    let illegal = Latent { right: Beta::ONE, rival: Beta::Infinite };
    let lower = Latent { right: Beta::finite(0.5).unwrap(), rival: Beta::ONE };
    for latent in [illegal, lower] {
        assert!(matches!(Perceptron.legal(latent), Err(Illegal::Negative { .. })));
        assert!(matches!(Hinge::constant(1.0).unwrap().legal(latent), Err(Illegal::Negative { .. })));
        for loss in [&Lvq2::new(1.0).unwrap() as &dyn Loss, &LogLoss::default(), &Mce::default()] {
            assert!(matches!(loss.legal(latent), Err(Illegal::Favoured { .. })));
        }
        assert!(matches!(Nll::new(1.0).unwrap().legal(latent), Err(Illegal::NotALikelihood { .. })));
        let refused = loss_and_gradient(&g, &Answer::one([1]), &Perceptron, latent, Budget::default());
        assert!(matches!(refused, Err(LossError::Illegal(_))));
    }
}

#[test]
fn without_a_rival_there_is_no_gradient() {
    let g: Graph<Energy> = acceptor(&[1, 2]).unwrap();
    for (name, loss, latent) in losses() {
        let found = loss_and_gradient(&g, &Answer::one([1, 2]), loss.as_ref(), latent, Budget::default()).unwrap();
        assert!(found.value.abs() < 1e-12, "{name}");
        assert!(found.gradient.arcs.iter().chain(&found.gradient.finals).all(|v| v.abs() < 1e-12), "{name}");
    }
}

#[test]
fn an_answer_that_is_absent_or_impossible_is_named() {
    let nll = Nll::new(1.0).unwrap();
    let absent =
        loss_and_gradient(&acceptor(&[1, 2]).unwrap(), &Answer::one([1, 3]), &nll, nll.latent(), Budget::default());
    let Err(LossError::AnswerNotInGraph { first_unmatched: Some(at) }) = &absent else { panic!("{absent:?}") };
    assert_eq!((at.matched, at.left), (1, 1));
    let impossible = two_segmentations(f32::INFINITY);
    let refused = loss_and_gradient(&impossible, &Answer::one([2]), &nll, nll.latent(), Budget::default());
    assert!(matches!(refused, Err(LossError::AnswerNotInGraph { .. })));
    let empty = loss_and_gradient(&Graph::empty(), &Answer::one([2]), &nll, nll.latent(), Budget::default());
    assert!(matches!(empty, Err(LossError::AnswerNotInGraph { .. })));
}

#[test]
fn a_hinge_beyond_its_margin_is_silent_and_within_it_pushes_the_rival_up() {
    let hinge = Hinge::constant(1.0).unwrap();
    let at = |rival| {
        loss_and_gradient(&two_segmentations(rival), &Answer::one([1]), &hinge, Latent::MINIMISED, Budget::default())
            .unwrap()
    };
    assert_eq!(at(1.5).value, 0.0);
    assert!(at(1.5).gradient.arcs.iter().all(|v| *v == 0.0));
    assert_eq!(at(0.25).value, 0.75);
    assert_eq!(at(0.25).gradient.arcs, [1.0, 0.0, -1.0]);
}

#[test]
fn margins_that_make_no_loss_are_refused() {
    for margin in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Hinge::constant(margin), Err(Illegal::Parameter { .. })));
        assert!(matches!(Lvq2::new(margin), Err(Illegal::Parameter { .. })));
    }
    assert!(Nll::new(0.0).is_err() && Latent::marginalised(f64::INFINITY).is_err());
}

#[test]
fn lvq2_teaches_within_its_window_alone() {
    let lvq2 = Lvq2::new(2.0).unwrap();
    let at = |right: f64, rival: f64| {
        let (value, by) = lvq2.eval(&Terms { right, rival, all: f64::NAN });
        (value, by.right, by.rival)
    };
    assert_eq!(at(3.0, 3.5), (0.0, 0.0, 0.0));
    assert_eq!(at(3.0, 3.0), (0.0, 0.0, 0.0));
    assert_eq!(at(4.0, 3.0), (1.0, 1.0, -1.0));
    assert_eq!(at(5.0, 3.0), (2.0, 0.0, 0.0));
    assert_eq!(at(9.0, 3.0), (2.0, 0.0, 0.0));
    assert_eq!(at(9.0, f64::INFINITY), (0.0, 0.0, 0.0));
    assert_eq!(at(f64::INFINITY, f64::INFINITY), (0.0, 0.0, 0.0));
    let none = Lvq2::new(0.0).unwrap().eval(&Terms { right: 2.0, rival: 1.0, all: 0.0 });
    assert_eq!((none.0, none.1), (0.0, NOTHING));
}

#[test]
fn smooth_losses_stay_finite_at_any_distance() {
    let at = |loss: &dyn Loss, right: f64, rival: f64| {
        let (value, by) = loss.eval(&Terms { right, rival, all: f64::NAN });
        assert_eq!(by.right, -by.rival);
        (value, by.right)
    };
    let (log, mce) = (LogLoss::default(), Mce::default());
    for far in [800.0, 1e6, f64::MAX] {
        assert_eq!((at(&log, far, 0.0), at(&log, 0.0, far)), ((far, 1.0), (0.0, 0.0)));
        assert_eq!((at(&mce, far, 0.0), at(&mce, 0.0, far)), ((1.0, 0.0), (0.0, 0.0)));
    }
    for right in [0.0, -5.0, f64::INFINITY] {
        assert_eq!(at(&log, right, f64::INFINITY), (0.0, 0.0));
        assert_eq!(at(&mce, right, f64::INFINITY), (0.0, 0.0));
    }
    // Not lost beside 1.
    assert!((at(&log, 0.0, 40.0).0 / (-40.0_f64).exp() - 1.0).abs() < 1e-12);
}

#[test]
fn a_loss_among_listed_answers_is_that_of_their_graph() {
    let mut r = Lcg(5);
    for (name, loss, latent) in losses() {
        for _ in 0..50 {
            let n = 1 + r.below(6) as usize;
            let list: Vec<(Label, f64)> = (0..n).map(|_| (r.below(4), f64::from(r.energy().get()))).collect();
            let mut b = GraphBuilder::new();
            b.add_states(2);
            b.start(0);
            list.iter().for_each(|&(a, e)| b.arc(0, a, a, Energy::new(e as f32).unwrap(), 1));
            b.final_weight(1, Energy::FREE);
            let (g, places) = b.build_with_positions().unwrap();
            let right = list[0].0;
            let answer = Answer::one(Some(right).filter(|&l| l != 0));
            let expected = loss_and_gradient(&g, &answer, loss.as_ref(), latent, Budget::default());
            let found = loss_among(&list, right, loss.as_ref(), latent);
            let Ok(expected) = expected else {
                assert!(matches!(found, Err(LossError::AnswerNotInGraph { .. })), "{name}");
                continue;
            };
            let found = found.unwrap();
            assert_eq!(found.value, expected.value, "{name}: {list:?}");
            for (gradient, arc) in found.gradient.iter().zip(places) {
                assert_eq!(*gradient, expected.gradient.get(Site::Arc(arc)), "{name}: {list:?}");
            }
        }
    }
}

#[test]
fn a_list_without_the_right_answer_or_with_no_energy_is_refused() {
    let among = |list: &[(Label, f64)]| loss_among(list, 1, &Perceptron, Latent::MINIMISED);
    assert!(matches!(among(&[]), Err(LossError::AnswerNotInGraph { .. })));
    assert!(matches!(among(&[(2, 0.0)]), Err(LossError::AnswerNotInGraph { .. })));
    assert!(matches!(among(&[(1, f64::INFINITY), (2, 0.0)]), Err(LossError::AnswerNotInGraph { .. })));
    for none in [f64::NAN, f64::NEG_INFINITY] {
        let refused = among(&[(1, 0.0), (2, none)]);
        assert!(
            matches!(refused, Err(LossError::NoEnergy { alternative: 1, energy }) if energy.to_bits() == none.to_bits())
        );
    }
    // Beyond 32 bits below: the least number, and no −∞.
    assert!(among(&[(1, 0.0), (2, -1e300)]).is_ok_and(|found| found.value == -f64::from(f32::MIN)));
    assert!(among(&[(1, 0.0), (2, 1e300)]).is_ok_and(|found| found.value == 0.0));
}
