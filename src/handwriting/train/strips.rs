//! Cutting training images into the strips that splicing joins.

use super::splice::{Strip, Strips};
use super::{Example, TrainError};
use crate::graph::{Label, SymbolTable};
use crate::handwriting::cuts::Cutter;
use crate::handwriting::{Field, Grammar, Interpretations};
use crate::learn::FrontEnd;
use crate::ops::{Compose, acceptor, compose};
use crate::paths::Beta;

/// Cuts every example along the best path through its own answer.
pub(super) fn cut_strips<F: FrontEnd<Input = Field>>(
    examples: &[Example],
    net: &mut F,
    cutter: &Cutter,
    grammars: &[Grammar],
    alphabet: &SymbolTable,
) -> Result<Strips, TrainError> {
    let mut all = Vec::new();
    for (chunk, examples) in examples.chunks(32).enumerate() {
        let fields = examples.iter().map(|e| cutter.field(e.ink.clone())).collect::<Result<Vec<_>, _>>()?;
        let energies = net.infer(&fields)?;
        for (i, (field, example)) in fields.iter().zip(examples).enumerate() {
            let Some(grammar) = grammars.get(example.grammar) else { continue };
            let number = (chunk * 32 + i) as u32;
            all.extend(
                strips_of(field, energies.block(i), alphabet.len() - 1, grammar, example, number).unwrap_or_default(),
            );
        }
    }
    let named = |symbols: &str| symbols.chars().filter_map(|c| alphabet.label(&c.to_string())).collect::<Vec<Label>>();
    Ok(Strips::new(all, &named(".,"), &named("-"), &silent(examples, grammars, alphabet)))
}

fn strips_of(
    field: &Field,
    energies: ndarray::ArrayView2<'_, f32>,
    symbols: usize,
    grammar: &Grammar,
    example: &Example,
    number: u32,
) -> Option<Vec<Strip>> {
    let meant = compose(&grammar.graph, &acceptor(&example.answer).ok()?, &Compose::default()).ok()?.graph;
    let right = Interpretations::new(field, energies, symbols, &meant).ok()?;
    let placed = right.placed(&right.best().ok()?, Beta::Infinite).ok()?;
    let strip = |p: crate::handwriting::Placed| {
        let (from, to) = field.extent(*field.spans().get(p.span)?)?;
        Some(Strip { example: number, from: from as u32, to: to as u32, symbol: p.label })
    };
    Some(placed.into_iter().filter_map(strip).collect())
}

/// Symbols that the examples' grammar reads but never writes.
fn silent(examples: &[Example], grammars: &[Grammar], alphabet: &SymbolTable) -> Vec<Label> {
    let Some(grammar) = examples.first().and_then(|e| grammars.get(e.grammar)) else { return Vec::new() };
    let written = |l: &Label| grammar.graph.all_arcs().iter().any(|a| a.olabel == *l);
    (1..alphabet.len() as Label).filter(|l| !written(l)).collect()
}
