//! All nets against the front-end contract, finite differences and themselves in company.
#![cfg(feature = "nn")]

use energraph::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged, Rule};
use energraph::nn::{ColumnNet, ColumnNetConfig, ComputeDevice, Context, CropNet, CropNetConfig, DeviceChoice};
use energraph::nn::{Tdnn, TdnnConfig};
use ndarray::Array2;

/// Strokes that differ from image to image; no two pixels are equal, so that no max-pool has a tie.
fn picture(width: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((32, width), |(y, x)| {
        let (y, x, s) = (y as f32, x as f32, seed as f32);
        0.5 + 0.3 * (0.7 * y + s).sin() * (0.9 * x - 0.4 * s).cos() + 0.19 * (0.37 * x * (y + 1.0) + s).sin()
    })
}

fn small(context: Context) -> ColumnNetConfig {
    ColumnNetConfig { channels: [3, 4, 5, 6, 7, 8], context, dropout: 0.0, outputs: 3, ..Default::default() }
}

fn column(config: ColumnNetConfig, device: ComputeDevice) -> ColumnNet {
    ColumnNet::new(config, 7, device).unwrap()
}

/// Frames × 6, time first.
fn frames(n: usize, seed: usize) -> Array2<f32> {
    picture(n, seed).slice(ndarray::s![..6, ..]).reversed_axes().to_owned()
}

fn time_delay(dilations: &[usize]) -> TdnnConfig {
    TdnnConfig { inputs: 6, width: 7, dilations: dilations.to_vec(), dropout: 0.0, outputs: 3, ..Default::default() }
}

fn tdnn(config: TdnnConfig, device: ComputeDevice) -> Tdnn {
    Tdnn::new(config, 7, device).unwrap()
}

fn devices() -> [ComputeDevice; 2] {
    [ComputeDevice::cpu(), ComputeDevice::cpu().stock()]
}

/// A gradient with no pattern.
fn weights(like: &Ragged<f32>) -> Ragged<f32> {
    let mut g = like.zeros_like();
    g.values_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (1.3 * i as f32).sin());
    g
}

