//! Where training fields come from.

use std::path::Path;

use ndarray::Array2;
use rand::{Rng, RngExt};

use super::sampler::pick;
use super::splice::Strips;
use super::{SourceConfig, StackConfig, TrainError, Written};
use crate::graph::{EPSILON, Label, SymbolTable};
use crate::handwriting::generator::{Amount, Compose, Generator, GlyphBank, Patterns, SymbolBox, compose_digits};
use crate::handwriting::grammar::labels;
use crate::signal::{self, FieldMap, IdxDigits, Item, Normaliser, StackError, idx_pair, read_idx, read_stack};

/// A normalised field with its transcript, before distortion.
#[derive(Debug, Clone)]
pub struct Example {
    /// Height 32, 0 = paper, 1 = ink.
    pub ink: Array2<f32>,
    /// The answer.
    pub answer: Vec<Label>,
    /// Number of the grammar that relates the answer to what is written.
    pub grammar: usize,
    /// What is written where, left to right, in the columns of `ink`; `None` where nobody said.
    pub boxes: Option<Vec<Written>>,
}

/// Grammars by name, numbered in the order in which they were first named.
#[derive(Debug, Clone, Default)]
pub struct GrammarNames(pub Vec<String>);

impl GrammarNames {
    /// The number of a name, new or old.
    pub fn number(&mut self, name: &str) -> usize {
        self.0.iter().position(|n| n == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }
}

/// A source of examples and its share.
#[derive(Debug)]
pub struct Source {
    share: f64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    List(Vec<Example>),
    Composed { bank: GlyphBank, how: Box<Compose>, answers: Answers, stretch: f32 },
    Splice { source: usize, strips: Option<Strips> },
    Generator { generators: &'static [Generator], fields: u64, answers: Answers, normaliser: Normaliser },
    Digits { digits: IdxDigits, wanted: Vec<usize>, answers: Answers, normaliser: Normaliser },
}

impl Source {
    /// Opens a source.
    ///
    /// # Errors
    /// [`TrainError`] where its files can't be read or a text has a character outside the alphabet.
    pub fn open(
        config: &SourceConfig,
        data: &Path,
        alphabet: &SymbolTable,
        normaliser: &Normaliser,
        names: &mut GrammarNames,
    ) -> Result<Self, TrainError> {
        let share = config.share();
        let kind = match config {
            SourceConfig::Stack { stack, lines, grammar, .. } => {
                let set = StackConfig { stack: stack.clone(), lines: lines.clone(), grammar: grammar.clone() };
                Kind::List(read_examples(&set, data, alphabet, normaliser, names)?)
            }
            SourceConfig::Splice { source, .. } => Kind::Splice { source: *source, strips: None },
            SourceConfig::Composed { idx, grammar, .. } => {
                let folder = data.join(idx);
                let digits =
                    read_idx(&folder.join("train-images-idx3-ubyte.gz"), &folder.join("train-labels-idx1-ubyte.gz"))?;
                let bank = GlyphBank::from_idx(&digits)?;
                let answers = Answers::new(grammar, alphabet, names);
                let mut how = Box::<Compose>::default();
                if answers.digits_alone {
                    how.patterns = Patterns::CHEQUE;
                }
                Kind::Composed { bank, how, answers, stretch: normaliser.stretch }
            }
            SourceConfig::Generator { scene, fields, grammar, .. } => {
                let (generators, normaliser) = (scene.generators(), *normaliser);
                let answers = Answers::new(grammar, alphabet, names);
                Kind::Generator { generators, fields: *fields, answers, normaliser }
            }
            SourceConfig::Idx { stack, lines, grammar, .. } => {
                let path = data.join(stack);
                let (images, labels) = idx_pair(&path).ok_or(StackError::NotAStack { path })?;
                let digits = read_idx(&images, &labels)?;
                let wanted = (0..digits.len()).filter(|i| is_wanted(lines, i + 1)).collect();
                let answers = Answers::new(grammar, alphabet, names);
                Kind::Digits { digits, wanted, answers, normaliser: *normaliser }
            }
        };
        Ok(Source { share, kind })
    }

    /// A source of fields that are in memory.
    pub fn list(share: f64, examples: Vec<Example>) -> Self {
        Source { share, kind: Kind::List(examples) }
    }

    /// Share of the draws; 0 while there is nothing to draw from.
    pub fn share(&self) -> f64 {
        match &self.kind {
            Kind::Splice { strips: None, .. } => 0.0,
            _ => self.share,
        }
    }

    /// The examples of a fixed list.
    pub fn examples(&self) -> &[Example] {
        match &self.kind {
            Kind::List(list) => list,
            _ => &[],
        }
    }

    /// The source whose images a splicing source cuts up.
    pub fn spliced(&self) -> Option<usize> {
        match &self.kind {
            Kind::Splice { source, .. } => Some(*source),
            _ => None,
        }
    }

    /// Gives a splicing source its strips.
    pub fn set_strips(&mut self, new: Strips) {
        if let Kind::Splice { strips, .. } = &mut self.kind {
            *strips = (!new.is_empty()).then_some(new);
        }
    }

