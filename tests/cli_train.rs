//! Training through the library and the command: checkpoints, resuming, messages.
#![cfg(all(feature = "cli", feature = "nn"))]

mod cli_common;
mod reader_common;

use std::path::Path;
use std::process::{Command, Stdio};

use cli_common::{Folder, energraph};
use energraph::handwriting::NGram;
use energraph::handwriting::train::{Run, TrainConfig, TrainError};
use energraph::learn::{Control, FrontEnd, Parameter};
use energraph::nn::ComputeDevice;
use reader_common::{draw_stack, tiny_config};

fn data(f: &Folder) {
    draw_stack(Path::new(&f.path("train")), 0..24);
    draw_stack(Path::new(&f.path("dev")), 100..108);
}

fn run(f: &Folder, config: &str, seed: u64) -> Run {
    let config = TrainConfig::read(Path::new(config)).unwrap();
    Run::new(config, Path::new(&f.path("")), seed, ComputeDevice::cpu()).unwrap()
}

fn numbers(run: &Run) -> (Vec<Parameter>, Vec<Parameter>) {
    (run.trainer.front.parameters().unwrap(), run.trainer.average().unwrap().parameters().to_vec())
}

#[test]
fn a_resumed_run_ends_number_for_number_where_an_unbroken_one_does() {
    let f = Folder::new("resume");
    data(&f);
    let config = f.file("c.toml", tiny_config(8, 2, 2));
    let mut go = |_: &_| Control::Continue;
    let mut whole = run(&f, &config, 3);
    whole.run_to(8, &mut go).unwrap();
    let mut first = run(&f, &config, 3);
    first.run_to(5, &mut go).unwrap();
    let checkpoint = f.path("c.safetensors");
    first.save(Path::new(&checkpoint)).unwrap();
    let mut second = run(&f, &config, 3);
    second.resume(Path::new(&checkpoint)).unwrap();
    assert_eq!(second.trainer.step(), 5);
    second.run_to(8, &mut go).unwrap();
    assert!(numbers(&second) == numbers(&whole));
    // The strips were cut at step 2: without those in the checkpoint the run would go elsewhere.
    assert!(std::fs::read(&checkpoint).unwrap().windows(9).any(|w| w == b"by_symbol"));
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let f = Folder::new("other");
    data(&f);
    let config = f.file("c.toml", tiny_config(2, 1, 1));
    let mut one = run(&f, &config, 1);
    one.run_to(1, &mut |_| Control::Continue).unwrap();
    let checkpoint = f.path("c.safetensors");
    one.save(Path::new(&checkpoint)).unwrap();
    let refused = |mut run: Run| run.resume(Path::new(&checkpoint)).unwrap_err();
    let TrainError::Resume { why, .. } = refused(run(&f, &config, 2)) else { panic!() };
    assert!(why.contains("seed is 1"), "{why}");
    let wide = f.file("wide.toml", tiny_config(2, 1, 1) + "[image]\nstretch = 1.5\n");
    let TrainError::Resume { why, .. } = refused(run(&f, &wide, 1)) else { panic!() };
    assert!(why.contains("another image"), "{why}");
    // How often reading looks is nothing that training depends on.
    let looks = tiny_config(2, 1, 1).replace("dropout = 0.1", "dropout = 0.1\nviews = [0.9]");
    run(&f, &f.file("looks.toml", looks), 1).resume(Path::new(&checkpoint)).unwrap();
    let longer = f.file("longer.toml", tiny_config(3, 1, 1));
    let TrainError::Resume { why, .. } = refused(run(&f, &longer, 1)) else { panic!() };
    assert!(why.contains("another schedule"), "{why}");
}

