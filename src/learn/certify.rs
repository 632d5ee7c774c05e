//! Thresholds that keep an error rate, with a finite-sample bound.

use super::Scored;

/// Thresholds to try, each with a share of the risk.
///
/// # Contract
/// Chosen without a look at the answers that [`certify()`] is given. Thresholds picked by looking at them make the
/// bound void, and nothing can detect it.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// (threshold, share of the risk), strictest first.
    list: Vec<(f64, f64)>,
}

/// What is wrong with a request for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BadRequest {
    /// A rate that is not strictly between 0 and 1.
    #[error("{what} is {value}, it must lie strictly between 0 and 1")]
    Rate {
        /// "the error rate" or "the risk".
        what: &'static str,
        /// The value given.
        value: f64,
    },
    /// Thresholds that are not strictly descending numbers.
    #[error("the threshold at position {position} is not below the one before it")]
    Order {
        /// The first offending position.
        position: usize,
    },
    /// No threshold to try.
    #[error("there is no threshold to try")]
    NoThreshold,
}

/// The answer of [`certify()`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Certificate {
    /// The laxest threshold that passed.
    Certified {
        /// Accept at a confidence of at least this.
        threshold: f64,
        /// Answers it accepts of those given.
        accepted: usize,
        /// Wrong ones among them.
        errors: usize,
        /// Clopper–Pearson upper bound on the error rate, at the level left for this threshold; at most the rate
        /// asked for.
        bound: f64,
        /// Answers given.
        of: usize,
    },
    /// Not with these data, shown at the threshold that came nearest.
    NotCertifiable {
        /// The threshold that came nearest.
        threshold: f64,
        /// Accepted answers that it would take with the same number of wrong ones.
        needed: usize,
        /// Accepted answers that there are.
        have: usize,
        /// Wrong ones among them.
        errors: usize,
    },
}

impl Thresholds {
    /// Thresholds in strictly descending order; the risk is shared evenly by the `starts` positions spread evenly
    /// over them, at least one.
    ///
    /// One start is the cheapest, but if the first threshold accepts too few answers nothing is certified.
    ///
    /// # Errors
    /// [`BadRequest::Order`], [`BadRequest::NoThreshold`].
    pub fn new(descending: &[f64], starts: usize) -> Result<Self, BadRequest> {
        if descending.is_empty() {
            return Err(BadRequest::NoThreshold);
        }
        if descending.first().is_some_and(|t| t.is_nan()) {
            return Err(BadRequest::Order { position: 0 });
        }
        if let Some(at) = descending.windows(2).position(|p| !matches!(p, [a, b] if b < a)) {
            return Err(BadRequest::Order { position: at + 1 });
        }
        let (n, starts) = (descending.len(), starts.clamp(1, descending.len()));
        let mut list: Vec<(f64, f64)> = descending.iter().map(|&t| (t, 0.0)).collect();
        for s in 0..starts {
            if let Some((_, share)) = list.get_mut(s * n / starts) {
                *share += 1.0 / starts as f64;
            }
        }
        Ok(Thresholds { list })
    }

    /// Probabilities `1 − 10^(−k/4)` from 1 − 10⁻⁶ down to 0, with four starts: for confidences that are
    /// probabilities, where nothing more is known.
    pub fn standard() -> Self {
        let at = |k: u32| 1.0 - 10.0_f64.powf(-f64::from(k) / 4.0);
        let descending: Vec<f64> = (0..=24).rev().map(at).collect();
        let share = |i: usize| if [0, 6, 12, 18].contains(&i) { 0.25 } else { 0.0 };
        Thresholds { list: descending.into_iter().enumerate().map(|(i, t)| (t, share(i))).collect() }
    }

