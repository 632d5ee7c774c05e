//! A recogniser of one's own: Morse code drawn by an unsteady hand, read as letters. It is never told where a stroke is.
//!
//!     cargo run --release --example morse

use energraph::handwriting::{Grammar, Recognizer, cuts::Cutter, scorer::Scorer, train::ScorerConfig};
use energraph::nn::ComputeDevice;
use energraph::signal::{Augment, Grey};
use energraph::{SymbolTable, loss::Nll};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CODE: [(&str, &str); 8] =
    [("A", ".-"), ("E", "."), ("I", ".."), ("M", "--"), ("N", "-."), ("O", "---"), ("S", "..."), ("T", "-")];

/// From state 0 along a letter's strokes, and over the gap behind them back to 0, writing the letter.
fn grammar() -> Result<Grammar, Box<dyn std::error::Error>> {
    let (mut text, mut next) = ("0\n".to_owned(), 1);
    for (letter, code) in CODE {
        let mut state = 0;
        for stroke in code.chars() {
            text += &format!("{state} {next} {stroke} <eps>\n");
            (state, next) = (next, next + 1);
        }
        text += &format!("{state} 0 / {letter}\n");
    }
    let letters = SymbolTable::from_symbols(CODE.map(|(letter, _)| letter))?;
    Ok(Grammar::transducer("morse", &text, &SymbolTable::from_symbols([".", "-", "/"])?, &letters)?)
}

/// Strokes with jitter in length, height and thickness; wider gaps behind letters.
fn draw(word: &str, rng: &mut ChaCha8Rng) -> Grey {
    let (mut strokes, mut x) = (Vec::new(), 4);
    for code in word.chars().filter_map(|c| CODE.iter().find(|(l, _)| *l == c.to_string())) {
        for stroke in code.1.chars() {
            let long = if stroke == '.' { rng.random_range(3..6) } else { rng.random_range(11..16) };
            strokes.push((x..x + long, rng.random_range(12..16)..rng.random_range(17..21)));
            x += long + rng.random_range(3..5);
        }
        x += rng.random_range(9..13);
    }
    let inked = |x, y| strokes.iter().any(|(across, down)| across.contains(&x) && down.contains(&y));
    Grey::from_fn(x, 32, |x, y| if inked(x, y) { 40 } else { 235 })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let word = |i: usize| [i / 64, i / 8, i].map(|k| CODE[k % 8].0).concat();
    let (unseen, seen): (Vec<_>, Vec<_>) = (0..512).partition(|i| i % 3 == 0);
    let samples: Vec<_> = seen.into_iter().map(|i| (draw(&word(i), &mut rng), word(i))).collect();
    let net = Scorer::new(&ScorerConfig::shared([8; 6]), 3, 1, ComputeDevice::cpu())?;
    let mild = Augment { shear: 0.02, x_scale: (0.95, 1.05), ..Augment::default() };
    let builder = Recognizer::builder(Cutter::uniform(4, 20.0), net, grammar()?).loss(Nll::ONE);
    let mut reader = builder.augment(mild).steps(200).train(&samples)?;
    let read = unseen.iter().map(|&i| Ok(reader.read(&draw(&word(i), &mut rng))?.text() == word(i)));
    let right = read.collect::<Result<Vec<bool>, Box<dyn std::error::Error>>>()?.into_iter().filter(|r| *r).count();
    println!("{right} of {} words never seen are read right", unseen.len());
    assert!(right * 20 >= unseen.len() * 19, "fewer than 95 %");
    Ok(())
}