#[test]
fn a_run_that_was_killed_goes_on_and_writes_the_model_of_an_unbroken_one() {
    let f = Folder::new("killed");
    data(&f);
    let config = f.file("tiny.toml", tiny_config(12, 2, 2));
    let command = |out: &str| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_energraph"));
        c.args(["train", "amounts", "--device=cpu", "--resume", "--config", &config, "--out", &f.path(out)]);
        c.env("ENERGRAPH_DATA", f.path("")).stdout(Stdio::piped()).stderr(Stdio::piped());
        c
    };
    let whole = command("whole").output().unwrap();
    let said = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success() && said.contains("12 steps on cpu"), "{said}");
    let mut child = command("broken").spawn().unwrap();
    let checkpoint = f.path("broken/checkpoint.safetensors");
    while !Path::new(&checkpoint).exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    let killed = child.wait_with_output().unwrap();
    assert!(!killed.status.success() && !Path::new(&f.path("broken/model.safetensors")).exists());
    assert!(command("broken").output().unwrap().status.success());
    let model = |out: &str| std::fs::read(f.path(&format!("{out}/model.safetensors"))).unwrap();
    let read =
        |out: &str| energraph::handwriting::load(Path::new(&f.path(&format!("{out}/model.safetensors")))).unwrap();
    assert!(read("whole") == read("broken"), "{} bytes", model("whole").len());
}

#[test]
fn several_nets_are_trained_one_after_another_and_read_as_one() {
    let f = Folder::new("nets");
    data(&f);
    let one = f.file("one.toml", tiny_config(4, 2, 2));
    let two = f.file("two.toml", tiny_config(4, 2, 2).replace("dropout = 0.1", "dropout = 0.1\nnets = 2"));
    let half = std::fs::read_to_string(&two).unwrap();
    let half = f.file("half.toml", format!("half = true\n{half}"));
    let train = |config: &str, out: &str, seed: &str| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_energraph"));
        c.args(["train", "amounts", "--device=cpu", "--resume", "--config", config, "--out", &f.path(out)]);
        let done = c.args(["--seed", seed]).env("ENERGRAPH_DATA", f.path("")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        energraph::handwriting::load(Path::new(&f.path(&format!("{out}/model.safetensors")))).unwrap()
    };
    let ((_, first), (_, second)) = (train(&one, "first", "5"), train(&one, "second", "6"));
    let (info, both) = train(&two, "both", "5");
    assert_eq!((info.seed, info.scorer.nets(), both.len()), (5, 2, 2 * first.len()));
    let value = |name: &str| &both.iter().find(|p| p.name == name).unwrap().values;
    assert!(first.iter().all(|p| *value(&p.name) == p.values));
    assert!(second.iter().all(|p| *value(&format!("net2.{}", p.name)) == p.values));
    // A run that stopped in the second net goes on there: the first is not trained again.
    std::fs::remove_file(f.path("both/checkpoint-2.safetensors")).unwrap();
    assert!(train(&two, "both", "5") == (info, both));
    // Rounded weights, from the same checkpoints.
    let size = |out: &str| std::fs::metadata(f.path(&format!("{out}/model.safetensors"))).unwrap().len();
    let whole = size("both");
    let (info, _) = train(&half, "both", "5");
    assert!(size("both") < whole * 7 / 10, "{} of {whole} bytes", size("both"));
    assert_eq!(info.name, "half");
    // One net's run goes on from its own of the two.
    let mut run = run(&f, &one, 1);
    run.start_from(Path::new(&f.path("both/model.safetensors")), 1).unwrap();
    let TrainError::Nets { expected: 1, found: 2 } = run.finish("x", &[run.net().unwrap()]).unwrap_err() else {
        panic!()
    };
}

