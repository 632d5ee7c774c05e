//! Reads a text off emissions: as the frames alone say it, then under a lexicon and an n-gram of words, with confidences
//! and the place of each word.
//!
//!     cargo run --release --example decode_ctc

use std::error::Error;

use energraph::Energy;
use energraph::graph::SymbolTable;
use energraph::graph::ngram::arpa;
use energraph::trellis::decode::{Alphabet, DecoderBeam, Free, Lexicon, Separators, Weighed, prefix_beam};
use energraph::trellis::{AlignOptions, Emissions};
use ndarray::Array2;

const WORDS: &str = "\\data\\
ngram 1=7
ngram 2=4

\\1-grams:
-99 <s> -0.4
-1.0 </s>
-0.8 the -0.4
-0.9 cat -0.3
-0.8 eat -0.3
-0.9 sat -0.2
-1.0 oat -0.3

\\2-grams:
-0.2 <s> the
-0.3 the cat
-0.3 cat sat
-0.3 sat </s>
\\end\\
";

/// What a recogniser may have seen of "the cat sat", by the characters it hesitated between: "-" is the blank.
const SEEN: [&str; 17] =
    ["t", "th", "-", "h", "ec", "-", " -", "ec", "ce", "ao", "t", "- ", "sc", "s", "oa", "-", "tl"];

fn main() -> Result<(), Box<dyn Error>> {
    let alphabet = Alphabet::new("acehlost ")?;
    let classes = alphabet.len() + 1;
    // The first character of each frame is half as energetic as the second, and all others far above.
    let energies = Array2::from_shape_fn((SEEN.len(), classes), |(t, class)| {
        let is = |c: char| alphabet.label(c).unwrap_or(alphabet.blank()) as usize == class + 1;
        SEEN[t].chars().position(is).map_or(4.5, |rank| 0.4 + 0.4 * rank as f32)
    });
    let (e, blank) = (Emissions::new(energies.view())?, alphabet.blank());

    let frames = prefix_beam(&e, blank, &Free::new(blank, classes), 3, &DecoderBeam::default())?;
    for found in &frames.list {
        println!("frames alone: {:14} confidence {:.3}", alphabet.text(&found.output), found.confidence);
    }

    let mut symbols = SymbolTable::new();
    let ngram = arpa::read(WORDS, &mut symbols)?;
    let mut lexicon = Lexicon::new();
    for (label, word) in symbols.iter().skip(1) {
        lexicon.add(&alphabet.labels(word)?, label, Energy::FREE)?;
    }
    let spelt = lexicon.text(&Separators { labels: alphabet.labels(" ")?, ..Separators::default() })?;
    let grammar = Weighed { grammar: spelt, ngram: &ngram };
    let texts = prefix_beam(&e, blank, &grammar, 3, &DecoderBeam::default())?;
    for found in &texts.list {
        let words: Vec<&str> = found.output.iter().filter_map(|&label| symbols.symbol(label)).collect();
        println!("words:        {:14} confidence {:.3}", words.join(" "), found.confidence);
    }

    let best = texts.list.first().ok_or("nothing fits")?;
    let placed = best.align(&e, blank, &AlignOptions::default())?.ok_or("too few frames")?;
    for (labels, &word) in best.spelt().zip(&best.output) {
        // Its own letters are the last of those read for it.
        let word = symbols.symbol(word).unwrap_or("?");
        let segments = placed.segments.get(labels.end - word.chars().count()..labels.end).unwrap_or(&[]);
        if let (Some(first), Some(last)) = (segments.first(), segments.last()) {
            println!("{word}: frames {:?}, begins at {:?} (95 %)", first.frames.start..last.frames.end, first.starts);
        }
    }
    let text: Vec<&str> = best.output.iter().filter_map(|&label| symbols.symbol(label)).collect();
    if text == ["the", "cat", "sat"] { Ok(()) } else { Err("it has not been read".into()) }
}
