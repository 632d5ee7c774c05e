//! `energraph fst info`: what a graph is.

use std::collections::BTreeMap;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::super::error::{At, CliError};
use super::super::files::{Form, deliver};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::labels::Verified;
use crate::graph::openfst::Layout;
use crate::graph::{EPSILON, Graph, GraphBuilder, GraphError, Label, StateId, SymbolTable, components};
use crate::semiring::Boolean;

#[derive(Debug, Args)]
pub(super) struct Info {
    /// How much is said: form and tables alone, or everything.
    #[arg(long, value_enum, default_value = "auto")]
    info_type: InfoType,
    /// Which arcs count where states and components on paths are counted.
    #[arg(long, value_enum, default_value = "any")]
    arc_filter: ArcFilter,
    /// Refuse a graph with a label that its table does not name; with =false it is told all the same.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    fst_verify: Option<bool>,
    /// Properties are tested whatever this says: none is printed as unknown.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    test_properties: Option<bool>,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum InfoType {
    Auto,
    Long,
    Short,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ArcFilter {
    /// All.
    Any,
    /// Those without labels.
    Epsilon,
    /// Those that read nothing.
    Iepsilon,
    /// Those that write nothing.
    Oepsilon,
}

/// What is said and what of it.
type Lines = Vec<(&'static str, String)>;

impl Info {
    /// Counts and properties, a line each, in the order and words of OpenFst.
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let read = source.read()?;
        let (layout, arcs) = match read.form {
            Form::Text => ("text", None),
            Form::Json => ("JSON", None),
            Form::Binary { layout: Layout::Vector, arcs } => ("vector", Some(arcs)),
            Form::Binary { layout: Layout::Const { .. }, arcs } => ("const", Some(arcs)),
        };
        let table =
            |table: &Option<SymbolTable>| table.as_ref().map_or("none", |t| t.name().unwrap_or("yes")).to_owned();
        let mut all: Lines = vec![
            ("fst type", layout.to_owned()),
            ("arc type", arcs.map_or_else(|| read.graph.weight(), |a| a.name().to_owned())),
            ("input symbol table", table(&read.isymbols)),
            ("output symbol table", table(&read.osymbols)),
        ];
        if self.info_type != InfoType::Short {
            // A text's labels have names already.
            if self.fst_verify != Some(false) && read.form != Form::Text {
                read.graph.ask(Verified(read.tables((None, None)))).at(source.place())?;
            }
            let mutable = !matches!(read.form, Form::Binary { layout: Layout::Const { .. }, .. });
            all.extend(read.graph.ask(Facts { filter: self.arc_filter, mutable }).at(source.place())?);
        }
        let text: String = all.iter().map(|(what, value)| format!("{what:<50}{value}\n")).collect();
        deliver(&text, source.to)
    }
}

fn yes(is: bool) -> String {
    if is { "y" } else { "n" }.to_owned()
}

/// Everything that does not depend on the file's form.
struct Facts {
    filter: ArcFilter,
    mutable: bool,
}

impl Question for Facts {
    type Answer = Lines;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Lines, Refused> {
        let arcs =
            |wanted: fn(Label, Label) -> bool| g.all_arcs().iter().filter(|a| wanted(a.ilabel, a.olabel)).count();
        let (both, input) = (arcs(|i, o| i == EPSILON && o == EPSILON), arcs(|i, _| i == EPSILON));
        let output = arcs(|_, o| o == EPSILON);
        let finals = g.final_weights().iter().filter(|w| !w.is_zero()).count();
        let mut all = vec![
            ("# of states", g.states().to_string()),
            ("# of arcs", g.arc_count().to_string()),
            ("initial state", g.start().map_or("-1".to_owned(), |s| s.to_string())),
            ("# of final states", finals.to_string()),
            ("# of input/output epsilons", both.to_string()),
            ("# of input epsilons", input.to_string()),
            ("# of output epsilons", output.to_string()),
            ("input label multiplicity", multiplicity(g, |a| a.ilabel)),
            ("output label multiplicity", multiplicity(g, |a| a.olabel)),
        ];
        let (isorted, osorted) = (is_sorted(g, |a| a.ilabel), is_sorted(g, |a| a.olabel));
        let reach = Reach::new(g, self.filter)?;
        all.extend(reach.lines(self.filter));
        all.extend([
            ("input matcher", yes(isorted)),
            ("output matcher", yes(osorted)),
            ("input lookahead", yes(false)),
            ("output lookahead", yes(false)),
            ("expanded", yes(true)),
            ("mutable", yes(self.mutable)),
            ("error", yes(false)),
            ("acceptor", yes(g.is_acceptor())),
            ("input deterministic", yes(is_deterministic(g, |a| a.ilabel))),
            ("output deterministic", yes(is_deterministic(g, |a| a.olabel))),
            ("input/output epsilons", yes(both > 0)),
            ("input epsilons", yes(input > 0)),
            ("output epsilons", yes(output > 0)),
            ("input label sorted", yes(isorted)),
            ("output label sorted", yes(osorted)),
        ]);
        all.extend(shape(g)?);
        Ok(all)
    }
}

type ArcLabel<W> = fn(&crate::graph::Arc<W>) -> Label;

fn states<W: Kind>(g: &Graph<W>) -> std::ops::Range<StateId> {
    0..g.states() as StateId
}

/// How many arcs of its state share an arc's label, on average.
fn multiplicity<W: Kind>(g: &Graph<W>, label: ArcLabel<W>) -> String {
    let of_state = |s| {
        let mut counts: BTreeMap<Label, usize> = BTreeMap::new();
        g.arcs(s).iter().for_each(|a| *counts.entry(label(a)).or_default() += 1);
        counts.values().map(|n| n * n).sum::<usize>()
    };
    let squares: usize = states(g).map(of_state).sum();
    if g.arc_count() == 0 {
        return "0".to_owned();
    }
    // Six digits, as OpenFst prints.
    let mean = format!("{:.5e}", squares as f64 / g.arc_count() as f64);
    mean.parse::<f64>().map_or(mean, |m| m.to_string())
}

fn is_sorted<W: Kind>(g: &Graph<W>, label: ArcLabel<W>) -> bool {
    states(g).all(|s| g.arcs(s).is_sorted_by_key(label))
}

fn is_deterministic<W: Kind>(g: &Graph<W>, label: ArcLabel<W>) -> bool {
    states(g).all(|s| {
        let mut labels: Vec<Label> = g.arcs(s).iter().map(label).collect();
        labels.sort_unstable();
        labels.windows(2).all(|pair| pair[0] != pair[1])
    })
}

/// What weights and cycles say.
fn shape<W: Kind>(g: &Graph<W>) -> Result<Lines, GraphError> {
    let parts = components(g);
    let (one, zero) = (W::one(), W::zero());
    let weighted = |w: &W| *w != one && *w != zero;
    let on_cycle = |s: StateId, target: StateId| parts.of(s) == parts.of(target);
    let cyclic = g.arcs_with_source().any(|(_, s, a)| on_cycle(s, a.target));
    let start_cyclic = g.arcs_with_source().any(|(_, s, a)| Some(a.target) == g.start() && on_cycle(s, a.target));
    // Of a string the last state is the one that is final.
    let last = |s: StateId| s as usize + 1 == g.states();
    let row = |s: StateId| {
        g.arcs(s).iter().all(|a| a.target == s + 1) && if g.is_final(s) { last(s) } else { g.arcs(s).len() == 1 }
    };
    let reach = Reach::new(g, ArcFilter::Any)?;
    Ok(vec![
        ("weighted", yes(g.sites().any(|(_, w)| weighted(w)))),
        ("cyclic", yes(cyclic)),
        ("cyclic at initial state", yes(start_cyclic)),
        ("top sorted", yes(g.arcs_with_source().all(|(_, s, a)| a.target > s))),
        ("accessible", yes(reach.forward.iter().all(|&r| r))),
        ("coaccessible", yes(reach.backward.iter().all(|&r| r))),
        ("string", yes(g.start().is_none_or(|s| s == 0) && states(g).all(row))),
        ("weighted cycles", yes(g.arcs_with_source().any(|(_, s, a)| weighted(&a.weight) && on_cycle(s, a.target)))),
    ])
}

/// What states the arcs of a filter join.
struct Reach {
    forward: Vec<bool>,
    backward: Vec<bool>,
    connected: usize,
    strong: usize,
}

impl Reach {
    fn new<W: Kind>(g: &Graph<W>, filter: ArcFilter) -> Result<Self, GraphError> {
        let counts = |i: Label, o: Label| match filter {
            ArcFilter::Any => true,
            ArcFilter::Epsilon => i == EPSILON && o == EPSILON,
            ArcFilter::Iepsilon => i == EPSILON,
            ArcFilter::Oepsilon => o == EPSILON,
        };
        let arcs =
            || g.arcs_with_source().filter(|(_, _, a)| counts(a.ilabel, a.olabel)).map(|(_, s, a)| (s, a.target));
        let graph = |arcs: &mut dyn Iterator<Item = (StateId, StateId)>| {
            let mut b = GraphBuilder::new();
            b.add_states(g.states());
            g.start().into_iter().for_each(|s| b.start(s));
            arcs.for_each(|(s, t)| b.arc(s, EPSILON, EPSILON, Boolean(true), t));
            b.build()
        };
        let ends: Vec<StateId> = states(g).filter(|&s| g.is_final(s)).collect();
        let (there, back) = (graph(&mut arcs())?, graph(&mut arcs().map(|(s, t)| (t, s)))?);
        let either = graph(&mut arcs().flat_map(|(s, t)| [(s, t), (t, s)]))?;
        Ok(Reach {
            forward: reached(&there, g.start().as_slice()),
            backward: reached(&back, &ends),
            connected: components(&either).count(),
            strong: components(&there).count(),
        })
    }

