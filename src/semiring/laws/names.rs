//! The one list of laws by marker, and the macros that walk it.

/// Calls `$crate::$callback!` with the laws of a marker. The names are those of the functions in [`super::law`].
#[doc(hidden)]
#[macro_export]
macro_rules! __law_names {
    (Weight $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            times_is_associative
            one_is_the_identity_of_times
            zero_absorbs
            is_zero_means_equal_to_zero
            times_stays_legal
            equality_is_an_equivalence
            equal_values_hash_equal
            equal_values_hold_the_same_numbers
            close_is_reflexive_and_symmetric
            close_without_tolerance_is_equality
            the_constructor_refuses_nan_and_mends_minus_zero
        }
    };
    (Commutative $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            times_is_commutative
        }
    };
    (Cancellative $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            times_can_be_cancelled
        }
    };
    (Semiring $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            plus_is_associative
            plus_is_commutative
            zero_is_the_identity_of_plus
            times_distributes_over_plus_from_the_left
            times_distributes_over_plus_from_the_right
            plus_stays_legal
        }
    };
    (LeftSemiring $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            plus_is_associative
            plus_is_commutative
            zero_is_the_identity_of_plus
            times_distributes_over_plus_from_the_left
            plus_stays_legal
        }
    };
    (RightSemiring $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            plus_is_associative
            plus_is_commutative
            zero_is_the_identity_of_plus
            times_distributes_over_plus_from_the_right
            plus_stays_legal
        }
    };
    (Idempotent $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            plus_is_idempotent
        }
    };
    (PathProperty $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            plus_picks_an_operand
            order_is_total
            order_agrees_with_plus
            zero_is_last_in_the_order
            times_keeps_the_order
        }
    };
    (Star $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            star_of_zero_is_one
            star_solves_its_equation
            star_is_the_sum_that_settles
            star_is_the_limit_of_partial_sums
            star_refuses_what_diverges
            star_stays_legal
            absolute_is_given_for_all_or_for_none
            absolute_is_given_where_sums_cancel
            absolute_keeps_zero_one_and_what_is_absolute
            absolute_of_a_product_is_the_product_of_absolutes
            sums_of_absolutes_do_not_cancel
            star_of_the_absolute_is_given_where_the_star_is
            absolute_stays_legal
        }
    };
    (LeftDivide $callback:ident $($rest:tt)*) => {
        $crate::$callback! { [$($rest)*]
            left_divide_is_undone_by_times
            left_divide_undoes_times
            left_divide_refuses_zero
            left_divide_stays_legal
            quantize_without_a_grid_changes_nothing
            quantize_keeps_what_is_on_the_grid
            quantize_keeps_zero
            quantize_stays_within_a_step
            quantize_stays_legal
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __law_push {
    ([$laws:ident $t:ident] $($name:ident)*) => {
        $( $laws.push($crate::laws::law::$name::<$t>()); )*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __law_tests {
    ([$subject:ident] $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let row = $crate::laws::law::$name::<$subject>().row(&$crate::laws::Config::default());
                if let $crate::laws::Outcome::Broken(counterexample) = &row.outcome {
                    panic!("{counterexample}");
                }
                assert!(row.holds(), "{row}");
            }
        )*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __law_list {
    ([$list:ident] $($name:ident)*) => {
        $( $list.push(stringify!($name).replace('_', " ")); )*
    };
}

/// Makes a test module with one `#[test]` per law of a type that implements [`Sample`](crate::laws::Sample).
///
/// The markers are named as the traits are; [`Weight`](crate::Weight)'s laws are always checked. One more test fails
/// where the list here and [`Sample::laws`](crate::laws::Sample::laws) differ.
///
/// ```
/// # fn main() {}
/// energraph::semiring_laws!(mod counting_laws: energraph::Counting => Semiring, Commutative, Star);
/// ```
#[macro_export]
macro_rules! semiring_laws {
    (mod $module:ident: $t:ty $(=> $($marker:ident),* $(,)?)?) => {
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            type Subject = $t;

            $crate::__law_names! { Weight __law_tests Subject }
            $($( $crate::__law_names! { $marker __law_tests Subject } )*)?

            #[test]
            fn every_claimed_law_has_its_test() {
                let mut tested: Vec<String> = Vec::new();
                $crate::__law_names! { Weight __law_list tested }
                $($( $crate::__law_names! { $marker __law_list tested } )*)?
                let laws = <Subject as $crate::laws::Sample>::laws();
                let mut claimed: Vec<&str> = laws.list().iter().map(|law| law.name()).collect();
                tested.sort();
                claimed.sort();
                assert_eq!(tested, claimed, "Sample::laws() and the markers of semiring_laws! differ");
            }
        }
    };
}
