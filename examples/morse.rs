//! A recogniser of one's own in one sitting: Morse code drawn by an unsteady hand, read as letters.
//!
//! The net learns what a dot, a dash and a gap look like; the grammar, a transducer, knows which letter they make.
//! Training sees words and their images, never where a stroke is.
//!
//!     cargo run --release --example morse

use energraph::graph::SymbolTable;
use energraph::handwriting::train::ScorerConfig;
use energraph::handwriting::{Grammar, Recognizer, cuts::Cutter, scorer::Scorer};
use energraph::loss::Nll;
use energraph::nn::{ComputeDevice, Context};
use energraph::signal::{Augment, Grey};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CODE: [(&str, &str); 8] =
    [("A", ".-"), ("E", "."), ("I", ".."), ("M", "--"), ("N", "-."), ("O", "---"), ("S", "..."), ("T", "-")];

/// A transducer: from state 0 along a letter's strokes and a gap back to 0, writing the letter at the gap.
fn grammar() -> Result<Grammar, Box<dyn std::error::Error>> {
    let (mut text, mut next) = (String::new(), 1);
    for (letter, code) in CODE {
        let mut state = 0;
        for stroke in code.chars() {
            text += &format!("{state} {next} {stroke} <eps>\n");
            (state, next) = (next, next + 1);
        }
        text += &format!("{state} 0 / {letter}\n");
    }
    let strokes = SymbolTable::from_symbols([".", "-", "/"])?;
    let letters = SymbolTable::from_symbols(CODE.map(|(letter, _)| letter))?;
    Ok(Grammar::transducer("morse", &(text + "0\n"), &strokes, &letters)?)
}

/// Draws a word: strokes with jitter in length, height and thickness, wider spaces after letters.
fn draw(word: &str, rng: &mut ChaCha8Rng) -> Grey {
    let (mut strokes, mut x) = (Vec::new(), 4);
    for code in word.chars().filter_map(|c| CODE.iter().find(|(l, _)| *l == c.to_string())) {
        for stroke in code.1.chars() {
            let long = if stroke == '.' { rng.random_range(3..6) } else { rng.random_range(11..16) };
            let top = rng.random_range(12..17);
            strokes.push((x..x + long, top..top + rng.random_range(3..6)));
            x += long + rng.random_range(3..5);
        }
        x += rng.random_range(9..13);
    }
    let inked = |x, y| strokes.iter().any(|(across, down)| across.contains(&x) && down.contains(&y));
    Grey::from_fn(x, 32, |x, y| if inked(x, y) { 40 } else { 235 })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let words: Vec<String> = (0..512).map(|i| [i / 64, i / 8, i].map(|k| CODE[k % 8].0).concat()).collect();
    // Every third word is never trained on.
    let (unseen, seen): (Vec<_>, Vec<_>) = words.into_iter().enumerate().partition(|(i, _)| i % 3 == 0);
    let samples: Vec<(Grey, String)> = seen.into_iter().map(|(_, w)| (draw(&w, &mut rng), w)).collect();
    let net = ScorerConfig::Shared { channels: [8; 6], context: Context::None, dropout: 0.0, normalised: false };
    let net = Scorer::new(&net, 3, 1, ComputeDevice::cpu())?;
    let builder = Recognizer::builder(Cutter::uniform(4, 20.0), net, grammar()?).loss(Nll::ONE);
    let mild = Augment { shear: 0.02, x_scale: (0.95, 1.05), ..Augment::default() };
    let mut reader = builder.augment(mild).steps(200).train(&samples)?;
    let mut right = 0;
    for (_, word) in &unseen {
        right += usize::from(reader.read(&draw(word, &mut rng))?.text() == word);
    }
    println!("{right} of {} words never seen are read right", unseen.len());
    assert!(right * 20 >= unseen.len() * 19, "at least 95 %");
    Ok(())
}
