//! `energraph fst draw`: Graphviz text, or a finished drawing. The text is that of `fstdraw`, except that a graph without states is an
//! empty drawing and not an empty text, and that a quote in a title does not end it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::super::draw::Drawing;
use super::super::error::{At, CliError};
use super::super::files::{Tables, deliver, read_symbols};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::text::shown;
use crate::graph::att::AttError;
use crate::graph::{Arc, Graph, Side, StateId, SymbolTable, draw};
use crate::semiring::Energy;

#[derive(Debug, Args)]
pub(super) struct DrawArgs {
    /// A finished drawing in place of Graphviz text.
    #[arg(long)]
    svg: bool,
    /// A line with the drawing; in Graphviz text `\n` and what else has a backslash there means what it means to Graphviz.
    #[arg(long, default_value = "", hide_default_value = true)]
    title: String,
    /// Labels are numbers whatever tables there are.
    #[arg(long)]
    numeric: bool,
    /// Table of the names of states.
    #[arg(long, value_name = "FILE", conflicts_with = "svg")]
    ssymbols: Option<PathBuf>,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    unary: Unary,
}

/// How Graphviz text looks.
#[derive(Debug, Args)]
struct Look {
    /// Weights of 1̄ are shown too.
    #[arg(long, conflicts_with = "svg")]
    show_weight_one: bool,
    /// How numbers are shown: as C's printf has it.
    #[arg(long, value_enum, default_value = "g", conflicts_with = "svg")]
    float_format: FloatFormat,
    /// How many digits numbers have.
    #[arg(long, value_name = "DIGITS", default_value_t = 5, value_parser = value_parser!(u16).range(..=999), conflicts_with = "svg")]
    precision: u16,
    /// The size of letters.
    #[arg(long, value_name = "POINTS", default_value_t = 14, allow_hyphen_values = true, conflicts_with = "svg")]
    fontsize: i32,
    /// The drawing's height, in inches.
    #[arg(long, default_value_t = 11.0, conflicts_with = "svg")]
    height: f32,
    /// The drawing's width, in inches.
    #[arg(long, default_value_t = 8.5, conflicts_with = "svg")]
    width: f32,
    /// How far apart states of a rank lie, in inches.
    #[arg(long, default_value_t = 0.25, conflicts_with = "svg")]
    nodesep: f32,
    /// How far apart ranks lie, in inches.
    #[arg(long, default_value_t = 0.4, conflicts_with = "svg")]
    ranksep: f32,
    /// The page is upright.
    #[arg(long, conflicts_with = "svg")]
    portrait: bool,
    /// Paths run from below upward.
    #[arg(long, conflicts_with = "svg")]
    vertical: bool,
    /// Taken for the sake of scripts: labels here are never negative.
    #[arg(long, hide = true)]
    allow_negative_labels: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FloatFormat {
    /// One digit before the point, and an exponent.
    E,
    /// Digits count behind the point.
    F,
    /// Whichever is the shorter; digits count from the first.
    G,
}

impl DrawArgs {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source();
        let states = read_symbols(self.ssymbols.as_deref())?;
        let read = source.read()?;
        let tables = if self.numeric { (None, None) } else { read.tables((None, None)) };
        let drawn = if self.svg {
            let (isymbols, osymbols) = tables;
            let what = draw::Draw { title: &self.title, isymbols, osymbols, ..draw::Draw::default() };
            read.graph.ask(Drawing { what, svg: true })
        } else {
            read.graph.ask(Dot { args: self, tables, states: states.as_ref() })
        };
        deliver(&drawn.at(source.place())?, source.to)
    }
}

/// Graphviz text.
struct Dot<'a> {
    args: &'a DrawArgs,
    tables: Tables<'a>,
    states: Option<&'a SymbolTable>,
}

impl Dot<'_> {
    fn head(&self) -> String {
        let look = &self.args.look;
        let title = &self.args.title;
        let label = if title.is_empty() { String::new() } else { format!("label = \"{}\";\n", titled(title)) };
        let direction = if look.vertical { "BT" } else { "LR" };
        let page = if look.portrait { "Portrait" } else { "Landscape" };
        let [width, height, ranks, nodes] =
            [look.width, look.height, look.ranksep, look.nodesep].map(|inches| look.number(f64::from(inches)));
        format!(
            "digraph FST {{\nrankdir = {direction};\nsize = \"{width},{height}\";\n{label}center = 1;\norientation = {page};\n\
             ranksep = \"{ranks}\";\nnodesep = \"{nodes}\";\n"
        )
    }

    fn arc<W: Kind>(&self, arc: &Arc<W>, acceptor: bool) -> Result<String, AttError> {
        let mut name = shown(arc.ilabel, self.tables.0, Side::Input)?;
        if !acceptor {
            name += &format!(":{}", shown(arc.olabel, self.tables.1, Side::Output)?);
        }
        Ok(quoted(&(name + &self.args.look.weight(&arc.weight))))
    }
}

