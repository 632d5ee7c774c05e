//! Files in and out, with an engine that needs no model.

use std::path::PathBuf;

use clap::Parser;

use super::*;
use crate::speech::{Misfit, PlacedPhone, PlacedWord};

#[derive(Debug, Parser)]
struct Only {
    #[command(flatten)]
    run: Run,
}

/// Gives every word the same time and one phone, which begins with it; `never` is refused, `odd` does not fit.
#[derive(Default)]
struct Even {
    adapted: Vec<Option<usize>>,
}

impl Engine for Even {
    fn name(&self) -> &str {
        "even"
    }

    fn adapt(&mut self, said: Option<&[(Sound, String)]>) -> Result<(), Fault> {
        self.adapted.push(said.map(<[_]>::len));
        Ok(())
    }

    fn align(&mut self, sound: &Sound, said: &str, _: bool) -> Result<Found, Fault> {
        let all: Vec<&str> = said.split_whitespace().collect();
        if all.is_empty() || all.contains(&"never") {
            return Err("it never fits".into());
        }
        let at = |k: usize| sound.seconds() * k as f64 / all.len() as f64;
        let phone = |k: usize| PlacedPhone {
            symbol: format!("p{k}"),
            start: at(k),
            end: at(k + 1),
            start_interval: (at(k) - 0.01, at(k) + 0.01),
            end_interval: (at(k + 1) - 0.01, at(k + 1) + 0.01),
            posterior: 0.5,
        };
        let word = |(k, text): (usize, &&str)| PlacedWord {
            text: (*text).to_owned(),
            start: at(k),
            end: at(k + 1),
            confidence: 0.75,
            mismatch: 0.0,
            way: 0,
            phones: k..k + 1,
        };
        let odd = all.iter().position(|w| *w == "odd");
        let kind = MisfitKind::Unlike;
        let misfit = |k: usize| Misfit { kind, start: at(k), end: at(k + 1), words: k..k + 1, mismatch: 3.0 };
        let placed = Placement {
            start: 0.0,
            end: sound.seconds(),
            words: all.iter().enumerate().map(word).collect(),
            phones: (0..all.len()).map(phone).collect(),
            untranscribed: vec![],
            mismatch: 0.25,
            misfits: odd.into_iter().map(misfit).collect(),
            lost_at_most: 0.0,
            edge: 0.0,
        };
        Ok(Found { placed, occupancy: None })
    }
}

struct Folder(PathBuf);

impl Folder {
    /// Sounds of a second; texts as they are.
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("energraph-align-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        let wav = Sound::new((0..8_000).map(|i| (i as f32 * 0.3).sin()).collect(), 8_000).unwrap().to_wav().unwrap();
        for (file, text) in files {
            let content =
                if file.ends_with(".wav") && text.is_empty() { wav.clone() } else { text.as_bytes().to_vec() };
            write(&root.join(file), content).unwrap();
        }
        Folder(root)
    }

