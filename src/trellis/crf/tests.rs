//! Linear arithmetic against the log domain, which is checked against enumeration with everything else.

use ndarray::{Array1, Array2};
use proptest::prelude::*;

use super::chain::{Chain, Dead, Numbers, Stop};
use super::linear::{self, Room, Shares};
use super::{Transitions, log_domain};
use crate::paths::PositiveF64;
use crate::trellis::Emissions;

/// A sequence, transitions and one end.
type Item = (Array2<f32>, Array2<f32>, Array1<f32>);

/// Energies within `range` of each other, some of them impossible if that is wanted.
fn energies(rows: usize, columns: usize, range: f32, walls: u32) -> impl Strategy<Value = Array2<f32>> {
    let energy = prop_oneof![walls => Just(f32::INFINITY), 20 => -0.5 * range..0.5 * range];
    prop::collection::vec(energy, rows * columns).prop_map(move |v| Array2::from_shape_vec((rows, columns), v).unwrap())
}

fn items(range: f32, walls: u32) -> impl Strategy<Value = Item> {
    (1..20_usize, 1..80_usize).prop_flat_map(move |(classes, frames)| {
        let end = energies(1, classes, range, walls).prop_map(|e| e.row(0).to_owned());
        (energies(frames, classes, range, walls), energies(classes, classes, 0.5 * range, walls), end)
    })
}

/// Stretches of frames in each of which every class costs nothing, something or `range`, and classes that are hard to leave:
/// paths fall far behind for many frames, and win in the end.
fn stretches(range: f32) -> impl Strategy<Value = Item> {
    let stretch = (5..40_usize, prop::collection::vec(prop_oneof![Just(0.0), Just(0.1), Just(range)], 3));
    let price = prop_oneof![Just(2.0_f32), Just(300.0), Just(f32::INFINITY)];
    (prop::collection::vec(stretch, 1..8), price).prop_map(|(parts, price)| {
        let rows: Vec<f32> = parts.iter().flat_map(|(n, row)| row.repeat(*n)).collect();
        let between = Array2::from_shape_fn((3, 3), |(i, j)| if i == j { 0.0 } else { price });
        (Array2::from_shape_vec((rows.len() / 3, 3), rows).unwrap(), between, Array1::zeros(3))
    })
}

/// What a kernel says: the free energy above the least energies, the shares of the classes, and those of transitions.
type Found = (Shares, Vec<f32>);

fn both((e, between, last): &Item, beta: f64) -> (Result<Found, Stop>, Result<Found, Dead>) {
    let beta = PositiveF64::new(beta).unwrap();
    let chain = Chain::new(Transitions::new(between.view()).unwrap().with_last(last.view()).unwrap());
    let e = Emissions::new(e.view()).unwrap();
    let mut room = Room::default();
    let mut shares = vec![0.0; e.values().len()];
    let linear = match Numbers::new(&chain, beta) {
        Some(numbers) => linear::forward_backward(&chain, &numbers, &e, &mut room, &mut shares),
        None => Err(Stop::OutOfRange),
    };
    let linear = linear.map(|found| (found, shares.clone()));
    shares.fill(0.0);
    let log_domain = log_domain::forward_backward(&chain, &e, beta, &mut room, &mut shares);
    (linear, log_domain.map(|found| (found, shares)))
}

/// Whether linear arithmetic has an answer; that of the log domain then.
fn agree(item: &Item, beta: f64) -> Result<bool, TestCaseError> {
    match both(item, beta) {
        (Err(Stop::OutOfRange), _) => return Ok(false),
        (Err(Stop::Dead(found)), expected) => prop_assert_eq!(Some(found), expected.err()),
        (Ok((found, shares)), Ok((expected, others))) => {
            let scale = 1.0 + expected.above.abs();
            prop_assert!((found.above - expected.above).abs() <= 1e-9 * scale, "{} {}", found.above, expected.above);
            prop_assert!(shares.iter().zip(&others).all(|(a, b)| (a - b).abs() < 1e-6));
            for (found, expected) in
                [(&found.between, &expected.between), (&found.first, &expected.first), (&found.last, &expected.last)]
            {
                for (a, b) in found.as_flattened().iter().zip(expected.as_flattened()) {
                    prop_assert!((a - b).abs() < 1e-8 * (1.0 + b), "{a} {b}");
                }
            }
        }
        (Ok(_), Err(dead)) => prop_assert!(false, "nothing reaches frame {}", dead.frame),
    }
    Ok(true)
}

