//! Sizes that nobody means: what would take all memory is refused, and work is no more than its result needs.

use energraph::trellis::{CtcSlack, Topology, TrellisError, Unit};
use energraph::{Energy, GraphBuilder};
use ndarray::arr2;

fn too_large(t: Result<Topology, TrellisError>) -> bool {
    matches!(t, Err(TrellisError::TooLarge { .. }))
}

#[test]
fn topologies_that_would_take_all_memory_are_refused() {
    assert!(too_large(Topology::any(1 << 28)));
    assert!(too_large(Topology::collapse(1, 1 << 14)));
    let slack = CtcSlack { star: Energy::FREE, ..CtcSlack::default() };
    assert!(too_large(Topology::ctc_partial(&[1; 1 << 10], 2, 1 << 16, &slack)));
    let skips = CtcSlack { skip: Energy::FREE, most_skipped: usize::MAX, ..CtcSlack::default() };
    assert!(too_large(Topology::ctc_partial(&[1; 1 << 14], 2, 2, &skips)));
    for least in [1 << 28, usize::MAX] {
        assert!(too_large(Topology::left_to_right(&[Unit { least, ..Unit::new(1, 1) }])));
        assert!(too_large(Topology::left_to_right(&[Unit { least, ..Unit::new(1, 1) }, Unit::new(1, 1)])));
    }
    // One number, seen 2²⁸ times.
    let (one, side) = (arr2(&[[0.0_f32]]), 1 << 14);
    let (all, ends) = (one.broadcast((side, side)).unwrap(), one.row(0));
    let ends = ends.broadcast(side).unwrap();
    assert!(too_large(Topology::chain(all, ends, ends)));
}

#[test]
fn states_beyond_all_numbers_are_counted_and_refused() {
    for more in [usize::MAX, usize::MAX - 1, 1 << 40, u32::MAX as usize] {
        let mut b = GraphBuilder::<Energy>::new();
        let first = b.add_states(2);
        b.start(first);
        b.add_states(more);
        assert_eq!(b.states(), more.saturating_add(2));
        b.state();
        b.final_weight(1 << 20, Energy::FREE);
        let found = b.build();
        let count = more.saturating_add(3);
        assert_eq!(found.map(|g| g.states()), Err(energraph::graph::GraphError::TooLarge { what: "states", count }));
    }
}
