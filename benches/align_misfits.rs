//! Whether a transcript that does not fit is said not to, in sound unlike that which the shipped aligner was trained on.
//!
//!     ENERGRAPH_DATA=… cargo bench --bench align_misfits [-- MODEL…] [--evidence NATS]
//!
//! English sentences (`emu_ae`: seven, and each with the next behind it) and strings of six digits by telephone (`fsdd`, recordings 5 to 9 of one
//! speaker, 100 to 225 ms between). Of each, the share for which at least one misfit is told where the transcript is right; is that of
//! another sound; has one word replaced; lacks a part (a sentence; two digits); has a part too many. *Placed* are those of which a misfit
//! names one of the words that are wrong, or meets the time of those that are missing.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use energraph::nn::DeviceChoice;
use energraph::signal::Sound;
use energraph::signal::sound::{Limits, decode, read, sound_files};
use energraph::speech::phones::Notation;
use energraph::speech::{Aligner, Lexicon, Misfit, Transcript, partitur, read_files};

const JOINED: [&str; 10] = ["t͡ʃ", "d͡ʒ", "eɪ", "aɪ", "ɔɪ", "əʊ", "aʊ", "ɪə", "eə", "ʊə"];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const KINDS: [&str; 5] = ["right", "another's", "one word replaced", "a part missing", "a part too many"];

/// What a misfit should tell.
enum Wrong {
    /// When something else is said.
    Time(Range<f64>),
    /// Which words are not.
    Words(Range<usize>),
}

impl Wrong {
    fn is_told(&self, m: &Misfit) -> bool {
        match self {
            Wrong::Time(time) => m.start < time.end && m.end > time.start,
            Wrong::Words(words) => m.words.start < words.end && m.words.end > words.start,
        }
    }
}

/// A sound, a transcript of some kind, and what is wrong with a part of it.
struct Case {
    kind: usize,
    sound: Sound,
    said: Transcript,
    wrong: Option<Wrong>,
}

fn main() {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from) else {
        println!("skipped: ENERGRAPH_DATA names no folder");
        return;
    };
    let (mut models, mut evidence) = (Vec::new(), None);
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--evidence" => evidence = Some(arguments.next().unwrap().parse().unwrap()),
            _ => models.push(PathBuf::from(argument)),
        }
    }
    if models.is_empty() {
        models.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/align.safetensors"));
    }
    let sets = [("sentences", sentences(&data)), ("digits", digits(&data))];
    println!("{:28} {:18} {:>8} {:>8} {:>8}", "", "transcript", "of", "told", "placed");
    for model in models {
        let mut aligner = Aligner::load(&model, DeviceChoice::Cpu.resolve().unwrap()).unwrap();
        for (set, cases) in &sets {
            let name = format!("{}, {set}", aligner.info().name);
            table(&name, &mut aligner, cases, evidence);
        }
    }
}

fn table(name: &str, aligner: &mut Aligner, cases: &[Case], evidence: Option<f64>) {
    let mut options = aligner.options();
    options.fit.evidence = evidence.unwrap_or(options.fit.evidence);
    for (kind, what) in KINDS.iter().enumerate() {
        let (mut count, mut told, mut placed, mut places) = (0, 0, 0, 0);
        for case in cases.iter().filter(|c| c.kind == kind) {
            let found = aligner.align(&case.sound, &case.said, &options).unwrap();
            count += 1;
            told += usize::from(!found.misfits.is_empty());
            if let Some(wrong) = &case.wrong {
                places += 1;
                placed += usize::from(found.misfits.iter().any(|m| wrong.is_told(m)));
            }
        }
        let placed = if places > 0 { placed.to_string() } else { "–".to_owned() };
        println!("{name:28} {what:18} {count:>8} {told:>8} {placed:>8}");
    }
}

/// One sound behind another.
fn behind(a: &Sound, b: &Sound) -> Sound {
    Sound::new([a.samples(), b.samples()].concat(), a.rate()).unwrap()
}

/// The words of transcripts one after the other.
fn together(all: &[&Transcript]) -> Transcript {
    let mut said = all[0].clone();
    all[1..].iter().for_each(|t| said.words.extend(t.words.iter().cloned()));
    said
}

