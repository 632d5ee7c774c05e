//! A flat start: where phones lie, from sounds and sequences of phones alone.
//!
//! Gaussians of phone states under a left-to-right trellis (Rabiner 1989), by expectation and maximisation from states
//! that divide the loud part of each utterance evenly. Groups of phones share a Gaussian first, then kinds, then each phone
//! has one that leans on its kind's (maximum a posteriori, Gauvain and Lee 1994).

mod classes;
mod gaussians;
mod hear;

use std::collections::BTreeMap;

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::classes::{Groups, LEVELS};
use self::gaussians::{Gaussians, SILENCES, Sums};
use self::hear::{Heard, hear};
use super::data::Utterance;
use super::place::medians;
use super::{TrainError, run};
use crate::graph::Label;
use crate::paths::Beta;
use crate::semiring::Energy;
use crate::trellis::{Emissions, Topology, TrellisError, Unit, posteriors};

/// States of a phone.
const STATES: usize = 3;

/// Utterances whose sums are added up by one thread; fixed, so that sums are the same at any thread count.
const CHUNK: usize = 32;

/// How a flat start is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlatConfig {
    /// Rounds of expectation and maximisation with Gaussians of manners, of kinds and of phones.
    pub rounds: [usize; 3],
    /// What the Gaussians' energies count beside the durations': frames and dimensions are not independent.
    pub scale: f64,
    /// Where speech begins, between the soft (0) and the loud (1) parts of an utterance, in dB.
    pub threshold: f64,
}

impl Default for FlatConfig {
    fn default() -> Self {
        FlatConfig { rounds: [6, 6, 6], scale: 0.3, threshold: 0.3 }
    }
}

/// An utterance under the Gaussians.
struct Item {
    heard: Heard,
    /// States of its phones in order.
    states: Vec<usize>,
}

/// Sums of one pass.
struct Pass {
    states: Sums,
    silence: Sums,
}

impl Pass {
    fn zeros(states: usize, dims: usize) -> Self {
        Pass { states: Sums::zeros(states, dims), silence: Sums::zeros(SILENCES, dims) }
    }
}

/// Where each phone of each utterance begins and ends, in seconds.
///
/// # Errors
/// [`TrainError::Utterance`] for a sound that is too short for its phones.
///
/// # Cost
/// Some 20 passes over frames × states.
pub fn flat_start(utterances: &[Utterance], config: &FlatConfig) -> Result<Vec<Vec<(f64, f64)>>, TrainError> {
    let phones: BTreeMap<&String, usize> = utterances.iter().flat_map(|u| &u.phones).map(|p| (p, 0)).collect();
    let names: Vec<String> = phones.into_keys().cloned().collect();
    let groups = Groups::new(&names).map_err(super::PlanError::from)?;
    let heard = hear(utterances)?;
    let items = utterances.iter().zip(heard).map(|(u, heard)| {
        let number = |p: &String| names.binary_search(p).unwrap_or_default();
        let states: Vec<usize> = u
            .phones
            .iter()
            .flat_map(|p| (0..STATES).map(move |s| (p, s)))
            .map(|(p, s)| number(p) * STATES + s)
            .collect();
        if heard.frames.nrows() < states.len() + 2 {
            let (frames, n) = (heard.frames.nrows(), u.phones.len());
            return Err(run::of(u, format!("{frames} frames are too few for {n} phones of {STATES} states")));
        }
        Ok(Item { heard, states })
    });
    let items = items.collect::<Result<Vec<Item>, TrainError>>()?;
    let model = train(&items, &groups, config).map_err(super::PlanError::from)?;
    let placed: Vec<Result<Vec<(f64, f64)>, TrellisError>> =
        items.par_iter().map(|i| Ok(times(&model.shares(i, config.scale)?, i.states.len()))).collect();
    placed.into_iter().map(|p| Ok(p.map_err(super::PlanError::from)?)).collect()
}

fn train(items: &[Item], groups: &Groups, config: &FlatConfig) -> Result<Model, TrellisError> {
    let rows = groups.counts[LEVELS - 1] * STATES;
    let mut visits = vec![0.0; rows];
    items.iter().flat_map(|i| &i.states).for_each(|&s| visits[s] += 1.0);
    let utterances = items.len().max(1) as f64;
    let make = |pass: &Pass, level: usize, before: Option<&Gaussians>| {
        let mut gaussians = Gaussians::of_states(&pass.states, &visits, groups, STATES, level);
        gaussians.set_silence(&pass.silence, before);
        let silent = (pass.silence.n.sum() / (2.0 * utterances)).max(1.05);
        Model { gaussians, silent }
    };
    let mut model = make(&begin(items, rows, config.threshold), 0, None);
    for (level, &rounds) in config.rounds.iter().enumerate() {
        for _ in 0..rounds {
            let pass = model.pass(items, rows, config.scale)?;
            model = make(&pass, level, Some(&model.gaussians));
        }
    }
    Ok(model)
}

