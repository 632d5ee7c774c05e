//! The order of the rooms: every `crate::` and `super::` path in `src/` leads to a room above its own. And that of a
//! room: in `ops/` and `paths/` each operation has a file, and documentation that says everything.

#[path = "rooms/operations.rs"]
mod operations;
#[path = "rooms/paths.rs"]
mod paths;

use std::collections::BTreeMap;
use std::path::Path;

use operations::{count, lacking};
use paths::{Found, mentions, root_exports};

/// Each room and what it may use besides itself.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let order = ["semiring", "graph", "ops", "paths", "trellis", "factor", "autograd", "loss", "learn", "nn"];
    let mut rooms: BTreeMap<_, _> = order.iter().enumerate().map(|(i, &room)| (room, order[..i].to_vec())).collect();
    rooms.insert("signal", vec![]);
    let with_signal = [&order[..], &["signal"]].concat();
    rooms.insert("handwriting", with_signal.clone());
    rooms.insert("speech", with_signal.clone());
    rooms.insert("cli", [&with_signal[..], &["handwriting", "speech"]].concat());
    // Brute force shares nothing with what it checks.
    rooms.insert("oracle", vec!["semiring", "graph"]);
    rooms
}

/// What is wrong with these files, given as path below `src/` and text.
fn wrong_arrows(files: &[(String, String)]) -> Vec<String> {
    let allowed = allowed();
    let exports = root_exports(files);
    let mut wrong = Vec::new();
    for (file, text) in files {
        let room = file.split(['/', '.']).next().unwrap_or_default();
        if file == "lib.rs" || file == "main.rs" {
            continue;
        }
        let Some(may_use) = allowed.get(room) else {
            wrong.push(format!("{file}: {room} is no room"));
            continue;
        };
        for Found { name, line, in_test } in mentions(file, text) {
            let target = match name.as_str() {
                "burn" if room == "nn" => continue,
                "burn" => {
                    wrong.push(format!("{file}:{line}: {room} uses burn, which only nn may"));
                    continue;
                }
                name if allowed.contains_key(name) => name,
                name => match exports.get(name) {
                    Some(target) => target.as_str(),
                    None => {
                        wrong.push(format!("{file}:{line}: crate::{name} is neither a room nor re-exported"));
                        continue;
                    }
                },
            };
            let fine = target == room || may_use.contains(&target) || (target == "oracle" && in_test);
            if !fine {
                wrong.push(format!("{file}:{line}: {room} uses {target} (crate::{name})"));
            }
        }
    }
    wrong
}

fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let (root, mut files) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Vec::new());
    collect(&root, &root, &mut files);
    files.sort();
    files
}

