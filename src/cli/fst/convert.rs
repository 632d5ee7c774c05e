//! From form to form.

use clap::{Args, ValueEnum};

use super::super::error::CliError;
use super::super::files::Form;
use super::Unary;
use crate::graph::openfst::{ArcType, Layout};

#[derive(Debug, Args)]
pub(super) struct Compile {
    /// What the weights are.
    #[arg(long, alias = "arc_type", value_enum, default_value = "standard")]
    arc_type: ArcTypeName,
    /// Taken for the sake of scripts: tables that are given go into the file always.
    #[arg(long, alias = "keep_isymbols", hide = true)]
    keep_isymbols: bool,
    /// The same.
    #[arg(long, alias = "keep_osymbols", hide = true)]
    keep_osymbols: bool,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// How states and arcs lie.
    #[arg(long, alias = "fst_type", value_enum, default_value = "vector")]
    fst_type: FstType,
    /// States and arcs of a const file begin at multiples of 16 bytes.
    #[arg(long, alias = "fst_align")]
    fst_align: bool,
    /// What the weights are; as in the file if not given, standard for text.
    #[arg(long, alias = "arc_type", value_enum)]
    arc_type: Option<ArcTypeName>,
    #[command(flatten)]
    unary: Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FstType {
    Vector,
    Const,
    /// One JSON object, read by every command too.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ArcTypeName {
    Standard,
    Log,
    Log64,
}

impl From<ArcTypeName> for ArcType {
    fn from(name: ArcTypeName) -> Self {
        match name {
            ArcTypeName::Standard => ArcType::Standard,
            ArcTypeName::Log => ArcType::Log,
            ArcTypeName::Log64 => ArcType::Log64,
        }
    }
}

impl Compile {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let arcs = self.arc_type.into();
        self.unary.write_as(|_| Form::Binary { layout: Layout::Vector, arcs }, |t| t, |g| Ok(g.clone()))
    }
}

impl Convert {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let layout = match (self.fst_type, self.fst_align) {
            (FstType::Json, false) if self.arc_type.is_none() => {
                return self.unary.write_as(|_| Form::Json, |t| t, |g| Ok(g.clone()));
            }
            (FstType::Json, _) => {
                return Err(CliError::Usage("JSON has neither --fst_align nor --arc_type".to_owned()));
            }
            (FstType::Const, aligned) => Layout::Const { aligned },
            (FstType::Vector, false) => Layout::Vector,
            (FstType::Vector, true) => {
                return Err(CliError::Usage("only const files are aligned: give --fst_type=const".to_owned()));
            }
        };
        let form = |read| {
            let as_read = if let Form::Binary { arcs, .. } = read { arcs } else { ArcType::Standard };
            Form::Binary { layout, arcs: self.arc_type.map_or(as_read, ArcType::from) }
        };
        self.unary.write_as(form, |t| t, |g| Ok(g.clone()))
    }
}
