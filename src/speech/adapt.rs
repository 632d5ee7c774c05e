//! Adaptation to a speaker: the length of the vocal tract, and the moments of the features.
//!
//! A shorter vocal tract has its formants higher. [`adapt`] tries frequency warps of the filterbank
//! ([`crate::signal::features::MelOptions::warp`]) and keeps the one under which the transcripts of all of a speaker's utterances have the lowest
//! free energy in sum (Lee and Rose 1996, *Speaker normalization using efficient frequency warping procedures*, with transcripts given). The features are
//! normalised by moments gathered over all of the speaker's utterances, for each warp anew, so that no warp wins by having less variance.

use ndarray::Array2;

use crate::signal::features::Moments;

/// The factors that are tried: 0.88 to 1.12 in steps of 0.02.
pub const WARPS: [f64; 13] = [0.88, 0.90, 0.92, 0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08, 1.10, 1.12];

/// A speaker's utterances with their transcripts under some model.
pub trait Speaker {
    /// What goes wrong.
    type Error;

    /// How many utterances there are.
    fn utterances(&self) -> usize;

    /// The features of an utterance under a warp, frames × dimensions, not normalised. They must not depend on calls before.
    ///
    /// # Errors
    /// Whatever goes wrong.
    fn features(&mut self, utterance: usize, warp: f64) -> Result<Array2<f32>, Self::Error>;

    /// The features moved and scaled by the speaker's moments.
    fn normalise(&self, features: &mut Array2<f32>, moments: &Moments) {
        moments.normalise(features);
    }

    /// The free energy of the utterance's transcript: lower where it fits better; +∞ or NaN where it does not fit at all.
    ///
    /// # Errors
    /// Whatever goes wrong.
    fn free_energy(&mut self, utterance: usize, features: &Array2<f32>) -> Result<f64, Self::Error>;
}

/// What suits a speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptation {
    /// The warp of the frequencies.
    pub warp: f64,
    /// The moments of all utterances under it.
    pub moments: Moments,
    /// Every warp that was tried and its free energy: the sum over the utterances that count.
    pub tried: Vec<(f64, f64)>,
    /// How many utterances count: those whose transcript fits under every warp.
    pub counted: usize,
}

/// Chooses the warp of lowest free energy, among equals the one nearest to 1, and gathers the moments under it.
///
/// Without warps, utterances or a transcript that fits, nothing is warped. Cost: features and free energy of every utterance for every warp; the
/// features of all utterances are held for one warp at a time.
///
/// ```
/// use energraph::signal::features::Moments;
/// use energraph::speech::adapt::{Speaker, WARPS, adapt};
/// use ndarray::{Array2, array};
///
/// /// One utterance that fits best where it is warped by 1.06.
/// struct Toy;
/// impl Speaker for Toy {
///     type Error = std::convert::Infallible;
///     fn utterances(&self) -> usize { 1 }
///     fn features(&mut self, _: usize, warp: f64) -> Result<Array2<f32>, Self::Error> {
///         Ok(array![[warp as f32], [0.0]])
///     }
///     fn normalise(&self, _: &mut Array2<f32>, _: &Moments) {}
///     fn free_energy(&mut self, _: usize, x: &Array2<f32>) -> Result<f64, Self::Error> {
///         Ok(f64::from(x[[0, 0]] - 1.06).powi(2))
///     }
/// }
/// let found = adapt(&mut Toy, &WARPS)?;
/// assert_eq!((found.warp, found.moments.frames(), found.counted), (1.06, 2, 1));
/// # Ok::<(), std::convert::Infallible>(())
/// ```
///
/// # Errors
/// The speaker's.
pub fn adapt<S: Speaker>(speaker: &mut S, warps: &[f64]) -> Result<Adaptation, S::Error> {
    let mut energies = Vec::with_capacity(warps.len());
    for &warp in warps {
        energies.push(under(speaker, warp)?);
    }
    let fits = |u: &usize| energies.iter().all(|(of_warp, _)| of_warp.get(*u).is_some_and(|e| e.is_finite()));
    let counted: Vec<usize> = (0..speaker.utterances()).filter(fits).collect();
    let total = |of_warp: &Vec<f64>| counted.iter().filter_map(|u| of_warp.get(*u)).sum::<f64>();
    let tried: Vec<(f64, f64)> = warps.iter().zip(&energies).map(|(w, (of_warp, _))| (*w, total(of_warp))).collect();
    let better =
        |a: &(f64, f64), b: &(f64, f64)| a.1.total_cmp(&b.1).then((a.0 - 1.0).abs().total_cmp(&(b.0 - 1.0).abs()));
    let best = tried.iter().zip(energies).filter(|_| !counted.is_empty()).min_by(|a, b| better(a.0, b.0));
    let (warp, moments) = match best {
        Some((&(warp, _), (_, moments))) => (warp, moments),
        None => (1.0, together(speaker, 1.0)?.1),
    };
    Ok(Adaptation { warp, moments, tried, counted: counted.len() })
}

