//! How probable the phones of a transcript are over time, and the transcript as a whole.

use ndarray::Array2;

use super::plan::{self, Plan};
use super::{PlaceError, PlaceOptions, Placement, SpeechFrames, choose, excess, free_energies};
use crate::graph::Label;
use crate::paths::Beta;
use crate::speech::{PhoneClasses, Transcript};
use crate::trellis::{Emissions, Topology, Unit, free_energy, posteriors};

/// The share of all alignments in which each phone of a placement lies at each frame: frames × phones. What a row lacks to 1 is silence, or speech
/// that is not transcribed. Words are said as the placement has them.
///
/// # Errors
/// As [`place`](super::place()).
///
/// # Cost
/// O(frames × phones × positions), in memory too: it is for pictures.
pub fn occupancy(
    frames: &SpeechFrames<'_>,
    said: &Transcript,
    placed: &Placement,
    o: &PlaceOptions,
) -> Result<Array2<f32>, PlaceError> {
    let ways: Vec<usize> = placed.words.iter().map(|w| w.way).collect();
    let plan = Plan::new(frames.classes, said, &ways, &o.fit)?;
    let free = free_energies(frames.energies);
    let free = frames.free.map_or(free, |f| f.to_owned());
    let with_other = excess::with_other(frames, &free, &o.fit);
    // A column for every unit, so that shares are those of units, not of classes.
    let units = plan.units();
    let own = Array2::from_shape_fn((with_other.nrows(), units.len()), |(t, k)| {
        units
            .get(k)
            .and_then(|u| with_other.get((t, (u.reads as usize).wrapping_sub(1))))
            .copied()
            .unwrap_or(f32::INFINITY)
    });
    let apart = |(k, u): (usize, &Unit)| Unit { reads: k as Label + 1, ..*u };
    let apart: Vec<Unit> = units.iter().enumerate().map(apart).collect();
    let found = posteriors(&Emissions::new(own.view())?, &Topology::left_to_right(&apart)?, Beta::Finite(o.fit.beta))?;
    let mut shares = Array2::zeros((own.nrows(), placed.phones.len()));
    let (silence, other) = (plan::label(PhoneClasses::SILENCE), plan::label(frames.classes.count()));
    let mut begun = 0;
    for (unit, column) in
        units.iter().zip(found.emissions.columns()).filter(|(u, _)| u.reads != silence && u.reads != other)
    {
        begun += usize::from(unit.writes != 0);
        if begun > 0 && begun <= shares.ncols() {
            let mut phone = shares.column_mut(begun - 1);
            phone += &column;
        }
    }
    Ok(shares)
}

/// How much worse a transcript is than any phones would be, over the whole recording, in nats: its free energy over all ways to say it and all
/// alignments, less the sum of the frames' ([`SpeechFrames::free`]). What adaptation to a speaker makes small. +∞ where no alignment is possible.
///
/// # Errors
/// As [`place`](super::place()).
///
/// # Cost
/// That of [`free_energy`] over all ways to say the words.
pub fn transcript_energy(frames: &SpeechFrames<'_>, said: &Transcript, o: &PlaceOptions) -> Result<f64, PlaceError> {
    super::error::check(frames, said, o)?;
    let free = free_energies(frames.energies);
    let free = frames.free.map_or(free, |f| f.to_owned());
    let with_other = excess::with_other(frames, &free, &o.fit);
    let topology = choose::all_ways(frames.classes, said, 0..said.words.len(), o)?;
    let of_transcript = free_energy(&Emissions::new(with_other.view())?, &topology, Beta::Finite(o.fit.beta))?;
    Ok(of_transcript - free.sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::phones::Notation;
    use crate::speech::{FrameTimes, place};
    use ndarray::array;

    /// Silence, a, t, a, silence, four frames each.
    fn energies() -> Array2<f32> {
        let said = [0, 1, 2, 1, 0];
        Array2::from_shape_fn((20, 3), |(t, c)| if c == said[t / 4] { 0.2 } else { 2.0 })
    }

    fn frames<'a>(energies: &'a Array2<f32>, classes: &'a PhoneClasses) -> SpeechFrames<'a> {
        let times = FrameTimes::from_zero(0.01, energies.nrows());
        SpeechFrames { energies: energies.view(), classes, free: None, times }
    }

    #[test]
    fn the_same_phone_twice_has_two_columns_and_frames_of_speech_sum_to_one() {
        let (energies, classes) = (energies(), PhoneClasses::new(&["a".into(), "t".into()], 1).unwrap());
        let (said, o) = (Transcript::from_phones("a t a", Notation::Ipa).unwrap(), PlaceOptions::default());
        let f = frames(&energies, &classes);
        let shares = occupancy(&f, &said, &place(&f, &said, &o).unwrap(), &o).unwrap();
        assert_eq!(shares.dim(), (20, 3));
        for (t, phone) in [(5, 0), (9, 1), (14, 2)] {
            assert!(shares[[t, phone]] > 0.9, "{shares:?}");
            assert!((shares.row(t).sum() - 1.0).abs() < 0.05);
        }
        assert!(shares.row(0).sum() < 0.1 && shares.row(19).sum() < 0.1);
    }

    #[test]
    fn a_transcript_that_fits_has_the_lower_energy_and_one_of_certain_frames_none() {
        let (energies, classes) = (energies(), PhoneClasses::new(&["a".into(), "t".into()], 1).unwrap());
        let o = PlaceOptions::default();
        let energy = |said: &str| {
            transcript_energy(&frames(&energies, &classes), &Transcript::from_phones(said, Notation::Ipa).unwrap(), &o)
                .unwrap()
        };
        assert!(energy("a t a") < energy("t a t") && energy("a t a") < energy("a"));
        // Every frame is what it is: the one alignment is all there is.
        let sure = energies.mapv(|e| if e < 1.0 { 0.0 } else { 1e3 });
        let only =
            transcript_energy(&frames(&sure, &classes), &Transcript::from_phones("a t a", Notation::Ipa).unwrap(), &o);
        assert!(only.unwrap().abs() < 1e-9);
        let never = array![[0.0, f32::INFINITY, 0.0], [0.0, f32::INFINITY, 0.0]];
        let said = Transcript::from_phones("a", Notation::Ipa).unwrap();
        assert_eq!(transcript_energy(&frames(&never, &classes), &said, &o), Ok(f64::INFINITY));
    }
}
