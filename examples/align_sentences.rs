//! Aligns sentences to their sound and prints where each word lies:
//!
//!     cargo run --release --example align_sentences [-- FOLDER [MODEL]]
//!
//! Of each NAME.wav it reads NAME.txt, the words, and NAME.par, which says how they are pronounced (X-SAMPA). With NAME.TextGrid,
//! hand labels in a tier `Phoneme`, it says how many boundaries are near them, beside MAUS's of NAME.par.

use std::path::{Path, PathBuf};

use energraph::nn::DeviceChoice;
use energraph::signal::sound;
use energraph::speech::boundaries::{Differences, Pairing, compare};
use energraph::speech::phones::{Notation, to_ipa};
use energraph::speech::{Aligner, Interval, Transcript, partitur, textgrid};

/// Sounds of two letters in English.
const JOINED: [&str; 10] = ["t͡ʃ", "d͡ʒ", "eɪ", "aɪ", "ɔɪ", "əʊ", "aʊ", "ɪə", "eə", "ʊə"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let data = || std::env::var_os("ENERGRAPH_DATA").map(|data| Path::new(&data).join("emu_ae"));
    let Some(folder) = arguments.next().or_else(data) else {
        println!("skipped: name a folder, or set ENERGRAPH_DATA");
        return Ok(());
    };
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/align.safetensors");
    let model = arguments.next().unwrap_or_else(shipped);
    let mut aligner = Aligner::load(&model, DeviceChoice::Cpu.resolve()?)?;
    let options = aligner.options();
    let (mut ours, mut maus) = (Differences::default(), Differences::default());
    for wav in sound::sound_files(&folder)? {
        let par = partitur::parse(&std::fs::read_to_string(wav.with_extension("par"))?)?;
        let said = std::fs::read_to_string(wav.with_extension("txt"))?;
        let said = Transcript::from_text(&said, &par.lexicon(&JOINED)?)?;
        let placed = aligner.align(&sound::read(&wav)?, &said, &options)?;
        println!("{}: mismatch {:.2}, {} misfits", wav.display(), placed.mismatch, placed.misfits.len());
        for w in &placed.words {
            println!("  {:6.3}  {:6.3}  {:4.0} %  {}", w.start, w.end, 100.0 * w.confidence, w.text);
        }
        if let Ok(grid) = textgrid::read(&wav.with_extension("TextGrid")) {
            let hand = in_ipa(grid.tier(Some("Phoneme"))?.intervals());
            let placed = placed.to_textgrid();
            ours.add(&compare(&hand, &placed.tier(Some("phones"))?.intervals(), &[], Pairing::Labels)?);
            maus.add(&compare(&hand, &in_ipa(par.intervals()), &["<p:>"], Pairing::Labels)?);
        }
    }
    let share = |found: &Differences, ms: f64| 100.0 * found.within(ms / 1e3).unwrap_or(0.0);
    println!("near hand labels by 25 ms: {:.1} %, by 50 ms: {:.1} %", share(&ours, 25.0), share(&ours, 50.0));
    println!("MAUS's:            25 ms: {:.1} %,    50 ms: {:.1} %", share(&maus, 25.0), share(&maus, 50.0));
    Ok(())
}

/// Labels in X-SAMPA in the IPA, so that all have one notation; others as they are.
fn in_ipa(labels: Vec<Interval>) -> Vec<Interval> {
    let ipa = |i: Interval| Interval { label: to_ipa(&i.label, Notation::XSampa).unwrap_or(i.label.clone()), ..i };
    labels.into_iter().map(ipa).collect()
}
