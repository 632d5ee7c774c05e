//! Learns to read sequences from their transcripts alone, with connectionist temporal classification: a linear front-end
//! of one's own, the loss of a batch with its gradient, best-path decoding, and where each symbol lies.
//!
//!     cargo run --release --example ctc

use std::error::Error;

use energraph::Label;
use energraph::trellis::{AlignOptions, Emissions, Topology, align, best_path, ctc_losses};
use ndarray::{Array1, Array2, ArrayView2};

/// Symbols a, b, c are labels 1 to 3; 4 is the blank.
const BLANK: Label = 4;
const CLASSES: usize = 4;
const FEATURES: usize = 5;

/// The same noise on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
    fn noise(&mut self) -> f32 {
        (0..4).map(|_| self.below(1000) as f32 / 1000.0 - 0.5).sum()
    }
}

/// A text, and what a sensor sees of it: each symbol for two to five frames as its own noisy feature, with pauses between
/// that look like the fourth one.
fn sample(dice: &mut Dice) -> (Vec<Label>, Array2<f32>) {
    let text: Vec<Label> = (0..1 + dice.below(5)).map(|_| 1 + dice.below(3) as Label).collect();
    let mut seen = Vec::new();
    for &label in &text {
        seen.extend(std::iter::repeat_n(3, 1 + dice.below(3) as usize));
        seen.extend(std::iter::repeat_n(label as usize - 1, 2 + dice.below(4) as usize));
    }
    let frames = Array2::from_shape_fn((seen.len(), FEATURES), |(t, k)| {
        // The last feature is always 1, so that the weights hold an offset for each class.
        if k == FEATURES - 1 { 1.0 } else { f32::from(u8::from(seen[t] == k)) + 0.4 * dice.noise() }
    });
    (text, frames)
}

fn read(energies: ArrayView2<'_, f32>) -> Result<Vec<Label>, Box<dyn Error>> {
    let best = best_path(&Emissions::new(energies)?, &Topology::collapse(BLANK, CLASSES)?)?;
    Ok(best.ok_or("nothing is possible")?.output)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut dice = Dice(1);
    let mut weights = Array2::<f32>::zeros((FEATURES, CLASSES));
    for step in 0..=200 {
        let (texts, inputs): (Vec<_>, Vec<_>) = (0..16).map(|_| sample(&mut dice)).unzip();
        let energies: Vec<Array2<f32>> = inputs.iter().map(|x| x.dot(&weights)).collect();
        let batch = energies.iter().zip(&texts).map(|(e, t)| Ok((Emissions::new(e.view())?, &t[..])));
        let losses = ctc_losses(&batch.collect::<Result<Vec<_>, Box<dyn Error>>>()?, BLANK);
        let mut mean = 0.0;
        for (x, loss) in inputs.iter().zip(losses) {
            let loss = loss?;
            mean += loss.value / 16.0;
            weights.scaled_add(-0.05, &x.t().dot(&loss.gradient));
        }
        if step % 50 == 0 {
            println!("step {step:3}  loss {mean:.3}");
        }
    }
    let tests: Vec<_> = (0..200).map(|_| sample(&mut dice)).collect();
    let mut right = 0;
    for (text, x) in &tests {
        right += usize::from(read(x.dot(&weights).view())? == *text);
    }
    println!("{right} of {} new sequences read exactly", tests.len());

    let (text, x) = sample(&mut dice);
    let energies = x.dot(&weights);
    let options = AlignOptions { between: vec![BLANK], ..AlignOptions::default() };
    let placed = align(&Emissions::new(energies.view())?, &Topology::ctc(&text, BLANK, CLASSES)?, &options)?;
    for s in placed.ok_or("too few frames")?.segments {
        let name = char::from(b'a' + s.label as u8 - 1);
        println!("{name}: frames {:?}, begins at {:?} (95 %), sure {:.2}", s.frames, s.starts, s.posterior);
    }
    let seen: Array1<usize> =
        x.rows().into_iter().map(|r| (0..4).max_by(|&a, &b| r[a].total_cmp(&r[b])).unwrap_or(3)).collect();
    println!("strongest feature: {seen}");
    if right < 190 { Err("it has not learnt to read".into()) } else { Ok(()) }
}
