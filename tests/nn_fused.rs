//! Fused operations against burn's own: outputs, gradients, running statistics, inference, odd sizes.
#![cfg(feature = "nn")]

use energraph::nn::{ColumnNet, ColumnNetConfig, ComputeDevice, Context, CropNet, CropNetConfig, Tdnn, TdnnConfig};
use ndarray::Array2;

mod nn_compare;
use nn_compare::{compare, picture};

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
    for context in [Context::None, Context::Dilated { layers: 4, width: 5 }, Context::Lstm { width: 3 }] {
        for pools in [ColumnNet::EARLY_POOLS, ColumnNet::LATE_POOLS] {
            let config = ColumnNetConfig { channels: [2, 3, 7, 2, 9, 5], pools, context, dropout: 0.0, outputs: 1 };
            columns(&config, &[picture(1, 1), picture(2, 2), picture(251, 3), picture(5, 4)]);
            columns(&config, &[picture(64, 5)]);
        }
    }
}

#[test]
fn dropout_draws_the_same_features_fused() {
    let config = ColumnNetConfig { channels: [4; 6], dropout: 0.4, ..Default::default() };
    columns(&config, &[picture(50, 1), picture(33, 2)]);
    columns(&ColumnNetConfig { context: Context::Lstm { width: 6 }, ..config }, &[picture(50, 1), picture(33, 2)]);
}

#[test]
fn the_lstm_net_is_the_same_net_fused() {
    let config = ColumnNetConfig { context: Context::Lstm { width: 96 }, dropout: 0.0, ..Default::default() };
    columns(&config, &[picture(90, 1), picture(37, 2), picture(120, 3), picture(37, 4), picture(3, 5)]);
}

#[test]
fn the_crop_net_is_the_same_net_fused() {
    let net = |device| CropNet::new(CropNetConfig::default(), 5, device).unwrap();
    let crops: Vec<_> = (0..40).map(|s| picture(32, s)).collect();
    compare(net(ComputeDevice::cpu()), net(ComputeDevice::cpu().stock()), &crops);
}

#[test]
fn a_time_delay_net_is_the_same_net_fused() {
    let frames = |n, seed, dims| picture(n, seed).slice(ndarray::s![..dims, ..]).reversed_axes().to_owned();
    for (inputs, width, stride, dilations) in
        [(30, 64, 1, vec![1, 2, 8, 8]), (1, 5, 1, vec![]), (7, 3, 2, vec![1, 30]), (2, 9, 5, vec![3])]
    {
        let config = TdnnConfig { inputs, width, stride, dilations, dropout: 0.2, outputs: 4, ..Default::default() };
        let net = |device| Tdnn::new(config.clone(), 11, device).unwrap();
        let sounds = [frames(90, 1, inputs), frames(1, 2, inputs), frames(41, 3, inputs)];
        compare(net(ComputeDevice::cpu()), net(ComputeDevice::cpu().stock()), &sounds);
        compare(net(ComputeDevice::cpu()), net(ComputeDevice::cpu().stock()), &sounds[..1]);
    }
}
