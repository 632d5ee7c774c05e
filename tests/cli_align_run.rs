//! `energraph align AUDIO TRANSCRIPT`, run with a model drawn by chance: what is done with files, not where boundaries lie.
#![cfg(all(feature = "cli", feature = "nn"))]

mod cli_common;

use std::sync::LazyLock;

use cli_common::{Folder, Ran, energraph};
use energraph::learn::FrontEnd;
use energraph::nn::{DeviceChoice, Tdnn, TdnnConfig};
use energraph::signal::Sound;
use energraph::speech::{ALIGNER_VERSION, AlignerInfo, FeatureConfig, Readout, save_aligner};

/// The phones of some digits.
const PHONES: [&str; 8] = ["w", "ʌ", "n", "t", "u", "θ", "ɹ", "i"];
const LEXICON: &str = "one w ʌ n\ntwo t u\nthree θ ɹ i\n";

static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let phones: Vec<String> = PHONES.map(str::to_owned).to_vec();
    let outputs = Readout::new(&phones, 3, &phones).unwrap().outputs();
    let net = TdnnConfig { width: 8, dilations: vec![1], outputs, ..TdnnConfig::default() };
    let info = AlignerInfo {
        version: ALIGNER_VERSION,
        name: "drawn".into(),
        features: FeatureConfig::default(),
        nets: vec![net.clone()],
        phones,
        positions: 3,
        beta: 1.0,
        usual: 0.7,
        limit: 2.0,
        evidence: 40.0,
        steps: 0,
        seed: 1,
        trained_on: "nothing".into(),
    };
    let f = Folder::new("align-model");
    let path = f.path("drawn.safetensors");
    let net = Tdnn::new(net, 1, DeviceChoice::Cpu.resolve().unwrap()).unwrap();
    save_aligner(path.as_ref(), &info, &net.parameters().unwrap()).unwrap();
    std::fs::read(path).unwrap()
});

/// Noise of so many seconds whose loudness changes from syllable to syllable.
fn noise(seconds: f64, rate: u32) -> Sound {
    let mut state = 1_u32;
    let draw = |i: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let loud = if i / (rate as usize / 8) % 3 == 2 { 0.01 } else { 0.3 };
        loud * (state as f32 / u32::MAX as f32 - 0.5)
    };
    Sound::new((0..(seconds * f64::from(rate)) as usize).map(draw).collect(), rate).unwrap()
}

/// A folder with the model, the lexicon, and `a.wav` of two seconds with `a.txt`.
fn folder(name: &str) -> Folder {
    let f = Folder::new(name);
    f.file("m.safetensors", &*MODEL);
    f.file("lexicon.txt", LEXICON);
    f.file("a.wav", noise(2.0, 8_000).to_wav().unwrap());
    f.file("a.txt", "One, two – three!\n");
    f
}

/// Runs with the folder's model, its names written as `@/name`.
fn align(f: &Folder, arguments: &str) -> Ran {
    let arguments = format!("align {arguments} --model @/m.safetensors --device cpu").replace("@/", &f.path(""));
    energraph(&arguments.split_whitespace().collect::<Vec<_>>())
}

/// One line that names the cause, nothing on standard output, exit code 1.
fn refused(ran: &Ran, parts: &[&str]) {
    assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{}", ran.err);
    assert!(parts.iter().all(|p| ran.err.contains(p)), "{}", ran.err);
}

