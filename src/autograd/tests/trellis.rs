//! Trellises on the tape against the graphs that they are not.

use ndarray::Array2;

use super::*;
use crate::trellis::{Emissions, TrellisError};

/// Emissions of multiples of 1/8, some impossible.
fn random_emissions(r: &mut Lcg) -> Array2<f32> {
    Array2::from_shape_fn((r.below(5) as usize, 2), |_| r.energy().get())
}

#[test]
fn a_trellis_on_the_tape_has_the_value_and_gradients_of_the_graph_that_it_is_not() {
    let mut r = Lcg(17);
    let mut possible = 0;
    for case in 0..600 {
        let values = random_emissions(&mut r);
        let (first, second) = (random_graph(&mut r), random_graph(&mut r));
        let beta = Beta::finite([0.3, 1.0, 2.5][case % 3]).unwrap();
        let mut tape = Tape::new();
        let frames = Emissions::new(values.view()).unwrap().graph().unwrap();
        let (built, a, b) = (tape.leaf(frames), tape.leaf(first), tape.leaf(second));
        // The topology is a result of its own: gradients go on to what it was made of.
        let either = tape.union(&[a, b]).unwrap();
        let e = tape.emissions(values.clone()).unwrap();
        let never = tape.trellis(e, either).unwrap();
        let lazy = tape.free_energy(never, beta).unwrap();
        let eager = match tape.compose(built, either, &Compose::default()) {
            Ok(g) => tape.free_energy(g, beta).unwrap(),
            Err(TapeError::Op(OpError::Empty { .. })) => continue,
            Err(e) => panic!("{e}"),
        };
        let (x, y) = (tape.value(lazy).unwrap(), tape.value(eager).unwrap());
        assert!(x == y || (x - y).abs() <= 1e-9 * (1.0 + x.abs()), "case {case}: {x} {y}");
        possible += usize::from(x < f64::INFINITY);
        let gradient = |seeds: &[(Scalar, f64)], tape: Tape| tape.backward(seeds).unwrap();
        let mut again = Tape::new();
        let (a2, b2) = (again.leaf(tape.graph(a).unwrap().clone()), again.leaf(tape.graph(b).unwrap().clone()));
        let either = again.union(&[a2, b2]).unwrap();
        let e2 = again.emissions(values).unwrap();
        let never = again.trellis(e2, either).unwrap();
        let lazy = again.free_energy(never, beta).unwrap();
        let (eager, lazy) = (gradient(&[(eager, -2.0)], tape), gradient(&[(lazy, -2.0)], again));
        let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-6, "case {case}: {x} {y}");
        let frames = lazy.of_emissions(e2).unwrap();
        frames.iter().zip(&eager.of(built).unwrap().arcs).for_each(|(x, y)| close(f64::from(*x), *y));
        for (lazy, eager) in [(lazy.of(a2), eager.of(a)), (lazy.of(b2), eager.of(b))] {
            let (lazy, eager) = (lazy.unwrap(), eager.unwrap());
            lazy.arcs.iter().zip(&eager.arcs).for_each(|(x, y)| close(*x, *y));
            lazy.finals.iter().zip(&eager.finals).for_each(|(x, y)| close(*x, *y));
        }
    }
    assert!(possible > 100, "{possible}");
}

#[test]
fn a_trellis_of_classes_that_are_not_there_or_of_another_tape_is_refused() {
    let mut tape = Tape::new();
    let e = tape.emissions(Array2::zeros((2, 2))).unwrap();
    let three = tape.constant(acceptor(&[3]).unwrap());
    assert!(matches!(tape.trellis(e, three), Err(TapeError::Trellis(TrellisError::Class { label: 3, classes: 2 }))));
    assert!(tape.emissions(Array2::from_elem((1, 1), f32::NAN)).is_err());
    let one = tape.constant(acceptor(&[1]).unwrap());
    let mut other = Tape::new();
    assert_eq!(other.trellis(e, one), Err(TapeError::ForeignHandle));
    let foreign = other.emissions(Array2::zeros((1, 1))).unwrap();
    assert_eq!(tape.trellis(foreign, one), Err(TapeError::ForeignHandle));
    // One symbol, two frames: no path, and nothing to learn.
    let none = tape.trellis(e, one).unwrap();
    assert_eq!(other.free_energy(none, Beta::ONE), Err(TapeError::ForeignHandle));
    let none = tape.free_energy(none, Beta::ONE).unwrap();
    assert_eq!(tape.value(none), Ok(f64::INFINITY));
    let gradients = tape.backward(&[(none, 1.0)]).unwrap();
    assert!(gradients.of_emissions(e).unwrap().iter().all(|g| *g == 0.0));
    assert_eq!(gradients.of_emissions(foreign), None);
}
