//! `energraph laws`.

use clap::Args;

use super::error::CliError;
use super::files::deliver;
use crate::laws::{Outcome, Report, built_in};

/// Check that the built-in weights keep the laws they claim, and print a table.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  energraph laws")]
pub(super) struct Laws {
    /// One JSON object per law in place of the table.
    #[arg(long)]
    json: bool,
}

impl Laws {
    /// Runs the law kit over every built-in weight.
    pub(super) fn run(&self) -> Result<(), CliError> {
        let reports = built_in();
        let text: String = if self.json {
            reports.iter().flat_map(json_lines).collect()
        } else {
            reports.iter().map(|r| format!("{r}\n")).collect()
        };
        deliver(&text, None)?;
        let failed = reports.iter().filter(|r| !r.holds()).count();
        if failed > 0 {
            return Err(CliError::Some { failed, all: reports.len(), what: "types break a law" });
        }
        Ok(())
    }
}

fn json_lines(report: &Report) -> impl Iterator<Item = String> {
    report.rows.iter().map(|row| {
        let (verdict, why) = match &row.outcome {
            Outcome::Holds => ("holds", None),
            Outcome::NothingToCheck => ("nothing to check", None),
            Outcome::Undrawn(why) => ("too few draws", Some(why.clone())),
            Outcome::Broken(example) => ("broken", Some(example.to_string())),
        };
        let fields = serde_json::json!({
            "type": report.subject, "law": row.law, "cases": row.cases, "verdict": verdict, "why": why,
        });
        format!("{fields}\n")
    })
}
