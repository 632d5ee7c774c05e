//! A block (convolution, batch normalisation, ReLU, max-pool) as one operation on the CPU.
//!
//! What burn's flex backend composes of a dozen full-tensor operations is here one forward and one backward
//! pass. Pixels lie channels-last, image after image at its own width with a margin of zeros (`Layout`), so
//! that no multiplication is spent on padding and a row of kernel taps is a contiguous run: a 3×3 convolution is three
//! matrix products straight from the picture, without a copy. Batch normalisation, ReLU and pooling follow
//! while a block of the product is still in cache, and their backward pass recomputes what it needs from the
//! product, which is all that is kept.
//!
//! A bidirectional LSTM (`lstm`) is one operation too: a step is one product of matrices over all images that are still running.
//!
//! The operations join burn's automatic differentiation through its extension mechanism (`operation`, `lstm_operation`).
//!
//! Work is cut into groups that depend on shapes alone and sums run over groups in their order, so the numbers are
//! the same at any thread count.

mod block;
mod convolution;
mod engine;
mod lanes;
mod layout;
mod lstm;
mod lstm_operation;
mod matrix;
mod normalise;
mod operation;

pub(crate) use engine::forward;
