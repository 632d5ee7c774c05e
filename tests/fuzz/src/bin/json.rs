//! JSON, of simple and of combined weights: what can be read is written, and read again as the same.
#![no_main]

use energraph::graph::WeightText;
use energraph::graph::json::{read, write};
use energraph::semiring::{Entropy, Gallic, KBest, Lexicographic, MinMax, Product, SignedLog, StringLeft};
use energraph::{Counting, Energy, LogSum, MinSum};
use energraph_fuzz::{Counted, bounded};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static COUNTED: Counted = Counted;

fn check<W: WeightText>(text: &str) {
    let Ok(file) = bounded(text.as_bytes(), || read::<W>(text)) else { return };
    let written = write(&file.graph, file.isymbols.as_ref(), file.osymbols.as_ref());
    assert_eq!(read::<W>(&written).expect("what was written can be read"), file);
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check::<Energy>(text);
    check::<Counting>(text);
    check::<SignedLog>(text);
    check::<KBest<3>>(text);
    check::<Product<MinSum<f64>, LogSum<f64>>>(text);
    check::<Lexicographic<MinSum<f64>, MinMax<f64>>>(text);
    check::<Entropy>(text);
    check::<StringLeft>(text);
    check::<Gallic<Energy>>(text);
});
