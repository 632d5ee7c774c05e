//! Tables of codes, as `fstencode` keeps them beside the graphs that it encodes.

use super::bytes::{Bytes, put_text};
use super::number::narrow;
use super::{ArcType, BinaryWeight, OpenFstError, symbols};
use crate::graph::{Label, SymbolTable};

/// The first four bytes of a table.
const MAGIC: [u8; 4] = 2_128_178_506_i32.to_le_bytes();

const LABELS: u8 = 1;
const WEIGHTS: u8 = 2;
const HAS_ISYMBOLS: u8 = 4;
const HAS_OSYMBOLS: u8 = 8;

/// Both labels of the weight of an end.
const END: i32 = -1;

/// What the labels 1, 2, … of an encoded graph stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeTable<W> {
    /// Whether output labels are encoded.
    pub labels: bool,
    /// Whether weights are encoded.
    pub weights: bool,
    /// The kind of weights.
    pub arcs: ArcType,
    /// What each label stands for, from label 1 on.
    pub codes: Vec<ArcCode<W>>,
    /// Names of the input labels that are encoded.
    pub isymbols: Option<SymbolTable>,
    /// Names of the output labels that are encoded.
    pub osymbols: Option<SymbolTable>,
}

/// What one label stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum ArcCode<W> {
    /// Input label, output label (0 where those are not encoded) and weight (1̄ where those are not) of an arc.
    Arc(Label, Label, W),
    /// The weight of an end.
    End(W),
}

/// Whether bytes begin as a table of codes does.
pub fn are_codes(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The kind of weights that a table's header names; `None` where it has no header that is read here. What `W` to [`read_codes`] it with
/// may depend on it.
///
/// ```
/// use energraph::LogSum;
/// use energraph::graph::openfst::{ArcType, CodeTable, arc_type_of_codes, write_codes};
/// let (arcs, codes) = (ArcType::Log64, Vec::new());
/// let table = CodeTable::<LogSum<f64>> { labels: true, weights: true, arcs, codes, isymbols: None, osymbols: None };
/// assert_eq!((arc_type_of_codes(&write_codes(&table)?), arc_type_of_codes(b"GIF89a")), (Some(arcs), None));
/// # Ok::<(), energraph::graph::openfst::OpenFstError>(())
/// ```
pub fn arc_type_of_codes(bytes: &[u8]) -> Option<ArcType> {
    header(&mut Bytes::new(bytes)).ok()
}

const HEADER: &str = "the table's header";

/// The first bytes and the kind of weights.
fn header(bytes: &mut Bytes<'_>) -> Result<ArcType, OpenFstError> {
    if !bytes.take(4, HEADER).is_ok_and(|m| m == MAGIC) {
        return Err(OpenFstError::Magic { expected: "a table of codes" });
    }
    let name = bytes.text(HEADER)?;
    let (what, expected) = ("arc type", "standard, log and log64 are");
    ArcType::named(name).ok_or_else(|| OpenFstError::Unsupported { what, found: name.to_owned(), expected })
}

/// Reads the table that `fstencode` wrote. It may have any of the three arc types; log64 weights are rounded where `W` has 32 bits.
///
/// # Errors
/// [`OpenFstError`], for other weights than OpenFst's three arc types too; the number of a code stands for the state in
/// [`OpenFstError::Weight`].
///
/// # Cost
/// Linear in the file, in time and memory.
///
/// ```
/// use energraph::graph::openfst::{ArcCode, ArcType, CodeTable, read_codes, write_codes};
/// use energraph::Energy;
/// let table = CodeTable {
///     labels: true,
///     weights: true,
///     arcs: ArcType::Standard,
///     codes: vec![ArcCode::Arc(3, 4, Energy::new(0.5)?), ArcCode::End(Energy::FREE)],
///     isymbols: None,
///     osymbols: None,
/// };
/// assert_eq!(read_codes::<Energy>(&write_codes(&table)?)?, table);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_codes<W: BinaryWeight>(bytes: &[u8]) -> Result<CodeTable<W>, OpenFstError> {
    let bytes = &mut Bytes::new(bytes);
    let arcs = header(bytes)?;
    let at = bytes.at();
    let flags = bytes.take(1, HEADER)?.first().copied().unwrap_or_default();
    if flags > (LABELS | WEIGHTS | HAS_ISYMBOLS | HAS_OSYMBOLS) {
        return Err(OpenFstError::Range { what: "what is encoded", value: i64::from(flags), at });
    }
    let count = bytes.count(8 + arcs.width(), "codes")?;
    let codes = (0..count).map(|n| code(bytes, arcs, n as u32)).collect::<Result<Vec<_>, _>>()?;
    let mut symbols = |flag| (flags & flag != 0).then(|| symbols::table(bytes)).transpose();
    let (isymbols, osymbols) = (symbols(HAS_ISYMBOLS)?, symbols(HAS_OSYMBOLS)?);
    if !bytes.is_at_end() {
        let (what, at) = ("the end of the table, before that of the file,", bytes.at());
        return Err(OpenFstError::Range { what, value: at as i64, at });
    }
    let (labels, weights) = (flags & LABELS != 0, flags & WEIGHTS != 0);
    Ok(CodeTable { labels, weights, arcs, codes, isymbols, osymbols })
}

