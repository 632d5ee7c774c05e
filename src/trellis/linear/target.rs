//! The target of an alignment, as the sweep wants it.

use super::Place;
use super::kernel::{NARROW, look_up};
use super::over::{FARTHEST, Over, Short};
use super::silent::{Silent, Silents};
use crate::graph::{EPSILON, Label, StateId};

/// What is aligned: pairs of states, the blank before each label and the label; behind them the last blank, in a pair
/// without a label.
#[derive(Debug, Clone)]
pub(in crate::trellis) struct Target {
    pub(super) between: Between,
    /// Classes that tables are of.
    pub(super) classes: Vec<usize>,
    columns: Columns,
    /// Ways past states that may be left out.
    pub(super) silent: Silents,
    /// Ways over states to what is read behind them.
    pub(super) over: Over,
    /// How many pairs on one frame may lead.
    pub(super) jump: usize,
    /// Whether a way may lower the energy by more than its frames.
    gains: bool,
    /// Fewest frames read before each pair is come to, or any behind it.
    earliest: Vec<u32>,
    /// Fewest frames still to read from each pair on, or any before it.
    needed: Vec<u32>,
}

/// What may lie between labels.
#[derive(Debug, Clone)]
pub(super) enum Between {
    /// Blanks of a class, which must be there between equal labels: +∞ where a label equals the one before it, else 0.
    Blanks(usize, Vec<f64>),
    /// Nothing, and blanks are never possible: the start counts as the first label. The energies of staying on each.
    Nothing(Vec<f64>),
}

/// Positions in [`Target::classes`] of the labels; behind them, for the last pair and those that are only read, any.
#[derive(Debug, Clone)]
enum Columns {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

/// The classes that tables are of, and the positions of labels' in them. A class's is its own number, or, where they are
/// many, its number among those that there are. That of a state that nothing is read into is one behind them all, where tables
/// say +∞.
fn columns(labels: &[Label]) -> (Vec<usize>, Columns) {
    let most = labels.iter().copied().max().unwrap_or(0) as usize;
    if most < NARROW {
        let class = |&l: &Label| if l == EPSILON { most } else { l as usize - 1 };
        let columns = labels.iter().map(|l| class(l) as u8).chain([0; 1 + FARTHEST]).collect();
        return ((0..most).collect(), Columns::Narrow(columns));
    }
    let mut classes: Vec<usize> = labels.iter().filter_map(|&l| (l as usize).checked_sub(1)).collect();
    classes.sort_unstable();
    classes.dedup();
    let position = |&l: &Label| match (l as usize).checked_sub(1) {
        Some(class) => classes.partition_point(|&c| c < class) as u32,
        None => classes.len() as u32,
    };
    let columns = labels.iter().map(position).chain([0; 1 + FARTHEST]).collect();
    (classes, Columns::Wide(columns))
}

impl Target {
    /// A target of connectionist temporal classification: labels and blank that have been checked against the classes.
    pub(in crate::trellis) fn new(labels: &[Label], blank: Label) -> Target {
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
        let (classes, columns) = columns(labels);
        let between = Between::Blanks(blank as usize - 1, barred);
        let (silent, over) = (Silents::default(), Over::default());
        Target { between, classes, columns, silent, over, jump: 1, gains: false, earliest, needed }
    }

    /// States one after the other behind a start, of the labels that lead to them, and their energies of staying; epsilon for
    /// a state that is come to by arcs alone that read nothing, of which at most one leaves each state, behind its other arcs.
    pub(in crate::trellis) fn chain(labels: &[Label], stays: &[f64], silent: Vec<Silent>) -> Target {
        let start = labels.first().copied().unwrap_or(1);
        let gains = stays.iter().copied().chain(silent.iter().map(|a| a.energy)).any(|energy| energy < 0.0);
        let Short { labels, stays, silent, over } = Short::new(labels, stays, silent);
        let (classes, columns) = columns(&[&[start], &labels[..]].concat());
        let stays = [&[f64::INFINITY], &stays[..], &[f64::INFINITY; 2]].concat();
        let silent = Silents::new(silent);
        let (earliest, needed) = distances(&labels, silent.all(), &over);
        let (between, jump) = (Between::Nothing(stays), silent.farthest() + over.reach());
        Target { between, classes, columns, silent, over, jump, gains, earliest, needed }
    }

