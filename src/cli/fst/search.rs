//! `energraph fst search`: the best of a composition that is not built.

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::weights::Refused;
use super::budget::named;
use super::combine::Chain;
use super::expected::beta;
use super::shortest::margin;
use crate::graph::{EPSILON, Graph, GraphBuilder, GraphError, Label, Site};
use crate::ops::{LazyCompose, Touched};
use crate::paths::{Beta, Heuristic, LazyPath, Pruned, lazy_best_path, lazy_within};
use crate::semiring::{Energy, Weight};

#[derive(Debug, Args)]
pub(super) struct Search {
    /// How far above the lowest energy paths of the result may lie; without it the result is the path of lowest energy alone. Some
    /// paths further above may stay, which `fst prune` leaves out.
    #[arg(long, value_name = "ENERGY", value_parser = margin, allow_hyphen_values = true)]
    weight: Option<f64>,
    /// With --weight, the inverse temperature of the free energy whose loss the note bounds.
    #[arg(long, value_name = "NUMBER", default_value = "1", value_parser = beta, allow_hyphen_values = true)]
    beta: Beta,
    /// What the search knows of how a path may go on.
    #[arg(long, value_enum, default_value = "inputs")]
    heuristic: Ahead,
    #[command(flatten)]
    chain: Chain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ahead {
    /// The lowest energy of a way on in each graph by itself, for which each is gone through once.
    Inputs,
    /// Nothing: what lies nearest comes first, and no energy may be negative.
    None,
}

/// What was found, and how much was looked at for it.
struct Found {
    graph: Graph<Energy>,
    touched: Touched,
    /// With a margin, the lowest energy and a bound on the loss.
    pruned: Option<(f64, Option<f64>)>,
}

impl Search {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let common = &self.chain.pair.both.common;
        let read = self.chain.read()?;
        let (form, place) = (read.a.form, &read.place);
        common.only_tropical(form)?;
        let found = self.find(&*read.a.energies(place)?, &*read.b.energies(place)?);
        let found = found.map_err(|e| named(Some(self.chain.options().budget), e)).at(place)?;
        common.write(&found.graph.clone().into(), form, read.tables(), place, self.chain.pair.to())?;
        complain(&format!("{place}: note: {}", self.told(&found)));
        Ok(())
    }

    fn find(&self, a: &Graph<Energy>, b: &Graph<Energy>) -> Result<Found, Refused> {
        let mut both = LazyCompose::new(a, b, &self.chain.options());
        let ahead = match self.heuristic {
            Ahead::Inputs => Heuristic::of(&both)?,
            Ahead::None => Heuristic::none(),
        };
        let (graph, pruned) = match self.weight {
            None => {
                let best: Option<LazyPath> = lazy_best_path(&mut both, &ahead)?;
                (best.map_or_else(|| Ok(Graph::empty()), |path| chain(&path, a, b))?, None)
            }
            Some(margin) => {
                let Pruned { near, lowest, lost } = lazy_within(&mut both, &ahead, margin, self.beta)?;
                (near.graph, Some((lowest, lost)))
            }
        };
        Ok(Found { graph, touched: both.touched(), pruned })
    }

    fn told(&self, found: &Found) -> String {
        let Touched { expanded, met, arcs } = found.touched;
        let counter = format!("{expanded} states expanded of {met} met, {arcs} arcs");
        let Some((lowest, lost)) = found.pruned.filter(|(lowest, _)| *lowest < f64::INFINITY) else { return counter };
        let kept = format!("{counter}; lowest energy {lowest}");
        let beta = self.beta.get();
        match lost {
            Some(0.0) => kept,
            Some(lost) => format!("{kept}; free energy at beta {beta} at most {lost} above that of all paths"),
            None => format!("{kept}; free energy at beta {beta} above that of all paths by what is not known"),
        }
    }
}

/// The arcs of a path from those of the two graphs. What the first writes the second reads at once.
fn chain(path: &LazyPath, a: &Graph<Energy>, b: &Graph<Energy>) -> Result<Graph<Energy>, GraphError> {
    let mut builder = GraphBuilder::new();
    let mut state = builder.state();
    builder.start(state);
    let mut end = Energy::one();
    // What the first read, and what it costs, while the second has yet to move.
    let mut open: Option<(Label, Energy)> = None;
    for site in &path.sites {
        let g = if site.input == 0 { a } else { b };
        let arc = match site.site {
            Site::Arc(id) => g.all_arcs().get(id as usize),
            Site::Final(s) => {
                end = end.times(&g.final_weight(s));
                None
            }
        };
        let Some(arc) = arc else { continue };
        if site.input == 0 && arc.olabel != EPSILON {
            open = Some((arc.ilabel, arc.weight));
            continue;
        }
        let (ilabel, olabel, weight) = match (site.input, open.take()) {
            (0, _) => (arc.ilabel, EPSILON, arc.weight),
            (_, Some((ilabel, weight))) => (ilabel, arc.olabel, weight.times(&arc.weight)),
            (_, None) => (EPSILON, arc.olabel, arc.weight),
        };
        let next = builder.state();
        builder.arc(state, ilabel, olabel, weight, next);
        state = next;
    }
    builder.final_weight(state, end);
    builder.build()
}
