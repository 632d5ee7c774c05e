//! Features against the numbers of kaldi-native-fbank: `kaldi_features/make.py` made them and holds the command.
#![cfg(feature = "signal")]

use std::collections::BTreeMap;

use energraph::signal::Sound;
use energraph::signal::features::{
    Filterbank, FilterbankOptions, FrameOptions, MelOptions, Mfcc, MfccOptions, Moments, Window, add_deltas,
};
use ndarray::Array2;

const EXPECTED: &str = include_str!("kaldi_features/expected.tsv");

/// The integers that `make.py` draws, as a sound of 16 bits.
fn noise(n: usize, rate: u32) -> Sound {
    let mut x = 1_u64;
    let mut next = || {
        x = (1_103_515_245 * x + 12_345) % (1 << 31);
        ((x >> 16) % 20_001) as f32 - 9_500.0
    };
    Sound::new((0..n).map(|_| next() / 32_768.0).collect(), rate).unwrap()
}

fn silence() -> Sound {
    Sound::new(vec![0.0; 600], 16_000).unwrap()
}

fn fbank(sound: &Sound, frames: FrameOptions, mel: MelOptions) -> Array2<f32> {
    Filterbank::new(sound.rate(), &FilterbankOptions { frames, mel }).unwrap().apply(sound).unwrap()
}

fn mfcc(sound: &Sound, options: MfccOptions) -> Array2<f32> {
    Mfcc::new(sound.rate(), &options).unwrap().apply(sound).unwrap()
}

/// Every case of the file, computed here.
fn computed() -> BTreeMap<&'static str, Array2<f32>> {
    let (f, mel, m) = (FrameOptions::default, MelOptions::default, MfccOptions::default);
    let mirrored = || FrameOptions { snip_edges: false, ..f() };
    let wave = noise(3000, 16_000);
    let cepstra = mfcc(&wave, m());
    let mut normal = cepstra.clone();
    Moments::of(&cepstra).normalise(&mut normal);
    let narrow = MelOptions { filters: 60, low: 64.0, high: -200.0, ..MelOptions::default() };
    let plain = FrameOptions {
        window: Window::Hamming,
        preemphasis: 0.0,
        remove_dc: false,
        length_ms: 20.0,
        shift_ms: 5.0,
        ..f()
    };
    let hanning = FrameOptions { window: Window::Hanning, ..f() };
    let rectangular = FrameOptions { window: Window::Rectangular, ..mirrored() };
    let windowed = MfccOptions { raw_energy: false, cepstra: 20, lifter: 0.0, frames: rectangular, ..m() };
    BTreeMap::from([
        ("fbank", fbank(&wave, f(), mel())),
        ("fbank, edges mirrored", fbank(&wave, mirrored(), mel())),
        ("fbank, 200 samples mirrored", fbank(&noise(200, 16_000), mirrored(), mel())),
        ("fbank, 60 filters from 64 Hz to 200 Hz below half the rate", fbank(&wave, f(), narrow)),
        (
            "fbank, Hamming, no preemphasis, offset kept, 20 ms every 5 ms at 11,025 Hz",
            fbank(&noise(3000, 11_025), plain, mel()),
        ),
        ("fbank, silence", fbank(&silence(), f(), mel())),
        ("mfcc", cepstra.clone()),
        (
            "mfcc, first coefficient kept, Hanning",
            mfcc(&wave, MfccOptions { use_energy: false, frames: hanning, ..m() }),
        ),
        ("mfcc, windowed energy, 20 unliftered, rectangular, 8,000 Hz, mirrored", mfcc(&noise(3000, 8_000), windowed)),
        ("mfcc, floored energy of silence", mfcc(&silence(), MfccOptions { energy_floor: 100.0, ..m() })),
        ("mfcc with deltas", add_deltas(&cepstra, 2, 2)),
        ("mfcc normalised", normal),
    ])
}

#[test]
fn filterbanks_cepstra_deltas_and_moments_are_those_of_kaldi() {
    let computed = computed();
    let mut seen = BTreeMap::new();
    for line in EXPECTED.lines() {
        let mut columns = line.split('\t');
        let case = columns.next().unwrap();
        let mut number = || columns.next().unwrap().parse::<usize>().unwrap();
        let (frames, frame) = (number(), number());
        let expected: Vec<f32> = columns.map(|c| c.parse().unwrap()).collect();
        let found = &computed[case];
        assert_eq!(found.dim(), (frames, expected.len()), "{case}");
        for (d, (e, f)) in expected.iter().zip(found.row(frame)).enumerate() {
            // Kaldi computes in f32, and liftered cepstra multiply its rounding.
            let gap = (e - f).abs() / e.abs().max(1.0);
            assert!(gap < 5e-4, "{case}, frame {frame}, dimension {d}: {f}, Kaldi {e}");
            let worst: &mut f32 = seen.entry(case).or_default();
            *worst = worst.max(gap);
        }
    }
    println!("largest gaps: {seen:#?}");
    assert_eq!(seen.len(), computed.len());
}

#[test]
fn the_length_of_a_sound_decides_the_frames_and_nothing_else() {
    // Frames that lie wholly within a shorter sound are those of the longer one.
    let (short, long) = (noise(1_000, 16_000), noise(3_000, 16_000));
    let all = |sound| fbank(sound, FrameOptions::default(), MelOptions::default());
    let (few, many) = (all(&short), all(&long));
    assert_eq!(few.nrows(), 4);
    assert_eq!(few, many.slice(ndarray::s![..4, ..]));
}