#[test]
fn no_room_uses_one_below_it() {
    let files = sources();
    assert!(files.len() > 50, "{} files", files.len());
    let arrows: usize = files.iter().map(|(file, text)| mentions(file, text).len()).sum();
    assert!(arrows > 100, "only {arrows} paths found: the reader of paths is broken");
    let wrong = wrong_arrows(&files);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is found wrong with one file beside a small `lib.rs`.
fn planted(file: &str, text: &str) -> Vec<String> {
    let lib = "pub mod graph;\npub use graph::{Graph, SymbolTable as Names};\n#[cfg(x)]\npub use semiring::laws;\n";
    wrong_arrows(&[("lib.rs".into(), lib.into()), (file.into(), text.into())])
}

#[test]
fn a_wrong_arrow_is_found_however_it_is_written() {
    for (file, text) in [
        ("semiring/x.rs", "use crate::graph::Graph;"),
        ("semiring/x.rs", "use crate::Graph;"),
        ("semiring/x.rs", "use crate::{\n    semiring::Weight,\n    Names,\n};"),
        ("semiring/x.rs", "use crate::{self as energraph, semiring::{A, B}, graph::{Graph}};"),
        ("semiring.rs", "fn f() -> super::graph::Graph { todo() }"),
        ("graph/mod.rs", "use super::paths;"),
        ("graph/draw/svg.rs", "use super::super::super::ops::compose;"),
        ("graph/draw/mod.rs", "use super::{att, super::loss::Nll};"),
        ("graph/att.rs", "mod inner { fn f() { super::super::super::cli::run() } }"),
        ("graph/att.rs", "mod inner { } use super::super::nn::x;"),
        ("ops/x.rs", "let f = crate :: paths :: best_path;"),
        ("ops/x.rs", "macro_rules! m { () => { $crate::learn::f() } }"),
        ("paths/x.rs", "/* fine */ use crate::autograd::Tape; // fine"),
        ("paths/x.rs", "let c = '\"'; use crate::autograd::Tape;"),
        ("learn/x.rs", "use crate::nn::Net;"),
        ("signal/x.rs", "use crate::semiring::Energy;"),
        ("nn/x.rs", "use crate::signal::Grey;"),
        ("handwriting/x.rs", "use crate::cli::run;"),
        ("oracle/mod.rs", "use crate::paths::free_energy;"),
        ("oracle/mod.rs", "#[cfg(test)] mod tests { use crate::ops::compose; }"),
        ("loss/x.rs", "use crate::oracle::paths;"),
        ("loss/x.rs", "#[cfg(test)]\nmod tests { use super::*; }\nuse crate::oracle;"),
        ("learn/x.rs", "use burn::tensor::Tensor;"),
        ("cli/x.rs", "fn f() { burn::device() }"),
        ("attic/x.rs", ""),
        ("graph/x.rs", "use crate::nowhere::f;"),
    ] {
        assert_eq!(planted(file, text).len(), 1, "{file}: {text}");
    }
}

#[test]
fn right_arrows_comments_and_strings_are_left_alone() {
    for (file, text) in [
        ("graph/x.rs", "use crate::semiring::Weight; use super::Graph; pub(super) fn f() {} pub(crate) fn g() {}"),
        ("graph/x.rs", "use crate::{Graph, Names, laws, semiring::{self, Energy}};"),
        ("graph/x.rs", "//! use crate::ops::compose;\n/// crate::loss\n/* /* crate::nn */ crate::cli */"),
        (
            "graph/x.rs",
            "let s = \"crate::ops::compose \\\" crate::nn\"; let r = r#\"crate::\"ops\"#; let l: &'static str;",
        ),
        ("graph/draw/x.rs", "mod tests { use super::super::super::semiring::Energy; }"),
        ("loss/x.rs", "#[cfg(test)]\nmod tests { use super::*; use crate::oracle; fn f() { if x { } oracle::f() } }"),
        ("autograd/tests.rs", "use crate::oracle;"),
        ("learn/train_tests.rs", "use crate::oracle;"),
        ("nn/x.rs", "use burn::tensor::Tensor; use crate::learn::FrontEnd;"),
        ("handwriting/x.rs", "use crate::{nn::Net, signal::Grey, paths};"),
        ("cli/x.rs", "use crate::handwriting; use crate::speech;"),
        ("semiring/x.rs", "macro_rules! made { () => {} } crate::made!();"),
    ] {
        assert_eq!(planted(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn every_operation_has_a_file_and_says_everything() {
    let rooms = ["ops/", "paths/"];
    let files: Vec<_> = sources().into_iter().filter(|(file, _)| rooms.iter().any(|r| file.starts_with(r))).collect();
    let operations: usize = files.iter().map(|(_, text)| count(text)).sum();
    assert!(operations > 60, "only {operations} operations found: the reader of functions is broken");
    let wrong: Vec<String> = files.iter().flat_map(|(file, text)| lacking(file, text)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// An operation that says everything.
const WHOLE: &str = "\
/// Nothing.
///
/// # Arguments
/// * `g`: a graph.
///
/// # Returns
/// It.
///
/// # Errors
/// None.
///
/// # Cost
/// O(1).
///
/// # Source
/// A paper.
///
/// # Example
/// ```text
/// ─▶ ◎
/// ```
///
/// ```
/// # use energraph::ops::nothing;
/// # Ok::<(), ()>(())
/// ```
///
/// # What must hold
/// Nothing.
#[must_use]
pub fn nothing<W>(g: W) -> W {
    g
}
";

#[test]
fn an_operation_that_says_less_is_found() {
    assert_eq!(lacking("x.rs", WHOLE), Vec::<String>::new());
    let optional =
        WHOLE.replace("/// # Source\n/// A paper.\n", "").replace("/// # What must hold\n/// Nothing.\n", "");
    assert_eq!(lacking("x.rs", &optional), Vec::<String>::new());
    for (from, to) in [
        ("/// Nothing.\n///\n/// # Arg", "/// # Arg"),
        ("/// # Arguments\n/// * `g`: a graph.\n", ""),
        ("/// # Returns\n/// It.\n", ""),
        ("/// # Errors\n/// None.\n", ""),
        ("/// # Cost\n/// O(1).\n", ""),
        ("/// # Example\n", ""),
        ("/// O(1).\n", ""),
        ("# Source", "# Sources"),
        (
            "/// # Returns\n/// It.\n///\n/// # Errors\n/// None.\n",
            "/// # Errors\n/// None.\n///\n/// # Returns\n/// It.\n",
        ),
        ("```text", "```"),
        ("/// ```\n/// # use energraph::ops::nothing;\n/// # Ok::<(), ()>(())\n/// ```\n", ""),
        ("/// ```\n/// # use", "/// ```ignore\n/// # use"),
    ] {
        let planted = WHOLE.replace(from, to);
        assert_ne!(planted, WHOLE, "{from}");
        assert!(!lacking("x.rs", &planted).is_empty(), "{from} → {to}");
    }
    let bare = "pub fn a() {}\npub(crate) fn b() {}\nfn c() {}\nimpl D {\n    pub fn d() {}\n}\n// pub fn e() {}\n";
    assert_eq!((count(bare), lacking("x.rs", bare).len()), (1, 6));
    assert_eq!(lacking("x.rs", &WHOLE.repeat(2)), ["x.rs:64: nothing is not the only operation"]);
}
