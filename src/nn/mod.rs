//! Convolutional front-ends on burn: images or frames of sound in, energies out.
//!
//! Three nets implement [`FrontEnd`](crate::learn::FrontEnd):
//!
//! - [`ColumnNet`] runs once over a whole field of height 32 and gives one row per four pixels of width;
//! - [`CropNet`] looks at one 32×32 crop and gives one row;
//! - [`Tdnn`] runs along the feature frames of a sound and gives one row per frame.
//!
//! All are blocks of convolution, batch normalisation, ReLU and max-pooling under a linear head. Inputs of
//! different widths share a batch: padding enters neither the normalisation nor any neighbour, so an input has
//! the same output alone and in company.
//!
//! A [`DeviceChoice`] says where to compute. On the CPU the blocks run as fused operations (module `fused`) on
//! burn's flex backend; elsewhere they are burn's own. The parameters stay on the host between steps, because the
//! [`Optimiser`](crate::learn::Optimiser) does.

mod column;
mod crop;
mod device;
pub(crate) mod ensemble;
mod fused;
mod network;
pub(crate) mod note;
mod parameters;
mod spec;
mod stock;
mod tdnn;

pub use column::{ColumnNet, ColumnNetConfig, Context};
pub use crop::{CropNet, CropNetConfig};
pub use device::{ComputeDevice, DeviceChoice};
pub use network::Ticket;
pub use tdnn::{Tdnn, TdnnConfig};
