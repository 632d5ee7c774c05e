//! Graphs as JSON: what is written is read again, whatever the weight, and what is no graph is refused with its place.
#![cfg(feature = "json")]

use energraph::graph::json::{self, File, JsonError};
use energraph::graph::sample::{Shape, graphs};
use energraph::graph::{Site, SymbolTable, WeightText};
use energraph::laws::{self, Sample};
use energraph::semiring::{
    Boolean, Entropy, Gallic, KBest, Lexicographic, MinMax, Probability, Product, SignedLog, StringLeft, StringRight,
};
use energraph::{Counting, Energy, Graph, LogSum, MinSum};

fn survive<W: WeightText + Sample>() {
    for g in laws::drawn(&graphs::<W>(Shape::cyclic()), 200, 7) {
        let text = json::write(&g, None, None);
        let read: File<W> = json::read(&text).unwrap();
        // States whose final weight is 0̄ are not final: the same.
        assert_eq!(read.graph, g, "{text}");
        assert!(read.isymbols.is_none() && read.osymbols.is_none());
    }
}

#[test]
fn graphs_of_every_weight_survive() {
    survive::<Energy>();
    survive::<MinSum<f64>>();
    survive::<LogSum<f32>>();
    survive::<Boolean>();
    survive::<Counting>();
    survive::<Probability<f64>>();
    survive::<MinMax<f64>>();
    survive::<SignedLog>();
    survive::<KBest<3>>();
    survive::<Product<MinSum<f64>, LogSum<f64>>>();
    survive::<Lexicographic<MinSum<f64>, MinMax<f64>>>();
    survive::<Entropy>();
    survive::<StringLeft>();
    survive::<StringRight>();
    survive::<Gallic<Energy>>();
    survive::<Gallic<LogSum<f64>>>();
}

#[test]
fn tables_come_along_and_the_empty_graph_has_no_start() {
    let mut table = SymbolTable::new();
    table.insert("\"quoted\\", 3).unwrap();
    table.insert("drei", 7).unwrap();
    let empty = Graph::<Energy>::empty();
    let text = json::write(&empty, Some(&table), None);
    let read: File<Energy> = json::read(&text).unwrap();
    assert_eq!((read.graph, read.isymbols, read.osymbols), (empty, Some(table), None));
    assert!(text.contains("\"start\": null") && text.ends_with("}\n"), "{text}");
}

#[test]
fn a_table_names_epsilon_where_it_did() {
    for symbols in ["a 1\n", "e 0\na 1\n", "<eps> 3\n", ""] {
        let table = SymbolTable::read(symbols).unwrap();
        let text = json::write(&Graph::<Energy>::empty(), Some(&table), Some(&table));
        let read: File<Energy> = json::read(&text).unwrap();
        assert_eq!((read.isymbols.as_ref(), read.osymbols.as_ref()), (Some(&table), Some(&table)), "{text}");
    }
}

fn refused(text: &str) -> JsonError {
    json::read::<Energy>(text).unwrap_err()
}

#[test]
fn what_is_no_graph_is_refused_with_its_place() {
    let whole = |start: &str, finals: &str, arcs: &str| {
        format!(r#"{{"weight": "Energy", "start": {start}, "finals": {finals}, "arcs": {arcs}}}"#)
    };
    assert!(json::read::<Energy>(&whole("0", "[null]", "[]")).is_ok());
    for (text, expected) in [
        ("", "line 1 column 0"),
        ("{}", "missing field `weight`"),
        ("[1, 2", "line 1"),
        (&whole("0", "[null]", "[]").replace("arcs", "arks"), "arks"),
        (&whole("-1", "[null]", "[]"), "line 1"),
        (&whole("4294967296", "[null]", "[]"), "line 1"),
        (&whole("1", "[null]", "[]"), "the start names state 1, but there are 1 states"),
        (&whole("null", "[null]", "[]"), "no start"),
        (&whole("0", "[null]", r#"[[0, 1, 1, 1, "0"]]"#), "an arc's target names state 1"),
        (&whole("0", r#"["NaN"]"#, "[]"), "the weight of ending in state 0"),
        (&whole("0", r#"[null]"#, r#"[[0, 0, 1, 1, "0"], [0, 0, 1, 1, "x"]]"#), "the weight of arc 1: \"x\""),
        (&whole("0", "[null]", "[[0, 0, 1, 1, 0.5]]"), "expected a string"),
        (&whole("0", "[1e999]", "[]"), "line 1"),
    ] {
        let told = refused(text).to_string();
        assert!(told.contains(expected), "{text}: {told}");
    }
    let other = refused(&whole("0", "[null]", "[]").replace("Energy", "Counting"));
    assert_eq!(other.to_string(), "weights are \"Counting\", not \"Energy\"");
    let twice = whole("0", "[null]", "[]").replace('}', r#", "isymbols": [[1, "a"], [2, "a"]]}"#);
    assert!(matches!(refused(&twice), JsonError::Symbols(_)));
    let weight = whole("0", "[null]", r#"[[0, 0, 1, 1, "-Infinity"]]"#);
    assert!(matches!(refused(&weight), JsonError::Weight { site: Site::Arc(0), .. }));
}

#[test]
fn brackets_without_end_are_refused_and_not_followed() {
    assert!(matches!(refused(&"[".repeat(1 << 20)), JsonError::Form { .. }));
}
