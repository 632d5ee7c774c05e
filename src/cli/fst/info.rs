//! `energraph fst info`: what a graph is.

use super::super::error::CliError;
use super::super::files::{Form, deliver, read_graph};
use super::Unary;
use crate::graph::openfst::Layout;
use crate::graph::{EPSILON, Graph, StateId, components, topological_order};
use crate::ops::connect;
use crate::semiring::Energy;

/// Counts and properties, a line each.
pub(super) fn run(unary: &Unary) -> Result<(), CliError> {
    let (isymbols, osymbols) = unary.common.symbols()?;
    let options = unary.common.options((isymbols.as_ref(), osymbols.as_ref()));
    let read = read_graph(&unary.file, &options)?;
    let text: String =
        form(read.form).iter().chain(&lines(&read.graph)).map(|(what, value)| format!("{what:<28}{value}\n")).collect();
    deliver(&text, unary.common.output.as_deref())
}

/// The form of the file.
fn form(form: Form) -> Vec<(&'static str, String)> {
    let layout = match form {
        Form::Text => return vec![("form", "text".to_owned())],
        Form::Json => return vec![("form", "JSON".to_owned())],
        Form::Binary { layout: Layout::Vector, .. } => "vector",
        Form::Binary { layout: Layout::Const { aligned: false }, .. } => "const",
        Form::Binary { layout: Layout::Const { aligned: true }, .. } => "const, aligned",
    };
    let Form::Binary { arcs, .. } = form else { return Vec::new() };
    vec![("form", format!("OpenFst {layout}")), ("arc type", arcs.name().to_owned())]
}

fn lines(g: &Graph<Energy>) -> Vec<(&'static str, String)> {
    let states = || 0..g.states() as StateId;
    let arcs = |wanted: fn(u32, u32) -> bool| g.all_arcs().iter().filter(|a| wanted(a.ilabel, a.olabel)).count();
    let distinct = |s: StateId, output: bool| {
        let mut labels: Vec<u32> = g.arcs(s).iter().map(|a| if output { a.olabel } else { a.ilabel }).collect();
        labels.sort_unstable();
        labels.windows(2).all(|l| l[0] != l[1])
    };
    let yes = |b: bool| if b { "yes" } else { "no" }.to_owned();
    let trimmed = connect(g).map_or((0, 0), |t| (t.graph.states(), t.graph.arc_count()));
    vec![
        ("states", g.states().to_string()),
        ("arcs", g.arc_count().to_string()),
        ("start", g.start().map_or("none".to_owned(), |s| s.to_string())),
        ("final states", states().filter(|&s| g.is_final(s)).count().to_string()),
        ("arcs without labels", arcs(|i, o| i == EPSILON && o == EPSILON).to_string()),
        ("arcs that read nothing", arcs(|i, _| i == EPSILON).to_string()),
        ("arcs that write nothing", arcs(|_, o| o == EPSILON).to_string()),
        ("states on accepting paths", trimmed.0.to_string()),
        ("arcs on accepting paths", trimmed.1.to_string()),
        ("strong components", components(g).count().to_string()),
        ("acceptor", yes(g.is_acceptor())),
        ("acyclic", yes(topological_order(g).is_ok())),
        ("topologically sorted", yes(g.arcs_with_source().all(|(_, s, a)| a.target > s))),
        ("input deterministic", yes(states().all(|s| distinct(s, false)))),
        ("output deterministic", yes(states().all(|s| distinct(s, true)))),
    ]
}
