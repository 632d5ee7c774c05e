//! Pictures of graphs: Graphviz text ([`dot`]) and a finished drawing ([`svg`]).
//!
//! Both show the start state bold and final states with a double border, as OpenFst's `fstdraw` does; arcs are named
//! `in:out/energy`, `a` standing for `a:a` and a weight of 1̄ left out.

mod dot;
mod order;
mod place;
mod rank;
mod svg;

pub use dot::dot;
pub use svg::svg;

use super::{Arc, ArcId, EPSILON, Graph, Label, StateId, SymbolTable, WeightText};

/// What a drawing shows beside the graph itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draw<'a> {
    /// A line above the drawing; none where empty.
    pub title: &'a str,
    /// Names of input labels.
    pub isymbols: Option<&'a SymbolTable>,
    /// Names of output labels.
    pub osymbols: Option<&'a SymbolTable>,
    /// Paths to bring out, each by its arcs and in a colour of its own: blue, then orange, then green. An arc on
    /// several has the colour of the first; arcs that do not exist are passed over.
    pub highlight: &'a [&'a [ArcId]],
}

/// Why a graph cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// More than anyone could look at.
    #[error("a graph of {states} states and {arcs} arcs is too large to draw; the limit is {limit} of both together")]
    TooLarge {
        /// States of the graph.
        states: usize,
        /// Arcs of the graph.
        arcs: usize,
        /// States and arcs, bends of long arcs included, that can be drawn.
        limit: usize,
    },
}

const COLOURS: [&str; 3] = ["#1f6fb5", "#d9730d", "#2f8f46"];

impl Draw<'_> {
    /// Which highlighted path each arc is on, and each state.
    fn on_paths<W: WeightText>(&self, g: &Graph<W>) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
        let (mut arcs, mut states) = (vec![None; g.arc_count()], vec![None; g.states()]);
        for (p, path) in self.highlight.iter().enumerate() {
            for &id in *path {
                let (Some(slot), Some(source)) = (arcs.get_mut(id as usize), g.source(id)) else { continue };
                slot.get_or_insert(p);
                let target = g.all_arcs().get(id as usize).map_or(source, |a| a.target);
                for state in [source, target] {
                    states[state as usize].get_or_insert(p);
                }
            }
        }
        (arcs, states)
    }

    /// `a:b/0.5`, as short as it can be.
    fn arc_name<W: WeightText>(&self, arc: &Arc<W>) -> String {
        let input = label_name(arc.ilabel, self.isymbols);
        let output = label_name(arc.olabel, self.osymbols);
        let same = arc.ilabel == arc.olabel && (input == output || self.osymbols.is_none());
        let labels = if same { input } else { format!("{input}:{output}") };
        match weight_name(&arc.weight) {
            Some(weight) => format!("{labels}/{weight}"),
            None => labels,
        }
    }
}

fn colour(path: usize) -> &'static str {
    COLOURS[path % COLOURS.len()]
}

fn label_name(label: Label, symbols: Option<&SymbolTable>) -> String {
    match symbols.and_then(|t| t.symbol(label)) {
        _ if label == EPSILON => "ε".to_owned(),
        Some(symbol) => symbol.to_owned(),
        None => label.to_string(),
    }
}

/// The weight in at most three decimals; `None` for 1̄.
fn weight_name<W: WeightText>(weight: &W) -> Option<String> {
    if *weight == W::one() {
        return None;
    }
    let exact = weight.print_weight();
    Some(match exact.parse::<f64>() {
        Ok(x) if x.is_infinite() => "∞".to_owned(),
        Ok(x) if x.fract() != 0.0 && x.abs() < 0.0005 => format!("{x:.1e}"),
        Ok(x) if x.fract() != 0.0 => format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ => exact,
    })
}

/// Final weight's name, where the state is final and its weight is not 1̄.
fn final_name<W: WeightText>(g: &Graph<W>, state: StateId) -> Option<String> {
    if g.is_final(state) { weight_name(&g.final_weight(state)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semiring::Energy;

    #[test]
    fn weights_are_shown_in_at_most_three_decimals() {
        let name = |x: f32| weight_name(&Energy::new(x).unwrap());
        assert_eq!(name(0.0), None);
        for (x, shown) in [(0.5, "0.5"), (1.23456, "1.235"), (2.0, "2"), (-0.9999, "-1"), (1e-5, "1.0e-5")] {
            assert_eq!(name(x).as_deref(), Some(shown));
        }
        assert_eq!(name(f32::INFINITY).as_deref(), Some("∞"));
    }
}