impl Question for Dot<'_> {
    type Answer = String;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<String, Refused> {
        let (mut text, look) = (self.head(), &self.args.look);
        // A transducer has both labels all the same.
        let acceptor = self.args.unary.common.acceptor && g.is_acceptor();
        let size = look.fontsize;
        let others = (0..g.states() as StateId).filter(|&s| Some(s) != g.start());
        for s in g.start().into_iter().chain(others) {
            let (shape, weight) = match g.is_final(s) {
                true => ("doublecircle", look.weight(&g.final_weight(s))),
                false => ("circle", String::new()),
            };
            let style = if g.start() == Some(s) { "bold" } else { "solid" };
            let name = self.states.and_then(|t| t.symbol(s)).map_or_else(|| s.to_string(), str::to_owned);
            let label = quoted(&(name + &weight));
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{s} [label = \"{label}\", shape = {shape}, style = {style}, fontsize = {size}]");
            for a in g.arcs(s) {
                let (label, target) = (self.arc(a, acceptor)?, a.target);
                let _ = writeln!(text, "\t{s} -> {target} [label = \"{label}\", fontsize = {size}];");
            }
        }
        text.push_str("}\n");
        Ok(text)
    }
}

impl Look {
    /// A weight behind a stroke; nothing for 1̄, unless that is shown.
    fn weight<W: Kind>(&self, weight: &W) -> String {
        if *weight == W::one() && !self.show_weight_one {
            return String::new();
        }
        let text = weight.print_weight();
        // The text of an energy has no more digits than tell it from others.
        let energy = (weight as &dyn std::any::Any).downcast_ref::<Energy>().map(|e| e.wide());
        let value = energy.or_else(|| text.parse().ok()).filter(|x| x.is_finite());
        format!("/{}", value.map_or(text, |x| self.number(x)))
    }

    fn number(&self, x: f64) -> String {
        let digits = usize::from(self.precision);
        match self.float_format {
            FloatFormat::E => {
                let (mantissa, exponent) = scientific(x, digits);
                format!("{mantissa}e{exponent:+03}")
            }
            FloatFormat::F => format!("{x:.digits$}"),
            FloatFormat::G => general(x, digits.max(1)),
        }
    }
}

/// One digit before the point and so many behind it, and the exponent.
fn scientific(x: f64, digits: usize) -> (String, i32) {
    let text = format!("{x:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or_default())
}

/// `%g`.
fn general(x: f64, digits: usize) -> String {
    let trimmed = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    let (mantissa, exponent) = scientific(x, digits - 1);
    match usize::try_from(digits as i32 - 1 - exponent) {
        Ok(behind) if exponent >= -4 => trimmed(format!("{x:.behind$}")),
        _ => format!("{}e{exponent:+03}", trimmed(mantissa)),
    }
}

/// A string between double quotes: only quotes and backslashes mean something there.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A string that may hold Graphviz's own escapes between double quotes: only what would end it or go on behind it is escaped.
fn titled(text: &str) -> String {
    let (mut title, mut is_escaped) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        if c == '"' && !is_escaped {
            title.push('\\');
        }
        title.push(c);
        is_escaped = c == '\\' && !is_escaped;
    }
    if is_escaped {
        title.push('\\');
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_printf() {
        for (x, digits, expected) in [
            (1_234_567.5, 5, "1.2346e+06"),
            (0.1, 5, "0.1"),
            (8.5, 1, "8"),
            (11.0, 1, "1e+01"),
            (99999.5, 5, "1e+05"),
            (0.000_099_999_99, 5, "0.0001"),
            (0.000_012, 5, "1.2e-05"),
            (-100.0, 5, "-100"),
            (0.0, 5, "0"),
            (1e-30, 3, "1e-30"),
        ] {
            assert_eq!(general(x, digits), expected, "{x} {digits}");
        }
    }
}
