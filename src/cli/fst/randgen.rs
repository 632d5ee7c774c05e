//! `energraph fst randgen`: random paths.

use std::borrow::Cow;
use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::error::{At, CliError};
use super::super::weights::{Any, Unweighted};
use super::Unary;
use super::expected::beta;
use crate::graph::{ArcId, Graph, GraphBuilder, GraphError};
use crate::paths::{Beta, random_paths, sample_short_paths};
use crate::semiring::{Energy, LogSum, Weight};

#[derive(Debug, Args)]
pub(super) struct RandGen {
    /// How many paths.
    #[arg(long, default_value_t = 1)]
    npath: usize,
    /// Most arcs of a path.
    #[arg(long, default_value_t = i32::MAX as usize)]
    max_length: usize,
    /// What the draws follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How paths are drawn.
    #[arg(long, value_enum, default_value = "uniform")]
    select: Select,
    /// The inverse temperature of --select=log_prob, which draws by e^(−beta · energy); infinity draws the path of lowest energy.
    #[arg(long, value_name = "NUMBER", value_parser = beta, allow_hyphen_values = true)]
    beta: Option<Beta>,
    /// Each path once, with the energy −log of how often it was drawn, in place of all draws without energies.
    #[arg(long)]
    weighted: bool,
    /// With --weighted, of the share of the draws.
    #[arg(long)]
    remove_total_weight: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Select {
    /// Every way on from a state alike, as long as an end lies within --max_length.
    Uniform,
    /// By e^(−beta · energy) of the whole path; draws that grow longer than --max_length are given up and left out.
    #[value(name = "log_prob", alias = "log-prob", alias = "fast_log_prob", alias = "fast-log-prob")]
    LogProb,
}

/// Numbers uniform on [0, 1).
pub(super) fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    move || rng.random()
}

impl RandGen {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if self.beta.is_some() && self.select != Select::LogProb {
            return Err(CliError::Usage("--beta is of --select=log_prob".to_owned()));
        }
        let source = self.unary.source();
        let (read, place) = (source.read()?, source.place());
        let g = &*match self.select {
            // Energies of 64 bits need not be rounded where none is looked at.
            Select::Uniform if read.wide => Cow::Owned(read.graph.ask(Unweighted).at(&place)?),
            _ => read.energies(&place)?,
        };
        let mut numbers = uniform(self.seed);
        let drawn = match self.select {
            Select::Uniform => random_paths(g, self.max_length, self.npath, &mut numbers),
            Select::LogProb => {
                let beta = self.beta.unwrap_or(Beta::ONE);
                sample_short_paths(g, beta, self.max_length, self.npath, &mut numbers)
            }
        };
        let drawn: Vec<Vec<ArcId>> = drawn.at(&place)?.into_iter().map(|p| p.arcs).collect();
        // A count is at least 1, so that the logarithm of its share is an energy.
        let made: Any = match read.wide {
            true => self.made(g, &drawn, |log| LogSum::new(log).unwrap_or(LogSum::zero())).at(&place)?.into(),
            false => self.made(g, &drawn, |log| Energy::new(log as f32).unwrap_or(Energy::zero())).at(&place)?.into(),
        };
        source.write(&made, read.form, read.tables((None, None)))
    }

    fn made<W: Weight>(
        &self,
        g: &Graph<Energy>,
        drawn: &[Vec<ArcId>],
        energy: impl Fn(f64) -> W,
    ) -> Result<Graph<W>, GraphError> {
        if self.weighted { self.shares(g, drawn, energy) } else { chains(g, drawn.iter().map(|d| (d, W::one()))) }
    }

    /// Each path once, with −log of its number.
    fn shares<W: Weight>(
        &self,
        g: &Graph<Energy>,
        drawn: &[Vec<ArcId>],
        energy: impl Fn(f64) -> W,
    ) -> Result<Graph<W>, GraphError> {
        let total = if self.remove_total_weight { drawn.len() as f64 } else { 1.0 };
        let mut counts: BTreeMap<&Vec<ArcId>, usize> = BTreeMap::new();
        drawn.iter().for_each(|arcs| *counts.entry(arcs).or_default() += 1);
        chains(g, counts.iter().map(|(arcs, &count)| (*arcs, energy(-(count as f64 / total).ln()))))
    }
}

/// One chain of arcs without energies a path, from a common start, with an energy at its end.
fn chains<'a, W: Weight>(
    g: &Graph<Energy>,
    paths: impl Iterator<Item = (&'a Vec<ArcId>, W)>,
) -> Result<Graph<W>, GraphError> {
    let mut b = GraphBuilder::new();
    let mut start = None;
    for (arcs, end) in paths {
        let mut state = *start.get_or_insert_with(|| b.state());
        if arcs.is_empty() {
            // The empty path has no chain of its own, and must not end others.
            let next = b.state();
            b.arc(state, 0, 0, W::one(), next);
            state = next;
        }
        for arc in arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize)) {
            let next = b.state();
            b.arc(state, arc.ilabel, arc.olabel, W::one(), next);
            state = next;
        }
        b.final_weight(state, end);
    }
    start.into_iter().for_each(|s| b.start(s));
    b.build()
}
