//! Strings that nobody wrote, put together from strips that the model cut out of real images.
//!
//! A reader trained on few strings learns the strings. Each training image is cut at the boundaries of the best
//! path through its own transcript; strips of one or two symbols are joined into strings drawn uniformly over the
//! symbols, so that every neighbour is as likely as every other.

use ndarray::{Array2, s};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::sampler::pick;
use super::{Example, Written};
use crate::graph::Label;

/// A stretch of an example's image that holds some of its written symbols.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strip {
    /// Number of the example.
    pub example: u32,
    /// First column.
    pub from: u32,
    /// Column behind the last.
    pub to: u32,
    /// The symbol written on it.
    pub symbol: Label,
}

/// Strips by symbol.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Strips {
    by_symbol: Vec<Vec<Strip>>,
    /// Symbols that stand for separators, at most one a string, and never first.
    separators: Vec<Label>,
    /// Symbols that may only stand first, or last where they are silent.
    signs: Vec<Label>,
    /// Symbols that are written but are no part of the answer.
    silent: Vec<Label>,
}

impl Strips {
    /// Sorts strips by symbol; `separators` and `signs` are used at most once a string, `silent` symbols are
    /// written but not part of the answer.
    pub fn new(
        strips: impl IntoIterator<Item = Strip>,
        separators: &[Label],
        signs: &[Label],
        silent: &[Label],
    ) -> Self {
        let mut by_symbol: Vec<Vec<Strip>> = Vec::new();
        for strip in strips.into_iter().filter(|s| s.to > s.from) {
            let k = strip.symbol as usize;
            if by_symbol.len() <= k {
                by_symbol.resize(k + 1, Vec::new());
            }
            by_symbol[k].push(strip);
        }
        Strips { by_symbol, separators: separators.to_vec(), signs: signs.to_vec(), silent: silent.to_vec() }
    }

    /// Whether there is nothing to compose from.
    pub fn is_empty(&self) -> bool {
        self.by_symbol.iter().all(Vec::is_empty)
    }

    /// A new string: one to six symbols, uniform over those that there are strips of, with at most one
    /// separator and one sign among or around them, and closing strokes behind where signs are silent.
    pub fn compose<R: Rng>(&self, examples: &[Example], rng: &mut R) -> Option<Example> {
        let symbols = self.string(rng)?;
        let chosen: Vec<&Strip> =
            symbols.iter().map(|&l| pick(self.by_symbol.get(l as usize)?, rng)).collect::<Option<_>>()?;
        let parts: Vec<_> =
            chosen.iter().map(|s| Some((examples.get(s.example as usize)?, *s))).collect::<Option<_>>()?;
        let grammar = parts.first()?.0.grammar;
        let rows = parts.first()?.0.ink.nrows();
        let margins = [rng.random_range(0..10usize), rng.random_range(0..10usize)];
        // Strips touch, overlap a little or leave a gap.
        let shifts: Vec<i64> = parts.iter().map(|_| rng.random_range(-2..=3i64)).collect();
        let width: usize =
            parts.iter().map(|(_, s)| (s.to - s.from) as usize + 3).sum::<usize>() + margins[0] + margins[1];
        let mut ink = Array2::<f32>::zeros((rows, width));
        let mut at = margins[0] as i64;
        let mut boxes = Vec::new();
        for ((e, strip), shift) in parts.iter().zip(shifts) {
            at = (at + shift).max(0);
            let columns =
                e.ink.slice(s![.., (strip.from as usize).min(e.ink.ncols())..(strip.to as usize).min(e.ink.ncols())]);
            let start = at as usize;
            let end = (start + columns.ncols()).min(width);
            let mut target = ink.slice_mut(s![.., start..end]);
            target.zip_mut_with(&columns.slice(s![.., ..end - start]), |a, &b| *a = a.max(b));
            boxes.push(Written { from: start as f32, to: end as f32, label: strip.symbol });
            at = end as i64;
        }
        let used = (at as usize + margins[1]).min(width);
        let answer = symbols.into_iter().filter(|l| !self.silent.contains(l)).collect();
        Some(Example { ink: ink.slice(s![.., ..used]).to_owned(), answer, grammar, boxes: Some(boxes) })
    }

    fn string<R: Rng>(&self, rng: &mut R) -> Option<Vec<Label>> {
        let has = |l: &Label| self.by_symbol.get(*l as usize).is_some_and(|s| !s.is_empty());
        let special = |l: &Label| self.separators.contains(l) || self.signs.contains(l);
        let plain: Vec<Label> = (1..self.by_symbol.len() as Label).filter(|l| has(l) && !special(l)).collect();
        let separators: Vec<Label> = self.separators.iter().copied().filter(has).collect();
        let signs: Vec<Label> = self.signs.iter().copied().filter(has).collect();
        let n = rng.random_range(1..=6usize);
        let mut string: Vec<Label> = (0..n).map(|_| pick(&plain, rng).copied()).collect::<Option<_>>()?;
        if n > 1 && rng.random_bool(0.5) {
            let place = rng.random_range(1..n);
            string.splice(place..place, pick(&separators, rng).copied());
        }
        // A sign that says nothing is a closing stroke: `1.250.-`.
        let (closing, front): (Vec<Label>, Vec<Label>) = signs.iter().partition(|l| self.silent.contains(l));
        if rng.random_bool(0.12) {
            string.splice(0..0, pick(&front, rng).copied());
        }
        if !closing.is_empty() && rng.random_bool(0.35) {
            if rng.random_bool(0.5) {
                string.extend(pick(&separators, rng));
            }
            string.extend(pick(&closing, rng));
        }
        Some(string)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const DIGIT: Label = 1;
    const POINT: Label = 2;
    const SIGN: Label = 3;

    /// What is written in 200 strings joined from one field, and the answers.
    fn drawn(silent: &[Label]) -> Vec<(Vec<Label>, Vec<Label>)> {
        let ink = Array2::from_elem((4, 12), 0.5);
        let example = Example { ink, answer: vec![DIGIT], grammar: 0, boxes: None };
        let strip = |symbol: Label| Strip { example: 0, from: 4 * (symbol - 1), to: 4 * symbol, symbol };
        let strips = Strips::new([DIGIT, POINT, SIGN].map(strip), &[POINT], &[SIGN], silent);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut one = || strips.compose(std::slice::from_ref(&example), &mut rng).unwrap();
        let written = |e: &Example| e.boxes.iter().flatten().map(|b| b.label).collect();
        (0..200).map(|_| one()).map(|e| (written(&e), e.answer)).collect()
    }

    #[test]
    fn a_sign_is_written_in_front_and_is_in_the_answer() {
        let all = drawn(&[]);
        assert!(all.iter().all(|(written, answer)| written == answer && !written[1..].contains(&SIGN)));
        assert!(all.iter().any(|(written, _)| written[0] == SIGN));
    }

    #[test]
    fn a_silent_sign_closes_the_string_and_is_not_in_the_answer() {
        let all = drawn(&[POINT, SIGN]);
        assert!(all.iter().all(|(written, _)| !written[..written.len() - 1].contains(&SIGN)));
        assert!(all.iter().all(|(_, answer)| !answer.is_empty() && answer.iter().all(|l| *l == DIGIT)));
        let closed = all.iter().filter(|(written, _)| written.ends_with(&[SIGN])).count();
        let pointed = all.iter().filter(|(written, _)| written.ends_with(&[POINT, SIGN])).count();
        assert!((40..100).contains(&closed) && pointed > 10, "{closed} {pointed}");
    }
}