fn dot(a: &Ragged<f32>, b: &Ragged<f32>) -> f64 {
    a.values().iter().zip(b.values()).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Gradient of every trained parameter, through an SGD step of rate 1.
fn gradients<F: FrontEnd<Input = Array2<f32>>>(net: &mut F, inputs: &[Array2<f32>]) -> Vec<Parameter> {
    let before = net.parameters().unwrap();
    let (energies, ticket) = net.forward(inputs).unwrap();
    net.backward(ticket, weights(&energies)).unwrap();
    net.apply(&mut Optimiser::new(Rule::Sgd { momentum: 0.0 }, 1.0)).unwrap();
    let mut after = net.parameters().unwrap();
    net.set_parameters(&before).unwrap();
    for (a, b) in after.iter_mut().zip(&before) {
        a.values.iter_mut().zip(&b.values).for_each(|(a, b)| *a = b - *a);
    }
    after.retain(|p| ![".mean", ".variance", ".draws"].iter().any(|s| p.name.ends_with(s)));
    after
}

fn close(a: &[f32], b: &[f32], tolerance: f32) -> bool {
    let scale = b.iter().fold(1e-3_f32, |m, v| m.max(v.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * scale)
}

/// Compares with central differences along each parameter's own gradient.
fn check_against_differences<F: FrontEnd<Input = Array2<f32>>>(net: &mut F, inputs: &[Array2<f32>]) {
    let start = net.parameters().unwrap();
    for g in gradients(net, inputs) {
        let square: f64 = g.values.iter().map(|&v| f64::from(v).powi(2)).sum();
        assert!(square > 1e-12, "{} has no gradient", g.name);
        let mut value = |h: f64| {
            let mut moved = start.clone();
            let p = moved.iter_mut().find(|p| p.name == g.name).unwrap();
            p.values.iter_mut().zip(&g.values).for_each(|(v, &d)| *v += h as f32 * d);
            net.set_parameters(&moved).unwrap();
            let (energies, _) = net.forward(inputs).unwrap();
            dot(&energies, &weights(&energies))
        };
        // A long step crosses kinks of ReLU and max-pool, a short one drowns in rounding: one of three must agree.
        let slopes = [2e-3, 5e-4, 1.5e-4].map(|step| {
            let h = step / square.sqrt();
            (value(h) - value(-h)) / (2.0 * h)
        });
        let error = slopes.iter().map(|s| (s - square).abs() / square).fold(f64::INFINITY, f64::min);
        assert!(error < 0.015, "{}: differences {slopes:?}, gradient {square}", g.name);
        net.set_parameters(&start).unwrap();
    }
}

#[test]
fn a_column_nets_gradients_are_those_of_finite_differences() {
    for device in devices() {
        let mut net = column(small(Context::Dilated { layers: 2, width: 5 }), device);
        check_against_differences(&mut net, &[picture(21, 1), picture(40, 2), picture(7, 3)]);
    }
}

#[test]
fn a_crop_nets_gradients_are_those_of_finite_differences() {
    for device in devices() {
        let config = CropNetConfig { channels: [3, 4, 5], hidden: 6, dropout: 0.0, outputs: 4 };
        let mut net = CropNet::new(config, 3, device).unwrap();
        let crops: Vec<_> = (0..6).map(|s| picture(32, s)).collect();
        check_against_differences(&mut net, &crops);
    }
}

#[test]
fn a_time_delay_nets_gradients_are_those_of_finite_differences() {
    for device in devices() {
        for stride in [1, 2] {
            let mut net = tdnn(TdnnConfig { stride, ..time_delay(&[1, 3]) }, device.clone());
            check_against_differences(&mut net, &[frames(21, 1), frames(40, 2), frames(6, 3)]);
        }
    }
}

#[test]
fn an_utterance_has_the_same_energies_alone_and_in_company() {
    for device in devices() {
        for stride in [1, 3] {
            let mut net = tdnn(TdnnConfig { stride, ..time_delay(&[1, 2, 40]) }, device.clone());
            let sounds = [frames(33, 1), frames(64, 2), frames(1, 3), frames(130, 4)];
            net.forward(&sounds).unwrap();
            let together = net.infer(&sounds).unwrap();
            for (i, sound) in sounds.iter().enumerate() {
                let alone = net.infer(std::slice::from_ref(sound)).unwrap();
                assert_eq!(alone.rows(0), net.rows(sound.nrows()));
                assert_eq!(alone.rows(0), sound.nrows().div_ceil(stride));
                assert!(close(alone.values(), together.block(i).as_slice().unwrap(), 1e-4), "utterance {i}");
            }
        }
    }
}

#[test]
fn a_row_depends_on_the_frames_of_its_context_and_no_others() {
    for stride in [1, 2] {
        let config = TdnnConfig { stride, kernel: 3, ..time_delay(&[2, 3]) };
        let reach = config.context();
        assert_eq!(reach, 1 + 5 * stride);
        let mut net = tdnn(config, ComputeDevice::cpu());
        let sound = frames(60, 1);
        let before = net.infer(std::slice::from_ref(&sound)).unwrap();
        let mut moved = sound.clone();
        moved[[30, 2]] += 0.5;
        let after = net.infer(&[moved]).unwrap();
        let differs = |r: usize| before.block(0).row(r) != after.block(0).row(r);
        let touched: Vec<usize> = (0..before.rows(0)).filter(|&r| differs(r)).collect();
        // Row r stands over the frames stride · r … stride · (r + 1) − 1.
        let near = |r: usize| stride * r <= 30 + reach && stride * (r + 1) + reach > 30;
        assert!(touched.iter().all(|&r| near(r)), "{touched:?}");
        assert!(touched.len() > (0..before.rows(0)).filter(|&r| near(r)).count() / 2, "{touched:?}");
    }
}

#[test]
fn an_image_has_the_same_energies_alone_and_in_a_padded_batch() {
    for device in devices() {
        for context in [Context::Dilated { layers: 3, width: 6 }, Context::Lstm { width: 6 }] {
            let mut net = column(small(context), device.clone());
            let images = [picture(33, 1), picture(64, 2), picture(1, 3), picture(130, 4)];
            net.forward(&images).unwrap();
            let together = net.infer(&images).unwrap();
            for (i, image) in images.iter().enumerate() {
                let alone = net.infer(std::slice::from_ref(image)).unwrap();
                assert_eq!(alone.rows(0), ColumnNet::columns(image.ncols()));
                assert!(close(alone.values(), together.block(i).as_slice().unwrap(), 1e-4), "{context:?}, image {i}");
            }
        }
    }
}

#[test]
fn padding_enters_neither_the_energies_nor_the_gradients_of_training() {
    for device in devices() {
        let mut net = column(small(Context::Dilated { layers: 1, width: 6 }), device);
        // Twice the same image has the statistics of once; a padded batch must not change that.
        let image = picture(30, 5);
        let once = gradients(&mut net, std::slice::from_ref(&image));
        let (narrow, _) = net.forward(&[image.clone(), image.clone()]).unwrap();
        let (alone, _) = net.forward(std::slice::from_ref(&image)).unwrap();
        assert!(close(narrow.block(0).as_slice().unwrap(), alone.values(), 1e-4));
        assert!(once.iter().all(|p| p.values.iter().all(|v| v.is_finite())));
    }
}

#[test]
fn running_statistics_approach_those_of_the_batch() {
    for device in devices() {
        let mut net = column(small(Context::None), device);
        let images = [picture(48, 1), picture(20, 2)];
        let (trained, _) = net.forward(&images).unwrap();
        for _ in 0..200 {
            net.forward(&images).unwrap();
        }
        let read = net.infer(&images).unwrap();
        assert!(close(read.values(), trained.values(), 2e-3));
    }
}

#[test]
fn a_column_net_learns_a_small_task() {
    for device in devices() {
        let mut net = column(ColumnNetConfig { dropout: 0.1, ..small(Context::None) }, device);
        let images: Vec<_> = (0..4).map(|s| picture(24 + 8 * s, s)).collect();
        let mut o = Optimiser::new(Rule::ADAMW, 0.02);
        let mut values = Vec::new();
        for _ in 0..60 {
            let loss = |e: &Ragged<f32>| {
                let mut g = e.clone();
                g.values_mut().iter_mut().enumerate().for_each(|(i, v)| *v -= (i % 3) as f32);
                let value = g.values().iter().map(|&v| f64::from(v * v)).sum::<f64>() / 2.0;
                Ok::<_, std::convert::Infallible>((value / e.values().len() as f64, g))
            };
            values.push(net.step(&images, &mut o, loss).unwrap());
        }
        assert!(values[59] < 0.2 * values[0], "{} to {}", values[0], values[59]);
    }
}

#[test]
fn the_same_seed_gives_the_same_net_and_the_same_training_at_any_thread_count() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let config = ColumnNetConfig { context: Context::Lstm { width: 96 }, ..Default::default() };
            let mut net = column(config, ComputeDevice::cpu());
            let mut o = Optimiser::new(Rule::ADAMW, 0.01);
            let images: Vec<_> = (0..12).map(|s| picture(20 + 13 * s, s)).collect();
            for _ in 0..3 {
                let (e, t) = net.forward(&images).unwrap();
                net.backward(t, weights(&e)).unwrap();
                net.apply(&mut o).unwrap();
            }
            (net.parameters().unwrap(), net.infer(&images).unwrap())
        })
    };
    let one = run(1);
    assert!(one == run(2), "two threads differ from one");
    assert!(one == run(3), "three threads differ from one");
}

