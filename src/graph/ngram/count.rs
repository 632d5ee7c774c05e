//! Counting n-grams.

use std::collections::BTreeMap;

use super::{BackOff, Gram, NGramError};
use crate::graph::Label;

/// The beginning and the end of a text among counts.
const BOUNDARY: Label = 0;

/// Most labels that n-grams are made of unseen: a slip of a number must not take all memory.
const MOST_LABELS: Label = 1 << 24;

/// What probability is left for what was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Smoothing {
    /// Interpolation after Witten and Bell 1991: `p(c | h) = (n(h c) + t(h) p(c | h')) / (n(h) + t(h))`, where `h'` is `h`
    /// without its first label, `n` counts and `t(h)` is how many different labels were seen after `h`; without a context, all
    /// labels and the end are alike.
    #[default]
    WittenBell,
    /// None: relative frequencies after the longest context that was seen, `p(c | h) = n(h c) / n(h)`; what was not seen after
    /// it is impossible.
    None,
}

impl BackOff {
    /// Counts the n-grams of `order` labels, and all shorter ones, in texts over the labels 1 to `labels`; each text has a
    /// beginning and an end, which count as labels.
    ///
    /// # Errors
    /// [`NGramError::Order`], [`NGramError::Label`]; [`NGramError::Labels`] where more than 2²⁴ labels are smoothed, each of
    /// which then has an n-gram, seen or not.
    ///
    /// # Cost
    /// O(length · order² · log contexts) time and O(length · order²) memory: contexts are kept as they are read.
    ///
    /// ```
    /// use energraph::graph::ngram::{BackOff, Smoothing};
    /// let seen = BackOff::count(2, 3, [[1, 2], [1, 1]], Smoothing::None)?;
    /// assert!((seen.energy(&[1, 2]) - 3.0_f64.ln()).abs() < 1e-12); // after 1: 2, 1, and once the end
    /// assert_eq!(seen.energy(&[2]), f64::INFINITY);
    /// # Ok::<(), energraph::graph::ngram::NGramError>(())
    /// ```
    pub fn count<T: AsRef<[Label]>>(
        order: usize,
        labels: Label,
        texts: impl IntoIterator<Item = T>,
        smoothing: Smoothing,
    ) -> Result<Self, NGramError> {
        if order == 0 {
            return Err(NGramError::Order);
        }
        if labels > MOST_LABELS && smoothing == Smoothing::WittenBell {
            return Err(NGramError::Labels { labels });
        }
        let mut counts = Counts::new();
        let mut padded = Vec::new();
        for text in texts {
            if let Some(&label) = text.as_ref().iter().find(|&&label| label == BOUNDARY || label > labels) {
                return Err(NGramError::Label { label, labels });
            }
            padded.clear();
            padded.push(BOUNDARY);
            padded.extend_from_slice(text.as_ref());
            padded.push(BOUNDARY);
            for (i, &next) in padded.iter().enumerate().skip(1) {
                for from in (i + 1).saturating_sub(order)..=i {
                    let seen = counts.entry(padded[from..i].to_vec()).or_default();
                    *seen.each.entry(next).or_default() += 1;
                    seen.total += 1;
                }
            }
        }
        BackOff::from_grams(order, grams(order, labels, &counts, smoothing))
    }
}

type Counts = BTreeMap<Vec<Label>, After>;

/// What was seen after a context.
#[derive(Default)]
struct After {
    each: BTreeMap<Label, u64>,
    /// The sum of them.
    total: u64,
}

fn grams(order: usize, labels: Label, counts: &Counts, smoothing: Smoothing) -> Vec<Gram> {
    let mut grams = Vec::new();
    let mut add = |context: &[Label], next: Label| {
        let longer = [context, &[next][..]].concat();
        // What ends with the boundary is no context, but the boundary alone is one: the beginning.
        let context_too = longer.len() < order && (next != BOUNDARY || context.is_empty());
        let back = if context_too { back(counts.get(&longer), smoothing) } else { 0.0 };
        grams.push(Gram { energy: -probability(labels, counts, smoothing, context, next).ln(), back, labels: longer });
    };
    // Smoothed, every label is possible without a context.
    let all = (BOUNDARY..=labels).filter(|_| smoothing == Smoothing::WittenBell);
    all.for_each(|next| add(&[], next));
    for (context, seen) in counts.iter().filter(|(context, _)| smoothing == Smoothing::None || !context.is_empty()) {
        seen.each.keys().for_each(|&next| add(context, next));
    }
    grams
}

/// The energy of backing off from a context, by what was seen after it: the share that is left for what was not.
fn back(seen: Option<&After>, smoothing: Smoothing) -> f64 {
    match (seen, smoothing) {
        (None, _) => 0.0,
        (Some(_), Smoothing::None) => f64::INFINITY,
        (Some(seen), Smoothing::WittenBell) => {
            let (total, kinds) = (seen.total as f64, seen.each.len() as f64);
            -(kinds / (total + kinds)).ln()
        }
    }
}

/// Of a label after a context that was seen.
fn probability(labels: Label, counts: &Counts, smoothing: Smoothing, context: &[Label], next: Label) -> f64 {
    let of =
        |seen: &After| (seen.each.get(&next).map_or(0.0, |&n| n as f64), seen.total as f64, seen.each.len() as f64);
    if smoothing == Smoothing::None {
        return counts.get(context).map(of).map_or(0.0, |(n, total, _)| n / total);
    }
    let uniform = 1.0 / (f64::from(labels) + 1.0);
    let contexts = (0..=context.len()).rev().filter_map(|from| counts.get(&context[from..]));
    contexts.map(of).fold(uniform, |shorter, (n, total, kinds)| (n + kinds * shorter) / (total + kinds))
}
