//! The IDX files of MNIST.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

/// Small grey images of one size with a class each. In the file 255 is ink and 0 paper, the other way round than in [`super::Grey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdxDigits {
    /// Columns of each image.
    pub width: usize,
    /// Rows of each image.
    pub height: usize,
    /// All pixels, image after image, 255 = ink.
    pub pixels: Vec<u8>,
    /// The class of each image.
    pub labels: Vec<u8>,
}

impl IdxDigits {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Image `i` as it would have been photographed: dark on white paper; `None` past the end.
    pub fn image(&self, i: usize) -> Option<super::Grey> {
        let size = self.width * self.height;
        let pixels = self.pixels.get(i * size..(i + 1) * size).filter(|p| !p.is_empty())?;
        super::Grey::new(self.width, self.height, pixels.iter().map(|v| 255 - v).collect()).ok()
    }

    /// Image `i` as ink (0 = paper, 1 = ink), rows × columns; empty past the end.
    pub fn ink(&self, i: usize) -> ndarray::Array2<f32> {
        let size = self.width * self.height;
        let pixels = self.pixels.get(i * size..(i + 1) * size).unwrap_or(&[]);
        let values = pixels.iter().map(|v| f32::from(*v) / 255.0).collect();
        ndarray::Array2::from_shape_vec((self.height, self.width), values).unwrap_or_default()
    }
}

/// Why IDX files could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdxError {
    /// The file could not be opened or unpacked.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was said.
        why: String,
    },
    /// Not the IDX file expected.
    #[error("{}: magic number {found:#010x}, expected {expected:#010x}", path.display())]
    Magic {
        /// The file.
        path: PathBuf,
        /// The first four bytes.
        found: u32,
        /// 0x803 for images, 0x801 for labels.
        expected: u32,
    },
    /// The file does not hold what its header says.
    #[error("{}: {found} bytes of data, the header says {expected}", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// Bytes found.
        found: usize,
        /// Bytes announced.
        expected: usize,
    },
    /// Images and labels differ in number.
    #[error("{}: {images} images, but {labels} labels", path.display())]
    Count {
        /// The labels' file.
        path: PathBuf,
        /// Images found.
        images: usize,
        /// Labels found.
        labels: usize,
    },
}

/// Reads a pair of IDX files, packed with gzip or not: images of unsigned bytes (three dimensions) and labels (one).
///
/// # Errors
/// [`IdxError`] with the file's name. At most 1 GiB is unpacked.
pub fn read_idx(images: &Path, labels: &Path) -> Result<IdxDigits, IdxError> {
    let (shape, pixels) = read_one(images, 0x803, 3)?;
    let (_, classes) = read_one(labels, 0x801, 1)?;
    let [count, height, width] = shape[..] else { return Err(size(images, 0, 12)) };
    if classes.len() != count {
        return Err(IdxError::Count { path: labels.to_path_buf(), images: count, labels: classes.len() });
    }
    Ok(IdxDigits { width, height, pixels, labels: classes })
}

/// The pair of IDX files that `NAME` stands for: `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`, packed (`.gz`)
/// or not; `None` where there is no such file of images.
pub fn idx_pair(name: &Path) -> Option<(PathBuf, PathBuf)> {
    let named = |suffix: &str| {
        let mut s = name.as_os_str().to_os_string();
        s.push(suffix);
        PathBuf::from(s)
    };
    let packed = ["", ".gz"].into_iter().find(|end| named(&format!("-images-idx3-ubyte{end}")).is_file())?;
    let labels = ["", ".gz"].into_iter().find(|end| named(&format!("-labels-idx1-ubyte{end}")).is_file());
    let labels = labels.unwrap_or(packed);
    Some((named(&format!("-images-idx3-ubyte{packed}")), named(&format!("-labels-idx1-ubyte{labels}"))))
}

fn size(path: &Path, found: usize, expected: usize) -> IdxError {
    IdxError::Size { path: path.to_path_buf(), found, expected }
}

fn read_one(path: &Path, magic: u32, dimensions: usize) -> Result<(Vec<usize>, Vec<u8>), IdxError> {
    let io = |e: std::io::Error| IdxError::Io { path: path.to_path_buf(), why: e.to_string() };
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let packed = std::io::BufRead::fill_buf(&mut file).map_err(io)?.starts_with(&[0x1f, 0x8b]);
    let mut bytes = Vec::new();
    let limit = 1 << 30;
    match packed {
        true => MultiGzDecoder::new(file).take(limit).read_to_end(&mut bytes),
        false => file.take(limit).read_to_end(&mut bytes),
    }
    .map_err(io)?;
    let word = |i: usize| match bytes.get(4 * i..4 * i + 4) {
        Some(&[a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(size(path, bytes.len(), 4 * (dimensions + 1))),
    };
    let found = word(0)?;
    if found != magic {
        return Err(IdxError::Magic { path: path.to_path_buf(), found, expected: magic });
    }
    let shape = (1..=dimensions).map(|i| word(i).map(|n| n as usize)).collect::<Result<Vec<_>, _>>()?;
    let expected = shape.iter().fold(1usize, |a, b| a.saturating_mul(*b));
    let data = bytes.split_off(4 * (dimensions + 1));
    if data.len() != expected {
        return Err(size(path, data.len(), expected));
    }
    Ok((shape, data))
}
