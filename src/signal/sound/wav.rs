//! WAV files in and out.
//!
//! The chunks are found here and the samples decoded by hound, which is given `fmt ` and `data` alone: so chunks of odd length, data
//! of unknown length and 64-bit floating point are read too.

use std::io::{Cursor, Read};
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{Limits, Mix, Sound, SoundError};

/// From this length on, a data chunk's length stands for "unknown": nobody can write 2 GiB less a page before knowing it.
const UNKNOWN_LENGTH: u32 = 0x7fff_f000;

/// The two chunks that matter.
struct Chunks<'a> {
    format: &'a [u8],
    data: &'a [u8],
}

/// Decodes a file that begins with `RIFF`.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Sound, SoundError> {
    let chunks = chunks(bytes)?;
    let field = |at: usize| u16::from_le_bytes([byte(chunks.format, at), byte(chunks.format, at + 1)]);
    let (channels, block) = (field(2), field(12));
    if channels == 0 || block == 0 {
        return Err(damaged(&format!("{channels} channels in blocks of {block} bytes")));
    }
    limits.check((chunks.data.len() / usize::from(block)) as u64)?;
    let samples = if is_double(chunks.format) { doubles(chunks.data, channels) } else { from_hound(&chunks)? };
    let rate = u32::from_le_bytes([4, 5, 6, 7].map(|at| byte(chunks.format, at)));
    Sound::new(samples, rate)
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

fn damaged(why: &str) -> SoundError {
    SoundError::Damaged { format: "WAV", why: why.to_string() }
}

fn truncated(found: usize, expected: u64) -> SoundError {
    SoundError::Truncated { format: "WAV", found: found as u64, expected, unit: "bytes" }
}

/// Walks from chunk to chunk up to the data; a chunk of odd length is padded.
fn chunks(bytes: &[u8]) -> Result<Chunks<'_>, SoundError> {
    let mut format = None;
    let mut rest = bytes.get(12..).ok_or_else(|| truncated(bytes.len(), 12))?;
    while let (Some(name), Some(&[a, b, c, d])) = (rest.get(..4), rest.get(4..8)) {
        let (length, body) = (u32::from_le_bytes([a, b, c, d]), &rest[8..]);
        let end = length as usize;
        if name == b"data" {
            let format = format.ok_or_else(|| damaged("the data comes before its format"))?;
            return Ok(Chunks { format, data: data(bytes, format, body, length)? });
        }
        let content = body.get(..end).ok_or_else(|| truncated(body.len(), end as u64))?;
        if name == b"fmt " {
            if content.len() < 16 {
                return Err(damaged("the format chunk is too short"));
            }
            format = Some(content);
        }
        rest = body.get(end + end % 2..).unwrap_or(&[]);
    }
    Err(damaged("there is no data chunk"))
}

/// The samples' bytes: as many as announced, or whole blocks to the end of the file.
fn data<'a>(file: &[u8], format: &[u8], body: &'a [u8], length: u32) -> Result<&'a [u8], SoundError> {
    let riff = u32::from_le_bytes([4, 5, 6, 7].map(|at| byte(file, at)));
    if length >= UNKNOWN_LENGTH && riff >= UNKNOWN_LENGTH && body.len() < UNKNOWN_LENGTH as usize {
        let block = usize::from(u16::from_le_bytes([byte(format, 12), byte(format, 13)])).max(1);
        return Ok(&body[..body.len() - body.len() % block]);
    }
    body.get(..length as usize).ok_or_else(|| truncated(body.len(), length.into()))
}

/// Whether the samples are floating point of 64 bits, which hound does not read: format 3, or its extensible form.
fn is_double(format: &[u8]) -> bool {
    let tag = [byte(format, 0), byte(format, 1)];
    let float = tag == [3, 0] || (tag == [0xfe, 0xff] && byte(format, 24) == 3 && byte(format, 25) == 0);
    float && byte(format, 14) == 64 && byte(format, 15) == 0
}

fn doubles(data: &[u8], channels: u16) -> Vec<f32> {
    let mut mix = Mix::new(channels.into());
    for value in data.as_chunks::<8>().0 {
        mix.push(f64::from_le_bytes(*value));
    }
    mix.samples
}

fn from_hound(chunks: &Chunks<'_>) -> Result<Vec<f32>, SoundError> {
    let said = |e: hound::Error| match e {
        hound::Error::Unsupported => damaged("it is compressed, or its samples are of a kind that is not known"),
        other => damaged(&other.to_string().replace('\n', " ")),
    };
    // What follows the first fields of plain PCM (format 1) says nothing, and hound minds its length.
    let plain = chunks.format.starts_with(&[1, 0]);
    let format = if plain { &chunks.format[..16] } else { chunks.format };
    let mut header = Vec::from(*b"RIFF\0\0\0\0WAVEfmt ");
    header.extend((format.len() as u32).to_le_bytes());
    header.extend(format);
    header.extend(b"data");
    header.extend((chunks.data.len() as u32).to_le_bytes());
    let mut reader = WavReader::new(Cursor::new(header).chain(chunks.data)).map_err(said)?;
    let WavSpec { channels, bits_per_sample: bits, sample_format, .. } = reader.spec();
    let mut mix = Mix::new(channels.into());
    match sample_format {
        SampleFormat::Float => {
            for sample in reader.samples::<f32>() {
                mix.push(f64::from(sample.map_err(said)?));
            }
        }
        SampleFormat::Int if (1..=32).contains(&bits) => {
            let scale = 0.5_f64.powi(i32::from(bits) - 1);
            for sample in reader.samples::<i32>() {
                mix.push(f64::from(sample.map_err(said)?) * scale);
            }
        }
        SampleFormat::Int => return Err(damaged(&format!("samples of {bits} bits"))),
    }
    Ok(mix.samples)
}

impl Sound {
    /// The sound as a WAV file of 16 bits, one channel; samples beyond ±1 are clipped.
    ///
    /// # Errors
    /// [`SoundError::Encode`] where it does not fit a WAV file (4 GiB).
    pub fn to_wav(&self) -> Result<Vec<u8>, SoundError> {
        let encode = |e: hound::Error| SoundError::Encode { why: e.to_string() };
        let mut bytes = Cursor::new(Vec::new());
        let spec =
            WavSpec { channels: 1, sample_rate: self.rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::new(&mut bytes, spec).map_err(encode)?;
        for sample in &self.samples {
            // The cast saturates.
            writer.write_sample((sample * 32_768.0).round() as i16).map_err(encode)?;
        }
        writer.finalize().map_err(encode)?;
        Ok(bytes.into_inner())
    }

    /// Writes the sound as a WAV file of 16 bits.
    ///
    /// # Errors
    /// As [`Sound::to_wav`], and [`SoundError::Io`].
    pub fn write_wav(&self, path: &Path) -> Result<(), SoundError> {
        std::fs::write(path, self.to_wav()?).map_err(|e| SoundError::Io { why: e.to_string() })
    }
}
