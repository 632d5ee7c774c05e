//! Connectionist temporal classification of targets that lack labels, or have some too many.

use super::Topology;
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;

/// In what the frames may differ from a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CtcSlack {
    /// Energy of each frame that says something the target lacks; [`Energy::IMPOSSIBLE`] where nothing may be lacking.
    pub star: Energy,
    /// Energy of each label of the target that the frames do not say.
    pub skip: Energy,
    /// Most labels left out in a row; 0 where none may be.
    pub most_skipped: usize,
}

impl Default for CtcSlack {
    /// None: what the target says, no more and no less.
    fn default() -> Self {
        CtcSlack { star: Energy::IMPOSSIBLE, skip: Energy::IMPOSSIBLE, most_skipped: 0 }
    }
}

impl Topology {
    /// [`Topology::ctc`] of a target that may lack labels (star) or have some too many (skip). A path writes the labels of
    /// the target that are not left out, each with the first of its frames.
    ///
    /// *Star*: before the first label, between labels and behind the last, frames may be read as anything, for the energy
    /// of `star` each; blanks there are free, as ever. Anything is any class but the blank and the next label of the target, and
    /// the label just read goes on free. So each labelling of the frames has one path where labels are not skipped, the one that
    /// finds each label as early as it can, and has it where its labels without repetitions and blanks contain the target's in
    /// their order.
    ///
    /// *Skip*: up to `most_skipped` labels in a row are left out, for the energy of `skip` each; what is left is aligned as ever,
    /// with a blank between labels that have become neighbours and are equal.
    ///
    /// States are those of [`Topology::ctc`]: position `k` of the target is `2k + 2`, the gap behind it `2k + 3`.
    ///
    /// ```
    /// use energraph::trellis::{CtcSlack, Emissions, Topology, best_path};
    /// use energraph::Energy;
    /// use ndarray::array;
    /// // Frames say 1 2 3 (blank 4); someone noted 1 3, another 1 2 2 3.
    /// let e = array![[0., 9., 9., 9.], [9., 0., 9., 9.], [9., 9., 0., 9.]];
    /// let e = Emissions::new(e.view())?;
    /// let star = CtcSlack { star: Energy::new(0.5)?, ..CtcSlack::default() };
    /// let best = best_path(&e, &Topology::ctc_partial(&[1, 3], 4, 4, &star)?)?.ok_or("impossible")?;
    /// assert_eq!((best.output, best.energy), (vec![1, 3], 0.5));
    /// let skip = CtcSlack { skip: Energy::new(0.25)?, most_skipped: 1, ..CtcSlack::default() };
    /// let best = best_path(&e, &Topology::ctc_partial(&[1, 2, 2, 3], 4, 4, &skip)?)?.ok_or("impossible")?;
    /// assert_eq!((best.output, best.energy), (vec![1, 2, 3], 0.25));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Topology::ctc`]; [`TrellisError::TooLarge`].
    ///
    /// # Cost
    /// 2 · target · (2 · classes + 1 + `most_skipped`) arcs at most; without a star, without the classes.
    ///
    /// # Source
    /// Star: V. Pratap, A. Hannun, G. Synnaeve, R. Collobert, *Star temporal classification: sequence modeling with partially
    /// labeled data*, NeurIPS 2022, whose star without the next label this is. Skip: D. Gao et al., *Learning from flawed data:
    /// weakly supervised automatic speech recognition*, ASRU 2023, whose bypass arcs read a star where these read nothing.
    pub fn ctc_partial(target: &[Label], blank: Label, classes: usize, slack: &CtcSlack) -> Result<Self, TrellisError> {
        Topology::check_ctc(target, blank, classes)?;
        let star = slack.star != Energy::IMPOSSIBLE;
        let most = if slack.skip == Energy::IMPOSSIBLE { 0 } else { slack.most_skipped.min(target.len()) };
        let of_position = classes.checked_mul(2 * usize::from(star)).and_then(|n| n.checked_add(2 * most + 5));
        super::check_size(Some(2 * target.len() + 2), of_position.and_then(|n| n.checked_mul(target.len() + 1)))?;
        // The sum of so many in f64, rounded once, the largest number at most: a repeated sum in f32 would lose a digit every ten.
        let left_out = |labels: usize| match labels {
            0 => Energy::FREE,
            n => Energy::new((n as f64 * slack.skip.wide()).clamp(f32::MIN.into(), f32::MAX.into()) as f32)
                .unwrap_or(slack.skip),
        };
        let mut b = GraphBuilder::new();
        b.add_states(2 * target.len() + 2);
        b.start(0);
        // Positions are counted from 1; 0 is before the first.
        for k in 0..=target.len() {
            let (at, gap) = (2 * k as StateId, 2 * k as StateId + 1);
            let own = k.checked_sub(1).map(|i| target[i]);
            if let Some(label) = own {
                b.arc(at, label, EPSILON, Energy::FREE, at);
            }
            for from in [at, gap] {
                b.arc(from, blank, EPSILON, Energy::FREE, gap);
                for next in k + 1..=target.len().min(k + 1 + most) {
                    let label = target[next - 1];
                    if from == gap || own != Some(label) {
                        b.arc(from, label, label, left_out(next - k - 1), 2 * next as StateId);
                    }
                }
                if target.len() - k <= most {
                    b.final_weight(from, left_out(target.len() - k));
                }
                let other = |l: &Label| *l != blank && Some(l) != target.get(k) && (from == gap || own != Some(*l));
                for label in (1..=classes as Label).filter(|l| star && other(l)) {
                    b.arc(from, label, EPSILON, slack.star, gap);
                }
            }
        }
        Topology::from_graph(b.build()?)
    }
}
