//! Factor graphs: variables, factors that give energies to their values, and the trellis that lists every
//! configuration once.
//!
//! A [`FactorGraph`] says `E(configuration) = Σ over factors of its table's entry`. [`FactorGraph::trellis`] turns
//! it into a graph whose paths are the configurations, so that everything that graphs can be asked (best path, free
//! energy, posteriors, rivals, losses, gradients) can be asked of it. A factor value that many configurations share
//! is then looked up once per arc, not once per configuration.
//!
//! Source: LeCun, Chopra, Hadsell, Ranzato and Huang, *A tutorial on energy-based learning*, 2006, section 6.
//!
//! ```
//! use energraph::factor::{FactorGraph, Order, Role};
//! use energraph::ops::Budget;
//! use ndarray::arr2;
//! // A binary latent variable and a binary answer that should agree.
//! let mut g = FactorGraph::new();
//! let z = g.variable("z", 2, Role::Latent)?;
//! let y = g.variable("y", 2, Role::Output)?;
//! g.factor(&[z, y], arr2(&[[0.0, 2.0], [3.0, 0.5]]).into_dyn())?;
//! let (trellis, symbols) = g.trellis(&Order::Declared, Budget::default())?;
//! assert_eq!(trellis.graph.arc_count(), 6);
//! assert_eq!(g.label(y, 1), symbols.label("y=1"));
//! # Ok::<(), energraph::factor::FactorError>(())
//! ```

mod labels;
mod trellis;

use ndarray::{ArrayD, IxDyn};
use smallvec::SmallVec;

pub use trellis::Order;

use crate::graph::{Origin, Site, SiteValues};
use crate::semiring::Energy;

/// A variable's number, 0-based in the order of declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var(pub u32);

/// A factor's number, 0-based in the order of declaration; the input number in a trellis' origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactorId(pub u32);

/// What a variable is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Its value is given, see [`FactorGraph::observe`].
    Observed,
    /// Its value is nobody's question: minimised or marginalised.
    Latent,
    /// Its value is part of the answer.
    Output,
}

/// What is wrong with a factor graph or with a question to it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FactorError {
    /// A variable that can take no value.
    #[error("variable {name:?} has an empty domain")]
    EmptyDomain {
        /// The variable's name.
        name: String,
    },
    /// A name that no symbol can be made of.
    #[error("{name:?} cannot name a variable: it is empty or holds white space")]
    BadName {
        /// The name.
        name: String,
    },
    /// Two variables of one name.
    #[error("a variable named {name:?} exists already")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A variable of another factor graph.
    #[error("variable {} does not exist, there are {variables}", var.0)]
    NoSuchVariable {
        /// The variable named.
        var: Var,
        /// Variables that exist.
        variables: usize,
    },
    /// A factor names one variable twice.
    #[error("factor {factor} names variable {name:?} twice")]
    RepeatedVariable {
        /// The factor's number.
        factor: usize,
        /// The variable's name.
        name: String,
    },
    /// A table has not one axis per variable, as long as its domain.
    #[error("factor {factor} has a table of shape {found:?}, its variables need {expected:?}")]
    TableShape {
        /// The factor's number.
        factor: usize,
        /// Domain sizes of the scope.
        expected: Vec<usize>,
        /// Shape of the table.
        found: Vec<usize>,
    },
    /// A table holds NaN or −∞.
    #[error("factor {factor}, entry {entry}: {value} is not an energy")]
    NotAnEnergy {
        /// The factor's number.
        factor: usize,
        /// The entry's position in row-major order.
        entry: usize,
        /// What stands there.
        value: f32,
    },
    /// A value outside a variable's domain.
    #[error("variable {name:?} has {domain} values, {value} is not one of them")]
    NoSuchValue {
        /// The variable's name.
        name: String,
        /// Its domain size.
        domain: u32,
        /// The value given.
        value: u32,
    },
    /// Evidence for a variable that is not [`Role::Observed`].
    #[error("variable {name:?} is not an observed one")]
    NotObserved {
        /// The variable's name.
        name: String,
    },
    /// An observed variable without a value.
    #[error("the observed variable {name:?} has no value")]
    NoEvidence {
        /// The variable's name.
        name: String,
    },
    /// An assignment that does not give one value to every variable.
    #[error("an assignment of {found} values for {expected} variables")]
    AssignmentLength {
        /// Number of variables.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// An order that does not place every latent and output variable once.
    #[error("the order does not place {name:?} exactly once")]
    BadOrder {
        /// A variable that is missing, named twice, or observed.
        name: String,
    },
    /// Every configuration has energy +∞.
    #[error("every configuration is impossible; no value of {name:?} is left")]
    Impossible {
        /// The variable at which the last possibility ended.
        name: String,
    },
    /// The trellis is larger than allowed.
    #[error("the trellis exceeds its budget at {name:?}: {states} states and {arcs} arcs so far")]
    Budget {
        /// The variable being placed.
        name: String,
        /// States made.
        states: usize,
        /// Arcs made.
        arcs: usize,
    },
    /// The labels of all values, or a table, are more than 32 bits count.
    #[error("{count} {what} are more than 32 bits count")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: usize,
    },
}

