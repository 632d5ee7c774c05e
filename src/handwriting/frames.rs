//! What rows of energies stand on: spans, or single frames as in connectionist temporal classification.

/// What a row of energies stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rows {
    /// A span of the field. Its columns are symbols and, last, rubbish, which is used over single pieces only and
    /// writes nothing.
    #[default]
    Spans,
    /// A frame of the field: its spans are its pieces, in order. The columns are symbols and, last, blank; equal
    /// symbols on neighbouring frames are one symbol.
    Frames,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ndarray::Array2;

    use super::*;
    use crate::graph::Label;
    use crate::handwriting::cuts::Cutter;
    use crate::handwriting::grammar::alphabet;
    use crate::handwriting::{Field, Grammar, InterpretError, Interpretations, RecognitionError};
    use crate::loss::{Nll, loss_and_gradient};
    use crate::ops::Budget;
    use crate::oracle;
    use crate::paths::{Answer, Beta, answer_energy, free_energy};

    /// Any string over a and b.
    const ANY: &str = "0 0 a a\n0 0 b b\n0\n";
    /// Strings of one or two symbols; a is written as b.
    const SHORT: &str = "0 1 a b\n0 1 b b\n1 2 a b\n1 2 b b\n1\n2\n";

    fn grammar(text: &str) -> Grammar {
        Grammar::parse("g", text, &alphabet("ab").unwrap()).unwrap().over(Rows::Frames).unwrap()
    }

    fn field(frames: usize) -> Field {
        Cutter::frames().field(Array2::zeros((32, 4 * frames))).unwrap()
    }

    fn energies(frames: usize) -> Array2<f32> {
        Array2::from_shape_fn((frames, 3), |(t, k)| ((t * 7 + k * 5) * 13 % 17) as f32 / 8.0 - 1.0)
    }

    /// Every labelling of the frames by enumeration: what it says, and its energy.
    fn labellings(e: &Array2<f32>) -> Vec<(Vec<Label>, f64)> {
        let frames = e.nrows();
        let one = |mut code: usize| {
            let (mut said, mut last, mut energy) = (Vec::new(), 2, 0.0);
            for t in 0..frames {
                let k = code % 3;
                code /= 3;
                energy += f64::from(e[[t, k]]);
                if k != 2 && k != last {
                    said.push(k as Label + 1);
                }
                last = k;
            }
            (said, energy)
        };
        (0..3_usize.pow(frames as u32)).map(one).collect()
    }

    fn free(all: &[(Vec<Label>, f64)], keep: impl Fn(&[Label]) -> bool, beta: f64) -> f64 {
        let kept = all.iter().filter(|(s, _)| keep(s));
        -kept.map(|(_, e)| (-beta * e).exp()).sum::<f64>().ln() / beta
    }

    #[test]
    fn free_energies_agree_with_the_sum_over_all_labellings_of_the_frames() {
        let g = grammar(ANY);
        for frames in 1..=6 {
            let e = energies(frames);
            let all = labellings(&e);
            let read = Interpretations::under(&field(frames), e.view(), 2, &g).unwrap();
            let answers: BTreeMap<Vec<Label>, ()> = all.iter().map(|(s, _)| (s.clone(), ())).collect();
            for beta in [0.5, 1.0, 2.0] {
                let b = Beta::finite(beta).unwrap();
                let total = free_energy(read.graph(), b).unwrap();
                assert!((total - free(&all, |_| true, beta)).abs() < 1e-6);
                for answer in answers.keys() {
                    let found = answer_energy(read.graph(), &Answer::one(answer.iter().copied()), b).unwrap();
                    let expected = free(&all, |s| s == answer, beta);
                    assert!((found - expected).abs() < 1e-6, "{frames} frames, {answer:?}: {found} against {expected}");
                }
            }
        }
    }

    #[test]
    fn a_grammar_over_frames_rules_out_labellings_and_rewrites_what_they_say() {
        let e = energies(5);
        let all = labellings(&e);
        let read = Interpretations::under(&field(5), e.view(), 2, &grammar(SHORT)).unwrap();
        let b = Beta::finite(1.0).unwrap();
        let total = free_energy(read.graph(), b).unwrap();
        assert!((total - free(&all, |s| (1..=2).contains(&s.len()), 1.0)).abs() < 1e-6);
        let two = answer_energy(read.graph(), &Answer::one([2, 2]), b).unwrap();
        assert!((two - free(&all, |s| s.len() == 2, 1.0)).abs() < 1e-6);
    }

    #[test]
    fn the_likelihoods_gradient_agrees_with_finite_differences_of_the_enumeration() {
        let (e, g, f) = (energies(4), grammar(ANY), field(4));
        let right = [1, 2];
        let value = |x: &[f64]| {
            let e = Array2::from_shape_vec((4, 3), x.iter().map(|&v| v as f32).collect()).unwrap();
            let all = labellings(&e);
            free(&all, |s| s == right, 1.0) - free(&all, |_| true, 1.0)
        };
        let start: Vec<f64> = e.iter().map(|&v| f64::from(v)).collect();
        let numeric = oracle::finite_differences(value, &start, 1e-2);
        let nll = Nll::new(1.0).unwrap();
        let read = Interpretations::under(&f, e.view(), 2, &g).unwrap();
        let found =
            loss_and_gradient(read.graph(), &Answer::one(right), &nll, nll.latent(), Budget::default()).unwrap();
        assert!((found.value - value(&start)).abs() < 1e-6);
        let mut gradient = Array2::zeros((4, 3));
        read.pull_back(&found.gradient, gradient.view_mut());
        for (found, expected) in gradient.iter().zip(numeric) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} against {expected}");
        }
    }

    #[test]
    fn a_repeated_symbol_on_the_best_path_is_placed_once() {
        // a a blank a b: the first a spans two frames.
        let rows = [0, 0, 2, 0, 1];
        let e = Array2::from_shape_fn((5, 3), |(t, k)| if rows[t] == k { -1.0 - t as f32 } else { 5.0 });
        let read = Interpretations::under(&field(5), e.view(), 2, &grammar(ANY)).unwrap();
        let best = read.best().unwrap();
        assert_eq!(best.output, [1, 1, 2]);
        let placed = read.placed(&best, Beta::finite(1.0).unwrap()).unwrap();
        assert_eq!(placed.iter().map(|p| p.label).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(placed.iter().map(|p| p.energy).collect::<Vec<_>>(), [-3.0, -4.0, -5.0]);
        assert!(placed[0].span <= 1 && placed[1].span == 3 && placed[2].span == 4);
    }

    #[test]
    fn spans_of_several_pieces_are_no_frames() {
        let f = Cutter::uniform(4, 8.0).field(Array2::zeros((32, 8))).unwrap();
        let e = Array2::zeros((f.spans().len(), 3));
        assert!(matches!(
            Interpretations::under(&f, e.view(), 2, &grammar(ANY)),
            Err(InterpretError::Recognition(RecognitionError::NotFrames { span: 1 }))
        ));
    }
}
