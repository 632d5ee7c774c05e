//! Sound files to [`Sound`], with limits.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{ReadError, Sound, SoundError, flac, wav};

/// What is accepted as a sound, so that no file can make the reader allocate without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most samples in a channel.
    pub samples: u64,
    /// Most bytes in a file.
    pub bytes: u64,
}

impl Default for Limits {
    /// 2²⁸ samples a channel (93 minutes at 48 kHz, 4 h 39 at 16 kHz), 1 GiB.
    fn default() -> Self {
        Limits { samples: 1 << 28, bytes: 1 << 30 }
    }
}

impl Limits {
    /// Whether so many samples are accepted.
    pub(super) fn check(&self, samples: u64) -> Result<(), SoundError> {
        if samples > self.samples {
            return Err(SoundError::TooLong { samples, limit: self.samples });
        }
        Ok(())
    }
}

/// Reads a WAV or FLAC file with the default [`Limits`], its channels averaged into one.
///
/// # Errors
/// [`ReadError`] with the file's name; see [`SoundError`].
pub fn read(path: &Path) -> Result<Sound, ReadError> {
    let named = |cause| ReadError { path: path.to_path_buf(), cause };
    let limits = Limits::default();
    let io = |e: std::io::Error| named(SoundError::Io { why: e.to_string() });
    let file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes > limits.bytes {
        return Err(named(SoundError::TooLarge { bytes, limit: limits.bytes }));
    }
    let mut content = Vec::new();
    file.take(limits.bytes).read_to_end(&mut content).map_err(io)?;
    decode(&content, &limits).map_err(named)
}

/// Decodes a sound held in memory. What it is is told by its first bytes, not by a name.
///
/// WAV: integers of 8 to 32 bits, floating point of 32 and 64, plain or extensible; a data chunk of unknown length (as programs
/// that write into a pipe leave it) goes to the end of the file. FLAC: all of it; checksums are checked.
///
/// # Errors
/// [`SoundError`]; nothing is allocated because a header asks for it.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Sound, SoundError> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12).is_none_or(|kind| kind == b"WAVE") {
        return wav::decode(bytes, limits);
    }
    if bytes.starts_with(b"fLaC") {
        return flac::decode(bytes, limits);
    }
    let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(12)]).into_owned();
    Err(SoundError::NotASound { begin })
}

/// The sound files (by extension: wav, flac) directly in a folder, sorted by name.
///
/// # Errors
/// [`SoundError::Io`] where the folder cannot be listed or holds no sound file.
pub fn sound_files(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let io = |why: String| ReadError { path: folder.to_path_buf(), cause: SoundError::Io { why } };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| io(e.to_string()))? {
        let path = entry.map_err(|e| io(e.to_string()))?.path();
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("wav") || e.eq_ignore_ascii_case("flac")) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(io("the folder holds no sound (wav, flac)".to_string()));
    }
    files.sort();
    Ok(files)
}
