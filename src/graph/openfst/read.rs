//! Bytes to graph.

use super::bytes::Bytes;
use super::header::{ALIGNMENT, Header, MAGIC};
use super::{ArcType, BinaryWeight, Layout, OpenFstError, symbols};
use crate::graph::{Graph, GraphBuilder, Label, StateId, SymbolTable};

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct File<W> {
    /// The graph; without states where the file names no start, whatever states it has: it accepts nothing.
    pub graph: Graph<W>,
    /// Its kind of weights.
    pub arcs: ArcType,
    /// How it lay in the file.
    pub layout: Layout,
    /// Names of input labels, where the file has them.
    pub isymbols: Option<SymbolTable>,
    /// Names of output labels, where the file has them.
    pub osymbols: Option<SymbolTable>,
}

/// Whether bytes begin as a graph of OpenFst's does.
pub fn is_openfst(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The kind of weights that a file's header names; `None` where it has no header that is read here. What `W` to [`read`] it with
/// may depend on it.
///
/// ```
/// use energraph::graph::openfst::{self, ArcType, WriteOptions};
/// use energraph::{Graph, LogSum};
/// let bytes = openfst::write(&Graph::<LogSum<f64>>::empty(), &WriteOptions::default())?;
/// assert_eq!((openfst::arc_type(&bytes), openfst::arc_type(b"GIF89a")), (Some(ArcType::Log64), None));
/// # Ok::<(), openfst::OpenFstError>(())
/// ```
pub fn arc_type(bytes: &[u8]) -> Option<ArcType> {
    Header::read(&mut Bytes::new(bytes)).ok().map(|header| header.arcs)
}

/// Reads a graph. The file may have any of the three arc types; log64 weights are rounded where `W` has 32 bits.
///
/// # Errors
/// [`OpenFstError`]; what follows the graph is refused too.
///
/// # Cost
/// Linear in the file, in time and memory: counts are checked against the bytes that are there before memory is taken for them.
pub fn read<W: BinaryWeight>(bytes: &[u8]) -> Result<File<W>, OpenFstError> {
    let bytes = &mut Bytes::new(bytes);
    let header = Header::read(bytes)?;
    let mut symbols = |has: bool| has.then(|| symbols::table(bytes)).transpose();
    let (isymbols, osymbols) = (symbols(header.isymbols)?, symbols(header.osymbols)?);
    let mut b = GraphBuilder::new();
    match header.layout {
        Layout::Vector => vector(bytes, &header, &mut b)?,
        Layout::Const { aligned } => constant(bytes, &header, aligned, &mut b)?,
    }
    if !bytes.is_at_end() {
        return Err(OpenFstError::Trailing { at: bytes.at(), bytes: bytes.left() });
    }
    let graph = if header.start < 0 || b.states() == 0 {
        Graph::empty()
    } else {
        b.start(state(header.start, bytes.at())?);
        b.build()?
    };
    Ok(File { graph, arcs: header.arcs, layout: header.layout, isymbols, osymbols })
}

fn state(value: i64, at: usize) -> Result<StateId, OpenFstError> {
    StateId::try_from(value).map_err(|_| OpenFstError::Range { what: "state", value, at })
}

/// State after state: final weight, number of arcs, arcs.
fn vector<W: BinaryWeight>(bytes: &mut Bytes<'_>, h: &Header, b: &mut GraphBuilder<W>) -> Result<(), OpenFstError> {
    let width = h.arcs.width();
    // A writer that could not go back left −1: the states go on to the end.
    let states = if h.states < 0 { None } else { Some(bytes.holds(h.states, width + 8, "states")?) };
    while states.map_or(!bytes.is_at_end(), |n| b.states() < n) {
        let state = b.state();
        let number = bytes.float(width, "a final weight")?;
        b.final_weight(state, weight(number, state, None)?);
        for n in 0..bytes.count(width + 12, "arcs")? {
            arc(bytes, h.arcs, state, n, b)?;
        }
    }
    Ok(())
}

/// All states, each with the place of its arcs, then all arcs.
fn constant<W: BinaryWeight>(
    bytes: &mut Bytes<'_>,
    h: &Header,
    aligned: bool,
    b: &mut GraphBuilder<W>,
) -> Result<(), OpenFstError> {
    let width = h.arcs.width();
    let align = |bytes: &mut Bytes<'_>| if aligned { bytes.align(ALIGNMENT, "padding") } else { Ok(()) };
    align(bytes)?;
    let states = bytes.holds(h.states, width + 16, "states")?;
    let mut counts = Vec::with_capacity(states);
    let mut before = 0_u64;
    for _ in 0..states {
        let state = b.state();
        let number = bytes.float(width, "a final weight")?;
        b.final_weight(state, weight(number, state, None)?);
        let at = bytes.at();
        let (first, count) = (bytes.u32("a state")?, bytes.u32("a state")?);
        bytes.take(8, "a state")?;
        // OpenFst writes the arcs of each state behind those of the state before; a state without arcs may name any place.
        if count > 0 && u64::from(first) != before {
            return Err(OpenFstError::Range { what: "first arc", value: i64::from(first), at });
        }
        before += u64::from(count);
        counts.push(count as usize);
    }
    align(bytes)?;
    if i64::try_from(before) != Ok(h.arc_count) {
        let (value, at) = (h.arc_count, bytes.at());
        return Err(OpenFstError::Range { what: "number of arcs", value, at });
    }
    bytes.holds(h.arc_count, arc_size(width), "arcs")?;
    for (state, count) in counts.into_iter().enumerate() {
        for n in 0..count {
            arc(bytes, h.arcs, state as StateId, n, b)?;
            bytes.take(arc_size(width) - width - 12, "an arc")?;
        }
    }
    Ok(())
}

/// Bytes of an arc in the const layout: that of memory, where eight bytes of weight make the whole a multiple of eight.
pub(super) fn arc_size(width: usize) -> usize {
    (width + 12).next_multiple_of(width)
}

fn arc<W: BinaryWeight>(
    bytes: &mut Bytes<'_>,
    arcs: ArcType,
    source: StateId,
    n: usize,
    b: &mut GraphBuilder<W>,
) -> Result<(), OpenFstError> {
    let mut number = |what| {
        let at = bytes.at();
        let value = i64::from(bytes.i32(what)?);
        u32::try_from(value).map_err(|_| OpenFstError::Range { what, value, at })
    };
    let (ilabel, olabel): (Label, Label) = (number("input label")?, number("output label")?);
    let of_arc = bytes.float(arcs.width(), "an arc's weight")?;
    let at = bytes.at();
    let target = state(i64::from(bytes.i32("an arc's target")?), at)?;
    b.arc(source, ilabel, olabel, weight(of_arc, source, Some(n))?, target);
    Ok(())
}

fn weight<W: BinaryWeight>(number: f64, state: StateId, arc: Option<usize>) -> Result<W, OpenFstError> {
    W::from_number(number).map_err(|cause| OpenFstError::Weight { state, arc, cause })
}