fn code<W: BinaryWeight>(bytes: &mut Bytes<'_>, arcs: ArcType, n: u32) -> Result<ArcCode<W>, OpenFstError> {
    let at = bytes.at();
    let labels = [bytes.i32("a code")?, bytes.i32("a code")?];
    let number = bytes.float(arcs.width(), "a code's weight")?;
    let weight = W::from_number(number).map_err(|cause| OpenFstError::Weight { state: n, arc: None, cause })?;
    // Where output labels are not encoded, that of an end may be either.
    if labels[0] == END && (labels[1] == END || labels[1] == 0) {
        return Ok(ArcCode::End(weight));
    }
    let label = |value: i32| {
        Label::try_from(value).map_err(|_| OpenFstError::Range { what: "label", value: i64::from(value), at })
    };
    Ok(ArcCode::Arc(label(labels[0])?, label(labels[1])?, weight))
}

/// Writes a table that `fstencode` reads. Weights of 64 bits are rounded where the arc type has 32.
///
/// # Errors
/// [`OpenFstError::Label`] for labels beyond 2³¹ − 1, [`OpenFstError::Weight`] for a finite weight beyond the arc type's range, with the
/// number of the code for the state.
///
/// # Cost
/// Linear.
pub fn write_codes<W: BinaryWeight>(table: &CodeTable<W>) -> Result<Vec<u8>, OpenFstError> {
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    let flags = flag(table.labels, LABELS)
        | flag(table.weights, WEIGHTS)
        | flag(table.isymbols.is_some(), HAS_ISYMBOLS)
        | flag(table.osymbols.is_some(), HAS_OSYMBOLS);
    let mut out = Vec::new();
    out.extend(MAGIC);
    put_text(&mut out, table.arcs.name());
    out.push(flags);
    out.extend((table.codes.len() as i64).to_le_bytes());
    let label = |label: Label| i32::try_from(label).map_err(|_| OpenFstError::Label { label });
    for (n, code) in (0..).zip(&table.codes) {
        let (labels, weight) = match code {
            ArcCode::Arc(i, o, weight) => ([label(*i)?, label(*o)?], weight),
            ArcCode::End(weight) => ([END, END], weight),
        };
        labels.iter().for_each(|l| out.extend(l.to_le_bytes()));
        let number = weight.number();
        if table.arcs.width() == 8 {
            out.extend(number.to_le_bytes());
        } else {
            let near = narrow(number).map_err(|cause| OpenFstError::Weight { state: n, arc: None, cause })?;
            out.extend(near.to_le_bytes());
        }
    }
    [&table.isymbols, &table.osymbols].into_iter().flatten().for_each(|t| symbols::put(&mut out, t));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::EPSILON;
    use crate::semiring::{Energy, Weight};

    fn table() -> CodeTable<Energy> {
        let half = Energy::new(0.5).unwrap();
        let codes = vec![ArcCode::Arc(3, 4, half), ArcCode::Arc(EPSILON, EPSILON, Energy::zero()), ArcCode::End(half)];
        let isymbols = Some(SymbolTable::from_symbols(["a", "b"]).unwrap());
        CodeTable { labels: true, weights: true, arcs: ArcType::Log, codes, isymbols, osymbols: None }
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        let bytes = write_codes(&table()).unwrap();
        assert_eq!(read_codes::<Energy>(&bytes), Ok(table()));
        for length in 0..bytes.len() {
            assert!(read_codes::<Energy>(&bytes[..length]).is_err(), "{length}");
        }
        assert!(read_codes::<Energy>(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn flags_counts_labels_and_weights_out_of_range_are_refused() {
        let bytes = write_codes(&table()).unwrap();
        let with = |at: usize, new: &[u8]| {
            let mut bytes = bytes.clone();
            bytes[at..at + new.len()].copy_from_slice(new);
            read_codes::<Energy>(&bytes).unwrap_err()
        };
        // Magic and the name "log" with its length are 11 bytes; then flags, the count, and codes of 12 bytes.
        assert!(matches!(with(11, &[16]), OpenFstError::Range { what: "what is encoded", .. }));
        assert!(matches!(with(11, &[32]), OpenFstError::Range { .. }));
        assert!(matches!(with(12, &i64::MAX.to_le_bytes()), OpenFstError::Count { .. }));
        assert!(matches!(with(12, &(-1_i64).to_le_bytes()), OpenFstError::Count { .. }));
        assert!(matches!(with(20, &(-2_i32).to_le_bytes()), OpenFstError::Range { what: "label", .. }));
        assert!(matches!(with(28, &f32::NAN.to_le_bytes()), OpenFstError::Weight { state: 0, .. }));
        assert!(matches!(with(8, b"map"), OpenFstError::Unsupported { what: "arc type", .. }));
    }
}
