//! Parameters, an engine and the front-end contract: what all nets share.

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::learn::{FrontError, Optimiser, Parameter, Ragged};
use crate::nn::device::ComputeDevice;
use crate::nn::parameters::{PER_BLOCK, Store, uniform};
use crate::nn::spec::NetSpec;
use crate::nn::{fused, stock};

/// One run of the net, as an engine sees it.
pub(crate) struct Pass<'a> {
    pub spec: &'a NetSpec,
    pub images: &'a [Array2<f32>],
    /// Every slot of the store as a flat tensor.
    pub leaves: &'a [Tensor<1>],
    /// Input kernel, hidden kernel and bias of the LSTM; nothing where there is none.
    pub lstm: &'a [Tensor<1>],
    /// Kernel and bias of the head.
    pub head: [&'a Tensor<1>; 2],
    /// Whether to normalise by the batch's own statistics.
    pub training: bool,
    /// What dropout multiplies with, row by row over the valid columns: one per block, empty where it has none,
    /// then the LSTM's where there is one, then the head's. No entry at all in inference.
    pub masks: Vec<Vec<f32>>,
    pub device: &'a Device,
}

impl Pass<'_> {
    /// Width of each input as the first block sees it: a multiple of the stride.
    pub fn widths(&self) -> Vec<usize> {
        let stride = self.spec.stride();
        self.images.iter().map(|i| self.spec.entry.width(i).div_ceil(stride) * stride).collect()
    }
}

/// What an engine gives back.
pub(crate) struct Output {
    /// Rows in the engine's own order, with rows that belong to no image.
    pub rows: Tensor<2>,
    /// For each row of the answer, its place in `rows`.
    pub places: Vec<usize>,
    /// Rows of each image.
    pub counts: Vec<usize>,
    /// Mean and variance of each block's batch; empty in inference.
    pub statistics: Vec<Tensor<1>>,
}

/// What `backward` needs to remember of a `forward`.
pub struct Ticket {
    /// Nothing, where the batch was empty.
    graph: Option<Graph>,
    shape: (usize, usize),
}

struct Graph {
    rows: Tensor<2>,
    places: Vec<usize>,
    leaves: Vec<Tensor<1>>,
    learns: Vec<bool>,
}

/// The front-end under all nets.
pub(crate) struct Network {
    spec: NetSpec,
    store: Store,
    seed: u64,
    device: ComputeDevice,
    /// The store on the device, kept between inferences.
    loaded: Option<Vec<Tensor<1>>>,
}

impl Network {
    pub fn new(spec: NetSpec, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        spec.check()?;
        let store = Store::new(&spec, seed);
        Ok(Network { spec, store, seed, device, loaded: None })
    }

    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    pub fn trained(&self) -> usize {
        self.store.trained()
    }

    pub fn forward(&mut self, images: &[Array2<f32>]) -> Result<(Ragged<f32>, Ticket), FrontError> {
        self.check(images)?;
        if images.is_empty() {
            let shape = (0, self.spec.outputs);
            return Ok((Ragged::zeros(self.spec.outputs, []), Ticket { graph: None, shape }));
        }
        self.loaded = None;
        let device = self.device.burn().autodiff();
        let learns: Vec<bool> = self.store.slots.iter().map(|s| s.learns()).collect();
        let leaves: Vec<Tensor<1>> = load(&self.store, &device)
            .into_iter()
            .zip(&learns)
            .map(|(t, &learns)| if learns { t.require_grad() } else { t })
            .collect();
        let masks = self.draw_masks(images);
        let output = self.run(images, &leaves, masks, true, &device);
        let energies = self.gather(&output)?;
        let statistics = read(Tensor::cat(output.statistics, 0), &self.device)?;
        finite(&statistics, "a batch statistic")?;
        self.store.observe(&statistics);
        let shape = (output.places.len(), self.spec.outputs);
        let graph = Graph { rows: output.rows, places: output.places, leaves, learns };
        Ok((energies, Ticket { graph: Some(graph), shape }))
    }

    pub fn infer(&mut self, images: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        self.check(images)?;
        if images.is_empty() {
            return Ok(Ragged::zeros(self.spec.outputs, []));
        }
        let device = self.device.burn();
        let leaves = self.loaded.take().unwrap_or_else(|| load(&self.store, &device));
        let output = self.run(images, &leaves, Vec::new(), false, &device);
        self.loaded = Some(leaves);
        self.gather(&output)
    }

