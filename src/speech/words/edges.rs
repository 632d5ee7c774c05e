//! Edges of recordings that are known because the string was put together here, as energies of frames.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::Vocabulary;
use crate::graph::Label;

/// The alignments that count as right where edges are known: those near them, the nearer the more.
///
/// A likelihood of transcripts does not care where a word begins. Strings of recordings are put together by the training itself, so where each
/// recording begins and ends is known to the sample without anyone having marked it; with this, the net learns that too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeConfig {
    /// How many frames from the edge a single frame on its wrong side makes an alignment weigh e times less: n frames in a row cost
    /// n² / (2 · slack).
    pub slack: f64,
}

/// A recording in a string, in frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Where it begins and where what follows does, in frames from the start of the first.
    pub frames: (f64, f64),
    /// What is said in it.
    pub words: Vec<Label>,
}

impl EdgeConfig {
    /// What is wrong with it.
    ///
    /// # Errors
    /// The field and why.
    pub fn check(&self) -> Result<(), String> {
        if self.slack > 0.0 { Ok(()) } else { Err(format!("slack = {}: not more than 0", self.slack)) }
    }

    /// What each class costs at each frame, frames × classes: where the frame's middle is not on the class's side of an edge, its distance from
    /// the nearest edge over the slack.
    ///
    /// Within a recording of one word the sides are that word's states; within one of several, whose own edges are not known, also silence;
    /// within one of none and outside recordings, silence alone.
    pub fn costs(&self, recordings: &[Placed], vocabulary: &Vocabulary, frames: usize) -> Array2<f32> {
        let mut costs = Array2::zeros((frames, vocabulary.classes()));
        for (t, mut row) in costs.rows_mut().into_iter().enumerate() {
            let middle = t as f64 + 0.5;
            let from = |edges: (f64, f64)| (middle - edges.0).abs().min((middle - edges.1).abs());
            let within = recordings.iter().find(|r| (r.frames.0..r.frames.1).contains(&middle));
            let distance = match within {
                Some(r) => from(r.frames),
                None => recordings.iter().map(|r| from(r.frames)).fold(f64::INFINITY, f64::min),
            };
            // A string without recordings has no edge to be near to.
            if distance == f64::INFINITY {
                continue;
            }
            row.fill((distance / self.slack) as f32);
            let words = within.map_or(&[][..], |r| &r.words);
            if words.len() != 1 {
                row[Vocabulary::SILENCE] = 0.0;
            }
            words.iter().flat_map(|&word| vocabulary.states_of(word)).for_each(|class| row[class] = 0.0);
        }
        costs
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::WordModels;
    use super::*;

    fn vocabulary() -> Vocabulary {
        let models = WordModels {
            words: vec!["a".into(), "b".into()],
            states: 1,
            states_of: Default::default(),
            least: 1,
            silence: 1,
        };
        Vocabulary::new(&models).unwrap()
    }

    #[test]
    fn frames_pay_for_the_other_side_of_an_edge_by_how_far_they_are_from_it() {
        let edges = EdgeConfig { slack: 0.5 };
        let strung = [
            Placed { frames: (2.0, 4.0), words: vec![1] },
            Placed { frames: (4.0, 5.0), words: vec![2] },
            Placed { frames: (6.0, 8.0), words: vec![1, 2] },
        ];
        // Silence, a, b.
        let wanted = array![
            [0.0, 3.0, 3.0],
            [0.0, 1.0, 1.0],
            [1.0, 0.0, 1.0],
            [1.0, 0.0, 1.0],
            [1.0, 1.0, 0.0],
            [0.0, 1.0, 1.0],
            [0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0],
            [0.0, 1.0, 1.0],
            [0.0, 3.0, 3.0]
        ];
        assert_eq!(edges.costs(&strung, &vocabulary(), 10), wanted);
        assert_eq!(EdgeConfig { slack: 1.0 }.costs(&strung, &vocabulary(), 10), wanted / 2.0);
        assert!(EdgeConfig { slack: f64::INFINITY }.costs(&strung, &vocabulary(), 10).iter().all(|c| *c == 0.0));
    }

    #[test]
    fn noise_without_a_word_costs_nothing_and_no_frames_none() {
        let edges = EdgeConfig { slack: 1.0 };
        assert!(edges.costs(&[], &vocabulary(), 4).iter().all(|c| *c == 0.0));
        let noise = [Placed { frames: (1.0, 3.0), words: Vec::new() }];
        assert_eq!(edges.costs(&noise, &vocabulary(), 2), array![[0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]);
        assert_eq!(edges.costs(&noise, &vocabulary(), 0).dim(), (0, 3));
        for slack in [0.0, -1.0, f64::NAN] {
            assert!(EdgeConfig { slack }.check().is_err());
        }
    }
}
