//! Fields as segments of pieces, never built, against their graphs.
#![cfg(feature = "signal")]

use energraph::handwriting::grammar::alphabet;
use energraph::handwriting::{Field, Grammar, InterpretError, Interpretations, Lattice, SpanLimit, over_spans};
use energraph::loss::{LossError, Nll, loss_and_gradient};
use energraph::ops::Budget;
use energraph::paths::{Answer, Beta, free_energy, with_output};
use energraph::trellis::{SegmentError, segment_free_energy};
use ndarray::Array2;
use proptest::prelude::*;

/// Grammars over a and b: any string; up to two symbols, a written as b; b twice with energies.
const GRAMMARS: [&str; 3] = [
    "0 0 a a\n0 0 b b\n0\n",
    "0 1 a b\n0 1 b b\n1 2 a b 0.5\n1 2 b b\n1\n2 0.25\n",
    "0 1 b b 0.5\n1 2 b <eps> -0.25\n2\n",
];

#[derive(Debug)]
struct Case {
    field: Field,
    energies: Array2<f32>,
    grammar: Grammar,
    answer: Vec<u32>,
    beta: f64,
}

fn case() -> impl Strategy<Value = Case> {
    let energy = prop_oneof![12 => -3.0_f32..6.0, 1 => Just(f32::INFINITY), 1 => Just(0.0_f32)];
    let shape = (1_usize..6, 1_u32..4, prop::sample::select(vec![3.0_f32, 9.0, 100.0]));
    let rest = (prop::collection::vec(energy, 3 * 18), 0..GRAMMARS.len(), prop::collection::vec(1_u32..3, 0..4));
    (shape, rest, prop::sample::select(vec![0.3, 1.0, 2.5])).prop_map(
        |((pieces, most, width), (values, grammar, answer), beta)| {
            // Pieces of 4 and 5 pixels in turn, so that a limit of width leaves some unions out.
            let cuts: Vec<f32> = (0..=pieces).map(|i| (4 * i + i / 2) as f32).collect();
            let image = Array2::zeros((2, 4 * pieces + pieces / 2));
            let field = Field::new(image, cuts, SpanLimit { width, pieces: most }).unwrap();
            let energies = Array2::from_shape_vec((field.spans().len(), 3), values[..3 * field.spans().len()].to_vec());
            let grammar = Grammar::parse("g", GRAMMARS[grammar], &alphabet("ab").unwrap()).unwrap();
            Case { field, energies: energies.unwrap(), grammar, answer, beta }
        },
    )
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-5 * (1.0 + a.abs().min(b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn free_energies_are_those_of_the_graph_built(c in case()) {
        let topology = over_spans(&c.grammar.graph, 2).unwrap().unwrap();
        let lattice = Lattice::new(&c.field, c.energies.view(), 2).unwrap();
        let built = Interpretations::under(&c.field, c.energies.view(), 2, &c.grammar);
        for beta in [Beta::finite(c.beta).unwrap(), Beta::Infinite] {
            let found = segment_free_energy(&lattice.segments().unwrap(), &topology, beta).unwrap();
            let expected = match &built {
                Err(InterpretError::NothingFits { .. }) => f64::INFINITY,
                made => free_energy(made.as_ref().unwrap().graph(), beta).unwrap(),
            };
            prop_assert!(close(found, expected), "{found} {expected}");
        }
    }

    #[test]
    fn likelihoods_and_gradients_are_those_of_the_graph_built(c in case()) {
        let beta = Beta::finite(c.beta).unwrap();
        let nll = Nll::new(c.beta).unwrap();
        let (mut of_graph, mut of_trellis) = (Array2::zeros(c.energies.dim()), Array2::zeros(c.energies.dim()));
        let right = Answer::one(c.answer.iter().copied());
        let expected = match Interpretations::under(&c.field, c.energies.view(), 2, &c.grammar) {
            Err(InterpretError::NothingFits { .. }) => None,
            made => {
                let made = made.unwrap();
                match loss_and_gradient(made.graph(), &right, &nll, nll.latent(), Budget::default()) {
                    Err(LossError::AnswerNotInGraph { .. }) => None,
                    found => {
                        let found = found.unwrap();
                        made.pull_back(&found.gradient, of_graph.view_mut());
                        found.value.is_finite().then_some(found.value)
                    }
                }
            }
        };
        let all = over_spans(&c.grammar.graph, 2).unwrap().unwrap();
        let right = over_spans(&with_output(&c.grammar.graph, &right).unwrap().graph, 2).unwrap().unwrap();
        let lattice = Lattice::new(&c.field, c.energies.view(), 2).unwrap();
        let found = match lattice.contrast(&right, &all, beta) {
            Err(SegmentError::Impossible) => None,
            found => {
                let found = found.unwrap();
                lattice.pull_back(found.segments.given().unwrap(), of_trellis.view_mut());
                Some(found.value)
            }
        };
        prop_assert_eq!(found.is_some(), expected.is_some(), "{:?} {:?}", found, expected);
        if let (Some(found), Some(expected)) = (found, expected) {
            prop_assert!(close(found, expected), "{found} {expected}");
            for (a, b) in of_trellis.iter().zip(&of_graph) {
                prop_assert!(close(f64::from(*a), f64::from(*b)), "{of_trellis} {of_graph}");
            }
        }
    }
}

#[test]
fn a_grammar_that_reads_nothing_somewhere_has_no_topology() {
    let grammar = Grammar::parse("g", "0 1 a a\n1 0 <eps> b\n1\n", &alphabet("ab").unwrap()).unwrap();
    assert!(over_spans(&grammar.graph, 2).unwrap().is_none());
}

#[test]
fn energies_of_another_shape_and_nan_are_refused() {
    let field = Field::new(Array2::zeros((2, 8)), vec![0.0, 4.0, 8.0], SpanLimit { width: 99.0, pieces: 2 }).unwrap();
    assert!(Lattice::new(&field, Array2::zeros((3, 2)).view(), 2).is_err());
    let mut energies = Array2::zeros((3, 3));
    energies[[1, 1]] = f32::NAN;
    assert!(Lattice::new(&field, energies.view(), 2).unwrap().segments().is_err());
}
