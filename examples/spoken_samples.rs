//! Writes the speech samples of `data/samples/speech`: recordings of the Free Spoken Digit Dataset as they are, and strings of them.
//!
//!     ENERGRAPH_DATA=… cargo run --release --example spoken_samples -- data/samples/speech

use std::error::Error;
use std::path::{Path, PathBuf};

use energraph::signal::Sound;
use energraph::speech::words::{Recording, RecordingsConfig, StringConfig, Vocabulary, WordModels, read_recordings};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The isolated recordings, and the strings, of which the names give digit, speaker and number. None is trained on.
const SINGLE: [&str; 4] = ["3_theo_5", "7_george_6", "0_nicolas_7", "9_lucas_8"];
const STRINGS: [&[&str]; 2] = [
    &["4_jackson_5", "2_jackson_6", "4_jackson_7", "8_jackson_5"],
    &["1_yweweler_9", "9_yweweler_5", "6_yweweler_6", "0_yweweler_8", "5_yweweler_7"],
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let Some(data) = std::env::var_os("ENERGRAPH_DATA") else {
        println!("skipped: ENERGRAPH_DATA names no folder");
        return Ok(());
    };
    let words = ('0'..='9').map(String::from).collect();
    let vocabulary =
        Vocabulary::new(&WordModels { words, states: 1, states_of: Default::default(), least: 1, silence: 1 })?;
    let source = RecordingsConfig::Archive {
        archive: "fsdd/train_wav.tar.gz".into(),
        table: "fsdd/train.tsv".into(),
        numbers: [5, 9],
        except: Vec::new(),
        only: Vec::new(),
    };
    let all = read_recordings(&source, Path::new(&data), &vocabulary, 8_000)?;
    let find = |name: &&str| all.iter().find(|r| r.name == *name).ok_or_else(|| format!("no {name}"));
    std::fs::create_dir_all(&out)?;
    let mut labels = String::new();
    let mut write = |name: &str, samples: &[f32], text: String, speaker: &str| -> Result<(), Box<dyn Error>> {
        std::fs::write(out.join(name), Sound::new(samples.to_vec(), 8_000)?.to_wav()?)?;
        labels += &format!("{name}\t{text}\t{speaker}\n");
        Ok(())
    };
    for name in SINGLE {
        let r = find(&name)?;
        write(&format!("{name}.wav"), &r.samples, vocabulary.text(&r.words), &r.speaker)?;
    }
    let strings = StringConfig {
        longest: 7,
        isolated: 0.0,
        silent: 0.0,
        bare: 0.0,
        gap: [0.0, 0.3],
        noise_db: [40.0, 40.0],
        gain_db: 0.0,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for names in STRINGS {
        let parts: Vec<&Recording> = names.iter().map(find).collect::<Result<_, _>>()?;
        let made = strings.join(&parts, 8_000, &mut rng);
        let text = vocabulary.text(&made.words);
        let speaker = &parts[0].speaker;
        write(&format!("string_{speaker}_{}.wav", text.replace(' ', "")), &made.samples, text, speaker)?;
    }
    std::fs::write(out.join("labels.tsv"), labels)?;
    Ok(())
}
