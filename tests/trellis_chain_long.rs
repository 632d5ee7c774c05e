//! A dense linear chain over 200,000 frames. Apart from its other tests, since it takes minutes where nothing is optimised.

use energraph::Beta;
use energraph::trellis::{
    Emissions, Topology, Transitions, chain_best_path, chain_free_energy, chain_posteriors, free_energy,
};
use ndarray::{Array2, s};

#[test]
fn two_hundred_thousand_frames_lose_nothing() {
    let noise = |i: usize| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f32 / (1 << 21) as f32;
    let between = Array2::from_shape_fn((40, 40), |(i, j)| noise(i * 40 + j));
    let e = Array2::from_shape_fn((200_000, 40), |(t, c)| noise(5_000 + t * 40 + c));
    let (sequence, t) = (Emissions::new(e.view()).unwrap(), Transitions::new(between.view()).unwrap());
    let found = chain_posteriors(&sequence, &t, Beta::ONE).unwrap();
    for row in found.emissions.rows() {
        assert!((row.iter().map(|&p| f64::from(p)).sum::<f64>() - 1.0).abs() < 1e-6);
    }
    assert!((found.transitions.between.sum() - 199_999.0).abs() < 1e-4);
    // Read from the other end, the free energy is the same.
    let back = Emissions::new(e.slice(s![..;-1, ..])).unwrap();
    let other = chain_free_energy(&back, &Transitions::new(between.t()).unwrap(), Beta::ONE).unwrap();
    assert!((found.free_energy - other).abs() <= 1e-6 * other.abs(), "{} {other}", found.free_energy);
    // And the least energy of some of them is that of the general kernel.
    let some = Emissions::new(e.slice(s![..20_000, ..])).unwrap();
    let expected = free_energy(&some, &Topology::chain(&t).unwrap(), Beta::Infinite).unwrap();
    let best = chain_best_path(&some, &t).unwrap().unwrap();
    assert!((best.energy - expected).abs() <= 1e-9 * expected.abs());
}
