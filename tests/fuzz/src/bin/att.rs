//! AT&T text: what can be read is written, and read again as the same.
#![no_main]

use energraph::graph::att::{AttOptions, read, write};
use energraph::{Energy, Graph};
use energraph_fuzz::{Counted, bounded};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static COUNTED: Counted = Counted;

fuzz_target!(|bytes: &[u8]| {
    let Some((form, bytes)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let options = AttOptions { acceptor: form % 2 == 1, ..AttOptions::default() };
    let Ok(g) = bounded(bytes, || read::<Energy>(text, &options)) else { return };
    let written = write(&g, &options).expect("labels are numbers");
    let again: Graph<Energy> = read(&written, &options).expect("what was written can be read");
    // States are numbered anew in the order of their numbers, which writing keeps where all are named.
    assert!(again.states() <= g.states() && again.arc_count() == g.arc_count());
    assert_eq!(write(&again, &options).expect("labels are numbers"), written);
});
