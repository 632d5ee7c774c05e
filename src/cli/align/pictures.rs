//! Pictures of alignments.

use std::path::{Path, PathBuf};

use super::output::write;
use super::pairs::Pair;
use crate::cli::error::{At, CliError};
use crate::signal::Sound;
use crate::speech::Placement;
use crate::speech::picture::{Mark, Occupancy, PIECE, Row, Scene, pieces};

/// Writes `STEM.svg` and `STEM.png`, or of a long recording `STEM-001.svg` and so on, into a folder.
pub(super) fn draw(
    folder: &Path,
    pair: &Pair,
    sound: &Sound,
    placed: &Placement,
    occupancy: Option<Occupancy>,
    (model, phones): (&str, bool),
) -> Result<(), CliError> {
    let scene = scene(pair, sound, placed, occupancy, (model, phones));
    let spans = pieces(sound.seconds(), PIECE);
    for (i, span) in spans.iter().enumerate() {
        let number = if spans.len() > 1 { format!("-{:03}", i + 1) } else { String::new() };
        let path = |ending: &str| -> PathBuf {
            let mut name = pair.stem.clone().into_os_string();
            name.push(format!("{number}.{ending}"));
            folder.join(name)
        };
        write(&path("svg"), scene.svg(*span).at(pair.sound.display())?)?;
        write(&path("png"), scene.png(*span).at(pair.sound.display())?)?;
    }
    Ok(())
}

fn scene<'a>(
    pair: &Pair,
    sound: &'a Sound,
    placed: &Placement,
    occupancy: Option<Occupancy>,
    (model, phones): (&str, bool),
) -> Scene<'a> {
    let words = placed.words.iter().map(|w| Mark {
        label: w.text.clone(),
        start: w.start,
        end: w.end,
        interval: placed.phones.get(w.phones.start).map(|p| p.start_interval),
        posterior: Some(w.confidence),
    });
    let said = placed.phones.iter().map(|p| Mark {
        label: p.symbol.clone(),
        start: p.start,
        end: p.end,
        interval: Some(p.start_interval),
        posterior: Some(p.posterior),
    });
    let row = |name: &str, marks: Vec<Mark>| Row { name: name.to_owned(), marks };
    let words = (placed.words.len() > 1 || !phones).then(|| row("words", words.collect()));
    Scene {
        title: pair.stem.display().to_string(),
        notes: vec![
            format!("{model} · mismatch {:.2}", placed.mismatch),
            "bands: where a boundary lies with 95 %; per cent: confidence of words, posterior of phones; orange: it does not fit".to_owned(),
        ],
        sound,
        rows: words.into_iter().chain([row("phones", said.collect())]).collect(),
        misfits: placed.misfits.iter().map(|m| (m.start, m.end)).collect(),
        occupancy,
    }
}
