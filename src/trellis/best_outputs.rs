//! The distinct outputs of lowest energy, in one sweep.

use super::{Emissions, Topology, TrellisError};
use crate::graph::{EPSILON, Label};
use crate::paths::Output;

/// An output, and when the best alignment that writes it does so.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenOutput {
    /// Output labels without epsilons.
    pub output: Output,
    /// For each label, the frame that its arc reads, or the next one where that reads none.
    pub frames: Vec<usize>,
    /// The energy of its best alignment.
    pub energy: f64,
}

/// The `k` distinct outputs whose best alignments are lowest, lowest first; fewer where there are fewer.
///
/// From the start on, every state keeps its `k` best distinct beginnings, a beginning being what was written so far. Those are
/// enough: whatever an output beyond them goes on with, each of them may go on with as well, and `k` others are lower. Taking out the
/// best output and looking for the next one, by [`without_output`](crate::paths::without_output()), finds the same with a topology
/// that grows with the outputs; here it does not, and the cost is linear in the frames.
///
/// # Errors
/// As [`best_path`](super::best_path()).
///
/// # Cost
/// O(frames · arcs · k²), O(states · k) memory and that of the beginnings' labels.
///
/// # Source
/// R. Schwartz, Y.-L. Chow, *The N-best algorithm: an efficient and exact procedure for finding the N most likely sentence hypotheses*,
/// ICASSP 1990.
///
/// ```
/// use energraph::trellis::{Emissions, Topology, best_outputs};
/// use ndarray::array;
/// // Energies of a and of blank; "a" over two frames is a–, –a, aa, of which 0.75 is the least.
/// let e = array![[0.5, 1.0], [0.25, 2.0]];
/// let all = Topology::collapse(2, 2)?;
/// let found = best_outputs(&Emissions::new(e.view())?, &all, 2)?;
/// assert_eq!((found[0].energy, &found[0].output[..], &found[0].frames[..]), (0.75, &[1][..], &[0][..]));
/// assert_eq!((found[1].energy, &found[1].output[..]), (3.0, &[][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_outputs(e: &Emissions<'_>, topology: &Topology, k: usize) -> Result<Vec<WrittenOutput>, TrellisError> {
    topology.check(e.classes())?;
    let graph = topology.graph();
    let Some(start) = graph.start().filter(|_| k > 0) else { return Ok(Vec::new()) };
    let mut here: Vec<Vec<Token>> = vec![Vec::new(); graph.states()];
    let mut next = here.clone();
    let (mut ends, mut traces) = (Vec::new(), Traces::default());
    here[start as usize].push(Token { energy: 0.0, written: 0, trace: NOTHING });
    for t in 0..=e.frames() {
        for &s in topology.order() {
            let tokens = std::mem::take(&mut here[s as usize]);
            if tokens.is_empty() {
                continue;
            }
            for a in graph.arcs(s) {
                let read = match a.ilabel {
                    EPSILON => 0.0,
                    label if t < e.frames() => f64::from(e.values()[[t, label as usize - 1]]),
                    _ => continue,
                };
                let row = if a.ilabel == EPSILON { &mut here } else { &mut next };
                for token in &tokens {
                    let on = Token { energy: token.energy + a.weight.wide() + read, ..*token };
                    traces.offer(&mut row[a.target as usize], k, on, a.olabel, t);
                }
            }
            if t == e.frames() {
                let last = graph.final_weight(s).wide();
                tokens.iter().for_each(|token| {
                    traces.offer(&mut ends, k, Token { energy: token.energy + last, ..*token }, EPSILON, t)
                });
            }
            // Its room is used again.
            here[s as usize] = tokens;
            here[s as usize].clear();
        }
        std::mem::swap(&mut here, &mut next);
        traces.forget(&mut here);
    }
    Ok(ends.iter().map(|token| traces.output(token)).collect())
}

/// A beginning at a state.
#[derive(Debug, Clone, Copy)]
struct Token {
    energy: f64,
    /// What tells outputs apart: 64 bits made of all labels.
    written: u64,
    /// Its last label.
    trace: u32,
}

/// No label.
const NOTHING: u32 = u32::MAX;

/// A label that was written, the one before it, and when.
#[derive(Debug, Clone, Copy)]
struct Trace {
    before: u32,
    label: Label,
    frame: usize,
}

/// The labels of all beginnings, each behind the one before it.
#[derive(Debug, Default)]
struct Traces {
    all: Vec<Trace>,
    /// So many were left when those of no beginning were last forgotten.
    left: usize,
}

impl Traces {
    /// Traces between two looks at which of them are still needed.
    const ROOM: usize = 1 << 16;

    /// Takes a token to others at a state, if it is one of the k best, with a label that it writes on the way there.
    fn offer(&mut self, row: &mut Vec<Token>, k: usize, mut token: Token, label: Label, frame: usize) {
        let enough = row.len() >= k && row.last().is_some_and(|worst| worst.energy <= token.energy);
        if enough || token.energy == f64::INFINITY {
            return;
        }
        if label != EPSILON {
            token.written = mixed(token.written, label);
        }
        if let Some(same) = row.iter().position(|other| other.written == token.written) {
            if row[same].energy <= token.energy {
                return;
            }
            row.remove(same);
        }
        if label != EPSILON {
            self.all.push(Trace { before: token.trace, label, frame });
            token.trace = (self.all.len() - 1) as u32;
        }
        let place = row.partition_point(|other| other.energy <= token.energy);
        row.insert(place, token);
        row.truncate(k);
    }

    /// Drops what no beginning goes back to, where much has come together.
    fn forget(&mut self, rows: &mut [Vec<Token>]) {
        if self.all.len() < 2 * self.left + Traces::ROOM {
            return;
        }
        let mut place = vec![NOTHING; self.all.len()];
        let last = rows.iter().flatten().filter(|token| token.trace != NOTHING);
        last.for_each(|token| place[token.trace as usize] = 0);
        for i in (0..self.all.len()).rev() {
            let before = self.all[i].before;
            if place[i] != NOTHING && before != NOTHING {
                place[before as usize] = 0;
            }
        }
        let mut left = 0;
        for i in 0..self.all.len() {
            if place[i] == NOTHING {
                continue;
            }
            let trace = self.all[i];
            let before = place.get(trace.before as usize).copied().unwrap_or(NOTHING);
            self.all[left] = Trace { before, ..trace };
            place[i] = left as u32;
            left += 1;
        }
        self.all.truncate(left);
        self.left = left;
        for token in rows.iter_mut().flatten() {
            token.trace = place.get(token.trace as usize).copied().unwrap_or(NOTHING);
        }
    }

    fn output(&self, token: &Token) -> WrittenOutput {
        let (mut output, mut frames, mut at) = (Output::new(), Vec::new(), token.trace);
        while let Some(trace) = self.all.get(at as usize) {
            output.push(trace.label);
            frames.push(trace.frame);
            at = trace.before;
        }
        output.reverse();
        frames.reverse();
        WrittenOutput { output, frames, energy: token.energy }
    }
}

/// The steps of splitmix64: two outputs agree by chance once in 2⁶⁴.
fn mixed(written: u64, label: Label) -> u64 {
    let mut x = written.wrapping_add(u64::from(label)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
