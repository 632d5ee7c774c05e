//! Fused operations against burn's own: outputs, gradients, running statistics, inference, odd sizes.
#![cfg(feature = "nn")]

use energraph::learn::{FrontEnd, Optimiser, Parameter, Ragged, Rule};
use energraph::nn::{ColumnNet, ColumnNetConfig, ComputeDevice, Context, CropNet, CropNetConfig};
use ndarray::Array2;

fn picture(width: usize, seed: usize) -> Array2<f32> {
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

fn compare<F: FrontEnd<Input = Array2<f32>>>(mut fused: F, mut stock: F, images: &[Array2<f32>]) {
    let (a, b) = (train(&mut fused, images), train(&mut stock, images));
    assert!(apart(a.0.values(), b.0.values()) < 2e-4, "training: {}", apart(a.0.values(), b.0.values()));
    assert!(apart(a.2.values(), b.2.values()) < 2e-4, "inference: {}", apart(a.2.values(), b.2.values()));
    for (a, b) in a.1.iter().zip(&b.1) {
        assert_eq!(a.name, b.name);
        assert!(apart(&a.values, &b.values) < 5e-3, "{}: {}", a.name, apart(&a.values, &b.values));
    }
}

fn columns(config: &ColumnNetConfig, images: &[Array2<f32>]) {
    let net = |device| ColumnNet::new(config.clone(), 11, device).unwrap();
    compare(net(ComputeDevice::cpu()), net(ComputeDevice::cpu().stock()), images);
}

#[test]
fn the_default_column_net_is_the_same_net_fused() {
    let config = ColumnNetConfig { dropout: 0.0, ..Default::default() };
    columns(&config, &[picture(90, 1), picture(37, 2), picture(120, 3)]);
}

#[test]
fn odd_channels_and_widths_are_the_same_fused() {
    for context in [Context::None, Context::Dilated { layers: 4, width: 5 }] {
        let config = ColumnNetConfig { channels: [2, 3, 7, 2, 9, 5], context, dropout: 0.0, outputs: 1 };
        columns(&config, &[picture(1, 1), picture(2, 2), picture(251, 3), picture(5, 4)]);
        columns(&config, &[picture(64, 5)]);
    }
}

#[test]
fn dropout_draws_the_same_features_fused() {
    let config = ColumnNetConfig { channels: [4; 6], dropout: 0.4, ..Default::default() };
    columns(&config, &[picture(50, 1), picture(33, 2)]);
}

#[test]
fn the_crop_net_is_the_same_net_fused() {
    let net = |device| CropNet::new(CropNetConfig::default(), 5, device).unwrap();
    let crops: Vec<_> = (0..40).map(|s| picture(32, s)).collect();
    compare(net(ComputeDevice::cpu()), net(ComputeDevice::cpu().stock()), &crops);
}