#[test]
fn words_are_placed_in_order_and_written_in_the_format_of_the_ending() {
    let f = folder("align-one");
    let ran = align(&f, "@/a.wav @/a.txt --lexicon @/lexicon.txt -o @/out/a.TextGrid --json");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let of = |tier: &str| -> Vec<(String, f64, f64)> {
        let all = json["segments"].as_array().unwrap().iter().filter(|s| s["tier"] == tier);
        all.map(|s| (s["label"].as_str().unwrap().into(), s["start"].as_f64().unwrap(), s["end"].as_f64().unwrap()))
            .collect()
    };
    let (words, phones) = (of("words"), of("phones"));
    assert_eq!(words.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(), ["One", "two", "three"]);
    assert_eq!(phones.len(), 8);
    assert!(phones.windows(2).all(|p| p[0].1 <= p[0].2 && p[0].2 <= p[1].1) && phones[7].2 <= 2.0);
    assert!(json["mismatch"].is_number() && json["file"].as_str().unwrap().ends_with("a.wav"));
    let grid = std::fs::read_to_string(f.path("out/a.TextGrid")).unwrap();
    assert!(grid.contains("\"words\"") && grid.contains("\"three\"") && grid.contains("\"θ\""));
    for format in ["csv", "ctm", "audacity", "json", "textgrid"] {
        let ran = align(&f, &format!("@/a.wav @/a.txt --lexicon @/lexicon.txt --format {format}"));
        assert!(ran.code == 0 && ran.out.contains("three"), "{format}: {}", ran.err);
    }
}