/// All features under a warp, and their moments.
fn together<S: Speaker>(speaker: &mut S, warp: f64) -> Result<(Vec<Array2<f32>>, Moments), S::Error> {
    let all: Vec<_> = (0..speaker.utterances()).map(|u| speaker.features(u, warp)).collect::<Result<_, _>>()?;
    let mut moments = Moments::default();
    all.iter().for_each(|features| moments.add(features));
    Ok((all, moments))
}

/// The free energy of each utterance under a warp.
fn under<S: Speaker>(speaker: &mut S, warp: f64) -> Result<(Vec<f64>, Moments), S::Error> {
    let (all, moments) = together(speaker, warp)?;
    let mut energies = Vec::with_capacity(all.len());
    for (u, mut features) in all.into_iter().enumerate() {
        speaker.normalise(&mut features, &moments);
        energies.push(speaker.free_energy(u, &features)?);
    }
    Ok((energies, moments))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::signal::Sound;
    use crate::signal::features::{Filterbank, FilterbankOptions, MelOptions};

    const RATE: u32 = 16_000;
    /// Formants of ɑ, i and u in Hz, of a tract of length 1.
    const VOWELS: [[f64; 3]; 3] = [[730.0, 1_090.0, 2_440.0], [270.0, 2_290.0, 3_010.0], [300.0, 870.0, 2_240.0]];
    const FRAMES: usize = 20;

    /// Vowels after each other, their formants divided by the length of the tract: harmonics of a falling voice, weighed by resonances.
    fn say(vowels: &[usize], length: f64) -> Sound {
        let (mut samples, mut phase) = (Vec::new(), 0.0);
        for (v, i) in vowels.iter().flat_map(|v| (0..FRAMES * 160).map(move |i| (*v, i))) {
            let pitch = 140.0 - 20.0 * i as f64 / (FRAMES * 160) as f64;
            phase += TAU * pitch / f64::from(RATE);
            let amplitude = |hz: f64| {
                let near = |f: &f64| (1.0 + ((hz - f / length) / 60.0).powi(2)).recip();
                VOWELS[v].iter().map(near).sum::<f64>().sqrt()
            };
            let harmonics = (1..40).map(|k| amplitude(f64::from(k) * pitch) * (f64::from(k) * phase).sin());
            samples.push(0.02 * harmonics.sum::<f64>() as f32);
        }
        Sound::new(samples, RATE).unwrap()
    }

    struct Vowels {
        said: Vec<(Sound, Vec<usize>)>,
        /// The features of a vowel, by vowel; empty until learnt.
        means: Vec<Vec<f32>>,
    }

    impl Speaker for Vowels {
        type Error = crate::signal::features::FeatureError;

        fn utterances(&self) -> usize {
            self.said.len()
        }

        fn features(&mut self, utterance: usize, warp: f64) -> Result<Array2<f32>, Self::Error> {
            let mel = MelOptions { filters: 30, warp, ..MelOptions::default() };
            Filterbank::new(RATE, &FilterbankOptions { mel, ..FilterbankOptions::default() })?
                .apply(&self.said[utterance].0)
        }

        /// −log of the sum over all segmentations of e^−E, E the squared distances from the vowels' means.
        fn free_energy(&mut self, utterance: usize, x: &Array2<f32>) -> Result<f64, Self::Error> {
            let vowels = &self.said[utterance].1;
            let distance = |t: usize, v: usize| {
                x.row(t).iter().zip(&self.means[v]).map(|(a, b)| f64::from((a - b).powi(2))).sum::<f64>()
            };
            let mut at = vec![f64::INFINITY; vowels.len()];
            at[0] = distance(0, vowels[0]);
            for t in 1..x.nrows() {
                for k in (0..at.len()).rev() {
                    let before = if k > 0 { at[k - 1] } else { f64::INFINITY };
                    let least = at[k].min(before);
                    let sum = if least.is_finite() { (least - at[k]).exp() + (least - before).exp() } else { 1.0 };
                    at[k] = least - sum.ln() + distance(t, vowels[k]);
                }
            }
            Ok(at[vowels.len() - 1])
        }
    }

    fn speaker(length: f64, means: &[Vec<f32>]) -> Vowels {
        let said = [vec![0, 1, 2], vec![2, 0, 1, 0], vec![1, 2]];
        Vowels { said: said.into_iter().map(|v| (say(&v, length), v)).collect(), means: means.to_vec() }
    }

    /// Means of the vowels of a tract of length 1.
    fn learnt() -> Vec<Vec<f32>> {
        let mut reference = speaker(1.0, &[]);
        let (all, moments) = together(&mut reference, 1.0).unwrap();
        let mut sums = vec![(vec![0.0; 30], 0.0); 3];
        for (mut x, (_, vowels)) in all.into_iter().zip(&reference.said) {
            moments.normalise(&mut x);
            for (t, row) in x.rows().into_iter().enumerate() {
                let (sum, count) = &mut sums[vowels[(t / FRAMES).min(vowels.len() - 1)]];
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
                *count += 1.0;
            }
        }
        sums.into_iter().map(|(sum, count)| sum.into_iter().map(|s| s / count).collect()).collect()
    }

    #[test]
    fn the_warp_of_a_synthesised_voice_is_found_again() {
        let means = learnt();
        for length in [0.9, 1.0, 1.1] {
            let found = adapt(&mut speaker(length, &means), &WARPS).unwrap();
            assert!((found.warp - length).abs() < 0.021, "{length}: {:?}", found.tried);
            assert_eq!((found.tried.len(), found.counted), (WARPS.len(), 3));
            let energy = |warp: f64| found.tried.iter().find(|t| t.0 == warp).unwrap().1;
            assert!(length == 1.0 || energy(found.warp) < 0.9 * energy(1.0), "{length}: {:?}", found.tried);
        }
    }

    /// Free energies by warp (rows of a table) and utterance.
    struct Given(Vec<(f64, Vec<f64>)>);

    impl Speaker for Given {
        type Error = &'static str;

        fn utterances(&self) -> usize {
            self.0.first().map_or(0, |row| row.1.len())
        }

        fn features(&mut self, _: usize, warp: f64) -> Result<Array2<f32>, Self::Error> {
            if warp > 2.0 { Err("too far") } else { Ok(Array2::from_elem((2, 1), warp as f32)) }
        }

        fn normalise(&self, _: &mut Array2<f32>, _: &Moments) {}

        fn free_energy(&mut self, utterance: usize, x: &Array2<f32>) -> Result<f64, Self::Error> {
            let row = self.0.iter().find(|row| row.0 as f32 == x[[0, 0]]);
            row.map(|row| row.1[utterance]).ok_or("not tried")
        }
    }

    #[test]
    fn an_utterance_that_fits_under_some_warps_only_does_not_count() {
        let table =
            vec![(0.9, vec![5.0, 1.0, f64::NAN]), (1.0, vec![4.0, f64::INFINITY, 0.0]), (1.1, vec![9.0, 0.0, 0.0])];
        let found = adapt(&mut Given(table), &[0.9, 1.0, 1.1]).unwrap();
        assert_eq!((found.warp, found.counted), (1.0, 1));
        assert_eq!(found.tried, [(0.9, 5.0), (1.0, 4.0), (1.1, 9.0)]);
        // The moments are of all utterances, and of the chosen warp.
        let mut x = Array2::from_elem((1, 1), 1.0);
        found.moments.normalise(&mut x);
        assert_eq!((found.moments.frames(), x[[0, 0]]), (6, 0.0));
    }

    #[test]
    fn among_equals_the_least_warp_wins_and_nothing_that_fits_warps_nothing() {
        let same = |e: f64| vec![(0.9, vec![e]), (1.02, vec![e]), (1.1, vec![e])];
        assert_eq!(adapt(&mut Given(same(3.0)), &[0.9, 1.02, 1.1]).unwrap().warp, 1.02);
        assert_eq!(adapt(&mut Given(same(f64::INFINITY)), &[0.9, 1.02, 1.1]).unwrap().warp, 1.0);
        assert_eq!(adapt(&mut Given(vec![]), &[0.9]).unwrap().warp, 1.0);
        assert_eq!(adapt(&mut Given(same(1.0)), &[]).unwrap().warp, 1.0);
        assert_eq!(adapt(&mut Given(same(1.0)), &[0.9, 3.0]).unwrap_err(), "too far");
    }
}