#[test]
fn another_seed_gives_another_net() {
    let net = |seed| ColumnNet::new(small(Context::None), seed, ComputeDevice::cpu()).unwrap().parameters().unwrap();
    assert_eq!(net(1), net(1));
    assert_ne!(net(1), net(2));
}

#[test]
fn dropout_continues_from_restored_parameters_as_if_never_interrupted() {
    let config = ColumnNetConfig { dropout: 0.5, ..small(Context::None) };
    let images = [picture(40, 1)];
    let mut net = column(config.clone(), ComputeDevice::cpu());
    let (first, _) = net.forward(&images).unwrap();
    let saved = net.parameters().unwrap();
    let (second, _) = net.forward(&images).unwrap();
    assert_ne!(first, second);
    let mut other = column(config, ComputeDevice::cpu());
    other.set_parameters(&saved).unwrap();
    assert_eq!(other.forward(&images).unwrap().0, second);
}

#[test]
fn gradients_accumulate_until_they_are_applied() {
    for device in devices() {
        let mut net = column(small(Context::None), device);
        let images = [picture(16, 1), picture(28, 2)];
        let once = gradients(&mut net, &images);
        let before = net.parameters().unwrap();
        for _ in 0..2 {
            let (e, t) = net.forward(&images).unwrap();
            net.backward(t, weights(&e)).unwrap();
        }
        let mut o = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 1.0);
        net.apply(&mut o).unwrap();
        let after = net.parameters().unwrap();
        for g in once {
            let at = |all: &[Parameter]| all.iter().find(|p| p.name == g.name).unwrap().values.clone();
            let step: Vec<f32> = at(&before).iter().zip(at(&after)).map(|(b, a)| (b - a) / 2.0).collect();
            assert!(close(&step, &g.values, 1e-2), "{}", g.name);
        }
        let rest = net.parameters().unwrap();
        net.apply(&mut o).unwrap();
        assert_eq!(net.parameters().unwrap(), rest, "apply left a gradient behind");
    }
}

