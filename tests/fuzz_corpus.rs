//! The readers of graph files on all inputs that fuzzing has kept (`tests/fuzz`): each is read or refused, and what is read is written and
//! read again.

use std::path::Path;

use energraph::graph::att::{self, AttOptions};
use energraph::graph::ngram::arpa;
use energraph::graph::{SymbolTable, openfst};
use energraph::{Energy, Graph};

fn corpus(reader: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(reader);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let files: Vec<Vec<u8>> = files.collect();
    assert!(files.len() > 50, "{reader}: {} inputs", files.len());
    files
}

#[test]
fn texts_of_graphs_are_read_or_refused() {
    let mut read = 0;
    for bytes in corpus("att") {
        let Some((form, bytes)) = bytes.split_first() else { continue };
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let options = AttOptions { acceptor: form % 2 == 1, ..AttOptions::default() };
        let Ok(g) = att::read::<Energy>(text, &options) else { continue };
        let written = att::write(&g, &options).unwrap();
        let again: Graph<Energy> = att::read(&written, &options).unwrap();
        assert_eq!(att::write(&again, &options).unwrap(), written, "{text:?}");
        read += 1;
    }
    assert!(read > 10, "{read}");
}

#[test]
fn binaries_of_graphs_and_tables_are_read_or_refused() {
    let (mut graphs, mut tables, mut codes) = (0, 0, 0);
    for bytes in corpus("openfst") {
        if let Ok(table) = openfst::read_codes::<Energy>(&bytes) {
            assert_eq!(openfst::read_codes(&openfst::write_codes(&table).unwrap()), Ok(table));
            codes += 1;
        }
        if let Ok(table) = openfst::read_symbols(&bytes) {
            assert_eq!(openfst::read_symbols(&openfst::write_symbols(&table)), Ok(table));
            tables += 1;
        }
        let Ok(file) = openfst::read::<Energy>(&bytes) else { continue };
        let (isymbols, osymbols) = (file.isymbols.as_ref(), file.osymbols.as_ref());
        let options = openfst::WriteOptions { layout: file.layout, arcs: Some(file.arcs), isymbols, osymbols };
        assert_eq!(openfst::read(&openfst::write(&file.graph, &options).unwrap()), Ok(file));
        graphs += 1;
    }
    assert!(graphs > 10 && tables > 0 && codes > 1, "{graphs} {tables} {codes}");
}

/// How many of the texts are graphs of a weight; each is written and read again.
#[cfg(feature = "json")]
fn written_again<W: energraph::graph::WeightText>() -> usize {
    use energraph::graph::json;
    let inputs = corpus("json");
    let texts = inputs.iter().filter_map(|bytes| std::str::from_utf8(bytes).ok());
    let files = texts.filter_map(|text| json::read::<W>(text).ok());
    let again = |file: json::File<W>| {
        let written = json::write(&file.graph, file.isymbols.as_ref(), file.osymbols.as_ref());
        assert_eq!(json::read(&written).unwrap(), file, "{written}");
    };
    files.map(again).count()
}

#[cfg(feature = "json")]
#[test]
fn json_is_read_or_refused() {
    use energraph::semiring::{Entropy, Gallic, KBest, Lexicographic, MinMax, Product, SignedLog, StringLeft};
    use energraph::{Counting, LogSum, MinSum};
    let read = [
        written_again::<Energy>(),
        written_again::<Counting>(),
        written_again::<SignedLog>(),
        written_again::<KBest<3>>(),
        written_again::<Product<MinSum<f64>, LogSum<f64>>>(),
        written_again::<Lexicographic<MinSum<f64>, MinMax<f64>>>(),
        written_again::<Entropy>(),
        written_again::<StringLeft>(),
        written_again::<Gallic<Energy>>(),
    ];
    assert!(read[0] > 10 && read.iter().all(|&n| n > 0), "{read:?}");
}

#[test]
fn tables_and_n_grams_are_read_or_refused() {
    let (mut tables, mut models) = (0, 0);
    for bytes in corpus("symbols") {
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if let Ok(table) = SymbolTable::read(text) {
            assert_eq!(SymbolTable::read(&table.write()), Ok(table));
            tables += 1;
        }
        models += usize::from(arpa::read(text, &mut SymbolTable::new()).is_ok());
    }
    assert!(tables > 10 && models > 0, "{tables} {models}");
}
