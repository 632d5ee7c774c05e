//! The law kit on the built-in types: one named test per law.
#![cfg(feature = "laws")]

use energraph::semiring::Boolean;
use energraph::{Counting, Energy, LogSum, MinSum, laws, semiring_laws};

semiring_laws!(mod energy: Energy => Commutative);
semiring_laws!(mod min_sum_f32: MinSum<f32> => Commutative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod min_sum_f64: MinSum<f64> => Commutative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod log_sum_f32: LogSum<f32> => Commutative, Semiring, Star, LeftDivide);
semiring_laws!(mod log_sum_f64: LogSum<f64> => Commutative, Semiring, Star, LeftDivide);
semiring_laws!(mod boolean: Boolean => Commutative, Semiring, Idempotent, PathProperty, Star, LeftDivide);
semiring_laws!(mod counting: Counting => Commutative, Semiring, Star);

#[test]
fn the_report_of_the_built_in_types_has_a_row_for_every_law_and_no_counterexample() {
    let reports = laws::built_in();
    assert_eq!(reports.len(), 7);
    for report in &reports {
        assert!(report.holds(), "{report}");
    }
    let rows: Vec<usize> = reports.iter().map(|r| r.rows.len()).collect();
    assert_eq!(rows, [12, 34, 34, 28, 28, 34, 24]);
}

#[test]
fn the_same_seed_finds_the_same_things() {
    let config = laws::Config { cases: 64, ..laws::Config::default() };
    assert_eq!(laws::check::<LogSum<f64>>(&config), laws::check::<LogSum<f64>>(&config));
}
