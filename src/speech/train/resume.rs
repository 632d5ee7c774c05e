//! Checkpoints of a run.

use std::path::Path;

use super::{AlignConfig, Run, TrainError};
use crate::learn::{Notes, load_checkpoint, save_checkpoint};

/// Names of the notes in a checkpoint.
const CONFIG: &str = "config";
const SEED: &str = "seed";

impl Run {
    /// Writes a checkpoint. Batches are a function of seed and step, so that nothing is lost.
    ///
    /// # Errors
    /// [`TrainError::Model`] naming the file.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let mut checkpoint = self.trainer.checkpoint()?;
        let bad = |e: serde_json::Error| TrainError::Resume { path: path.into(), why: e.to_string() };
        checkpoint.notes = Notes::from([
            (CONFIG.to_owned(), serde_json::to_string(&self.config).map_err(bad)?),
            (SEED.to_owned(), self.seed.to_string()),
        ]);
        Ok(save_checkpoint(path, &checkpoint)?)
    }

    /// Goes on from what [`Run::save`] wrote, number for number as if it had never stopped.
    ///
    /// # Errors
    /// [`TrainError::Resume`] where the checkpoint is another config's or seed's, [`TrainError::Model`] where it can't
    /// be read.
    pub fn resume(&mut self, path: &Path) -> Result<(), TrainError> {
        let checkpoint = load_checkpoint(path)?;
        let other = |why: String| TrainError::Resume { path: path.into(), why };
        let note = |name: &str| checkpoint.notes.get(name).ok_or_else(|| other(format!("it has no note {name:?}")));
        let config: AlignConfig =
            serde_json::from_str(note(CONFIG)?).map_err(|e| other(format!("note {CONFIG:?}: {e}")))?;
        if let Some(what) = difference(&config, &self.config) {
            return Err(other(format!("it was trained with another {what} than the config now names")));
        }
        let seed = note(SEED)?;
        if *seed != self.seed.to_string() {
            return Err(other(format!("its seed is {seed}, not {}", self.seed)));
        }
        self.trainer.resume(&checkpoint).map_err(|e| other(e.to_string()))
    }
}

/// The first part in which two configs differ, of those that training follows from.
fn difference(a: &AlignConfig, b: &AlignConfig) -> Option<&'static str> {
    [
        ("positions", a.positions == b.positions),
        ("known_from", a.known_from == b.known_from),
        ("forget", a.forget == b.forget),
        ("features", a.features == b.features),
        ("net", a.net == b.net),
        ("loss", a.loss == b.loss),
        ("schedule", a.schedule == b.schedule),
        ("augment", a.augment == b.augment),
        ("data", a.data == b.data),
    ]
    .into_iter()
    .find_map(|(what, same)| (!same).then_some(what))
}
