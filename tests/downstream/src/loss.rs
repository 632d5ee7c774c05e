//! The soft hinge.

use energraph::loss::{Illegal, Latent, Loss, Needs, RivalTerm, Terms};

/// `log(1 + e^{m + F(y) − F(others)})`: a hinge at margin m with its corner rounded off.
pub struct SoftHinge {
    /// By how much others should cost more.
    pub margin: f64,
}

impl Loss for SoftHinge {
    fn needs(&self) -> Needs<'_> {
        Needs { rival: Some(RivalTerm::AllOthers), all: false }
    }

    /// Both sides at one β: the right answer's paths and the others' are then weighed alike.
    fn legal(&self, latent: Latent) -> Result<(), Illegal> {
        let (right, rival) = (latent.right.get(), latent.rival.get());
        if right == rival { Ok(()) } else { Err(Illegal::Negative { loss: "soft hinge", right, rival }) }
    }

    fn eval(&self, t: &Terms) -> (f64, Terms) {
        let x = self.margin + t.right - t.rival;
        if x == f64::NEG_INFINITY {
            return (0.0, Terms::default());
        }
        let value = x.max(0.0) + (-x.abs()).exp().ln_1p();
        let slope = 1.0 / (1.0 + (-x).exp());
        (value, Terms { right: slope, rival: -slope, all: 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use energraph::oracle::finite_differences;

    use super::*;

    #[test]
    fn its_derivatives_are_those_of_its_value() {
        let loss = SoftHinge { margin: 0.5 };
        for (right, rival) in [(1.0, 2.0), (3.0, 1.0), (-40.0, 40.0), (0.0, 0.5)] {
            let terms = |x: &[f64]| Terms { right: x[0], rival: x[1], all: f64::NAN };
            let by = loss.eval(&terms(&[right, rival])).1;
            let numeric = finite_differences(|x| loss.eval(&terms(x)).0, &[right, rival], 1e-5);
            assert!((by.right - numeric[0]).abs() < 1e-8 && (by.rival - numeric[1]).abs() < 1e-8, "{right} {rival}");
        }
    }

    #[test]
    fn without_rivals_there_is_nothing_to_learn() {
        let terms = Terms { right: 1.0, rival: f64::INFINITY, all: f64::NAN };
        assert_eq!(SoftHinge { margin: 1.0 }.eval(&terms), (0.0, Terms::default()));
    }
}
