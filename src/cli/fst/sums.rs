//! Operations that sum over paths, by what they need of a semiring.

use super::super::error::CliError;
use super::super::weights::{Refused, lacks};
use crate::graph::{EPSILON, Graph, Label, Side, WeightText};
use crate::ops::{self, Budget, OpError, Subsequential, Toward};
use crate::paths::path_sum_star;
use crate::semiring::{Commutative, LeftDivide, NotAQuantum, PathProperty, Quantum, Star, Weight};

/// Which operation.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Sum {
    RemoveEpsilon,
    RemoveEpsilonKeepingStates,
    Condense,
    EpsNormalize(Side),
    Determinize(Quantum, Subsequential),
    Disambiguate(Quantum),
    /// States that go on alike are made one where the graph is not deterministic.
    MergeStates(Quantum),
    Minimize(Quantum),
    Push {
        toward: Toward,
        /// What all paths have in common is left out.
        without_total: bool,
    },
    /// By texts of potentials; states without one have 1̄.
    Reweight {
        potentials: Vec<(usize, String)>,
        toward: Toward,
    },
    /// Of several outputs for one input the best; what is left of it at an end is written by arcs that read this label.
    DeterminizeBest(Quantum, Label),
    /// By the text of the margin.
    Prune(String),
    /// The same, if there is a margin, and to so many states.
    PruneStates(Option<String>, usize),
}

impl Sum {
    /// What needs no more than sums over cycles.
    pub(in crate::cli) fn starred<S: Star + Commutative + WeightText>(
        &self,
        g: &Graph<S>,
        budget: Budget,
    ) -> Result<Graph<S>, Refused> {
        match self {
            Sum::RemoveEpsilon => Ok(ops::remove_epsilon(g)?),
            Sum::RemoveEpsilonKeepingStates => Ok(ops::remove_epsilon_keeping_states(g)?),
            Sum::Condense => Ok(ops::condense(g).graph),
            Sum::EpsNormalize(side) => Ok(ops::epsilon_normalize(g, *side, budget)?),
            Sum::DeterminizeBest(..) | Sum::Prune(_) | Sum::PruneStates(..) => {
                Err(lacks::<S>("one of any two paths to be the better one"))
            }
            _ => Err(lacks::<S>("a division")),
        }
    }

    /// What needs a division besides.
    pub(in crate::cli) fn divided<S: Star + LeftDivide + Commutative + WeightText>(
        &self,
        g: &Graph<S>,
        budget: Budget,
    ) -> Result<Graph<S>, Refused> {
        match self {
            Sum::Determinize(quantum, _) if g.is_acceptor() => {
                epsilon_as_label(g, |g| Ok(ops::determinize(g, *quantum, budget)?))
            }
            Sum::Determinize(quantum, how) => {
                epsilon_as_label(g, |g| Ok(ops::determinize_subsequential(g, *how, *quantum, budget)?))
            }
            Sum::Disambiguate(quantum) if g.is_acceptor() => {
                epsilon_as_label(g, |g| Ok(ops::disambiguate(g, *quantum, budget)?))
            }
            Sum::Disambiguate(quantum) => {
                epsilon_as_label(g, |g| Ok(ops::disambiguate_transducer(g, *quantum, budget)?))
            }
            Sum::MergeStates(quantum) => epsilon_as_label(g, |g| match ops::minimize(g, *quantum) {
                Err(OpError::NotDeterministic { .. }) => Ok(ops::merge_states(g, *quantum)?),
                made => Ok(made?),
            }),
            Sum::Minimize(quantum) => epsilon_as_label(g, |g| Ok(ops::minimize(g, *quantum)?)),
            Sum::Push { toward, without_total } => {
                let pushed = ops::push(g, *toward)?;
                if *without_total { Ok(without(&pushed, *toward)?) } else { Ok(pushed) }
            }
            Sum::Reweight { potentials, toward } => {
                let mut all = vec![S::one(); g.states()];
                for (state, text) in potentials {
                    let potential = S::parse_weight(text)?;
                    // No accepting path visits a state of potential 0̄, and any other does.
                    if let Some(entry) = all.get_mut(*state).filter(|_| !potential.is_zero()) {
                        *entry = potential;
                    }
                }
                Ok(ops::reweight(g, &all, *toward)?)
            }
            _ => self.starred(g, budget),
        }
    }

