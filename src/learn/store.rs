//! Parameters and checkpoints as safetensors files (feature `checkpoints`).
//!
//! Tensors are under the parameters' own names in a model file; in a checkpoint the names begin with `model:`,
//! `average:`, `first:` or `second:`. They hold 32-bit floats, or 16-bit ones where that changes no value: see
//! [`round_weights`]. The file's metadata hold the notes of the caller and, under
//! `energraph`, what the file is and the version of its layout. A file is written beside its place and then renamed,
//! so that an interrupted write leaves the old one whole.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::{Checkpoint, Moments, Parameter};

/// The layout that this version writes and reads.
const VERSION: &str = "1";

/// What is wrong with a file of parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file could not be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("{}: not a whole safetensors file: {why}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the reader stumbled on.
        why: String,
    },
    /// A safetensors file of another kind: not from this library, or a model where a checkpoint is needed.
    #[error("{}: {found}, not a {expected} of energraph", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What was needed.
        expected: &'static str,
        /// What the file says it is.
        found: String,
    },
    /// Written in another layout.
    #[error("{}: layout version {found}, this program reads version {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version this program reads.
        expected: &'static str,
        /// The file's.
        found: String,
    },
    /// A tensor or a number of the file is not as it must be.
    #[error("{}: {what}: {why}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The tensor or entry.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Notes kept with parameters: the task, the alphabet, how they were trained.
pub type Notes = BTreeMap<String, String>;

/// Writes a model: parameters under their own names, and notes.
///
/// # Errors
/// [`StoreError::File`]; [`StoreError::Content`] where a shape does not fit its values, or a note is named
/// `energraph` or `energraph.…`, which the layout keeps for itself.
pub fn save_model(path: &Path, parameters: &[Parameter], notes: &Notes) -> Result<(), StoreError> {
    let mut file = Writer::new(path, "model", notes)?;
    parameters.iter().try_for_each(|p| file.parameter("", p))?;
    file.write()
}

/// Reads what [`save_model`] wrote; parameters come sorted by name.
///
/// # Errors
/// [`StoreError`], naming the file.
pub fn load_model(path: &Path) -> Result<(Vec<Parameter>, Notes), StoreError> {
    let mut file = Reader::open(path, "model")?;
    Ok((file.take(""), file.notes))
}

/// As [`load_model`], from the bytes of a file; `path` is what errors name.
///
/// # Errors
/// [`StoreError`], naming `path`.
pub fn parse_model(path: &Path, bytes: &[u8]) -> Result<(Vec<Parameter>, Notes), StoreError> {
    let mut file = Reader::parse(path, bytes, "model")?;
    Ok((file.take(""), file.notes))
}

/// Writes a checkpoint.
///
/// # Errors
/// As [`save_model`].
pub fn save_checkpoint(path: &Path, c: &Checkpoint) -> Result<(), StoreError> {
    let mut file = Writer::new(path, "checkpoint", &c.notes)?;
    let names: Vec<&str> = c.parameters.iter().map(|p| p.name.as_str()).collect();
    for (key, value) in [
        ("step", c.step.to_string()),
        ("samples", c.samples.to_string()),
        ("absent", c.absent.to_string()),
        ("elapsed", c.elapsed.as_nanos().to_string()),
        ("average_updates", c.average_updates.to_string()),
        ("optimiser_steps", c.optimiser_steps.to_string()),
        ("order", names.join("\n")),
    ] {
        file.metadata.insert(format!("energraph.{key}"), value);
    }
    c.parameters.iter().try_for_each(|p| file.parameter("model:", p))?;
    c.average.iter().try_for_each(|p| file.parameter("average:", p))?;
    for (name, m) in &c.moments {
        file.flat("first:", name, &m.first)?;
        file.flat("second:", name, &m.second)?;
    }
    file.write()
}

