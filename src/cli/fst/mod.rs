//! `energraph fst`: operations on graph files under OpenFst's names.

mod combine;
mod convert;
mod info;
mod randgen;
mod replace;
mod shortest;
mod sums;
mod transducers;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::error::{At, CliError, complain};
use super::files::{Form, Tables, deliver, is_stdin, name, read_graph, read_symbols, write_graph};
use crate::graph::att::AttOptions;
use crate::graph::{Graph, Side, SymbolTable, draw};
use crate::ops;
use crate::semiring::Energy;

/// Operations on graphs in AT&T text and OpenFst's binary files, under OpenFst's names.
///
/// Text is `source target input output [energy]` a line, or with --acceptor `source target label [energy]`, and
/// `state [energy]` for a final state; the first line's source is the start. Binary files are
/// vector or const, with standard, log or log64 weights; they are told from text by their first bytes. Results are written in the form that
/// was read, of two graphs that of the first; a binary result carries the symbol tables that were given or that its inputs carry.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  energraph fst compose image.txt grammar.txt | energraph fst shortestpath -")]
pub(super) struct Fst {
    #[command(subcommand)]
    op: Op,
}

#[derive(Debug, Subcommand)]
enum Op {
    /// Turn text into OpenFst's binary form.
    #[command(
        after_help = "Example:\n  energraph fst compile --isymbols=words.txt --acceptor words.fst.txt -o words.fst"
    )]
    Compile(convert::Compile),
    /// Turn any form into text.
    #[command(after_help = "Example:\n  energraph fst print words.fst")]
    Print(Unary),
    /// Turn any form into a binary layout.
    #[command(after_help = "Example:\n  energraph fst convert --fst_type=const --fst_align words.fst -o words.const")]
    Convert(convert::Convert),
    /// What the first graph writes, the second reads.
    #[command(after_help = "Example:\n  energraph fst compose image.txt grammar.txt -o answers.txt")]
    Compose(combine::Compose),
    /// Leave out the states that no accepting path visits.
    Connect(Unary),
    /// Exchange input and output.
    Invert(Unary),
    /// Every path backwards.
    Reverse(Unary),
    /// Keep the labels of one side.
    #[command(after_help = "Example:\n  energraph fst project --project_type=output answers.txt")]
    Project(Project),
    /// What both acceptors accept.
    Intersect(combine::Pair),
    /// What the first acceptor accepts and the second does not.
    Difference(combine::Pair),
    /// What either graph accepts.
    Union(combine::Pair),
    /// What the first accepts, then what the second does.
    Concat(combine::Pair),
    /// Any number of repetitions.
    Closure(ClosureArgs),
    /// Put graphs in the place of the labels that call them.
    #[command(
        after_help = "Example:\n  energraph fst replace --epsilon_on_replace sentence.txt 100 digit.txt 101 -o sentences.txt"
    )]
    Replace(replace::Replace),
    /// What is read and what is written side by side.
    #[command(after_help = "Example:\n  energraph fst synchronize answers.txt")]
    Synchronize(Unary),
    /// Strongly connected components as states, without the arcs inside.
    #[command(after_help = "Example:\n  energraph fst condense grammar.txt | energraph draw - -o parts.svg")]
    Condense(Unary),
    /// Sort the arcs of every state by label.
    #[command(after_help = "Example:\n  energraph fst arcsort --sort_type=olabel image.txt")]
    Arcsort(ArcSort),
    /// Number the states in topological order.
    Topsort(Unary),
    /// Remove the arcs that neither read nor write.
    #[command(
        after_help = "Example:\n  energraph fst rmepsilon --semiring=log answers.txt | energraph fst determinize -"
    )]
    Rmepsilon(Unary),
    /// One path for every string that is read, and no two arcs of a state that read one label.
    #[command(after_help = "Example:\n  energraph fst determinize --det_type=disambiguate lexicon.txt")]
    Determinize(transducers::Determinize),
    /// One path for every string.
    Disambiguate(sums::Compared),
    /// The fewest states; the graph must be deterministic.
    Minimize(sums::Compared),
    /// Move weights, or output labels, toward the start.
    #[command(after_help = "Example:\n  energraph fst push --push_labels --push_weights lexicon.txt")]
    Push(transducers::Push),
    /// Epsilons of one side last on every path.
    #[command(after_help = "Example:\n  energraph fst epsnormalize --eps_norm_output lexicon.txt")]
    Epsnormalize(transducers::EpsNormalize),
    /// Leave out what only paths use whose energy is too far above the lowest.
    #[command(after_help = "Example:\n  energraph fst prune --weight=2 answers.txt")]
    Prune(sums::Prune),
    /// Print whether two deterministic acceptors give every string the same weight: true or false.
    #[command(after_help = "Example:\n  energraph fst equivalent --delta=0.001 a.txt b.txt")]
    Equivalent(combine::Equivalent),
    /// Print whether two graphs differ in the numbers of states and the order of arcs alone: true or false.
    #[command(after_help = "Example:\n  energraph fst isomorphic --delta=0.001 a.txt b.txt")]
    Isomorphic(combine::Isomorphic),
    /// Print counts and properties.
    Info(Unary),
    /// The paths of lowest energy.
    #[command(
        alias = "shortest-path",
        after_help = "Example:\n  energraph fst shortestpath --nshortest=3 --unique answers.txt"
    )]
    Shortestpath(shortest::ShortestPath),
    /// The energy between the start and every state, or of all accepting paths together.
    #[command(
        alias = "shortest-distance",
        after_help = "Example:\n  energraph fst shortestdistance --total --semiring=log answers.txt"
    )]
    Shortestdistance(shortest::ShortestDistance),
    /// Random paths.
    #[command(after_help = "Example:\n  energraph fst randgen --npath=5 --select=log_prob grammar.txt")]
    Randgen(randgen::RandGen),
    /// Graphviz text, or with --svg a finished drawing.
    #[command(after_help = "Example:\n  energraph fst draw grammar.txt | dot -Tpdf > grammar.pdf")]
    Draw(DrawArgs),
}

