//! Spoken words as a user meets them: `read`, `eval` and `train`, bad sounds, exit codes.
#![cfg(all(feature = "cli", feature = "nn"))]

mod cli_common;

use std::path::Path;

use cli_common::{Folder, Ran, energraph};
use energraph::learn::{Control, FrontEnd};
use energraph::nn::ComputeDevice;
use energraph::signal::Sound;
use energraph::speech::words::{SpokenConfig, SpokenError, SpokenRun, SpokenTrainError, WordRecognizer};
use serde_json::Value;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples/speech");

fn json(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// An 8-bit stereo WAV file of 11,025 samples a second.
fn stereo8(samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(*b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    bytes.extend(11_025_u32.to_le_bytes());
    bytes.extend(22_050_u32.to_le_bytes());
    bytes.extend(*b"\x02\0\x08\0data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}

/// Two "words" that anyone can tell apart: a low tone and a high one.
fn tone(word: usize, length: usize) -> Sound {
    let pitch = [0.2, 1.4][word];
    let wave = (0..length).map(|i| 0.3 * (i as f32 * pitch).sin() + 0.001 * (i as f32 * 7.7).sin()).collect();
    Sound::new(wave, 8_000).unwrap()
}

/// A folder of tones.
fn tones(f: &Folder) {
    std::fs::create_dir_all(f.path("tones")).unwrap();
    let mut labels = String::new();
    for i in 0..8 {
        let name = format!("{i}.wav");
        std::fs::write(f.path(&format!("tones/{name}")), tone(i % 2, 1_600 + 160 * i).to_wav().unwrap()).unwrap();
        labels += &format!("{name}\t{}\tme\n", ["low", "high"][i % 2]);
    }
    f.file("tones/labels.tsv", labels);
}

fn tiny_config(steps: u64) -> String {
    format!(
        r#"grammar = "words"
[model]
words = ["low", "high"]
states = 2
least = 2
silence = 2
[features]
rate = 8000
filters = 12
[net]
width = 12
kernel = 3
dilations = [1]
dropout = 0.1
[schedule]
steps = {steps}
words = 8
rate = 1e-2
warmup = 2
decay = 0.0
clip = 5.0
average = 0.9
check = {steps}
[strings]
longest = 3
isolated = 0.3
gap = [0.0, 0.1]
noise_db = [30.0, 40.0]
[augment]
tempo = 0.1
warp = 0.05
filters = 2
frames = 2
[[data]]
kind = "folder"
folder = "tones"
[[dev]]
name = "tones"
grammar = "words"
data = {{ kind = "folder", folder = "tones" }}
"#
    )
}

fn run(f: &Folder, config: &str, seed: u64) -> SpokenRun {
    SpokenRun::new(SpokenConfig::parse(config).unwrap(), Path::new(&f.path("")), seed, ComputeDevice::cpu()).unwrap()
}

#[test]
fn the_shipped_model_reads_the_shipped_samples() {
    let ran = energraph(&["eval", "spoken", "--set", SAMPLES, "--device", "cpu", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let found = &json(&ran)[0];
    assert_eq!((found["items"].as_u64(), found["failed"].as_u64()), (Some(6), Some(0)));
    assert!(found["exact"].as_f64().unwrap() >= 0.8, "{found}");
    let ran = energraph(&["read", "--task", "spoken", SAMPLES, "--device", "cpu"]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.out.lines().count(), 6, "{}", ran.out);
}

#[test]
fn json_has_every_field_and_words_lie_in_the_sound_in_order() {
    let ran = energraph(&["read", "--task", "spoken", SAMPLES, "--json", "--device", "cpu"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for read in json(&ran) {
        for key in [
            "file",
            "text",
            "confidence",
            "accepted",
            "certified",
            "energy",
            "free_energy",
            "runner_up",
            "alternatives",
            "segments",
            "model",
        ] {
            assert!(!read[key].is_null(), "{key}");
        }
        let sound = energraph::signal::sound::read(Path::new(read["file"].as_str().unwrap())).unwrap();
        let segments = read["segments"].as_array().unwrap();
        assert_eq!(segments.len(), read["text"].as_str().unwrap().split_whitespace().count());
        let mut before = 0.0;
        for s in segments {
            let (start, end) = (s["start"].as_f64().unwrap(), s["end"].as_f64().unwrap());
            assert!(before <= start && start < end && end <= sound.seconds() + 0.01, "{s}");
            assert!(
                s["start_interval"][0].as_f64().unwrap() <= start && start <= s["start_interval"][1].as_f64().unwrap()
            );
            assert!((0.0..=1.0).contains(&s["posterior"].as_f64().unwrap()));
            before = end;
        }
        let confidence = read["confidence"].as_f64().unwrap();
        assert!(
            (0.0..=1.0).contains(&confidence) && confidence >= read["alternatives"][0]["confidence"].as_f64().unwrap()
        );
    }
}

#[test]
fn bad_sounds_are_a_line_each_and_the_others_are_read() {
    let f = Folder::new("spoken-bad");
    let good = format!("{SAMPLES}/3_theo_5.wav");
    let whole = std::fs::read(&good).unwrap();
    let silent = f.file("silent.wav", Sound::new(vec![0.0; 8_000], 8_000).unwrap().to_wav().unwrap());
    let short = f.file("short.wav", tone(0, 40).to_wav().unwrap());
    let tiny = f.file("tiny.wav", tone(0, 8).to_wav().unwrap());
    let stereo = f.file(
        "stereo.wav",
        stereo8(&(0..22_050_u32).map(|i| (128.0 + 60.0 * (i as f32 * 0.05).sin()) as u8).collect::<Vec<_>>()),
    );
    let cut = f.file("cut.wav", &whole[..whole.len() / 2]);
    let flac = f.file("cut.flac", &b"fLaC\x80\0\0\x22\0\x10\0\x10"[..]);
    let text = f.file("text.wav", "no sound at all");
    let missing = f.path("missing.wav");
    let ran =
        energraph(&["read", "--task", "spoken", &silent, &short, &tiny, &stereo, &cut, &flac, &text, &missing, &good]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let expected = [
        (&silent, "the sound is silent"),
        (&short, "fits 1 frame"),
        (&tiny, "too short"),
        (&cut, "cut off"),
        (&flac, "flac"),
        (&text, "neither WAV nor FLAC"),
        (&missing, "No such file"),
    ];
    // Where the thresholds are uncertified, a line says so.
    let said: Vec<&str> = ran.err.lines().filter(|l| !l.contains("not certifiable")).collect();
    assert_eq!(said.len(), expected.len(), "{}", ran.err);
    for (line, (file, cause)) in said.iter().zip(expected) {
        assert!(
            line.contains(file.as_str()) && line.to_lowercase().contains(&cause.to_lowercase()),
            "{cause:?} in {line:?}"
        );
    }
    let read: Vec<&str> = ran.out.lines().collect();
    assert_eq!(read.len(), 2, "{}", ran.out);
    assert!(read[0].starts_with(&stereo) && read[1].starts_with(&good) && read[1].contains("  3 "), "{}", ran.out);
}

#[test]
fn options_that_make_no_sense_are_usage_errors() {
    let good = format!("{SAMPLES}/3_theo_5.wav");
    for bad in [
        &["read", "--task", "spoken", &good, "--max-error", "0"][..],
        &["read", "--task", "spoken", &good, "--explain", "x"],
        &["read", "--task", "spoken", &good, "--prior", "1"],
        &["read", "--task", "sopken", &good],
        &["eval", "spoken", "--set", SAMPLES, "--lines", "1-2"],
        &["train", "spoken", "--config", "x.toml", "--start-from", "y"],
        &["train", "amounts", "--config", "x.toml", "--hold-out-speaker", "y"],
    ] {
        assert_eq!(energraph(bad).code, 2, "{bad:?}");
    }
    let ran = energraph(&["read", "--task", "spoken", &good, "--explain", "x"]);
    assert!(ran.err.contains("energraph align --explain DIR"), "{}", ran.err);
    let ran = energraph(&["read", "--task", "spoken", &good, "--grammar", "wrod"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("grammar wrod: neither a file nor one of the shipped words, word, digit"), "{}", ran.err);
    let ran = energraph(&[
        "read",
        "--task",
        "spoken",
        &good,
        "--model",
        concat!(env!("CARGO_MANIFEST_DIR"), "/data/models/amounts.safetensors"),
    ]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("not a model of spoken words"), "{}", ran.err);
}

#[test]
fn a_grammar_chosen_by_name_or_file_restricts_what_is_read() {
    let f = Folder::new("spoken-grammar");
    let good = format!("{SAMPLES}/3_theo_5.wav");
    let read = |grammar: &str| {
        let ran = energraph(&["read", "--task", "spoken", &good, "--grammar", grammar, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        json(&ran)[0]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!((read("word"), read("digit"), read("words")), ("3".into(), "3".into(), "3".into()));
    let other = f.file("other.txt", "0 1 5 5\n0 1 8 8\n1\n");
    assert!(["5", "8"].contains(&read(&other).as_str()));
    let ran = energraph(&["read", "--task", "spoken", &good, "--grammar", &other]);
    assert!(ran.err.contains("promise less"), "{}", ran.err);
}

#[test]
fn tones_are_learnt_and_read_through_the_command() {
    let f = Folder::new("spoken-train");
    tones(&f);
    let config = f.file("tones.toml", tiny_config(240).replace("\"tones\"\ngrammar", "\"dev\"\ngrammar"));
    let out = f.path("out");
    let train = |more: &[&str]| {
        let arguments = [&["train", "spoken", "--config", &config, "--out", &out, "--device", "cpu"], more].concat();
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_energraph"));
        let done = child.args(arguments).env("ENERGRAPH_DATA", f.path("")).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    };
    let ran = train(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("model.safetensors: 240 steps on cpu") && ran.out.contains("dev: "), "{}", ran.out);
    assert_eq!(train(&[]).code, 1, "a run has been here");
    assert_eq!(train(&["--resume"]).code, 0);
    let model = format!("{out}/model.safetensors");
    let ran = energraph(&["eval", "spoken", "--set", &f.path("tones"), "--model", &model, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(json(&ran)[0]["exact"], 1.0, "{}", ran.out);
    let bad = f.file("bad.toml", tiny_config(60).replace("states = 2", "states = 0"));
    let ran = energraph(&["train", "spoken", "--config", &bad, "--out", &f.path("bad")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("tones") || ran.err.contains("states: 0 is not in 1 to 64"), "{}", ran.err);
}

/// `train spoken` of a config beside the data, for two steps.
fn train(f: &Folder, out: &str, more: &[&str]) -> Ran {
    let (config, out) = (f.file("c.toml", tiny_config(2)), f.path(out));
    let arguments = [&["train", "spoken", "--config", &config, "--out", &out, "--device", "cpu"], more].concat();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_energraph"));
    let done = command.args(arguments).env("ENERGRAPH_DATA", f.path("")).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

#[test]
fn recordings_of_less_than_a_frame_are_refused_before_the_first_step() {
    let f = Folder::new("spoken-short");
    tones(&f);
    let labels = std::fs::read_to_string(f.path("tones/labels.tsv")).unwrap();
    f.file("tones/labels.tsv", labels + "brief.wav\tlow\tme\n");
    f.file("tones/brief.wav", tone(0, 40).to_wav().unwrap());
    let ran = train(&f, "out", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("tones: brief.wav: the sound is too short: 0.005 s"), "{}", ran.err);
    assert!(!ran.err.contains("c.toml"), "{}", ran.err);
}

#[test]
fn a_speaker_of_a_folder_can_be_held_out() {
    let f = Folder::new("spoken-speaker");
    tones(&f);
    let labels = std::fs::read_to_string(f.path("tones/labels.tsv")).unwrap();
    f.file("tones/labels.tsv", labels.replacen("\tme", "\tyou", 3));
    let ran = train(&f, "out", &["--hold-out-speaker", "you"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut config = SpokenConfig::parse(&tiny_config(2)).unwrap();
    config.hold_out("you");
    let run = SpokenRun::new(config, Path::new(&f.path("")), 1, ComputeDevice::cpu()).unwrap();
    assert_eq!(run.dev[0].sounds.len(), 3);
    let ran = train(&f, "none", &["--hold-out-speaker", "eve"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("tones: no recording is chosen"), "{}", ran.err);
}

#[test]
fn a_sound_of_hours_is_refused_at_once() {
    let f = Folder::new("spoken-hours");
    // Samples of one second each: five hours.
    let noise = (0..18_000).map(|i| 0.1 * (i as f32 * 7.7).sin()).collect();
    let long = f.file("long.wav", Sound::new(noise, 1).unwrap().to_wav().unwrap());
    let began = std::time::Instant::now();
    let ran = energraph(&["read", "--task", "spoken", &long, "--device", "cpu"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let said = "the sound is too long: 144000000 samples a channel or more, at most 28800000 are taken";
    assert!(ran.err.contains(said), "{}", ran.err);
    assert!(began.elapsed().as_secs() < 30);
}

#[cfg(unix)]
#[test]
fn answers_are_printed_while_later_files_are_waited_for() {
    use std::io::{BufRead, BufReader};
    let f = Folder::new("spoken-waiting");
    let good = format!("{SAMPLES}/3_theo_5.wav");
    let pipe = f.path("never.wav");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut files = vec![good.as_str(); 16];
    files.push(&pipe);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_energraph"))
        .args([&["read", "--task", "spoken", "--device", "cpu"], &files[..]].concat())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|l| sender.send(l).unwrap()));
    let second = std::time::Duration::from_secs(60);
    let lines: Vec<String> = (0..16).map_while(|_| receiver.recv_timeout(second).ok()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(reader);
    assert_eq!(lines.len(), 16);
    assert!(lines.iter().all(|line| line.starts_with(&good)), "{lines:?}");
}

#[test]
fn sounds_are_told_in_order_and_no_more_once_that_fails() {
    let model = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/models/spoken.safetensors"));
    let (mut words, _) = WordRecognizer::load(model, None, ComputeDevice::cpu()).unwrap();
    let files = energraph::signal::sound::sound_files(Path::new(SAMPLES)).unwrap();
    let mut sounds: Vec<Sound> = files.iter().map(|f| energraph::signal::sound::read(f).unwrap()).collect();
    sounds.insert(2, Sound::new(vec![0.0; 8_000], 8_000).unwrap());
    let apart: Vec<_> = sounds.iter().map(|s| words.read(s).ok().map(|u| u.text().to_owned())).collect();
    let mut told = Vec::new();
    let all = words.read_each::<SpokenError>(&sounds, &mut |read| {
        told.push(read.ok().map(|u| u.text().to_owned()));
        Ok(())
    });
    assert!(all.is_ok() && told == apart && told[2].is_none());
    let mut count = 0;
    let stopped = words.read_each(&sounds, &mut |_| {
        count += 1;
        if count == 2 { Err(SpokenError::Silent) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(SpokenError::Silent)) && count == 2);
}

#[test]
fn a_resumed_run_ends_number_for_number_where_an_unbroken_one_does() {
    let f = Folder::new("spoken-resume");
    tones(&f);
    let mut go = |_: &_| Control::Continue;
    let numbers =
        |run: &SpokenRun| (run.trainer.front.parameters().unwrap(), run.trainer.trained().unwrap().parameters);
    let mut whole = run(&f, &tiny_config(6), 3);
    whole.run_to(6, &mut go).unwrap();
    let mut first = run(&f, &tiny_config(6), 3);
    first.run_to(4, &mut go).unwrap();
    let checkpoint = f.path("c.safetensors");
    first.save(Path::new(&checkpoint)).unwrap();
    let mut second = run(&f, &tiny_config(6), 3);
    second.resume(Path::new(&checkpoint)).unwrap();
    assert_eq!(second.trainer.step(), 4);
    second.run_to(6, &mut go).unwrap();
    assert!(numbers(&second) == numbers(&whole));
    let refused = |mut run: SpokenRun| run.resume(Path::new(&checkpoint)).unwrap_err();
    assert!(
        matches!(refused(run(&f, &tiny_config(6), 4)), SpokenTrainError::Resume { why, .. } if why.contains("seed is 3"))
    );
    assert!(matches!(refused(run(&f, &tiny_config(7), 3)), SpokenTrainError::Resume { .. }));
}
