//! Linear arithmetic against the log domain, which is itself checked against enumeration.

use proptest::prelude::*;

use super::*;
use crate::oracle;

/// Energies within `range` of each other.
fn energies(frames: usize, classes: usize, range: f32) -> impl Strategy<Value = Array2<f32>> {
    prop::collection::vec(-0.5 * range..0.5 * range, frames * classes)
        .prop_map(move |v| Array2::from_shape_vec((frames, classes), v).unwrap())
}

/// Targets over classes but the last, with repetitions.
fn items(range: f32) -> impl Strategy<Value = (Array2<f32>, Vec<Label>)> {
    (1..5_usize, 0..40_usize).prop_flat_map(move |(labels, frames)| {
        let target = prop::collection::vec(1..=labels as Label, 0..=frames.min(12));
        (energies(frames, labels + 1, range), target)
    })
}

/// Up to 8 stretches of 5 to 40 frames, in each of which every class costs nothing, something or `range` a frame: paths
/// fall far behind for many frames, and win in the end.
fn stretches(range: f32) -> impl Strategy<Value = (Array2<f32>, Vec<Label>)> {
    let stretch = (5..40_usize, prop::collection::vec(prop_oneof![Just(0.0), Just(0.1), Just(range)], 4));
    (prop::collection::vec(stretch, 1..8), prop::collection::vec(1..=3 as Label, 0..24)).prop_map(|(parts, target)| {
        let rows: Vec<f32> = parts.iter().flat_map(|(n, row)| row.repeat(*n)).collect();
        (Array2::from_shape_vec((rows.len() / 4, 4), rows).unwrap(), target)
    })
}

fn same(found: &CtcLoss, expected: &CtcLoss) -> Result<(), TestCaseError> {
    let near = (found.value - expected.value).abs() <= 1e-9 * (1.0 + expected.value.abs());
    prop_assert!(near, "{} {}", found.value, expected.value);
    for (f, e) in found.gradient.iter().zip(&expected.gradient) {
        prop_assert!((f - e).abs() < 1e-5, "{f} {e}");
    }
    Ok(())
}

fn agree((e, target): &(Array2<f32>, Vec<Label>)) -> Result<bool, TestCaseError> {
    let blank = e.ncols() as Label;
    let e = Emissions::new(e.view()).unwrap();
    let Ok(expected) = in_log_domain(&e, target, blank) else { return Ok(true) };
    let Ok(found) = linear(&e, target, blank) else { return Ok(false) };
    same(&found, &expected)?;
    Ok(true)
}

proptest! {
    #[test]
    fn linear_arithmetic_gives_the_numbers_of_the_log_domain(item in items(12.0)) {
        prop_assert!(agree(&item)?, "given up");
    }

    #[test]
    fn whatever_is_not_given_up_is_right(item in prop_oneof![items(60.0), items(200.0), items(480.0)]) {
        agree(&item)?;
    }

    #[test]
    fn stretches_that_favour_other_classes_lose_nothing(item in prop_oneof![stretches(20.0), stretches(60.0)]) {
        prop_assert!(agree(&item)?, "given up");
    }

    #[test]
    fn stretches_far_apart_are_right_or_given_up(item in prop_oneof![stretches(150.0), stretches(480.0)]) {
        agree(&item)?;
    }

    #[test]
    fn gradients_are_finite_differences((e, target) in items(4.0)) {
        let blank = e.ncols() as Label;
        let value = |x: &[f64]| {
            let m = Array2::from_shape_vec(e.dim(), x.iter().map(|&v| v as f32).collect()).unwrap();
            ctc_loss(&Emissions::new(m.view()).unwrap(), &target, blank).map_or(0.0, |l| l.value)
        };
        let x: Vec<f64> = e.iter().map(|&v| f64::from(v)).collect();
        if let Ok(found) = ctc_loss(&Emissions::new(e.view()).unwrap(), &target, blank) {
            for (f, e) in found.gradient.iter().zip(oracle::finite_differences(value, &x, 1.0 / 64.0)) {
                prop_assert!((f64::from(*f) - e).abs() < 2e-3, "{f} {e}");
            }
        }
    }
}