    pub fn backward(&mut self, ticket: Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        let found = (gradient.values().len() / gradient.width().max(1), gradient.width());
        if found != ticket.shape {
            return Err(FrontError::GradientShape { expected: ticket.shape, found });
        }
        finite(gradient.values(), "the gradient of the output")?;
        let Some(graph) = ticket.graph else { return Ok(()) };
        let [n, width] = graph.rows.dims();
        let mut dense = vec![0.0_f32; n * width];
        for (&place, row) in graph.places.iter().zip(gradient.values().chunks_exact(width)) {
            dense[place * width..(place + 1) * width].copy_from_slice(row);
        }
        let seed = Tensor::<2>::from_data(TensorData::new(dense, [n, width]), &self.device.burn().autodiff());
        let mut all = (graph.rows * seed).sum().backward();
        let mut gradients = Vec::with_capacity(graph.leaves.len());
        for (leaf, learns) in graph.leaves.iter().zip(graph.learns) {
            let g = if learns { leaf.grad_remove(&mut all) } else { None };
            gradients.push(g.map(|g| read(g, &self.device)).transpose()?);
        }
        self.store.accumulate(&gradients)
    }

    pub fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        self.loaded = None;
        self.store.apply(optimiser)
    }

    pub fn parameters(&self) -> Vec<Parameter> {
        self.store.export()
    }

    pub fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        self.loaded = None;
        self.store.import(values)
    }

    fn run(
        &self,
        images: &[Array2<f32>],
        leaves: &[Tensor<1>],
        masks: Vec<Vec<f32>>,
        training: bool,
        device: &Device,
    ) -> Output {
        let (blocks, head) = (self.spec.blocks.len() * PER_BLOCK, self.store.head());
        let lstm = &leaves[blocks..head];
        let head = [&leaves[head], &leaves[head + 1]];
        let pass = Pass { spec: &self.spec, images, leaves, lstm, head, training, masks, device };
        if self.device.is_fused() { fused::forward(&pass) } else { stock::forward(&pass) }
    }

    fn check(&self, images: &[Array2<f32>]) -> Result<(), FrontError> {
        for (index, image) in images.iter().enumerate() {
            let refuse = |why: String| Err(FrontError::Input { index, why });
            if let Some(why) = self.spec.entry.refuses(image) {
                return refuse(why);
            }
            if image.iter().any(|v| !v.is_finite()) {
                return refuse("a number in it is not finite".into());
            }
        }
        Ok(())
    }

    /// Dropout's factors for this batch, a function of the seed and of how many batches came before.
    fn draw_masks(&mut self, images: &[Array2<f32>]) -> Vec<Vec<f32>> {
        let p = self.spec.dropout;
        if p == 0.0 {
            return Vec::new();
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.store.draw() + 1);
        let flat = self.spec.blocks.iter().any(|b| b.flatten);
        let stride = self.spec.stride();
        let width = |i: &Array2<f32>| self.spec.entry.width(i);
        let rows = images.iter().map(|i| if flat { 1 } else { width(i).div_ceil(stride) }).sum::<usize>();
        let keep = 1.0 / (1.0 - p);
        let mut draw = |n: usize| -> Vec<f32> {
            (0..n).map(|_| if uniform(&mut rng) < f64::from(p) { 0.0 } else { keep }).collect()
        };
        let mut masks: Vec<Vec<f32>> =
            self.spec.blocks.iter().map(|b| draw(if b.dropout { rows * b.input } else { 0 })).collect();
        if self.spec.recurrent.is_some() {
            masks.push(draw(rows * self.spec.channels()));
        }
        masks.push(draw(rows * self.spec.features()));
        masks
    }

    fn gather(&self, output: &Output) -> Result<Ragged<f32>, FrontError> {
        let dense = read(output.rows.clone(), &self.device)?;
        let width = self.spec.outputs;
        let mut energies = Ragged::zeros(width, output.counts.iter().copied());
        for (row, &place) in energies.values_mut().chunks_exact_mut(width).zip(&output.places) {
            row.copy_from_slice(&dense[place * width..(place + 1) * width]);
        }
        finite(energies.values(), "an energy")?;
        Ok(energies)
    }
}

fn load(store: &Store, device: &Device) -> Vec<Tensor<1>> {
    let tensor = |v: &Vec<f32>| Tensor::from_data(TensorData::new(v.clone(), [v.len()]), device);
    store.slots.iter().map(|s| tensor(&s.values)).collect()
}

fn read<const D: usize>(t: Tensor<D>, device: &ComputeDevice) -> Result<Vec<f32>, FrontError> {
    let why = |e: String| FrontError::Device { device: device.name().to_owned(), why: e };
    let data = t.try_into_data().map_err(|e| why(e.to_string()))?;
    data.try_into_vec::<f32>().map_err(|e| why(format!("{e:?}")))
}

fn finite(values: &[f32], what: &str) -> Result<(), FrontError> {
    if values.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(FrontError::NotFinite { what: what.into() }) }
}
