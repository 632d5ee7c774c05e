//! Noisy words, and the graph of all their readings.

use std::convert::Infallible;

use energraph::graph::GraphError;
use energraph::learn::{Batch, Source};
use energraph::loss::LossError;
use energraph::paths::NotPositive;
use energraph::semiring::NotAWeight;
use energraph::{Energy, Graph, GraphBuilder, Label, Site, SiteValues};
use ndarray::{ArrayView2, ArrayViewMut2};

use crate::front_end::Frames;

/// Size of the alphabet; labels are 1 to this.
pub const LETTERS: usize = 5;
/// Longest letter, in frames.
const LONGEST: usize = 3;

/// What stops the loss of a word.
#[derive(Debug, thiserror::Error)]
pub enum LossFailure {
    #[error(transparent)]
    Weight(#[from] NotAWeight),
    #[error(transparent)]
    Graph(#[from] GraphError),
    #[error(transparent)]
    Beta(#[from] NotPositive),
    #[error(transparent)]
    Loss(#[from] LossError),
}

/// Frames and the letters in them.
pub struct Word {
    pub frames: Frames,
    pub letters: Vec<Label>,
}

/// Words without end, always the same ones for a seed.
pub struct Words(u64);

impl Words {
    pub fn new(seed: u64) -> Self {
        Words(seed)
    }

    /// Uniform in 0..1 (splitmix64).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }
}

impl Iterator for Words {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let mut word = Word { frames: Vec::new(), letters: Vec::new() };
        for _ in 0..3 + self.below(4) {
            // Any letter but the one before.
            let step = 1 + self.below(LETTERS - 1);
            let letter = word.letters.last().map_or(step - 1, |&l| (l as usize - 1 + step) % LETTERS);
            word.letters.push(letter as Label + 1);
            for _ in 0..1 + self.below(LONGEST) {
                // A letter lights one feature, not its own number's, and a little of the next.
                let lit = (2 * letter + 3) % LETTERS;
                let frame = (0..LETTERS).map(|f| {
                    let clean = if f == lit {
                        1.0
                    } else if f == (lit + 1) % LETTERS {
                        0.4
                    } else {
                        0.0
                    };
                    // About normal, standard deviation 0.2.
                    let noise = (0..4).map(|_| self.uniform() - 0.5).sum::<f64>() * 0.35;
                    (clean + noise) as f32
                });
                word.frames.push(frame.collect());
            }
        }
        Some(word)
    }
}

/// A fresh batch for every step.
pub struct Batches {
    pub size: usize,
}

impl Source for Batches {
    type Input = Frames;
    type Target = Vec<Label>;
    type Error = Infallible;

    fn batch(&mut self, step: u64) -> Result<Batch<Frames, Vec<Label>>, Infallible> {
        let words = Words::new(1_000_003 * (step + 1)).take(self.size);
        let (inputs, targets) = words.map(|w| (w.frames, w.letters)).unzip();
        Ok(Batch { inputs, targets })
    }
}

/// Every way to cut frames into letters.
pub struct Segments {
    pub graph: Graph<Energy>,
    /// First frame, length and letter of each arc, by position.
    cells: Vec<(usize, usize, usize)>,
}

impl Segments {
    /// Adds the gradient of every arc to the frames under it.
    pub fn pull_back(&self, values: &SiteValues, into: &mut ArrayViewMut2<'_, f32>) {
        for (arc, &(first, length, letter)) in self.cells.iter().enumerate() {
            for t in first..first + length {
                into[[t, letter]] += values.get(Site::Arc(arc as u32)) as f32;
            }
        }
    }
}

/// The graph whose paths are the segmentations: a letter's energy is the sum over its frames.
pub fn segments(energies: ArrayView2<'_, f32>) -> Result<Segments, LossFailure> {
    let frames = energies.nrows();
    let (mut b, mut cells) = (GraphBuilder::new(), Vec::new());
    b.add_states(frames + 1);
    b.start(0);
    b.final_weight(frames as u32, Energy::FREE);
    for first in 0..frames {
        for length in 1..=LONGEST.min(frames - first) {
            for letter in 0..LETTERS {
                let energy: f32 = (first..first + length).map(|t| energies[[t, letter]]).sum();
                let label = letter as Label + 1;
                b.arc(first as u32, label, label, Energy::new(energy)?, (first + length) as u32);
                cells.push((first, length, letter));
            }
        }
    }
    Ok(Segments { graph: b.build()?, cells })
}