/// How energies of several paths become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SemiringName {
    /// The lowest counts.
    Tropical,
    /// −log Σ e^−energy.
    Log,
}

/// What every operation takes.
#[derive(Debug, Args)]
struct Common {
    /// Where the result goes; standard output if not given.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Texts have one label column.
    #[arg(long)]
    acceptor: bool,
    /// What the sum over paths is.
    #[arg(long, value_enum, default_value = "tropical")]
    semiring: SemiringName,
    /// Symbol table of the input labels.
    #[arg(long, value_name = "FILE")]
    isymbols: Option<PathBuf>,
    /// Symbol table of the output labels.
    #[arg(long, value_name = "FILE")]
    osymbols: Option<PathBuf>,
}

/// One graph in.
#[derive(Debug, Args)]
struct Unary {
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Project {
    /// Which side to keep.
    #[arg(long, alias = "project_type", value_enum, default_value = "input")]
    project_type: ProjectType,
    /// Short for --project_type=output.
    #[arg(long, alias = "project_output")]
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
struct ArcSort {
    /// By which label.
    #[arg(long, alias = "sort_type", value_enum, default_value = "ilabel")]
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
struct ClosureArgs {
    /// One repetition at least.
    #[arg(long, alias = "closure_plus")]
    closure_plus: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
struct DrawArgs {
    /// A finished drawing in place of Graphviz text.
    #[arg(long)]
    svg: bool,
    #[command(flatten)]
    unary: Unary,
}

impl Fst {
    /// Reads, computes, writes.
    pub(super) fn run(&self) -> Result<(), CliError> {
        match &self.op {
            Op::Compile(c) => c.run(),
            Op::Print(u) => u.write_as(|_| Form::Text, |t| t, |g| Ok(g.clone())),
            Op::Convert(c) => c.run(),
            Op::Compose(c) => c.run(),
            Op::Connect(u) => u.run(|g| Ok(ops::connect(g)?.graph)),
            Op::Invert(u) => u.run_with(|(i, o)| (o, i), |g| Ok(ops::invert(g).graph)),
            Op::Reverse(u) => u.run(|g| Ok(ops::reverse(g)?.graph)),
            Op::Project(c) => c.run(),
            Op::Intersect(c) => c.run(|a, b| Ok(ops::intersect(a, b, &ops::Compose::default())?.graph)),
            Op::Difference(c) => c.run(|a, b| Ok(ops::difference(a, b, &ops::Compose::default())?.graph)),
            Op::Union(c) => c.run(|a, b| Ok(ops::union(&[a, b])?.graph)),
            Op::Concat(c) => c.run(|a, b| Ok(ops::concat(&[a, b])?.graph)),
            Op::Closure(c) => {
                let kind = if c.closure_plus { ops::Closure::Plus } else { ops::Closure::Star };
                c.unary.run(|g| Ok(ops::closure(g, kind)?.graph))
            }
            Op::Replace(c) => c.run(),
            Op::Synchronize(u) => u.run(|g| Ok(ops::synchronize(g, ops::Budget::default())?.graph)),
            Op::Condense(u) => sums::Sum::Condense.run(u),
            Op::Arcsort(c) => c.run(),
            Op::Topsort(u) => u.run(|g| Ok(ops::top_sort(g)?.graph)),
            Op::Rmepsilon(u) => sums::Sum::RemoveEpsilon.run(u),
            Op::Determinize(c) => c.run(),
            Op::Disambiguate(c) => c.run(sums::Sum::Disambiguate),
            Op::Minimize(c) => c.run(sums::Sum::Minimize),
            Op::Push(c) => c.run(),
            Op::Epsnormalize(c) => c.run(),
            Op::Prune(c) => c.run(),
            Op::Equivalent(c) => c.run(),
            Op::Isomorphic(c) => c.run(),
            Op::Info(u) => info::run(u),
            Op::Shortestpath(c) => c.run(),
            Op::Shortestdistance(c) => c.run(),
            Op::Randgen(c) => c.run(),
            Op::Draw(c) => c.run(),
        }
    }
}

impl Common {
    fn symbols(&self) -> Result<(Option<SymbolTable>, Option<SymbolTable>), CliError> {
        let (i, o) = (self.isymbols.as_deref(), self.osymbols.as_deref());
        if let (Some(i), Some(o)) = (i, o)
            && is_stdin(i)
            && is_stdin(o)
        {
            return Err(CliError::Usage("standard input cannot be two symbol tables".to_owned()));
        }
        Ok((read_symbols(i)?, read_symbols(o)?))
    }

    fn options<'a>(&self, (isymbols, osymbols): Tables<'a>) -> AttOptions<'a> {
        AttOptions { acceptor: self.acceptor, isymbols, osymbols }
    }

    /// Writes a result; one that accepts nothing is said to.
    fn write(&self, g: &Graph<Energy>, form: Form, tables: Tables<'_>, place: &str) -> Result<(), CliError> {
        if g.start().is_none() {
            complain(&format!("{place}: note: the result accepts nothing"));
        }
        write_graph(g, form, &self.options(tables), place, self.output.as_deref())
    }
}

impl Unary {
    /// Applies `op`; each side keeps its symbols.
    fn run(&self, op: impl FnOnce(&Graph<Energy>) -> Result<Graph<Energy>, ops::OpError>) -> Result<(), CliError> {
        self.run_with(|tables| tables, op)
    }

    /// Applies `op`; `move_symbols` says which tables name the result's sides.
    fn run_with(
        &self,
        move_symbols: for<'a> fn(Tables<'a>) -> Tables<'a>,
        op: impl FnOnce(&Graph<Energy>) -> Result<Graph<Energy>, ops::OpError>,
    ) -> Result<(), CliError> {
        self.write_as(|read| read, move_symbols, op)
    }

    /// As [`Unary::run_with`]; `form` says which form the result is written in, given the one that was read.
    fn write_as(
        &self,
        form: impl FnOnce(Form) -> Form,
        move_symbols: for<'a> fn(Tables<'a>) -> Tables<'a>,
        op: impl FnOnce(&Graph<Energy>) -> Result<Graph<Energy>, ops::OpError>,
    ) -> Result<(), CliError> {
        let (isymbols, osymbols) = self.common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let read = read_graph(&self.file, &self.common.options(given))?;
        let place = name(&self.file);
        let result = or_empty(op(&read.graph), &place)?;
        let tables = read.tables(given);
        // One label column has one table, whatever moves.
        let tables = if self.common.acceptor { tables } else { move_symbols(tables) };
        self.common.write(&result, form(read.form), tables, &place)
    }
}

