//! The crop classifier: one 32×32 picture, one row of energies.

use ndarray::Array2;

use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::device::ComputeDevice;
use crate::nn::network::{Network, Ticket};
use crate::nn::spec::{BlockSpec, Entry, NetSpec};

/// The shape of a [`CropNet`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CropNetConfig {
    /// Channels of the three 3×3 blocks, each with a 2×2 max-pool.
    pub channels: [usize; 3],
    /// Units of the fully connected block over the 4×4 picture that remains.
    pub hidden: usize,
    /// Share of the hidden units removed before the head while training, in [0, 1).
    pub dropout: f32,
    /// Columns of the output.
    pub outputs: usize,
}

impl Default for CropNetConfig {
    /// About 220,000 parameters under a small head.
    fn default() -> Self {
        CropNetConfig { channels: [24, 48, 96], hidden: 128, dropout: 0.1, outputs: 11 }
    }
}

impl CropNetConfig {
    fn spec(&self) -> NetSpec {
        let mut blocks = Vec::new();
        let mut input = 1;
        for (i, &output) in self.channels.iter().enumerate() {
            blocks.push(BlockSpec::picture(format!("block{i}"), input, output, [2, 2]));
            input = output;
        }
        let side = CropNet::SIDE >> self.channels.len();
        blocks.push(BlockSpec {
            flatten: true,
            ..BlockSpec::pointwise("hidden".into(), input * side * side, self.hidden)
        });
        let entry = Entry::Picture { height: CropNet::SIDE };
        NetSpec { blocks, recurrent: None, outputs: self.outputs, dropout: self.dropout, entry }
    }
}

/// A convolutional net over crops of one size, after LeNet (LeCun et al. 1998) with batch normalisation.
///
/// Input: a 32×32 image, 0 paper and 1 ink. Output: one row of [`CropNetConfig::outputs`] energies.
///
/// ```
/// use energraph::learn::FrontEnd;
/// use energraph::nn::{CropNet, CropNetConfig, DeviceChoice};
/// let mut net = CropNet::new(CropNetConfig::default(), 1, DeviceChoice::Cpu.resolve()?)?;
/// let energies = net.infer(&[ndarray::Array2::zeros((32, 32))])?;
/// assert_eq!(energies.block(0).dim(), (1, 11));
/// # Ok::<(), energraph::learn::FrontError>(())
/// ```
pub struct CropNet {
    config: CropNetConfig,
    network: Network,
}

impl CropNet {
    /// Height and width of every input in pixels.
    pub const SIDE: usize = 32;

    /// A net with parameters drawn from `seed`.
    ///
    /// # Errors
    /// [`FrontError::Weights`] where the configuration has a size of 0 or a dropout outside [0, 1).
    pub fn new(config: CropNetConfig, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        let network = Network::new(config.spec(), seed, device)?;
        Ok(CropNet { config, network })
    }

    /// The shape it was made with.
    pub fn config(&self) -> &CropNetConfig {
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

    fn check(inputs: &[Array2<f32>]) -> Result<(), FrontError> {
        match inputs.iter().position(|i| i.ncols() != Self::SIDE) {
            Some(index) => {
                let why =
                    format!("a crop is {0} wide and {0} high, this one {1} wide", Self::SIDE, inputs[index].ncols());
                Err(FrontError::Input { index, why })
            }
            None => Ok(()),
        }
    }
}

impl FrontEnd for CropNet {
    type Input = Array2<f32>;
    type Ticket = Ticket;

    fn forward(&mut self, inputs: &[Array2<f32>]) -> Result<(Ragged<f32>, Ticket), FrontError> {
        Self::check(inputs)?;
        self.network.forward(inputs)
    }

    fn infer(&mut self, inputs: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
        Self::check(inputs)?;
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