proptest! {
    #[test]
    fn linear_arithmetic_gives_the_numbers_of_the_log_domain(item in items(20.0, 0), beta in 0.1..5.0) {
        prop_assert!(agree(&item, beta)?, "given up");
    }

    #[test]
    fn forbidden_transitions_and_classes_are_no_reason_to_give_up(item in items(12.0, 3)) {
        prop_assert!(agree(&item, 1.0)?, "given up");
    }

    #[test]
    fn whatever_is_not_given_up_is_right(item in prop_oneof![items(100.0, 1), items(300.0, 0), items(900.0, 2)]) {
        agree(&item, 1.0)?;
    }

    #[test]
    fn stretches_that_favour_other_classes_are_right_or_given_up(item in prop_oneof![stretches(8.0), stretches(100.0)]) {
        agree(&item, 1.0)?;
    }
}

#[test]
fn whole_frames_of_masked_classes_are_no_reason_to_give_up_where_every_transition_is_possible() {
    let between = Array2::from_shape_fn((5, 5), |(i, j)| (i * 3 + j * 7) as f32 % 11.0);
    let mut e = Array2::from_shape_fn((60, 5), |(t, c)| ((t * 31 + c * 17) * 13 % 101) as f32 / 10.0);
    for (t, mut row) in e.outer_iter_mut().enumerate() {
        (0..5).filter(|c| (t + c) % 3 == 0).for_each(|c| row[c] += [1e4, 1e9, 3e38, 110.0][(t + c) % 4]);
    }
    let item = (e, between, Array1::zeros(5));
    assert!(agree(&item, 1.0).unwrap(), "given up");
    // Where one is not, a mask is not far enough behind for ever.
    let mut item = item;
    item.1[[0, 1]] = f32::INFINITY;
    assert!(!agree(&item, 1.0).unwrap(), "kept");
}

#[test]
fn sums_far_behind_are_kept_down_to_the_floor_and_given_up_below_it() {
    // Two lanes that are never changed; the second falls behind by 4 nats a frame until half-way, and wins in the end.
    let never = Array2::from_shape_fn((2, 2), |(i, j)| if i == j { 0.0 } else { f32::INFINITY });
    for (frames, kept) in [(2, true), (200, true), (300, true), (320, false), (400, false), (2_000, false)] {
        let e = Array2::from_shape_fn((frames, 2), |(t, c)| match (c, t < frames / 2) {
            (0, _) => 4.5,
            (_, true) => 8.5,
            (_, false) => 0.0,
        });
        let item = (e, never.clone(), Array1::zeros(2));
        assert_eq!(agree(&item, 1.0).unwrap(), kept, "{frames}");
        let (_, expected) = both(&item, 1.0);
        assert!(expected.unwrap().1.chunks(2).all(|row| row[1] > 0.5));
    }
}

#[test]
fn blocks_of_the_backward_sweep_meet_without_a_gap() {
    for frames in [1, 2, 31, 32, 33, 34, 64, 65, 66, 97] {
        let e = Array2::from_shape_fn((frames, 3), |(t, c)| ((t * 7 + c * 5) * 13 % 17) as f32 / 4.0);
        let between = Array2::from_shape_fn((3, 3), |(i, j)| (i * 5 + j * 3) as f32 % 4.0);
        let item = (e, between, Array1::zeros(3));
        assert!(agree(&item, 1.0).unwrap(), "given up");
        let used: f64 = both(&item, 1.0).0.unwrap().0.between.as_flattened().iter().sum();
        assert!((used - (frames as f64 - 1.0)).abs() < 1e-9, "{used}");
    }
}
