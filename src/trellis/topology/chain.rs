//! Linear chains.

use super::Topology;
use crate::graph::{GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::{Transitions, TrellisError};

impl Topology {
    /// A linear chain over `C` classes: any class may follow any other. A path writes the class (+ 1) of every frame.
    ///
    /// State 0 is the start, state `i + 1` stands behind class `i`; arc `i` begins with
    /// class `i`, and arc `C + i·C + j` goes from class `i` to class `j`, so that gradients are found by number.
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, Transitions, best_path};
    /// use ndarray::array;
    /// // Two classes that would rather stay.
    /// let stay = array![[0.0, 2.0], [2.0, 0.0]];
    /// let t = Topology::chain(&Transitions::new(stay.view())?)?;
    /// let e = array![[0.0, 1.0], [0.5, 0.0], [0.0, 1.0]];
    /// let best = best_path(&Emissions::new(e.view())?, &t)?.ok_or("no path")?;
    /// assert_eq!((best.output, best.energy), (vec![1, 1, 1], 0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::TooLarge`] for more than 8,190 classes.
    ///
    /// # Source
    /// J. Lafferty, A. McCallum, F. Pereira, *Conditional random fields*, ICML 2001.
    pub fn chain(transitions: &Transitions<'_>) -> Result<Self, TrellisError> {
        let (classes, [first, last]) = (transitions.classes(), transitions.ends());
        super::check_size(classes.checked_add(1), classes.checked_mul(classes).and_then(|n| n.checked_add(classes)))?;
        let mut b = GraphBuilder::new();
        b.add_states(classes + 1);
        b.start(0);
        let mut arc = |from: usize, to: usize, energy: f32| {
            let label = to as Label + 1;
            b.arc(from as StateId, label, label, Energy::new(energy)?, label);
            Ok::<(), TrellisError>(())
        };
        first.iter().enumerate().try_for_each(|(to, &energy)| arc(0, to, energy))?;
        transitions.between().indexed_iter().try_for_each(|((from, to), &energy)| arc(from + 1, to, energy))?;
        for (class, &energy) in last.iter().enumerate() {
            b.final_weight(class as StateId + 1, Energy::new(energy)?);
        }
        Topology::from_graph(b.build()?)
    }

    /// One path of [`Topology::chain`]: the labels of `target` (class + 1), one after the other, with the energies of their
    /// transitions and ends. Over segments, each of which lasts some frames, it is a known text with unknown boundaries.
    ///
    /// State `k` stands in front of position `k` of the target, and arc `k` reads it. Of no labels it has no path, as the chain
    /// has none over no frames.
    ///
    /// ```
    /// use energraph::Beta;
    /// use energraph::trellis::{FrameEnergies, Segments, Topology, Transitions, segment_free_energy};
    /// use ndarray::Array2;
    /// // Two labels over four frames: three places for the boundary.
    /// let (free, frames) = (Array2::zeros((2, 2)), Array2::zeros((4, 2)));
    /// let t = Topology::chain_of(&[2, 1], &Transitions::new(free.view())?)?;
    /// let f = segment_free_energy(&Segments::from_frames(&FrameEnergies::sums(frames.view(), 4))?, &t, Beta::ONE)?;
    /// assert!((f + 3.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::NoClass`] for the target, [`TrellisError::TooLarge`].
    pub fn chain_of(target: &[Label], transitions: &Transitions<'_>) -> Result<Self, TrellisError> {
        transitions.check_labels(target)?;
        super::check_size(Some(target.len()), Some(target.len()))?;
        let mut b = GraphBuilder::new();
        b.add_states(target.len() + 1);
        b.start(0);
        for (k, &label) in target.iter().enumerate() {
            let enter = transitions.enter(target, k)?;
            b.arc(k as StateId, label, label, enter, k as StateId + 1);
        }
        if let Some(&label) = target.last() {
            b.final_weight(target.len() as StateId, transitions.leave(label)?);
        }
        Topology::from_graph(b.build()?)
    }

    /// Any of the classes at any frame, each as free as another: what the frames say alone. A path writes the class
    /// (+ 1) of every frame.
    ///
    /// # Errors
    /// [`TrellisError::TooLarge`] for 2²⁶ classes and more.
    pub fn any(classes: usize) -> Result<Self, TrellisError> {
        super::check_size(Some(1), Some(classes))?;
        let mut b = GraphBuilder::new();
        let state = b.state();
        b.start(state);
        (1..=classes as Label).for_each(|label| b.arc(state, label, label, Energy::FREE, state));
        b.final_weight(state, Energy::FREE);
        Topology::from_graph(b.build()?)
    }
}
