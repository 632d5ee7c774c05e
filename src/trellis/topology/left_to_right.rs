//! Left-to-right hidden Markov models.

use super::Topology;
use crate::graph::{EPSILON, GraphBuilder, Label, StateId};
use crate::semiring::Energy;
use crate::trellis::TrellisError;
use crate::trellis::linear::{Silent, Target};

/// One unit of a left-to-right model: a state of a phone, a phone, a silence that may be left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Label of the class that its frames are of: class + 1.
    pub reads: Label,
    /// What its first frame writes; 0 for nothing.
    pub writes: Label,
    /// Fewest frames; at least 1.
    pub least: usize,
    /// Energy of each frame beyond the fewest.
    pub stay: Energy,
    /// Energy of leaving it out; [`Energy::IMPOSSIBLE`] where it must be there.
    pub skip: Energy,
}

impl Unit {
    /// A unit of at least one frame that must be there, without energies of its own.
    pub fn new(reads: Label, writes: Label) -> Self {
        Unit { reads, writes, least: 1, stay: Energy::FREE, skip: Energy::IMPOSSIBLE }
    }
}

impl Topology {
    /// Units one after the other, each for at least so many frames; durations beyond are geometric, by the energy of
    /// staying.
    ///
    /// State 0 is the start. A unit of `least` frames has `least` states, numbered on, and one more behind them where it
    /// may be left out.
    ///
    /// ```
    /// use energraph::trellis::{Emissions, Topology, Unit, best_path};
    /// use ndarray::array;
    /// let units = [Unit::new(1, 10), Unit { least: 2, ..Unit::new(2, 20) }];
    /// let t = Topology::left_to_right(&units)?;
    /// let e = array![[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.5, 0.6]];
    /// let best = best_path(&Emissions::new(e.view())?, &t)?.ok_or("too short")?;
    /// assert_eq!(best.output, [10, 20]);
    /// assert_eq!(best.energy, 0.6_f32 as f64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TrellisError::Silent`] for a unit that reads label 0, [`TrellisError::TooLarge`] for some 2²⁵ frames and more.
    pub fn left_to_right(units: &[Unit]) -> Result<Self, TrellisError> {
        let states = units.iter().try_fold(1_usize, |sum, unit| sum.checked_add(unit.least.max(1))?.checked_add(1));
        super::check_size(states, states.and_then(|n| n.checked_add(2 * units.len())))?;
        let mut b = GraphBuilder::new();
        let mut last = b.state();
        b.start(last);
        for (number, unit) in units.iter().enumerate() {
            if unit.reads == EPSILON {
                return Err(TrellisError::Silent { unit: number });
            }
            let before = last;
            for frame in 0..unit.least.max(1) {
                let state: StateId = b.state();
                let writes = if frame == 0 { unit.writes } else { EPSILON };
                b.arc(last, unit.reads, writes, Energy::FREE, state);
                last = state;
            }
            b.arc(last, unit.reads, EPSILON, unit.stay, last);
            if unit.skip != Energy::IMPOSSIBLE {
                // Not to the unit's own last state, where it could be gone on with.
                let behind = b.state();
                b.arc(last, EPSILON, EPSILON, Energy::FREE, behind);
                b.arc(before, EPSILON, EPSILON, unit.skip, behind);
                last = behind;
            }
        }
        b.final_weight(last, Energy::FREE);
        let graph = Topology::from_graph(b.build()?)?;
        Ok(Topology { target: Some(chain(units)), ..graph })
    }
}

/// The states as a chain.
fn chain(units: &[Unit]) -> Target {
    let (mut labels, mut stays, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    for unit in units {
        let states = unit.least.max(1);
        let before = labels.len() as StateId;
        labels.extend(std::iter::repeat_n(unit.reads, states));
        stays.extend(std::iter::repeat_n(f64::INFINITY, states - 1));
        stays.push(unit.stay.wide());
        if unit.skip != Energy::IMPOSSIBLE {
            let last = labels.len() as StateId;
            silent.push(Silent { from: last, to: last + 1, energy: 0.0 });
            silent.push(Silent { from: before, to: last + 1, energy: unit.skip.wide() });
            labels.push(EPSILON);
            stays.push(f64::INFINITY);
        }
    }
    Target::chain(&labels, &stays, silent)
}