#[test]
fn parameters_go_out_and_back_and_strangers_are_refused() {
    let mut net = column(small(Context::None), ComputeDevice::cpu());
    let images = [picture(40, 1)];
    net.forward(&images).unwrap();
    let saved = net.parameters().unwrap();
    let expected = net.infer(&images).unwrap();
    let mut other = ColumnNet::new(small(Context::None), 99, ComputeDevice::cpu()).unwrap();
    assert_ne!(other.infer(&images).unwrap(), expected);
    other.set_parameters(&saved).unwrap();
    assert_eq!(other.infer(&images).unwrap(), expected);

    let weights_error = |p: &[Parameter], net: &mut ColumnNet| match net.set_parameters(p) {
        Err(FrontError::Weights { why }) => why,
        other => panic!("{other:?}"),
    };
    assert!(weights_error(&saved[1..], &mut other).contains("block0.kernel is missing"));
    let mut wrong = saved.clone();
    wrong[0].shape = vec![3, 3, 3, 1];
    assert!(weights_error(&wrong, &mut other).contains("shape"));
    wrong[0] = Parameter { name: "stranger".into(), shape: vec![1], values: vec![0.0] };
    assert!(weights_error(&wrong, &mut other).contains("stranger"));
    wrong[0] = saved[1].clone();
    assert!(weights_error(&wrong, &mut other).contains("twice"));
    let mut wrong = saved.clone();
    wrong[2].values[0] = f32::NAN;
    assert!(matches!(other.set_parameters(&wrong), Err(FrontError::NotFinite { .. })));
    assert_eq!(other.parameters().unwrap(), saved, "a refused set changed something");
}

#[test]
fn a_time_delay_nets_parameters_go_out_and_back() {
    let sounds = [frames(40, 1)];
    let config = TdnnConfig { dropout: 0.4, ..time_delay(&[1, 2]) };
    let mut net = tdnn(config.clone(), ComputeDevice::cpu());
    net.forward(&sounds).unwrap();
    let saved = net.parameters().unwrap();
    let mut other = tdnn(config, ComputeDevice::cpu());
    assert_ne!(other.infer(&sounds).unwrap(), net.infer(&sounds).unwrap());
    other.set_parameters(&saved).unwrap();
    assert_eq!(other.infer(&sounds).unwrap(), net.infer(&sounds).unwrap());
    assert_eq!(other.forward(&sounds).unwrap().0, net.forward(&sounds).unwrap().0, "dropout draws something else");
}

#[test]
fn a_time_delay_net_refuses_sizes_and_frames_that_do_not_fit() {
    let refused = |c: TdnnConfig| matches!(Tdnn::new(c, 1, ComputeDevice::cpu()), Err(FrontError::Weights { .. }));
    let good = || time_delay(&[1]);
    assert!(!refused(good()));
    assert!(!refused(time_delay(&[])));
    for bad in [
        TdnnConfig { inputs: 0, ..good() },
        TdnnConfig { width: 0, ..good() },
        TdnnConfig { outputs: 0, ..good() },
        TdnnConfig { kernel: 4, ..good() },
        TdnnConfig { kernel: usize::MAX, ..good() },
        TdnnConfig { stride: 0, ..good() },
        TdnnConfig { stride: usize::MAX, ..good() },
        TdnnConfig { dilations: vec![0], ..good() },
        TdnnConfig { dilations: vec![1, usize::MAX], ..good() },
        TdnnConfig { dropout: 1.0, ..good() },
    ] {
        assert!(refused(bad.clone()), "{bad:?}");
    }
    assert!(toml::from_str::<TdnnConfig>("widht = 14").is_err());
    for device in devices() {
        let mut net = tdnn(good(), device);
        for bad in [Array2::zeros((0, 6)), Array2::zeros((4, 5)), Array2::from_elem((4, 6), f32::NAN)] {
            let r = net.infer(&[frames(9, 1), bad]);
            assert!(matches!(r, Err(FrontError::Input { index: 1, .. })), "{r:?}");
        }
    }
}

