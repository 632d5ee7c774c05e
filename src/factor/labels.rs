//! Which label stands for which value of which variable.

use super::{FactorGraph, Var};
use crate::graph::Label;

/// The label coding of a factor graph's trellis.
///
/// Values are numbered through from 1: value `x` of variable `v` has the label `1 + x + Σ domains of the variables
/// declared before v`. So each label names one variable and one value, and 0 stays epsilon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
    /// `offsets[v] + 1` is the label of value 0 of variable `v`; one entry more than variables.
    offsets: Vec<u32>,
}

impl Labels {
    pub(super) fn new(g: &FactorGraph) -> Self {
        let mut offsets = vec![0];
        let mut total = 0;
        for v in &g.variables {
            // `FactorGraph::variable` keeps the sum within 32 bits.
            total += v.domain;
            offsets.push(total);
        }
        Labels { names: g.variables.iter().map(|v| v.name.clone()).collect(), offsets }
    }

    /// The label of a variable's value; `None` where either does not exist.
    pub fn label(&self, var: Var, value: u32) -> Option<Label> {
        let (from, to) = (self.offsets.get(var.0 as usize)?, self.offsets.get(var.0 as usize + 1)?);
        (value < to - from).then_some(from + value + 1)
    }

    /// The variable and value behind a label; `None` for epsilon and unknown labels.
    pub fn meaning(&self, label: Label) -> Option<(Var, u32)> {
        let at = label.checked_sub(1)?;
        let var = self.offsets.partition_point(|&o| o <= at).checked_sub(1)?;
        (var < self.names.len()).then(|| (Var(var as u32), at - self.offsets[var]))
    }

    /// `variable=value`; `None` for epsilon and unknown labels.
    pub fn name(&self, label: Label) -> Option<String> {
        let (var, value) = self.meaning(label)?;
        self.names.get(var.0 as usize).map(|n| format!("{n}={value}"))
    }

    /// Every label with its name, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (Label, String)> {
        let last = self.offsets.last().copied().unwrap_or(0);
        (1..=last).filter_map(|l| Some((l, self.name(l)?)))
    }
}
