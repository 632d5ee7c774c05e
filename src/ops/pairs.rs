//! The states of a product: (left state, right state, filter state) numbered as they are found.

use hashbrown::HashTable;

use super::found::grow;
use super::subsets::hash;
use crate::graph::StateId;

/// A state of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub left: StateId,
    pub right: StateId,
    /// State of the epsilon filter, 0 to 2.
    pub filter: u32,
}

/// Products of up to this many pairs get a table, larger ones a hash map. At 4 bytes each a table this size is
/// mapped page by page as it is touched, so an almost empty one stays cheap.
const TABLE: usize = 1 << 20;

enum Numbers {
    /// The number plus one by `(filter · lefts + left) · rights + right`; 0 where not found yet.
    Table(Vec<u32>),
    /// Numbers alone; what they number is in the list.
    Map(HashTable<u32>),
}

/// Numbers the states of a product.
pub(super) struct Pairs {
    lefts: usize,
    rights: usize,
    numbers: Numbers,
    /// Every state found, by number.
    pub list: Vec<Pair>,
}

impl Pairs {
    pub(super) fn new(lefts: usize, rights: usize, filters: usize) -> Self {
        let numbers = match lefts.checked_mul(rights) {
            Some(n) if n <= TABLE => Numbers::Table(vec![0; filters * n]),
            _ => Numbers::Map(HashTable::new()),
        };
        Pairs { lefts, rights, numbers, list: Vec::new() }
    }

    /// For graphs whose states nobody has counted.
    pub(super) fn unbounded() -> Self {
        Pairs { lefts: 0, rights: 0, numbers: Numbers::Map(HashTable::new()), list: Vec::new() }
    }

    /// The number of a state, which is new where it was not seen before.
    #[inline]
    pub(super) fn number(&mut self, pair: Pair) -> StateId {
        let next = self.list.len() as u32;
        let number = match &mut self.numbers {
            Numbers::Table(table) => {
                let at = (pair.filter as usize * self.lefts + pair.left as usize) * self.rights + pair.right as usize;
                let slot = &mut table[at];
                if *slot == 0 {
                    *slot = next + 1;
                }
                *slot - 1
            }
            Numbers::Map(map) => {
                let list = &self.list;
                let same = |&n: &u32| list[n as usize] == pair;
                *map.entry(hash(&pair), same, |&n| hash(&list[n as usize])).or_insert(next).get()
            }
        };
        if number == next {
            grow(&mut self.list, 1);
            self.list.push(pair);
        }
        number
    }
}
