//! From n-grams to the machine.

use rustc_hash::FxHashMap;

use super::{BackOff, Context, Seen};
use crate::graph::{Label, StateId};
use crate::semiring::NotAWeight;

/// What makes a model impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NGramError {
    /// n-grams of no labels.
    #[error("n-grams of order 0")]
    Order,
    /// A label that is not in the alphabet.
    #[error("label {label} is not one of 1 to {labels}")]
    Label {
        /// The label.
        label: Label,
        /// The largest that there is.
        labels: Label,
    },
    /// More labels than n-grams should be made of, one for each.
    #[error("{labels} labels are too many to smooth")]
    Labels {
        /// Labels.
        labels: Label,
    },
    /// An n-gram longer than the model's order.
    #[error("an n-gram of {found} labels in a model of order {order}")]
    TooLong {
        /// Labels of the n-gram.
        found: usize,
        /// The order.
        order: usize,
    },
    /// An n-gram given twice.
    #[error("the n-gram {gram:?} is given twice")]
    Twice {
        /// Context, then the label; 0 for the boundary.
        gram: Vec<Label>,
    },
    /// An energy that is NaN, −∞, or beyond the finite numbers of `f32`.
    #[error(transparent)]
    Energy(#[from] NotAWeight),
    /// More contexts than 32 bits count.
    #[error("{contexts} contexts are more than a graph can number")]
    TooLarge {
        /// Contexts.
        contexts: usize,
    },
}

/// An n-gram with its energy, and that of backing off from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gram {
    /// Its labels; 0 stands for the boundary: in the first place for the beginning of a text, in the last for its end.
    pub labels: Vec<Label>,
    /// The energy of the last label after the others, `−ln p`.
    pub energy: f64,
    /// The energy of backing off, once these are the context; 0 where no longer n-gram begins with them.
    pub back: f64,
}

impl BackOff {
    /// A model of n-grams of up to `order` labels.
    ///
    /// Contexts are the beginnings of n-grams, and those with an energy of backing off; one that is not itself an n-gram is
    /// left for the next shorter one freely.
    ///
    /// # Errors
    /// [`NGramError`].
    ///
    /// # Cost
    /// O(n-grams · order), hashed, and a sort of what follows each context.
    pub fn from_grams(order: usize, grams: impl IntoIterator<Item = Gram>) -> Result<Self, NGramError> {
        let grams: Vec<Gram> = grams.into_iter().collect();
        let numbers = contexts(order, &grams)?;
        let mut made: Vec<Context> =
            vec![Context { shorter: 0, back: 0.0, seen: Vec::new(), end: None }; numbers.len()];
        let longest = |labels: &[Label]| {
            let from = labels.len().saturating_sub(order - 1);
            (from..=labels.len()).find_map(|i| numbers.get(&labels[i..])).copied().unwrap_or(0)
        };
        for (&labels, &state) in &numbers {
            if let Some(context) = made.get_mut(state as usize).filter(|_| !labels.is_empty()) {
                context.shorter = longest(&labels[1..]);
            }
        }
        for gram in &grams {
            for energy in [gram.energy, gram.back] {
                super::check(energy)?;
            }
            let twice = || NGramError::Twice { gram: gram.labels.clone() };
            if let Some(&state) = numbers.get(&gram.labels[..]) {
                made[state as usize].back = gram.back;
            }
            let Some((&label, before)) = gram.labels.split_last() else { continue };
            let context = &mut made[numbers.get(before).copied().unwrap_or(0) as usize];
            // The beginning of a text is never read.
            if label == 0 && before.is_empty() && gram.energy == f64::INFINITY {
                continue;
            }
            if label != 0 {
                context.seen.push(Seen { label, energy: gram.energy, target: longest(&gram.labels) });
            } else if context.end.replace(gram.energy).is_some() {
                return Err(twice());
            }
        }
        for (labels, &state) in &numbers {
            let seen = &mut made[state as usize].seen;
            seen.sort_by_key(|seen| seen.label);
            if let Some(pair) = seen.windows(2).find(|pair| pair[0].label == pair[1].label) {
                return Err(NGramError::Twice { gram: [labels, &[pair[0].label][..]].concat() });
            }
        }
        let (start, ends) = (longest(&[0]), made.iter().any(|context| context.end.is_some()));
        Ok(BackOff { order, start, contexts: made, unknown: f64::INFINITY, ends })
    }
}

/// Numbers for the contexts, shorter ones first, that of nothing 0.
fn contexts(order: usize, grams: &[Gram]) -> Result<FxHashMap<&[Label], StateId>, NGramError> {
    if order == 0 {
        return Err(NGramError::Order);
    }
    if let Some(gram) = grams.iter().find(|gram| gram.labels.len() > order) {
        return Err(NGramError::TooLong { found: gram.labels.len(), order });
    }
    let before = grams.iter().filter_map(|gram| Some(gram.labels.split_last()?.1));
    let left = grams.iter().filter(|gram| gram.back != 0.0 && gram.labels.len() < order).map(|gram| &gram.labels[..]);
    let mut all: Vec<&[Label]> = before.chain(left).chain([&[][..]]).collect();
    all.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    all.dedup();
    if all.len() >= u32::MAX as usize {
        return Err(NGramError::TooLarge { contexts: all.len() });
    }
    Ok(all.into_iter().zip(0..).collect())
}