    /// Whether a beam can tell what it may lose: no way lowers the energy by more than its frames, and none goes past states
    /// that a narrower row no longer has.
    pub(in crate::trellis) fn suits_a_beam(&self) -> bool {
        !self.gains && self.silent.all().is_empty() && self.over.is_empty()
    }

    /// The state of a topology's graph for a pair's label, or its blank.
    pub(in crate::trellis) fn state(&self, place: Place) -> StateId {
        match self.between {
            // State 0 is the start.
            Between::Blanks(..) => 2 * place.pair as StateId + 1 + StateId::from(place.on_label),
            Between::Nothing(_) => self.over.state(place.pair) - StateId::from(!place.on_label),
        }
    }

    /// Where paths start.
    pub(super) fn start(&self) -> Place {
        Place { pair: 0, on_label: matches!(self.between, Between::Nothing(_)) }
    }

    /// Pairs with so many possible states, at least one.
    pub(in crate::trellis) fn pairs_of(&self, states: usize) -> usize {
        match self.between {
            Between::Blanks(..) => states.div_ceil(2).max(1),
            Between::Nothing(_) => states.max(1),
        }
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

    /// Whether few classes are numbered by themselves.
    pub(super) fn is_narrow(&self) -> bool {
        matches!(self.columns, Columns::Narrow(_))
    }

    /// What a frame says of the labels from one on: a table by position in [`Target::classes`], the narrow one or the other.
    pub(super) fn look_up(&self, narrow: &[f64; NARROW], wide: &[f64], from: usize, says: &mut [f64]) {
        match &self.columns {
            Columns::Narrow(columns) => look_up(narrow, &columns[from..from + says.len()], says),
            Columns::Wide(columns) => {
                says.iter_mut().zip(&columns[from..]).for_each(|(s, &c)| *s = wide[c as usize]);
            }
        }
    }
}

/// Fewest frames from the start to each state of a chain, or to any behind it, and from each, or any before it, to the end.
fn distances(labels: &[Label], silent: &[Silent], over: &Over) -> (Vec<u32>, Vec<u32>) {
    let never = u32::MAX;
    let mut earliest = vec![never; labels.len() + 1];
    earliest[0] = 0;
    let mut needed = vec![never; labels.len() + 1];
    needed[labels.len()] = 0;
    let mut arcs = silent.iter().peekable();
    for k in 0..=labels.len() {
        if k > 0 && labels[k - 1] != EPSILON {
            earliest[k] = earliest[k].min(earliest[k - 1].saturating_add(1));
        }
        if let Some(to) = over.to(k) {
            earliest[to] = earliest[to].min(earliest[k].saturating_add(1));
        }
        while let Some(arc) = arcs.next_if(|a| a.from as usize == k) {
            earliest[arc.to as usize] = earliest[arc.to as usize].min(earliest[k]);
        }
    }
    let mut arcs = silent.iter().rev().peekable();
    for k in (0..=labels.len()).rev() {
        if labels.get(k).is_some_and(|&next| next != EPSILON) {
            needed[k] = needed[k].min(needed[k + 1].saturating_add(1));
        }
        if let Some(to) = over.to(k) {
            needed[k] = needed[k].min(needed[to].saturating_add(1));
        }
        while let Some(arc) = arcs.next_if(|a| a.from as usize == k) {
            needed[k] = needed[k].min(needed[arc.to as usize]);
        }
    }
    for k in (0..labels.len()).rev() {
        earliest[k] = earliest[k].min(earliest[k + 1]);
    }
    for k in 1..=labels.len() {
        needed[k] = needed[k].min(needed[k - 1]);
    }
    (earliest, needed)
}
