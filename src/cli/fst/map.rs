//! `energraph fst map`: every arc or weight changed alike.

use std::any::TypeId;
use std::collections::HashSet;

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError};
use super::super::files::Form;
use super::super::weights::{Kind, Refused};
use super::Unary;
use super::rewrite::Rewrite;
use crate::graph::openfst::{ArcType, Layout};
use crate::graph::{Arc, EPSILON, Graph, GraphBuilder, GraphError, StateId};
use crate::semiring::Energy;

#[derive(Debug, Args)]
pub(super) struct MapArgs {
    /// What is done.
    #[arg(long, value_enum, default_value = "identity")]
    map_type: MapType,
    /// The weight of plus and times; without it 0̄ and 1̄, which change nothing.
    #[arg(long, allow_hyphen_values = true)]
    weight: Option<String>,
    /// The exponent of power.
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    power: f64,
    /// The step of quantize, a float of 32 bits.
    #[arg(long, default_value_t = 1.0 / 1024.0)]
    delta: f32,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum MapType {
    /// Arcs of a state with the same labels and target become one, whose weight is their sum.
    ArcSum,
    /// Of arcs of a state that are the same in everything one is kept.
    ArcUnique,
    /// Nothing.
    Identity,
    /// Nothing is read.
    InputEpsilon,
    /// Energies change their sign.
    Invert,
    /// Nothing is written.
    OutputEpsilon,
    /// Every weight ⊕ --weight; states that are not final stay so.
    Plus,
    /// Energies times --power.
    Power,
    /// Energies become multiples of --delta.
    Quantize,
    /// Every weight becomes 1̄.
    Rmweight,
    /// Final weights become arcs to one final state.
    Superfinal,
    /// Every weight ⊗ --weight.
    Times,
    /// Arcs of the type log.
    ToLog,
    /// Arcs of the type log64.
    ToLog64,
    /// Arcs of the type standard.
    #[value(alias = "to_standard")]
    ToStd,
}

impl MapArgs {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let arcs = match self.map_type {
            MapType::ToLog => Some(ArcType::Log),
            MapType::ToLog64 => Some(ArcType::Log64),
            MapType::ToStd => Some(ArcType::Standard),
            _ => None,
        };
        let source = self.unary.source();
        let read = source.read_for(arcs)?;
        let read = match arcs {
            Some(arcs) => read.with_arcs(arcs, &source.place())?,
            None => read,
        };
        let form = match (read.form, arcs) {
            (Form::Binary { layout, .. }, Some(arcs)) => Form::Binary { layout, arcs },
            (_, Some(arcs)) => Form::Binary { layout: Layout::Vector, arcs },
            (form, None) => form,
        };
        let made = source.made(&read, &[Rewrite::Map(self.map()?)]);
        if let (Err(Refused::Weight(bad)), MapType::Plus | MapType::Times) = (&made, self.map_type) {
            return Err(CliError::Usage(format!("--weight: {bad}")));
        }
        let result = made.at(source.place())?;
        let (isymbols, osymbols) = read.tables((None, None));
        // A side without a label has no use for names; the one column of an acceptor's text has them from either.
        let is_two_sided = !source.common.acceptor;
        let isymbols = isymbols.filter(|_| self.map_type != MapType::InputEpsilon || !is_two_sided);
        let osymbols = osymbols.filter(|_| self.map_type != MapType::OutputEpsilon || !is_two_sided);
        source.write(&result, form, (isymbols, osymbols))
    }

    fn map(&self) -> Result<Map, CliError> {
        let usage = |what: &str| Err(CliError::Usage(what.to_owned()));
        let with = |map: fn(String) -> Map| match self.weight.as_deref().filter(|w| !w.is_empty()) {
            Some(weight) => map(weight.to_owned()),
            None => Map::Identity,
        };
        Ok(match self.map_type {
            MapType::ArcSum => Map::ArcSum,
            MapType::ArcUnique => Map::ArcUnique,
            MapType::Identity | MapType::ToLog | MapType::ToLog64 | MapType::ToStd => Map::Identity,
            MapType::InputEpsilon => Map::InputEpsilon,
            MapType::OutputEpsilon => Map::OutputEpsilon,
            MapType::Invert => Map::Scale(-1.0),
            MapType::Power if !self.power.is_finite() => return usage("--power is not a number"),
            MapType::Power => Map::Scale(self.power),
            MapType::Quantize if !(self.delta.is_finite() && self.delta > 0.0) => {
                return usage("--delta is not a step: steps are finite and above 0");
            }
            MapType::Quantize => Map::Round(self.delta),
            MapType::Plus => with(Map::Plus),
            MapType::Times => with(Map::Times),
            MapType::Rmweight => Map::Unweighted,
            MapType::Superfinal => Map::Superfinal,
        })
    }
}

