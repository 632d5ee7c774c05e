//! `read` and `eval` as a user meets them: results, JSON, bad inputs, exit codes.
#![cfg(all(feature = "cli", feature = "nn"))]

mod cli_common;
mod reader_common;

use std::path::Path;

use cli_common::{Folder, Ran, energraph};
use energraph::handwriting::MODEL_VERSION;
use energraph::signal::Grey;
use reader_common::{draw_stack, tiny_model};
use serde_json::Value;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples");

fn sample(name: &str) -> String {
    format!("{SAMPLES}/{name}")
}

/// A folder with an untrained model that is sure of itself.
fn with_model(name: &str) -> (Folder, String) {
    let f = Folder::new(name);
    let model = f.path("tiny.safetensors");
    tiny_model(Path::new(&model), MODEL_VERSION, &[(1.0, true); 1000]);
    (f, model)
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_folder_is_read_in_order_a_line_for_each_image() {
    let (_f, model) = with_model("order");
    let ran = energraph(&["read", SAMPLES, "--model", &model, "--device", "cpu"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let files: Vec<&str> = ran.out.lines().map(|l| l.split_whitespace().next().unwrap()).collect();
    assert_eq!(files.len(), 12);
    assert!(files.is_sorted() && files[0] == sample("cheque-00.png"));
    let columns: Vec<usize> = ran.out.lines().map(|l| l.find("  ").unwrap()).collect();
    assert!(columns.iter().all(|&c| c >= columns[0].min(sample("cheque-00.png").len())));
    assert!(ran.out.lines().all(|l| l.ends_with("  accept")), "{}", ran.out);
}

#[test]
fn the_shipped_model_reads_most_of_the_shipped_samples() {
    let ran = energraph(&["eval", "amounts", "--set", SAMPLES, "--device", "cpu", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let found = lines(&ran).remove(0);
    assert_eq!(found["items"], 12);
    assert!(found["exact"].as_f64().unwrap() >= 0.8, "{found}");
}

#[test]
fn what_restricts_a_grammar_is_named_behind_a_plus() {
    let image = sample("cheque-00.png"); // 38.855
    let read = |grammar: &str| {
        let ran = energraph(&["read", &image, "--grammar", grammar, "--json", "--device", "cpu"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        lines(&ran)[0]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(read("amount"), "38.855");
    assert_eq!(read("amount+check"), "38.855");
    let two = read("amount+check+decimals");
    assert!(two.as_bytes()[two.len() - 3].is_ascii_punctuation(), "{two}");
    let ran = energraph(&["read", &image, "--grammar", "digits+decimals"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.err, "energraph: grammar digits+decimals: its parts have no answer in common\n");
}

#[test]
fn readings_are_explained_on_pages_that_hold_the_answer() {
    let (f, model) = with_model("explain");
    let folder = f.path("pages");
    let ran = energraph(&["read", SAMPLES, "--model", &model, "--explain", &folder]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    let answer =
        ran.out.lines().find(|l| l.contains("logbook-02")).unwrap().split_whitespace().nth(1).unwrap().to_owned();
    let (svg, page) = (read("logbook-02.svg"), read("logbook-02.html"));
    for part in [&format!("logbook-02.png: {answer}"), "data:image/png;base64,", "class=\"best\"", "class=\"second\""] {
        assert!(svg.contains(part) && page.contains(part), "{part}");
    }
    assert!(page.contains("<table>") && read("index.html").matches("<tr>").count() == 12);
}

#[test]
fn json_has_every_field_of_the_contract_and_agrees_with_the_text() {
    let (f, model) = with_model("json");
    let image = sample("logbook-02.png");
    let missing = f.path("missing.png");
    let ran = energraph(&["read", &image, &missing, "--model", &model, "--grammar", "digits", "--json"]);
    assert_eq!(ran.code, 1);
    let found = lines(&ran);
    let read = &found[0];
    for key in [
        "file",
        "text",
        "confidence",
        "accepted",
        "energy",
        "free_energy",
        "runner_up",
        "alternatives",
        "segments",
        "model",
    ] {
        assert!(!read[key].is_null(), "{key}");
    }
    assert_eq!((read["file"].as_str(), read["model"].as_str()), (Some(image.as_str()), Some("tiny")));
    let number = |v: &Value| v.as_f64().unwrap();
    assert!(number(&read["free_energy"]) <= number(&read["energy"]) + 1e-6);
    assert!(number(&read["runner_up"]["energy"]) >= number(&read["energy"]) || number(&read["confidence"]) < 1.0);
    let text: String = read["segments"].as_array().unwrap().iter().map(|s| s["symbol"].as_str().unwrap()).collect();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(read["text"].as_str().unwrap(), digits, "the grammar keeps the digits alone");
    let picture = energraph::signal::read(Path::new(&image)).unwrap();
    for s in read["segments"].as_array().unwrap() {
        let b: Vec<u64> = s["box"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
        assert!(b[0] + b[2] <= picture.width() as u64 && b[1] + b[3] <= picture.height() as u64, "{b:?}");
        assert!((0.0..=1.000001).contains(&number(&s["posterior"])));
    }
    assert_eq!(found[1]["file"].as_str(), Some(missing.as_str()));
    assert!(found[1]["error"].is_string() && found[1].as_object().unwrap().len() == 2);
    let plain = energraph(&["read", &image, "--model", &model, "--grammar", "digits"]);
    assert!(plain.out.contains(&format!("  {}  ", read["text"].as_str().unwrap())), "{}", plain.out);
}

#[test]
fn shards_share_the_files_and_results_go_to_a_file() {
    let (f, model) = with_model("shards");
    let out = f.path("out.txt");
    let part = |shard: &str| {
        let ran = energraph(&["read", SAMPLES, "--model", &model, "--shard", shard, "--out", &out]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
        std::fs::read_to_string(&out).unwrap().lines().map(|l| l.split("  ").next().unwrap().to_owned()).collect()
    };
    let parts: Vec<Vec<String>> = ["1/5", "2/5", "3/5", "4/5", "5/5"].into_iter().map(part).collect();
    let mut all = parts.concat();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), parts[0].len(), parts[4].len()), (12, 3, 2));
    for bad in ["0/5", "6/5", "5", "a/b"] {
        assert_eq!(energraph(&["read", SAMPLES, "--model", &model, "--shard", bad]).code, 2, "{bad}");
    }
}

#[test]
fn every_bad_image_is_one_line_and_the_others_are_read() {
    let (f, model) = with_model("bad-images");
    let good = sample("logbook-02.png");
    let whole = std::fs::read(&good).unwrap();
    let truncated = f.file("truncated.png", &whole[..whole.len() / 2]);
    let text = f.file("text.png", "not an image at all");
    let one = f.path("one.png");
    Grey::filled(1, 1, 0).unwrap().write_png(Path::new(&one)).unwrap();
    let wide = f.path("wide.png");
    Grey::filled(20_000, 20, 255).unwrap().write_png(Path::new(&wide)).unwrap();
    let empty = f.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let missing = f.path("missing.png");
    let ran = energraph(&[
        "read",
        "--model",
        &model,
        &truncated,
        &good,
        &text,
        &one,
        &wide,
        &empty,
        &missing,
        &sample("cheque-01.png"),
    ]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    let said: Vec<&str> = ran.err.lines().collect();
    let expected = [
        (&truncated, "cut off"),
        (&text, "not an image"),
        (&one, "too small to read: 1 × 1"),
        (&wide, "too large: 20000 × 20"),
        (&empty, "holds no image"),
        (&missing, "No such file"),
    ];
    assert_eq!(said.len(), expected.len(), "{}", ran.err);
    for (line, (file, cause)) in said.iter().zip(expected) {
        assert!(line.contains(file.as_str()) && line.contains(cause), "{cause:?} in {line:?}");
    }
}

fn fails(arguments: &[&str], parts: &[&str]) {
    let ran = energraph(arguments);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (1, "", 1), "{}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "{part:?} in {:?}", ran.err);
    }
}

#[test]
fn bad_models_and_grammars_are_named_with_their_cause() {
    let (f, model) = with_model("bad-models");
    let image = sample("logbook-02.png");
    let other = f.path("other.safetensors");
    tiny_model(Path::new(&other), MODEL_VERSION + 1, &[]);
    fails(&["read", &image, "--model", &other], &["other.safetensors", "version 2", "reads version 1"]);
    let garbage = f.file("garbage.safetensors", "garbage");
    fails(&["read", &image, "--model", &garbage], &["garbage.safetensors", "not a whole safetensors file"]);
    fails(&["read", &image, "--model", &f.path("none")], &["none", "No such file"]);
    let unknown = f.file("unknown.txt", "0 1 1 1\n0 1 x x\n1\n");
    fails(&["read", &image, "--model", &model, "--grammar", &unknown], &["unknown.txt", "line 2", "\"x\""]);
    let nan = f.file("nan.txt", "0 1 1 1 NaN\n1\n");
    fails(&["read", &image, "--model", &model, "--grammar", &nan], &["nan.txt", "line 1", "NaN"]);
    fails(&["read", &image, "--model", &model, "--grammar", "amonut"], &["amonut", "digits"]);
    fails(&["eval", "amounts", "--set", &f.path("nothing"), "--model", &model], &["nothing", "no stack"]);
}

#[test]
fn a_rate_that_cannot_be_certified_is_said_once_and_marked() {
    let f = Folder::new("uncertified");
    let model = f.path("tiny.safetensors");
    tiny_model(Path::new(&model), MODEL_VERSION, &[(0.0, true); 20]);
    let ran = energraph(&["read", SAMPLES, "--model", &model, "--json", "--max-error", "0.05"]);
    assert_eq!((ran.code, ran.err.lines().count()), (0, 1), "{}", ran.err);
    assert!(ran.err.contains("5 % is not certifiable with the model's 20 held-out fields"), "{}", ran.err);
    assert!(lines(&ran).iter().all(|l| l["certified"] == false && l["accepted"] == true));
    assert_eq!(energraph(&["read", SAMPLES, "--model", &model, "--max-error", "1"]).code, 2);
}

#[test]
fn eval_counts_what_read_reads() {
    let (f, model) = with_model("eval");
    let stack = f.path("drawn");
    draw_stack(Path::new(&stack), 0..30);
    let eval = |more: &[&str]| {
        let common = ["eval", "amounts", "--set", &stack, "--model", &model, "--device=cpu", "--json"];
        let ran = energraph(&[&common[..], more].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        lines(&ran).remove(0)
    };
    let all = eval(&["--errors", "3"]);
    for key in ["task", "items", "exact", "cer", "accepted_at_1pct_error", "curve", "seconds"] {
        assert!(!all[key].is_null(), "{key}");
    }
    assert_eq!((all["items"].as_u64(), all["errors"].as_array().unwrap().len()), (Some(30), 3));
    let last = all["curve"].as_array().unwrap().last().unwrap();
    assert!((last["error"].as_f64().unwrap() + all["exact"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    assert_eq!(eval(&["--lines", "11-20"])["items"], 10);
    let long = eval(&["--min-length", "3"])["items"].as_u64().unwrap();
    assert!(0 < long && long < 30);
    let unseen = eval(&["--unseen", &format!("{stack}:1-15")]);
    assert_eq!(unseen["unseen"]["items"].as_u64().unwrap() + unseen["seen"]["items"].as_u64().unwrap(), 30);
    assert!(unseen["seen"]["items"].as_u64().unwrap() >= 15);
}

#[test]
fn corrected_labels_give_a_second_figure_and_wrong_corrections_are_refused() {
    let (f, model) = with_model("corrections");
    let stack = f.path("drawn");
    draw_stack(Path::new(&stack), 0..10);
    let items = f.path("items.tsv");
    let common = ["eval", "amounts", "--set", &stack, "--model", &model, "--device=cpu", "--json"];
    let plain = energraph(&[&common[..], &["--items", &items]].concat());
    let rows: Vec<Vec<String>> =
        std::fs::read_to_string(&items).unwrap().lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect();
    let wrong = rows.iter().find(|r| r[2] != r[3] && !r[3].is_empty()).expect("an untrained net errs");
    let list = f.file("list.tsv", format!("# line, label, shown\n{}\t{}\t{}\n", wrong[0], wrong[2], wrong[3]));
    let with = energraph(&[&common[..], &["--corrections", &list]].concat());
    let (plain, with) = (lines(&plain).remove(0), lines(&with).remove(0));
    let more = with["corrected"]["exact"].as_f64().unwrap() - plain["exact"].as_f64().unwrap();
    assert!((more - 0.1).abs() < 1e-9 && with["exact"] == plain["exact"]);
    let wrong = f.file("wrong.tsv", "1\tnot that\t5\n");
    fails(&[&common[..], &["--corrections", &wrong]].concat(), &["wrong.tsv", "not that"]);
}

#[test]
fn what_was_read_in_parts_is_reported_as_one() {
    let (f, model) = with_model("pooled");
    let stack = f.path("drawn");
    draw_stack(Path::new(&stack), 0..12);
    let common = ["eval", "amounts", "--model", &model, "--device=cpu", "--json", "--set"];
    let whole = lines(&energraph(&[&common[..], &[&stack]].concat())).remove(0);
    let parts: Vec<String> = ["1-5", "6-12"]
        .iter()
        .map(|part| {
            let items = f.path(&format!("{part}.tsv"));
            energraph(&[&common[..], &[&format!("{stack}:{part}"), "--items", &items]].concat());
            items
        })
        .collect();
    let pooled = lines(&energraph(&["eval", "amounts", "--json", "--pooled", &parts[0], &parts[1]])).remove(0);
    for key in ["items", "exact", "exact_interval", "cer", "task"] {
        assert_eq!(pooled[key], whole[key], "{key}");
    }
    assert!(pooled.get("seconds").is_none(), "nothing was read");
    let bad = f.file("bad.tsv", "1\tname\t12\t12\t1.5\n");
    fails(&["eval", "amounts", "--pooled", &bad], &["bad.tsv", "line 1"]);
}
