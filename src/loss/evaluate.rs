//! A loss on a graph of interpretations.

use super::{Cost, CostError, Illegal, Latent, Loss, RivalTerm, Terms};
use crate::graph::{EPSILON, Graph, Label, Origin, SiteValues, Traced};
use crate::ops::{Budget, Compose, OpError, Unmatched, compose, from_strings};
use crate::paths::{
    Answer, Beta, PathError, Rival, best_path, free_energy_and_posteriors, rival, with_output, without_output,
};
use crate::semiring::Energy;

/// Why a sample has no loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LossError {
    /// No interpretation writes a right answer: the cuts, the grammar or the alphabet rule it out.
    #[error("the right answer is not among the interpretations{}", explain(first_unmatched))]
    AnswerNotInGraph {
        /// Where the match got furthest, with the graph as the first argument and the right answers as the second.
        first_unmatched: Option<Unmatched>,
    },
    /// The loss does not allow these latent choices.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// The cost has no automaton.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// An alternative of a list has an energy that is NaN or −∞.
    #[error("alternative {alternative} has the energy {energy}, which is none")]
    NoEnergy {
        /// Its place in the list, from 0.
        alternative: usize,
        /// The number.
        energy: f64,
    },
    /// A free energy has no value.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A composition went over its budget.
    #[error(transparent)]
    Op(#[from] OpError),
}

fn explain(at: &Option<Unmatched>) -> String {
    match at {
        Some(u) => format!(": {} labels of it match, up to state {}", u.matched, u.left),
        None => String::new(),
    }
}

/// A loss, and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The loss, at least 0.
    pub value: f64,
    /// The free energies it was made of; terms that the loss does not need are NaN.
    pub terms: Terms,
    /// ∂value/∂energy, for every arc and final weight of the graph.
    pub gradient: SiteValues,
    /// False where the most offending answer is only the best one found within the budget.
    pub certified: bool,
}

/// The loss of one sample and its gradient with respect to the energies of all its interpretations.
///
/// # Arguments
/// * `interpretations`: every path is an interpretation; what it writes is its answer.
/// * `right`: the right answer, or several.
/// * `loss`, `latent`: what is compared, and how the latent variable is summed out.
/// * `budget`: for compositions with a cost, and for the search among answers at finite β.
///
/// # Errors
/// [`LossError::AnswerNotInGraph`] where no path of finite energy writes a right answer; [`LossError::Illegal`]
/// before anything is computed; [`LossError::Cost`], [`LossError::Path`], [`LossError::Op`].
///
/// # Cost
/// A free energy and its posteriors for each term: for the right answer on the paths that write it, which are few;
/// for all answers on the graph itself; for a rival on the graph times the answer's length or the cost's states.
///
/// ```
/// use energraph::loss::{Nll, loss_and_gradient};
/// use energraph::ops::Budget;
/// use energraph::{Answer, Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::FREE, 1);
/// b.arc(0, 2, 2, Energy::FREE, 1);
/// b.final_weight(1, Energy::FREE);
/// let nll = Nll::new(1.0)?;
/// let found = loss_and_gradient(&b.build()?, &Answer::one([1]), &nll, nll.latent(), Budget::default())?;
/// assert!((found.value - 2.0_f64.ln()).abs() < 1e-12);
/// assert_eq!(found.gradient.arcs, [0.5, -0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn loss_and_gradient(
    interpretations: &Graph<Energy>,
    right: &Answer,
    loss: &dyn Loss,
    latent: Latent,
    budget: Budget,
) -> Result<Evaluated, LossError> {
    loss.legal(latent)?;
    let g = interpretations;
    let needs = loss.needs();
    let of_right = Term::on(with_output(g, right)?, latent.right)?;
    if of_right.value == f64::INFINITY {
        return Err(LossError::AnswerNotInGraph { first_unmatched: first_unmatched(g, right, budget) });
    }
    let of_all = if needs.all { Some(Term::of_everything(g, latent.rival)?) } else { None };
    let of_rival = match needs.rival {
        Some(which) => Some(rival_term(g, right, which, latent.rival, budget)?),
        None => None,
    };
    let terms = Terms {
        right: of_right.value,
        rival: of_rival.as_ref().map_or(f64::NAN, |t| t.value),
        all: of_all.as_ref().map_or(f64::NAN, |t| t.value),
    };
    let (value, by) = loss.eval(&terms);
    let certified = of_rival.as_ref().is_none_or(|t| t.certified);
    let mut gradient = SiteValues::zeros(g);
    for (term, factor) in [(Some(of_right), by.right), (of_all, by.all), (of_rival, by.rival)] {
        if let Some(term) = term {
            term.pull_back(factor, &mut gradient);
        }
    }
    Ok(Evaluated { value, terms, gradient, certified })
}

