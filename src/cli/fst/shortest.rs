//! Paths and distances.

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError};
use super::super::files::deliver;
use super::super::weights::{Any, Kind, Question, Refused, Span, shown};
use super::Unary;
use super::budget::Work;
use super::inputs::SemiringName;
use super::limits::{Queue, no_state_limit};
use crate::graph::{ArcId, Graph, GraphBuilder, GraphError, StateId};
use crate::paths::{
    self, Beta, Convergence, PathError, distances_from_start, distances_to_end, free_energy, k_best_outputs,
    k_best_within, path_sum_star, shortest_distance, shortest_distance_to_end, shortest_paths_within,
};
use crate::semiring::{Energy, LogSum, MinSum, Semiring, Star, Tolerance, Weight};

#[derive(Debug, Args)]
pub(super) struct ShortestPath {
    /// How many paths.
    #[arg(long, default_value_t = 1)]
    nshortest: usize,
    /// Distinct outputs in place of paths: each once, with the energy of its best path, as an acceptor. Of one path nothing is another
    /// output, so that it is given as it is.
    #[arg(long)]
    unique: bool,
    /// How far above the lowest energy of a path the others may lie.
    #[arg(long, value_parser = margin, allow_hyphen_values = true)]
    weight: Option<f64>,
    /// Taken for the sake of scripts; −1, no threshold, alone.
    #[arg(long, value_parser = no_state_limit, hide = true, allow_hyphen_values = true)]
    nstate: Option<i64>,
    /// Taken for the sake of scripts: energies are compared exactly.
    #[arg(long, hide = true)]
    delta: Option<f64>,
    #[command(flatten)]
    queue: Queue,
    #[command(flatten)]
    work: Work,
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
    /// In which order states are taken; the answer is the same, but for what --delta leaves out.
    #[arg(long, alias = "queue_type", value_enum, default_value = "auto", conflicts_with = "total")]
    queue_type: QueueType,
    /// What reaches a state is not passed on while it changes the distance by no more; for the queues state and fifo, which
    /// may then take a sum that grows without end for one that has settled. The others are exact.
    #[arg(long, default_value_t = 0.0, conflicts_with = "total")]
    delta: f64,
    /// The state to start from, as in OpenFst's tool; −1 is the graph's own start. With --reverse it changes nothing.
    #[arg(long, value_name = "STATE", default_value_t = -1, hide_default_value = true, allow_hyphen_values = true)]
    nstate: i64,
    #[command(flatten)]
    unary: Unary,
}

/// OpenFst's names, and one for cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum QueueType {
    /// What suits the graph.
    #[value(alias = "lifo")]
    Auto,
    /// Topological order: for graphs without cycles.
    Top,
    /// Component by component, cycles by elimination, or in rounds until no digit changes.
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
    fn queue<S: Star>(self, until: Convergence) -> Option<paths::Queue<S>> {
        match self {
            QueueType::Auto => Some(paths::Queue::auto()),
            QueueType::Top => Some(paths::Queue::topological()),
            QueueType::Components => Some(paths::Queue::components()),
            QueueType::Shortest => None,
            QueueType::State => Some(paths::Queue::state_order(until)),
            QueueType::Fifo => Some(paths::Queue::fifo(until)),
        }
    }
}

/// An energy from 0 on.
pub(super) fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        _ if text.is_empty() => Ok(f64::INFINITY),
        Ok(x) if x >= 0.0 => Ok(x),
        _ => Err("not an energy that is at least 0".to_owned()),
    }
}