#[test]
fn a_path_far_behind_that_wins_in_the_end_is_found() {
    // Two labels; blanks cost nothing until half-way and 100 a frame from there on, the second label the reverse.
    for frames in [40, 400] {
        let e = Array2::from_shape_fn((frames, 3), |(t, c)| match (c, t < frames / 2) {
            (0, _) => 50.0,
            (1, early) | (2, early) => {
                if (c == 2) == early {
                    0.0
                } else {
                    100.0
                }
            }
            _ => unreachable!(),
        });
        let item = (e, vec![1, 2]);
        assert!(agree(&item).unwrap(), "given up");
    }
    // The target's only way is 20 labels in the last 20 frames, after frames at which it is all but impossible to go on.
    let target: Vec<Label> = (0..20).map(|k| k % 2 + 1).collect();
    let e = Array2::from_shape_fn((60, 3), |(t, c)| if (c == 2) == (t < 40) { 0.0 } else { 90.0 });
    assert!(agree(&(e, target)).unwrap(), "given up");
}

#[test]
fn long_inputs_stay_exact() {
    let frames = 20_000;
    let e = Array2::from_shape_fn((frames, 5), |(t, c)| ((t * 31 + c * 17) * 13 % 101) as f32 / 10.0);
    let target: Vec<Label> = (0..300).map(|k| k * 7 % 4 + 1).collect();
    assert!(agree(&(e, target)).unwrap(), "given up");
}

#[test]
fn what_has_no_loss_is_said_for_the_item_alone() {
    let zeros = Array2::<f32>::zeros((4, 3));
    let mut walled = zeros.clone();
    walled.column_mut(0).fill(f32::INFINITY);
    let mut dead = zeros.clone();
    dead.row_mut(2).fill(f32::INFINITY);
    let nothing = Array2::<f32>::zeros((0, 3));
    let e = |m| Emissions::new(m).unwrap();
    let batch: [(Emissions<'_>, &[Label]); 6] = [
        (e(zeros.view()), &[1, 1, 2, 2]),
        (e(walled.view()), &[1, 2]),
        (e(dead.view()), &[2]),
        (e(zeros.view()), &[3]),
        (e(nothing.view()), &[]),
        (e(zeros.view()), &[2, 1]),
    ];
    let found = ctc_losses(&batch, 3);
    assert_eq!(found[0], Err(CtcError::TooShort { frames: 4, needed: 6 }));
    assert_eq!(found[1], Err(CtcError::Impossible));
    assert_eq!(found[2], Err(CtcError::NothingPossible { frame: 2 }));
    assert!(matches!(found[3], Err(CtcError::Trellis(TrellisError::Target { position: 0, .. }))));
    assert_eq!(found[4].as_ref().map(|l| l.value), Ok(0.0));
    assert!(found[5].as_ref().is_ok_and(|l| l.value > 0.0 && l.gradient.iter().all(|g| g.is_finite())));
}

#[test]
fn numbers_do_not_depend_on_threads_or_on_the_layout() {
    let e = Array2::from_shape_fn((50, 6), |(t, c)| ((t * 31 + c * 17) * 13 % 101) as f32 / 10.0);
    let turned = e.t().to_owned();
    let item = |m| (Emissions::new(m).unwrap(), &[1_u32, 2, 2, 5][..]);
    let batch = [item(e.view()), item(turned.t()), item(e.view())];
    let in_pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| ctc_losses(&batch, 6));
    let (one, three) = (in_pool(1), in_pool(3));
    assert_eq!(one, three);
    assert!(one[0].is_ok() && one[0] == one[1] && one[0] == one[2]);
}
