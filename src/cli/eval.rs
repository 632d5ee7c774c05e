//! `energraph eval`.

mod spoken;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::error::{At, CliError, complain};
use super::eval_report::{Outcome, ReadRun, Report, Subset};
use super::files::{deliver, read_text};
use super::model::{Loaded, ModelArgs};
use super::progress::Bar;
use super::stack::{Lines, StackArg};
use crate::handwriting::ReadTimes;
use crate::signal::{Item, StackError};

/// Images held at a time.
const CHUNK: usize = 64;

/// Read a labelled stack and say how well: exact strings, character errors, what could be accepted.
///
/// A stack is NAME standing for NAME.pgm.gz with NAME.tsv or for NAME-images-idx3-ubyte with NAME-labels-idx1-ubyte, or a
/// folder of images with a labels.tsv. Names that are not found as given are looked up in the folder that
/// ENERGRAPH_DATA names. An image that can't be read counts as read wrongly, with confidence 0.
///
/// Spoken words are in a folder of sounds with a labels.tsv of file and text.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  energraph eval amounts --set data/samples\n  energraph eval amounts --set \
                  orand_car_a/train --lines 721-900 --grammar digits --unseen orand_car_a/train:1-720")]
pub(super) struct Eval {
    /// What is to be read: digits or amounts on images, spoken words.
    #[arg(value_parser = ["digits", "amounts", "spoken"])]
    task: String,
    /// The stack; NAME:A-B for some of its lines.
    #[arg(long, value_name = "STACK", required_unless_present = "pooled")]
    set: Option<StackArg>,
    /// Instead of reading a stack, report on what --items wrote, all files together: a cross-validation.
    #[arg(long, value_name = "FILE.tsv", num_args = 1.., conflicts_with_all = ["set", "items"])]
    pooled: Vec<PathBuf>,
    /// Only lines A to B, counted from 1.
    #[arg(long, value_name = "A-B")]
    lines: Option<Lines>,
    /// The column of the texts, counted from 1.
    #[arg(long, value_name = "K", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    text_column: u16,
    #[command(flatten)]
    model: ModelArgs,
    /// Also report the strings that no text of this stack equals; may be given several times.
    #[arg(long, value_name = "STACK")]
    unseen: Vec<StackArg>,
    /// Only texts of at least so many characters.
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_length: usize,
    /// List the N most confident errors.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Also report with these corrected labels: lines of line number, label, what the image shows.
    #[arg(long, value_name = "FILE.tsv")]
    corrections: Option<PathBuf>,
    /// Write line, name, text, what was read and confidence of every item.
    #[arg(long, value_name = "FILE.tsv")]
    items: Option<PathBuf>,
    /// Threads; as many as there are cores if not given.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

impl Eval {
    /// Reads, compares, reports.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(n) = self.threads {
            rayon::ThreadPoolBuilder::new().num_threads(n).build_global().at("--threads")?;
        }
        if self.task == "spoken" {
            return spoken::eval(self);
        }
        let corrections = self.corrections.as_deref().map(super::corrections::read).transpose()?;
        let mut seen = HashSet::new();
        for stack in &self.unseen {
            for (_, item) in stack.items(self.text_column.into()).map_err(plain)? {
                seen.insert(item.map_err(plain)?.text);
            }
        }
        let mut report = match &self.set {
            Some(set) => self.read_stack(set)?,
            None => self.pool()?,
        };
        if !self.unseen.is_empty() {
            report.subsets.push(Subset::of("unseen", &report.outcomes, |o| !seen.contains(&o.text)));
            report.subsets.push(Subset::of("seen", &report.outcomes, |o| seen.contains(&o.text)));
        }
        if let Some(corrections) = corrections {
            let corrected = corrections.apply(&report.outcomes).map_err(CliError::Plain)?;
            report.subsets.push(Subset::of("corrected", &corrected, |_| true));
        }
        if let Some(path) = &self.items {
            deliver(&report.items(), Some(path))?;
        }
        deliver(&if self.json { report.json(self.errors) } else { report.text(self.errors) }, None)?;
        if report.failed > 0 { Err(CliError::Told) } else { Ok(()) }
    }

    /// Reads a stack.
    fn read_stack(&self, set: &StackArg) -> Result<Report, CliError> {
        let mut model = self.model.load()?;
        let began = Instant::now();
        let mut times = ReadTimes::default();
        let (outcomes, failed) = self.read(set, &mut model, &mut times)?;
        let run = ReadRun {
            model: model.info.name.clone(),
            grammar: model.reader.grammar().name.clone(),
            device: model.device.clone(),
            threads: rayon::current_num_threads(),
            seconds: began.elapsed().as_secs_f64(),
            times,
        };
        Ok(self.report(set.name(), Some(run), outcomes, failed))
    }

    /// What earlier runs read, in the order of the files.
    fn pool(&self) -> Result<Report, CliError> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for path in &self.pooled {
            for (i, row) in read_text(path)?.lines().enumerate() {
                let why =
                    || format!("line {}: not line, name, text, what was read and confidence, as --items writes", i + 1);
                outcomes.push(Outcome::of_row(row).ok_or_else(why).at(path.display())?);
            }
        }
        outcomes.retain(|o| self.lines.unwrap_or(Lines::ALL).hold(o.line) && o.text.chars().count() >= self.min_length);
        let set = format!("{} file{} pooled", self.pooled.len(), if self.pooled.len() == 1 { "" } else { "s" });
        Ok(self.report(set, None, outcomes, 0))
    }

    fn report(&self, set: String, run: Option<ReadRun>, outcomes: Vec<Outcome>, failed: usize) -> Report {
        Report { task: self.task.clone(), set, run, failed, subsets: Vec::new(), outcomes }
    }

    /// Every item wanted, read, and how many could not be.
    fn read(
        &self,
        set: &StackArg,
        model: &mut Loaded,
        times: &mut ReadTimes,
    ) -> Result<(Vec<Outcome>, usize), CliError> {
        let (mut outcomes, mut failed) = (Vec::new(), 0);
        let mut chunk: Vec<(usize, Item)> = Vec::new();
        let bar = Bar::counter("images");
        let lines = self.lines.unwrap_or(Lines::ALL);
        for (line, item) in set.items(self.text_column.into()).map_err(plain)? {
            if !lines.hold(line) {
                continue;
            }
            match item {
                Ok(item) if item.text.chars().count() < self.min_length => continue,
                Ok(item) => chunk.push((line, item)),
                Err(e) => {
                    complain(&e);
                    failed += 1;
                }
            }
            if chunk.len() == CHUNK {
                failed += answers(model, std::mem::take(&mut chunk), &mut outcomes, times)?;
                bar.at(outcomes.len() as u64);
            }
        }
        failed += answers(model, chunk, &mut outcomes, times)?;
        bar.done();
        Ok((outcomes, failed))
    }
}

/// Reads some items; says how many could not be.
fn answers(
    model: &mut Loaded,
    chunk: Vec<(usize, Item)>,
    into: &mut Vec<Outcome>,
    times: &mut ReadTimes,
) -> Result<usize, CliError> {
    let mut failed = 0;
    let (about, images): (Vec<_>, Vec<_>) =
        chunk.into_iter().map(|(line, item)| ((line, item.name, item.text), item.image)).unzip();
    let read = model.reader.read_many(&images, times).at("the net")?;
    for ((line, name, text), answer) in about.into_iter().zip(read) {
        let answer = answer.map(|a| (a.reading.text().to_owned(), a.reading.confidence()));
        let (read, confidence) = match answer {
            Ok((read, confidence)) => (Some(read), confidence),
            Err(e) => {
                complain(&format!("{name}: {e}"));
                failed += 1;
                (None, 0.0)
            }
        };
        into.push(Outcome { line, name, text, read, confidence });
    }
    Ok(failed)
}

fn plain(e: StackError) -> CliError {
    CliError::Plain(e.to_string())
}
