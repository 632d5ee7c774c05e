//! Strings that share their ends.

use rustc_hash::FxHashMap;

use crate::graph::Label;

/// Strings by number, equal ones by the same: each is a label and the number of the string behind it, so that a string and
/// its ends take as many cells as it has labels. Whoever lets strings grow behind reads them backwards.
#[derive(Default)]
pub(super) struct Strings {
    cells: Vec<(Label, u32)>,
    numbers: FxHashMap<(Label, u32), u32>,
}

impl Strings {
    /// The number of the empty string.
    pub(super) const EMPTY: u32 = 0;

    /// The string of a label and then another string.
    pub(super) fn put(&mut self, label: Label, string: u32) -> u32 {
        *self.numbers.entry((label, string)).or_insert_with(|| {
            self.cells.push((label, string));
            self.cells.len() as u32
        })
    }

    /// The string of some labels and then another string.
    pub(super) fn put_all(&mut self, labels: &[Label], string: u32) -> u32 {
        labels.iter().rev().fold(string, |string, &label| self.put(label, string))
    }

    /// The first label of a string and the others; `None` of the empty one.
    pub(super) fn split(&self, string: u32) -> Option<(Label, u32)> {
        self.cells.get((string as usize).checked_sub(1)?).copied()
    }

    /// The labels of a string.
    pub(super) fn labels(&self, string: u32) -> impl Iterator<Item = Label> {
        std::iter::successors(self.split(string), |&(_, rest)| self.split(rest)).map(|(label, _)| label)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn equal_strings_have_one_number_and_ends_take_no_cells() {
        let (mut strings, mut known, mut seed) = (Strings::default(), HashMap::new(), 1_u32);
        let mut ends = HashSet::new();
        for _ in 0..2_000 {
            let mut draw = |n: u32| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) % n
            };
            let [front, back]: [Vec<u32>; 2] = [4, 6].map(|n| (0..draw(n)).map(|_| 1 + draw(3)).collect());
            let whole = [&front[..], &back].concat();
            let end = strings.put_all(&back, Strings::EMPTY);
            let number = strings.put_all(&front, end);
            assert_eq!(*known.entry(whole.clone()).or_insert(number), number);
            assert!(strings.labels(number).eq(whole.iter().copied()));
            assert_eq!(strings.split(number).map(|(label, _)| label), whole.first().copied());
            ends.extend((0..whole.len()).map(|i| whole[i..].to_vec()));
        }
        assert_eq!((strings.cells.len(), known[&vec![]]), (ends.len(), Strings::EMPTY));
        assert!(known.values().collect::<HashSet<_>>().len() == known.len() && known.len() > 500);
    }
}