#[test]
fn what_training_lacks_is_named_in_one_line() {
    let f = Folder::new("lacks");
    let config = f.file("c.toml", tiny_config(2, 1, 1));
    let ran = |arguments: &[&str], data: &str| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_energraph"));
        c.args(["train", "amounts", "--out", &f.path("out")]).args(arguments).env_remove("ENERGRAPH_DATA");
        if !data.is_empty() {
            c.env("ENERGRAPH_DATA", data);
        }
        let done = c.output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, said) = ran(&["--config", &config], "");
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("ENERGRAPH_DATA is not set") && said.contains("train"), "{said}");
    let (code, said) = ran(&["--config", &config], &f.path("nowhere"));
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("no stack") && said.contains("nowhere"), "{said}");
    let wrong = f.file("wrong.toml", tiny_config(2, 1, 1).replace("rate =", "speed ="));
    let (code, said) = ran(&["--config", &wrong], &f.path(""));
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("wrong.toml") && said.contains("speed"), "{said}");
    assert_eq!(ran(&["--config", &config, "--device=abacus"], "").0, Some(2));
    assert!(energraph(&["train", "--help"]).out.contains("Example:"));
}

#[test]
fn held_out_lines_touch_nothing_and_steps_and_threads_overrule_the_config() {
    let f = Folder::new("hold-out");
    data(&f);
    let config = f.file("c.toml", tiny_config(50, 1, 1));
    // A text outside the alphabet: whoever reads line 3 fails.
    let labels = std::fs::read_to_string(f.path("train.tsv")).unwrap();
    let mut lines: Vec<String> = labels.lines().map(String::from).collect();
    lines[2] = "3\tx".into();
    std::fs::write(f.path("train.tsv"), lines.join("\n") + "\n").unwrap();
    let ran = |hold_out: &str, out: &str| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_energraph"));
        c.args(["train", "amounts", "--device=cpu", "--steps=2", "--threads=1", "--config", &config]);
        c.args(["--hold-out", hold_out, "--out", &f.path(out)]).env("ENERGRAPH_DATA", f.path(""));
        let done = c.output().unwrap();
        let said = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), said(done.stdout), said(done.stderr))
    };
    let (code, _, said) = ran("train:5-8", "a");
    assert!(code == Some(1) && said.contains("\"x\""), "{said}");
    let (code, out, said) = ran("train:1-8", "b");
    assert!(code == Some(0) && out.contains("2 steps on cpu"), "{out}{said}");
    let (code, _, said) = ran("other:1-8", "c");
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("no data and no dev set is other"), "{said}");
}

#[test]
fn a_run_starts_from_a_model_that_fits_it() {
    let f = Folder::new("start-from");
    data(&f);
    let config = f.file("c.toml", tiny_config(2, 1, 1));
    let model = f.path("tiny.safetensors");
    reader_common::tiny_model(Path::new(&model), 1, &[]);
    let mut started = run(&f, &config, 3);
    started.start_from(Path::new(&model), 0).unwrap();
    let (_, parameters) = energraph::handwriting::load(Path::new(&model)).unwrap();
    // Files keep them in another order.
    let sorted = |mut list: Vec<Parameter>| {
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    };
    assert!(sorted(started.trainer.front.parameters().unwrap()) == sorted(parameters));
    let refused = |config: String| {
        let mut run = run(&f, &f.file("other.toml", config), 3);
        let TrainError::Start { why, path } = run.start_from(Path::new(&model), 0).unwrap_err() else { panic!() };
        assert_eq!(path, Path::new(&model));
        why
    };
    let why = refused(tiny_config(2, 1, 1).replace(",-=#", ",-"));
    assert!(why.contains("alphabet"), "{why}");
    let why = refused(tiny_config(2, 1, 1).replace("8, 8]", "8, 9]"));
    assert!(why.contains("another scorer"), "{why}");
    let command = |from: &str, out: &str, more: &[&str]| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_energraph"));
        c.args(["train", "amounts", "--device=cpu", "--config", &config, "--start-from", from, "--out", &f.path(out)]);
        let done = c.args(more).env("ENERGRAPH_DATA", f.path("")).output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, said) = command(&f.path("nowhere.safetensors"), "a", &[]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("nowhere.safetensors"), "{said}");
    assert_eq!(command(&model, "b", &[]).0, Some(0));
    let trained = |out: &str| energraph::handwriting::load(Path::new(&f.path(out))).unwrap().1;
    assert_eq!(
        Command::new(env!("CARGO_BIN_EXE_energraph"))
            .args(["train", "amounts", "--device=cpu", "--config", &config, "--out", &f.path("c")])
            .env("ENERGRAPH_DATA", f.path(""))
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert!(trained("b/model.safetensors") != trained("c/model.safetensors"), "the start makes no difference");
    // What a run has done itself goes before where it started.
    assert_eq!(command(&f.path("nowhere.safetensors"), "b", &["--resume"]).0, Some(0));
}

