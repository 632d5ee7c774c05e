//! Graphs as JSON, of any weight that has a text form (feature `json`).
//!
//! OpenFst's binary files hold its own three kinds of weight; others travel as one JSON object, white space as one likes:
//!
//! ```json
//! {
//!   "weight": "Energy",
//!   "start": 0,
//!   "finals": [null, "2.5"],
//!   "arcs": [[0, 1, 3, 4, "0.5"]],
//!   "isymbols": [[3, "three"]]
//! }
//! ```
//!
//! `weight` is the name of the weight's type. `finals` has an entry for each state: its final weight, or `null` where it is not
//! final. An arc is source, target, input label, output label and weight; weights are strings, in the form of
//! [`WeightText`], so that every one is read as it was written. `isymbols` and `osymbols`, pairs of label and
//! symbol, may be missing, and so may `isymbols_name` and `osymbols_name`, the tables' own names. The graph without states has the start `null`.

use serde::{Deserialize, Serialize};

use super::{BadWeight, Graph, GraphBuilder, GraphError, Label, Site, StateId, SymbolError, SymbolTable, WeightText};
use crate::semiring::type_name;

/// A graph with the tables that came with it.
#[derive(Debug, Clone, PartialEq)]
pub struct File<W> {
    /// The graph.
    pub graph: Graph<W>,
    /// Names of input labels.
    pub isymbols: Option<SymbolTable>,
    /// Names of output labels.
    pub osymbols: Option<SymbolTable>,
}

/// Why JSON is no graph.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or not an object of this form; where is told.
    #[error("{why}")]
    Form {
        /// What is wrong, with line and column.
        why: String,
    },
    /// A graph of other weights.
    #[error("weights are {found:?}, not {expected:?}")]
    Kind {
        /// What the file says.
        found: String,
        /// The name of the type that was asked for.
        expected: String,
    },
    /// A weight that is none; arcs are counted as they stand in the file.
    #[error("the weight of {}: {why}", place(site))]
    Weight {
        /// Whose it is.
        site: Site,
        /// What is wrong with it.
        why: BadWeight,
    },
    /// States that do not exist, or no start.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Symbols that are none, or pairs that contradict each other.
    #[error(transparent)]
    Symbols(#[from] SymbolError),
}

fn place(site: &Site) -> String {
    match site {
        Site::Arc(arc) => format!("arc {arc}"),
        Site::Final(state) => format!("ending in state {state}"),
    }
}

/// Pairs of label and symbol.
type Symbols = Vec<(Label, String)>;

/// The object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    weight: String,
    start: Option<StateId>,
    finals: Vec<Option<String>>,
    arcs: Vec<(StateId, StateId, Label, Label, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    isymbols: Option<Symbols>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    osymbols: Option<Symbols>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    isymbols_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    osymbols_name: Option<String>,
}

/// Reads a graph. Arcs of a state keep their order.
///
/// # Errors
/// [`JsonError`].
///
/// # Cost
/// Linear in the text, in time and memory.
///
/// ```
/// use energraph::graph::json;
/// use energraph::{Counting, Graph};
/// let text = r#"{"weight": "Counting", "start": 0, "finals": [null, "2"], "arcs": [[0, 1, 3, 4, "5"]]}"#;
/// let g: Graph<Counting> = json::read(text)?.graph;
/// assert_eq!((g.arcs(0)[0].weight, g.final_weight(1)), (Counting(5), Counting(2)));
/// assert_eq!(json::read(&json::write(&g, None, None))?.graph, g);
/// # Ok::<(), json::JsonError>(())
/// ```
pub fn read<W: WeightText>(text: &str) -> Result<File<W>, JsonError> {
    let object: Object = serde_json::from_str(text).map_err(|e| JsonError::Form { why: e.to_string() })?;
    let expected = type_name::<W>();
    if object.weight != expected {
        return Err(JsonError::Kind { found: object.weight, expected });
    }
    let weight = |text: &str, site| W::parse_weight(text).map_err(|why| JsonError::Weight { site, why });
    let mut b = GraphBuilder::new();
    b.add_states(object.finals.len());
    for (state, end) in (0..).zip(&object.finals) {
        if let Some(end) = end {
            b.final_weight(state, weight(end, Site::Final(state))?);
        }
    }
    for (arc, (source, target, ilabel, olabel, w)) in (0..).zip(object.arcs) {
        b.arc(source, ilabel, olabel, weight(&w, Site::Arc(arc))?, target);
    }
    object.start.into_iter().for_each(|start| b.start(start));
    let isymbols = table(object.isymbols, object.isymbols_name)?;
    let osymbols = table(object.osymbols, object.osymbols_name)?;
    Ok(File { graph: b.build()?, isymbols, osymbols })
}

fn table(symbols: Option<Symbols>, name: Option<String>) -> Result<Option<SymbolTable>, SymbolError> {
    let read = |pairs: Symbols| -> Result<SymbolTable, SymbolError> {
        let mut table = SymbolTable::empty();
        pairs.iter().try_for_each(|(label, symbol)| table.insert(symbol, *label))?;
        Ok(match name {
            Some(name) => table.named(name),
            None => table,
        })
    };
    symbols.map(read).transpose()
}

/// A graph as JSON, a line for each arc, with the tables that are given. Final weights of 0̄ are those of states that are not final.
///
/// # Cost
/// Linear.
pub fn write<W: WeightText>(g: &Graph<W>, isymbols: Option<&SymbolTable>, osymbols: Option<&SymbolTable>) -> String {
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let pairs = |table: &SymbolTable| {
        let pairs: Vec<String> = table.iter().map(|(label, symbol)| format!("[{label}, {}]", string(symbol))).collect();
        pairs.join(", ")
    };
    let states = 0..g.states() as StateId;
    let end = |s| if g.is_final(s) { string(&g.final_weight(s).print_weight()) } else { "null".to_owned() };
    let finals: Vec<String> = states.clone().map(end).collect();
    let arcs = states.flat_map(|s| g.arcs(s).iter().map(move |a| (s, a)));
    let arc = |(s, a): (StateId, &super::Arc<W>)| {
        format!("    [{s}, {}, {}, {}, {}]", a.target, a.ilabel, a.olabel, string(&a.weight.print_weight()))
    };
    let arcs: Vec<String> = arcs.map(arc).collect();
    let start = g.start().map_or("null".to_owned(), |s| s.to_string());
    let mut text = format!(
        "{{\n  \"weight\": {},\n  \"start\": {start},\n  \"finals\": [{}],\n  \"arcs\": [",
        string(&type_name::<W>()),
        finals.join(", ")
    );
    if !arcs.is_empty() {
        text += &format!("\n{}\n  ", arcs.join(",\n"));
    }
    text.push(']');
    for (name, table) in [("isymbols", isymbols), ("osymbols", osymbols)] {
        if let Some(table) = table {
            if let Some(own) = table.name() {
                text += &format!(",\n  \"{name}_name\": {}", string(own));
            }
            text += &format!(",\n  \"{name}\": [{}]", pairs(table));
        }
    }
    text + "\n}\n"
}
