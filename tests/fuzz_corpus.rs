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
    let (mut graphs, mut tables) = (0, 0);
    for bytes in corpus("openfst") {
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
    assert!(graphs > 10 && tables > 0, "{graphs} {tables}");
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