impl Project {
    fn run(&self) -> Result<(), CliError> {
        let output = self.project_output || self.project_type == ProjectType::Output;
        if output {
            self.unary.run_with(|(_, o)| (o, o), |g| Ok(ops::project(g, Side::Output).graph))
        } else {
            self.unary.run_with(|(i, _)| (i, i), |g| Ok(ops::project(g, Side::Input).graph))
        }
    }
}

impl ArcSort {
    fn run(&self) -> Result<(), CliError> {
        let side = if self.sort_type == SortType::Ilabel { Side::Input } else { Side::Output };
        self.unary.run(|g| Ok(ops::arc_sort(g, side)?.graph))
    }
}

impl DrawArgs {
    fn run(&self) -> Result<(), CliError> {
        let Unary { file, common } = &self.unary;
        let (isymbols, osymbols) = common.symbols()?;
        let given = (isymbols.as_ref(), osymbols.as_ref());
        let read = read_graph(file, &common.options(given))?;
        let (isymbols, osymbols) = read.tables(given);
        let what = draw::Draw { isymbols, osymbols, ..draw::Draw::default() };
        let text = if self.svg { draw::svg(&read.graph, &what).at(name(file))? } else { draw::dot(&read.graph, &what) };
        deliver(&text, common.output.as_deref())
    }
}

/// An empty result is the empty graph, as in OpenFst, but not without a word on why.
fn or_empty(result: Result<Graph<Energy>, ops::OpError>, place: &str) -> Result<Graph<Energy>, CliError> {
    match result {
        Err(ops::OpError::Empty { .. }) => Ok(Graph::empty()),
        other => other.at(place),
    }
}

/// Two names in a message.
fn both(a: &Path, b: &Path) -> String {
    format!("{}, {}", name(a), name(b))
}
