//! Where a field may be cut into pieces.
//!
//! Every digit's true boundary must be among the cuts, as no later stage can repair a missing one; a few cuts too many only cost
//! time. [`Cuts`] says how they are found, [`recall()`] measures what they miss.
//!
//! ```
//! use energraph::handwriting::cuts::Cuts;
//! let mut ink = ndarray::Array2::zeros((32, 40));
//! ink.slice_mut(ndarray::s![8..24, 6..10]).fill(1.0);
//! ink.slice_mut(ndarray::s![8..24, 22..26]).fill(1.0);
//! assert_eq!(Cuts::Uniform { step: 16 }.positions(&ink), [0, 16, 32, 40]);
//! let found = Cuts::COMPONENTS.positions(&ink);
//! assert_eq!(found, [0, 6, 10, 22, 26, 40]);
//! ```

mod components;
mod contour;
mod cutter;
mod profile;
mod recall;
mod uniform;

use ndarray::Array2;

pub use components::{Component, components};
pub use contour::contour_minima;
pub use cutter::Cutter;
pub use profile::profile_minima;
pub use recall::{Boundaries, Recall, recall};
pub use uniform::{fill_gaps, uniform};

/// How a field is cut. Columns are those of the normalised ink image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cuts {
    /// A cut every `step` columns.
    Uniform {
        /// Columns between cuts.
        step: usize,
    },
    /// Cuts where the writing suggests them, any of three ways together.
    Found {
        /// At both sides of connected pieces of ink.
        components: bool,
        /// Where the ink of a column is least.
        profile: bool,
        /// Where the upper contour dips or the lower contour rises.
        contour: bool,
        /// Distances over this share of the height are filled with equal steps; infinity leaves them.
        max_gap: f32,
    },
}

impl Cuts {
    /// Every 4 columns.
    pub const UNIFORM: Cuts = Cuts::Uniform { step: 4 };
    /// The sides of connected components alone.
    pub const COMPONENTS: Cuts =
        Cuts::Found { components: true, profile: false, contour: false, max_gap: f32::INFINITY };
    /// The minima of the vertical projection alone.
    pub const PROFILE: Cuts = Cuts::Found { components: false, profile: true, contour: false, max_gap: f32::INFINITY };
    /// The extremes of the contours alone.
    pub const CONTOUR: Cuts = Cuts::Found { components: false, profile: false, contour: true, max_gap: f32::INFINITY };
    /// All three, distances over a quarter of the height filled.
    pub const UNION: Cuts = Cuts::Found { components: true, profile: true, contour: true, max_gap: 0.25 };

    /// The cuts of an ink image: columns in ascending order without repetition, always with 0 and the width (one of them where the
    /// width is 0). A cut at `x` lies before column `x`.
    ///
    /// Cost: linear in the pixels.
    pub fn positions(&self, ink: &Array2<f32>) -> Vec<u32> {
        let (height, width) = ink.dim();
        let (use_components, use_profile, use_contour, max_gap) = match *self {
            Cuts::Uniform { step } => return uniform(width, step),
            Cuts::Found { components, profile, contour, max_gap } => (components, profile, contour, max_gap),
        };
        let mut marks = Vec::new();
        if use_components {
            marks.extend(components(ink).iter().flat_map(|c| [c.left as u32, c.right as u32]));
        }
        if use_profile {
            marks.extend(profile_minima(ink));
        }
        if use_contour {
            marks.extend(contour_minima(ink));
        }
        let cuts = thinned(marks, width as u32, (height as f32 / 16.0).round() as u32);
        fill_gaps(&cuts, max_gap * height as f32)
    }
}

/// Sorted, with the ends, each group of cuts less than `least` apart from its first replaced by the group's middle.
fn thinned(mut marks: Vec<u32>, width: u32, least: u32) -> Vec<u32> {
    marks.sort_unstable();
    let mut cuts = vec![0];
    let mut group: Option<(u32, u32)> = None;
    let inside = |x: u32| x >= least.max(1) && x + least.max(1) <= width;
    for x in marks.into_iter().filter(|x| inside(*x)) {
        group = match group {
            Some((first, _)) if x - first < least => Some((first, x)),
            Some((first, last)) => {
                cuts.push((first + last) / 2);
                Some((x, x))
            }
            None => Some((x, x)),
        };
    }
    cuts.extend(group.map(|(first, last)| (first + last) / 2));
    cuts.push(width);
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn near_marks_become_one_cut() {
        assert_eq!(thinned(vec![11, 10, 20, 1, 39], 40, 2), [0, 10, 20, 40]);
        assert_eq!(thinned(vec![], 0, 2), [0]);
    }

    proptest! {
        #[test]
        fn cuts_rise_from_0_to_the_width(values in proptest::collection::vec(0.0f32..1.0, 0..600), height in 1usize..33) {
            let width = values.len() / height;
            let ink = Array2::from_shape_vec((height, width), values[..height * width].to_vec()).unwrap();
            for how in [Cuts::UNIFORM, Cuts::COMPONENTS, Cuts::PROFILE, Cuts::CONTOUR, Cuts::UNION] {
                let cuts = how.positions(&ink);
                prop_assert_eq!(cuts[0], 0);
                prop_assert_eq!(cuts[cuts.len() - 1], width as u32);
                prop_assert!(cuts.windows(2).all(|w| w[0] < w[1]), "{:?}", cuts);
            }
        }
    }
}
