//! Mel-frequency cepstral coefficients.

use std::f64::consts::PI;

use ndarray::Array2;

use super::{FeatureError, Filterbank, FilterbankOptions, FrameOptions, MelOptions, at_least};
use crate::signal::Sound;

/// Options of [`Mfcc`]; the default has Kaldi's values.
#[derive(Debug, Clone, PartialEq)]
pub struct MfccOptions {
    /// How frames are cut.
    pub frames: FrameOptions,
    /// The filters under the cepstra.
    pub mel: MelOptions,
    /// How many coefficients, the first included (13).
    pub cepstra: usize,
    /// Coefficient i is multiplied by 1 + q/2 · sin(π i / q); 0 leaves them alone (22).
    pub lifter: f64,
    /// The frame's log energy in place of the first coefficient (true).
    pub use_energy: bool,
    /// That energy is taken before preemphasis and window (true).
    pub raw_energy: bool,
    /// Least such energy, as a power (0: none beyond [`FrameOptions::floor`]).
    pub energy_floor: f64,
}

impl Default for MfccOptions {
    fn default() -> Self {
        MfccOptions {
            frames: FrameOptions::default(),
            mel: MelOptions::default(),
            cepstra: 13,
            lifter: 22.0,
            use_energy: true,
            raw_energy: true,
            energy_floor: 0.0,
        }
    }
}

/// Cepstra at one rate: the orthonormal cosine transform (type II) of log-mel energies, liftered (Davis and Mermelstein 1980).
#[derive(Clone)]
pub struct Mfcc {
    bank: Filterbank,
    options: MfccOptions,
    /// Cepstra × filters, the lifter multiplied in.
    transform: Array2<f64>,
}

impl Mfcc {
    /// Plans the cepstra of sounds of this rate.
    ///
    /// # Errors
    /// [`FeatureError`] where the options make no sense at this rate.
    pub fn new(rate: u32, options: &MfccOptions) -> Result<Self, FeatureError> {
        let plan = FilterbankOptions { frames: options.frames.clone(), mel: options.mel.clone() };
        let (bank, o) = (Filterbank::new(rate, &plan)?, options.clone());
        let filters = bank.filters();
        if o.cepstra == 0 || o.cepstra > filters {
            return Err(FeatureError::Cepstra { cepstra: o.cepstra, filters });
        }
        at_least("lifter", o.lifter, 0.0, "must be a number from 0 on")?;
        at_least("energy_floor", o.energy_floor, 0.0, "must be a number from 0 on")?;
        let n = filters as f64;
        let transform = Array2::from_shape_fn((o.cepstra, filters), |(i, j)| {
            let norm = if i == 0 { 1.0 / n } else { 2.0 / n }.sqrt();
            let lifter = if o.lifter == 0.0 { 1.0 } else { 1.0 + 0.5 * o.lifter * (PI * i as f64 / o.lifter).sin() };
            norm * lifter * (PI / n * (j as f64 + 0.5) * i as f64).cos()
        });
        Ok(Mfcc { bank, options: o, transform })
    }

    /// The cepstra of a sound: frames × coefficients; no frames where it is too short.
    ///
    /// # Errors
    /// [`FeatureError::Rate`].
    pub fn apply(&self, sound: &Sound) -> Result<Array2<f32>, FeatureError> {
        let framer = &self.bank.framer;
        framer.check(sound)?;
        let mut cepstra = Array2::zeros((framer.count(sound.samples().len()), self.options.cepstra));
        let mut scratch = framer.scratch();
        let mut energies = vec![0.0; self.bank.filters()];
        for (i, mut row) in cepstra.rows_mut().into_iter().enumerate() {
            self.bank.energies(sound.samples(), i, &mut scratch, |filter, energy| energies[filter] = energy);
            for (value, weights) in row.iter_mut().zip(self.transform.rows()) {
                *value = weights.iter().zip(&energies).map(|(w, e)| w * e).sum::<f64>() as f32;
            }
            if self.options.use_energy {
                let energy = if self.options.raw_energy { scratch.raw_energy } else { scratch.windowed_energy };
                let floor = if self.options.energy_floor > 0.0 { self.options.energy_floor.ln() } else { energy };
                row[0] = energy.max(floor) as f32;
            }
        }
        Ok(cepstra)
    }

    /// The time of the middle of frame `i` in seconds.
    pub fn centre(&self, i: usize) -> f64 {
        self.bank.centre(i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_cepstra_and_options_that_are_no_numbers_are_refused() {
        let refused = |o: MfccOptions| Mfcc::new(16_000, &o).is_err();
        let d = MfccOptions::default;
        assert!(refused(MfccOptions { cepstra: 24, ..d() }) && refused(MfccOptions { cepstra: 0, ..d() }));
        assert!(refused(MfccOptions { lifter: f64::NAN, ..d() }) && refused(MfccOptions { lifter: -1.0, ..d() }));
        assert!(refused(MfccOptions { energy_floor: f64::NAN, ..d() }));
        assert!(!refused(MfccOptions { cepstra: 23, lifter: 0.0, ..d() }));
    }

    #[test]
    fn without_lifter_all_cepstra_keep_the_length_of_the_log_energies() {
        let wave: Vec<f32> = (0..400).map(|i| ((i * i) as f32 * 0.001).sin()).collect();
        let sound = Sound::new(wave, 16_000).unwrap();
        let o = MfccOptions { cepstra: 23, lifter: 0.0, use_energy: false, ..MfccOptions::default() };
        let square = |a: &Array2<f32>| a.iter().map(|v| v * v).sum::<f32>();
        let cepstra = Mfcc::new(16_000, &o).unwrap().apply(&sound).unwrap();
        let energies = Filterbank::new(16_000, &FilterbankOptions::default()).unwrap().apply(&sound).unwrap();
        assert!((square(&cepstra) / square(&energies) - 1.0).abs() < 1e-5);
    }
}
