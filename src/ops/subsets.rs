//! Sets of states, or whatever lists of things, numbered as they are found.

use std::hash::{BuildHasher, BuildHasherDefault, Hash};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::graph::StateId;

/// Lists numbered as they are found, one behind the other in one allocation.
pub(super) struct Subsets<T> {
    /// Numbers alone, with half a hash of what they number, which is in `members` and far to look up.
    numbers: HashTable<(u32, StateId)>,
    /// `offsets[n]..offsets[n + 1]` are the members of list `n`.
    offsets: Vec<usize>,
    members: Vec<T>,
}

impl<T: Eq + Hash> Subsets<T> {
    pub(super) fn new() -> Self {
        Subsets { numbers: HashTable::new(), offsets: vec![0], members: Vec::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The members of all lists.
    pub(super) fn held(&self) -> usize {
        self.members.len()
    }

    pub(super) fn get(&self, number: usize) -> Option<&[T]> {
        let end = *self.offsets.get(number + 1)?;
        Some(&self.members[self.offsets[number]..end])
    }

    /// The number of a list, which is new where it was not seen before. Sets have to come sorted.
    pub(super) fn number(&mut self, list: impl IntoIterator<Item = T>) -> StateId {
        let (next, start) = (self.count() as StateId, self.members.len());
        self.members.extend(list);
        let (known, new) = self.members.split_at(start);
        let of = |n: StateId| &known[self.offsets[n as usize]..self.offsets[n as usize + 1]];
        let half = (hash(new) >> 32) as u32;
        let same = |&(h, n): &(u32, StateId)| h == half && of(n) == new;
        let (_, number) = *self.numbers.entry(hash(&half), same, |(h, _)| hash(h)).or_insert((half, next)).get();
        if number == next {
            self.offsets.push(self.members.len());
        } else {
            self.members.truncate(start);
        }
        number
    }
}

/// The hash of a key in a table of numbers.
pub(super) fn hash<T: Hash + ?Sized>(key: &T) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn lists_are_numbered_in_the_order_of_their_first_time() {
        let (mut subsets, mut known, mut seed) = (Subsets::new(), HashMap::new(), 1_u32);
        for _ in 0..2_000 {
            let mut draw = |n: u32| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) % n
            };
            let list: Vec<u32> = (0..draw(5)).map(|_| draw(4)).collect();
            let next = known.len() as StateId;
            let expected = *known.entry(list.clone()).or_insert(next);
            assert_eq!(subsets.number(list.iter().copied()), expected);
            assert_eq!((subsets.get(expected as usize), subsets.count()), (Some(&list[..]), known.len()));
            assert_eq!(subsets.held(), known.keys().map(Vec::len).sum::<usize>());
        }
        assert!(known.len() > 100 && subsets.get(known.len()).is_none());
    }
}
