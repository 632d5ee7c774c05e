//! `energraph read`.

mod spoken;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use rayon::prelude::*;

use super::accept::Acceptance;
use super::error::{At, CliError, complain};
use super::explain::Pages;
use super::files::is_stdin;
use super::model::{Loaded, ModelArgs};
use super::read_json;
use crate::handwriting::{ReadTimes, Reading};
use crate::signal::{Grey, image_files, read};

/// Images held at a time.
const CHUNK: usize = 64;

/// Read images of handwritten fields, or sounds of spoken words: file, text, confidence, accept or reject.
///
/// An answer is accepted where its confidence reaches the threshold that keeps the error rate among accepted answers
/// at or below --max-error. The threshold is certified (at 95 %) from the model's held-out fields. Where they are too
/// few for that, a line on standard error says so, and the laxest threshold that kept the rate on them is used.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  energraph read data/samples --max-error 0.02\n  energraph read field.png --json | jq .text\n  energraph read --task spoken data/samples/speech"
)]
pub(super) struct Read {
    /// Image files (PNG, JPEG, PNM), sound files (WAV, FLAC) where the task is spoken, and folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What is to be read: amounts on images, or spoken words.
    #[arg(long, value_parser = ["amounts", "spoken"], default_value = "amounts")]
    task: String,
    #[command(flatten)]
    model: ModelArgs,
    /// The error rate that accepted answers may have.
    #[arg(long, value_name = "RATE", default_value_t = 0.01)]
    max_error: f64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
    /// A picture of every reading as a page in this folder: cuts, graph, best interpretation, runner-up.
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// Only the i-th of every n files, i from 1: for n runs side by side.
    #[arg(long, value_name = "i/n")]
    shard: Option<Shard>,
    /// Where the results go; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// One of several equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    i: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let part = s.split_once('/').and_then(|(i, of)| Some(Shard { i: i.parse().ok()?, of: of.parse().ok()? }));
        part.filter(|p| (1..=p.of).contains(&p.i)).ok_or_else(|| "write 2/5 for the second of five parts".into())
    }
}

/// What was found under a path: a file, or why there is none.
type Found = Result<PathBuf, (PathBuf, String)>;

/// Where results go.
struct Sink {
    out: Box<dyn Write>,
    place: String,
    json: bool,
    /// Width of the column of file names.
    width: usize,
}

impl Read {
    /// Reads everything that can be read.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if !(self.max_error > 0.0 && self.max_error < 1.0) {
            return Err(CliError::Usage(format!("--max-error {}: must lie between 0 and 1", self.max_error)));
        }
        if self.task == "spoken" {
            return spoken::read(self);
        }
        let mut model = self.model.load()?;
        let accept = Acceptance::new(&model.info, self.max_error).at("--max-error")?;
        let mut pages = self.explain.as_deref().map(Pages::new).transpose()?;
        let found = self.files(image_files, |e| e.cause.to_string());
        let mut sink = self.sink(&found)?;
        if let Some(caveat) = accept.caveat() {
            complain(&caveat);
        }
        let mut failed = 0;
        for chunk in found.chunks(CHUNK) {
            failed += self.chunk(chunk, &mut model, &accept, &mut sink, pages.as_mut())?;
        }
        if let Some(pages) = pages {
            pages.finish()?;
        }
        sink.flush()?;
        if failed > 0 { Err(CliError::Told) } else { Ok(()) }
    }

    /// The files of all paths in order, of this shard; `list` has those of a folder.
    fn files<E>(&self, list: fn(&Path) -> Result<Vec<PathBuf>, E>, why: fn(E) -> String) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for path in &self.paths {
            if path.is_dir() {
                match list(path) {
                    Ok(files) => found.extend(files.into_iter().map(Ok)),
                    Err(e) => found.push(Err((path.clone(), why(e)))),
                }
            } else {
                found.push(Ok(path.clone()));
            }
        }
        match self.shard {
            Some(Shard { i, of }) => found.into_iter().skip(i - 1).step_by(of).collect(),
            None => found,
        }
    }

    fn sink(&self, found: &[Found]) -> Result<Sink, CliError> {
        let name = |f: &Found| f.as_ref().map_or(0, |p| p.display().to_string().chars().count());
        let width = found.iter().map(name).max().unwrap_or(0);
        let (out, place): (Box<dyn Write>, _) = match self.out.as_deref().filter(|o| !is_stdin(o)) {
            Some(path) => (Box::new(File::create(path).at(path.display())?), path.display().to_string()),
            None => (Box::new(io::stdout().lock()), "standard output".to_owned()),
        };
        Ok(Sink { out: Box::new(BufWriter::new(out)), place, json: self.json, width })
    }

    /// Reads some files and says how many failed.
    fn chunk(
        &self,
        found: &[Found],
        model: &mut Loaded,
        accept: &Acceptance,
        sink: &mut Sink,
        mut pages: Option<&mut Pages>,
    ) -> Result<usize, CliError> {
        let open = |f: &Found| match f {
            Ok(path) => read(path).map_err(|e| (path.clone(), e.cause.to_string())),
            Err(e) => Err(e.clone()),
        };
        let opened: Vec<Result<Grey, (PathBuf, String)>> = found.par_iter().map(open).collect();
        let images: Vec<Grey> = opened.iter().filter_map(|o| o.as_ref().ok()).cloned().collect();
        let mut answers = model.reader.read_many(&images, &mut ReadTimes::default()).at("the net")?.into_iter();
        let mut failed = 0;
        for (file, image) in found.iter().zip(opened) {
            let path = file.as_ref().unwrap_or_else(|(path, _)| path);
            let done = image.map_err(|(_, why)| why).and_then(|image| {
                let answer = answers.next().ok_or("no answer")?.map_err(|e| e.to_string())?;
                Ok((image, answer))
            });
            match done {
                Ok((image, answer)) => {
                    if let Some(pages) = pages.as_mut() {
                        pages.add(path, &image, &answer, &model.reader, accept)?;
                    }
                    sink.reading(path, model.reader.name(), &answer.reading, accept)?;
                }
                Err(why) => {
                    failed += 1;
                    sink.failure(path, &why)?;
                }
            }
        }
        sink.flush()?;
        Ok(failed)
    }
}

impl Sink {
    fn reading(&mut self, path: &Path, model: &str, r: &Reading, accept: &Acceptance) -> Result<(), CliError> {
        let file = path.display().to_string();
        if self.json {
            return self.line(&read_json::reading(&file, model, r, accept).to_string());
        }
        let verdict = if accept.takes(r.confidence()) { "accept" } else { "reject" };
        self.line(&format!("{file:<w$}  {:<12}  {:.4}  {verdict}", r.text(), r.confidence(), w = self.width))
    }

    fn failure(&mut self, path: &Path, why: &str) -> Result<(), CliError> {
        // What was read so far is printed before what was not.
        self.flush()?;
        complain(&format!("{}: {why}", path.display()));
        if !self.json {
            return Ok(());
        }
        self.line(&read_json::failure(&path.display().to_string(), why).to_string())
    }

    fn line(&mut self, line: &str) -> Result<(), CliError> {
        writeln!(self.out, "{line}").at(&self.place)
    }

    fn flush(&mut self) -> Result<(), CliError> {
        self.out.flush().at(&self.place)
    }
}
