//! Which boundaries are compared, and how labels find their partners: against brute force over all pairings.
#![cfg(feature = "signal")]

use energraph::speech::Interval;
use energraph::speech::boundaries::{CannotPair, Differences, Pairing, compare};
use proptest::prelude::*;

/// Labels from `start` on, each so long; `_` is silence.
fn tier(start: f64, labels: &[(&str, f64)]) -> Vec<Interval> {
    let mut at = start;
    let mut next = |(label, length): &(&str, f64)| {
        let start = at;
        at += length;
        Interval { start, end: at, label: label.trim_matches('_').to_owned() }
    };
    labels.iter().map(&mut next).collect()
}

fn by_labels(r: &[Interval], h: &[Interval]) -> Differences {
    compare(r, h, &["sil"], Pairing::Labels).unwrap()
}

fn millis(d: &Differences) -> Vec<f64> {
    d.signed.iter().map(|s| (s * 1e3).round()).collect()
}

#[test]
fn each_boundary_counts_once_and_both_sides_of_a_pause_count() {
    let r = tier(0.0, &[("_", 0.5), ("a", 0.25), ("b", 0.25), ("sil", 0.5), ("c", 0.25), ("_", 0.5)]);
    let h = tier(0.0, &[("sil", 0.51), ("a", 0.25), ("b", 0.26), ("", 0.47), ("c", 0.25)]);
    // Starts of a and b, end of b, start and end of c.
    let found = by_labels(&r, &h);
    assert_eq!(millis(&found), [10.0, 10.0, 20.0, -10.0, -10.0]);
    assert_eq!((found.missing, found.extra, found.relabelled), (0, 0, 0));
    // A pause on one side only makes two boundaries of one.
    let h = tier(0.5, &[("a", 0.25), ("b", 0.5), ("c", 0.5)]);
    assert_eq!(millis(&by_labels(&r, &h)), [0.0, 0.0, 250.0, -250.0, 0.0]);
}

#[test]
fn the_numbers_are_those_of_the_differences() {
    let d = |signed: &[f64]| Differences { signed: signed.to_vec(), ..Differences::default() };
    let some = d(&[0.010, -0.020, 0.0301, 0.0]);
    assert_eq!(some.within(0.010), Some(0.5));
    assert_eq!(some.within(0.020), Some(0.75));
    assert_eq!(some.median(), Some(0.015));
    assert!((some.mean().unwrap() - 0.015_025).abs() < 1e-12 && (some.bias().unwrap() - 0.005_025).abs() < 1e-12);
    assert_eq!(d(&[-3.0, 1.0, 2.0]).median(), Some(2.0));
    let none = d(&[]);
    assert_eq!((none.within(1.0), none.median(), none.mean(), none.bias()), (None, None, None, None));
    // 0.13 − 0.12 is more than 0.01 in floating point.
    let r = tier(0.12, &[("a", 1.0)]);
    assert_eq!(by_labels(&r, &tier(0.13, &[("a", 1.0)])).within(0.01), Some(1.0));
}

#[test]
fn a_label_dropped_among_equal_ones_is_missing_where_it_was() {
    let r = tier(0.0, &[("a", 0.1), ("a", 0.1), ("a", 0.1), ("b", 0.1)]);
    let h = tier(0.1, &[("a", 0.1), ("a", 0.1), ("b", 0.1)]);
    let found = by_labels(&r, &h);
    assert_eq!((millis(&found), found.missing, found.extra), (vec![0.0; 4], 1, 0));
    let back = by_labels(&h, &r);
    assert_eq!((millis(&back), back.missing, back.extra), (vec![0.0; 4], 0, 1));
}

#[test]
fn other_names_are_pairs_and_counted_and_numbers_must_agree_by_position() {
    let r = tier(0.0, &[("a", 0.1), ("b", 0.1), ("a", 0.1)]);
    let h = tier(0.01, &[("b", 0.1), ("a", 0.1), ("x", 0.1)]);
    let position = compare(&r, &h, &[], Pairing::Position).unwrap();
    assert_eq!((millis(&position), position.relabelled), (vec![10.0; 4], 3));
    let labels = by_labels(&r, &h);
    assert_eq!((labels.missing, labels.extra, labels.relabelled), (1, 1, 0));
    let short = compare(&r, &h[..2], &[], Pairing::Position);
    assert_eq!(short, Err(CannotPair::Numbers { reference: 3, hypothesis: 2 }));
}

#[test]
fn nothing_against_nothing_and_against_something() {
    let some = tier(0.0, &[("a", 0.1), ("b", 0.1)]);
    assert_eq!(by_labels(&[], &[]), Differences::default());
    assert_eq!(by_labels(&some, &[]), Differences { missing: 2, ..Differences::default() });
    assert_eq!(by_labels(&[], &some), Differences { extra: 2, ..Differences::default() });
}

#[test]
fn very_long_tiers_are_compared_where_labels_agree_and_refused_else() {
    let long: Vec<_> = (0..20_000)
        .map(|i| Interval { start: f64::from(i), end: f64::from(i) + 1.0, label: (i % 7).to_string() })
        .collect();
    assert_eq!(by_labels(&long, &long).count(), 20_001);
    assert!(matches!(compare(&long, &long[1..], &[], Pairing::Labels), Err(CannotPair::TooMany { .. })));
}

/// Least edits and least time apart over every monotone pairing.
fn brute_force(r: &[Interval], h: &[Interval]) -> (usize, f64) {
    let (Some(a), Some(b)) = (r.first(), h.first()) else { return (r.len() + h.len(), 0.0) };
    let apart = (a.start - b.start).abs() + (a.end - b.end).abs();
    let (paired, missing, extra) = (brute_force(&r[1..], &h[1..]), brute_force(&r[1..], h), brute_force(r, &h[1..]));
    let all = [
        (paired.0 + usize::from(a.label != b.label), paired.1 + apart),
        (missing.0 + 1, missing.1),
        (extra.0 + 1, extra.1),
    ];
    all.into_iter().min_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1))).unwrap()
}

proptest! {
    #[test]
    fn pairs_have_the_fewest_edits_and_then_the_nearest_times(
        r in prop::collection::vec((0..3_usize, 1..9_u32), 0..6), h in prop::collection::vec((0..3_usize, 1..9_u32), 0..6)
    ) {
        // A pause behind every label, so that each pair gives both its differences; times in eighths add up exactly.
        let make = |labels: &[(usize, u32)]| -> Vec<Interval> {
            let named: Vec<_> = labels.iter()
                .flat_map(|(l, n)| [(["a", "b", "c"][*l], f64::from(*n) / 8.0), ("_", 0.125)]).collect();
            tier(0.0, &named)
        };
        let (r, h) = (make(&r), make(&h));
        let found = by_labels(&r, &h);
        let spoken = |t: &[Interval]| t.iter().filter(|i| !i.label.is_empty()).cloned().collect::<Vec<_>>();
        let (edits, apart) = brute_force(&spoken(&r), &spoken(&h));
        prop_assert_eq!(found.missing + found.extra + found.relabelled, edits);
        prop_assert_eq!(found.signed.iter().map(|d| d.abs()).sum::<f64>(), apart);
    }
}