#[test]
fn bad_inputs_and_gradients_are_refused_with_facts() {
    for device in devices() {
        let mut net = column(small(Context::None), device.clone());
        let refused =
            |r: Result<Ragged<f32>, FrontError>, i| matches!(r, Err(FrontError::Input { index, .. }) if index == i);
        assert!(refused(net.infer(&[picture(9, 1), Array2::zeros((31, 9))]), 1));
        assert!(refused(net.infer(&[Array2::zeros((32, 0))]), 0));
        assert!(refused(net.infer(&[Array2::from_elem((32, 5), f32::NAN)]), 0));
        let mut crops = CropNet::new(CropNetConfig::default(), 1, device).unwrap();
        assert!(refused(crops.infer(&[picture(33, 1)]), 0));

        let (e, t) = net.forward(&[picture(9, 1)]).unwrap();
        assert_eq!(e.rows(0), 3);
        let narrow = Ragged::zeros(2, [3]);
        assert!(matches!(net.backward(t, narrow), Err(FrontError::GradientShape { .. })));
        let (e, t) = net.forward(&[picture(9, 1)]).unwrap();
        let mut g = e.zeros_like();
        g.values_mut()[1] = f32::INFINITY;
        assert!(matches!(net.backward(t, g), Err(FrontError::NotFinite { .. })));
    }
}

#[test]
fn an_empty_batch_is_no_work_and_no_error() {
    let mut net = column(small(Context::None), ComputeDevice::cpu());
    let (e, t) = net.forward(&[]).unwrap();
    assert!(e.is_empty());
    net.backward(t, e).unwrap();
    assert!(net.infer(&[]).unwrap().is_empty());
}

#[test]
fn a_configuration_travels_as_text_and_unknown_keys_are_refused() {
    let config = ColumnNetConfig::default();
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<ColumnNetConfig>(&text).unwrap(), config);
    let toml: ColumnNetConfig =
        toml::from_str("outputs = 14\ncontext = { dilated = { layers = 2, width = 64 } }").unwrap();
    assert_eq!((toml.outputs, toml.context), (14, Context::Dilated { layers: 2, width: 64 }));
    assert!(toml::from_str::<ColumnNetConfig>("output = 14").is_err());
    let pools = ColumnNet::EARLY_POOLS;
    let [mut flat, mut huge, narrow] = [pools, pools, [[2, 1], [2, 1], [2, 1], [2, 1], [2, 1], [1, 1]]];
    (flat[0], huge[0]) = ([1, 2], [usize::MAX, 2]);
    let bad = [ColumnNetConfig { outputs: 0, ..Default::default() }]
        .into_iter()
        .chain([flat, huge, narrow].map(|pools| ColumnNetConfig { pools, ..Default::default() }));
    for bad in bad {
        assert!(matches!(ColumnNet::new(bad, 1, ComputeDevice::cpu()), Err(FrontError::Weights { .. })));
    }
}

#[test]
fn the_default_net_has_the_planned_size() {
    let net = column(ColumnNetConfig::default(), ComputeDevice::cpu());
    assert!((600_000..720_000).contains(&net.size()), "{}", net.size());
}

#[test]
fn nets_and_tickets_move_to_other_threads() {
    fn is_send<T: Send>() {}
    is_send::<ColumnNet>();
    is_send::<CropNet>();
    is_send::<Tdnn>();
    is_send::<<ColumnNet as FrontEnd>::Ticket>();
}

#[test]
fn a_device_that_this_build_lacks_is_refused_with_a_reason() {
    assert!(matches!("tpu".parse::<DeviceChoice>(), Err(FrontError::Device { .. })));
    assert_eq!("cpu".parse::<DeviceChoice>().unwrap().resolve().unwrap().name(), "cpu");
    assert!(DeviceChoice::Auto.resolve().is_ok());
    if cfg!(not(feature = "cuda")) {
        match DeviceChoice::Cuda.resolve() {
            Err(FrontError::Device { device, why }) => assert!(device == "cuda" && why.contains("--features cuda")),
            other => panic!("{other:?}"),
        }
    }
}
