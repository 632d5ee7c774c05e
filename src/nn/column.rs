//! The field encoder: one pass over a whole line, one row of energies per four pixels.

use ndarray::Array2;

use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::device::ComputeDevice;
use crate::nn::network::{Network, Ticket};
use crate::nn::spec::{BlockSpec, Entry, NetSpec};

/// How far a column of [`ColumnNet`] sees beyond its own convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// No further than the picture blocks.
    None,
    /// A map to `width` channels, then residual 1×3 blocks with dilations 1, 2, 4, …
    Dilated {
        /// Number of residual blocks.
        layers: usize,
        /// Channels of each.
        width: usize,
    },
    /// A bidirectional LSTM: every column sees the whole line.
    Lstm {
        /// Width of one direction's state; the head sees twice as many features.
        width: usize,
    },
}

/// The shape of a [`ColumnNet`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnNetConfig {
    /// Channels of the six 3×3 blocks.
    pub channels: [usize; 6],
    /// Height and width of the max-pool behind each, [1, 1] for none. Together they take height 32 to 1 and every four
    /// columns to one; the later they come, the finer the features and the dearer the net.
    pub pools: [[usize; 2]; 6],
    /// What follows them.
    pub context: Context,
    /// Share of the features removed before the context and before the head while training, in [0, 1).
    pub dropout: f32,
    /// Columns of the output.
    pub outputs: usize,
}

impl Default for ColumnNetConfig {
    /// About 680,000 parameters under a small head.
    fn default() -> Self {
        ColumnNetConfig {
            channels: [24, 48, 96, 96, 160, 192],
            pools: ColumnNet::EARLY_POOLS,
            context: Context::Dilated { layers: 3, width: 112 },
            dropout: 0.1,
            outputs: 11,
        }
    }
}

impl ColumnNetConfig {
    fn spec(&self) -> NetSpec {
        let mut blocks = Vec::new();
        let mut input = 1;
        for (i, (&output, pool)) in self.channels.iter().zip(self.pools).enumerate() {
            blocks.push(BlockSpec::picture(format!("block{i}"), input, output, pool));
            input = output;
        }
        if let Context::Dilated { layers, width } = self.context {
            blocks.push(BlockSpec { dropout: true, ..BlockSpec::pointwise("context.in".into(), input, width) });
            for i in 0..layers {
                // A context of more than 2^12 columns sees every line whole.
                blocks.push(BlockSpec::dilated(format!("context.{i}"), width, 1 << i.min(12)));
            }
        }
        let recurrent = if let Context::Lstm { width } = self.context { Some(width) } else { None };
        let entry = Entry::Picture { height: ColumnNet::HEIGHT };
        NetSpec { blocks, recurrent, outputs: self.outputs, dropout: self.dropout, entry }
    }
}

/// A convolutional net over a line of writing.
///
/// Input: an image of height 32 and any width, 0 paper and 1 ink. Output: ⌈width / 4⌉ rows of
/// [`ColumnNetConfig::outputs`] energies, row *t* standing over the pixels 4*t* … 4*t* + 3.
///
/// Six blocks of 3×3 convolution, batch normalisation (Ioffe and Szegedy 2015) over the valid pixels of the
/// batch, ReLU and max-pooling; then [`Context`]; then a linear head. Cost of a default net: 0.65 million
/// multiplications per pixel column forward, three times that in a training step.
///
/// ```
/// use energraph::learn::FrontEnd;
/// use energraph::nn::{ColumnNet, ColumnNetConfig, Context, DeviceChoice};
/// let config = ColumnNetConfig { channels: [4; 6], context: Context::None, outputs: 3, ..Default::default() };
/// let mut net = ColumnNet::new(config, 1, DeviceChoice::Cpu.resolve()?)?;
/// let energies = net.infer(&[ndarray::Array2::zeros((32, 50)), ndarray::Array2::zeros((32, 9))])?;
/// assert_eq!(energies.block(0).dim(), (13, 3));
/// assert_eq!(energies.block(1).dim(), (3, 3));
/// # Ok::<(), energraph::learn::FrontError>(())
/// ```
pub struct ColumnNet {
    config: ColumnNetConfig,
    network: Network,
}

impl ColumnNet {
    /// Height of every input in pixels.
    pub const HEIGHT: usize = 32;
    /// Input columns per output row.
    pub const STRIDE: usize = 4;

    /// Pools from the first block on: the cheapest net.
    pub const EARLY_POOLS: [[usize; 2]; 6] = [[2, 2], [2, 2], [1, 1], [2, 1], [2, 1], [2, 1]];
    /// Pools behind every other block: three times the work of [`ColumnNet::EARLY_POOLS`].
    pub const LATE_POOLS: [[usize; 2]; 6] = [[1, 1], [2, 2], [1, 1], [2, 2], [2, 1], [4, 1]];

    /// A net with parameters drawn from `seed`.
    ///
    /// # Errors
    /// [`FrontError::Weights`] where the configuration has a size of 0, pools that do not take height 32 to 1 and
    /// four columns to one, or a dropout outside [0, 1).
    pub fn new(config: ColumnNetConfig, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        let product = |side: usize| config.pools.iter().try_fold(1, |all: usize, pool| all.checked_mul(pool[side]));
        if (product(0), product(1)) != (Some(Self::HEIGHT), Some(Self::STRIDE)) {
            let (height, stride) = (Self::HEIGHT, Self::STRIDE);
            let why =
                format!("pools {:?}: their heights must multiply to {height}, their widths to {stride}", config.pools);
            return Err(FrontError::Weights { why });
        }
        let network = Network::new(config.spec(), seed, device)?;
        Ok(ColumnNet { config, network })
    }

    /// The shape it was made with.
    pub fn config(&self) -> &ColumnNetConfig {
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

    /// Rows of the output for an image of this width.
    pub fn columns(width: usize) -> usize {
        width.div_ceil(Self::STRIDE)
    }
}

impl FrontEnd for ColumnNet {
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