    fn run(&self, engine: &mut Even, arguments: &str) -> Result<(), CliError> {
        let arguments = arguments.replace('@', &self.0.display().to_string());
        let words = std::iter::once("align").chain(arguments.split_whitespace());
        Only::try_parse_from(words).unwrap().run.with(engine)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn has(&self, file: &str) -> bool {
        self.0.join(file).exists()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_format_is_written_by_the_ending_of_the_file() {
    let f = Folder::new("formats", &[("a.wav", ""), ("a.txt", "one two"), ("p.txt", "wʌ")]);
    for ending in ["TextGrid", "json", "csv", "ctm", "labels.txt"] {
        f.run(&mut Even::default(), &format!("@/a.wav @/a.txt --lexicon digits -o @/out/x.{ending}")).unwrap();
    }
    assert!(f.read("out/x.TextGrid").contains("name = \"words\""));
    assert_eq!(f.read("out/x.csv").lines().nth(2), Some("words,0.5,1,two"));
    assert_eq!(f.read("out/x.ctm"), "a 1 0 0.5 one\na 1 0.5 0.5 two\n");
    assert_eq!(f.read("out/x.labels.txt"), "0\t0.5\tone\n0.5\t1\ttwo\n");
    let json: serde_json::Value = serde_json::from_str(&f.read("out/x.json")).unwrap();
    let second = &json["segments"][1];
    assert_eq!(
        (&second["label"], &second["tier"], &second["posterior"]),
        (&"two".into(), &"words".into(), &0.75.into())
    );
    assert_eq!(second["start_interval"], serde_json::json!([0.49, 0.51]));
    assert_eq!((&json["mismatch"], json["segments"].as_array().unwrap().len()), (&0.25.into(), 4));
    f.run(&mut Even::default(), "@/a.wav @/p.txt --phones -o @/out/p.ctm").unwrap();
    assert_eq!(f.read("out/p.ctm"), "a 1 0 1 p0\n");
}

#[test]
fn in_a_folder_what_fails_is_counted_and_the_others_are_written() {
    let files = [
        ("in/a.wav", ""),
        ("in/a.txt", "one"),
        ("in/deep/b.wav", ""),
        ("in/deep/b.lab", "two"),
        ("in/c.wav", "RIFF\u{1}"),
        ("in/c.txt", "three"),
        ("in/d.wav", ""),
        ("in/d.txt", " \n"),
        ("in/e.wav", ""),
        ("in/f.wav", ""),
        ("in/f.txt", "never"),
    ];
    let f = Folder::new("many", &files);
    let done = f.run(&mut Even::default(), "@/in @/in --lexicon digits -o @/out");
    assert!(matches!(done, Err(CliError::Told)));
    assert!(f.has("out/a.TextGrid") && f.has("out/deep/b.TextGrid"));
    assert!(["c", "d", "e", "f"].iter().all(|name| !f.has(&format!("out/{name}.TextGrid"))));
    assert!(matches!(f.run(&mut Even::default(), "@/in @/in --lexicon digits"), Err(CliError::Usage(_))));
    assert!(matches!(f.run(&mut Even::default(), "@/in @/in --lexicon digits -o @/in/a.txt"), Err(CliError::Usage(_))));
}

#[test]
fn a_transcript_that_does_not_fit_fails_where_strictness_is_asked_for_and_is_recorded() {
    let f = Folder::new("odd", &[("a.wav", ""), ("a.txt", "one odd two")]);
    f.run(&mut Even::default(), "@/a.wav @/a.txt --lexicon digits -o @/a.json").unwrap();
    let json: serde_json::Value = serde_json::from_str(&f.read("a.json")).unwrap();
    assert_eq!(json["misfits"][0]["words"], serde_json::json!(["odd"]));
    let strict = f.run(&mut Even::default(), "@/a.wav @/a.txt --lexicon digits -o @/b.json --strict");
    assert!(strict.is_err() && f.has("b.json"));
}

#[test]
fn the_warning_names_time_and_words() {
    let sound = Sound::new(vec![0.1; 8_000], 8_000).unwrap();
    let mut placed = Even::default().align(&sound, "one odd", false).unwrap().placed;
    let line = misfit(&placed, Path::new("a.wav"));
    assert_eq!(line, "a.wav: the transcript does not fit: mismatch 0.25, at 0.50–1.00 s (not like “odd”)");
    placed.misfits = vec![Misfit { kind: MisfitKind::Pause, words: 0..0, ..placed.misfits[0].clone() }; 6];
    assert!(misfit(&placed, Path::new("a.wav")).ends_with("0.50–1.00 s (other speech), 2 more"));
}

#[test]
fn the_files_of_a_folder_are_one_speaker_where_it_is_said_so() {
    let files = [
        ("s/a/1.wav", ""),
        ("s/a/1.txt", "x"),
        ("s/a/2.wav", ""),
        ("s/a/2.txt", "x"),
        ("s/b/3.wav", ""),
        ("s/b/3.txt", "x"),
        ("s/c/4.wav", "RIFF"),
        ("s/c/4.txt", "x"),
    ];
    let f = Folder::new("speakers", &files);
    let mut engine = Even::default();
    let _ = f.run(&mut engine, "@/s @/s --lexicon digits -o @/out --speakers folder");
    // The last folder has nothing to adapt to: the adaptation to the one before ends.
    assert_eq!(engine.adapted, [Some(2), Some(1), None]);
    let mut alone = Even::default();
    let _ = f.run(&mut alone, "@/s @/s --lexicon digits -o @/out");
    assert!(alone.adapted.is_empty());
}

#[test]
fn pictures_are_drawn_in_pieces_of_long_sounds() {
    let f = Folder::new("pictures", &[("a.wav", ""), ("a.txt", "one two")]);
    let long = Sound::new(vec![0.01; 8_000 * 17], 8_000).unwrap();
    std::fs::write(f.0.join("b.wav"), long.to_wav().unwrap()).unwrap();
    f.run(&mut Even::default(), "@/a.wav @/a.txt --lexicon digits -o @/a.csv --explain @/pictures").unwrap();
    assert!(f.read("pictures/a.svg").contains("two") && f.has("pictures/a.png"));
    f.run(&mut Even::default(), "@/b.wav @/a.txt --lexicon digits -o @/b.csv --explain @/pictures").unwrap();
    assert!(f.has("pictures/b-001.svg") && f.has("pictures/b-003.png") && !f.has("pictures/b-004.svg"));
}

#[test]
fn words_need_a_lexicon_and_phones_do_not() {
    let parse = |arguments: &[&str]| Only::try_parse_from(arguments).is_ok();
    assert!(!parse(&["align", "a.wav", "a.txt"]) && parse(&["align", "a.wav", "a.txt", "--phones"]));
    assert!(!parse(&["align", "a.wav"]) && !parse(&["align", "a.wav", "a.txt", "--phones", "--notation", "klingon"]));
}
