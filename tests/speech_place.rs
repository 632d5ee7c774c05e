//! Long recordings: placed near the best path as among all alignments, in bounded memory.
#![cfg(feature = "signal")]

use std::time::Instant;

use energraph::Energy;
use energraph::speech::{
    FrameTimes, PhoneClasses, PlaceOptions, Placement, Pronunciation, SpeechFrames, Transcript, Word, free_energies,
    place,
};
use ndarray::Array2;

/// Numbers from 0 up to 1 without a pattern.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f32) as usize
    }
}

/// Words of one to five phones in three positions of one to `longest` frames each, pauses behind every third; their energies are up to `loud` for all but
/// the right class, with as much noise as tells.
fn spoken(frames: usize, phones: usize, longest: usize, loud: f32) -> (PhoneClasses, Transcript, Array2<f32>) {
    let symbols: Vec<String> =
        "a e i o u p t k b d ɡ m n ŋ f s ʃ x v z ʒ ɣ l r j w h q ɲ ʔ aː eː iː oː uː pʰ tʰ kʰ t͡s t͡ʃ"
            .split(' ')
            .take(phones)
            .map(str::to_owned)
            .collect();
    let classes = PhoneClasses::new(&symbols, 3).unwrap();
    let (mut said, mut right, mut dice) = (Transcript::default(), vec![0; 30], Dice(10));
    while right.len() + 100 < frames {
        let of_word: Vec<usize> = (0..1 + dice.below(5)).map(|_| dice.below(symbols.len())).collect();
        for &p in &of_word {
            for position in 0..3 {
                right.extend(std::iter::repeat_n(classes.class(p, position), 1 + dice.below(longest)));
            }
        }
        let phones = of_word.iter().map(|&p| symbols[p].clone()).collect();
        let way = Pronunciation { phones, energy: Energy::FREE };
        said.words.push(Word { text: "w".into(), ways: vec![way] });
        if dice.below(3) == 0 {
            right.extend([0; 30]);
        }
    }
    right.resize(frames, 0);
    let e = Array2::from_shape_fn((frames, classes.count()), |(t, c)| {
        let noise = dice.next();
        if right[t] == c { 0.5 * noise } else { loud - noise }
    });
    (classes, said, e)
}

fn placed(classes: &PhoneClasses, said: &Transcript, e: &Array2<f32>, o: &PlaceOptions) -> Placement {
    let times = FrameTimes::from_zero(0.01, e.nrows());
    place(&SpeechFrames { energies: e.view(), classes, free: None, times }, said, o).unwrap()
}

#[test]
fn near_the_best_path_20_000_frames_are_placed_as_among_all() {
    // So noisy that boundaries are in doubt.
    let (classes, said, e) = spoken(20_000, 4, 14, 2.0);
    let with = |exact_up_to| placed(&classes, &said, &e, &PlaceOptions { exact_up_to, ..PlaceOptions::default() });
    let (some, all) = (with(0), with(usize::MAX));
    assert!(all.edge == 0.0 && some.edge < 1e-6, "{}", some.edge);
    assert_eq!(some.phones.len(), all.phones.len());
    for (a, b) in some.phones.iter().zip(&all.phones) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(near(a.start, b.start) && near(a.end, b.end) && near(a.posterior, b.posterior), "{a:?} {b:?}");
        assert!(near(a.start_interval.0, b.start_interval.0) && near(a.end_interval.1, b.end_interval.1));
    }
    let doubtful = all.phones.iter().filter(|p| p.posterior < 0.95).count();
    assert!(doubtful > 50, "{doubtful}");
}

/// Highest resident memory of this process so far, in MiB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// An hour in frames of 10 ms, some 45,000 phones of 40 kinds in three positions:
///
///     cargo test --release --no-default-features --features signal --test speech_place -- --ignored --exact --nocapture an_hour
#[test]
#[ignore = "some minutes; to be run alone, since it measures its memory"]
fn an_hour() {
    let (classes, said, e) = spoken(360_000, 40, 4, 6.0);
    println!("input: peak memory {:.0} MiB", peak().unwrap_or(f64::NAN));
    let start = Instant::now();
    let _ = free_energies(e.view());
    println!("free energies alone: {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let found = placed(&classes, &said, &e, &PlaceOptions::default());
    let seconds = start.elapsed().as_secs_f64();
    println!("{} phones: {seconds:.2} s, peak memory {:.0} MiB", found.phones.len(), peak().unwrap_or(f64::NAN));
    println!("share at the edge {:.1e}, mismatch {:.3}, misfits {}", found.edge, found.mismatch, found.misfits.len());
    assert!(found.lost_at_most == 0.0 && found.edge < 1e-6 && found.misfits.is_empty());
    assert!(seconds < 120.0 && peak().is_none_or(|mib| mib < 1024.0));
}