#[derive(Debug, Clone)]
struct Variable {
    name: String,
    domain: u32,
    role: Role,
    /// The label of value 0.
    first_label: u32,
    evidence: Option<u32>,
}

#[derive(Debug, Clone)]
struct Factor {
    scope: SmallVec<[Var; 4]>,
    /// In standard (row-major) layout.
    table: ArrayD<f32>,
}

impl Factor {
    /// The position in the table of the entry that a configuration selects.
    fn entry(&self, value_of: impl Fn(Var) -> u32) -> usize {
        self.scope.iter().zip(self.table.shape()).fold(0, |at, (&v, &n)| at * n + value_of(v) as usize)
    }
}

/// Variables and factors; see the [module](self).
#[derive(Debug, Clone, Default)]
pub struct FactorGraph {
    variables: Vec<Variable>,
    factors: Vec<Factor>,
}

impl FactorGraph {
    /// No variables, no factors: one configuration of energy 0.
    pub fn new() -> Self {
        FactorGraph::default()
    }

    /// Declares a variable with values `0..domain`.
    ///
    /// # Errors
    /// [`FactorError::EmptyDomain`], [`FactorError::BadName`], [`FactorError::DuplicateName`], and [`FactorError::TooLarge`] where all domains
    /// together have more values than there are labels.
    pub fn variable(&mut self, name: &str, domain: u32, role: Role) -> Result<Var, FactorError> {
        if domain == 0 {
            return Err(FactorError::EmptyDomain { name: name.to_owned() });
        }
        if self.variables.iter().any(|v| v.name == name) {
            return Err(FactorError::DuplicateName { name: name.to_owned() });
        }
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(FactorError::BadName { name: name.to_owned() });
        }
        let first_label = self.variables.last().map_or(1, |v| v.first_label + v.domain);
        if first_label.checked_add(domain).is_none() {
            return Err(FactorError::TooLarge { what: "values", count: first_label as usize + domain as usize });
        }
        self.variables.push(Variable { name: name.to_owned(), domain, role, first_label, evidence: None });
        Ok(Var((self.variables.len() - 1) as u32))
    }

    /// Adds a factor: one axis per variable of the scope, in its order, each as long as the variable's domain; an
    /// energy in (−∞, +∞] per entry. An empty scope is a constant.
    ///
    /// # Errors
    /// [`FactorError::NoSuchVariable`], [`FactorError::RepeatedVariable`], [`FactorError::TableShape`],
    /// [`FactorError::NotAnEnergy`], [`FactorError::TooLarge`].
    pub fn factor(&mut self, scope: &[Var], table: ArrayD<f32>) -> Result<FactorId, FactorError> {
        let factor = self.factors.len();
        let mut expected = Vec::new();
        for (i, &v) in scope.iter().enumerate() {
            let variable = self.get(v)?;
            if scope.iter().take(i).any(|&w| w == v) {
                return Err(FactorError::RepeatedVariable { factor, name: variable.name.clone() });
            }
            expected.push(variable.domain as usize);
        }
        if table.shape() != expected {
            return Err(FactorError::TableShape { factor, expected, found: table.shape().to_vec() });
        }
        if table.len() >= u32::MAX as usize {
            return Err(FactorError::TooLarge { what: "table entries", count: table.len() });
        }
        if let Some((entry, &value)) = table.iter().enumerate().find(|(_, e)| !Energy::admits(**e)) {
            return Err(FactorError::NotAnEnergy { factor, entry, value });
        }
        let table = table.as_standard_layout().into_owned();
        self.factors.push(Factor { scope: scope.into(), table });
        Ok(FactorId(factor as u32))
    }

    /// Gives an observed variable its value; the last one given counts.
    ///
    /// # Errors
    /// [`FactorError::NoSuchVariable`], [`FactorError::NotObserved`], [`FactorError::NoSuchValue`].
    pub fn observe(&mut self, var: Var, value: u32) -> Result<(), FactorError> {
        let variables = self.variables.len();
        let slot = self.variables.get_mut(var.0 as usize).ok_or(FactorError::NoSuchVariable { var, variables })?;
        if slot.role != Role::Observed {
            return Err(FactorError::NotObserved { name: slot.name.clone() });
        }
        if value >= slot.domain {
            return Err(FactorError::NoSuchValue { name: slot.name.clone(), domain: slot.domain, value });
        }
        slot.evidence = Some(value);
        Ok(())
    }

    /// Number of variables.
    pub fn variables(&self) -> usize {
        self.variables.len()
    }

    /// Number of factors.
    pub fn factors(&self) -> usize {
        self.factors.len()
    }

    /// A variable's name; `None` where it does not exist.
    pub fn name(&self, var: Var) -> Option<&str> {
        self.variables.get(var.0 as usize).map(|v| v.name.as_str())
    }

    /// A variable's number of values; 0 where it does not exist.
    pub fn domain(&self, var: Var) -> u32 {
        self.variables.get(var.0 as usize).map_or(0, |v| v.domain)
    }

    /// A factor's table; `None` where it does not exist.
    pub fn table(&self, factor: FactorId) -> Option<&ArrayD<f32>> {
        self.factors.get(factor.0 as usize).map(|f| &f.table)
    }

    /// The energy of one configuration: a value per variable, by declaration. Every factor is looked up once.
    ///
    /// # Errors
    /// [`FactorError::AssignmentLength`], [`FactorError::NoSuchValue`].
    pub fn energy(&self, assignment: &[u32]) -> Result<f64, FactorError> {
        if assignment.len() != self.variables.len() {
            return Err(FactorError::AssignmentLength { expected: self.variables.len(), found: assignment.len() });
        }
        for (v, &value) in self.variables.iter().zip(assignment) {
            if value >= v.domain {
                return Err(FactorError::NoSuchValue { name: v.name.clone(), domain: v.domain, value });
            }
        }
        let value_of = |v: Var| assignment.get(v.0 as usize).copied().unwrap_or(0);
        Ok(self.factors.iter().map(|f| entry_energy(f, f.entry(value_of))).sum())
    }

    /// Carries values at a trellis' sites (posteriors, gradients) back to the factor tables that gave its weights:
    /// one array per factor in the shape of its table.
    ///
    /// The posterior of a factor's entry, or ∂L/∂(entry), is the sum over the sites it came into.
    pub fn pull_back(&self, origin: &Origin, values: &SiteValues) -> Vec<ArrayD<f64>> {
        let mut tables: Vec<ArrayD<f64>> = self.factors.iter().map(|f| ArrayD::zeros(IxDyn(f.table.shape()))).collect();
        let arcs = values.arcs.iter().enumerate().map(|(a, v)| (Site::Arc(a as u32), v));
        let finals = values.finals.iter().enumerate().map(|(s, v)| (Site::Final(s as u32), v));
        for (site, value) in arcs.chain(finals) {
            for from in origin.of(site) {
                let Site::Arc(entry) = from.site else { continue };
                let table = tables.get_mut(from.input as usize).and_then(|t| t.as_slice_mut());
                if let Some(slot) = table.and_then(|t| t.get_mut(entry as usize)) {
                    *slot += value;
                }
            }
        }
        tables
    }

    fn get(&self, var: Var) -> Result<&Variable, FactorError> {
        self.variables.get(var.0 as usize).ok_or(FactorError::NoSuchVariable { var, variables: self.variables.len() })
    }
}

/// The energy at a position of a factor's table.
fn entry_energy(factor: &Factor, entry: usize) -> f64 {
    factor.table.as_slice().and_then(|t| t.get(entry)).map_or(f64::INFINITY, |&e| f64::from(e))
}

#[cfg(test)]
mod tests;