/// Reads what [`save_checkpoint`] wrote, number for number.
///
/// # Errors
/// [`StoreError`], naming the file.
pub fn load_checkpoint(path: &Path) -> Result<Checkpoint, StoreError> {
    let mut file = Reader::open(path, "checkpoint")?;
    let order: HashMap<String, usize> =
        file.entry("order")?.split('\n').enumerate().map(|(i, n)| (n.to_owned(), i)).collect();
    let in_order = |mut list: Vec<Parameter>| {
        list.sort_by_key(|p| order.get(&p.name).copied().unwrap_or(usize::MAX));
        list
    };
    let mut moments: BTreeMap<String, Moments> = BTreeMap::new();
    for p in file.take("first:") {
        moments.entry(p.name).or_default().first = p.values;
    }
    for p in file.take("second:") {
        moments.entry(p.name).or_default().second = p.values;
    }
    Ok(Checkpoint {
        step: file.number("step")?,
        samples: file.number("samples")?,
        absent: file.number("absent")?,
        elapsed: Duration::from_nanos(file.number("elapsed")?),
        parameters: in_order(file.take("model:")),
        average: in_order(file.take("average:")),
        average_updates: file.number("average_updates")?,
        optimiser_steps: file.number("optimiser_steps")?,
        moments: moments.into_iter().collect(),
        notes: file.notes,
    })
}

/// Collects tensors for one file.
struct Writer<'a> {
    path: &'a Path,
    metadata: HashMap<String, String>,
    tensors: Vec<(String, Vec<usize>, Dtype, Vec<u8>)>,
}

impl<'a> Writer<'a> {
    fn new(path: &'a Path, kind: &str, notes: &Notes) -> Result<Self, StoreError> {
        if let Some(name) = notes.keys().find(|k| *k == "energraph" || k.starts_with("energraph.")) {
            return Err(content(path, name, "this name is reserved"));
        }
        let mut metadata: HashMap<String, String> = notes.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        metadata.insert("energraph".into(), kind.into());
        metadata.insert("energraph.version".into(), VERSION.into());
        Ok(Writer { path, metadata, tensors: Vec::new() })
    }

    fn parameter(&mut self, prefix: &str, p: &Parameter) -> Result<(), StoreError> {
        if p.shape.iter().product::<usize>() != p.values.len() {
            let why = format!("shape {:?} does not hold {} values", p.shape, p.values.len());
            return Err(content(self.path, &p.name, &why));
        }
        let name = format!("{prefix}{}", p.name);
        if self.tensors.iter().any(|(n, ..)| *n == name) {
            return Err(content(self.path, &p.name, "two parameters have this name"));
        }
        let (dtype, bytes) = encode(&p.values);
        self.tensors.push((name, p.shape.clone(), dtype, bytes));
        Ok(())
    }

    fn flat(&mut self, prefix: &str, name: &str, values: &[f32]) -> Result<(), StoreError> {
        self.parameter(prefix, &Parameter { name: name.into(), shape: vec![values.len()], values: values.to_vec() })
    }

    fn write(self) -> Result<(), StoreError> {
        let failed = |why: String| StoreError::File { path: self.path.to_owned(), why };
        let mut views = Vec::new();
        for (name, shape, dtype, bytes) in &self.tensors {
            let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(|e| failed(e.to_string()))?;
            views.push((name.as_str(), view));
        }
        let bytes = serialize(views, Some(self.metadata)).map_err(|e| failed(e.to_string()))?;
        write_whole(self.path, &bytes).map_err(|e| failed(e.to_string()))
    }
}

/// Writes a file beside its place and renames it.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let written = fs::File::create(&beside).and_then(|mut f| {
        f.write_all(bytes)?;
        f.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // What is left of the attempt is of no use; that it can't be removed either adds nothing.
        let _ = fs::remove_file(&beside);
    }
    renamed
}

/// The tensors and entries of one file.
struct Reader<'a> {
    path: &'a Path,
    own: HashMap<String, String>,
    notes: Notes,
    tensors: Vec<Parameter>,
}

impl<'a> Reader<'a> {
    fn open(path: &'a Path, expected: &'static str) -> Result<Self, StoreError> {
        let bytes = fs::read(path).map_err(|e| StoreError::File { path: path.to_owned(), why: e.to_string() })?;
        Reader::parse(path, &bytes, expected)
    }