    /// Thresholds from other answers, for instance those that the temperature was fitted on: they accept a
    /// twentieth, two twentieths, … of the pilot answers. The whole risk starts at the strictest of which `answers`
    /// new ones are expected to suffice for a certificate without a wrong one, with a quarter to spare.
    ///
    /// # Errors
    /// [`BadRequest::Rate`]; [`BadRequest::NoThreshold`] where no pilot answer has a confidence.
    pub fn from_pilot(pilot: &[Scored], answers: usize, max_error: f64, risk: f64) -> Result<Self, BadRequest> {
        check_rates(max_error, risk)?;
        const PARTS: usize = 20;
        let mut sorted: Vec<f64> = pilot.iter().map(|s| s.confidence).filter(|c| !c.is_nan()).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let enough = 1.25 * fewest(0, max_error, risk) as f64;
        let mut list: Vec<(f64, f64)> = Vec::new();
        let mut started = false;
        for part in 1..=PARTS {
            let accepted = sorted.len() * part / PARTS;
            let Some(&t) = accepted.checked_sub(1).and_then(|i| sorted.get(i)) else { continue };
            if list.last().is_some_and(|&(last, _)| t >= last) {
                continue;
            }
            let start = !started && (accepted as f64 / sorted.len() as f64) * answers as f64 >= enough;
            started |= start;
            list.push((t, f64::from(u8::from(start))));
        }
        let last = list.last_mut().ok_or(BadRequest::NoThreshold)?;
        if !started {
            last.1 = 1.0;
        }
        Ok(Thresholds { list })
    }
}

/// The laxest threshold certified to keep the error rate among accepted answers at or below `max_error`, wrong with
/// probability at most `risk`.
///
/// "Accept at a confidence of at least t" is a promise about answers not yet seen. This function makes it only where
/// the data at hand suffice: with probability at least `1 − risk` over the draw of the answers, every threshold it
/// would certify has an error rate of at most `max_error` among what it accepts. Answers are taken to be independent
/// draws from what the threshold will meet; neither the confidences' calibration nor their order is assumed.
///
/// For one threshold fixed in advance, wrong answers among the accepted are binomial, and Clopper and Pearson (1934)
/// give the exact upper bound. Trying several thresholds needs care: they form a sequence fixed in advance, strict to
/// lax, tested by the fallback procedure (Wiens 2003; Wiens and Dmitrienko 2005). Each threshold has a share of the
/// risk; where it passes, its level goes on to the next. This bounds the risk of any wrong certificate, and costs
/// much less than dividing the risk by the number of thresholds.
///
/// # Errors
/// [`BadRequest::Rate`].
///
/// # Cost
/// O(thresholds × answers).
///
/// ```
/// use energraph::learn::{Certificate, Scored, Thresholds, certify};
/// let sure = vec![Scored { confidence: 0.999, right: true }; 1000];
/// let one = Thresholds::new(&[0.9], 1)?;
/// // 299 answers without a mistake are the fewest that show an error of at most 1 % at 95 %.
/// assert!(matches!(certify(&sure, &one, 0.01, 0.05)?, Certificate::Certified { accepted: 1000, .. }));
/// assert!(matches!(
///     certify(&sure[..298], &one, 0.01, 0.05)?,
///     Certificate::NotCertifiable { needed: 299, have: 298, .. }
/// ));
/// # Ok::<(), energraph::learn::BadRequest>(())
/// ```
pub fn certify(
    answers: &[Scored],
    thresholds: &Thresholds,
    max_error: f64,
    risk: f64,
) -> Result<Certificate, BadRequest> {
    check_rates(max_error, risk)?;
    let (mut certified, mut nearest) = (None, None);
    let mut fewest_missing = usize::MAX;
    let mut carried = 0.0;
    for &(threshold, share) in &thresholds.list {
        let level = risk * share + carried;
        carried = 0.0;
        if level <= 0.0 {
            continue;
        }
        let accepted = answers.iter().filter(|a| a.confidence >= threshold).count();
        let errors = answers.iter().filter(|a| a.confidence >= threshold && !a.right).count();
        if at_most(errors, accepted, max_error) <= level {
            carried = level;
            let bound = upper_bound(errors, accepted, level).min(max_error);
            certified = Some(Certificate::Certified { threshold, accepted, errors, bound, of: answers.len() });
        } else if certified.is_none() {
            let needed = fewest(errors, max_error, level);
            if needed.saturating_sub(accepted) < fewest_missing {
                fewest_missing = needed.saturating_sub(accepted);
                nearest = Some(Certificate::NotCertifiable { threshold, needed, have: accepted, errors });
            }
        }
    }
    certified.or(nearest).ok_or(BadRequest::NoThreshold)
}

