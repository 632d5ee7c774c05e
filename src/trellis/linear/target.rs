//! The target of an alignment, as the sweep wants it.

use std::collections::BTreeMap;

use super::kernel::{NARROW, look_up};
use crate::graph::Label;

/// What is aligned: pairs of states, the blank before each label and the label; behind them the last blank, in a pair
/// without a label.
#[derive(Debug, Clone)]
pub(in crate::trellis) struct Target {
    /// The blank's class.
    pub(super) blank: usize,
    /// Classes of labels, each once.
    pub(super) classes: Vec<usize>,
    columns: Columns,
    /// +∞ where a label equals the one before it, else 0; as long as the rows are.
    pub(super) barred: Vec<f64>,
    /// Fewest frames read before each pair is come to.
    earliest: Vec<u32>,
    /// Fewest frames still to read from each pair on.
    needed: Vec<u32>,
}

/// Positions in [`Target::classes`] of the labels; one behind for the last pair and the one that is only read.
#[derive(Debug, Clone)]
enum Columns {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Target {
    /// Labels and blank that have been checked against the classes.
    pub(in crate::trellis) fn new(labels: &[Label], blank: Label) -> Target {
        let mut numbers = BTreeMap::new();
        labels.iter().for_each(|&label| *numbers.entry(label).or_insert(0) = 0);
        numbers.values_mut().zip(0_u32..).for_each(|(n, k)| *n = k);
        let columns = labels.iter().map(|l| numbers.get(l).copied().unwrap_or(0)).chain([0, 0]);
        let columns = match numbers.len() <= NARROW {
            true => Columns::Narrow(columns.map(|c| c as u8).collect()),
            false => Columns::Wide(columns.collect()),
        };
        let repeats: Vec<bool> = (0..labels.len()).map(|k| k > 0 && labels[k] == labels[k - 1]).collect();
        let barred = repeats.iter().map(|&r| if r { f64::INFINITY } else { 0.0 }).chain([0.0, 0.0]).collect();
        // A pair is come to one frame behind the label before it, the first one at the start.
        let mut earliest = vec![0; labels.len() + 1];
        let mut needed = earliest.clone();
        let mut read = 0;
        for (k, &repeat) in repeats.iter().enumerate() {
            read += 1 + u32::from(repeat);
            earliest[k + 1] = read + 1;
        }
        for (k, &repeat) in repeats.iter().enumerate().skip(1).rev() {
            needed[k - 1] = needed[k] + 1 + u32::from(repeat);
        }
        let classes = numbers.keys().map(|&l| l as usize - 1).collect();
        Target { blank: blank as usize - 1, classes, columns, barred, earliest, needed }
    }

    /// Pairs of states.
    pub(super) fn pairs(&self) -> usize {
        self.earliest.len()
    }

    /// Whether a pair can be reached when so many frames have been read.
    pub(super) fn reached(&self, pair: usize, read: usize) -> bool {
        self.earliest.get(pair).is_some_and(|&e| e as usize <= read)
    }

    /// Whether the end can be reached from a pair with so many frames left.
    pub(super) fn ends(&self, pair: usize, left: usize) -> bool {
        self.needed.get(pair).is_some_and(|&n| n as usize <= left)
    }

    /// What a frame says of the labels from one on: `table` by position in [`Target::classes`].
    pub(super) fn look_up(&self, table: &[f64; NARROW], wide: &[f64], from: usize, says: &mut [f64]) {
        match &self.columns {
            Columns::Narrow(columns) => look_up(table, &columns[from..from + says.len()], says),
            Columns::Wide(columns) => {
                says.iter_mut().zip(&columns[from..]).for_each(|(s, &c)| *s = wide[c as usize]);
            }
        }
    }
}
