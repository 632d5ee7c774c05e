//! Sound files of every kind, and files that are not what they claim: one typed error each, naming the file and the cause.
#![cfg(feature = "signal")]

use std::path::Path;

use energraph::signal::Sound;
use energraph::signal::sound::{Limits, SoundError, decode, read, sound_files};
use proptest::prelude::*;

/// A WAV file of these chunks.
fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = Vec::from(*b"WAVE");
    for (name, content) in chunks {
        body.extend(*name);
        body.extend((content.len() as u32).to_le_bytes());
        body.extend(*content);
        body.extend(vec![0; content.len() % 2]);
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// The first 16 bytes of a format chunk.
fn format(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels.wrapping_mul(bits.div_ceil(8));
    let per_second = rate.wrapping_mul(block.into());
    let two = |v: u16| v.to_le_bytes().to_vec();
    [two(tag), two(channels), rate.to_le_bytes().to_vec(), per_second.to_le_bytes().to_vec(), two(block), two(bits)]
        .concat()
}

fn wav(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    riff(&[(b"fmt ", &format(tag, channels, rate, bits)), (b"data", data)])
}

fn plain(bytes: &[u8]) -> Result<Sound, SoundError> {
    decode(bytes, &Limits::default())
}

/// A FLAC file without compression, in blocks of at most 16 samples; `announced` is what its header says.
fn flac(channels: &[&[i32]], bits: u8, rate: u32, announced: u64) -> Vec<u8> {
    let mut out = Vec::from(*b"fLaC\x80\x00\x00\x22\x00\x10\x00\x10\x00\x00\x00\x00\x00\x00");
    let packed = (u64::from(rate) << 44)
        | ((channels.len() as u64 - 1) << 41)
        | (u64::from(bits - 1) << 36)
        | (announced & ((1 << 36) - 1));
    out.extend(packed.to_be_bytes());
    out.extend([0; 16]);
    let crc = |bytes: &[u8], poly: u32, width: u32| {
        bytes.iter().fold(0_u32, |crc, b| {
            let start = crc ^ (u32::from(*b) << (width - 8));
            (0..8).fold(start, |c, _| if c >> (width - 1) & 1 == 1 { (c << 1) ^ poly } else { c << 1 })
                & ((1 << width) - 1)
        })
    };
    for (number, first) in (0..channels[0].len()).step_by(16).enumerate() {
        let length = (channels[0].len() - first).min(16);
        let depth = [(8, 1), (16, 4), (24, 6)].iter().find(|(b, _)| *b == bits).unwrap().1;
        let mut frame = vec![0xff, 0xf8, 0x70, ((channels.len() as u8 - 1) << 4) | (depth << 1), number as u8];
        frame.extend((length as u16 - 1).to_be_bytes());
        frame.push(crc(&frame, 0x07, 8) as u8);
        for channel in channels {
            frame.push(0x02);
            for sample in &channel[first..first + length] {
                frame.extend(&sample.to_be_bytes()[4 - usize::from(bits / 8)..]);
            }
        }
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        out.extend(frame);
    }
    out
}

#[test]
fn integers_of_every_depth_are_between_minus_one_and_one() {
    let one = |bits, data: &[u8]| plain(&wav(1, 1, 8_000, bits, data)).unwrap().samples().to_vec();
    assert_eq!(one(8, &[0, 128, 192, 255]), [-1.0, 0.0, 0.5, 127.0 / 128.0]);
    assert_eq!(one(16, &[0, 0x80, 0, 0x40, 1, 0]), [-1.0, 0.5, 1.0 / 32_768.0]);
    assert_eq!(one(24, &[0, 0, 0x80, 0, 0, 0x40]), [-1.0, 0.5]);
    assert_eq!(one(32, &[0, 0, 0, 0x80, 0, 0, 0, 0x40]), [-1.0, 0.5]);
}

#[test]
fn floating_point_is_kept_as_it_is_and_must_be_finite() {
    let single = |v: &[f32]| wav(3, 1, 8_000, 32, &v.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
    let double = |v: &[f64]| wav(3, 1, 8_000, 64, &v.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
    assert_eq!(plain(&single(&[0.25, -3.0, 1e-40])).unwrap().samples(), [0.25, -3.0, 1e-40]);
    assert_eq!(plain(&double(&[0.25, -3.0])).unwrap().samples(), [0.25, -3.0]);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(plain(&single(&[0.0, 1.0, bad])), Err(SoundError::NotFinite { at: 2 }));
        assert_eq!(plain(&double(&[bad.into()])), Err(SoundError::NotFinite { at: 0 }));
    }
    // Beyond f32.
    assert_eq!(plain(&double(&[1e300])), Err(SoundError::NotFinite { at: 0 }));
}

#[test]
fn channels_are_averaged_without_overflow() {
    let data: Vec<u8> = [100_i16, 300, -100, 100].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(plain(&wav(1, 2, 11_025, 16, &data)).unwrap().samples(), [200.0 / 32_768.0, 0.0]);
    let loud: Vec<u8> = [f32::MAX; 4].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(plain(&wav(3, 4, 8_000, 32, &loud)).unwrap().samples(), [f32::MAX]);
    let sides: [&[i32]; 3] = [&[3, -3], &[30, -30], &[300, -303]];
    let mixed = plain(&flac(&sides, 16, 44_100, 2)).unwrap();
    assert_eq!((mixed.samples(), mixed.rate()), (&[111.0 / 32_768.0, -112.0 / 32_768.0][..], 44_100));
}

#[test]
fn flac_of_every_depth_is_read_with_and_without_an_announced_length() {
    for bits in [8_u8, 16, 24] {
        let full = 1 << (bits - 1);
        let wave: Vec<i32> = (0..37).map(|i| (i * 7919) % full - full / 2).chain([-full, full - 1]).collect();
        let expected: Vec<f32> = wave.iter().map(|v| *v as f32 / full as f32).collect();
        for announced in [39, 0] {
            let sound = plain(&flac(&[&wave], bits, 96_000, announced)).unwrap();
            assert_eq!((sound.samples(), sound.rate()), (&expected[..], 96_000), "{bits} bits");
        }
    }
}

#[test]
fn a_truncated_flac_says_how_far_it_goes() {
    let whole = flac(&[&(0..100).collect::<Vec<_>>()], 16, 16_000, 100);
    assert!(plain(&whole).is_ok());
    // Within a frame, and between two: a file cut there looks well.
    for keep in [whole.len() - 1, whole.len() - 12, whole.len() - 18] {
        let error = plain(&whole[..keep]).unwrap_err();
        let SoundError::Truncated { format: "FLAC", found: 96, expected: 100, .. } = error else {
            panic!("{keep}: {error:?}")
        };
    }
    for keep in 0..whole.len() {
        let error = plain(&whole[..keep]).unwrap_err();
        assert_eq!(error.to_string().lines().count(), 1, "{keep}: {error}");
    }
    let mut damaged = whole.clone();
    damaged[60] ^= 1;
    assert!(matches!(plain(&damaged), Err(SoundError::Damaged { .. })), "the checksum fails");
}

#[test]
fn a_truncated_wav_is_an_error_at_every_length() {
    let whole = wav(1, 1, 8_000, 16, &[7; 40]);
    for keep in 0..whole.len() {
        assert!(plain(&whole[..keep]).is_err(), "{keep}");
    }
    let SoundError::Truncated { found: 30, expected: 40, unit: "bytes", .. } =
        plain(&whole[..whole.len() - 10]).unwrap_err()
    else {
        panic!()
    };
}

#[test]
fn headers_that_ask_for_gigabytes_allocate_nothing() {
    let mut lies = wav(1, 1, 8_000, 16, &[7; 40]);
    lies[40..44].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    assert!(matches!(plain(&lies), Err(SoundError::Truncated { found: 40, expected: 0xffff_fff0, .. })));
    let long = flac(&[&[1, 2, 3]], 16, 16_000, (1 << 36) - 1);
    assert!(matches!(plain(&long), Err(SoundError::TooLong { .. })));
    let absent = flac(&[&[1, 2, 3]], 16, 16_000, 1 << 28);
    assert!(matches!(plain(&absent), Err(SoundError::Truncated { found: 3, .. })));
    let few = Limits { samples: 30, bytes: 1000 };
    assert!(matches!(
        decode(&wav(1, 1, 8_000, 8, &[7; 31]), &few),
        Err(SoundError::TooLong { samples: 31, limit: 30 })
    ));
    assert!(decode(&wav(1, 1, 8_000, 8, &[7; 30]), &few).is_ok());
    let uncounted = flac(&[&[0; 31]], 16, 16_000, 0);
    assert!(matches!(decode(&uncounted, &few), Err(SoundError::TooLong { samples: 31, limit: 30 })));
}

#[test]
fn headers_without_sense_are_refused() {
    assert_eq!(plain(&wav(1, 1, 8_000, 16, &[])), Err(SoundError::Empty));
    assert_eq!(plain(&wav(1, 1, 0, 16, &[0; 4])), Err(SoundError::Rate { rate: 0 }));
    for (tag, channels, bits) in [(1, 0, 16), (1, 1, 0), (1, 1, 12), (1, 1, 40), (3, 1, 16), (2, 1, 4), (85, 1, 8)] {
        let refused = plain(&wav(tag, channels, 8_000, bits, &[0; 40]));
        assert!(matches!(refused, Err(SoundError::Damaged { .. })), "{tag} {channels} {bits}: {refused:?}");
    }
    assert!(matches!(plain(&riff(&[(b"data", &[0; 4])])), Err(SoundError::Damaged { .. })));
    assert!(matches!(plain(&riff(&[(b"fmt ", &[0; 4]), (b"data", &[0; 4])])), Err(SoundError::Damaged { .. })));
    assert!(matches!(plain(&wav(1, 2, 8_000, 16, &[0; 6])), Err(SoundError::Damaged { .. })));
}

#[test]
fn other_chunks_odd_lengths_long_formats_and_pipes_are_read() {
    let sixteen = format(1, 1, 8_000, 16);
    let long = [&sixteen[..], &[0; 7]].concat();
    let odd = riff(&[(b"LIST", b"abc"), (b"fmt ", &sixteen), (b"junk", b""), (b"data", &[0, 0x40])]);
    assert_eq!(plain(&odd).unwrap().samples(), [0.5]);
    assert_eq!(plain(&riff(&[(b"fmt ", &long), (b"data", &[0, 0x40]), (b"LIST", b"end")])).unwrap().samples(), [0.5]);
    let mut piped = wav(1, 2, 8_000, 16, &[0, 0x40, 0, 0x40, 9]);
    piped[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    piped[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(plain(&piped).unwrap().samples(), [0.5]);
    let guid = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
    let extensible = [&format(0xfffe, 1, 8_000, 16)[..], &[22, 0, 16, 0, 4, 0, 0, 0], &guid].concat();
    assert_eq!(plain(&riff(&[(b"fmt ", &extensible), (b"data", &[0, 0x40])])).unwrap().samples(), [0.5]);
}

#[test]
fn what_is_written_is_read_back_to_half_a_level() {
    let wave: Vec<f32> = (0..500).map(|i| (i as f32 * 0.1).sin()).chain([1.5, -1.5]).collect();
    let sound = Sound::new(wave.clone(), 22_050).unwrap();
    let back = plain(&sound.to_wav().unwrap()).unwrap();
    assert_eq!(back.rate(), 22_050);
    for (a, b) in wave.iter().zip(back.samples()) {
        assert!((a.clamp(-1.0, 32_767.0 / 32_768.0) - b).abs() <= 0.5 / 32_768.0);
    }
}

#[test]
fn files_are_named_and_folders_listed() {
    let folder = std::env::temp_dir().join(format!("energraph-sounds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    assert!(sound_files(&folder).unwrap_err().to_string().contains("holds no sound"));
    for (name, bytes) in [("b.WAV", wav(1, 1, 8_000, 8, &[0; 9])), ("a.flac", b"fLaC".to_vec()), ("n.txt", vec![])] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let files = sound_files(&folder).unwrap();
    assert_eq!(files, [folder.join("a.flac"), folder.join("b.WAV")]);
    assert!(read(&files[0]).unwrap_err().to_string().contains("a.flac: "));
    assert_eq!(read(&files[1]).unwrap().samples().len(), 9);
    let text = read(&folder.join("n.txt")).unwrap_err();
    assert!(matches!(text.cause, SoundError::NotASound { .. }));
    let _ = std::fs::remove_dir_all(&folder);
    assert!(matches!(read(Path::new("/nonexistent.wav")).unwrap_err().cause, SoundError::Io { .. }));
}

#[test]
fn a_tone_keeps_its_pitch_phase_and_level_at_another_rate() {
    let tone = |rate: u32, n: usize| -> Vec<f32> {
        let step = std::f64::consts::TAU * 440.0 / f64::from(rate);
        (0..n).map(|i| (0.8 * (step * i as f64).sin()) as f32).collect()
    };
    for (from, to) in
        [(44_100, 16_000), (8_000, 16_000), (11_025, 16_000), (20_000, 16_000), (48_000, 16_000), (16_001, 8_000)]
    {
        let sound = Sound::new(tone(from, from as usize), from).unwrap();
        let moved = sound.resample(to).unwrap();
        assert_eq!((moved.rate(), moved.samples().len()), (to, to as usize));
        let expected = tone(to, to as usize);
        let inside = to as usize / 5..to as usize * 4 / 5;
        for i in inside {
            let gap = (moved.samples()[i] - expected[i]).abs();
            assert!(gap < 2e-3, "{from} to {to}, sample {i}: {gap}");
        }
    }
}

#[test]
fn what_the_new_rate_cannot_hold_is_taken_out() {
    let high = (0..32_000).map(|i| (f64::from(i) * std::f64::consts::TAU * 7_000.0 / 32_000.0).sin() as f32).collect();
    let moved = Sound::new(high, 32_000).unwrap().resample(8_000).unwrap();
    let inside = &moved.samples()[1_000..7_000];
    assert!(inside.iter().all(|v| v.abs() < 1e-3), "the tone of 7 kHz would sound at 1 kHz");
}

#[test]
fn short_sounds_odd_rates_and_the_same_rate_are_resampled() {
    for n in [1, 2, 79] {
        let sound = Sound::new(vec![0.5; n], 16_000).unwrap();
        assert_eq!(sound.resample(16_000).unwrap(), sound);
        for (to, length) in [(8_000, n.div_ceil(2)), (48_000, 3 * n), (1, 1), (999_983, (n * 999_983).div_ceil(16_000))]
        {
            assert_eq!(sound.resample(to).unwrap().samples().len(), length, "{n} samples to {to}");
        }
    }
    let sound = Sound::new(vec![0.5; 1_000], 1).unwrap();
    assert!(matches!(sound.resample(1_000_000), Err(SoundError::TooLong { .. })));
    assert_eq!(sound.resample(0), Err(SoundError::Rate { rate: 0 }));
    let loud = Sound::new((0..999).map(|i| if i % 2 == 0 { f32::MAX } else { -f32::MAX }).collect(), 8_000).unwrap();
    assert!(matches!(loud.resample(16_000), Ok(_) | Err(SoundError::NotFinite { .. })));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0..3_usize) {
        let begin: [&[u8]; 3] = [b"", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", b"fLaC\0\0\0\x22"];
        let _ = plain(&[begin[kind], &bytes].concat());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), flac_file in any::<bool>()
    ) {
        let mut bytes = match flac_file {
            true => flac(&[&[5; 40], &[9; 40]], 16, 16_000, 40),
            false => wav(1, 2, 16_000, 16, &[3; 80]),
        };
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        let _ = plain(&bytes);
    }
}