/// Clopper and Pearson's exact upper bound on a rate after `hits` of `of`: the rate at which so few hits have
/// probability `level`. 1 where every trial, or none, was a hit or there was no trial.
///
/// ```
/// use energraph::learn::upper_bound;
/// assert!((upper_bound(0, 299, 0.05) - 0.00997).abs() < 1e-5);
/// ```
pub fn upper_bound(hits: usize, of: usize, level: f64) -> f64 {
    if hits >= of {
        return 1.0;
    }
    let (mut low, mut high) = (hits as f64 / of as f64, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if at_most(hits, of, middle) > level { low = middle } else { high = middle }
    }
    high
}

fn check_rates(max_error: f64, risk: f64) -> Result<(), BadRequest> {
    for (what, value) in [("the error rate", max_error), ("the risk", risk)] {
        if !(value > 0.0 && value < 1.0) {
            return Err(BadRequest::Rate { what, value });
        }
    }
    Ok(())
}

/// P(at most `hits` of `of`) at a rate; summed as logarithms, so that nothing underflows.
fn at_most(hits: usize, of: usize, rate: f64) -> f64 {
    if hits >= of {
        return 1.0;
    }
    let odds = rate.ln() - (-rate).ln_1p();
    let mut term = of as f64 * (-rate).ln_1p();
    let mut terms = vec![term];
    for i in 0..hits {
        term += ((of - i) as f64).ln() - ((i + 1) as f64).ln() + odds;
        terms.push(term);
    }
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (top.exp() * terms.iter().map(|t| (t - top).exp()).sum::<f64>()).min(1.0)
}

