//! What a trellis may refuse.

use crate::graph::{GraphError, Label, StateId};
use crate::semiring::NotAWeight;

/// Why emissions, a topology, or a question about the two is refused.
///
/// That no path exists is no error: the free energy is +∞ then, and there is no best path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrellisError {
    /// Numbers that are not whole frames.
    #[error("{values} numbers are not frames of {classes} classes each")]
    Slice {
        /// How many numbers.
        values: usize,
        /// Classes of a frame.
        classes: usize,
    },
    /// An energy that is NaN or −∞.
    #[error("frame {frame}, class {class}: {value} is no energy")]
    NoEnergy {
        /// The frame, from 0.
        frame: usize,
        /// The class, from 0.
        class: usize,
        /// The number found.
        value: f32,
    },
    /// More frames than answers should be made for, none of which says anything.
    #[error("{frames} frames without a class or a segment are too many")]
    Frames {
        /// Frames.
        frames: usize,
    },
    /// A topology that reads a class the emissions lack.
    #[error("the topology reads class {} (label {label}), the emissions have {classes} classes", label.saturating_sub(1))]
    Class {
        /// The input label that stands for the class: 1 for class 0.
        label: Label,
        /// Classes of the emissions.
        classes: usize,
    },
    /// A blank that is not among the classes.
    #[error("the blank has label {blank}, which is not one of 1 to {classes}")]
    Blank {
        /// The label.
        blank: Label,
        /// Classes.
        classes: usize,
    },
    /// A share of intervals that is not above 0 and below 1.
    #[error("a coverage of {coverage} is not above 0 and below 1")]
    Coverage {
        /// The share.
        coverage: f64,
    },
    /// More alignments than memory should be spent on at once.
    #[error("the {count} best alignments are too many for one call")]
    Alignments {
        /// Alignments asked for.
        count: usize,
    },
    /// The width of a beam that is below 0 or NaN.
    #[error("a beam cannot be {energy} wide")]
    Beam {
        /// The width.
        energy: f64,
    },
    /// More draws than memory should be spent on at once.
    #[error("{count} draws are too many for one call")]
    Draws {
        /// Draws asked for.
        count: usize,
    },
    /// A topology larger than a machine should hold.
    #[error("a topology of {states} states and {arcs} arcs is too large")]
    TooLarge {
        /// Its states, or as many as can be said.
        states: usize,
        /// Its arcs, or as many as can be said.
        arcs: usize,
    },
    /// A cycle of arcs that read no frame: a frame would have infinitely many paths.
    #[error("arcs that read no frame form a cycle (state {}, {} states in all)",
        states.first().copied().unwrap_or_default(), states.len())]
    EpsilonCycle {
        /// States on or behind such cycles.
        states: Vec<StateId>,
    },
    /// A topology whose states can be come back to, where each must be at one place of a text.
    #[error("state {} can be left and come back to ({} states in all): places in a text need a linear topology",
        states.first().copied().unwrap_or_default(), states.len())]
    NotLinear {
        /// States on or behind such cycles.
        states: Vec<StateId>,
    },
    /// A grammar that, over arcs that read nothing, writes more different things than a row should hold.
    #[error("from state {state}, arcs that read nothing write more than {most} different things")]
    Writings {
        /// The state.
        state: StateId,
        /// What was allowed: states come to, each with each thing written on the way.
        most: usize,
    },
    /// A target that names no class, or the blank.
    #[error(
        "position {position} of the target: label {label} is not one of 1 to {classes} other than the blank {blank}"
    )]
    Target {
        /// Position in the target, from 0.
        position: usize,
        /// The label.
        label: Label,
        /// Classes.
        classes: usize,
        /// The label of the blank.
        blank: Label,
    },
    /// A label that names no class.
    #[error("position {position}: label {label} is not one of 1 to {classes}")]
    NoClass {
        /// Position, from 0.
        position: usize,
        /// The label.
        label: Label,
        /// Classes.
        classes: usize,
    },
    /// Two equal labels in a row, which nothing would tell from one that lasts.
    #[error("position {position} repeats label {label}: without a blank the two would be one")]
    Repeated {
        /// Position of the second, from 0.
        position: usize,
        /// The label.
        label: Label,
    },
    /// A unit of a left-to-right model that reads epsilon.
    #[error("unit {unit} reads nothing")]
    Silent {
        /// Its number, from 0.
        unit: usize,
    },
    /// Transitions that are not classes × classes, or energies of ends that are not one a class.
    #[error("{rows} × {columns} transitions and {ends} ends for {classes} classes")]
    Shape {
        /// Rows of the transitions.
        rows: usize,
        /// Columns of the transitions.
        columns: usize,
        /// Energies of last classes.
        ends: usize,
        /// Classes.
        classes: usize,
    },
    /// A cost that is infinite or NaN.
    #[error("{cost} is no cost")]
    Cost {
        /// The number found.
        cost: f64,
    },
    /// Costs of frames that are not frames × classes.
    #[error("costs are {rows} × {columns}, the emissions {frames} × {classes}")]
    CostShape {
        /// Rows of the costs.
        rows: usize,
        /// Columns of the costs.
        columns: usize,
        /// Frames.
        frames: usize,
        /// Classes.
        classes: usize,
    },
    /// Costs of sites that are not those of the topology's graph.
    #[error("costs of {arcs} arcs and {finals} final weights, the topology has {of_arcs} arcs and {states} states")]
    CostSites {
        /// Costs of arcs.
        arcs: usize,
        /// Costs of final weights.
        finals: usize,
        /// Arcs of the topology.
        of_arcs: usize,
        /// Its states.
        states: usize,
    },
    /// An expected cost, or a slope of it, that is larger than all numbers: where costs are that large, or where β is and
    /// alignments tie.
    #[error("the expected cost or its gradient is larger than all numbers (β = {beta:e})")]
    Steep {
        /// The inverse temperature.
        beta: f64,
    },
    /// A transition energy that is NaN or −∞.
    #[error(transparent)]
    Weight(#[from] NotAWeight),
    /// The topology is not a graph, for instance too large to number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}
