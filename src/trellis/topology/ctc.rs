//! Connectionist temporal classification.

use super::Topology;
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;
use crate::trellis::linear::Target;

impl Topology {
    /// All alignments of a target under connectionist temporal classification: each label on one or more frames, any
    /// number of blanks before, between and after, at least one between equal labels. A path writes the target, each
    /// label with the first of its frames.
    ///
    /// `target` holds labels (class + 1), `blank` is the label of the blank, `classes` the width of the emissions. The
    /// state of position `k` of the target is `2k + 2`, that of the blank behind it `2k + 3`; state 0 is the start,
    /// state 1 the first blank. All arcs are free: the energies are the emissions'. A target of `n` labels with `r`
    /// neighbouring repetitions needs `n + r` frames; with fewer, no path exists. The empty target is all blanks.
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, free_energy};
    /// use energraph::Beta;
    /// use ndarray::Array2;
    /// // Two frames, three classes, all of probability 1/3: label 1 is aligned as 1–, –1 or 11.
    /// let even = Array2::from_elem((2, 3), 3.0_f32.ln());
    /// let t = Topology::ctc(&[1], 3, 3)?;
    /// let f = free_energy(&Emissions::new(even.view())?, &t, Beta::ONE)?;
    /// assert!(((-f).exp() - 3.0 / 9.0).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::Target`] for a label outside the classes, or the blank's; [`TrellisError::Blank`];
    /// [`TrellisError::TooLarge`].
    ///
    /// # Source
    /// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, *Connectionist temporal classification*, ICML 2006.
    pub fn ctc(target: &[Label], blank: Label, classes: usize) -> Result<Self, TrellisError> {
        Topology::check_ctc(target, blank, classes)?;
        super::check_size(target.len().checked_mul(2), target.len().checked_mul(5))?;
        let mut b = GraphBuilder::new();
        b.add_states(2 * target.len() + 2);
        b.start(0);
        b.arc(0, blank, EPSILON, Energy::FREE, 1);
        b.arc(1, blank, EPSILON, Energy::FREE, 1);
        for (k, &label) in target.iter().enumerate() {
            let state = 2 * k as StateId + 2;
            let blank_before = state - 1;
            b.arc(blank_before, label, label, Energy::FREE, state);
            // From the label before without a blank, where they differ; from the start.
            let before = k.checked_sub(1).map(|i| target[i]);
            if before != Some(label) {
                b.arc(if before.is_none() { 0 } else { state - 2 }, label, label, Energy::FREE, state);
            }
            b.arc(state, label, EPSILON, Energy::FREE, state);
            b.arc(state, blank, EPSILON, Energy::FREE, state + 1);
            b.arc(state + 1, blank, EPSILON, Energy::FREE, state + 1);
        }
        let last = 2 * target.len() as StateId + 1;
        for state in [last - 1, last] {
            b.final_weight(state, Energy::FREE);
        }
        let graph = Topology::from_graph(b.build()?)?;
        Ok(Topology { target: Some(Target::new(target, blank)), ..graph })
    }

    /// Every labelling of the frames, and what it says: equal labels on neighbouring frames are one, blanks none.
    ///
    /// State 0 stands at the start and after a blank; after another label stands a state of its own, numbered in their
    /// order from 1 on. It is deterministic on its input, so that each labelling is one path. The best path is best-path
    /// decoding; composed with a grammar it is a decoder of that grammar.
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, best_path};
    /// use ndarray::array;
    /// let e = array![[0.0, 9.0, 9.0], [0.1, 9.0, 9.0], [9.0, 9.0, 0.0], [0.0, 9.0, 9.0], [9.0, 0.0, 9.0]];
    /// let best = best_path(&Emissions::new(e.view())?, &Topology::collapse(3, 3)?)?.ok_or("no path")?;
    /// assert_eq!(best.output, [1, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::Blank`]; [`TrellisError::TooLarge`] for more than 8,191 classes.
    ///
    /// # Cost
    /// classes² arcs.
    pub fn collapse(blank: Label, classes: usize) -> Result<Self, TrellisError> {
        Topology::check_ctc(&[], blank, classes)?;
        super::check_size(Some(classes), classes.checked_mul(classes))?;
        let mut b = GraphBuilder::new();
        b.add_states(classes);
        b.start(0);
        let symbols = || (1..=classes as Label).filter(|&label| label != blank).zip(1..);
        for (last, after) in [(blank, 0)].into_iter().chain(symbols()) {
            for (label, state) in symbols() {
                b.arc(after, label, if label == last { EPSILON } else { label }, Energy::FREE, state);
            }
            b.arc(after, blank, EPSILON, Energy::FREE, 0);
            b.final_weight(after, Energy::FREE);
        }
        Topology::from_graph(b.build()?)
    }

    /// Whether target and blank are among the classes.
    pub(in crate::trellis) fn check_ctc(target: &[Label], blank: Label, classes: usize) -> Result<(), TrellisError> {
        if blank == EPSILON || blank as usize > classes {
            return Err(TrellisError::Blank { blank, classes });
        }
        let wrong = |&label: &Label| label == EPSILON || label as usize > classes || label == blank;
        match target.iter().position(wrong) {
            Some(position) => Err(TrellisError::Target { position, label: target[position], classes, blank }),
            None => Ok(()),
        }
    }
}
