//! What a prefix beam keeps and merges.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::graph::Label;
use crate::paths::Beta;
use crate::trellis::soft::soft_add;

/// Alignments of a text that may go on alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) state: u32,
    /// The label of the last frame; 0 behind a blank and at the start.
    pub(super) last: Label,
    pub(super) energy: f64,
    /// Of the best of them.
    pub(super) best: f64,
    pub(super) trace: u32,
    /// Whether the last frame is to be added to the trace.
    pub(super) reads: bool,
}

/// A text and its alignments.
pub(super) struct Hypothesis {
    pub(super) prefix: u32,
    pub(super) cells: Cells,
}

/// Behind a blank and behind a label, almost always.
pub(super) type Cells = SmallVec<[Cell; 2]>;

impl Cell {
    /// After one more frame.
    pub(super) fn goes_on(self, last: Label, energy: f64) -> Cell {
        Cell { last, energy: self.energy + energy, best: self.best + energy, ..self }
    }
}

/// A text that may or may not have a number yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Known(u32),
    New(u32, Label),
}

/// The hypotheses behind a frame.
pub(super) struct Next {
    beta: Beta,
    pub(super) keys: Vec<Key>,
    pub(super) cells: Vec<Cells>,
    numbers: FxHashMap<Key, u32>,
}

impl Next {
    pub(super) fn new(beta: Beta) -> Self {
        Next { beta, keys: Vec::new(), cells: Vec::new(), numbers: FxHashMap::default() }
    }

    /// One more way to say it, merged with those that may go on alike.
    pub(super) fn add(&mut self, key: Key, cell: Cell) {
        if cell.energy == f64::INFINITY {
            return;
        }
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.cells.push(Cells::new());
            self.keys.len() as u32 - 1
        });
        let cells = &mut self.cells[number as usize];
        match cells.iter_mut().find(|c| (c.state, c.last) == (cell.state, cell.last)) {
            None => cells.push(cell),
            Some(alike) => {
                let energy = soft_add(alike.energy, cell.energy, self.beta);
                if cell.best < alike.best {
                    *alike = cell;
                }
                alike.energy = energy;
            }
        }
    }

    pub(super) fn energies(&self) -> Vec<f64> {
        let sum = |cells: &Cells| cells.iter().fold(f64::INFINITY, |s, c| soft_add(s, c.energy, self.beta));
        self.cells.iter().map(sum).collect()
    }
}
