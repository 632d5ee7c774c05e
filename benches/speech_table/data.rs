//! The recordings of `fsdd`, as features.

use std::io::Read;
use std::path::Path;

use energraph::signal::features::{Filterbank, FilterbankOptions, MelOptions, Moments};
use energraph::signal::sound::{Limits, decode};
use ndarray::Array2;

/// Mel filters.
pub const FILTERS: usize = 30;

pub struct Recording {
    pub word: usize,
    /// Log-mel features, frames × filters, normalised over the recording.
    pub features: Array2<f32>,
}

/// What is trained on, and what is measured. Files are named digit_speaker_index.wav.
pub fn digits(data: &Path, leave: Option<&str>) -> (Vec<Recording>, Vec<Recording>) {
    let file = std::fs::File::open(data.join("fsdd/train_wav.tar.gz")).unwrap();
    let mut archive = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut archive).unwrap();
    let (mut learn, mut measure) = (Vec::new(), Vec::new());
    let mut files = members(&archive);
    files.sort();
    for (name, bytes) in files {
        let base = name.rsplit('/').next().and_then(|n| n.strip_suffix(".wav"));
        let Some(parts) = base.map(|b| b.split('_').collect::<Vec<_>>()) else { continue };
        let [digit, speaker, index] = parts[..] else { continue };
        let recording = || Recording { word: digit.parse().unwrap(), features: features(bytes) };
        let dev = index.parse::<u32>().unwrap() < 10;
        match leave {
            None if dev => measure.push(recording()),
            Some(left) if left == speaker => measure.push(recording()),
            _ if dev => {}
            _ => learn.push(recording()),
        }
    }
    (learn, measure)
}

fn features(wav: &[u8]) -> Array2<f32> {
    let sound = decode(wav, &Limits::default()).unwrap();
    let mut options = FilterbankOptions::default();
    options.mel = MelOptions { filters: FILTERS, ..options.mel };
    options.frames.snip_edges = false;
    let mut features = Filterbank::new(sound.rate(), &options).unwrap().apply(&sound).unwrap();
    Moments::of(&features).normalise(&mut features);
    features
}

/// The plain files of a tar archive, by name.
fn members(archive: &[u8]) -> Vec<(String, &[u8])> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches(['\0', ' ']).to_owned();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(header) = archive.get(at..at + 512).filter(|h| h[0] != 0) {
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap();
        if matches!(header[156], b'0' | 0) {
            found.push((text(&header[..100]), &archive[at + 512..at + 512 + size]));
        }
        at += 512 + size.next_multiple_of(512);
    }
    found
}

/// The same order in every run.
pub struct Shuffle(u64);

impl Shuffle {
    pub fn new(seed: u64) -> Self {
        Shuffle(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    /// 0 to n − 1 (Fisher and Yates).
    pub fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        (1..n).rev().for_each(|i| order.swap(i, self.below(i + 1)));
        order
    }
}
