//! Which label stands for which value of which variable.

use super::{FactorError, FactorGraph, Var};
use crate::graph::{Label, SymbolTable};

impl FactorGraph {
    /// The label of a variable's value in a trellis; `None` where either does not exist.
    ///
    /// Values are numbered through from 1: value `x` of variable `v` has the label `1 + x + Σ domains of the variables
    /// declared before v`. So each label names one variable and one value, and 0 stays epsilon.
    pub fn label(&self, var: Var, value: u32) -> Option<Label> {
        let variable = self.variables.get(var.0 as usize)?;
        (value < variable.domain).then_some(variable.first_label + value)
    }

    /// The variable and value behind a label; `None` for epsilon and unknown labels. O(log variables).
    pub fn meaning(&self, label: Label) -> Option<(Var, u32)> {
        let at = self.variables.partition_point(|v| v.first_label <= label).checked_sub(1)?;
        let variable = self.variables.get(at)?;
        let value = label - variable.first_label;
        (value < variable.domain).then_some((Var(at as u32), value))
    }

    /// Every label named `variable=value`.
    pub(super) fn symbols(&self) -> Result<SymbolTable, FactorError> {
        let mut table = SymbolTable::new();
        for v in &self.variables {
            for value in 0..v.domain {
                let symbol = format!("{}={value}", v.name);
                // Names were checked when they were given, and are different.
                let named = table.insert(&symbol, v.first_label + value);
                named.map_err(|_| FactorError::BadName { name: v.name.clone() })?;
            }
        }
        Ok(table)
    }
}
