//! Aligns sentences to their sound and prints where each word lies:
//!
//!     cargo run --release --example align_sentences -- FOLDER [LEXICON [MODEL]]
//!
//! Of each NAME.wav it reads NAME.txt, the words. How they are pronounced is in LEXICON (a word and its phones in the IPA a line), or, without one, in
//! NAME.par, a BAS Partitur file. With NAME.TextGrid, hand labels in a tier `Phoneme`, it says how many boundaries are near them, beside MAUS's of NAME.par. Without
//! FOLDER it takes seven sentences of `emu_ae` from the data sets.

use std::path::{Path, PathBuf};

use energraph::nn::DeviceChoice;
use energraph::signal::sound;
use energraph::speech::boundaries::{Differences, Pairing, compare};
use energraph::speech::phones::{Notation, to_ipa};
use energraph::speech::{Aligner, Interval, Lexicon, Transcript, partitur, textgrid};

/// Sounds of two letters in English.
const JOINED: [&str; 10] = ["t͡ʃ", "d͡ʒ", "eɪ", "aɪ", "ɔɪ", "əʊ", "aʊ", "ɪə", "eə", "ʊə"];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let data = || std::env::var_os("ENERGRAPH_DATA").map(|data| Path::new(&data).join("emu_ae"));
    let Some(folder) = arguments.next().or_else(data) else {
        println!("skipped: name a folder, or set ENERGRAPH_DATA");
        return Ok(());
    };
    let lexicon = match arguments.next() {
        Some(file) => Some(Lexicon::parse(&text(&file)?, Notation::Ipa)?),
        None => None,
    };
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/align.safetensors");
    let mut aligner = Aligner::load(&arguments.next().unwrap_or_else(shipped), DeviceChoice::Cpu.resolve()?)?;
    let (mut ours, mut maus) = (Differences::default(), Differences::default());
    for wav in sound::sound_files(&folder)? {
        if let Err(why) = sentence(&wav, lexicon.as_ref(), &mut aligner, (&mut ours, &mut maus)) {
            println!("{}: {why}", wav.display());
        }
    }
    let share = |found: &Differences, ms: f64| 100.0 * found.within(ms / 1e3).unwrap_or(f64::NAN);
    if ours.count() > 0 {
        println!("near hand labels by 25 ms: {:.1} %, by 50 ms: {:.1} %", share(&ours, 25.0), share(&ours, 50.0));
    }
    if maus.count() > 0 {
        println!("MAUS's:            25 ms: {:.1} %,    50 ms: {:.1} %", share(&maus, 25.0), share(&maus, 50.0));
    }
    Ok(())
}

/// Aligns one sound, and compares where there are hand labels.
fn sentence(
    wav: &Path,
    lexicon: Option<&Lexicon>,
    aligner: &mut Aligner,
    (ours, maus): (&mut Differences, &mut Differences),
) -> Result<(), Failure> {
    let par = wav.with_extension("par");
    let par = if lexicon.is_none() || par.exists() { Some(partitur::parse(&text(&par)?)?) } else { None };
    let own = par.as_ref().map(|par| par.lexicon(&JOINED)).transpose()?;
    let lexicon = lexicon.or(own.as_ref()).ok_or("no lexicon")?;
    let said = Transcript::from_text(&text(&wav.with_extension("txt"))?, lexicon)?;
    let placed = aligner.align(&sound::read(wav)?, &said, &aligner.options())?;
    println!("{}: mismatch {:.2}, {} misfits", wav.display(), placed.mismatch, placed.misfits.len());
    for w in &placed.words {
        println!("  {:6.3}  {:6.3}  {:4.0} %  {}", w.start, w.end, 100.0 * w.confidence, w.text);
    }
    if let Ok(grid) = textgrid::read(&wav.with_extension("TextGrid")) {
        let hand = in_ipa(grid.tier(Some("Phoneme"))?.intervals());
        let placed = placed.to_textgrid();
        ours.add(&compare(&hand, &placed.tier(Some("phones"))?.intervals(), &[], Pairing::Labels)?);
        if let Some(par) = par {
            maus.add(&compare(&hand, &in_ipa(par.intervals()), &["<p:>"], Pairing::Labels)?);
        }
    }
    Ok(())
}

/// A file's text, or an error that names it.
fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

/// Labels in X-SAMPA in the IPA, so that all have one notation; others as they are.
fn in_ipa(labels: Vec<Interval>) -> Vec<Interval> {
    let ipa = |i: Interval| Interval { label: to_ipa(&i.label, Notation::XSampa).unwrap_or(i.label.clone()), ..i };
    labels.into_iter().map(ipa).collect()
}
