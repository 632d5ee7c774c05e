//! OpenFst's binary graphs, symbol tables and tables of codes.
#![no_main]

use energraph::graph::openfst::{WriteOptions, read, read_codes, read_symbols, write, write_codes, write_symbols};
use energraph::{Energy, LogSum};
use energraph_fuzz::{Counted, bounded};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static COUNTED: Counted = Counted;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(table) = bounded(bytes, || read_symbols(bytes)) {
        assert_eq!(read_symbols(&write_symbols(&table)).expect("what was written can be read"), table);
    }
    if let Ok(table) = bounded(bytes, || read_codes::<Energy>(bytes)) {
        let written = write_codes(&table).expect("what was read is within range");
        assert_eq!(read_codes(&written).expect("what was written can be read"), table);
    }
    let _ = bounded(bytes, || read::<LogSum<f64>>(bytes));
    let Ok(file) = bounded(bytes, || read::<Energy>(bytes)) else { return };
    let options = WriteOptions {
        layout: file.layout,
        arcs: Some(file.arcs),
        isymbols: file.isymbols.as_ref(),
        osymbols: file.osymbols.as_ref(),
    };
    let written = write(&file.graph, &options).expect("what was read is within range");
    assert_eq!(read::<Energy>(&written).expect("what was written can be read"), file);
});