    /// The strips of a splicing source that has been given some.
    pub fn strips(&self) -> Option<&Strips> {
        match &self.kind {
            Kind::Splice { strips, .. } => strips.as_ref(),
            _ => None,
        }
    }

    /// Draws one example.
    pub fn draw<R: Rng>(&self, all: &[Source], rng: &mut R) -> Option<Example> {
        match &self.kind {
            Kind::List(list) => pick(list, rng).cloned(),
            Kind::Composed { bank, how, answers, stretch } => {
                let drawn = compose_digits(bank, how, rng);
                let columns = |b: &SymbolBox| (stretch * b.x, stretch * (b.x + b.width));
                answers.of(signal::stretch(&drawn.ink, *stretch), &drawn.amount, &drawn.boxes, columns)
            }
            Kind::Generator { generators, fields, answers, normaliser } => {
                let drawn = pick(generators, rng)?.draw(rng.random_range(0..*fields));
                let field = normaliser.apply(&drawn.image);
                let columns = |b: &SymbolBox| (field.map.normalised(b.x), field.map.normalised(b.x + b.width));
                answers.of(field.ink, &drawn.amount, &drawn.boxes, columns)
            }
            Kind::Digits { digits, wanted, answers, normaliser } => {
                let i = *pick(wanted, rng)?;
                let field = normaliser.apply(&digits.image(i)?);
                let answer = labels(&digits.labels.get(i)?.to_string(), &answers.alphabet).ok()?;
                Some(Example { ink: field.ink, answer, grammar: answers.grammar, boxes: None })
            }
            Kind::Splice { source, strips } => strips.as_ref()?.compose(all.get(*source)?.examples(), rng),
        }
    }
}

/// How drawn amounts become answers: under the grammar `digits` the digits alone, else the text.
#[derive(Debug)]
struct Answers {
    digits_alone: bool,
    grammar: usize,
    alphabet: SymbolTable,
}

impl Answers {
    fn new(grammar: &str, alphabet: &SymbolTable, names: &mut GrammarNames) -> Self {
        let (digits_alone, grammar) = (grammar == "digits", names.number(grammar));
        Answers { digits_alone, grammar, alphabet: alphabet.clone() }
    }

