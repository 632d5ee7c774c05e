//! Stacks: many small images with their texts.
//!
//! A stack is either `NAME.pgm.gz` (binary PGM images one after another in one gzip stream) beside `NAME.tsv` (the k-th line belongs
//! to the k-th image), or a folder of images with a `labels.tsv` of `file<TAB>text`, or a pair of IDX files,
//! `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte` (packed or not), whose line is the number of the image and its class.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use thiserror::Error;

use super::{Grey, IdxDigits, IdxError, ImageError, Limits, ReadError, idx_pair, pgm::next_pgm, read, read_idx};

/// One image of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The image's file, or `NAME:k` with k counted from 1.
    pub name: String,
    /// The image.
    pub image: Grey,
    /// The text in the column asked for; empty where none was asked for.
    pub text: String,
    /// All columns of the line.
    pub columns: Vec<String>,
}

/// Why a stack, or one of its images, could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StackError {
    /// A file of the stack could not be opened, read or written.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: String,
    },
    /// Neither a folder with `labels.tsv` nor the name of a `.pgm.gz` or a pair of IDX files.
    #[error("{}: no stack: neither a folder with labels.tsv nor a NAME with NAME.pgm.gz and NAME.tsv", path.display())]
    NotAStack {
        /// What was given.
        path: PathBuf,
    },
    /// A line without the column asked for.
    #[error("{}, line {line}: {columns} column(s), but the text is asked from column {asked}", path.display())]
    Column {
        /// The `.tsv` file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Columns found.
        columns: usize,
        /// The column asked for, counted from 1.
        asked: usize,
    },
    /// A line that is not UTF-8 or has characters that would break it.
    #[error("{}, line {line}: {why}", path.display())]
    BadLine {
        /// The `.tsv` file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The images end before the lines do, or the other way round.
    #[error("{}: {images} image(s), but {lines} line(s) in the .tsv", path.display())]
    Count {
        /// The `.pgm.gz` file.
        path: PathBuf,
        /// Images found.
        images: usize,
        /// Lines found.
        lines: usize,
    },
    /// An image of the `.pgm.gz` is damaged; nothing behind it can be read.
    #[error("{}, image {image}: {cause}", path.display())]
    Image {
        /// The `.pgm.gz` file.
        path: PathBuf,
        /// Counted from 1.
        image: usize,
        /// What is wrong.
        cause: ImageError,
    },
    /// A pair of IDX files that can't be read.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// An image of the folder is damaged; the others can still be read.
    #[error(transparent)]
    File(#[from] ReadError),
}

enum Source {
    Pgm { path: PathBuf, stream: Box<BufReader<MultiGzDecoder<BufReader<File>>>> },
    Folder(PathBuf),
    Idx { path: PathBuf, digits: Box<IdxDigits> },
}

/// The images of a stack, one by one: an iterator of `Result<Item, StackError>`.
///
/// In a folder a damaged image is one error and the next call goes on; in a `.pgm.gz` it ends the stack.
pub struct StackReader {
    source: Source,
    lines: Vec<Vec<String>>,
    labels: PathBuf,
    text_column: Option<usize>,
    next: usize,
    done: bool,
}

impl StackReader {
    /// Opens a stack; `text_column` counts from 1, `None` leaves the texts empty.
    ///
    /// # Errors
    /// [`StackError::NotAStack`], [`StackError::Io`], [`StackError::BadLine`], [`StackError::Column`].
    ///
    /// # Cost
    /// Reads the lines at once and the images as they are asked for.
    pub fn open(path: &Path, text_column: Option<usize>) -> Result<Self, StackError> {
        if let Some((images, labels)) = idx_pair(path) {
            return StackReader::open_idx(path, &images, &labels, text_column);
        }
        let (source, labels) = if path.is_dir() {
            let labels = path.join("labels.tsv");
            if !labels.is_file() {
                return Err(StackError::NotAStack { path: path.to_path_buf() });
            }
            (Source::Folder(path.to_path_buf()), labels)
        } else {
            let name = stack_name(path);
            let images = with_suffix(&name, ".pgm.gz");
            if !images.is_file() {
                return Err(StackError::NotAStack { path: path.to_path_buf() });
            }
            let file = File::open(&images).map_err(|e| io(&images, &e))?;
            let stream = Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(BufReader::new(file))));
            (Source::Pgm { path: images, stream }, with_suffix(&name, ".tsv"))
        };
        let lines = read_lines(&labels, text_column)?;
        Ok(StackReader { source, lines, labels, text_column, next: 0, done: false })
    }

    fn open_idx(path: &Path, images: &Path, labels: &Path, text_column: Option<usize>) -> Result<Self, StackError> {
        let digits = Box::new(read_idx(images, labels)?);
        if let Some(asked) = text_column.filter(|c| !(1..=2).contains(c)) {
            return Err(StackError::Column { path: labels.to_path_buf(), line: 1, columns: 2, asked });
        }
        let lines = digits.labels.iter().enumerate().map(|(i, l)| vec![(i + 1).to_string(), l.to_string()]).collect();
        let source = Source::Idx { path: path.to_path_buf(), digits };
        Ok(StackReader { source, lines, labels: labels.to_path_buf(), text_column, next: 0, done: false })
    }

    /// Number of lines, which is the number of images.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether the stack has no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn end(&mut self) -> Option<Result<Item, StackError>> {
        self.done = true;
        let Source::Pgm { path, stream } = &mut self.source else { return None };
        match stream.fill_buf() {
            Ok([]) => None,
            Ok(_) => {
                let (path, lines) = (path.clone(), self.lines.len());
                Some(Err(StackError::Count { path, images: lines + 1, lines }))
            }
            Err(e) => Some(Err(io(path, &e))),
        }
    }
}

