//! The rows of a grammar, each asked for once.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{End, Grammar, Way};
use crate::paths::Beta;

/// A row whose states are numbers.
pub(super) struct Numbered {
    pub ways: Vec<Way<u32>>,
    pub ends: Vec<End>,
    /// Whether each way writes one label, and each another one: then a longer text is reached by one of them alone.
    pub apart: bool,
}

/// States by number, in the order in which they are first seen, and their rows.
pub(super) struct Rows<'g, G: Grammar> {
    grammar: &'g G,
    beta: Beta,
    numbers: FxHashMap<G::State, u32>,
    states: Vec<G::State>,
    rows: Vec<Option<Rc<Numbered>>>,
}

impl<'g, G: Grammar> Rows<'g, G> {
    pub(super) fn new(grammar: &'g G, beta: Beta) -> Self {
        Rows { grammar, beta, numbers: FxHashMap::default(), states: Vec::new(), rows: Vec::new() }
    }

    /// The number of the start.
    pub(super) fn start(&mut self) -> Option<u32> {
        let start = self.grammar.start()?;
        Some(self.number(start))
    }

    /// The row of a state that has a number.
    pub(super) fn row(&mut self, number: u32) -> Rc<Numbered> {
        if let Some(row) = &self.rows[number as usize] {
            return Rc::clone(row);
        }
        let row = self.grammar.row(self.states[number as usize], self.beta);
        let way = |w: Way<G::State>| Way { reads: w.reads, writes: w.writes, energy: w.energy, to: self.number(w.to) };
        let mut written: Vec<&[u32]> = row.ways.iter().map(|way| &way.writes[..]).collect();
        written.sort_unstable();
        let apart = written.iter().all(|w| w.len() == 1) && written.windows(2).all(|w| w[0] != w[1]);
        let made = Rc::new(Numbered { ways: row.ways.into_iter().map(way).collect(), ends: row.ends, apart });
        self.rows[number as usize] = Some(Rc::clone(&made));
        made
    }

    fn number(&mut self, state: G::State) -> u32 {
        *self.numbers.entry(state).or_insert_with(|| {
            self.states.push(state);
            self.rows.push(None);
            self.states.len() as u32 - 1
        })
    }
}
