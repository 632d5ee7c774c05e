//! Learns to read letters of unknown length from noisy frames and transcripts, with a front-end, a semiring, an
//! operation and a loss that energraph does not have.
//!
//! A word is a row of letters, no letter twice in a row; each letter lasts one to three frames. Where one ends and the
//! next begins is never shown: it is latent in training and in reading.

mod front_end;
mod loss;
mod operation;
mod semiring;
mod words;

use energraph::Answer;
use energraph::learn::{FrontEnd, Optimiser, Outcome, Progress, Rule, Schedule, TrainOptions, Trainer, Watch};
use energraph::loss::{Latent, loss_and_gradient};
use energraph::ops::Budget;
use energraph::paths::{best_path, path_sum};

use front_end::Linear;
use loss::SoftHinge;
use semiring::TwoBest;
use words::{LETTERS, Word, Words, segments};

/// How training and reading went.
struct Report {
    first_loss: f64,
    last_loss: f64,
    right_before: f64,
    right_after: f64,
    /// Mean distance from the best to the second-best path, of words read right and of words read wrong.
    margins: (f64, f64),
}

/// The mean loss of the first ten steps and of the last ten.
#[derive(Default)]
struct Losses(Vec<f64>);

impl Watch for Losses {
    fn step(&mut self, progress: &Progress) -> energraph::learn::Control {
        self.0.push(progress.loss);
        energraph::learn::Control::Continue
    }
}

type Failure = Box<dyn std::error::Error>;

/// Share of words read right, and the mean margin of those and of the others.
fn read(front: &mut Linear, words: &[Word]) -> Result<(f64, (f64, f64)), Failure> {
    let inputs: Vec<_> = words.iter().map(|w| w.frames.clone()).collect();
    let energies = front.infer(&inputs)?;
    let (mut right, mut margins) = (Vec::new(), Vec::new());
    for (i, word) in words.iter().enumerate() {
        let graph = operation::without_repeats(&segments(energies.block(i))?.graph)?.graph;
        let best = best_path(&graph)?.ok_or("no path")?;
        let two = path_sum(&graph, |_, energy| TwoBest::of(energy.wide()))?;
        right.push(best.output == word.letters);
        margins.push(two.margin());
    }
    let mean = |wanted: bool| {
        let chosen: Vec<f64> = right.iter().zip(&margins).filter(|(r, _)| **r == wanted).map(|(_, m)| *m).collect();
        chosen.iter().sum::<f64>() / chosen.len().max(1) as f64
    };
    let share = right.iter().filter(|r| **r).count() as f64 / words.len() as f64;
    Ok((share, (mean(true), mean(false))))
}

fn train() -> Result<Report, Failure> {
    const STEPS: u64 = 300;
    let test: Vec<Word> = Words::new(2).take(400).collect();
    let mut front = Linear::new(LETTERS);
    let right_before = read(&mut front, &test)?.0;
    let options = TrainOptions::new(Schedule { peak: 0.05, floor: 0.0, warm_up: 10, steps: STEPS });
    let mut trainer = Trainer::new(front, Optimiser::new(Rule::ADAMW, 0.0), options);
    let mut losses = Losses::default();
    let loss = SoftHinge { margin: 1.0 };
    trainer.run(
        &mut words::Batches { size: 16 },
        |letters: &Vec<u32>, energies, mut gradient| -> Result<Outcome, words::LossFailure> {
            let built = segments(energies)?;
            let legal = operation::without_repeats(&built.graph)?;
            let latent = Latent::marginalised(1.0)?;
            let found =
                loss_and_gradient(&legal.graph, &Answer::one(letters.clone()), &loss, latent, Budget::default())?;
            let mut on_segments = energraph::SiteValues::zeros(&built.graph);
            legal.origin.pull_back(&found.gradient, 0, &mut on_segments);
            built.pull_back(&on_segments, &mut gradient);
            Ok(Outcome::Loss(found.value))
        },
        &mut losses,
    )?;
    let (right_after, margins) = read(&mut trainer.front, &test)?;
    let mean = |l: &[f64]| l.iter().sum::<f64>() / l.len() as f64;
    let (first_loss, last_loss) = (mean(&losses.0[..10]), mean(&losses.0[losses.0.len() - 10..]));
    Ok(Report { first_loss, last_loss, right_before, right_after, margins })
}

fn main() -> Result<(), Failure> {
    let r = train()?;
    println!("loss {:.3} -> {:.3}", r.first_loss, r.last_loss);
    println!("words read right {:.1} % -> {:.1} %", 100.0 * r.right_before, 100.0 * r.right_after);
    println!("margin of right words {:.2}, of wrong ones {:.2}", r.margins.0, r.margins.1);
    r.judge()
}

impl Report {
    /// What training must have done.
    fn judge(&self) -> Result<(), Failure> {
        if self.last_loss > 0.4 * self.first_loss {
            return Err("the loss did not fall".into());
        }
        if self.right_before > 0.3 || self.right_after < 0.9 {
            return Err("reading was not learnt".into());
        }
        if self.margins.0 <= self.margins.1 {
            return Err("the margin says nothing about right and wrong".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_segmenter_learns_from_transcripts_alone() {
        super::train().unwrap().judge().unwrap();
    }
}
