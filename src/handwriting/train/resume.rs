//! Where a run begins: at a checkpoint of itself, or with the parameters of a trained model.

use std::path::Path;

use super::{NetConfig, Run, ScorerConfig, Source, Strips, TrainConfig, TrainError};
use crate::handwriting::{ModelError, Rows, load};
use crate::learn::{FrontEnd, Notes, StoreError, load_checkpoint, save_checkpoint};
use crate::nn::ensemble::split;

/// Names of the notes in a checkpoint.
const CONFIG: &str = "config";
const SEED: &str = "seed";
const STRIPS: &str = "strips";

impl Run {
    /// Writes a checkpoint: parameters, their averages, the optimiser's state, and the strips that are spliced.
    ///
    /// Batches are a function of seed and step, and the strips were cut with parameters that are gone by now, so with
    /// them in the file nothing is lost.
    ///
    /// # Errors
    /// [`TrainError::Model`] naming the file.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let mut checkpoint = self.trainer.checkpoint()?;
        let strips: Vec<Option<&Strips>> = self.sampler.sources.iter().map(Source::strips).collect();
        let bad = |e: serde_json::Error| TrainError::Resume { path: path.into(), why: e.to_string() };
        checkpoint.notes = Notes::from([
            (CONFIG.to_owned(), serde_json::to_string(&self.config).map_err(bad)?),
            (SEED.to_owned(), self.seed.to_string()),
            (STRIPS.to_owned(), serde_json::to_string(&strips).map_err(bad)?),
        ]);
        Ok(save_checkpoint(path, &checkpoint).map_err(ModelError::from)?)
    }

    /// Goes on from what [`Run::save`] wrote, number for number as if it had never stopped.
    ///
    /// # Errors
    /// [`TrainError::Resume`] where the checkpoint is another config's or seed's, [`TrainError::Model`] where it can't
    /// be read.
    pub fn resume(&mut self, path: &Path) -> Result<(), TrainError> {
        let checkpoint = load_checkpoint(path).map_err(ModelError::from)?;
        let other = |why: String| TrainError::Resume { path: path.into(), why };
        let note = |name: &str| checkpoint.notes.get(name).ok_or_else(|| other(format!("it has no note {name:?}")));
        let bad = |name: &str, e: serde_json::Error| other(format!("note {name:?}: {e}"));
        let config: TrainConfig = serde_json::from_str(note(CONFIG)?).map_err(|e| bad(CONFIG, e))?;
        if let Some(what) = difference(&config, &self.config) {
            return Err(other(format!("it was trained with another {what} than the config now names")));
        }
        let seed = note(SEED)?;
        if *seed != self.seed.to_string() {
            return Err(other(format!("its seed is {seed}, not {}", self.seed)));
        }
        let strips: Vec<Option<Strips>> = serde_json::from_str(note(STRIPS)?).map_err(|e| bad(STRIPS, e))?;
        self.trainer.resume(&checkpoint).map_err(|e| other(e.to_string()))?;
        for (source, strips) in self.sampler.sources.iter_mut().zip(strips) {
            source.set_strips(strips.unwrap_or_default());
        }
        Ok(())
    }
}

impl Run {
    /// Begins with the parameters of a trained model instead of random ones; schedule, data and optimiser are the
    /// config's. Of a model of several nets they are those of number `net`, from 0, or of its last. Strips can be cut from
    /// step 0 on.
    ///
    /// # Errors
    /// [`TrainError::Start`] where the model has other symbols or another net than the config, [`TrainError::Model`]
    /// where it can't be read.
    pub fn start_from(&mut self, path: &Path, net: usize) -> Result<(), TrainError> {
        let (info, parameters) = load(path)?;
        let other = |why: String| TrainError::Start { path: path.into(), why };
        if info.alphabet != self.config.alphabet {
            return Err(other(format!("its alphabet is {:?}, the config's {:?}", info.alphabet, self.config.alphabet)));
        }
        if trained(&info.scorer) != trained(&self.config.scorer) {
            return Err(other("it was trained with another scorer than the config names".into()));
        }
        let nets = info.scorer.nets();
        let own = split(&parameters, nets).into_iter().nth(net.min(nets - 1)).unwrap_or_default();
        self.trainer.front.set_parameters(&own).map_err(|e| other(e.to_string()))
    }
}

/// What of a scorer its parameters depend on; the rest is for reading.
fn trained(scorer: &ScorerConfig) -> (NetConfig, Rows, bool) {
    (scorer.net(0), scorer.rows(), scorer.normalised())
}

/// The first part in which two configs differ, of those that training follows from; the rest is for reading.
fn difference(a: &TrainConfig, b: &TrainConfig) -> Option<&'static str> {
    [
        ("alphabet", a.alphabet == b.alphabet),
        ("image", a.image == b.image),
        ("scorer", trained(&a.scorer) == trained(&b.scorer)),
        ("cuts", a.cuts == b.cuts),
        ("loss", a.loss == b.loss),
        ("schedule", a.schedule == b.schedule),
        ("augment", a.augment == b.augment),
        ("data", a.data == b.data),
    ]
    .into_iter()
    .find_map(|(what, same)| (!same).then_some(what))
}

impl From<StoreError> for TrainError {
    fn from(e: StoreError) -> Self {
        TrainError::Model(e.into())
    }
}
