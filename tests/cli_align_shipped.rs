//! `energraph align` with the shipped models on the shipped samples.
#![cfg(all(feature = "cli", feature = "nn"))]

mod cli_common;

use cli_common::{Folder, Ran, energraph};
use serde_json::Value;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples/speech");
const OPEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/models/align-open.safetensors");

fn aligned(f: &Folder, sound: &str, said: &str, more: &[&str]) -> (Ran, Value) {
    let text = f.file("said.txt", said);
    let sound = format!("{SAMPLES}/{sound}.wav");
    let ran = energraph(&[&["align", &sound, &text, "--lexicon", "digits", "--json"], more].concat());
    let object = serde_json::from_str(ran.out.trim()).unwrap_or(Value::Null);
    (ran, object)
}

/// Label, start and end of every word.
fn words(object: &Value) -> Vec<(String, f64, f64)> {
    let words = object["segments"].as_array().unwrap().iter().filter(|s| s["tier"] == "words");
    words
        .map(|s| (s["label"].as_str().unwrap().to_owned(), s["start"].as_f64().unwrap(), s["end"].as_f64().unwrap()))
        .collect()
}

#[test]
fn a_string_of_digits_is_placed_near_where_it_was_put_together() {
    let f = Folder::new("align-shipped");
    // Where the recordings lie in the string, as it was put together.
    let right = [("four", 0.04, 0.47), ("two", 0.53, 0.98), ("four", 1.20, 1.61), ("eight", 1.67, 2.09)];
    for model in [&[][..], &["--model", OPEN]] {
        let (ran, object) = aligned(&f, "string_jackson_4248", "Four two, four eight.", model);
        // Nothing is told of a transcript that is right.
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert_eq!(object["misfits"], serde_json::json!([]));
        let found = words(&object);
        assert_eq!(found.len(), 4);
        for ((label, start, end), right) in found.iter().zip(right) {
            assert_eq!(label.to_lowercase(), right.0);
            assert!((start - right.1).abs() < 0.15 && (end - right.2).abs() < 0.15, "{label} {start} {end}: {right:?}");
        }
    }
}

#[test]
fn words_missing_or_too_many_are_told_and_where() {
    let f = Folder::new("align-misfits");
    let model = ["--model", OPEN];
    let (_, right) = aligned(&f, "string_jackson_4248", "four two four eight", &model);
    let usual = right["mismatch"].as_f64().unwrap();
    let missing = ("four two eight", 1.2, 2.1);
    let many = ("four two four eight nine six", 1.6, 2.1);
    let other = ("nine seven one three", 0.0, 2.1);
    for (said, from, to) in [missing, many, other] {
        let (ran, object) = aligned(&f, "string_jackson_4248", said, &model);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert!(ran.err.contains("does not fit: mismatch"), "{}", ran.err);
        assert!(object["mismatch"].as_f64().unwrap() > usual + 0.2, "{said}: {}", object["mismatch"]);
        let misfits = object["misfits"].as_array().unwrap();
        let inside = |m: &Value| m["start"].as_f64().unwrap() > from - 0.1 && m["end"].as_f64().unwrap() < to + 0.1;
        assert!(misfits.iter().any(inside), "{said}: {misfits:?}");
        let strict = [&model[..], &["--strict"]].concat();
        assert_eq!(aligned(&f, "string_jackson_4248", said, &strict).0.code, 1);
    }
}

#[test]
fn a_phone_that_no_training_had_is_placed_by_what_it_is_like() {
    let f = Folder::new("align-unheard");
    // No click is among the phones of the model.
    let text = f.file("said.txt", "f ɔː ǃ uː f ɔ ɹ eɪ t");
    let sound = format!("{SAMPLES}/string_jackson_4248.wav");
    let ran = energraph(&["align", &sound, &text, "--phones", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.lines().any(|l| l.starts_with("phones,") && l.ends_with(",ǃ")), "{}", ran.out);
}
