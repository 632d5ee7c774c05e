//! Frequencies warped for the length of a vocal tract.

use super::{FeatureError, MelOptions};

/// A continuous, rising, piecewise linear map of the range of the filters to itself, Kaldi's (Povey et al. 2011; after Lee and Rose 1996): division by the
/// factor in the middle, straight lines from there to both ends, which stay where they are.
#[derive(Debug, Clone)]
pub(super) struct Vtln {
    low: f64,
    high: f64,
    factor: f64,
    /// Where the middle begins and ends.
    knees: (f64, f64),
}

impl Vtln {
    /// The map of these options over a range in Hz; `None` where nothing is warped.
    pub(super) fn new(o: &MelOptions, (low, high): (f64, f64), nyquist: f64) -> Result<Option<Self>, FeatureError> {
        let factor = o.warp;
        let option = |name, value, why| Err(FeatureError::Option { name, value, why });
        if !(factor.is_finite() && factor > 0.0) {
            return option("warp", factor, "must be a positive number");
        }
        if factor == 1.0 {
            return Ok(None);
        }
        let upper = if o.vtln_high < 0.0 { nyquist + o.vtln_high } else { o.vtln_high };
        // Written so that NaN fails.
        if !(o.vtln_low > low && o.vtln_low < upper) {
            return option("vtln_low", o.vtln_low, "must lie above the lower end of the filters and below vtln_high");
        }
        if upper.is_nan() || upper >= high {
            return option("vtln_high", o.vtln_high, "must lie below the upper end of the filters");
        }
        let knees = (o.vtln_low * factor.max(1.0), upper * factor.min(1.0));
        if knees.0 >= knees.1 {
            return option("warp", factor, "nothing is left between vtln_low and vtln_high");
        }
        Ok(Some(Vtln { low, high, factor, knees }))
    }

    /// Where a frequency goes, in Hz.
    pub(super) fn warp(&self, hz: f64) -> f64 {
        let Vtln { low, high, factor, knees: (left, right) } = *self;
        if hz <= low || hz >= high {
            hz
        } else if hz < left {
            low + (left / factor - low) / (left - low) * (hz - low)
        } else if hz < right {
            hz / factor
        } else {
            high + (high - right / factor) / (high - right) * (hz - high)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Sound;
    use crate::signal::features::{Filterbank, FilterbankOptions};

    fn map(factor: f64) -> Vtln {
        let options = MelOptions { warp: factor, ..MelOptions::default() };
        Vtln::new(&options, (20.0, 4_000.0), 4_000.0).unwrap().unwrap()
    }

    #[test]
    fn the_map_is_continuous_and_rising_keeps_its_ends_and_divides_in_the_middle() {
        for factor in [0.7, 0.88, 0.999, 1.001, 1.12, 1.4] {
            let (v, step) = (map(factor), 0.25);
            for i in 0..=(3_980.0 / step) as usize {
                let hz = 20.0 + i as f64 * step;
                let rise = v.warp(hz + step) - v.warp(hz);
                // No slope of these is steeper than 3, and none is flat.
                assert!(rise > 0.05 * step && rise < 3.0 * step + 1e-9, "{factor} at {hz}: {rise}");
            }
            assert_eq!((v.warp(20.0), v.warp(4_000.0), v.warp(0.0)), (20.0, 4_000.0, 0.0));
            assert!((v.warp(1_000.0) - 1_000.0 / factor).abs() < 1e-9);
        }
    }

    #[test]
    fn the_knees_are_where_kaldi_has_them() {
        // The higher knee h has max(h, h / factor) = 3,500 Hz, the lower one l min(l, l / factor) = 100 Hz.
        let (longer, shorter) = (map(1.25), map(0.8));
        assert_eq!((longer.knees, shorter.knees), ((125.0, 3_500.0), (100.0, 2_800.0)));
        assert!((longer.warp(3_750.0) - 3_400.0).abs() < 1e-9 && (shorter.warp(60.0) - 72.5).abs() < 1e-9);
    }

    #[test]
    fn a_factor_of_one_changes_no_bit() {
        let wave = (0..4_000).map(|i| ((i * i) as f32 * 0.001).sin()).collect();
        let sound = Sound::new(wave, 8_000).unwrap();
        let with = |mel: MelOptions| {
            let options = FilterbankOptions { mel, ..FilterbankOptions::default() };
            Filterbank::new(8_000, &options).unwrap().apply(&sound).unwrap()
        };
        let plain = with(MelOptions::default());
        // Knees that no warp could have are not looked at.
        let one = with(MelOptions { warp: 1.0, vtln_low: -1.0, vtln_high: f64::NAN, ..MelOptions::default() });
        assert_eq!(one, plain);
        assert_ne!(with(MelOptions { warp: 1.1, ..MelOptions::default() }), plain);
        let near = with(MelOptions { warp: 1.0 + 1e-12, ..MelOptions::default() });
        assert!((near - plain).iter().all(|d| d.abs() < 1e-4));
    }

    #[test]
    fn a_formant_at_f_over_w_falls_where_one_at_f_falls_unwarped() {
        let tone = |hz: f64| {
            let wave = (0..4_000).map(|i| (std::f64::consts::TAU * hz * f64::from(i) / 8e3).sin() as f32);
            Sound::new(wave.collect(), 8_000).unwrap()
        };
        let loudest = |hz: f64, warp: f64| {
            let mel = MelOptions { filters: 40, warp, ..MelOptions::default() };
            let bank = Filterbank::new(8_000, &FilterbankOptions { mel, ..FilterbankOptions::default() }).unwrap();
            let x = bank.apply(&tone(hz)).unwrap();
            (0..40).max_by(|a, b| x[[20, *a]].total_cmp(&x[[20, *b]])).unwrap()
        };
        for w in [0.85, 1.15] {
            assert_eq!(loudest(1_200.0 / w, w), loudest(1_200.0, 1.0));
            assert_ne!(loudest(1_200.0 / w, 1.0), loudest(1_200.0, 1.0));
        }
    }

    #[test]
    fn factors_and_knees_without_sense_are_refused() {
        let refused = |o: MelOptions| Vtln::new(&o, (20.0, 4_000.0), 4_000.0).is_err();
        let d = MelOptions::default;
        for warp in [0.0, -1.0, f64::NAN, f64::INFINITY, 0.02, 40.0] {
            assert!(refused(MelOptions { warp, ..d() }), "{warp}");
        }
        for vtln_low in [20.0, f64::NAN, 3_500.0] {
            assert!(refused(MelOptions { warp: 1.1, vtln_low, ..d() }), "{vtln_low}");
        }
        for vtln_high in [0.0, -0.0, 4_000.0, f64::NAN, 50.0] {
            assert!(refused(MelOptions { warp: 1.1, vtln_high, ..d() }), "{vtln_high}");
        }
    }
}
