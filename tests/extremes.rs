//! Numbers that nobody means: what is asked for by mistake is refused or answered, in little time and memory.

use energraph::Beta;
use energraph::trellis::decode::{self, Free, beam_lattice, output_energy, prefix_beam};
use energraph::trellis::{AlignOptions, Emissions, Topology, align, entropy};
use ndarray::array;

#[test]
fn the_entropy_of_a_near_certainty_is_a_number() {
    // The rival's share is below all normal numbers.
    let e = array![[0.0, 740.0]];
    let h = entropy(&Emissions::new(e.view()).unwrap(), &Topology::any(2).unwrap(), Beta::ONE).unwrap();
    assert!((0.0..1e-300).contains(&h), "{h}");
}

#[test]
fn intervals_of_next_to_no_coverage_begin_before_they_end() {
    // The label begins at either frame, half of the time each.
    let e = array![[0.0, 0.0], [0.0, 9.0]];
    let e2 = array![[0.0, 0.0], [0.0, f32::INFINITY]];
    for e in [e, e2] {
        let o = AlignOptions { between: vec![2], coverage: f64::from_bits(1), ..AlignOptions::default() };
        let t = Topology::ctc(&[1], 2, 2).unwrap();
        let found = align(&Emissions::new(e.view()).unwrap(), &t, &o).unwrap().unwrap();
        assert!(found.segments.iter().all(|s| s.starts.0 <= s.starts.1 && s.ends.0 <= s.ends.1), "{found:?}");
    }
}

#[test]
fn decoders_give_numbers_at_the_smallest_inverse_temperature() {
    let e = array![[0.0, 1.0, 2.0], [1.0, 0.5, 0.0], [0.0, 2.0, 2.0]];
    let e = Emissions::new(e.view()).unwrap();
    let beta = Beta::finite(f64::from_bits(1)).unwrap();
    for width in [1, usize::MAX] {
        let (free, beam) = (Free::new(3, 3), decode::Beam { beta, width, margin: f64::INFINITY });
        let found = prefix_beam(&e, 3, &free, 9, &beam).unwrap();
        assert!(!found.list.is_empty() && !found.kept.is_nan() && found.lost.is_some_and(|l| l > f64::NEG_INFINITY));
        for text in &found.list {
            assert!(text.energy.is_finite() && text.confidence.is_finite(), "{text:?}");
            assert!(output_energy(&e, 3, &free, &text.output, beta).unwrap() <= text.energy);
        }
        assert!(beam_lattice(&e, 3, &free, &beam).unwrap().graph.states() > 0);
    }
}
