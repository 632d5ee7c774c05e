//! Factor graph → trellis: variables placed one after another, states remember what later factors still need.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{FactorError, FactorGraph, Role, Var, entry_energy};
use crate::graph::{EPSILON, GraphBuilder, InputSite, OriginBuilder, Site, StateId, SymbolTable, Traced};
use crate::ops::Budget;
use crate::semiring::{Energy, MinSum, Weight};

/// In which order a trellis places the latent and output variables. Any order gives the same configurations and
/// energies; the order decides how many states the trellis has, and in which order outputs are emitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// As declared.
    Declared,
    /// These, each exactly once.
    Given(Vec<Var>),
}

/// The values of the frontier's variables, in the frontier's order.
type Values = SmallVec<[u32; 8]>;

/// What happens when one variable is placed.
struct Step {
    var: Var,
    /// Variables remembered before and after, in ascending order of number.
    before: Vec<Var>,
    after: Vec<Var>,
    /// Factors whose last variable this is.
    complete: Vec<usize>,
}

impl FactorGraph {
    /// The trellis: a graph with one path per configuration of finite energy, whose energy is the configuration's.
    ///
    /// A state is an assignment of the *frontier*: the variables already placed that a factor still to come needs.
    /// An arc chooses the next variable's value; its weight is the sum of the factors completed by that choice
    /// (in f64, then rounded to f32). Its input label names variable and value, its output label does so for
    /// [`Role::Output`] variables and is epsilon for latent ones, so that answers, and rivals, range over outputs.
    /// The symbol table names every label `variable=value`; see also [`FactorGraph::label`] and
    /// [`FactorGraph::meaning`]. Factors over observed variables alone are in the final weight. The origin of a site lists
    /// (factor, entry in row-major order as `Site::Arc`).
    ///
    /// Choices of energy +∞ get no arc; states from which every continuation is impossible may remain.
    ///
    /// # Errors
    /// [`FactorError::NoEvidence`], [`FactorError::BadOrder`], [`FactorError::Budget`],
    /// [`FactorError::Impossible`] where no configuration has finite energy.
    ///
    /// # Cost
    /// O(arcs × factors completed per arc); arcs ≤ Σ over steps of the frontier's assignments × the domain placed.
    pub fn trellis(&self, order: &Order, budget: Budget) -> Result<(Traced<Energy>, SymbolTable), FactorError> {
        if let Some(v) = self.variables.iter().find(|v| v.role == Role::Observed && v.evidence.is_none()) {
            return Err(FactorError::NoEvidence { name: v.name.clone() });
        }
        let steps = self.steps(&self.placed(order)?);
        let mut grow = Growing { builder: GraphBuilder::new(), origin: OriginBuilder::new(), budget };
        let mut layer: Vec<(Values, StateId)> = vec![(Values::new(), grow.builder.state())];
        for step in &steps {
            layer = self.place(step, &layer, &mut grow)?;
            if layer.is_empty() {
                return Err(FactorError::Impossible { name: self.name_of(step.var) });
            }
        }
        Ok((self.finish(&layer, grow)?, self.symbols()?))
    }

    /// The order as a list, checked.
    fn placed(&self, order: &Order) -> Result<Vec<Var>, FactorError> {
        let hidden = |v: &Var| self.variables.get(v.0 as usize).is_some_and(|v| v.role != Role::Observed);
        let declared: Vec<Var> = (0..self.variables.len() as u32).map(Var).filter(hidden).collect();
        let Order::Given(given) = order else { return Ok(declared) };
        for v in given {
            self.get(*v)?;
        }
        let mut sorted = given.clone();
        sorted.sort_unstable();
        let wrong = sorted.windows(2).find(|p| p[0] == p[1]).map(|p| p[0]);
        let wrong = wrong.or_else(|| sorted.iter().copied().find(|v| !hidden(v)));
        let wrong = wrong.or_else(|| declared.iter().copied().find(|v| sorted.binary_search(v).is_err()));
        match wrong {
            Some(v) => Err(FactorError::BadOrder { name: self.name_of(v) }),
            None => Ok(given.clone()),
        }
    }

    /// For each variable placed: which factors complete there, and what must be remembered across it.
    fn steps(&self, placed: &[Var]) -> Vec<Step> {
        let position: FxHashMap<Var, usize> = placed.iter().enumerate().map(|(i, v)| (*v, i)).collect();
        let mut complete = vec![Vec::new(); placed.len()];
        // How far a variable is needed: the last position at which a factor over it completes.
        let mut needed: Vec<usize> = (0..placed.len()).collect();
        for (f, factor) in self.factors.iter().enumerate() {
            let positions: SmallVec<[usize; 4]> =
                factor.scope.iter().filter_map(|v| position.get(v).copied()).collect();
            let Some(last) = positions.iter().copied().max() else { continue };
            complete[last].push(f);
            positions.iter().for_each(|&p| needed[p] = needed[p].max(last));
        }
        let frontier = |before: usize| -> Vec<Var> {
            let mut vars: Vec<Var> = (0..before).filter(|&p| needed[p] >= before).map(|p| placed[p]).collect();
            vars.sort_unstable();
            vars
        };
        let steps = complete.into_iter().enumerate();
        steps
            .map(|(i, complete)| Step { var: placed[i], before: frontier(i), after: frontier(i + 1), complete })
            .collect()
    }