#[test]
fn a_prior_is_learnt_from_the_stacks_and_weighs_what_is_read() {
    let f = Folder::new("prior");
    data(&f);
    let prior = "[[prior]]\ngrammar = \"digits\"\norder = 3\nweight = 0.5\n\
                 [[prior]]\ngrammar = \"digits\"\norder = 2\nalike = [\"0123456789\"]\nweight = 0.25\n";
    let config = f.file("c.toml", tiny_config(2, 1, 1) + prior);
    let mut run = run(&f, &config, 3);
    run.run_to(2, &mut |_| Control::Continue).unwrap();
    let finished = run.finish("tiny", &[]).unwrap();
    let [prior, classed] = finished.info.priors.as_slice() else { panic!("{:?}", finished.info.priors) };
    let texts = std::fs::read_to_string(f.path("train.tsv")).unwrap();
    let answers = texts.lines().map(|l| {
        let text = l.split('\t').nth(1).unwrap();
        energraph::handwriting::grammar::labels(text, &run.alphabet).unwrap()
    });
    assert_eq!((prior.grammar.as_str(), prior.weight), ("digits", 0.5));
    assert!(prior.ngram == NGram::new(3, 15, answers.clone()).unwrap());
    assert!(classed.ngram == NGram::of_classes(2, 15, &[(1..=10).collect()], answers).unwrap());
    let mut odd = finished.info.clone();
    odd.priors[0].ngram = NGram::new(3, 1 << 20, [[1]]).unwrap();
    let bad = f.path("odd.safetensors");
    energraph::handwriting::save(Path::new(&bad), &odd, &finished.parameters).unwrap();
    let why = energraph::handwriting::load(Path::new(&bad)).unwrap_err().to_string();
    assert!(why.contains("odd.safetensors") && why.contains("the alphabet 15"), "{why}");
    let model = f.path("model.safetensors");
    energraph::handwriting::save(Path::new(&model), &finished.info, &finished.parameters).unwrap();
    let read = |more: &[&str]| {
        let dev = f.path("dev");
        let items = f.path("items.tsv");
        let done =
            energraph(&[&["eval", "amounts", "--set", &dev, "--model", &model, "--items", &items], more].concat());
        (done.code, done.err, std::fs::read_to_string(items).unwrap())
    };
    let (code, said, own) = read(&[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(read(&["--prior", "1"]).2, own);
    assert_ne!(read(&["--prior", "0"]).2, own);
    // Another grammar has no prior in this model.
    let (code, said, _) = read(&["--grammar", "amount", "--prior", "1"]);
    assert!(code == 1 && said.contains("no prior for the grammar amount") && said.lines().count() == 1, "{said}");
    assert_eq!(read(&["--grammar", "amount", "--prior", "0"]).0, 0);
    let (code, said, _) = read(&["--prior=-1"]);
    assert!(code == 1 && said.contains("--prior: -1 is not in 0 to 100") && said.lines().count() == 1, "{said}");
    let (code, said, _) = read(&["--prior", "nan"]);
    assert!(code != 0 && said.contains("--prior"), "{said}");
    // Other weights than the model's own are said to promise less.
    assert!(read(&["--prior", "0"]).1.contains("fitted with 1") && !read(&[]).1.contains("fitted"));
}