#[test]
fn pictures_show_words_phones_and_path() {
    let f = folder("align-picture");
    let ran = align(&f, "@/a.wav @/a.txt --lexicon @/lexicon.txt -o @/a.csv --explain @/pictures");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let svg = std::fs::read_to_string(f.path("pictures/a.svg")).unwrap();
    assert!(
        svg.contains(">three<") && svg.contains(">θ<") && svg.contains("class=\"l-path\"") && svg.contains("drawn")
    );
    assert!(std::fs::read(f.path("pictures/a.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn silence_and_a_low_rate_in_stereo_of_eight_bits_are_aligned() {
    let f = folder("align-odd");
    f.file("silent.wav", Sound::new(vec![0.0; 16_000], 8_000).unwrap().to_wav().unwrap());
    let spec = hound_header(11_025, 2, 8, 22_050);
    let wave = (0..22_050_u32).map(|i| 128 + (i * i % 61) as u8).collect::<Vec<_>>();
    f.file("bytes.wav", [spec, wave].concat());
    for name in ["silent", "bytes"] {
        let ran = align(&f, &format!("@/{name}.wav @/a.txt --lexicon @/lexicon.txt -o @/{name}.csv"));
        assert!(ran.code == 0 && ran.err.lines().count() <= 1, "{name}: {}", ran.err);
        assert_eq!(std::fs::read_to_string(f.path(&format!("{name}.csv"))).unwrap().matches("words,").count(), 3);
    }
}

/// The head of a WAV file of integers.
fn hound_header(rate: u32, channels: u16, bits: u16, bytes: u32) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut head = b"RIFF".to_vec();
    head.extend((36 + bytes).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    head.extend(channels.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend((rate * u32::from(block)).to_le_bytes());
    head.extend(block.to_le_bytes());
    head.extend(bits.to_le_bytes());
    head.extend(b"data");
    head.extend(bytes.to_le_bytes());
    head
}

#[test]
fn what_cannot_be_aligned_is_refused_in_one_line() {
    let f = folder("align-refused");
    f.file("short.wav", noise(0.005, 8_000).to_wav().unwrap());
    // Marker, STREAMINFO that announces 16,000 samples at 16 kHz, and nothing behind.
    let mut flac =
        b"fLaC\x80\x00\x00\x22\x10\x00\x10\x00\x00\x00\x00\x00\x00\x00\x03\xe8\x00\xf0\x00\x00\x3e\x80".to_vec();
    flac.extend([0; 16]);
    f.file("cut.flac", flac);
    f.file("empty.txt", " \n");
    f.file("other.txt", "one twelve two eleven");
    f.file("bytes.txt", b"one \xff two");
    f.file("phones.txt", "w ʌ n ♪");
    let words = "--lexicon @/lexicon.txt";
    refused(&align(&f, &format!("@/short.wav @/a.txt {words}")), &["short.wav", "s"]);
    refused(&align(&f, &format!("@/cut.flac @/a.txt {words}")), &["cut.flac", "cut off"]);
    refused(&align(&f, &format!("@/a.wav @/empty.txt {words}")), &["no words"]);
    refused(&align(&f, &format!("@/a.wav @/other.txt {words}")), &["twelve", "eleven"]);
    refused(&align(&f, &format!("@/a.wav @/bytes.txt {words}")), &["bytes.txt", "byte 4"]);
    refused(&align(&f, "@/a.wav @/phones.txt --phones"), &["♪"]);
    refused(&align(&f, &format!("@/absent.wav @/a.txt {words}")), &["absent.wav"]);
    f.file("bad-lexicon.txt", "one w ♪ n\n");
    refused(&align(&f, "@/a.wav @/a.txt --lexicon @/bad-lexicon.txt"), &["line 1", "♪"]);
    refused(&align(&f, "@/a.wav @/a.txt --lexicon nowhere"), &["nowhere"]);
    let many = ["one two three"; 200].join(" ");
    f.file("many.txt", many);
    refused(&align(&f, &format!("@/a.wav @/many.txt {words}")), &["needs"]);
}

#[test]
fn a_phone_that_the_model_lacks_is_placed_by_its_features() {
    let f = folder("align-phone");
    f.file("p.txt", "w ʌ n t͡s y ɮ");
    let ran = align(&f, "@/a.wav @/p.txt --phones --format csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("ɮ") && !ran.out.contains("words"), "{}", ran.out);
    f.file("x.txt", "w V n ts y K\\");
    let ran = align(&f, "@/a.wav @/x.txt --phones --notation xsampa --format csv");
    assert!(ran.code == 0 && ran.out.contains("ɮ"), "{}{}", ran.err, ran.out);
}

#[test]
fn in_a_folder_with_a_bad_file_the_others_are_written() {
    let f = folder("align-folder");
    std::fs::create_dir_all(f.path("in/deep")).unwrap();
    for name in ["in/b", "in/deep/c"] {
        f.file(&format!("{name}.wav"), noise(1.5, 16_000).to_wav().unwrap());
        f.file(&format!("{name}.lab"), "two one");
    }
    f.file("in/bad.wav", b"RIFF");
    f.file("in/bad.lab", "two");
    f.file("in/unsaid.lab", "two");
    for speakers in ["none", "folder"] {
        let ran = align(
            &f,
            &format!("@/in @/in --lexicon @/lexicon.txt -o @/{speakers} --format csv --speakers {speakers} --json"),
        );
        assert_eq!(ran.code, 1, "{}", ran.err);
        let lines: Vec<serde_json::Value> = ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines.iter().filter(|l| l["error"].is_string()).count(), 1);
        assert_eq!(lines.iter().filter(|l| l["mismatch"].is_number()).count(), 2);
        assert!(ran.err.contains("bad.wav") && ran.err.contains("1 transcripts have no sound"), "{}", ran.err);
        for name in ["b", "deep/c"] {
            assert!(std::fs::read_to_string(f.path(&format!("{speakers}/{name}.csv"))).unwrap().contains("words,"));
        }
    }
    let usage = align(&f, "@/in @/in --lexicon @/lexicon.txt");
    assert_eq!(usage.code, 2);
}

#[test]
fn speech_beside_the_transcript_is_allowed_with_star() {
    let f = folder("align-star");
    let ran = align(&f, "@/a.wav @/a.txt --lexicon @/lexicon.txt --json --star -o @/a.json");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(json["untranscribed"].is_array());
}

#[test]
fn usage_is_explained_and_eval_stays() {
    assert_eq!(energraph(&["align"]).code, 2);
    assert_eq!(energraph(&["align", "a.wav", "a.txt"]).code, 2);
    let help = energraph(&["align", "--help"]);
    assert!(
        help.code == 0 && ["eval", "--star", "--lexicon", "Example"].iter().all(|p| help.out.contains(p)),
        "{}",
        help.out
    );
    assert!(energraph(&["align", "eval", "--help"]).out.contains("REFERENCE"));
}
