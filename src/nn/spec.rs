//! What a net is made of, apart from where it runs.

use ndarray::Array2;

use crate::learn::FrontError;

/// Added to a variance before its root is taken.
pub(crate) const EPSILON: f32 = 1e-5;

/// Share of the batch's statistics in the running ones.
pub(crate) const MOMENTUM: f32 = 0.1;

/// Convolution (stride 1, same size), batch norm, ReLU, and a max-pool or a residual sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BlockSpec {
    /// Prefix of the names of its parameters.
    pub name: String,
    /// Channels in.
    pub input: usize,
    /// Channels out.
    pub output: usize,
    /// Odd height and width of the kernel.
    pub kernel: [usize; 2],
    /// Distance between the kernel's columns; rows are always adjacent.
    pub dilation: usize,
    /// Height and width of the max-pool, which is also its stride.
    pub pool: [usize; 2],
    /// Whether the input is added to the output.
    pub residual: bool,
    /// Whether the whole picture becomes the channels of one pixel first.
    pub flatten: bool,
    /// Whether dropout comes first; only where the height is 1.
    pub dropout: bool,
}

impl BlockSpec {
    /// A 3×3 block with a max-pool.
    pub fn picture(name: String, input: usize, output: usize, pool: [usize; 2]) -> Self {
        let kernel = [3, 3];
        BlockSpec { name, input, output, kernel, dilation: 1, pool, residual: false, flatten: false, dropout: false }
    }

    /// A 1×1 block: one linear map for every pixel.
    pub fn pointwise(name: String, input: usize, output: usize) -> Self {
        BlockSpec { kernel: [1, 1], ..Self::picture(name, input, output, [1, 1]) }
    }

    /// A residual 1×3 block with distance `dilation` between the kernel's columns.
    pub fn dilated(name: String, width: usize, dilation: usize) -> Self {
        BlockSpec { kernel: [1, 3], dilation, residual: true, ..Self::picture(name, width, width, [1, 1]) }
    }
}

/// What the rows and columns of an input mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Rows of grey pixels: one channel, as wide as the array.
    Picture {
        /// Rows of every input.
        height: usize,
    },
    /// Frames one behind the other: height 1, as wide as there are rows, a channel per column.
    Frames {
        /// Columns of every input.
        dims: usize,
    },
}

impl Entry {
    /// Height of what enters the first block.
    pub fn height(self) -> usize {
        if let Entry::Picture { height } = self { height } else { 1 }
    }

    /// Channels that enter the first block.
    pub fn channels(self) -> usize {
        if let Entry::Frames { dims } = self { dims } else { 1 }
    }

    /// Width of what enters the first block.
    pub fn width(self, input: &Array2<f32>) -> usize {
        if let Entry::Picture { .. } = self { input.ncols() } else { input.nrows() }
    }

    /// What is wrong with the shape of an input.
    pub fn refuses(self, input: &Array2<f32>) -> Option<String> {
        let (rows, columns) = input.dim();
        match self {
            Entry::Picture { height } => (rows != height || columns == 0).then(|| {
                format!("the image is {columns} wide and {rows} high; the net needs height {height}, width 1 or more")
            }),
            Entry::Frames { dims } => (columns != dims || rows == 0).then(|| {
                format!("{rows} frames of {columns} numbers; the net needs at least one frame, of {dims} numbers")
            }),
        }
    }
}

/// Blocks, perhaps a bidirectional LSTM, and a linear head; what follows the blocks has height 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NetSpec {
    pub blocks: Vec<BlockSpec>,
    /// Width of one direction's state of the LSTM behind the blocks; dropout comes before it.
    pub recurrent: Option<usize>,
    pub outputs: usize,
    /// Share of features that dropout removes.
    pub dropout: f32,
    /// What an input is.
    pub entry: Entry,
}

impl NetSpec {
    /// Channels that leave the blocks.
    pub fn channels(&self) -> usize {
        self.blocks.last().map_or(self.entry.channels(), |b| b.output)
    }

    /// Channels that reach the head.
    pub fn features(&self) -> usize {
        self.recurrent.map_or(self.channels(), |width| 2 * width)
    }

    /// Input columns per output row.
    pub fn stride(&self) -> usize {
        self.blocks.iter().map(|b| b.pool[1]).product()
    }

    /// Refuses sizes that no net can have.
    pub fn check(&self) -> Result<(), FrontError> {
        let refuse = |why: String| Err(FrontError::Weights { why });
        if self.outputs == 0 {
            return refuse("a net needs at least one output".into());
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return refuse(format!("dropout {} is not in [0, 1)", self.dropout));
        }
        if self.recurrent == Some(0) {
            return refuse("an LSTM needs a width of at least 1".into());
        }
        match self.blocks.iter().find(|b| b.input == 0 || b.output == 0 || b.dilation == 0) {
            Some(b) => refuse(format!("{} has a size of 0", b.name)),
            None => Ok(()),
        }
    }
}
