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

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    /// Position in `entries`, plus one; 0 where the row was not asked for yet.
    start_plus_one: u32,
    epsilons: u32,
    len: u32,
}

/// A row of the index: the arcs of one state, epsilons apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    start: u32,
    epsilons: u32,
    len: u32,
}

impl Row {
    pub(super) fn has_epsilons(self) -> bool {
        self.epsilons > 0
    }

    pub(super) fn only_epsilons(self) -> bool {
        self.epsilons == self.len
    }
}

/// Rows of entries, each sorted by label, one behind another.
#[derive(Default)]
pub(super) struct Entries(Vec<Entry>);

impl Entries {
    /// Sorts and keeps a row.
    pub(super) fn add(&mut self, row: impl Iterator<Item = Entry>) -> Row {
        let start = self.0.len();
        self.0.extend(row);
        let new = &mut self.0[start..];
        if !new.is_sorted_by_key(|e| e.label) {
            // By position within a label, so that results do not depend on the sort.
            new.sort_unstable_by_key(|e| (u64::from(e.label) << 32) | u64::from(e.arc));
        }
        let epsilons = new.partition_point(|e| e.label == EPSILON) as u32;
        Row { start: start as u32, epsilons, len: new.len() as u32 }
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
    spans: Vec<Span>,
    pub entries: Entries,
}

impl<'g, W: Weight> Index<'g, W> {
    pub(super) fn new(graph: &'g Graph<W>, by: By) -> Self {
        Index { graph, by, spans: vec![Span::default(); graph.states()], entries: Entries::default() }
    }

    /// The row of a state that exists.
    #[inline]
    pub(super) fn row(&mut self, state: StateId) -> Row {
        let span = self.spans[state as usize];
        match span.start_plus_one {
            0 => self.sort_row(state),
            s => Row { start: s - 1, epsilons: span.epsilons, len: span.len },
        }
    }

    #[cold]
    fn sort_row(&mut self, state: StateId) -> Row {
        let by = self.by;
        let arcs = self.graph.arc_ids(state).zip(self.graph.arcs(state));
        let row = self.entries.add(arcs.map(|(arc, a)| by.entry(a, arc)));
        self.spans[state as usize] = Span { start_plus_one: row.start + 1, epsilons: row.epsilons, len: row.len };
        row
    }
}

/// Calls `pair` for every two entries of equal label; both slices are sorted by label.
///
/// Cost: O(pairs + shorter · log longer), and no more than one walk over both.
#[inline]
pub(super) fn join(left: &[Entry], right: &[Entry], mut pair: impl FnMut(Entry, Entry)) {
    let (mut i, mut j) = (0, 0);
    let alike = left.len() < 8 * right.len() && right.len() < 8 * left.len();
    while i < left.len() && j < right.len() {
        let (x, y) = (left[i].label, right[j].label);
        if x != y && alike {
            // Which of the two is lower is a coin toss, so no branch on it.
            i += usize::from(x < y);
            j += usize::from(y < x);
        } else if x < y {
            i = seek(left, i, y);
        } else if y < x {
            j = seek(right, j, x);
        } else {
            let end = j + right[j..].iter().take_while(|e| e.label == x).count();
            while i < left.len() && left[i].label == x {
                for r in &right[j..end] {
                    pair(left[i], *r);
                }
                i += 1;
            }
            j = end;
        }
    }
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
