//! Binary symbol tables.

use super::OpenFstError;
use super::bytes::{Bytes, put_text};
use crate::graph::{Label, SymbolTable};

/// The first four bytes of a symbol table.
const MAGIC: [u8; 4] = 2_125_658_996_i32.to_le_bytes();

/// Reads a binary symbol table, as `fstsymbols` and `fstcompile --keep_isymbols` write them. Label 0 has the
/// name that the table gives it, or none.
///
/// # Errors
/// [`OpenFstError`]; labels from 0 to 2³² − 1 are read. Cost: O(n log n).
pub fn read_symbols(bytes: &[u8]) -> Result<SymbolTable, OpenFstError> {
    table(&mut Bytes::new(bytes))
}

/// Whether bytes begin as a binary symbol table does.
pub fn are_symbols(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Writes a table that OpenFst reads. Cost: linear.
pub fn write_symbols(table: &SymbolTable) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, table);
    out
}

/// A table inside a file.
pub(super) fn table(bytes: &mut Bytes<'_>) -> Result<SymbolTable, OpenFstError> {
    const WHAT: &str = "a symbol table";
    if bytes.take(4, WHAT)? != MAGIC {
        return Err(OpenFstError::Magic { expected: "an OpenFst symbol table" });
    }
    let name = bytes.text(WHAT)?.to_owned();
    let _next_label = bytes.i64(WHAT)?;
    // A symbol takes the four bytes of its length and eight of its label.
    let count = bytes.count(12, "symbols")?;
    let mut pairs: Vec<(&str, Label)> = Vec::with_capacity(count);
    for _ in 0..count {
        let symbol = bytes.text("a symbol")?;
        let at = bytes.at();
        let value = bytes.i64("a symbol's label")?;
        let label = Label::try_from(value).map_err(|_| OpenFstError::Range { what: "label", value, at })?;
        pairs.push((symbol, label));
    }
    let mut table = SymbolTable::empty().named(name);
    for (symbol, label) in pairs {
        table.insert(symbol, label)?;
    }
    Ok(table)
}

/// Appends a table to a file.
pub(super) fn put(out: &mut Vec<u8>, table: &SymbolTable) {
    let next = table.iter().last().map_or(0, |(label, _)| i64::from(label) + 1);
    out.extend(MAGIC);
    put_text(out, table.name().unwrap_or("symbols"));
    out.extend(next.to_le_bytes());
    out.extend((table.len() as i64).to_le_bytes());
    for (label, symbol) in table.iter() {
        put_text(out, symbol);
        out.extend(i64::from(label).to_le_bytes());
    }
}
