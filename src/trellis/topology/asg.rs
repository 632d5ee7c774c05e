//! The auto segmentation criterion's chain of letters.

use ndarray::ArrayView2;

use super::Topology;
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;

impl Topology {
    /// All alignments of a target under the auto segmentation criterion: each label on one or more frames, one after the
    /// other, without blanks. A path writes the target, each label with the first of its frames.
    ///
    /// `target` holds labels (class + 1), and `transitions[[i, j]]` is the energy of class `j` at the frame behind class
    /// `i` (C × C), `i` = `j` included. State 0 is the start, state `k + 1` stands in position `k` of the target; arc `2k`
    /// enters the position and arc `2k + 1` stays in it. With [`Topology::chain`] of the same transitions, whose alignments are
    /// all labellings, it makes [`asg_loss`](crate::trellis::asg_loss).
    ///
    /// Nothing would tell two equal labels in a row from one that lasts; they are refused. Write the second as a label
    /// that says "again".
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, best_path};
    /// use ndarray::array;
    /// // To change class costs 1.
    /// let t = Topology::asg(&[1, 2], array![[0.0, 1.0], [1.0, 0.0]].view())?;
    /// let e = array![[0.0, 4.0], [0.5, 0.0], [4.0, 0.0]];
    /// let best = best_path(&Emissions::new(e.view())?, &t)?.ok_or("too short")?;
    /// assert_eq!((best.output, best.energy), (vec![1, 2], 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::Shape`] where the transitions are not square, [`TrellisError::NoClass`] and
    /// [`TrellisError::Repeated`] for the target, [`TrellisError::Weight`] for NaN or −∞, [`TrellisError::TooLarge`].
    ///
    /// # Source
    /// R. Collobert, C. Puhrsch, G. Synnaeve, *Wav2Letter: an end-to-end ConvNet-based speech recognition system*, 2016.
    pub fn asg(target: &[Label], transitions: ArrayView2<'_, f32>) -> Result<Self, TrellisError> {
        let energy = check_chain(target, transitions)?;
        if let Some(before) = target.windows(2).position(|w| w[0] == w[1]) {
            return Err(TrellisError::Repeated { position: before + 1, label: target[before] });
        }
        super::check_size(Some(target.len()), target.len().checked_mul(2))?;
        let mut b = GraphBuilder::new();
        b.add_states(target.len() + 1);
        b.start(0);
        for (k, &label) in target.iter().enumerate() {
            let (from, state) = (k as StateId, k as StateId + 1);
            let enter = k.checked_sub(1).map_or(Ok(Energy::FREE), |before| energy(target[before], label))?;
            b.arc(from, label, label, enter, state);
            b.arc(state, label, EPSILON, energy(label, label)?, state);
        }
        b.final_weight(target.len() as StateId, Energy::FREE);
        Topology::from_graph(b.build()?)
    }
}

/// The energies of transitions between labels, which must be among the classes.
pub(super) fn check_chain<'a>(
    target: &[Label],
    transitions: ArrayView2<'a, f32>,
) -> Result<impl Fn(Label, Label) -> Result<Energy, TrellisError> + 'a, TrellisError> {
    let (rows, columns) = transitions.dim();
    if rows != columns {
        return Err(TrellisError::Shape { rows, columns, ends: columns, classes: columns });
    }
    if let Some(position) = target.iter().position(|&l| l == EPSILON || l as usize > columns) {
        return Err(TrellisError::NoClass { position, label: target[position], classes: columns });
    }
    Ok(move |from: Label, to: Label| Ok(Energy::new(transitions[[from as usize - 1, to as usize - 1]])?))
}
