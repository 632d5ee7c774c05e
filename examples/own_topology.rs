//! A topology of one's own, never composed with the frames: finds a word in a stream of sounds, and learns from
//! transcripts what beginning the word costs and how long its sounds last.
//!
//!     cargo run --release --example own_topology

use std::error::Error;

use energraph::autograd::Tape;
use energraph::trellis::{Emissions, Topology, best_path, free_energy};
use energraph::{Answer, Beta, Energy, Graph, GraphBuilder, Label};
use ndarray::Array2;

/// What a frame may be, as input labels: noise, and the three sounds of the word.
const NOISE: Label = 1;
const SOUNDS: [Label; 3] = [2, 3, 4];
/// What is written, once a word.
const WORD: Label = 1;

/// Noise, with the word's sounds in it now and then, each for two frames or more:
///
/// ```text
///       noise           2          3          4
///        ⟲             ⟲          ⟲          ⟲
///   ▶(( 0 )) ─2:word─▶ 1 ─2─▶ 2 ─3─▶ 3 ─3─▶ 4 ─4─▶ 5 ─4─▶ ((6)) ─noise─▶ 0
/// ```
fn topology() -> Result<Graph<Energy>, Box<dyn Error>> {
    let mut b = GraphBuilder::new();
    b.add_states(7);
    b.start(0);
    b.arc(0, NOISE, 0, Energy::FREE, 0);
    let mut state = 0;
    for (i, sound) in SOUNDS.into_iter().enumerate() {
        b.arc(state, sound, if i == 0 { WORD } else { 0 }, Energy::FREE, state + 1);
        b.arc(state + 1, sound, 0, Energy::FREE, state + 2);
        b.arc(state + 2, sound, 0, Energy::FREE, state + 2);
        state += 2;
    }
    b.arc(state, NOISE, 0, Energy::FREE, 0);
    b.final_weight(0, Energy::FREE);
    b.final_weight(state, Energy::FREE);
    Ok(b.build()?)
}

/// The same noise on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

/// A stream: up to three words, half of the time a word's beginning that breaks off, noise between. The energies of a frame
/// favour what it is, and one frame in twelve something else.
fn stream(dice: &mut Dice) -> (usize, Array2<f32>) {
    let words = dice.below(4) as usize;
    let mut frames = Vec::new();
    for piece in 0..4 {
        frames.extend(std::iter::repeat_n(NOISE, 3 + dice.below(12) as usize));
        let sounds = if piece < words { 3 } else { 2 * dice.below(2) as usize };
        for &sound in &SOUNDS[..sounds] {
            frames.extend(std::iter::repeat_n(sound, 2 + dice.below(3) as usize));
        }
        frames.push(NOISE);
    }
    let mut seen = |is: Label| if dice.below(12) == 0 { 1 + dice.below(4) as Label } else { is };
    let seen: Vec<Label> = frames.into_iter().map(&mut seen).collect();
    let energies = Array2::from_shape_fn((seen.len(), 4), |(t, c)| if seen[t] == c as Label + 1 { 0.0 } else { 1.5 });
    (words, energies)
}

/// How many words the best path writes.
fn count(energies: &Array2<f32>, topology: &Topology) -> Result<usize, Box<dyn Error>> {
    let best = best_path(&Emissions::new(energies.view())?, topology)?;
    Ok(best.ok_or("nothing is possible")?.output.len())
}

fn right(tests: &[(usize, Array2<f32>)], topology: &Topology) -> Result<usize, Box<dyn Error>> {
    tests.iter().try_fold(0, |sum, (words, e)| Ok(sum + usize::from(count(e, topology)? == *words)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut dice = Dice(3);
    let mut weights = topology()?;
    let tests: Vec<_> = (0..300).map(|_| stream(&mut dice)).collect();
    let before = right(&tests, &Topology::from_graph(weights.clone())?)?;

    // −log p(transcript | frames) = F(paths that write it) − F(all paths); where a word lies, nobody says.
    for step in 0..=200 {
        let mut tape = Tape::new();
        let all = tape.leaf(weights.clone());
        let mut seeds = Vec::new();
        for _ in 0..4 {
            let (words, energies) = stream(&mut dice);
            let e = tape.emissions(energies)?;
            let written = tape.with_output(all, &Answer::one(vec![WORD; words]))?;
            for (topology, sign) in [(written, 0.25), (all, -0.25)] {
                let trellis = tape.trellis(e, topology)?;
                seeds.push((tape.free_energy(trellis, Beta::ONE)?, sign));
            }
        }
        let loss = seeds.iter().map(|&(f, sign)| Ok(sign * tape.value(f)?)).sum::<Result<f64, Box<dyn Error>>>()?;
        let gradients = tape.backward(&seeds)?;
        let slope = gradients.of(all).ok_or("the topology has no gradient")?;
        let stepped = |e: f32, slope: f64| Energy::new(e - 0.1 * slope as f32).unwrap_or(Energy::IMPOSSIBLE);
        weights = weights.map(|site, w| stepped(w.get(), slope.get(site)));
        if step % 50 == 0 {
            println!("step {step:3}  loss {loss:.3}");
        }
    }
    let learnt = Topology::from_graph(weights)?;
    let after = right(&tests, &learnt)?;
    println!("words counted right in {before} of {} streams before, in {after} after", tests.len());
    for (_, source, arc) in learnt.graph().arcs_with_source().filter(|(_, s, _)| *s < 3) {
        println!("  {source} -> {}  reads {}  energy {:+.2}", arc.target, arc.ilabel, arc.weight.get());
    }

    // Any question can be asked of it: how sure is it that a stream has a word at all?
    let (words, energies) = &tests[0];
    let e = Emissions::new(energies.view())?;
    let mut noise = GraphBuilder::new();
    let state = noise.state();
    noise.start(state);
    noise.arc(state, NOISE, 0, learnt.graph().all_arcs()[0].weight, state);
    noise.final_weight(state, learnt.graph().final_weight(0));
    let without = free_energy(&e, &Topology::from_graph(noise.build()?)?, Beta::ONE)?;
    let none = (free_energy(&e, &learnt, Beta::ONE)? - without).exp();
    println!("a stream of {} frames with {words} words: no word with probability {none:.4}", e.frames());
    if after <= before { Err("nothing was learnt".into()) } else { Ok(()) }
}