/// The fewest trials after which `hits` hits bound the rate by `rate` at `level`.
fn fewest(hits: usize, rate: f64, level: f64) -> usize {
    let (mut low, mut high) = (hits, hits.max(1) * 2);
    while at_most(hits, high, rate) > level && high < usize::MAX / 4 {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if at_most(hits, middle, rate) > level { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator, so that every run tests the same cases.
    struct Lcg(u64);
    impl Lcg {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// Answers whose risk at confidence c is `risk(c)`.
    fn draw(r: &mut Lcg, n: usize, risk: impl Fn(f64) -> f64) -> Vec<Scored> {
        (0..n)
            .map(|_| {
                let confidence = r.unit();
                Scored { confidence, right: r.unit() >= risk(confidence) }
            })
            .collect()
    }

    #[test]
    fn the_binomial_distribution_function_sums_its_terms() {
        assert!((at_most(2, 4, 0.5) - 11.0 / 16.0).abs() < 1e-12);
        assert!((at_most(0, 3, 0.1) - 0.729).abs() < 1e-12);
        assert_eq!(at_most(4, 4, 0.5), 1.0);
        assert!((at_most(5000, 10_000, 0.5) - 0.503989).abs() < 1e-6);
    }

    #[test]
    fn clopper_pearson_agrees_with_published_values() {
        // One-sided 97.5 %: the upper ends of Newcombe 1998, table I, method 5.
        for (hits, of, high) in [(81, 263, 0.3676), (15, 148, 0.1617), (0, 20, 0.1684), (1, 29, 0.1776)] {
            assert!((upper_bound(hits, of, 0.025) - high).abs() < 5e-5);
        }
        assert_eq!((upper_bound(0, 0, 0.05), upper_bound(3, 3, 0.05)), (1.0, 1.0));
    }

    #[test]
    fn the_fewest_trials_are_the_fewest() {
        for (hits, rate, level) in [(0, 0.01, 0.05), (1, 0.01, 0.05), (7, 0.02, 0.01), (3, 0.5, 0.3)] {
            let n = fewest(hits, rate, level);
            assert!(at_most(hits, n, rate) <= level && at_most(hits, n - 1, rate) > level);
        }
        assert_eq!(fewest(0, 0.01, 0.05), 299);
    }

    #[test]
    fn false_certificates_are_rarer_than_the_risk() {
        // Answers above t have a risk of 0.15·(1 − t)²/3 on average: at most 2 % only above t = 0.37.
        let average = |t: f64| 0.15 * (1.0 - t) * (1.0 - t) / 3.0;
        let edge = 1.0 - (0.02_f64 * 3.0 / 0.15).sqrt();
        assert!((average(edge) - 0.02).abs() < 1e-12);
        let grid: Vec<f64> = (0..40).map(|i| 0.975 - f64::from(i) * 0.025).collect();
        let pilot = draw(&mut Lcg(1), 500, |_| 0.0);
        for thresholds in [
            Thresholds::new(&grid, 1).unwrap(),
            Thresholds::new(&grid, 5).unwrap(),
            Thresholds::standard(),
            Thresholds::from_pilot(&pilot, 600, 0.02, 0.1).unwrap(),
        ] {
            let mut r = Lcg(9);
            let (mut wrong, mut certified) = (0, 0);
            for _ in 0..1000 {
                let answers = draw(&mut r, 600, |c| 0.15 * (1.0 - c) * (1.0 - c));
                if let Certificate::Certified { threshold, bound, .. } =
                    certify(&answers, &thresholds, 0.02, 0.1).unwrap()
                {
                    certified += 1;
                    assert!(bound <= 0.02);
                    wrong += i32::from(threshold < edge);
                }
            }
            // Three standard deviations of a rate of 10 % over 1,000 runs.
            assert!(wrong <= 128, "{wrong} wrong of {certified}");
        }
    }

    #[test]
    fn a_pilot_certifies_much_where_errors_are_few() {
        let mut r = Lcg(3);
        let risk = |c: f64| if c > 0.2 { 0.0 } else { 0.5 };
        let pilot = draw(&mut r, 400, risk);
        let thresholds = Thresholds::from_pilot(&pilot, 1000, 0.01, 0.05).unwrap();
        let answers = draw(&mut r, 1000, risk);
        let Certificate::Certified { accepted, threshold, errors, .. } =
            certify(&answers, &thresholds, 0.01, 0.05).unwrap()
        else {
            panic!("not certified")
        };
        assert!(accepted > 700 && threshold > 0.19 && errors <= 4, "{accepted} at {threshold}, {errors} wrong");
    }

    #[test]
    fn what_is_missing_for_a_certificate_is_more_than_there_is() {
        let mut answers = vec![Scored { confidence: 0.9, right: true }; 400];
        answers.extend([Scored { confidence: 0.9, right: false }; 2]);
        let one = Thresholds::new(&[0.5], 1).unwrap();
        let Certificate::NotCertifiable { needed, have, errors, .. } = certify(&answers, &one, 0.01, 0.05).unwrap()
        else {
            panic!("certified")
        };
        assert_eq!((have, errors), (402, 2));
        assert_eq!(needed, fewest(2, 0.01, 0.05));
        assert!(needed > have);
        assert!(matches!(
            certify(&[], &one, 0.01, 0.05).unwrap(),
            Certificate::NotCertifiable { needed: 299, have: 0, errors: 0, .. }
        ));
    }

    #[test]
    fn shares_of_the_risk_add_up_to_one() {
        let total = |t: &Thresholds| t.list.iter().map(|(_, s)| s).sum::<f64>();
        let grid: Vec<f64> = (0..7).map(|i| -f64::from(i)).collect();
        for starts in 0..10 {
            assert!((total(&Thresholds::new(&grid, starts).unwrap()) - 1.0).abs() < 1e-12);
        }
        assert_eq!(total(&Thresholds::standard()), 1.0);
        for n in [1, 5, 50] {
            let pilot = draw(&mut Lcg(1), n, |_| 0.0);
            assert_eq!(total(&Thresholds::from_pilot(&pilot, 500, 0.01, 0.05).unwrap()), 1.0);
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        assert_eq!(Thresholds::new(&[0.5, 0.5], 1), Err(BadRequest::Order { position: 1 }));
        assert_eq!(Thresholds::new(&[f64::NAN], 1).unwrap_err(), BadRequest::Order { position: 0 });
        assert_eq!(Thresholds::new(&[], 1), Err(BadRequest::NoThreshold));
        assert_eq!(Thresholds::from_pilot(&[], 10, 0.01, 0.05), Err(BadRequest::NoThreshold));
        let t = Thresholds::standard();
        assert!(matches!(certify(&[], &t, 0.0, 0.05), Err(BadRequest::Rate { .. })));
        assert!(matches!(certify(&[], &t, 0.01, f64::NAN), Err(BadRequest::Rate { .. })));
    }
}
