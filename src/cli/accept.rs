//! From a requested error rate to a threshold.

use crate::handwriting::ModelInfo;
use crate::learn::{BadRequest, Certificate, Scored, Thresholds, certify, error_reject_curve};

/// Probability that a certificate is wrong.
const RISK: f64 = 0.05;

/// From which confidence on answers are accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Acceptance {
    /// The lowest confidence accepted; infinite where nothing is.
    pub(super) threshold: f64,
    /// Whether the error rate is certified.
    pub(super) certified: bool,
    max_error: f64,
    /// How many are held out, and what they are.
    held_out: (usize, &'static str),
    /// What a certificate would have taken: accepted fields with so many errors, and how many there were.
    missing: Option<(usize, usize, usize)>,
}

impl Acceptance {
    /// The threshold for an error rate from the model's held-out fields.
    pub(super) fn new(info: &ModelInfo, max_error: f64) -> Result<Self, BadRequest> {
        Acceptance::of(&info.dev, "fields", max_error)
    }

    /// The threshold for an error rate from what a model holds of held-out inputs, as (confidence, right); `what` they are.
    ///
    /// Where they are too few for a certificate, the laxest threshold that kept the rate on them; where none did,
    /// nothing is accepted.
    pub(super) fn of(dev: &[(f32, bool)], what: &'static str, max_error: f64) -> Result<Self, BadRequest> {
        let scored = |&(confidence, right): &(f32, bool)| Scored { confidence: f64::from(confidence), right };
        let held_out: Vec<Scored> = dev.iter().map(scored).collect();
        let number = (held_out.len(), what);
        let made =
            |threshold, certified, missing| Acceptance { threshold, certified, max_error, held_out: number, missing };
        match certify(&held_out, &Thresholds::standard(), max_error, RISK)? {
            Certificate::Certified { threshold, .. } => Ok(made(threshold, true, None)),
            Certificate::NotCertifiable { needed, have, errors, .. } => {
                let kept = error_reject_curve(&held_out).into_iter().filter(|p| p.error <= max_error);
                let threshold = kept.map(|p| p.threshold).fold(f64::INFINITY, f64::min);
                Ok(made(threshold, false, Some((needed, errors, have))))
            }
        }
    }

    /// Whether an answer is accepted.
    pub(super) fn takes(&self, confidence: f64) -> bool {
        confidence >= self.threshold
    }

    /// What is done with an answer, and why.
    pub(super) fn verdict(&self, confidence: f64) -> String {
        let (verdict, sign) = if self.takes(confidence) { ("accepted", "at least") } else { ("rejected", "below") };
        let how = if self.certified { "certified" } else { "uncertified" };
        format!("{verdict}: {sign} {:.4}, the {how} threshold for {} % error", self.threshold, 100.0 * self.max_error)
    }

    /// What to say where there is no certificate.
    pub(super) fn caveat(&self) -> Option<String> {
        let (needed, errors, have) = self.missing?;
        let (number, kind) = self.held_out;
        let percent = 100.0 * self.max_error;
        let what = if self.threshold.is_finite() {
            format!("the threshold {:.4} kept it on them, and promises no more", self.threshold)
        } else {
            "nothing is accepted".to_owned()
        };
        Some(format!(
            "an error of at most {percent} % is not certifiable with the model's {number} held-out {kind} \
             ({needed} accepted with {errors} wrong would be needed, there are {have}): {what}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handwriting::train::{CutConfig, ScorerConfig};

    fn info(dev: Vec<(f32, bool)>) -> ModelInfo {
        ModelInfo {
            version: 1,
            name: "test".into(),
            alphabet: "01".into(),
            grammar: "digits".into(),
            scorer: ScorerConfig::shared([4; 6]),
            image: Default::default(),
            cuts: CutConfig::uniform(4, 32.0),
            priors: Vec::new(),
            beta: 1.0,
            dev,
            steps: 0,
            seed: 0,
        }
    }

    #[test]
    fn enough_held_out_fields_certify_and_few_only_describe() {
        let many = Acceptance::new(&info(vec![(0.9995, true); 2000]), 0.01).unwrap();
        assert!(many.certified && many.caveat().is_none() && many.takes(0.9995));
        let mut few = vec![(0.99, true); 60];
        few.extend([(0.7, false), (0.6, true)]);
        let few = Acceptance::new(&info(few), 0.01).unwrap();
        // Confidences are kept as f32.
        assert!(!few.certified && few.takes(f64::from(0.99_f32)) && !few.takes(0.98));
        assert!(few.caveat().unwrap().contains("not certifiable with the model's 62 held-out fields"));
    }

    #[test]
    fn without_held_out_fields_nothing_is_accepted() {
        let none = Acceptance::new(&info(Vec::new()), 0.01).unwrap();
        assert!(!none.takes(1.0) && none.caveat().unwrap().contains("nothing is accepted"));
        assert!(Acceptance::new(&info(Vec::new()), 1.5).is_err());
    }
}
