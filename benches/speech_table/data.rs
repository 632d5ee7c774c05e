//! The recordings of `fsdd`, as features.

use std::path::Path;

use energraph::signal::features::{Filterbank, FilterbankOptions, MelOptions, Moments};
use energraph::signal::sound::{Limits, decode};
use energraph::speech::read_files;
use ndarray::{Array2, s};

/// Mel filters.
pub const FILTERS: usize = 30;

pub struct Recording {
    pub word: usize,
    /// Log-mel features, frames × filters, normalised over the recording.
    pub features: Array2<f32>,
}

/// What is trained on, and what is measured. Files are named digit_speaker_index.wav.
pub fn digits(data: &Path, leave: Option<&str>) -> (Vec<Recording>, Vec<Recording>) {
    let (mut learn, mut measure) = (Vec::new(), Vec::new());
    let mut wav = |path: &Path| path.extension().is_some_and(|e| e == "wav");
    for (path, bytes) in read_files(&data.join("fsdd/train_wav.tar.gz"), &mut wav).unwrap() {
        let name = path.file_stem().unwrap().to_string_lossy();
        let [digit, speaker, index] = name.split('_').collect::<Vec<_>>()[..] else { continue };
        let recording = || Recording { word: digit.parse().unwrap(), features: features(&bytes) };
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

/// The same word said a little faster or slower, higher or lower, and a band of it lost: time and frequency are stretched by up to 15 and
/// 10 %, up to 5 filters and up to a fifth of the frames are set to the mean.
pub fn varied(features: &Array2<f32>, random: &mut Random) -> Array2<f32> {
    let (frames, filters) = features.dim();
    let (fast, high) = (1.0 + 0.15 * random.number(), 1.0 + 0.1 * random.number());
    let length = ((frames as f32 * fast).round() as usize).max(1);
    let at = |i: usize, factor: f32, last: usize| {
        let x = (i as f32 / factor).clamp(0.0, last as f32);
        (x as usize, (x as usize + 1).min(last), x.fract())
    };
    let mut out = Array2::from_shape_fn((length, filters), |(t, f)| {
        let ((t0, t1, t), (f0, f1, f)) = (at(t, fast, frames - 1), at(f, high, filters - 1));
        let between = |t: usize| features[[t, f0]] * (1.0 - f) + features[[t, f1]] * f;
        between(t0) * (1.0 - t) + between(t1) * t
    });
    let mut lose = |most: usize, of: usize| {
        let width = random.below(most + 1);
        let from = random.below(of - width + 1);
        from..from + width
    };
    let (band, gap) = (lose(5, filters), lose(length / 5, length));
    out.slice_mut(s![.., band]).fill(0.0);
    out.slice_mut(s![gap, ..]).fill(0.0);
    out
}

/// The same random numbers in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    /// Between −1 and 1.
    fn number(&mut self) -> f32 {
        self.below(1 << 24) as f32 / (1 << 23) as f32 - 1.0
    }

    /// 0 to n − 1 (Fisher and Yates).
    pub fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        (1..n).rev().for_each(|i| order.swap(i, self.below(i + 1)));
        order
    }
}