    /// What needs one of two paths to be better besides.
    pub(in crate::cli) fn ordered<S: Star + LeftDivide + Commutative + PathProperty + WeightText>(
        &self,
        g: &Graph<S>,
        budget: Budget,
    ) -> Result<Graph<S>, Refused> {
        match self {
            Sum::DeterminizeBest(quantum, label) => epsilon_as_label(g, |g| {
                let best = ops::determinize_best(g, *quantum, budget)?;
                Ok(best.map_labels(|i, o| (if i == EPSILON { *label } else { i }, o)))
            }),
            Sum::Prune(margin) => Ok(ops::prune(g, &S::parse_weight(margin)?)?.graph),
            Sum::PruneStates(margin, most) => {
                let margin = margin.as_ref().map_or_else(|| Ok(S::zero()), |m| S::parse_weight(m))?;
                Ok(ops::prune_states(g, &margin, *most)?.graph)
            }
            _ => self.divided(g, budget),
        }
    }
}

/// An operation on a graph whose input epsilons count as a label, as they do in OpenFst; so do the output epsilons of an
/// acceptor, which are the same.
fn epsilon_as_label<S: Weight>(
    g: &Graph<S>,
    op: impl FnOnce(&Graph<S>) -> Result<Graph<S>, Refused>,
) -> Result<Graph<S>, Refused> {
    if !g.all_arcs().iter().any(|a| a.ilabel == EPSILON) {
        return op(g);
    }
    // The last of all labels, which no operation comes to. Where it is taken the operation says that epsilon is none.
    let fresh = Label::MAX;
    if g.all_arcs().iter().any(|a| a.ilabel == fresh || a.olabel == fresh) {
        return op(g);
    }
    let acceptor = g.is_acceptor();
    let to = |label| if label == EPSILON { fresh } else { label };
    let back = |label| if label == fresh { EPSILON } else { label };
    let made = op(&g.map_labels(|i, o| (to(i), if acceptor { to(o) } else { o }))).map_err(|e| relabelled(e, back))?;
    Ok(made.map_labels(|i, o| (back(i), back(o))))
}

/// A refusal that speaks of other labels.
pub(super) fn relabelled(refused: Refused, to: impl Fn(Label) -> Label) -> Refused {
    let Refused::Op(error) = refused else { return refused };
    let all = |labels: Vec<Label>| labels.into_iter().map(&to).collect();
    Refused::Op(match error {
        OpError::NotDeterministic { state, label } => OpError::NotDeterministic { state, label: to(label) },
        OpError::NotAnAcceptor { arc, ilabel, olabel } => {
            OpError::NotAnAcceptor { arc, ilabel: to(ilabel), olabel: to(olabel) }
        }
        OpError::NotFunctional { input, outputs, state } => {
            OpError::NotFunctional { input: all(input), outputs: outputs.map(all), state }
        }
        other => other,
    })
}

/// A graph whose weights were pushed, without the sum of all paths. Nothing leads back to a start that has it.
fn without<S: Star + LeftDivide>(g: &Graph<S>, toward: Toward) -> Result<Graph<S>, Refused> {
    let total = path_sum_star(g, |_, w| w.clone())?;
    let by = |w: &S| w.left_divide(&total).unwrap_or_else(|| w.clone());
    let first = g.start().map(|s| g.arc_ids(s)).unwrap_or_default();
    Ok(g.map(|site, w| match site {
        crate::graph::Site::Arc(arc) if toward == Toward::Start && first.contains(&arc) => by(w),
        crate::graph::Site::Final(s) if toward == Toward::End || Some(s) == g.start() => by(w),
        _ => w.clone(),
    }))
}

/// The grid of a step.
pub(super) fn quantum(delta: f64) -> Result<Quantum, CliError> {
    Quantum::new(delta).map_err(|NotAQuantum { value }| {
        CliError::Usage(format!("--delta={value} is not a step: steps are finite and at least 0"))
    })
}
