//! Paths and distances.

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError};
use super::super::files::{deliver, name, read_graph};
use super::{SemiringName, Unary};
use crate::graph::{Graph, GraphBuilder, GraphError};
use crate::ops::Budget;
use crate::paths::{
    Beta, Convergence, Path, PathError, Queue, distances_from_start, distances_to_end, free_energy, k_best,
    k_best_outputs, path_sum_star, shortest_distance, shortest_distance_to_end,
};
use crate::semiring::{Energy, LogSum, MinSum, NotAWeight, Semiring, Star, Tolerance, Weight};

#[derive(Debug, Args)]
pub(super) struct ShortestPath {
    /// How many paths.
    #[arg(long, default_value_t = 1)]
    nshortest: usize,
    /// Distinct outputs in place of paths: each once, with the energy of its best path, as an acceptor.
    #[arg(long)]
    unique: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct ShortestDistance {
    /// One number: the energy of all accepting paths together.
    #[arg(long)]
    total: bool,
    /// Distances to the end in place of those from the start.
    #[arg(long, conflicts_with = "total")]
    reverse: bool,
    /// In which order states are taken.
    #[arg(long, alias = "queue_type", value_enum, default_value = "auto", conflicts_with = "total")]
    queue_type: QueueType,
    /// What reaches a state is not passed on while it changes the distance by no more; for the queues state and fifo.
    /// The others are exact.
    #[arg(long, default_value_t = 0.0, conflicts_with = "total")]
    delta: f64,
    #[command(flatten)]
    unary: Unary,
}

/// OpenFst's names, without `lifo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum QueueType {
    /// What suits the graph.
    Auto,
    /// Topological order: for graphs without cycles.
    Top,
    /// Component by component, cycles by elimination.
    Components,
    /// The nearest state first: for the tropical semiring without negative weights.
    Shortest,
    /// In rounds, by the states' numbers.
    State,
    /// In rounds, first come, first served.
    Fifo,
}

impl QueueType {
    /// `None` for the one that not every semiring has.
    fn queue<S: Star>(self, until: Convergence) -> Option<Queue<S>> {
        match self {
            QueueType::Auto => Some(Queue::auto()),
            QueueType::Top => Some(Queue::topological()),
            QueueType::Components => Some(Queue::components()),
            QueueType::Shortest => None,
            QueueType::State => Some(Queue::state_order(until)),
            QueueType::Fifo => Some(Queue::fifo(until)),
        }
    }
}

impl ShortestPath {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let Unary { file, common } = &self.unary;
        if common.semiring != SemiringName::Tropical {
            return Err(CliError::Usage("no path is the shortest in the log semiring".to_owned()));
        }
        let (isymbols, osymbols) = common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let (read, place) = (read_graph(file, &common.options(given))?, name(file));
        let (g, (i, o)) = (&read.graph, read.tables(given));
        if self.unique {
            let outputs = k_best_outputs(g, self.nshortest, Beta::Infinite, Budget::default()).at(&place)?;
            // An acceptor's one table is the input's.
            let table = if common.acceptor { i } else { o };
            common.write(&strings(&outputs).at(&place)?, read.form, (table, table), &place)
        } else {
            let paths = k_best(g, self.nshortest).at(&place)?;
            common.write(&chains(g, &paths).at(&place)?, read.form, (i, o), &place)
        }
    }
}

/// One chain of arcs a path, from a common start.
fn chains(g: &Graph<Energy>, paths: &[Path]) -> Result<Graph<Energy>, GraphError> {
    let mut b = GraphBuilder::new();
    if paths.is_empty() {
        return b.build();
    }
    let start = b.state();
    b.start(start);
    for path in paths {
        let mut state = start;
        for arc in path.arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize)) {
            let next = b.state();
            b.arc(state, arc.ilabel, arc.olabel, arc.weight, next);
            state = next;
        }
        b.final_weight(state, g.final_weight(path.end));
    }
    b.build()
}

/// One chain a string, its energy at the end.
fn strings(outputs: &[(Vec<u32>, f64)]) -> Result<Graph<Energy>, Box<dyn std::error::Error + Send + Sync>> {
    let mut b = GraphBuilder::new();
    if outputs.is_empty() {
        return Ok(b.build()?);
    }
    let start = b.state();
    b.start(start);
    for (output, energy) in outputs {
        let mut state = start;
        for &label in output {
            let next = b.state();
            b.arc(state, label, label, Energy::one(), next);
            state = next;
        }
        let energy: Result<Energy, NotAWeight> = Energy::new(*energy as f32);
        b.final_weight(state, energy?);
    }
    Ok(b.build()?)
}

impl ShortestDistance {
    fn distances(&self, g: &Graph<Energy>, semiring: SemiringName, place: &str) -> Result<Vec<f64>, CliError> {
        if self.delta.is_nan() || self.delta < 0.0 {
            return Err(CliError::Usage(format!("--delta={} is not a difference: it is at least 0", self.delta)));
        }
        let tolerance = Tolerance { absolute: self.delta, relative: 0.0 };
        let until = Convergence { tolerance, ..Convergence::default() };
        match (semiring, self.queue_type) {
            (SemiringName::Tropical, QueueType::Auto) if self.reverse => distances_to_end(g, Beta::Infinite).at(place),
            (SemiringName::Tropical, QueueType::Auto) => distances_from_start(g, Beta::Infinite).at(place),
            (SemiringName::Tropical, queue) => {
                let queue = queue.queue(until).unwrap_or_else(Queue::shortest_first);
                self.by(g, |&e| MinSum::<f64>::from(e), queue, |d| d.get()).at(place)
            }
            (SemiringName::Log, queue) => {
                let refused = || CliError::Usage("no path is the shortest in the log semiring".to_owned());
                let queue = queue.queue(until).ok_or_else(refused)?;
                self.by(g, |&e| LogSum::<f64>::from(e), queue, |d| d.get()).at(place)
            }
        }
    }

    fn by<S: Semiring>(
        &self,
        g: &Graph<Energy>,
        lift: impl Fn(&Energy) -> S,
        queue: Queue<S>,
        number: impl Fn(&S) -> f64,
    ) -> Result<Vec<f64>, PathError> {
        let lift = |_, e: &Energy| lift(e);
        let found =
            if self.reverse { shortest_distance_to_end(g, lift, queue) } else { shortest_distance(g, lift, queue) }?;
        Ok(found.distances.iter().map(number).collect())
    }

    pub(super) fn run(&self) -> Result<(), CliError> {
        let Unary { file, common } = &self.unary;
        let (isymbols, osymbols) = common.symbols()?;
        let options = common.options((isymbols.as_ref(), osymbols.as_ref()));
        let (g, place) = (read_graph(file, &options)?.graph, name(file));
        let text = if self.total {
            format!("{}\n", number(total(&g, common.semiring).at(&place)?))
        } else {
            let distances = self.distances(&g, common.semiring, &place)?;
            distances.iter().enumerate().map(|(s, &d)| format!("{s}\t{}\n", number(d))).collect()
        };
        deliver(&text, common.output.as_deref())
    }
}

/// The energy of all accepting paths together; in the log semiring cycles are summed.
fn total(g: &Graph<Energy>, semiring: SemiringName) -> Result<f64, PathError> {
    match semiring {
        SemiringName::Tropical => free_energy(g, Beta::Infinite),
        SemiringName::Log => Ok(path_sum_star(g, |_, &e| LogSum::<f64>::from(e))?.get()),
    }
}

/// As OpenFst writes numbers: infinity in full.
fn number(x: f64) -> String {
    if x == f64::INFINITY { "Infinity".to_owned() } else { x.to_string() }
}
