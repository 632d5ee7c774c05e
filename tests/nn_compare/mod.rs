//! Two engines on the same net, the same batch and the same gradient.

use energraph::learn::{FrontEnd, Optimiser, Parameter, Ragged, Rule};
use ndarray::Array2;

/// Strokes that differ from image to image; no two pixels are equal, so that no max-pool has a tie.
pub fn picture(width: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((32, width), |(y, x)| {
        let (y, x, s) = (y as f32, x as f32, seed as f32);
        0.5 + 0.3 * (0.7 * y + s).sin() * (0.9 * x - 0.4 * s).cos() + 0.19 * (0.37 * x * (y + 1.0) + s).sin()
    })
}

/// Largest difference, relative to the largest number.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let scale = b.iter().fold(1e-4_f32, |m, v| m.max(v.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f32::max)
}

/// Energies, then what an SGD step of rate 1 changes (and running statistics as they stand), then energies in inference.
fn train<F: FrontEnd<Input = Array2<f32>>>(
    net: &mut F,
    images: &[Array2<f32>],
) -> (Ragged<f32>, Vec<Parameter>, Ragged<f32>) {
    let (energies, ticket) = net.forward(images).unwrap();
    let mut g = energies.zeros_like();
    g.values_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (1.3 * i as f32).sin());
    net.backward(ticket, g).unwrap();
    let before = net.parameters().unwrap();
    net.apply(&mut Optimiser::new(Rule::Sgd { momentum: 0.0 }, 1.0)).unwrap();
    let mut change = net.parameters().unwrap();
    net.set_parameters(&before).unwrap();
    for (c, b) in change.iter_mut().zip(&before) {
        let running = c.name.ends_with(".mean") || c.name.ends_with(".variance");
        c.values.iter_mut().zip(&b.values).filter(|_| !running).for_each(|(c, b)| *c -= b);
    }
    let read = net.infer(images).unwrap();
    (energies, change, read)
}

/// Energies in training and in inference, gradients and running statistics must agree.
pub fn compare<F: FrontEnd<Input = Array2<f32>>>(mut ours: F, mut theirs: F, images: &[Array2<f32>]) {
    let (a, b) = (train(&mut ours, images), train(&mut theirs, images));
    assert!(apart(a.0.values(), b.0.values()) < 2e-4, "training: {}", apart(a.0.values(), b.0.values()));
    assert!(apart(a.2.values(), b.2.values()) < 2e-4, "inference: {}", apart(a.2.values(), b.2.values()));
    for (a, b) in a.1.iter().zip(&b.1) {
        assert_eq!(a.name, b.name);
        assert!(apart(&a.values, &b.values) < 5e-3, "{}: {}", a.name, apart(&a.values, &b.values));
    }
}
