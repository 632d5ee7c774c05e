//! `energraph draw`.

use std::path::PathBuf;

use clap::Args;

use super::error::{At, CliError};
use super::files::{deliver, is_stdin, name, read_graph, read_symbols};
use super::weights::{Kind, Question, Refused};
use crate::graph::att::AttOptions;
use crate::graph::{ArcId, Graph, draw};
use crate::paths::best_path;

/// Draw a graph: SVG, or Graphviz text where the output's name ends in .dot or .gv.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  energraph draw grammar.txt -o grammar.svg --best")]
pub(super) struct Draw {
    /// AT&T text, an OpenFst binary or JSON; `-` is standard input.
    file: PathBuf,
    /// Where the drawing goes; standard output if not given.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The text has one label column.
    #[arg(long)]
    acceptor: bool,
    /// Symbol table of the input labels.
    #[arg(long, value_name = "FILE")]
    isymbols: Option<PathBuf>,
    /// Symbol table of the output labels.
    #[arg(long, value_name = "FILE")]
    osymbols: Option<PathBuf>,
    /// Bring out the path of lowest energy.
    #[arg(long)]
    best: bool,
    /// A line above the drawing; the file's name if not given.
    #[arg(long)]
    title: Option<String>,
}

impl Draw {
    /// Reads, draws, writes.
    pub(super) fn run(&self) -> Result<(), CliError> {
        let (isymbols, osymbols) = (read_symbols(self.isymbols.as_deref())?, read_symbols(self.osymbols.as_deref())?);
        let (isymbols, osymbols) = (isymbols.as_ref(), osymbols.as_ref());
        let read = read_graph(&self.file, &AttOptions { acceptor: self.acceptor, isymbols, osymbols })?;
        let (g, (isymbols, osymbols)) = (&read.graph, read.tables((isymbols, osymbols)));
        let best = match self.best {
            true => {
                let place = name(&self.file);
                best_path(&*read.energies(&place)?).at(&place)?.map(|p| p.arcs)
            }
            false => None,
        };
        let best: Vec<ArcId> = best.unwrap_or_default();
        let file_name = self.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let title = match &self.title {
            Some(title) => title,
            None if is_stdin(&self.file) => "",
            None => &file_name,
        };
        let what = draw::Draw { title, isymbols, osymbols, highlight: &[&best] };
        let extension = self.output.as_ref().and_then(|o| o.extension());
        let svg = !extension.is_some_and(|e| e == "dot" || e == "gv");
        deliver(&g.ask(Drawing { what, svg }).at(name(&self.file))?, self.output.as_deref())
    }
}

/// A drawing: SVG or Graphviz text.
pub(super) struct Drawing<'a> {
    pub what: draw::Draw<'a>,
    pub svg: bool,
}

impl Question for Drawing<'_> {
    type Answer = String;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<String, Refused> {
        if self.svg { Ok(draw::svg(g, &self.what)?) } else { Ok(draw::dot(g, &self.what)) }
    }
}
