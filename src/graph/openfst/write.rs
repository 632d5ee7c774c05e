//! Graph to bytes.

use super::header::{ALIGNMENT, Header};
use super::number::narrow;
use super::read::arc_size;
use super::{ArcType, BinaryWeight, Layout, OpenFstError, symbols};
use crate::graph::{Arc, EPSILON, Graph, Label, StateId, SymbolTable};

/// How a graph is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions<'a> {
    /// How states and arcs lie.
    pub layout: Layout,
    /// The kind of weights; `None` for the one that is the weight's own, [`BinaryWeight::ARCS`].
    pub arcs: Option<ArcType>,
    /// Names of input labels, to go into the file.
    pub isymbols: Option<&'a SymbolTable>,
    /// Names of output labels, to go into the file.
    pub osymbols: Option<&'a SymbolTable>,
}

/// A graph as OpenFst reads it. Weights of 64 bits are rounded where the arc type has 32.
///
/// # Errors
/// [`OpenFstError::Label`] and [`OpenFstError::Range`] for labels, states and arcs beyond 2³¹ − 1, [`OpenFstError::Weight`] for a finite
/// weight beyond the arc type's range.
///
/// # Cost
/// Linear.
pub fn write<W: BinaryWeight>(g: &Graph<W>, o: &WriteOptions<'_>) -> Result<Vec<u8>, OpenFstError> {
    let arcs = o.arcs.unwrap_or(W::ARCS);
    for (what, count) in [("number of states", g.states()), ("number of arcs", g.arc_count())] {
        if count > i32::MAX as usize {
            return Err(OpenFstError::Range { what, value: count as i64, at: 0 });
        }
    }
    let mut out = Vec::new();
    let header = Header {
        layout: o.layout,
        arcs,
        isymbols: o.isymbols.is_some(),
        osymbols: o.osymbols.is_some(),
        start: g.start().map_or(-1, i64::from),
        states: g.states() as i64,
        arc_count: g.arc_count() as i64,
    };
    header.write(&mut out);
    [o.isymbols, o.osymbols].into_iter().flatten().for_each(|table| symbols::put(&mut out, table));
    let states = 0..g.states() as StateId;
    match o.layout {
        Layout::Vector => {
            for state in states {
                weight(&mut out, &g.final_weight(state), arcs, state, None)?;
                out.extend((g.arcs(state).len() as i64).to_le_bytes());
                put_arcs(&mut out, g, state, arcs, 0)?;
            }
        }
        Layout::Const { aligned } => {
            let align = |out: &mut Vec<u8>| {
                if aligned {
                    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
                }
            };
            align(&mut out);
            for state in states.clone() {
                weight(&mut out, &g.final_weight(state), arcs, state, None)?;
                put_state(&mut out, g, state);
            }
            align(&mut out);
            for state in states {
                put_arcs(&mut out, g, state, arcs, arc_size(arcs.width()) - arcs.width() - 12)?;
            }
        }
    }
    Ok(out)
}

/// Where a state's arcs begin, how many they are, and how many read and write nothing.
fn put_state<W: BinaryWeight>(out: &mut Vec<u8>, g: &Graph<W>, state: StateId) {
    let row = g.arcs(state);
    let silent = |label: fn(&Arc<W>) -> Label| row.iter().filter(|a| label(a) == EPSILON).count() as u32;
    for number in [g.arc_ids(state).start, row.len() as u32, silent(|a| a.ilabel), silent(|a| a.olabel)] {
        out.extend(number.to_le_bytes());
    }
}

fn put_arcs<W: BinaryWeight>(
    out: &mut Vec<u8>,
    g: &Graph<W>,
    state: StateId,
    arcs: ArcType,
    padding: usize,
) -> Result<(), OpenFstError> {
    for (n, a) in g.arcs(state).iter().enumerate() {
        for label in [a.ilabel, a.olabel] {
            let number = i32::try_from(label).map_err(|_| OpenFstError::Label { label })?;
            out.extend(number.to_le_bytes());
        }
        weight(out, &a.weight, arcs, state, Some(n))?;
        out.extend(a.target.to_le_bytes());
        out.resize(out.len() + padding, 0);
    }
    Ok(())
}

fn weight<W: BinaryWeight>(
    out: &mut Vec<u8>,
    w: &W,
    arcs: ArcType,
    state: StateId,
    arc: Option<usize>,
) -> Result<(), OpenFstError> {
    let number = w.number();
    if arcs.width() == 8 {
        out.extend(number.to_le_bytes());
    } else {
        let near = narrow(number).map_err(|cause| OpenFstError::Weight { state, arc, cause })?;
        out.extend(near.to_le_bytes());
    }
    Ok(())
}