    fn parse(path: &'a Path, bytes: &[u8], expected: &'static str) -> Result<Self, StoreError> {
        let path_buf = || path.to_owned();
        let damaged = |e: safetensors::SafeTensorError| StoreError::Format { path: path_buf(), why: e.to_string() };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let file = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let mut own = metadata.metadata().clone().unwrap_or_default();
        let notes: Notes = own.extract_if(|k, _| k != "energraph" && !k.starts_with("energraph.")).collect();
        let kind = own.get("energraph").map_or("a file of another program", String::as_str);
        if kind != expected {
            return Err(StoreError::Kind { path: path_buf(), expected, found: kind.to_owned() });
        }
        let found = own.get("energraph.version").cloned().unwrap_or_default();
        if found != VERSION {
            return Err(StoreError::Version { path: path_buf(), expected: VERSION, found });
        }
        let mut tensors = Vec::new();
        for (name, view) in file.iter() {
            let values = decode(&view).ok_or_else(|| {
                content(path, name, &format!("holds {:?}, not floats of 32 or 16 bits", view.dtype()))
            })?;
            tensors.push(Parameter { name: name.to_owned(), shape: view.shape().to_vec(), values });
        }
        tensors.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Reader { path, own, notes, tensors })
    }

    /// The tensors whose names begin so, without the beginning.
    fn take(&mut self, prefix: &str) -> Vec<Parameter> {
        let mut taken: Vec<Parameter> = self.tensors.extract_if(.., |p| p.name.starts_with(prefix)).collect();
        taken.iter_mut().for_each(|p| p.name = p.name.split_off(prefix.len()));
        taken
    }

    fn entry(&self, key: &str) -> Result<&str, StoreError> {
        let found = self.own.get(&format!("energraph.{key}"));
        found.map(String::as_str).ok_or_else(|| content(self.path, key, "missing"))
    }

    fn number(&self, key: &str) -> Result<u64, StoreError> {
        let text = self.entry(key)?;
        text.parse().map_err(|_| content(self.path, key, &format!("{text:?} is not a count")))
    }
}

/// Rounds the weights among parameters, the tensors of two and more axes, to half precision, so that a model file
/// takes 16 bits for each. Vectors (offsets, scales, running statistics) stay as they are, and so does a tensor with
/// a value that half precision can't hold.
pub fn round_weights(parameters: &mut [Parameter]) {
    let holds = |v: &f32| v.abs() <= f32::from(f16::MAX);
    for p in parameters.iter_mut().filter(|p| p.shape.len() > 1 && p.values.iter().all(holds)) {
        p.values.iter_mut().for_each(|v| *v = f16::from_f32(*v).to_f32());
    }
}

/// The bytes of a tensor: 16 bits a value where that loses nothing.
fn encode(values: &[f32]) -> (Dtype, Vec<u8>) {
    let short: Vec<f16> = values.iter().map(|v| f16::from_f32(*v)).collect();
    if short.iter().zip(values).all(|(s, v)| s.to_f32().to_bits() == v.to_bits()) {
        (Dtype::F16, short.iter().flat_map(|v| v.to_le_bytes()).collect())
    } else {
        (Dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect())
    }
}