impl ShortestPath {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        if source.common.semiring == Some(SemiringName::Log) {
            return Err(CliError::Usage("no path is the shortest in the log semiring".to_owned()));
        }
        let (read, place) = (source.read()?, source.place());
        source.common.only_tropical(read.form)?;
        let (i, o) = read.tables((None, None));
        let (most, outputs) = (self.weight.unwrap_or(f64::INFINITY), self.unique && self.nshortest != 1);
        if let (Any::MinSum64(g), true, false) = (&read.graph, read.wide, outputs) {
            let found = shortest_paths_within(g, self.nshortest, self.work.budget());
            let mut paths = found.map_err(|e| self.work.named(e)).at(&place)?;
            let best = paths.first().map_or(0.0, |p| p.weight.get());
            paths.retain(|p| p.weight.get() <= best + most);
            let made = chains(g, paths.iter().map(|p| (&p.arcs, p.end))).at(&place)?;
            return source.write(&made.into(), read.form, (i, o));
        }
        let g = &*read.energies(&place)?;
        if outputs {
            let found = k_best_outputs(g, self.nshortest, Beta::Infinite, self.work.budget());
            let mut outputs = found.map_err(|e| self.work.named(e)).at(&place)?;
            let best = outputs.first().map_or(0.0, |o| o.1);
            outputs.retain(|o| o.1 <= best + most);
            // What an acceptor writes it reads, by the table of what it reads; with --acceptor that one is its only one.
            let i = if source.common.acceptor || g.is_acceptor() { i } else { o };
            let o = if source.common.acceptor { i } else { o };
            source.write(&strings(&outputs).at(&place)?.into(), read.form, (i, o))
        } else {
            let found = k_best_within(g, self.nshortest, self.work.budget());
            let mut paths = found.map_err(|e| self.work.named(e)).at(&place)?;
            let best = paths.first().map_or(0.0, |p| p.energy);
            paths.retain(|p| p.energy <= best + most);
            let made = chains(g, paths.iter().map(|p| (&p.arcs, p.end))).at(&place)?;
            source.write(&made.into(), read.form, (i, o))
        }
    }
}

/// One chain of arcs a path, from a common start.
fn chains<'p, W: Weight>(
    g: &Graph<W>,
    paths: impl Iterator<Item = (&'p Vec<ArcId>, StateId)>,
) -> Result<Graph<W>, GraphError> {
    let mut b = GraphBuilder::new();
    let mut start = None;
    for (arcs, end) in paths {
        let mut state = *start.get_or_insert_with(|| b.state());
        for arc in arcs.iter().filter_map(|&id| g.all_arcs().get(id as usize)) {
            let next = b.state();
            b.arc(state, arc.ilabel, arc.olabel, arc.weight.clone(), next);
            state = next;
        }
        b.final_weight(state, g.final_weight(end));
    }
    start.into_iter().for_each(|s| b.start(s));
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
        b.final_weight(state, MinSum::new(*energy)?.into());
    }
    Ok(b.build()?)
}

impl ShortestDistance {
    /// When a queue that goes in rounds stops.
    fn until(&self) -> Result<Convergence, CliError> {
        if self.delta.is_nan() || self.delta < 0.0 {
            return Err(CliError::Usage(format!("--delta={} is not a difference: it is at least 0", self.delta)));
        }
        let tolerance = Tolerance { absolute: self.delta, relative: 0.0 };
        Ok(Convergence { tolerance, ..Convergence::default() })
    }

    fn distances(&self, g: &Graph<Energy>, log: bool, place: &str) -> Result<Vec<f64>, CliError> {
        let until = self.until()?;
        match (log, self.queue_type) {
            (false, QueueType::Auto) if self.reverse => distances_to_end(g, Beta::Infinite).at(place),
            (false, QueueType::Auto) => distances_from_start(g, Beta::Infinite).at(place),
            (false, _) => self.tropical(g, |&e| e.into(), until).at(place),
            (true, _) => self.log(g, |&e| e.into(), until, place),
        }
    }

    fn tropical<W: Weight>(
        &self,
        g: &Graph<W>,
        lift: impl Fn(&W) -> MinSum<f64>,
        until: Convergence,
    ) -> Result<Vec<f64>, PathError> {
        let queue = self.queue_type.queue(until).unwrap_or_else(paths::Queue::shortest_first);
        self.by(g, lift, queue, |d| d.get())
    }

    fn log<W: Weight>(
        &self,
        g: &Graph<W>,
        lift: impl Fn(&W) -> LogSum<f64>,
        until: Convergence,
        place: &str,
    ) -> Result<Vec<f64>, CliError> {
        let refused = || CliError::Usage("no path is the shortest in the log semiring".to_owned());
        let queue = self.queue_type.queue(until).ok_or_else(refused)?;
        self.by(g, lift, queue, |d| d.get()).at(place)
    }

