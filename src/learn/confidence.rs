//! Confidences from free energies, their temperature, and the error–reject curve.

/// `p(y|x) = exp(−β·(F_β(y) − F_β(all)))`: the share of answer `y` in the Gibbs distribution over all answers.
///
/// Both free energies are at the same β, the latter over every answer including `y`. Rounding may put `F(y)` below
/// `F(all)`; the result is kept in [0, 1]. 0 where `y` is impossible.
///
/// ```
/// use energraph::learn::confidence;
/// // Two answers of equal energy 1: F(all) = 1 − log 2.
/// assert!((confidence(1.0, 1.0 - 2.0_f64.ln(), 1.0) - 0.5).abs() < 1e-12);
/// ```
pub fn confidence(answer: f64, all: f64, beta: f64) -> f64 {
    if answer == f64::INFINITY { 0.0 } else { (-beta * (answer - all)).exp().clamp(0.0, 1.0) }
}

/// A β found by [`fit_beta`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    /// The inverse temperature of the lowest loss.
    pub beta: f64,
    /// The loss there.
    pub loss: f64,
    /// Whether β lies at an end of the range searched, so that a wider one may hold a better.
    pub at_end: bool,
}

/// The β in `range` with the lowest `loss`, for instance a mean log-loss on data that was not trained on
/// (temperature scaling: Guo, Pleiss, Sun and Weinberger 2017).
///
/// Free energies depend on β other than by a factor where the latent variable is marginalised, so `loss` gets β and
/// computes them anew. A grid of 33 values, even in log β, is followed by a golden-section search around the best.
/// Losses that are NaN count as +∞. `None` where the range is not one of positive finite numbers, or where every
/// loss of the grid is infinite.
///
/// ```
/// use energraph::learn::fit_beta;
/// let found = fit_beta((0.01, 100.0), |b| (b.ln() - 3.0_f64.ln()).powi(2)).unwrap();
/// assert!((found.beta - 3.0).abs() < 1e-3 && !found.at_end);
/// ```
pub fn fit_beta(range: (f64, f64), mut loss: impl FnMut(f64) -> f64) -> Option<Fitted> {
    const GRID: usize = 33;
    let (low, high) = (range.0.ln(), range.1.ln());
    if !(range.0 > 0.0 && low < high && high.is_finite()) {
        return None;
    }
    let mut at = |x: f64| {
        let value = loss(x.exp());
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let point = |i: usize| low + (high - low) * i as f64 / (GRID - 1) as f64;
    let mut best = (0, f64::INFINITY);
    for i in 0..GRID {
        let value = at(point(i));
        if value < best.1 {
            best = (i, value);
        }
    }
    if best.1 == f64::INFINITY {
        return None;
    }
    let (mut x, mut value) = (point(best.0), best.1);
    let (mut a, mut b) = (point(best.0.saturating_sub(1)), point((best.0 + 1).min(GRID - 1)));
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    while b - a > 1e-5 {
        let (left, right) = (b - ratio * (b - a), a + ratio * (b - a));
        let (f_left, f_right) = (at(left), at(right));
        let (nearer, f_nearer) = if f_left <= f_right { (left, f_left) } else { (right, f_right) };
        if f_left <= f_right {
            b = right
        } else {
            a = left
        }
        if f_nearer < value {
            (x, value) = (nearer, f_nearer);
        }
    }
    let at_end = x - low < 1e-4 || high - x < 1e-4;
    Some(Fitted { beta: x.exp(), loss: value, at_end })
}

/// Mean log-loss of "the answer is right" under the confidences: −log p where it is, −log(1 − p) where it is not.
///
/// Confidences are kept 1e-12 away from 0 and 1, so that one sure mistake does not outweigh everything. 0 without
/// answers. With [`fit_beta`] this fits the β at which confidences tell right from wrong answers.
pub fn log_loss(answers: impl IntoIterator<Item = Scored>) -> f64 {
    let (mut total, mut n) = (0.0, 0);
    for a in answers {
        let p = a.confidence.clamp(1e-12, 1.0 - 1e-12);
        total -= if a.right { p.ln() } else { (-p).ln_1p() };
        n += 1;
    }
    if n == 0 { 0.0 } else { total / f64::from(n) }
}

/// An answer's confidence and whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Higher is surer; usually a probability.
    pub confidence: f64,
    /// Whether the answer is the right one.
    pub right: bool,
}

/// One point of an error–reject curve: what happens when answers at or above a threshold are accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Lowest confidence that is accepted.
    pub threshold: f64,
    /// Share of all answers that is accepted.
    pub accepted: f64,
    /// Share of the accepted answers that is wrong.
    pub error: f64,
}