impl Iterator for StackReader {
    type Item = Result<Item, StackError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let Some(columns) = self.lines.get_mut(self.next).map(std::mem::take) else { return self.end() };
        self.next += 1;
        let text = self.text_column.and_then(|c| columns.get(c - 1)).cloned().unwrap_or_default();
        match &mut self.source {
            Source::Pgm { path, stream } => {
                let name = format!("{}:{}", path.display(), self.next);
                let found = match next_pgm(stream.as_mut(), &Limits::default()) {
                    Ok(Some(image)) => return Some(Ok(Item { name, image, text, columns })),
                    Ok(None) => {
                        StackError::Count { path: path.clone(), images: self.next - 1, lines: self.lines.len() }
                    }
                    Err(cause) => StackError::Image { path: path.clone(), image: self.next, cause },
                };
                self.done = true;
                Some(Err(found))
            }
            Source::Idx { path, digits } => {
                let name = format!("{}:{}", path.display(), self.next);
                digits.image(self.next - 1).map(|image| Ok(Item { name, image, text, columns }))
            }
            Source::Folder(folder) => {
                let Some(file) = columns.first().filter(|f| !f.is_empty()) else {
                    let (path, line) = (self.labels.clone(), self.next);
                    return Some(Err(StackError::BadLine { path, line, why: "no file name".to_string() }));
                };
                let path = folder.join(file);
                let name = path.display().to_string();
                Some(read(&path).map(|image| Item { name, image, text, columns }).map_err(StackError::File))
            }
        }
    }
}

/// Reads a whole stack; the first error ends it.
///
/// # Errors
/// As [`StackReader`].
pub fn read_stack(path: &Path, text_column: Option<usize>) -> Result<Vec<Item>, StackError> {
    StackReader::open(path, text_column)?.collect()
}

