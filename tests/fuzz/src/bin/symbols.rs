//! Symbol tables as text, and n-grams in ARPA's form.
#![no_main]

use energraph::graph::SymbolTable;
use energraph::graph::ngram::arpa;
use energraph_fuzz::{Counted, bounded};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static COUNTED: Counted = Counted;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(table) = bounded(bytes, || SymbolTable::read(text)) {
        assert_eq!(SymbolTable::read(&table.write()).expect("what was written can be read"), table);
    }
    let _ = bounded(bytes, || arpa::read(text, &mut SymbolTable::new()));
});