fn sentences(data: &Path) -> Vec<Case> {
    let mut all: Vec<(Sound, Transcript)> = Vec::new();
    for wav in sound_files(&data.join("emu_ae")).unwrap() {
        let text = |ending: &str| std::fs::read_to_string(wav.with_extension(ending)).unwrap();
        let lexicon = partitur::parse(&text("par")).unwrap().lexicon(&JOINED).unwrap();
        all.push((read(&wav).unwrap(), Transcript::from_text(&text("txt"), &lexicon).unwrap()));
    }
    let mut cases = Vec::new();
    let mut add = |kind, sound: &Sound, said: &Transcript, wrong| {
        cases.push(Case { kind, sound: sound.clone(), said: said.clone(), wrong });
    };
    for (i, (sound, said)) in all.iter().enumerate() {
        let (next_sound, next) = &all[(i + 1) % all.len()];
        let (last_sound, last) = &all[(i + 2) % all.len()];
        let both = behind(sound, next_sound);
        add(0, sound, said, None);
        add(0, &both, &together(&[said, next]), None);
        add(1, sound, next, None);
        for (k, word) in next.words.iter().enumerate().take(said.words.len()) {
            let mut one = said.clone();
            one.words[k] = word.clone();
            add(2, sound, &one, Some(Wrong::Words(k..k + 1)));
        }
        let seam = sound.seconds();
        add(3, &both, said, Some(Wrong::Time(seam..both.seconds())));
        add(3, &both, next, Some(Wrong::Time(0.0..seam)));
        let more = said.words.len()..said.words.len() + next.words.len();
        add(4, &behind(sound, last_sound), &together(&[said, next, last]), Some(Wrong::Words(more)));
    }
    cases
}

fn digits(data: &Path) -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lexicons/digits.txt");
    let lexicon = Lexicon::parse(&std::fs::read_to_string(here).unwrap(), Notation::Ipa).unwrap();
    let mut recordings: BTreeMap<String, BTreeMap<(usize, usize), Sound>> = BTreeMap::new();
    for (path, bytes) in read_files(&data.join("fsdd/train_wav.tar.gz"), &mut |_| true).unwrap() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parts: Vec<&str> = name.split('_').collect();
        let (digit, index): (usize, usize) = (parts[0].parse().unwrap(), parts[2].parse().unwrap());
        let sound = decode(&bytes, &Limits::default()).unwrap();
        recordings.entry(parts[1].to_owned()).or_default().insert((digit, index), sound);
    }
    let mut state = 1_u64;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let text = |d: &[usize]| d.iter().map(|&d| DIGITS[d]).collect::<Vec<_>>().join(" ");
    let mut cases = Vec::new();
    for own in recordings.values() {
        for _ in 0..8 {
            let digits: Vec<usize> = (0..6).map(|_| draw(10)).collect();
            let (mut samples, mut starts) = (vec![0.0; 1_600], Vec::new());
            for &digit in &digits {
                starts.push(samples.len() as f64 / 8_000.0);
                samples.extend_from_slice(own[&(digit, 5 + draw(5))].samples());
                samples.resize(samples.len() + 800 + draw(1_000), 0.0);
            }
            samples.iter_mut().for_each(|s| *s += 0.002 * (draw(1_000) as f32 / 500.0 - 1.0));
            let sound = Sound::new(samples, 8_000).unwrap();
            let others: Vec<usize> = digits.iter().map(|d| (d + 1 + draw(9)) % 10).collect();
            let mut one = digits.clone();
            one[3] = others[3];
            let missing = [&digits[..2], &digits[4..]].concat();
            let more = [&digits[..3], &others[..2], &digits[3..]].concat();
            let said = [
                (&digits, None),
                (&others, None),
                (&one, Some(Wrong::Words(3..4))),
                (&missing, Some(Wrong::Time(starts[2]..starts[4]))),
                (&more, Some(Wrong::Words(3..5))),
            ];
            for (kind, (digits, wrong)) in said.into_iter().enumerate() {
                let said = Transcript::from_text(&text(digits), &lexicon).unwrap();
                cases.push(Case { kind, sound: sound.clone(), said, wrong });
            }
        }
    }
    cases
}
