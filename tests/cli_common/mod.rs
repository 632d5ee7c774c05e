//! Running the command.
#![allow(dead_code)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a run of the command gave.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Whether OpenFst's tools are installed; where not, it is said that they are missed.
pub fn openfst_is_there() -> bool {
    let there = Command::new("fstinfo").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: OpenFst's tools are not installed");
    }
    there
}

/// Runs `energraph` with this on its standard input.
pub fn energraph_with(arguments: &[&str], stdin: &str) -> Ran {
    let (code, out, err) = energraph_bytes(arguments, stdin.as_bytes());
    Ran { code, out: String::from_utf8(out).unwrap(), err }
}

/// As [`energraph_with`], where what goes in or comes out is no text: exit code, output, errors.
pub fn energraph_bytes(arguments: &[&str], stdin: &[u8]) -> (i32, Vec<u8>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_energraph"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let done = child.wait_with_output().unwrap();
    (done.status.code().unwrap(), done.stdout, String::from_utf8(done.stderr).unwrap())
}

/// Runs `energraph`.
pub fn energraph(arguments: &[&str]) -> Ran {
    energraph_with(arguments, "")
}

/// What `energraph fst` writes, which succeeds without a word.
pub fn fst(arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let (code, out, err) = energraph_bytes(&[&["fst"], arguments].concat(), stdin);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A folder of this test's own that goes away with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("energraph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
