//! Operations with an option or two.

use clap::{Args, ValueEnum};

use super::super::error::{At, CliError, complain};
use super::super::weights::{Kind, Question, Refused};
use super::Unary;
use super::budget::Work;
use super::rewrite::Rewrite;
use super::sums::Sum;
use crate::graph::{EPSILON, Graph, Label, Side};
use crate::ops::{self, OpError};

#[derive(Debug, Args)]
pub(super) struct Project {
    /// Which side to keep.
    #[arg(long, value_enum, default_value = "input")]
    project_type: ProjectType,
    /// Short for --project_type=output.
    #[arg(long)]
    project_output: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProjectType {
    Input,
    Output,
}

#[derive(Debug, Args)]
pub(super) struct ArcSort {
    /// By which label.
    #[arg(long, value_enum, default_value = "ilabel")]
    sort_type: SortType,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortType {
    Ilabel,
    Olabel,
}

#[derive(Debug, Args)]
pub(super) struct Closure {
    /// One repetition at least.
    #[arg(long)]
    closure_plus: bool,
    /// Any number of repetitions, or one at least, which --closure_plus is short for.
    #[arg(long, value_enum, conflicts_with = "closure_plus")]
    closure_type: Option<ClosureType>,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClosureType {
    Star,
    Plus,
}

#[derive(Debug, Args)]
pub(super) struct Complement {
    /// What strings are made of: the labels of the graph if not given. With a table of input labels they may be symbols.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    alphabet: Vec<String>,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Synchronize {
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    unary: Unary,
}

impl Project {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if self.project_output || self.project_type == ProjectType::Output {
            self.unary.source().run_with(|(_, o)| (o, o), &[Rewrite::Project(Side::Output)])
        } else {
            self.unary.source().run_with(|(i, _)| (i, i), &[Rewrite::Project(Side::Input)])
        }
    }
}

impl ArcSort {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let side = if self.sort_type == SortType::Ilabel { Side::Input } else { Side::Output };
        self.unary.run(&[Rewrite::Sort(side)])
    }
}

impl Closure {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let plus = self.closure_plus || self.closure_type == Some(ClosureType::Plus);
        self.unary.run(&[Rewrite::Closure(if plus { ops::Closure::Plus } else { ops::Closure::Star })])
    }
}

/// The states in topological order; a graph that has none stays as it is, as with fsttopsort.
pub(super) fn topsort(unary: &Unary) -> Result<(), CliError> {
    let source = unary.source();
    let read = source.read()?;
    let sorted = match source.made(&read, &[Rewrite::TopSort]) {
        Err(Refused::Op(cyclic @ OpError::Cyclic(_))) => {
            complain(&format!("{}: note: nothing is sorted: {cyclic}", source.place()));
            source.apply(&read, &[])?
        }
        made => made.at(source.place())?,
    };
    source.write(&sorted, read.form, read.tables((None, None)))
}

/// The sums over the strong components of a graph.
pub(super) fn condense(unary: &Unary) -> Result<(), CliError> {
    unary.run(&[Rewrite::Sum(Sum::Condense)])
}

impl Complement {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let source = self.unary.source().within(self.work);
        let read = source.read()?;
        let table = read.tables((None, None)).0;
        let named = |text: &String| {
            let label = table.and_then(|t| t.label(text)).or_else(|| text.parse().ok());
            label.filter(|&l: &Label| l != EPSILON).ok_or_else(|| {
                CliError::Usage(format!("--alphabet: {text} is no label: those are symbols, and numbers from 1 on"))
            })
        };
        let alphabet = if self.alphabet.is_empty() {
            read.graph.ask(InputLabels).at(source.place())?
        } else {
            self.alphabet.iter().map(named).collect::<Result<_, _>>()?
        };
        let result = source.apply(&read, &[Rewrite::Complement(alphabet)])?;
        source.write(&result, read.form, read.tables((None, None)))
    }
}

impl Synchronize {
    pub(super) fn run(&self) -> Result<(), CliError> {
        self.unary.source().within(self.work).run(&[Rewrite::Synchronize])
    }
}

/// Every input label but epsilon, sorted.
struct InputLabels;

impl Question for InputLabels {
    type Answer = Vec<Label>;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Vec<Label>, Refused> {
        let mut labels: Vec<Label> = g.all_arcs().iter().map(|a| a.ilabel).filter(|&l| l != EPSILON).collect();
        labels.sort_unstable();
        labels.dedup();
        Ok(labels)
    }
}
