use super::*;
use crate::signal::Sound;

/// A vowel is a hum of a pitch of its own, a stop silence and a click, a sibilant noise.
fn sound_of(phones: &[(&str, f64)], seed: u64) -> (Sound, Vec<(f64, f64)>) {
    let rate = 16_000.0;
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    let (mut samples, mut times) = (Vec::new(), Vec::new());
    let quiet = |samples: &mut Vec<f32>, seconds: f64, noise: &mut dyn FnMut() -> f32| {
        (0..(seconds * rate) as usize).for_each(|_| samples.push(0.001 * noise()));
    };
    quiet(&mut samples, 0.2, &mut noise);
    for &(phone, seconds) in phones {
        let begin = samples.len() as f64 / rate;
        for i in 0..(seconds * rate) as usize {
            let t = i as f64 / rate;
            let hum = |hz: f64| {
                (1..8).map(|h| (std::f64::consts::TAU * hz * f64::from(h) * t).sin() / f64::from(h)).sum::<f64>() as f32
            };
            samples.push(match phone {
                "a" => 0.2 * hum(700.0) + 0.01 * noise(),
                "i" => 0.2 * hum(250.0) + 0.01 * noise(),
                "s" => 0.1 * noise(),
                _ => 0.01 * hum(120.0) + 0.003 * noise(),
            });
        }
        times.push((begin, samples.len() as f64 / rate));
    }
    quiet(&mut samples, 0.2, &mut noise);
    (Sound::new(samples, 16_000).unwrap(), times)
}

#[test]
fn boundaries_are_found_from_sequences_alone() {
    let words = [
        vec![("s", 0.15), ("a", 0.2), ("i", 0.12)],
        vec![("a", 0.18), ("s", 0.1), ("i", 0.2)],
        vec![("i", 0.1), ("m", 0.12), ("a", 0.25), ("s", 0.2)],
        vec![("m", 0.1), ("a", 0.1), ("m", 0.14), ("i", 0.2)],
    ];
    let (mut utterances, mut manual) = (Vec::new(), Vec::new());
    for (seed, word) in words.iter().chain(&words).enumerate() {
        let stretched: Vec<(&str, f64)> = word.iter().map(|&(p, s)| (p, s * (1.0 + 0.07 * seed as f64))).collect();
        let (sound, times) = sound_of(&stretched, seed as u64 + 1);
        let phones = word.iter().map(|(p, _)| (*p).to_owned()).collect();
        utterances.push(Utterance { name: format!("u{seed}"), sound, phones, times: Vec::new() });
        manual.push(times);
    }
    let found = flat_start(&utterances, &FlatConfig::default()).unwrap();
    let ends = |all: &[(f64, f64)]| all.iter().flat_map(|t| [t.0, t.1]).collect::<Vec<_>>();
    let errors = found.iter().zip(&manual).flat_map(|(f, m)| {
        assert_eq!(f.len(), m.len());
        ends(f).into_iter().zip(ends(m)).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
    });
    let errors: Vec<f64> = errors.collect();
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean < 0.015, "{mean}: {errors:?}");
}

#[test]
fn a_sound_that_is_too_short_for_its_phones_is_named() {
    let (sound, _) = sound_of(&[("a", 0.05)], 1);
    let phones = vec!["a".to_owned(); 40];
    let utterances = [Utterance { name: "short".into(), sound, phones, times: Vec::new() }];
    let refused = flat_start(&utterances, &FlatConfig::default()).unwrap_err().to_string();
    assert!(refused.starts_with("short: ") && refused.contains("40 phones"), "{refused}");
}
