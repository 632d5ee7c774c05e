use proptest::prelude::*;

use super::*;
use crate::graph::{EPSILON_SYMBOL, Graph, GraphBuilder, StateId, SymbolTable};
use crate::semiring::{Energy, LogSum, MinSum};

const LAYOUTS: [Layout; 3] = [Layout::Vector, Layout::Const { aligned: false }, Layout::Const { aligned: true }];

/// Any graph: dead ends, isolated states, a start anywhere, cycles, weights 0̄.
fn graphs<W: BinaryWeight>(weight: impl Strategy<Value = W> + Clone + 'static) -> impl Strategy<Value = Graph<W>> {
    (1..6_u32).prop_flat_map(move |n| {
        let label = || prop_oneof![0..4_u32, Just(i32::MAX as u32)];
        let arcs = prop::collection::vec((0..n, label(), label(), weight.clone(), 0..n), 0..10);
        let finals = prop::collection::vec(prop::option::of(weight.clone()), n as usize);
        (0..n, arcs, finals).prop_map(|(start, arcs, finals)| {
            let mut b = GraphBuilder::new();
            b.add_states(finals.len());
            b.start(start);
            arcs.into_iter().for_each(|(s, i, o, w, t)| b.arc(s, i, o, w, t));
            for (s, w) in finals.into_iter().enumerate() {
                b.final_weight(s as StateId, w.unwrap_or_else(W::zero));
            }
            b.build().unwrap()
        })
    })
}

fn energies() -> impl Strategy<Value = Energy> + Clone {
    prop_oneof![any::<f32>(), Just(f32::INFINITY), Just(f32::MAX), Just(1e-42_f32)]
        .prop_filter_map("a weight", |x| Energy::new(x).ok())
}

fn chain() -> Graph<Energy> {
    let mut b = GraphBuilder::new();
    b.add_states(2);
    b.start(0);
    b.arc(0, 1, 2, Energy::new(0.5).unwrap(), 1);
    b.final_weight(1, Energy::FREE);
    b.build().unwrap()
}

fn written(layout: Layout) -> Vec<u8> {
    write(&chain(), &WriteOptions { layout, ..WriteOptions::default() }).unwrap()
}

