//! The time-delay net: feature frames of a sound in, one row of energies per frame.

use ndarray::Array2;

use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::device::ComputeDevice;
use crate::nn::network::{Network, Ticket};
use crate::nn::spec::{BlockSpec, Entry, NetSpec};

/// The shape of a [`Tdnn`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TdnnConfig {
    /// Numbers per frame of the input.
    pub inputs: usize,
    /// Channels of every layer.
    pub width: usize,
    /// Frames under the kernel of the first layer; odd.
    pub kernel: usize,
    /// Frames of the input per row of the output: the first layer's outputs are pooled by their maximum.
    pub stride: usize,
    /// One residual layer of three taps for each, this many frames (of the output) apart.
    pub dilations: Vec<usize>,
    /// Share of the features removed behind the first layer and before the head while training, in [0, 1).
    pub dropout: f32,
    /// Columns of the output.
    pub outputs: usize,
}

impl Default for TdnnConfig {
    /// Sees half a second to either side at 100 frames a second; about 0.7 million parameters under a small head.
    fn default() -> Self {
        let dilations = vec![1, 2, 4, 8, 16, 16];
        TdnnConfig { inputs: 40, width: 192, kernel: 5, stride: 1, dilations, dropout: 0.1, outputs: 1 }
    }
}

impl TdnnConfig {
    /// Frames of the input to either side that a row of the output depends on, beside its own.
    pub fn context(&self) -> usize {
        let layers = self.dilations.iter().fold(0, |sum: usize, &d| sum.saturating_add(d));
        (self.kernel / 2).saturating_add(layers.saturating_mul(self.stride))
    }

    fn spec(&self) -> NetSpec {
        let first = BlockSpec {
            kernel: [1, self.kernel],
            ..BlockSpec::picture("frames".into(), self.inputs, self.width, [1, self.stride])
        };
        let layer = |(i, &dilation): (usize, &usize)| BlockSpec {
            dropout: i == 0,
            ..BlockSpec::dilated(format!("layer{i}"), self.width, dilation)
        };
        let blocks = std::iter::once(first).chain(self.dilations.iter().enumerate().map(layer)).collect();
        let entry = Entry::Frames { dims: self.inputs };
        NetSpec { blocks, recurrent: None, outputs: self.outputs, dropout: self.dropout, entry }
    }

    /// Refuses what no net can have.
    fn check(&self) -> Result<(), FrontError> {
        let refuse = |why: String| Err(FrontError::Weights { why });
        if self.kernel.is_multiple_of(2) {
            return refuse(format!("kernel {}: the number of frames must be odd", self.kernel));
        }
        if self.stride == 0 {
            return refuse("stride 0: an output needs at least one frame".into());
        }
        // The margins of a batch are as wide as the widest dilation.
        if let Some(d) = self.dilations.iter().chain([&self.kernel, &self.stride]).find(|&&d| d > Tdnn::REACH) {
            return refuse(format!("{d} frames: a layer reaches no further than {}", Tdnn::REACH));
        }
        Ok(())
    }
}

/// A time-delay net: convolutions along time (Waibel et al. 1989), with dilations that grow from layer to layer
/// (Peddinti et al. 2015) and residual sums.
///
/// Input: frames × [`TdnnConfig::inputs`], time first. Output: one row of [`TdnnConfig::outputs`] energies per
/// [`TdnnConfig::stride`] frames (the last row where they do not come out even stands over zeros too).
///
/// A layer is a convolution, batch normalisation (Ioffe and Szegedy 2015) over the frames of the batch, and ReLU.
/// Beyond the ends of an utterance all layers see zeros, so it has the same energies alone and in company.
/// Cost of a default net: 0.7 million multiplications per frame forward, three times that in a training step.
///
/// ```
/// use energraph::learn::FrontEnd;
/// use energraph::nn::{DeviceChoice, Tdnn, TdnnConfig};
/// let config = TdnnConfig { inputs: 13, width: 8, dilations: vec![1, 2], outputs: 3, ..Default::default() };
/// assert_eq!(config.context(), 5);
/// let mut net = Tdnn::new(config, 1, DeviceChoice::Cpu.resolve()?)?;
/// let energies = net.infer(&[ndarray::Array2::zeros((50, 13)), ndarray::Array2::zeros((9, 13))])?;
/// assert_eq!(energies.block(0).dim(), (50, 3));
/// assert_eq!(energies.block(1).dim(), (9, 3));
/// # Ok::<(), energraph::learn::FrontError>(())
/// ```
pub struct Tdnn {
    config: TdnnConfig,
    network: Network,
}

impl Tdnn {
    /// The largest kernel, stride and dilation in frames.
    pub const REACH: usize = 4096;

    /// A net with parameters drawn from `seed`.
    ///
    /// # Errors
    /// [`FrontError::Weights`] where the configuration has a size of 0, an even kernel, a layer that reaches further
    /// than [`Tdnn::REACH`], or a dropout outside [0, 1).
    pub fn new(config: TdnnConfig, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        config.check()?;
        let network = Network::new(config.spec(), seed, device)?;
        Ok(Tdnn { config, network })
    }

    /// The shape it was made with.
    pub fn config(&self) -> &TdnnConfig {
        &self.config
    }

    /// Where it runs.
    pub fn device(&self) -> &ComputeDevice {
        self.network.device()
    }

    /// Number of trained numbers.
    pub fn size(&self) -> usize {
        self.network.trained()
    }

    /// Rows of the output for an utterance of so many frames.
    pub fn rows(&self, frames: usize) -> usize {
        frames.div_ceil(self.config.stride)
    }
}

impl FrontEnd for Tdnn {
    type Input = Array2<f32>;
    type Ticket = Ticket;

    fn forward(&mut self, inputs: &[Array2<f32>]) -> Result<(Ragged<f32>, Ticket), FrontError> {
        self.network.forward(inputs)
    }

    fn infer(&mut self, inputs: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        self.network.infer(inputs)
    }

    fn backward(&mut self, ticket: Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        self.network.backward(ticket, gradient)
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        self.network.apply(optimiser)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        Ok(self.network.parameters())
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        self.network.set_parameters(values)
    }
}
