//! What stands in front of a graph.

use super::bytes::{Bytes, put_text};
use super::{ArcType, Layout, OpenFstError};

/// The first four bytes of a graph.
pub(super) const MAGIC: [u8; 4] = 2_125_659_606_i32.to_le_bytes();

/// Where aligned parts begin: at multiples of so many bytes.
pub(super) const ALIGNMENT: usize = 16;

const HAS_ISYMBOLS: i32 = 1;
const HAS_OSYMBOLS: i32 = 2;
const IS_ALIGNED: i32 = 4;

/// Properties that the layouts have by themselves: all states are there; states may be changed. The others are left unknown.
const EXPANDED: u64 = 1;
const MUTABLE: u64 = 2;

/// A graph's header.
pub(super) struct Header {
    pub layout: Layout,
    pub arcs: ArcType,
    pub isymbols: bool,
    pub osymbols: bool,
    /// −1 for none.
    pub start: i64,
    /// −1 where whoever wrote it did not know.
    pub states: i64,
    pub arc_count: i64,
}

impl Header {
    pub fn read(bytes: &mut Bytes<'_>) -> Result<Header, OpenFstError> {
        const WHAT: &str = "the header";
        let magic = bytes.take(4, WHAT).is_ok_and(|m| m == MAGIC);
        if !magic {
            return Err(OpenFstError::Magic { expected: "an OpenFst graph" });
        }
        let layout = bytes.text(WHAT)?;
        let arcs = bytes.text(WHAT)?;
        let version = bytes.i32(WHAT)?;
        let flags = bytes.i32(WHAT)?;
        bytes.take(8, WHAT)?;
        let unsupported =
            |what, found: &str, expected| Err(OpenFstError::Unsupported { what, found: found.to_owned(), expected });
        // Version 1 of the const layout is the aligned one, whatever the flags say.
        let aligned = flags & IS_ALIGNED != 0 || version == 1;
        let layout = match (layout, version) {
            ("vector", 2) => Layout::Vector,
            ("const", 1 | 2) => Layout::Const { aligned },
            ("vector" | "const", _) => {
                return unsupported("version", &version.to_string(), "2 is, and 1 of const graphs");
            }
            _ => return unsupported("graph type", layout, "vector and const are: fstconvert gives them"),
        };
        let Some(arcs) = ArcType::named(arcs) else {
            return unsupported("arc type", arcs, "standard, log and log64 are");
        };
        Ok(Header {
            layout,
            arcs,
            isymbols: flags & HAS_ISYMBOLS != 0,
            osymbols: flags & HAS_OSYMBOLS != 0,
            start: bytes.i64(WHAT)?,
            states: bytes.i64(WHAT)?,
            arc_count: bytes.i64(WHAT)?,
        })
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        let (name, version, aligned, properties) = match self.layout {
            Layout::Vector => ("vector", 2_i32, false, EXPANDED | MUTABLE),
            Layout::Const { aligned } => ("const", if aligned { 1 } else { 2 }, aligned, EXPANDED),
        };
        let flag = |is: bool, flag: i32| if is { flag } else { 0 };
        let flags = flag(self.isymbols, HAS_ISYMBOLS) | flag(self.osymbols, HAS_OSYMBOLS) | flag(aligned, IS_ALIGNED);
        out.extend(MAGIC);
        put_text(out, name);
        put_text(out, self.arcs.name());
        out.extend(version.to_le_bytes());
        out.extend(flags.to_le_bytes());
        out.extend(properties.to_le_bytes());
        for number in [self.start, self.states, self.arc_count] {
            out.extend(number.to_le_bytes());
        }
    }
}