/// One way to change arcs and weights.
#[derive(Debug)]
pub(super) enum Map {
    ArcSum,
    ArcUnique,
    Identity,
    InputEpsilon,
    OutputEpsilon,
    Plus(String),
    Round(f32),
    Scale(f64),
    Superfinal,
    Times(String),
    Unweighted,
}

impl Map {
    pub(super) fn of<W: Kind>(&self, g: &Graph<W>, log: bool) -> Result<Graph<W>, Refused> {
        let parsed = |text: &str| W::parse_weight(text);
        Ok(match self {
            Map::Identity => g.clone(),
            Map::InputEpsilon => g.map_labels(|_, o| (EPSILON, o)),
            Map::OutputEpsilon => g.map_labels(|i, _| (i, EPSILON)),
            Map::Unweighted => g.map(|_, w| if w.is_zero() { W::zero() } else { W::one() }),
            Map::Plus(text) => {
                let other = parsed(text)?;
                changed(g, |w| if w.is_zero() { Ok(W::zero()) } else { w.either(&other, log) })?
            }
            Map::Times(text) => {
                let other = parsed(text)?;
                g.map(|_, w| w.times(&other))
            }
            Map::Scale(by) => changed(g, |w| w.changed(&|x| if *by == 0.0 { 0.0 } else { x * by }))?,
            // In the digits of the weights, as they are rounded there.
            Map::Round(step) if TypeId::of::<W>() == TypeId::of::<Energy>() => {
                changed(g, |w| w.changed(&|x| on_grid(f64::from((x as f32 / step + 0.5).floor() * step), x)))?
            }
            Map::Round(step) => {
                let step = f64::from(*step);
                changed(g, |w| w.changed(&|x| on_grid((x / step + 0.5).floor() * step, x)))?
            }
            Map::ArcSum => rows(g, |arcs| summed(arcs, log))?,
            Map::ArcUnique => rows(g, |arcs| Ok(unique(arcs)))?,
            Map::Superfinal => superfinal(g)?,
        })
    }
}

/// What a number was rounded to; one so large that this is beyond its range has no digits below the step, and stays.
fn on_grid(rounded: f64, x: f64) -> f64 {
    if rounded.is_finite() { rounded } else { x }
}

/// Every weight changed by a function that may refuse it.
fn changed<W: Kind>(g: &Graph<W>, f: impl Fn(&W) -> Result<W, Refused>) -> Result<Graph<W>, Refused> {
    let mut wrong = None;
    let changed = g.map(|_, w| {
        f(w).unwrap_or_else(|e| {
            wrong.get_or_insert(e);
            w.clone()
        })
    });
    wrong.map_or(Ok(changed), Err)
}

/// The same states with other arcs.
fn rows<W: Kind>(g: &Graph<W>, row: impl Fn(&[Arc<W>]) -> Result<Vec<Arc<W>>, Refused>) -> Result<Graph<W>, Refused> {
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    g.start().into_iter().for_each(|s| b.start(s));
    for s in 0..g.states() as StateId {
        row(g.arcs(s))?.into_iter().for_each(|a| b.arc(s, a.ilabel, a.olabel, a.weight, a.target));
        b.final_weight(s, g.final_weight(s));
    }
    Ok(b.build()?)
}

/// Sorted by labels and target, as OpenFst leaves them.
fn sorted<W: Kind>(arcs: &[Arc<W>]) -> Vec<Arc<W>> {
    let mut arcs = arcs.to_vec();
    arcs.sort_by_key(|a| (a.ilabel, a.olabel, a.target));
    arcs
}

fn summed<W: Kind>(arcs: &[Arc<W>], log: bool) -> Result<Vec<Arc<W>>, Refused> {
    let mut kept: Vec<Arc<W>> = Vec::new();
    for a in sorted(arcs) {
        match kept.last_mut().filter(|k| (k.ilabel, k.olabel, k.target) == (a.ilabel, a.olabel, a.target)) {
            Some(same) => same.weight = same.weight.side_by_side(&a.weight, log)?,
            None => kept.push(a),
        }
    }
    Ok(kept)
}

fn unique<W: Kind>(arcs: &[Arc<W>]) -> Vec<Arc<W>> {
    let mut seen = HashSet::new();
    sorted(arcs).into_iter().filter(|a| seen.insert(a.clone())).collect()
}

fn superfinal<W: Kind>(g: &Graph<W>) -> Result<Graph<W>, GraphError> {
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    let mut b = GraphBuilder::new();
    b.add_states(g.states());
    b.start(start);
    let last = b.state();
    for s in 0..g.states() as StateId {
        g.arcs(s).iter().for_each(|a| b.arc(s, a.ilabel, a.olabel, a.weight.clone(), a.target));
        if g.is_final(s) {
            b.arc(s, EPSILON, EPSILON, g.final_weight(s), last);
        }
    }
    b.final_weight(last, W::one());
    b.build()
}
