//! Every device that this build knows against the processor: outputs, gradients, running statistics.
//!
//! Run by `tests/devices.sh`, which brings a driver in software; without `ENERGRAPH_REQUIRE_DEVICES` a device that the
//! machine lacks is passed over.
#![cfg(any(feature = "wgpu", feature = "cuda"))]

use energraph::nn::{ColumnNet, ColumnNetConfig, ComputeDevice, Context, CropNet, CropNetConfig, DeviceChoice};

mod nn_compare;
use nn_compare::{compare, picture};

fn devices() -> Vec<ComputeDevice> {
    let built = [(cfg!(feature = "wgpu"), DeviceChoice::Wgpu), (cfg!(feature = "cuda"), DeviceChoice::Cuda)];
    let required = std::env::var_os("ENERGRAPH_REQUIRE_DEVICES").is_some();
    let mut found = Vec::new();
    for (_, choice) in built.into_iter().filter(|(built, _)| *built) {
        match choice.resolve() {
            Ok(device) => found.push(device),
            Err(e) if required => panic!("{e}"),
            Err(e) => eprintln!("passed over: {e}"),
        }
    }
    found
}

#[test]
fn the_automatic_choice_is_a_device_of_this_build_that_works() {
    let device = DeviceChoice::Auto.resolve().unwrap();
    assert!(["cpu", "wgpu", "cuda"].contains(&device.name()));
    eprintln!("auto is {}", device.name());
}

#[test]
fn a_column_net_has_the_processors_energies_and_gradients_on_every_device() {
    let plain = ColumnNetConfig {
        channels: [8, 16, 16, 24, 24, 32],
        context: Context::Dilated { layers: 2, width: 24 },
        dropout: 0.3,
        outputs: 7,
        ..Default::default()
    };
    let late = ColumnNetConfig { pools: ColumnNet::LATE_POOLS, ..plain.clone() };
    let lstm = ColumnNetConfig { context: Context::Lstm { width: 12 }, ..plain.clone() };
    for device in devices() {
        for config in [&plain, &late, &lstm] {
            let net = |device| ColumnNet::new(config.clone(), 11, device).unwrap();
            compare(net(device.clone()), net(ComputeDevice::cpu()), &[picture(90, 1), picture(37, 2), picture(64, 3)]);
        }
    }
}

#[test]
fn a_crop_net_has_the_processors_energies_and_gradients_on_every_device() {
    for device in devices() {
        let config = CropNetConfig { channels: [8, 16, 24], hidden: 32, dropout: 0.0, outputs: 5 };
        let net = |device| CropNet::new(config.clone(), 5, device).unwrap();
        let crops: Vec<_> = (0..12).map(|s| picture(32, s)).collect();
        compare(net(device), net(ComputeDevice::cpu()), &crops);
    }
}