    fn of(
        &self,
        ink: Array2<f32>,
        amount: &Amount,
        boxes: &[SymbolBox],
        columns: impl Fn(&SymbolBox) -> (f32, f32),
    ) -> Option<Example> {
        let text = if self.digits_alone { &amount.digits } else { &amount.text };
        // Closing strokes are read as symbols where the grammar leaves them out, and as rubbish where it does not.
        let skipped = amount.drawn.find(&amount.text).unwrap_or(0);
        let part = skipped..skipped + amount.text.len();
        let mut buffer = [0; 4];
        let mut written = |(i, b): (usize, &SymbolBox)| {
            let (from, to) = columns(b);
            let meant = self.digits_alone || part.contains(&i);
            let label = self.alphabet.label(b.symbol.encode_utf8(&mut buffer)).filter(|_| meant);
            Written { from, to, label: label.unwrap_or(EPSILON) }
        };
        let boxes = Some(boxes.iter().enumerate().map(&mut written).collect());
        Some(Example { ink, answer: labels(text, &self.alphabet).ok()?, grammar: self.grammar, boxes })
    }
}

/// Boxes in a stack's third column, `x,y,w,h;x,y,w,h;…`, one for each symbol of the answer; `None` where it holds
/// something else.
fn boxes(item: &Item, answer: &[Label], map: &FieldMap) -> Result<Option<Vec<Written>>, TrainError> {
    let Some(column) = item.columns.get(2) else { return Ok(None) };
    let numbers = |b: &str| b.split(',').map(|n| n.parse::<f32>().ok()).collect::<Option<Vec<f32>>>();
    let Some(all) = column.split(';').map(numbers).collect::<Option<Vec<_>>>() else { return Ok(None) };
    if all.len() != answer.len() || all.iter().any(|b| b.len() != 4) {
        let why = "not one of four numbers for each symbol of the text";
        return Err(TrainError::Boxes { item: item.name.clone(), boxes: column.clone(), why });
    }
    let place = |(b, label): (&Vec<f32>, &Label)| {
        let (from, to) = (map.normalised(b[0]), map.normalised(b[0] + b[2]));
        Written { from, to, label: *label }
    };
    Ok(Some(all.iter().zip(answer).map(place).collect()))
}

/// The normalised images and answers of a stack, or of some of its lines.
///
/// # Errors
/// [`TrainError`] where the stack can't be read or a text has a character outside the alphabet.
pub fn read_examples(
    set: &StackConfig,
    data: &Path,
    alphabet: &SymbolTable,
    normaliser: &Normaliser,
    names: &mut GrammarNames,
) -> Result<Vec<Example>, TrainError> {
    let items = read_stack(&data.join(&set.stack), Some(2))?;
    let grammar = names.number(&set.grammar);
    let wanted = (1..).zip(&items).filter(|(line, _)| is_wanted(&set.lines, *line)).map(|(_, item)| item);
    wanted
        .map(|item| {
            let answer = labels(&item.text, alphabet).map_err(|symbol| TrainError::Symbol {
                item: item.name.clone(),
                text: item.text.clone(),
                symbol,
            })?;
            let field = normaliser.apply(&item.image);
            let boxes = boxes(item, &answer, &field.map)?;
            Ok(Example { ink: field.ink, answer, grammar, boxes })
        })
        .collect()
}

/// Whether a line, counted from 1, is in one of the parts; in any where there are none.
fn is_wanted(parts: &[[usize; 2]], line: usize) -> bool {
    parts.is_empty() || parts.iter().any(|[a, b]| (*a..=*b).contains(&line))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::handwriting::grammar::{alphabet, text};
    use crate::handwriting::train::SceneConfig;
    use crate::signal::{Grey, StackWriter};

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("energraph-source-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn open(config: &SourceConfig, data: &Path) -> Result<(Source, SymbolTable), TrainError> {
        let symbols = alphabet("0123456789.,-").unwrap();
        let source = Source::open(config, data, &symbols, &Normaliser::default(), &mut GrammarNames::default())?;
        Ok((source, symbols))
    }

    #[test]
    fn generated_fields_have_a_box_for_every_symbol_and_closing_strokes_are_no_part_of_an_amount() {
        for grammar in ["digits", "amount"] {
            let (scene, fields, grammar) = (SceneConfig::Both, 500, grammar.to_owned());
            let config = SourceConfig::Generator { share: 1.0, scene, fields, grammar: grammar.clone() };
            let (source, symbols) = open(&config, Path::new(".")).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let mut closed = 0;
            for _ in 0..60 {
                let e = source.draw(&[], &mut rng).unwrap();
                assert_eq!(e.ink.nrows(), 32);
                let boxes = e.boxes.unwrap();
                assert!(boxes.iter().all(|b| b.from < b.to && b.from > -8.0 && b.to < e.ink.ncols() as f32 + 8.0));
                let said: Vec<Label> = boxes.iter().map(|b| b.label).filter(|l| *l != EPSILON).collect();
                let digits = |l: &[Label]| text(l, &symbols).replace(['.', ',', '-'], "");
                assert_eq!(digits(&said), digits(&e.answer));
                if grammar == "amount" {
                    assert_eq!(said, e.answer);
                    closed += usize::from(boxes.len() > said.len());
                }
            }
            assert!(grammar != "amount" || closed > 5, "some amounts are closed by strokes");
        }
    }

    #[test]
    fn an_idx_pair_is_a_source_and_a_stack() {
        let folder = folder("idx");
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28];
        images.extend((0..3 * 784).map(|i| if i % 28 > 9 && i % 28 < 14 && i % 784 > 140 { 200_u8 } else { 0 }));
        std::fs::write(folder.join("few-images-idx3-ubyte"), images).unwrap();
        std::fs::write(folder.join("few-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 3, 7, 1, 4]).unwrap();
        let config =
            SourceConfig::Idx { share: 1.0, stack: "few".into(), lines: vec![[2, 9]], grammar: "digit".into() };
        let (source, symbols) = open(&config, &folder).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut seen: Vec<String> =
            (0..20).map(|_| text(&source.draw(&[], &mut rng).unwrap().answer, &symbols)).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen, ["1", "4"]);
        let set = StackConfig { stack: "few".into(), lines: Vec::new(), grammar: "digit".into() };
        let mut names = GrammarNames::default();
        let all = read_examples(&set, &folder, &symbols, &Normaliser::default(), &mut names).unwrap();
        assert_eq!(all.len(), 3);
        let again = source.draw(&[], &mut rng).unwrap();
        assert_eq!(again.ink, all[1].ink, "drawn and read alike");
        let other = SourceConfig::Idx { share: 1.0, stack: "none".into(), lines: Vec::new(), grammar: "digit".into() };
        assert!(matches!(open(&other, &folder), Err(TrainError::Stack(StackError::NotAStack { .. }))));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn boxes_of_a_stack_are_moved_to_the_normalised_columns() {
        let folder = folder("boxes");
        let mut stack = StackWriter::create(&folder.join("s")).unwrap();
        let image = Grey::from_fn(60, 16, |x, _| if x % 20 < 6 { 20 } else { 250 });
        stack.push(&image, &["1", "12", "0,0,6,16;20,0,6,16"]).unwrap();
        stack.push(&image, &["2", "3", "a note"]).unwrap();
        stack.push(&image, &["3", "45", "0,0,6,16"]).unwrap();
        stack.finish().unwrap();
        let read = |lines| {
            let set = StackConfig { stack: "s".into(), lines: vec![lines], grammar: "digits".into() };
            let symbols = alphabet("0123456789").unwrap();
            read_examples(&set, &folder, &symbols, &Normaliser::default(), &mut GrammarNames::default())
        };
        let two = read([1, 2]).unwrap();
        let written = |from, to, label| Written { from, to, label };
        assert_eq!(two[0].boxes, Some(vec![written(0.0, 12.0, 2), written(40.0, 52.0, 3)]));
        assert_eq!(two[1].boxes, None);
        assert!(matches!(read([3, 3]), Err(TrainError::Boxes { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