    /// Adds the arcs that choose one variable's value, and returns the states they lead to.
    fn place(
        &self,
        step: &Step,
        layer: &[(Values, StateId)],
        grow: &mut Growing,
    ) -> Result<Vec<(Values, StateId)>, FactorError> {
        let variable = self.get(step.var)?;
        let mut next: Vec<(Values, StateId)> = Vec::new();
        let mut known: FxHashMap<Values, StateId> = FxHashMap::default();
        for (values, source) in layer {
            for value in 0..variable.domain {
                let value_of = |v: Var| self.value(v, step, values, value);
                let entries: SmallVec<[(usize, usize); 4]> =
                    step.complete.iter().map(|&f| (f, self.factors[f].entry(value_of))).collect();
                let weight = self.sum(&entries);
                if weight.is_zero() {
                    continue;
                }
                let key: Values = step.after.iter().map(|&v| value_of(v)).collect();
                let target = *known.entry(key).or_insert_with_key(|key| {
                    let state = grow.builder.state();
                    next.push((key.clone(), state));
                    state
                });
                let label = self.label(step.var, value).unwrap_or(EPSILON);
                let olabel = if variable.role == Role::Output { label } else { EPSILON };
                grow.builder.arc(*source, label, olabel, weight, target);
                grow.origin.arc(sites(&entries));
                grow.check(&variable.name)?;
            }
        }
        Ok(next)
    }

    /// The value of a variable while another is being placed.
    fn value(&self, var: Var, step: &Step, values: &Values, placing: u32) -> u32 {
        if var == step.var {
            return placing;
        }
        let remembered = step.before.binary_search(&var).ok().and_then(|i| values.get(i).copied());
        remembered.or_else(|| self.variables.get(var.0 as usize).and_then(|v| v.evidence)).unwrap_or(0)
    }

    fn sum(&self, entries: &[(usize, usize)]) -> Energy {
        // Rounded once; a table holds neither NaN nor −∞, and a finite sum stays finite.
        let sum: f64 = entries.iter().map(|&(f, e)| entry_energy(&self.factors[f], e)).sum();
        MinSum::new(sum).map_or(Energy::IMPOSSIBLE, Energy::from)
    }

    /// Ends every path in the last layer, which has one state: nothing is left to remember.
    fn finish(&self, layer: &[(Values, StateId)], mut grow: Growing) -> Result<Traced<Energy>, FactorError> {
        let constants: SmallVec<[(usize, usize); 4]> = (0..self.factors.len())
            .filter(|&f| self.factors[f].scope.iter().all(|v| self.is_observed(*v)))
            .map(|f| {
                let evidence = |v: Var| self.variables.get(v.0 as usize).and_then(|v| v.evidence).unwrap_or(0);
                (f, self.factors[f].entry(evidence))
            })
            .collect();
        let end = layer.first().map(|(_, s)| *s).unwrap_or(0);
        let weight = self.sum(&constants);
        if weight.is_zero() {
            return Err(FactorError::Impossible { name: "the evidence".to_owned() });
        }
        grow.builder.start(0);
        grow.builder.final_weight(end, weight);
        for s in 0..grow.builder.states() as StateId {
            grow.origin.final_weight(if s == end { sites(&constants) } else { SmallVec::new() });
        }
        let (states, arcs) = (grow.builder.states(), grow.builder.arc_count());
        // States are made layer by layer and arcs source by source, so the builder keeps the arcs' order.
        let graph =
            grow.builder.build().map_err(|_| FactorError::Budget { name: "the trellis".to_owned(), states, arcs })?;
        Ok(Traced { graph, origin: grow.origin.build() })
    }

    fn is_observed(&self, var: Var) -> bool {
        self.variables.get(var.0 as usize).is_some_and(|v| v.role == Role::Observed)
    }

    fn name_of(&self, var: Var) -> String {
        self.name(var).unwrap_or("?").to_owned()
    }
}

/// A trellis under construction.
struct Growing {
    builder: GraphBuilder<Energy>,
    origin: OriginBuilder,
    budget: Budget,
}

impl Growing {
    fn check(&self, name: &str) -> Result<(), FactorError> {
        let (states, arcs) = (self.builder.states(), self.builder.arc_count());
        if states > self.budget.states || arcs > self.budget.arcs {
            return Err(FactorError::Budget { name: name.to_owned(), states, arcs });
        }
        Ok(())
    }
}

fn sites(entries: &[(usize, usize)]) -> SmallVec<[InputSite; 4]> {
    entries.iter().map(|&(f, e)| InputSite { input: f as u32, site: Site::Arc(e as u32) }).collect()
}