/// Writes `NAME.pgm.gz` and `NAME.tsv`, image by image.
///
/// ```
/// use energraph::signal::{Grey, StackWriter, read_stack};
/// let folder = std::env::temp_dir().join(format!("energraph-stack-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let name = folder.join("two");
/// let mut stack = StackWriter::create(&name)?;
/// stack.push(&Grey::filled(3, 2, 255)?, &["1", "12,50"])?;
/// stack.push(&Grey::filled(1, 1, 0)?, &["2", "7"])?;
/// stack.finish()?;
/// let items = read_stack(&name, Some(2))?;
/// assert_eq!(items[0].text, "12,50");
/// assert_eq!(items[1].image.pixels(), [0]);
/// std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StackWriter {
    path: PathBuf,
    images: GzEncoder<BufWriter<File>>,
    lines: BufWriter<File>,
    written: usize,
}

impl StackWriter {
    /// Starts a stack; files of that name are replaced.
    ///
    /// # Errors
    /// [`StackError::Io`].
    pub fn create(name: &Path) -> Result<Self, StackError> {
        let name = stack_name(name);
        let (path, labels) = (with_suffix(&name, ".pgm.gz"), with_suffix(&name, ".tsv"));
        let images = File::create(&path).map_err(|e| io(&path, &e))?;
        let lines = File::create(&labels).map_err(|e| io(&labels, &e))?;
        let images = GzEncoder::new(BufWriter::new(images), Compression::best());
        Ok(StackWriter { path, images, lines: BufWriter::new(lines), written: 0 })
    }

    /// Adds an image and its line.
    ///
    /// # Errors
    /// [`StackError::Io`], and [`StackError::BadLine`] for a column that holds a tab or a line break.
    pub fn push(&mut self, image: &Grey, columns: &[&str]) -> Result<(), StackError> {
        self.written += 1;
        if columns.iter().any(|c| c.contains(['\t', '\n', '\r'])) {
            let why = "a column holds a tab or a line break".to_string();
            return Err(StackError::BadLine { path: self.path.clone(), line: self.written, why });
        }
        let header = format!("P5\n{} {}\n255\n", image.width(), image.height());
        self.images
            .write_all(header.as_bytes())
            .and_then(|()| self.images.write_all(image.pixels()))
            .and_then(|()| writeln!(self.lines, "{}", columns.join("\t")))
            .map_err(|e| io(&self.path, &e))
    }

    /// Completes both files.
    ///
    /// # Errors
    /// [`StackError::Io`].
    pub fn finish(mut self) -> Result<(), StackError> {
        self.images
            .finish()
            .and_then(|mut w| w.flush())
            .and_then(|()| self.lines.flush())
            .map_err(|e| io(&self.path, &e))
    }
}

fn io(path: &Path, error: &std::io::Error) -> StackError {
    StackError::Io { path: path.to_path_buf(), why: error.to_string() }
}

fn with_suffix(name: &Path, suffix: &str) -> PathBuf {
    let mut s = name.as_os_str().to_os_string();
    s.push(suffix);
    PathBuf::from(s)
}

/// `NAME` of `NAME`, `NAME.pgm.gz` or `NAME.tsv`.
fn stack_name(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    match text.strip_suffix(".pgm.gz").or_else(|| text.strip_suffix(".tsv")) {
        Some(name) => PathBuf::from(name),
        None => path.to_path_buf(),
    }
}

fn read_lines(path: &Path, text_column: Option<usize>) -> Result<Vec<Vec<String>>, StackError> {
    let bytes = std::fs::read(path).map_err(|e| io(path, &e))?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for (i, raw) in bytes.split(|b| *b == b'\n').enumerate() {
        let line = i + 1;
        let text = std::str::from_utf8(raw).map_err(|e| StackError::BadLine {
            path: path.to_path_buf(),
            line,
            why: e.to_string(),
        })?;
        let columns: Vec<String> = text.trim_end_matches('\r').split('\t').map(str::to_string).collect();
        if let Some(asked) = text_column.filter(|c| *c == 0 || *c > columns.len()) {
            return Err(StackError::Column { path: path.to_path_buf(), line, columns: columns.len(), asked });
        }
        lines.push(columns);
    }
    Ok(lines)
}