    fn by<W: Weight, S: Semiring>(
        &self,
        g: &Graph<W>,
        lift: impl Fn(&W) -> S,
        queue: paths::Queue<S>,
        number: impl Fn(&S) -> f64,
    ) -> Result<Vec<f64>, PathError> {
        let lift = |_, w: &W| lift(w);
        let found =
            if self.reverse { shortest_distance_to_end(g, lift, queue) } else { shortest_distance(g, lift, queue) }?;
        Ok(found.distances.iter().map(number).collect())
    }

    /// The graph with the start that is asked for.
    fn started(&self, g: Any) -> Result<Any, CliError> {
        if self.nstate == -1 || self.reverse {
            return Ok(g);
        }
        let from = StateId::try_from(self.nstate).ok().and_then(|start| g.ask(StartAt(start)).ok().flatten());
        from.ok_or_else(|| CliError::Usage(format!("--nstate={}: the graph has no such state", self.nstate)))
    }

    /// Lines for the states that have a distance.
    fn lines<W: Weight>(&self, g: &Graph<W>, mut distances: Vec<f64>, line: fn(f64) -> String) -> Vec<String> {
        distances.truncate(reached(g, &distances, self.reverse));
        distances.into_iter().map(line).collect()
    }

    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let (read, place) = (source.read()?, source.place());
        let (log, wide) = (source.common.is_log(read.form), read.wide);
        let found = match (&self.started(read.graph)?, self.total, self.reverse) {
            (Any::Energy(g), true, _) => vec![number(total(g, log).at(&place)?)],
            (Any::Energy(g), false, _) => self.lines(g, self.distances(g, log, &place)?, number),
            (Any::LogSum64(g), false, _) if wide => self.lines(g, self.log(g, |&w| w, self.until()?, &place)?, shown),
            (Any::MinSum64(g), false, _) if wide => {
                self.lines(g, self.tropical(g, |&w| w, self.until()?).at(&place)?, shown)
            }
            (_, false, _) if self.queue_type != QueueType::Auto => {
                return Err(CliError::Usage("the order of states can be chosen for energies alone".to_owned()));
            }
            (other, total, reverse) => {
                let span = if total {
                    Span::Total
                } else if reverse {
                    Span::ToEnd
                } else {
                    Span::FromStart
                };
                other.ask(Sums { span, log }).at(&place)?
            }
        };
        let text = if self.total {
            found.iter().map(|d| format!("{d}\n")).collect()
        } else {
            found.iter().enumerate().map(|(s, d)| format!("{s}\t{d}\n")).collect::<String>()
        };
        deliver(&text, source.to)
    }
}

/// The graph with another start.
struct StartAt(StateId);

impl Question for StartAt {
    type Answer = Option<Any>;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Option<Any>, Refused>
    where
        Any: From<Graph<W>>,
    {
        Ok(g.starting_at(self.0).map(Any::from))
    }
}

/// Sums over paths in a weight's own semiring.
struct Sums {
    span: Span,
    log: bool,
}

impl Question for Sums {
    type Answer = Vec<String>;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Vec<String>, Refused> {
        W::sums(g, self.span, self.log)
    }
}

/// The energy of all accepting paths together; in the log semiring cycles are summed.
fn total(g: &Graph<Energy>, log: bool) -> Result<f64, PathError> {
    match log {
        false => free_energy(g, Beta::Infinite),
        true => Ok(path_sum_star(g, |_, &e| LogSum::<f64>::from(e))?.get()),
    }
}

/// How many states there are up to the last that arcs lead to: OpenFst has no distance for those behind it.
fn reached<W: Weight>(g: &Graph<W>, distances: &[f64], reverse: bool) -> usize {
    let is_near = |s: &StateId| distances.get(*s as usize).is_some_and(|d| *d < f64::INFINITY);
    let arcs = g.arcs_with_source().map(|(_, s, a)| if reverse { (a.target, s) } else { (s, a.target) });
    let met = arcs.filter(|(s, _)| is_near(s)).map(|(_, t)| t);
    let near = (0..g.states() as StateId).filter(is_near);
    near.chain(met).max().map_or(0, |last| last as usize + 1)
}

/// As OpenFst writes numbers: infinity in full.
fn number(x: f64) -> String {
    if x == f64::INFINITY { "Infinity".to_owned() } else { x.to_string() }
}
