//! `energraph align eval`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::error::{At, CliError, complain};
use crate::cli::files::{deliver, files_below};
use crate::speech::TextGrid;
use crate::speech::boundaries::{Differences, Pairing, compare};
use crate::speech::textgrid;

/// The tolerances reported, in milliseconds.
const TOLERANCES: [u32; 4] = [10, 20, 25, 50];

/// Compare two sets of boundaries: Praat TextGrids, file with file or folder with folder.
///
/// Silence (empty labels and those of --silence) is left out. The labels that remain are paired by the fewest insertions, deletions and
/// changes of label, among equals by the nearest times; with --pair position the first with the first and so on. Of each pair the starts are
/// compared, and the ends where the next pair does not follow without a gap. A label changed is a pair; labels without a partner are not
/// compared; both are counted. Files of folders are paired by their paths below them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  energraph align eval manual/ aligned/ --tier phones\n  energraph align eval \
                  manual.TextGrid aligned.TextGrid --pair position --json")]
pub(super) struct Eval {
    /// The right boundaries: a TextGrid, or a folder of them.
    reference: PathBuf,
    /// The boundaries to judge.
    hypothesis: PathBuf,
    /// The tier; if not given, the only one, or the one called phones or phone.
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// The tier of the hypothesis, where it has another name.
    #[arg(long, value_name = "NAME")]
    hypothesis_tier: Option<String>,
    /// How labels find their partners.
    #[arg(long, value_name = "HOW", default_value = "labels", value_parser = ["labels", "position"])]
    pair: String,
    /// Labels that mean silence, besides the empty one.
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',', default_value = "sil,sp,<sil>,<p:>")]
    silence: Vec<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// What all files gave.
#[derive(Default)]
struct Totals {
    differences: Differences,
    files: usize,
    failed: usize,
    /// Files of the hypothesis that no reference has.
    unasked: usize,
}

impl Eval {
    /// Compares, reports.
    pub(super) fn run(&self) -> Result<(), CliError> {
        let mut totals = Totals::default();
        for path in [&self.reference, &self.hypothesis] {
            std::fs::metadata(path).at(path.display())?;
        }
        if self.reference.is_dir() && self.hypothesis.is_dir() {
            self.folders(&mut totals)?;
        } else if self.reference.is_dir() || self.hypothesis.is_dir() {
            let (r, h) = (self.reference.display(), self.hypothesis.display());
            return Err(CliError::Usage(format!("{r} and {h}: give two files or two folders")));
        } else {
            totals.take(self.one(&self.reference, &self.hypothesis));
        }
        if totals.files > 0 {
            deliver(&if self.json { self.json(&totals) } else { text(&totals) }, None)?;
        }
        if totals.failed > 0 { Err(CliError::Told) } else { Ok(()) }
    }

    fn folders(&self, totals: &mut Totals) -> Result<(), CliError> {
        let reference = text_grids(&self.reference)?;
        let hypothesis = text_grids(&self.hypothesis)?;
        if reference.is_empty() {
            return Err("the folder holds no TextGrid").at(self.reference.display());
        }
        for name in &reference {
            let there = self.hypothesis.join(name);
            totals.take(self.one(&self.reference.join(name), &there));
        }
        totals.unasked = hypothesis.difference(&reference).count();
        Ok(())
    }

    /// One pair of files; the error names the one it is about.
    fn one(&self, reference: &Path, hypothesis: &Path) -> Result<Differences, CliError> {
        let read = |path: &Path, name: Option<&str>| -> Result<_, CliError> {
            let grid: TextGrid = textgrid::read(path).map_err(|e| e.cause).at(path.display())?;
            Ok(grid.tier(name).at(path.display())?.intervals())
        };
        let r = read(reference, self.tier.as_deref())?;
        let h = read(hypothesis, self.hypothesis_tier.as_deref().or(self.tier.as_deref()))?;
        let silence: Vec<&str> = self.silence.iter().map(String::as_str).collect();
        let how = if self.pair == "position" { Pairing::Position } else { Pairing::Labels };
        compare(&r, &h, &silence, how).at(hypothesis.display())
    }

    fn json(&self, t: &Totals) -> String {
        let d = &t.differences;
        let millis = |seconds: Option<f64>| seconds.map(|s| s * 1e3);
        let within: serde_json::Map<_, _> =
            TOLERANCES.iter().map(|ms| (ms.to_string(), json!(d.within(f64::from(*ms) / 1e3)))).collect();
        let report = json!({
            "reference": self.reference.display().to_string(),
            "hypothesis": self.hypothesis.display().to_string(),
            "files": t.files,
            "failed": t.failed,
            "without_reference": t.unasked,
            "boundaries": d.count(),
            "within_ms": within,
            "median_ms": millis(d.median()),
            "mean_ms": millis(d.mean()),
            "bias_ms": millis(d.bias()),
            "missing": d.missing,
            "extra": d.extra,
            "relabelled": d.relabelled,
        });
        format!("{report}\n")
    }
}

impl Totals {
    /// Adds one file, or says why it failed.
    fn take(&mut self, found: Result<Differences, CliError>) {
        match found {
            Ok(differences) => {
                self.files += 1;
                self.differences.add(&differences);
            }
            Err(e) => {
                self.failed += 1;
                complain(&e);
            }
        }
    }
}

/// The report for people.
fn text(t: &Totals) -> String {
    let d = &t.differences;
    let millis = |seconds: Option<f64>| seconds.map_or("–".to_owned(), |s| format!("{:.1} ms", s * 1e3));
    let mut lines = vec![
        ("files", format!("{} compared, {} failed, {} without a reference", t.files, t.failed, t.unasked)),
        ("boundaries", d.count().to_string()),
    ];
    let names = ["within 10 ms", "within 20 ms", "within 25 ms", "within 50 ms"];
    for (name, ms) in names.into_iter().zip(TOLERANCES) {
        let share = d.within(f64::from(ms) / 1e3);
        lines.push((name, share.map_or("–".to_owned(), |s| format!("{:.1} %", 100.0 * s))));
    }
    lines.push(("median", millis(d.median())));
    lines.push(("mean", millis(d.mean())));
    lines.push(("bias", millis(d.bias())));
    let unmatched = format!("{} labels of the reference, {} of the hypothesis", d.missing, d.extra);
    lines.push(("unmatched", unmatched));
    lines.push(("relabelled", format!("{} pairs with two names", d.relabelled)));
    lines.iter().map(|(name, value)| format!("{name:<13} {value}\n")).collect()
}

/// The TextGrid files in a folder and those below it, as paths from it.
fn text_grids(folder: &Path) -> Result<BTreeSet<PathBuf>, CliError> {
    let is_grid = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("TextGrid"));
    let files = files_below(folder)?.into_iter().filter(is_grid);
    Ok(files.filter_map(|path| path.strip_prefix(folder).map(Path::to_path_buf).ok()).collect())
}
