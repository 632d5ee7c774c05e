//! Distorted copies of training sounds: noise, other microphones, other voices, other tempi, holes.

use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::signal::features::{FeatureError, Filterbank, Moments};
use crate::signal::{Sound, normal};
use crate::speech::features::{FeatureConfig, NoFeatures};

/// How training sounds are distorted; [`SoundAugment::default`] leaves them as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundAugment {
    /// Share of the examples that is distorted at all, but for the tempo.
    pub share: f64,
    /// Of these, the share that gets noise.
    pub noise: f64,
    /// Noise lies so many dB below the mean power of the sound, from the one to the other.
    pub below: [f64; 2],
    /// Noise falls or rises with the frequency to this power, from the one to the other.
    pub tilt: [f64; 2],
    /// Standard deviation, in dB, of a smooth curve over the filters that is added.
    pub equalise: f64,
    /// Frequencies are stretched by factors up to this much from 1.
    pub warp: f64,
    /// Tempi, of which one is drawn; the plain one is 1.
    pub tempo: Vec<f64>,
    /// Share of the examples whose tempo is drawn.
    pub retimed: f64,
    /// Most bands of neighbouring filters that are wiped out, and most filters of one.
    pub bands: [usize; 2],
    /// Share of the examples in which a stretch of time is wiped out, and its most frames.
    pub hole: f64,
    /// Most frames of that stretch.
    pub hole_frames: usize,
}

impl Default for SoundAugment {
    fn default() -> Self {
        SoundAugment {
            share: 0.0,
            noise: 0.0,
            below: [5.0, 35.0],
            tilt: [-1.5, 1.0],
            equalise: 0.0,
            warp: 0.0,
            tempo: Vec::new(),
            retimed: 0.0,
            bands: [0, 0],
            hole: 0.0,
            hole_frames: 0,
        }
    }
}

impl SoundAugment {
    /// What is wrong with it.
    pub(super) fn check(&self) -> Result<(), String> {
        let shares = [("share", self.share), ("noise", self.noise), ("retimed", self.retimed), ("hole", self.hole)];
        if let Some((name, v)) = shares.iter().find(|(_, v)| !(0.0..=1.0).contains(v)) {
            return Err(format!("augment: {name} {v} is not in 0 to 1"));
        }
        let numbers = [self.below, self.tilt, [self.equalise, 0.0]];
        if numbers.iter().flatten().any(|v| !(-120.0..=120.0).contains(v)) {
            return Err("augment: below, tilt and equalise must be numbers from -120 to 120".into());
        }
        if !(0.0..=0.15).contains(&self.warp) {
            return Err(format!("augment: warp {} is not in 0 to 0.15", self.warp));
        }
        match self.tempo.iter().find(|t| !(0.5..=2.0).contains(*t)) {
            Some(tempo) => Err(format!("augment: tempo {tempo} is not in 0.5 to 2")),
            None => Ok(()),
        }
    }
}

/// Stretchings of frequency that are planned, beside none.
const WARPS: usize = 9;

/// Points of the curve over the filters.
const KNOTS: usize = 6;

/// Everything planned.
pub struct Distorter {
    features: FeatureConfig,
    augment: SoundAugment,
    /// Tempo, and banks by warp: the plain one first.
    banks: Vec<(f64, Vec<Filterbank>)>,
}

impl Distorter {
    /// Plans the filterbanks of all tempi and warps.
    ///
    /// # Errors
    /// [`FeatureError`] where one of them makes no sense.
    pub fn new(features: &FeatureConfig, augment: &SoundAugment) -> Result<Self, FeatureError> {
        let step = |i: usize| 1.0 + augment.warp * (2.0 * i as f64 / (WARPS - 1) as f64 - 1.0);
        let warps: Vec<f64> = std::iter::once(1.0).chain((0..WARPS).map(step).filter(|_| augment.warp > 0.0)).collect();
        let of_tempo = |&tempo: &f64| {
            let banks = warps.iter().map(|&warp| features.bank(tempo, warp)).collect::<Result<_, _>>()?;
            Ok((tempo, banks))
        };
        let tempi = std::iter::once(&1.0).chain(&augment.tempo);
        let banks = tempi.map(of_tempo).collect::<Result<_, FeatureError>>()?;
        Ok(Distorter { features: features.clone(), augment: augment.clone(), banks })
    }