proptest! {
    #[test]
    fn every_layout_and_arc_type_gives_the_graph_back(g in graphs(energies())) {
        for layout in LAYOUTS {
            for arcs in [ArcType::Standard, ArcType::Log, ArcType::Log64] {
                let bytes = write(&g, &WriteOptions { layout, arcs: Some(arcs), ..WriteOptions::default() }).unwrap();
                let file = read::<Energy>(&bytes).unwrap();
                prop_assert_eq!((&file.graph, file.arcs, file.layout), (&g, arcs, layout));
            }
        }
    }

    #[test]
    fn every_weight_survives_in_its_own_arc_type(
        m in graphs(any::<f32>().prop_filter_map("a weight", |x| MinSum::new(x).ok())),
        l in graphs(any::<f32>().prop_filter_map("a weight", |x| LogSum::new(x).ok())),
        d in graphs(any::<f64>().prop_filter_map("a weight", |x| LogSum::new(x).ok())),
    ) {
        let o = WriteOptions::default();
        prop_assert_eq!(read(&write(&m, &o).unwrap()).unwrap().graph, m);
        prop_assert_eq!(read(&write(&l, &o).unwrap()).unwrap().graph, l);
        prop_assert_eq!(read(&write(&d, &o).unwrap()).unwrap().graph, d);
    }

    #[test]
    fn a_file_cut_short_or_altered_is_refused_or_read_but_never_panics(
        g in graphs(energies()), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let table = SymbolTable::from_symbols(["a", "é"]).unwrap();
        for layout in LAYOUTS {
            let o = WriteOptions { layout, isymbols: Some(&table), ..WriteOptions::default() };
            let mut bytes = write(&g, &o).unwrap();
            prop_assert!(read::<Energy>(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read::<Energy>(&bytes);
            let _ = read::<LogSum<f64>>(&bytes);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_symbols(&bytes);
        let mut all = header::MAGIC.to_vec();
        all.extend(bytes);
        let _ = read::<Energy>(&all);
    }
}

#[test]
fn the_empty_graph_has_no_start_and_comes_back() {
    for layout in LAYOUTS {
        let bytes = write(&Graph::<Energy>::empty(), &WriteOptions { layout, ..WriteOptions::default() }).unwrap();
        assert_eq!(read::<Energy>(&bytes).unwrap().graph, Graph::empty());
    }
}

#[test]
fn symbols_travel_with_the_graph_and_alone() {
    let (i, o) = (SymbolTable::from_symbols(["a", "b"]).unwrap(), SymbolTable::from_symbols(["é"]).unwrap());
    for layout in LAYOUTS {
        let options = WriteOptions { layout, isymbols: Some(&i), osymbols: Some(&o), arcs: None };
        let file = read::<Energy>(&write(&chain(), &options).unwrap()).unwrap();
        assert_eq!((file.isymbols.as_ref(), file.osymbols.as_ref()), (Some(&i), Some(&o)));
    }
    assert_eq!(read_symbols(&write_symbols(&o)).unwrap(), o);
    assert_eq!(read_symbols(&write_symbols(&o)).unwrap().symbol(0), Some(EPSILON_SYMBOL));
}

#[test]
fn states_of_an_unknown_number_go_on_to_the_end() {
    let mut bytes = written(Layout::Vector);
    // Type, arc type, version, flags, properties and start come first.
    let at = 4 + (4 + 6) + (4 + 8) + 4 + 4 + 8 + 8;
    assert_eq!(bytes[at..at + 8], 2_i64.to_le_bytes());
    bytes[at..at + 8].copy_from_slice(&(-1_i64).to_le_bytes());
    assert_eq!(read::<Energy>(&bytes).unwrap().graph, chain());
}

#[test]
fn a_count_beyond_the_file_takes_no_memory() {
    let mut bytes = written(Layout::Vector);
    let at = 4 + (4 + 6) + (4 + 8) + 4 + 4 + 8 + 8;
    bytes[at..at + 8].copy_from_slice(&i64::MAX.to_le_bytes());
    assert!(matches!(read::<Energy>(&bytes), Err(OpenFstError::Count { what: "states", .. })));
}

#[test]
fn what_is_not_read_is_named() {
    let mut other = written(Layout::Vector);
    let at = other.windows(8).position(|w| w == b"standard").unwrap();
    other[at..at + 8].copy_from_slice(b"gallic00");
    let said = read::<Energy>(&other).unwrap_err().to_string();
    assert_eq!(said, "arc type \"gallic00\" is not read here; standard, log and log64 are");
    assert_eq!(read::<Energy>(b"GIF89a"), Err(OpenFstError::Magic { expected: "an OpenFst graph" }));
    let mut longer = written(Layout::Vector);
    longer.push(0);
    let (at, bytes) = (longer.len() - 1, 1);
    let trailing = OpenFstError::Trailing { at, bytes };
    assert_eq!(trailing.to_string(), format!("the graph ends at byte {at}, and 1 bytes follow it"));
    assert_eq!(read::<Energy>(&longer), Err(trailing));
}

#[test]
fn bad_numbers_and_those_too_large_are_refused_where_they_stand() {
    let mut nan = written(Layout::Vector);
    let at = nan.windows(4).rposition(|w| w == 0.5_f32.to_le_bytes()).unwrap();
    nan[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(read::<Energy>(&nan), Err(OpenFstError::Weight { state: 0, arc: Some(0), .. })));
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.final_weight(0, LogSum::new(1e300).unwrap());
    let big = b.build().unwrap();
    let standard = WriteOptions { arcs: Some(ArcType::Standard), ..WriteOptions::default() };
    assert!(matches!(write(&big, &standard), Err(OpenFstError::Weight { state: 0, arc: None, .. })));
    let bytes = write(&big, &WriteOptions::default()).unwrap();
    let beyond = read::<Energy>(&bytes).unwrap_err();
    assert!(matches!(beyond, OpenFstError::Weight { state: 0, arc: None, .. }));
    assert_eq!(beyond.to_string(), "final weight of state 0: 1e300 is beyond the range of 32 bits");
    assert_eq!(read::<LogSum<f64>>(&bytes).unwrap().graph, big);
}

#[test]
fn labels_beyond_31_bits_have_no_room() {
    let mut b = GraphBuilder::new();
    b.add_states(1);
    b.start(0);
    b.arc(0, u32::MAX, 1, Energy::FREE, 0);
    let wide = b.build().unwrap();
    assert_eq!(write(&wide, &WriteOptions::default()), Err(OpenFstError::Label { label: u32::MAX }));
}

#[test]
fn tables_keep_their_names() {
    let table = SymbolTable::from_symbols(["a", "b"]).unwrap();
    let name = |table: &SymbolTable| read_symbols(&write_symbols(table)).unwrap().name().map(str::to_owned);
    assert_eq!(name(&table).as_deref(), Some("symbols"));
    for own in ["letters", "", "a/b c"] {
        let named = table.clone().named(own);
        assert_eq!((name(&named).as_deref(), &named), (Some(own), &table));
    }
}