/// The first sums: states divide the loud part of each utterance evenly, the rest is silence, divided by loudness.
fn begin(items: &[Item], rows: usize, threshold: f64) -> Pass {
    let dims = items.first().map_or(0, |i| i.heard.frames.ncols());
    let mut pass = Pass::zeros(rows, dims);
    let mut silent = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let speech = item.heard.speech(threshold, item.states.len());
        for (t, x) in item.heard.frames.rows().into_iter().enumerate() {
            if speech.contains(&t) {
                let state = (t - speech.start) * item.states.len() / speech.len();
                pass.states.add(item.states[state], 1.0, x);
            } else {
                silent.push((x[0], number, t));
            }
        }
    }
    silent.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = silent.len().max(1);
    for (rank, &(_, number, t)) in silent.iter().enumerate() {
        pass.silence.add(rank * SILENCES / count, 1.0, items[number].heard.frames.row(t));
    }
    pass
}

/// Gaussians, and how long silence lasts at either end.
struct Model {
    gaussians: Gaussians,
    silent: f64,
}

impl Model {
    fn pass(&self, items: &[Item], rows: usize, scale: f64) -> Result<Pass, TrellisError> {
        let dims = items.first().map_or(0, |i| i.heard.frames.ncols());
        let chunks: Vec<Result<Pass, TrellisError>> = items
            .par_chunks(CHUNK)
            .map(|chunk| {
                let mut pass = Pass::zeros(rows, dims);
                chunk.iter().try_for_each(|item| self.add(item, scale, &mut pass))?;
                Ok(pass)
            })
            .collect();
        let mut all = Pass::zeros(rows, dims);
        for pass in chunks {
            let pass = pass?;
            all.states.merge(&pass.states);
            all.silence.merge(&pass.silence);
        }
        Ok(all)
    }

    fn add(&self, item: &Item, scale: f64, pass: &mut Pass) -> Result<(), TrellisError> {
        let shares = self.shares(item, scale)?;
        let last = shares.ncols() - 1;
        let silence = self.gaussians.of_silence(item.heard.frames.view());
        for (t, x) in item.heard.frames.rows().into_iter().enumerate() {
            let row = shares.row(t);
            for (column, &state) in item.states.iter().enumerate() {
                let share = f64::from(row[column + 1]);
                if share > 1e-6 {
                    pass.states.add(state, share, x);
                }
            }
            let silent = f64::from(row[0] + row[last]);
            if silent > 1e-6 {
                let energies = silence.row(t);
                let least = energies.iter().copied().fold(f64::INFINITY, f64::min);
                let sum: f64 = energies.iter().map(|e| (least - e).exp()).sum();
                (0..SILENCES).for_each(|k| pass.silence.add(k, silent * (least - energies[k]).exp() / sum, x));
            }
        }
        Ok(())
    }

    /// The share of silence, every state and silence again at every frame.
    fn shares(&self, item: &Item, scale: f64) -> Result<Array2<f32>, TrellisError> {
        let frames = item.heard.frames.view();
        let (of_states, silence) = (self.gaussians.energies(frames, &item.states), self.gaussians.of_silence(frames));
        let mut energies = Array2::zeros((frames.nrows(), item.states.len() + 2));
        for (t, mut row) in energies.rows_mut().into_iter().enumerate() {
            let quiet = silence.row(t);
            let least = quiet.iter().copied().fold(f64::INFINITY, f64::min);
            let quiet = least - quiet.iter().map(|e| (least - e).exp()).sum::<f64>().ln();
            let states = of_states.row(t);
            let base = states.iter().copied().fold(quiet, f64::min);
            let inner = std::iter::once(&quiet).chain(states.iter()).chain(std::iter::once(&quiet));
            row.iter_mut().zip(inner).for_each(|(e, v)| *e = (scale * (v - base)) as f32);
        }
        Ok(posteriors(&Emissions::new(energies.view())?, &self.topology(item)?, Beta::ONE)?.emissions)
    }

    fn topology(&self, item: &Item) -> Result<Topology, TrellisError> {
        let durations = item.states.iter().map(|&s| self.gaussians.duration[s]);
        let ends = std::iter::once(self.silent);
        let units = ends.clone().chain(durations).chain(ends).enumerate().map(|(number, duration)| {
            // Leaving costs the same on every path.
            let stay = Energy::new(-(1.0 - 1.0 / duration).ln() as f32).unwrap_or(Energy::FREE);
            Unit { stay, ..Unit::new(number as Label + 1, 0) }
        });
        Topology::left_to_right(&units.collect::<Vec<_>>())
    }
}

/// Begin and end of every phone from the shares of its states.
fn times(shares: &Array2<f32>, states: usize) -> Vec<(f64, f64)> {
    let phones = states / STATES;
    let owners: Vec<usize> = (0..states + 2).map(|c| if c == 0 { 0 } else { (c - 1) / STATES + 1 }).collect();
    let begins = medians(shares, &owners);
    debug_assert_eq!((begins.len(), shares.len_of(Axis(1))), (phones + 1, states + 2));
    begins.windows(2).map(|b| (b[0] * hear::STEP, b[1].max(b[0]) * hear::STEP)).collect()
}

#[cfg(test)]
mod tests;