/// The values of a tensor; `None` for another type.
fn decode(view: &TensorView<'_>) -> Option<Vec<f32>> {
    match view.dtype() {
        Dtype::F32 => Some(view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::F16 => Some(view.data().as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect()),
        _ => None,
    }
}

fn content(path: &Path, what: &str, why: &str) -> StoreError {
    StoreError::Content { path: path.to_owned(), what: what.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str, values: &[f32]) -> Parameter {
        Parameter { name: name.into(), shape: vec![values.len()], values: values.to_vec() }
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            step: 1 << 40,
            samples: 77,
            absent: 3,
            elapsed: Duration::from_nanos(123_456_789_012),
            parameters: vec![parameter("z.w", &[1.0, -0.1, f32::MIN_POSITIVE]), parameter("a", &[])],
            average: vec![parameter("z.w", &[0.5, 0.25, 1e-30]), parameter("a", &[])],
            average_updates: 9,
            optimiser_steps: 10,
            moments: vec![
                ("a".into(), Moments::default()),
                ("z.w".into(), Moments { first: vec![1.0, 2.0, 3.0], second: vec![] }),
            ],
            notes: [("task".to_owned(), "amounts".to_owned())].into(),
        }
    }

    /// A fresh folder for one test, removed behind it.
    struct Folder(PathBuf);

    impl Folder {
        fn join(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("energraph-store-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    #[test]
    fn a_checkpoint_comes_back_number_for_number() {
        let folder = folder("whole");
        let file = folder.join("c.safetensors");
        save_checkpoint(&file, &checkpoint()).unwrap();
        assert_eq!(load_checkpoint(&file).unwrap(), checkpoint());
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_model_comes_back_with_shapes_and_notes() {
        let folder = folder("model");
        let file = folder.join("m.safetensors");
        let p = Parameter { name: "w".into(), shape: vec![2, 1], values: vec![1.0, 2.0] };
        let notes: Notes = [("alphabet".to_owned(), "0123456789".to_owned())].into();
        save_model(&file, std::slice::from_ref(&p), &notes).unwrap();
        assert_eq!(load_model(&file).unwrap(), (vec![p], notes));
        assert!(matches!(load_checkpoint(&file), Err(StoreError::Kind { expected: "checkpoint", .. })));
    }

    #[test]
    fn rounded_weights_take_half_the_room_and_come_back_as_they_were_rounded() {
        let folder = folder("half");
        let of = |name: &str| fs::metadata(folder.join(name)).unwrap().len();
        let numbers = |n: usize| (0..n).map(|i| 0.1 + i as f32 / 7.0).collect::<Vec<f32>>();
        let mut all = vec![
            Parameter { name: "w".into(), shape: vec![50, 20], values: numbers(1000) },
            Parameter { name: "b".into(), shape: vec![3], values: numbers(3) },
            Parameter { name: "big".into(), shape: vec![1, 2], values: vec![0.1, 1e6] },
        ];
        let whole = all.clone();
        save_model(&folder.join("whole"), &all, &Notes::new()).unwrap();
        round_weights(&mut all);
        assert_eq!(all[1..], whole[1..]);
        let close = |(a, b): (&f32, &f32)| a != b && (a - b).abs() <= b.abs() / 2048.0;
        assert!(all[0].values.iter().zip(&whole[0].values).any(close));
        assert!(all[0].values.iter().zip(&whole[0].values).all(|(a, b)| (a - b).abs() <= b.abs() / 2048.0));
        save_model(&folder.join("half"), &all, &Notes::new()).unwrap();
        assert_eq!(of("whole") - of("half"), 2000);
        all.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(load_model(&folder.join("half")).unwrap().0, all);
    }

    #[test]
    fn truncated_foreign_and_absent_files_are_told_apart() {
        let folder = folder("bad");
        let file = folder.join("c.safetensors");
        assert!(matches!(load_model(&file), Err(StoreError::File { .. })));
        save_checkpoint(&file, &checkpoint()).unwrap();
        let bytes = fs::read(&file).unwrap();
        for length in [0, 5, 100, bytes.len() - 1] {
            fs::write(&file, &bytes[..length]).unwrap();
            assert!(matches!(load_checkpoint(&file), Err(StoreError::Format { .. })), "{length}");
        }
        let foreign = serialize(Vec::<(&str, TensorView<'_>)>::new(), None).unwrap();
        fs::write(&file, foreign).unwrap();
        assert!(matches!(load_model(&file), Err(StoreError::Kind { .. })));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let folder = folder("version");
        let file = folder.join("c.safetensors");
        save_checkpoint(&file, &checkpoint()).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let key = b"\"energraph.version\":\"1\"";
        let at = bytes.windows(key.len()).position(|w| w == key).unwrap();
        bytes[at + key.len() - 2] = b'2';
        fs::write(&file, bytes).unwrap();
        let refused = load_checkpoint(&file).unwrap_err();
        assert!(matches!(&refused, StoreError::Version { found, .. } if found == "2"), "{refused}");
    }

    #[test]
    fn what_cannot_be_stored_is_refused_before_the_old_file_is_touched() {
        let folder = folder("refused");
        let file = folder.join("m.safetensors");
        save_model(&file, &[parameter("w", &[1.0])], &Notes::new()).unwrap();
        let crooked = Parameter { name: "w".into(), shape: vec![3], values: vec![0.0] };
        assert!(matches!(save_model(&file, &[crooked], &Notes::new()), Err(StoreError::Content { .. })));
        let twice = [parameter("w", &[1.0]), parameter("w", &[2.0])];
        assert!(matches!(save_model(&file, &twice, &Notes::new()), Err(StoreError::Content { .. })));
        let notes: Notes = [("energraph.version".to_owned(), "9".to_owned())].into();
        assert!(matches!(save_model(&file, &[], &notes), Err(StoreError::Content { .. })));
        assert_eq!(load_model(&file).unwrap().0[0].values, [1.0]);
    }
}