/// The error–reject curve: one point per distinct confidence, from the strictest threshold to the laxest.
///
/// Answers of equal confidence are accepted together. NaN counts as the lowest confidence. O(n log n).
///
/// ```
/// use energraph::learn::{Scored, accepted_at_error, error_reject_curve};
/// let answers = [(0.9, true), (0.8, true), (0.7, false), (0.6, true)]
///     .map(|(confidence, right)| Scored { confidence, right });
/// let curve = error_reject_curve(&answers);
/// assert_eq!(curve.len(), 4);
/// assert_eq!(accepted_at_error(&curve, 0.1), 0.5);
/// assert_eq!(accepted_at_error(&curve, 0.25), 1.0);
/// ```
pub fn error_reject_curve(answers: &[Scored]) -> Vec<CurvePoint> {
    let key = |s: &Scored| if s.confidence.is_nan() { f64::NEG_INFINITY } else { s.confidence };
    let mut sorted: Vec<(f64, bool)> = answers.iter().map(|s| (key(s), s.right)).collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut points, mut wrong) = (Vec::new(), 0_usize);
    let mut ahead = sorted.iter().skip(1);
    for (i, (confidence, right)) in sorted.iter().enumerate() {
        wrong += usize::from(!right);
        if ahead.next().is_some_and(|next| next.0 == *confidence) {
            continue;
        }
        let accepted = i + 1;
        points.push(CurvePoint {
            threshold: *confidence,
            accepted: accepted as f64 / sorted.len() as f64,
            error: wrong as f64 / accepted as f64,
        });
    }
    points
}

/// The largest share accepted on the curve with an error of at most `max_error`; 0 where no threshold reaches it.
///
/// The threshold is chosen by looking at the answers it is measured on, so this describes these answers and promises
/// nothing for others: for a promise see [`super::certify()`].
pub fn accepted_at_error(curve: &[CurvePoint], max_error: f64) -> f64 {
    curve.iter().filter(|p| p.error <= max_error).map(|p| p.accepted).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(list: &[(f64, bool)]) -> Vec<Scored> {
        list.iter().map(|&(confidence, right)| Scored { confidence, right }).collect()
    }

    #[test]
    fn ties_are_accepted_together() {
        let curve = error_reject_curve(&scored(&[(0.5, true), (0.9, true), (0.5, false), (0.5, true)]));
        assert_eq!(curve.len(), 2);
        assert_eq!(curve[1], CurvePoint { threshold: 0.5, accepted: 1.0, error: 0.25 });
    }

    #[test]
    fn answers_without_a_confidence_are_rejected_first() {
        let curve = error_reject_curve(&scored(&[(f64::NAN, false), (0.1, true)]));
        assert_eq!(accepted_at_error(&curve, 0.0), 0.5);
        assert_eq!(curve.len(), 2);
    }

    #[test]
    fn no_answers_make_no_curve() {
        assert!(error_reject_curve(&[]).is_empty());
        assert_eq!(accepted_at_error(&[], 0.5), 0.0);
    }

    #[test]
    fn a_fitted_temperature_recovers_the_one_that_made_the_data() {
        // Energy gaps between two answers; the lower is right with the probability that β = 2 gives it, represented
        // by a thousand copies in that proportion.
        let gaps = [0.1, 0.3, 0.6, 1.0, 1.7];
        let p = |gap: f64, beta: f64| 1.0 / (1.0 + (-beta * gap).exp());
        let loss = |beta: f64| {
            log_loss(gaps.iter().flat_map(|&g| {
                let right = (1000.0 * p(g, 2.0)).round() as usize;
                (0..1000).map(move |i| Scored { confidence: p(g, beta), right: i < right })
            }))
        };
        let found = fit_beta((0.01, 100.0), loss).unwrap();
        assert!((found.beta - 2.0).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_best_temperature_outside_the_range_is_reported_at_its_end() {
        let found = fit_beta((0.5, 1.0), |b| -b).unwrap();
        assert!(found.at_end && (found.beta - 1.0).abs() < 1e-4);
        assert_eq!(fit_beta((1.0, 1.0), |b| b), None);
        assert_eq!(fit_beta((-1.0, 1.0), |b| b), None);
        assert_eq!(fit_beta((0.1, 1.0), |_| f64::NAN), None);
    }

    #[test]
    fn an_impossible_answer_has_no_confidence_and_a_rounded_one_not_more_than_one() {
        assert_eq!(confidence(f64::INFINITY, f64::INFINITY, 1.0), 0.0);
        assert_eq!(confidence(0.9999, 1.0, 10.0), 1.0);
    }
}
