//! Image files to [`Grey`], with limits.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use thiserror::Error;

use super::Grey;

/// What is accepted as an image, so that no file can make the reader allocate without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels in a row or a column.
    pub side: usize,
    /// Most pixels altogether.
    pub pixels: usize,
    /// Most bytes in a file.
    pub bytes: u64,
}

impl Default for Limits {
    /// 16,000 pixels a side, 40 million pixels, 64 MiB.
    fn default() -> Self {
        Limits { side: 16_000, pixels: 40_000_000, bytes: 64 << 20 }
    }
}

impl Limits {
    /// Whether an image of this size is accepted.
    ///
    /// # Errors
    /// [`ImageError::Empty`] or [`ImageError::TooLarge`].
    pub fn check(&self, width: usize, height: usize) -> Result<(), ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::Empty { width, height });
        }
        if width > self.side || height > self.side || width.saturating_mul(height) > self.pixels {
            return Err(ImageError::TooLarge { width, height, side: self.side, pixels: self.pixels });
        }
        Ok(())
    }
}

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    /// The file could not be opened, read or written.
    #[error("{why}")]
    Io {
        /// What the operating system said.
        why: String,
    },
    /// The bytes do not begin as PNG, JPEG or PNM do.
    #[error("not an image: neither PNG, JPEG nor PNM (it begins with {begin:?})")]
    NotAnImage {
        /// The first characters.
        begin: String,
    },
    /// The file ends too early.
    #[error("the {format} image is cut off: {why}")]
    Truncated {
        /// The format found.
        format: &'static str,
        /// What the decoder said.
        why: String,
    },
    /// The file is damaged, or uses what the decoder does not know.
    #[error("the {format} image cannot be decoded: {why}")]
    Damaged {
        /// The format found.
        format: &'static str,
        /// What the decoder said.
        why: String,
    },
    /// More pixels than the limits allow.
    #[error(
        "the image is too large: {width} × {height} pixels, at most {side} a side and {pixels} altogether are read"
    )]
    TooLarge {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// The limit for each side.
        side: usize,
        /// The limit for the product.
        pixels: usize,
    },
    /// More bytes than the limits allow.
    #[error("the file is too large: {bytes} bytes, at most {limit} are read")]
    TooLong {
        /// Bytes in the file.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// An image without a pixel.
    #[error("the image has no pixels: {width} × {height}")]
    Empty {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The number of pixels is not width × height.
    #[error("{pixels} pixels do not make an image of {width} × {height}")]
    Shape {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Pixels given.
        pixels: usize,
    },
    /// The image cannot be written.
    #[error("the image cannot be encoded: {why}")]
    Encode {
        /// What the encoder said.
        why: String,
    },
}

/// An [`ImageError`] and the file it is about.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {cause}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: ImageError,
}

/// Reads an image file (PNG, JPEG, PNM) as grey with the default [`Limits`].
///
/// Colour becomes luma (ITU-R BT.601 weights), transparency lies over white, 16 bits are reduced to 8, a JPEG is turned as its
/// EXIF orientation says.
///
/// # Errors
/// [`ReadError`] with the file's name; see [`ImageError`].
pub fn read(path: &Path) -> Result<Grey, ReadError> {
    let named = |cause| ReadError { path: path.to_path_buf(), cause };
    let limits = Limits::default();
    let io = |e: std::io::Error| named(ImageError::Io { why: e.to_string() });
    let file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes > limits.bytes {
        return Err(named(ImageError::TooLong { bytes, limit: limits.bytes }));
    }
    let mut content = Vec::new();
    file.take(limits.bytes).read_to_end(&mut content).map_err(io)?;
    decode(&content, &limits).map_err(named)
}

/// Decodes an image held in memory; see [`read`].
///
/// # Errors
/// [`ImageError`]; the size is checked before anything of that size is allocated.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Grey, ImageError> {
    let unknown = || {
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(12)]).into_owned();
        ImageError::NotAnImage { begin }
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|e| ImageError::Io { why: e.to_string() })?;
    let format = match reader.format() {
        Some(ImageFormat::Png) => "PNG",
        Some(ImageFormat::Jpeg) => "JPEG",
        Some(ImageFormat::Pnm) => "PNM",
        _ => return Err(unknown()),
    };
    if format == "JPEG" && !jpeg_is_complete(bytes) {
        return Err(ImageError::Truncated { format, why: "no end-of-image marker behind the last scan".to_string() });
    }
    let mut inner = image::Limits::default();
    inner.max_alloc = Some(limits.pixels as u64 * 8);
    reader.limits(inner);
    let mut decoder = reader.into_decoder().map_err(|e| refused(&e, format))?;
    let (width, height) = decoder.dimensions();
    limits.check(width as usize, height as usize)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| refused(&e, format))?;
    picture.apply_orientation(orientation);
    to_grey(&picture)
}

/// Whether the last scan ends: the decoder would fill what is missing with grey. Within a scan's data no marker can occur.
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    let find = |marker: u8| bytes.windows(2).rposition(|w| w == [0xff, marker]);
    matches!((find(0xda), find(0xd9)), (Some(scan), Some(end)) if end > scan)
}

fn refused(error: &image::ImageError, format: &'static str) -> ImageError {
    let why = error.to_string();
    let lower = why.to_lowercase();
    let cut = matches!(error, image::ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof)
        || ["unexpected end", "unexpectedeof", "failed to fill", "no more bytes", "exhausted data", "not enough"]
            .iter()
            .any(|s| lower.contains(s));
    if cut { ImageError::Truncated { format, why } } else { ImageError::Damaged { format, why } }
}

fn to_grey(picture: &DynamicImage) -> Result<Grey, ImageError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if !picture.color().has_color() && !picture.color().has_alpha() {
        return Grey::new(width, height, picture.to_luma8().into_raw());
    }
    let rgba = picture.to_rgba8();
    let pixels = rgba
        .pixels()
        .map(|p| {
            let [r, g, b, a] = p.0.map(u32::from);
            let luma = (299 * r + 587 * g + 114 * b + 500) / 1000;
            ((luma * a + 255 * (255 - a) + 127) / 255) as u8
        })
        .collect();
    Grey::new(width, height, pixels)
}

/// The image files (by extension: png, jpg, jpeg, pgm, ppm, pbm, pnm) directly in a folder, sorted by name.
///
/// # Errors
/// [`ImageError::Io`] where the folder cannot be listed or holds no image file.
pub fn image_files(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let io = |why: String| ReadError { path: folder.to_path_buf(), cause: ImageError::Io { why } };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| io(e.to_string()))? {
        let path = entry.map_err(|e| io(e.to_string()))?.path();
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if ["png", "jpg", "jpeg", "pgm", "ppm", "pbm", "pnm"].contains(&extension.as_str()) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(io("the folder holds no image (png, jpg, jpeg, pgm, ppm, pbm, pnm)".to_string()));
    }
    files.sort();
    Ok(files)
}
