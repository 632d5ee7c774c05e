//! The model that aligns.

use std::path::Path;

use super::run::{Engine, Fault, Found};
use crate::cli::error::{At, CliError};
use crate::cli::files::read_text;
use crate::nn::DeviceChoice;
use crate::signal::Sound;
use crate::speech::adapt::{Adaptation, WARPS};
use crate::speech::phones::Notation;
use crate::speech::picture::Occupancy;
use crate::speech::{Aligner, Lexicon, PlaceOptions, Transcript};

/// The model that comes with the program, and what to call it.
const SHIPPED: &[u8] = include_bytes!("../../../data/models/align.safetensors");
const SHIPPED_NAME: &str = "the shipped model";

/// The lexicons that come with the program.
const LEXICONS: [(&str, &str); 1] = [("digits", include_str!("../../../data/lexicons/digits.txt"))];

/// Most pairs of a frame and a phone that a picture shows the posteriors of.
const SHOWN: usize = 1 << 22;

/// What was asked for.
pub(super) struct Wanted<'a> {
    pub(super) model: Option<&'a Path>,
    pub(super) device: DeviceChoice,
    pub(super) lexicon: Option<&'a str>,
    pub(super) notation: Notation,
    pub(super) phones: bool,
    pub(super) star: bool,
    pub(super) evidence: Option<f64>,
}

/// A model, how words are said, and whom it is adapted to.
pub(super) struct Model {
    aligner: Aligner,
    lexicon: Lexicon,
    notation: Notation,
    phones: bool,
    star: bool,
    evidence: Option<f64>,
    speaker: Option<Adaptation>,
    name: String,
}

impl Model {
    pub(super) fn new(wanted: &Wanted<'_>) -> Result<Self, CliError> {
        let lexicon = match wanted.lexicon {
            Some(name) => lexicon(name, wanted.notation)?,
            None => Lexicon::default(),
        };
        let device = wanted.device.resolve().at("--device")?;
        let aligner = match wanted.model {
            Some(path) => Aligner::load(path, device),
            None => Aligner::parse(Path::new(SHIPPED_NAME), SHIPPED, device),
        };
        let aligner = aligner.map_err(|e| CliError::Plain(e.to_string()))?;
        let name = format!("model {}", aligner.info().name);
        let Wanted { notation, phones, star, evidence, .. } = *wanted;
        Ok(Model { aligner, lexicon, notation, phones, star, evidence, speaker: None, name })
    }

    fn options(&self) -> PlaceOptions {
        let mut options = self.aligner.options();
        options.fit.evidence = self.evidence.unwrap_or(options.fit.evidence);
        options
    }

    fn transcript(&self, said: &str) -> Result<Transcript, Fault> {
        let transcript = match self.phones {
            true => Transcript::from_phones(said, self.notation)?,
            false => Transcript::from_text(said, &self.lexicon)?,
        };
        Ok(if self.star { transcript.with_untranscribed_anywhere() } else { transcript })
    }
}

/// A lexicon that comes with the program, or a file; the shipped ones are in the IPA whatever the transcript's notation is.
fn lexicon(name: &str, notation: Notation) -> Result<Lexicon, CliError> {
    match LEXICONS.iter().find(|(shipped, _)| *shipped == name) {
        Some((_, text)) => Lexicon::parse(text, Notation::Ipa).at(name),
        None => Lexicon::parse(&read_text(Path::new(name))?, notation).at(name),
    }
}

impl Engine for Model {
    fn name(&self) -> &str {
        &self.name
    }

    fn adapt(&mut self, said: Option<&[(Sound, String)]>) -> Result<(), Fault> {
        self.speaker = None;
        let Some(said) = said else { return Ok(()) };
        // What cannot be transcribed is told when its turn comes.
        let whole = said.iter().filter_map(|(sound, text)| Some((sound, self.transcript(text).ok()?)));
        let whole: Vec<(&Sound, Transcript)> = whole.collect();
        if !whole.is_empty() {
            let options = self.options();
            self.speaker = Some(self.aligner.adapt(&whole, &WARPS, &options)?);
        }
        Ok(())
    }

    fn align(&mut self, sound: &Sound, said: &str, picture: bool) -> Result<Found, Fault> {
        let transcript = self.transcript(said)?;
        let options = self.options();
        let heard = self.aligner.hear(sound, &transcript, self.speaker.as_ref())?;
        let placed = heard.place(&transcript, &options)?;
        let few = heard.frames().saturating_mul(placed.phones.len()) <= SHOWN;
        let shares = if picture && few { Some(heard.shares(&transcript, &placed, &options)?) } else { None };
        let occupancy = shares.map(|shares| Occupancy { step: heard.step(), shares });
        Ok(Found { placed, occupancy })
    }
}
