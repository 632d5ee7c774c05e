//! Images and sound as arrays. Images: reading, stacks, normalisation, augmentation; sound: [`sound`], [`features`].
//!
//! Two representations of images are used. [`Grey`] is what comes from a file: 8 bits a pixel, 0 = black, 255 = white. An *ink image* is what a
//! network sees: `Array2<f32>` of rows × columns, 0 = paper, 1 = ink. [`Normaliser`] turns the first into the second.
//!
//! ```
//! use energraph::signal::{Grey, Normaliser};
//! let mut image = Grey::filled(80, 40, 230)?;
//! for y in 10..30 {
//!     for x in 40..43 {
//!         image.set(x, y, 20);
//!     }
//! }
//! let field = Normaliser::default().apply(&image);
//! assert_eq!(field.ink.nrows(), 32);
//! assert!(field.ink.iter().any(|v| *v > 0.9));
//! let [x, _, w, _] = field.map.to_original(0.0, field.ink.ncols() as f32);
//! assert_eq!((x, w), (0, 80));
//! # Ok::<(), energraph::signal::ImageError>(())
//! ```

mod augment;
mod background;
mod contrast;
pub(crate) mod draw;
pub mod features;
mod grey;
mod idx;
mod morphology;
mod normalise;
mod pgm;
mod random;
mod read;
mod resize;
mod rows;
mod slant;
pub mod sound;
mod stack;

pub use augment::{Augment, Warp};
pub use background::flatten;
pub use contrast::{Contrast, contrast};
pub use grey::Grey;
pub use idx::{IdxDigits, IdxError, idx_pair, read_idx};
pub use morphology::thicken;
pub use normalise::{Field, FieldMap, Normaliser};
pub use random::normal;
pub use read::{ImageError, Limits, ReadError, decode, image_files, read};
pub use resize::{crop, resize, shear_rows, stretch};
pub use rows::ink_rows;
pub use slant::slant;
pub use sound::Sound;
pub use stack::{Item, StackError, StackReader, StackWriter, read_stack};
