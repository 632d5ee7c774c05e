//! The arcs of a graph sorted by one label, state by state, on demand.

use crate::graph::{Arc, EPSILON, Graph, Label, StateId};
use crate::semiring::Weight;

/// One arc as a match sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub label: Label,
    pub target: StateId,
    pub arc: u32,
}

/// Which label to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Input,
    Output,
}

impl By {
    /// The entry of an arc.
    #[inline]
    pub(super) fn entry<W>(self, a: &Arc<W>, arc: u32) -> Entry {
        Entry { label: if self == By::Input { a.ilabel } else { a.olabel }, target: a.target, arc }
    }
}

/// A row of the index: the arcs of one state, epsilons apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    start: u32,
    epsilons: u32,
    len: u32,
    /// Whether paths may end in the state.
    is_final: bool,
}

impl Row {
    #[inline]
    pub(super) fn has_epsilons(self) -> bool {
        self.epsilons > 0
    }

    /// Paths can only go on by an epsilon.
    #[inline]
    pub(super) fn is_stuck(self) -> bool {
        self.epsilons == self.len && !self.is_final
    }
}

/// Rows of entries, each sorted by label, one behind another.
#[derive(Default)]
pub(super) struct Entries(Vec<Entry>);

impl Entries {
    /// Sorts and keeps a row.
    pub(super) fn add(&mut self, row: impl Iterator<Item = Entry>, is_final: bool) -> Row {
        let start = self.0.len();
        self.0.extend(row);
        let new = &mut self.0[start..];
        if !new.is_sorted_by_key(|e| e.label) {
            // By position within a label, so that results do not depend on the sort.
            new.sort_unstable_by_key(|e| (u64::from(e.label) << 32) | u64::from(e.arc));
        }
        let epsilons = new.partition_point(|e| e.label == EPSILON) as u32;
        Row { start: start as u32, epsilons, len: new.len() as u32, is_final }
    }

    /// Entries in all rows.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(super) fn epsilons(&self, row: Row) -> &[Entry] {
        &self.0[row.start as usize..(row.start + row.epsilons) as usize]
    }

    #[inline]
    pub(super) fn labelled(&self, row: Row) -> &[Entry] {
        &self.0[(row.start + row.epsilons) as usize..(row.start + row.len) as usize]
    }
}

/// Arcs by (state, label, position). Rows are sorted when first asked for, so that a composition that touches a
/// corner of a large lexicon pays for the corner.
pub(super) struct Index<'g, W> {
    graph: &'g Graph<W>,
    by: By,
    /// `None` where a row was not asked for yet.
    rows: Vec<Option<Row>>,
    pub entries: Entries,
}

impl<'g, W: Weight> Index<'g, W> {
    pub(super) fn new(graph: &'g Graph<W>, by: By) -> Self {
        Index { graph, by, rows: vec![None; graph.states()], entries: Entries::default() }
    }

    /// The row of a state that exists.
    #[inline]
    pub(super) fn row(&mut self, state: StateId) -> Row {
        match self.rows[state as usize] {
            Some(row) => row,
            None => self.sort_row(state),
        }
    }

    #[cold]
    fn sort_row(&mut self, state: StateId) -> Row {
        let by = self.by;
        let arcs = self.graph.arc_ids(state).zip(self.graph.arcs(state));
        let row = self.entries.add(arcs.map(|(arc, a)| by.entry(a, arc)), self.graph.is_final(state));
        self.rows[state as usize] = Some(row);
        row
    }
}

/// Calls `alike` with the entries of either side of every label that both have; both slices are sorted by label.
///
/// Cost: O(shorter · log longer), and no more than one walk over both.
#[inline]
pub(super) fn join(left: &[Entry], right: &[Entry], mut alike: impl FnMut(&[Entry], &[Entry])) {
    let (mut i, mut j) = (0, 0);
    let walk = left.len() < 8 * right.len() && right.len() < 8 * left.len();
    while i < left.len() && j < right.len() {
        let (x, y) = (left[i].label, right[j].label);
        if x != y && walk {
            // Which of the two is lower is a coin toss, so no branch on it.
            i += usize::from(x < y);
            j += usize::from(y < x);
        } else if x < y {
            i = seek(left, i, y);
        } else if y < x {
            j = seek(right, j, x);
        } else {
            let (first, second) = (labelled(&left[i..], x), labelled(&right[j..], x));
            alike(first, second);
            (i, j) = (i + first.len(), j + second.len());
        }
    }
}

/// The entries of the label that the first of them has.
#[inline]
fn labelled(row: &[Entry], label: Label) -> &[Entry] {
    let more = row[1..].iter().take_while(|e| e.label == label).count();
    &row[..=more]
}

/// The first position from `from` on whose label is at least `label`, where the label at `from` is lower.
#[inline]
fn seek(row: &[Entry], from: usize, label: Label) -> usize {
    // Rows that hold each label once and skip none, as emissions do, are hit at once.
    let guess = from + (label - row[from].label) as usize;
    if guess < row.len() && row[guess].label == label && row[guess - 1].label < label {
        return guess;
    }
    let rest = &row[from + 1..];
    if rest.len() <= 8 {
        return from + 1 + rest.iter().take_while(|e| e.label < label).count();
    }
    from + 1 + rest.partition_point(|e| e.label < label)
}
