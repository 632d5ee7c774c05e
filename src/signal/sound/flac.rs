//! FLAC files.

use std::io::Cursor;

use claxon::{Error, FlacReader, FlacReaderOptions};

use super::{Limits, Mix, Sound, SoundError};

const FORMAT: &str = "FLAC";

/// Decodes a file that begins with `fLaC`.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Sound, SoundError> {
    let options = FlacReaderOptions { metadata_only: false, read_vorbis_comment: false };
    let mut reader = FlacReader::new_ext(Cursor::new(bytes), options).map_err(|e| refused(&e, bytes, 0, None))?;
    let info = reader.streaminfo();
    let announced = info.samples;
    limits.check(announced.unwrap_or(0))?;
    if !(1..=32).contains(&info.bits_per_sample) {
        let why = format!("samples of {} bits", info.bits_per_sample);
        return Err(SoundError::Damaged { format: FORMAT, why });
    }
    let scale = 0.5_f64.powi(info.bits_per_sample as i32 - 1);
    let mut mix = Mix::new(info.channels);
    let (mut blocks, mut buffer) = (reader.blocks(), Vec::new());
    loop {
        let found = mix.samples.len() as u64;
        let block = match blocks.read_next_or_eof(buffer) {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(e) => return Err(refused(&e, bytes, found, announced)),
        };
        if block.channels() != info.channels {
            let why = format!("{} channels in a frame, {} in the header", block.channels(), info.channels);
            return Err(SoundError::Damaged { format: FORMAT, why });
        }
        // A block of silence takes a few bytes and gives 65,535 samples.
        limits.check(found + u64::from(block.duration()))?;
        for at in 0..block.duration() {
            for channel in 0..block.channels() {
                mix.push(f64::from(block.sample(channel, at)) * scale);
            }
        }
        buffer = block.into_buffer();
    }
    let found = mix.samples.len() as u64;
    match announced {
        Some(expected) if found < expected => Err(cut(found, expected)),
        _ => Sound::new(mix.samples, info.sample_rate),
    }
}

fn cut(found: u64, expected: u64) -> SoundError {
    SoundError::Truncated { format: FORMAT, found, expected, unit: "samples" }
}

/// The decoder's error; where it is the end of the file, how far the samples went.
fn refused(error: &Error, bytes: &[u8], found: u64, announced: Option<u64>) -> SoundError {
    match (error, announced) {
        (Error::IoError(e), Some(expected)) if e.kind() == std::io::ErrorKind::UnexpectedEof => cut(found, expected),
        (Error::IoError(e), None) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            let why = format!("it ends after {} bytes, within a header or a frame", bytes.len());
            SoundError::Damaged { format: FORMAT, why }
        }
        _ => SoundError::Damaged { format: FORMAT, why: error.to_string() },
    }
}
