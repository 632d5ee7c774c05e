//! The auto segmentation criterion's chain of letters.

use super::Topology;
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::{Transitions, TrellisError};

impl Topology {
    /// All alignments of a target under the auto segmentation criterion: each label on one or more frames, one after the
    /// other, without blanks. A path writes the target, each label with the first of its frames.
    ///
    /// `target` holds labels (class + 1), and the transitions are those from frame to frame, those of a class that stays
    /// included. State 0 is the start, state `k + 1` stands in position `k` of the target; arc `2k`
    /// enters the position and arc `2k + 1` stays in it. With [`Topology::chain`] of the same transitions, whose alignments are
    /// all labellings, it makes [`asg_loss`](crate::trellis::asg_loss).
    ///
    /// Nothing would tell two equal labels in a row from one that lasts; they are refused. Write the second as a label
    /// that says "again".
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, Transitions, best_path};
    /// use ndarray::array;
    /// // To change class costs 1.
    /// let change = array![[0.0, 1.0], [1.0, 0.0]];
    /// let t = Topology::asg(&[1, 2], &Transitions::new(change.view())?)?;
    /// let e = array![[0.0, 4.0], [0.5, 0.0], [4.0, 0.0]];
    /// let best = best_path(&Emissions::new(e.view())?, &t)?.ok_or("too short")?;
    /// assert_eq!((best.output, best.energy), (vec![1, 2], 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::NoClass`] and [`TrellisError::Repeated`] for the target, [`TrellisError::TooLarge`].
    ///
    /// # Source
    /// R. Collobert, C. Puhrsch, G. Synnaeve, *Wav2Letter: an end-to-end ConvNet-based speech recognition system*, 2016.
    pub fn asg(target: &[Label], transitions: &Transitions<'_>) -> Result<Self, TrellisError> {
        transitions.check_labels(target)?;
        if let Some(before) = target.windows(2).position(|w| w[0] == w[1]) {
            return Err(TrellisError::Repeated { position: before + 1, label: target[before] });
        }
        super::check_size(Some(target.len()), target.len().checked_mul(2))?;
        let mut b = GraphBuilder::new();
        b.add_states(target.len() + 1);
        b.start(0);
        for (k, &label) in target.iter().enumerate() {
            let (from, state) = (k as StateId, k as StateId + 1);
            let enter = transitions.enter(target, k)?;
            b.arc(from, label, label, enter, state);
            b.arc(state, label, EPSILON, transitions.energy(label, label)?, state);
        }
        let last = target.last().map_or(Ok(Energy::FREE), |&label| transitions.leave(label))?;
        b.final_weight(target.len() as StateId, last);
        Topology::from_graph(b.build()?)
    }
}