/// A free energy over some or all of the graph's paths, and where its gradient goes.
struct Term {
    value: f64,
    posteriors: SiteValues,
    /// Where the sites that have posteriors came from in the graph, which is input 0; `None` where they are its own.
    origin: Option<Origin>,
    certified: bool,
}

impl Term {
    fn on(restricted: Traced<Energy>, beta: Beta) -> Result<Self, PathError> {
        let (value, posteriors) = free_energy_and_posteriors(&restricted.graph, beta)?;
        Ok(Term { value, posteriors, origin: Some(restricted.origin), certified: true })
    }

    fn of_everything(g: &Graph<Energy>, beta: Beta) -> Result<Self, PathError> {
        let (value, posteriors) = free_energy_and_posteriors(g, beta)?;
        Ok(Term { value, posteriors, origin: None, certified: true })
    }

    /// Adds `factor` times the gradient to that of the graph.
    fn pull_back(mut self, factor: f64, into: &mut SiteValues) {
        if factor == 0.0 || self.value == f64::INFINITY {
            return;
        }
        let Some(origin) = self.origin else { return into.add_scaled(&self.posteriors, factor) };
        self.posteriors.arcs.iter_mut().for_each(|v| *v *= factor);
        self.posteriors.finals.iter_mut().for_each(|v| *v *= factor);
        origin.pull_back(&self.posteriors, 0, into);
    }
}

fn rival_term(
    g: &Graph<Energy>,
    right: &Answer,
    which: RivalTerm<'_>,
    beta: Beta,
    budget: Budget,
) -> Result<Term, LossError> {
    match which {
        RivalTerm::Costed(cost) => costed(g, right, cost, beta, budget),
        RivalTerm::MostOffending if beta != Beta::Infinite => most_offending(g, right, beta, budget),
        // At infinite β the best of all others is the most offending one: usually simply the best path.
        _ if beta == Beta::Infinite && best_path(g)?.is_some_and(|p| !right.contains(&p.output)) => {
            Ok(Term::of_everything(g, beta)?)
        }
        RivalTerm::MostOffending | RivalTerm::AllOthers => Ok(Term::on(without_output(g, right)?, beta)?),
    }
}

fn most_offending(g: &Graph<Energy>, right: &Answer, beta: Beta, budget: Budget) -> Result<Term, LossError> {
    let (output, certified) = match rival(g, right, beta, budget)? {
        Rival::Certified(output, _) => (output, true),
        Rival::Unproven { best, .. } => (best, false),
        Rival::None => {
            let nothing = Traced { graph: Graph::empty(), origin: Origin::default() };
            return Ok(Term::on(nothing, beta)?);
        }
    };
    let term = Term::on(with_output(g, &Answer::one(output))?, beta)?;
    Ok(Term { certified, ..term })
}

fn costed(g: &Graph<Energy>, right: &Answer, cost: &dyn Cost, beta: Beta, budget: Budget) -> Result<Term, LossError> {
    let automaton = cost.automaton(right, &output_alphabet(g))?.negated();
    // Input 1, the automaton, has no energies to learn.
    let lowered = compose(g, &automaton, &Compose { budget, allow_empty: true, ..Compose::default() })?;
    Ok(Term::on(lowered, beta)?)
}

/// How far the right answer gets in the graph.
#[cold]
fn first_unmatched(g: &Graph<Energy>, right: &Answer, budget: Budget) -> Option<Unmatched> {
    let acceptor = from_strings(right.outputs()).ok()?;
    match compose(g, &acceptor, &Compose { budget, ..Compose::default() }) {
        Err(OpError::Empty { first_unmatched }) => first_unmatched,
        _ => None,
    }
}

/// The output labels that occur in a graph, sorted, without epsilon: the alphabet that a [`Cost`] is asked for.
pub fn output_alphabet(g: &Graph<Energy>) -> Vec<Label> {
    let top = g.all_arcs().iter().map(|a| a.olabel).max().unwrap_or(EPSILON) as usize;
    if top > 4 * g.arc_count() {
        let mut labels: Vec<Label> = g.all_arcs().iter().map(|a| a.olabel).filter(|&l| l != EPSILON).collect();
        labels.sort_unstable();
        labels.dedup();
        return labels;
    }
    let mut seen = vec![false; top + 1];
    g.all_arcs().iter().for_each(|a| seen[a.olabel as usize] = true);
    (1..=top as Label).filter(|&l| seen[l as usize]).collect()
}