    /// Features of a sound, distorted, and the tempo: how many times as far apart its frames are.
    ///
    /// # Errors
    /// [`NoFeatures`].
    pub fn apply<R: Rng>(&self, sound: &Sound, rng: &mut R) -> Result<(Array2<f32>, f64), NoFeatures> {
        let a = &self.augment;
        let retimed = rng.random::<f64>() < a.retimed;
        let (tempo, banks) = &self.banks[if retimed { rng.random_range(0..self.banks.len()) } else { 0 }];
        let distorted = rng.random::<f64>() < a.share;
        let bank = &banks[if distorted { rng.random_range(0..banks.len()) } else { 0 }];
        let mut x = bank.apply(sound)?;
        if x.nrows() == 0 {
            return Err(NoFeatures::TooShort { seconds: sound.seconds(), shift_ms: self.features.shift_ms });
        }
        if distorted && rng.random::<f64>() < a.noise {
            self.add_noise(&mut x, bank, rng);
        }
        if distorted && a.equalise > 0.0 {
            self.equalise(&mut x, rng);
        }
        let moments = Moments::of(&x);
        moments.normalise_softly(&mut x, self.features.soften);
        if distorted {
            self.wipe(&mut x, rng);
        }
        Ok((x, *tempo))
    }

    /// Noise, as it would come out of the filters: a sum of so many independent lines.
    fn add_noise<R: Rng>(&self, x: &mut Array2<f32>, bank: &Filterbank, rng: &mut R) {
        let a = &self.augment;
        let (below, tilt) = (between(a.below, rng), between(a.tilt, rng));
        let response = bank.response(|hz| ((hz + 125.0) / 1_875.0).powf(tilt));
        let power: f64 = x.iter().map(|v| f64::from(*v).exp()).sum::<f64>() / x.nrows() as f64;
        let whole: f64 = response.iter().map(|r| r.power).sum();
        let level = power / whole * 10.0_f64.powf(-below / 10.0);
        for mut row in x.rows_mut() {
            for (v, r) in row.iter_mut().zip(&response) {
                let lines = r.lines.round().max(1.0);
                let sum: f64 = (0..lines as usize).map(|_| -(1.0 - rng.random::<f64>()).ln()).sum();
                let noise = level * r.power * sum / lines;
                *v = (f64::from(*v).exp() + noise).ln() as f32;
            }
        }
    }

    fn equalise<R: Rng>(&self, x: &mut Array2<f32>, rng: &mut R) {
        // The natural logarithm of a power, per dB.
        let deviation = self.augment.equalise as f32 / 4.343;
        let knots: Vec<f32> = (0..KNOTS).map(|_| deviation * normal(rng)).collect();
        let last = x.ncols().saturating_sub(1).max(1) as f32;
        for (filter, mut column) in x.axis_iter_mut(Axis(1)).enumerate() {
            let at = filter as f32 / last * (KNOTS - 1) as f32;
            let (left, part) = ((at as usize).min(KNOTS - 2), at - at.floor().min((KNOTS - 2) as f32));
            column += knots[left] * (1.0 - part) + knots[left + 1] * part;
        }
    }

    /// Sets bands of filters and a stretch of time to their mean.
    fn wipe<R: Rng>(&self, x: &mut Array2<f32>, rng: &mut R) {
        let [most, widest] = self.augment.bands;
        for _ in 0..rng.random_range(0..=most) {
            wipe(x, Axis(1), widest, rng);
        }
        if rng.random::<f64>() < self.augment.hole {
            wipe(x, Axis(0), self.augment.hole_frames, rng);
        }
    }
}

fn between<R: Rng>([from, to]: [f64; 2], rng: &mut R) -> f64 {
    from + (to - from) * rng.random::<f64>()
}

/// 1 to `widest` neighbours along an axis become 0.
fn wipe<R: Rng>(x: &mut Array2<f32>, axis: Axis, widest: usize, rng: &mut R) {
    let length = x.len_of(axis);
    let width = rng.random_range(0..widest.max(1)) + 1;
    if widest == 0 || width >= length {
        return;
    }
    let first = rng.random_range(0..length - width);
    (first..first + width).for_each(|i| x.index_axis_mut(axis, i).fill(0.0));
}
