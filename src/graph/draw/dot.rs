//! Graphviz text.

use std::fmt::Write;

use super::{Draw, colour, final_name};
use crate::graph::{Graph, StateId, WeightText};

/// The graph in Graphviz's language, laid out by `dot -Tsvg`.
///
/// # Cost
/// Linear.
///
/// ```
/// use energraph::graph::draw::{Draw, dot};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let text = dot(&b.build()?, &Draw::default());
/// assert!(text.contains("0 -> 1 [label=\"1:2/0.5\"]"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dot<W: WeightText>(g: &Graph<W>, draw: &Draw<'_>) -> String {
    let (arc_paths, state_paths) = draw.on_paths(g);
    let border = |path: Option<usize>| path.map(|p| format!(", color=\"{}\"", colour(p))).unwrap_or_default();
    let mut text = String::from("digraph energraph {\n  rankdir=LR;\n  node [shape=circle];\n");
    if !draw.title.is_empty() {
        let _ = writeln!(text, "  labelloc=t;\n  label=\"{}\";", quoted(draw.title));
    }
    for state in 0..g.states() as StateId {
        let shape = if g.is_final(state) { "doublecircle" } else { "circle" };
        let style = if g.start() == Some(state) { "bold" } else { "solid" };
        let weight = final_name(g, state).map(|w| format!("/{w}")).unwrap_or_default();
        let ink = border(state_paths[state as usize]);
        let _ = writeln!(text, "  {state} [label=\"{state}{weight}\", shape={shape}, style={style}{ink}];");
        for (id, arc) in g.arc_ids(state).zip(g.arcs(state)) {
            let path = arc_paths[id as usize];
            let width = if path.is_some() { ", penwidth=2" } else { "" };
            let (name, target) = (quoted(&draw.arc_name(arc)), arc.target);
            let _ = writeln!(text, "  {state} -> {target} [label=\"{name}\"{}{width}];", paint(path));
        }
    }
    text.push_str("}\n");
    text
}

fn paint(path: Option<usize>) -> String {
    path.map(|p| format!(", color=\"{0}\", fontcolor=\"{0}\"", colour(p))).unwrap_or_default()
}

/// A string between double quotes: only quotes and backslashes mean something there.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::SymbolTable;
    use crate::graph::att::{self, AttOptions};
    use crate::semiring::Energy;

    #[test]
    fn start_is_bold_finals_are_double_and_names_are_escaped() {
        let symbols = SymbolTable::from_symbols(["\"", "\\"]).unwrap();
        let o = AttOptions { acceptor: true, isymbols: Some(&symbols), osymbols: None };
        let g: Graph<Energy> = att::read("0 1 \" 0.25\n0 1 \\\n1 1.5\n", &o).unwrap();
        let draw = Draw { isymbols: Some(&symbols), highlight: &[&[1, 99]], ..Draw::default() };
        let text = dot(&g, &draw);
        let expected = [
            "0 [label=\"0\", shape=circle, style=bold, color=\"#1f6fb5\"]",
            "1 [label=\"1/1.5\", shape=doublecircle, style=solid, color=\"#1f6fb5\"]",
            "0 -> 1 [label=\"\\\"/0.25\"]",
            "0 -> 1 [label=\"\\\\\", color=\"#1f6fb5\", fontcolor=\"#1f6fb5\", penwidth=2]",
        ];
        for line in expected {
            assert!(text.contains(line), "{line} not in {text}");
        }
    }
}