    fn lines(&self, filter: ArcFilter) -> Lines {
        let count = |of: &mut dyn Iterator<Item = bool>| of.filter(|&r| r).count().to_string();
        let both = self.forward.iter().zip(&self.backward).map(|(f, b)| *f && *b);
        let names = match filter {
            ArcFilter::Any => [
                "# of accessible states",
                "# of coaccessible states",
                "# of connected states",
                "# of connected components",
                "# of strongly conn components",
            ],
            ArcFilter::Epsilon => [
                "# of epsilon accessible states",
                "# of epsilon coaccessible states",
                "# of epsilon connected states",
                "# of epsilon connected components",
                "# of epsilon strongly conn components",
            ],
            ArcFilter::Iepsilon => [
                "# of input-epsilon accessible states",
                "# of input-epsilon coaccessible states",
                "# of input-epsilon connected states",
                "# of input-epsilon connected components",
                "# of input-epsilon strongly conn components",
            ],
            ArcFilter::Oepsilon => [
                "# of output-epsilon accessible states",
                "# of output-epsilon coaccessible states",
                "# of output-epsilon connected states",
                "# of output-epsilon connected components",
                "# of output-epsilon strongly conn components",
            ],
        };
        let values = [
            count(&mut self.forward.iter().copied()),
            count(&mut self.backward.iter().copied()),
            count(&mut { both }),
            self.connected.to_string(),
            self.strong.to_string(),
        ];
        names.into_iter().zip(values).collect()
    }
}

/// Which states a path from one of these leads to.
fn reached(g: &Graph<Boolean>, from: &[StateId]) -> Vec<bool> {
    let (mut seen, mut open) = (vec![false; g.states()], from.to_vec());
    open.iter().for_each(|&s| seen[s as usize] = true);
    while let Some(s) = open.pop() {
        for a in g.arcs(s) {
            if !std::mem::replace(&mut seen[a.target as usize], true) {
                open.push(a.target);
            }
        }
    }
    seen
}
