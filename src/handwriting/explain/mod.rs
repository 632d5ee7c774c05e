//! Pictures of readings that a person can follow: the image, its cuts, the graph with its energies, the best
//! interpretation and its runner-up, the other answers.

mod lanes;
mod page;
mod picture;

use super::grammar;
use super::{Alternative, Field, Interpretations, Prepared, Read, Reading, ReadingError, Recognizer, Rows};
use crate::graph::SiteValues;
use crate::learn::FrontEnd;
use crate::paths::{Answer, Beta, best_path, posteriors, with_output};
use crate::signal::{Grey, ImageError};

/// Arcs off the two paths are shown from this posterior on.
const LEAST_SHARE: f64 = 0.002;

/// Most arcs off the two paths that are shown.
const MOST_OTHERS: usize = 28;

/// An arc of the recognition graph, or several arcs of rubbish in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Left and right end in columns of the normalised image.
    pub extent: (f32, f32),
    /// The symbol; `None` is rubbish.
    pub symbol: Option<String>,
    /// Its energy, without what the grammar adds.
    pub energy: f64,
    /// Share of all interpretations that have it.
    pub posterior: f64,
}

/// A symbol's energy on a span, beside others on the same span.
type Ranked = (String, f64);

/// Everything that a picture of a reading shows.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Whose picture it is.
    pub title: String,
    /// Whether the answer was accepted, where that was decided.
    pub verdict: Option<String>,
    /// The model and grammar.
    pub reader: String,
    /// Whether answers are weighed by a prior: its energies are in theirs, and in no step's.
    pub prior: bool,
    /// The answers.
    pub reading: Reading,
    /// The steps of the best interpretation.
    pub best: Vec<Step>,
    /// For each of them the best symbols on its span.
    pub ranked: Vec<Vec<Ranked>>,
    /// The steps of the runner-up's best interpretation; empty where there is no other answer.
    pub second: Vec<Step>,
    /// The most probable arcs that lie on neither.
    pub others: Vec<Step>,
    image: Grey,
    prepared: Prepared,
}

impl<F: FrontEnd<Input = Field>> Recognizer<F> {
    /// Collects what a picture of a reading shows.
    ///
    /// # Errors
    /// What path sums over the reading's graph refuse.
    pub fn explain(&self, title: &str, image: &Grey, read: &Read) -> Result<Explanation, ReadingError> {
        let Read { prepared, all, reading } = read;
        let told = Told { reader: self, prepared, all, shares: shares(all, self.beta())? };
        let path_of = |a: Option<&Alternative>| a.map_or(Ok(Vec::new()), |a| told.arcs_of(&a.text));
        let best = path_of(reading.alternatives.first())?;
        let second = path_of(reading.alternatives.get(1))?;
        let ranked = best.iter().map(|&(span, column)| (span, column, told.ranked(span)));
        let ranked = ranked.filter(|(_, column, _)| *column < told.symbols()).map(|(_, _, r)| r).collect();
        let others = told.others(&best, &second);
        let frames = all.recognition.rows() == Rows::Frames;
        let reader = format!("model {}, grammar {}", self.name(), self.grammar().name);
        Ok(Explanation {
            title: title.to_owned(),
            verdict: None,
            reader,
            prior: self.grammar().prior.is_some(),
            reading: reading.clone(),
            best: merged(told.steps(&best), frames),
            ranked,
            second: merged(told.steps(&second), frames),
            others,
            image: image.clone(),
            prepared: prepared.clone(),
        })
    }
}

impl Explanation {
    /// The picture.
    ///
    /// # Errors
    /// [`ImageError`] where an image can't be encoded.
    pub fn svg(&self) -> Result<String, ImageError> {
        picture::draw(self)
    }

    /// The picture on a page of its own, with tables.
    ///
    /// # Errors
    /// [`ImageError`] where an image can't be encoded.
    pub fn html(&self) -> Result<String, ImageError> {
        page::page(self)
    }
}

/// An arc of the recognition graph by span and column.
type Place = (usize, usize);

struct Told<'a, F> {
    reader: &'a Recognizer<F>,
    prepared: &'a Prepared,
    all: &'a Interpretations,
    /// Posteriors of the recognition graph's arcs.
    shares: SiteValues,
}

impl<F: FrontEnd<Input = Field>> Told<'_, F> {
    fn symbols(&self) -> usize {
        self.all.recognition.symbols()
    }

    /// The arcs of the best interpretation of an answer.
    fn arcs_of(&self, text: &str) -> Result<Vec<Place>, ReadingError> {
        let labels = grammar::labels(text, &self.reader.grammar().outputs).unwrap_or_default();
        let within = with_output(self.all.graph(), &Answer::one(labels))?;
        let path = best_path(&within.graph)?;
        let source = |arc: &u32| {
            let made = within.origin.arc(*arc).iter().find_map(|from| match from.site {
                crate::graph::Site::Arc(a) => Some(a),
                crate::graph::Site::Final(_) => None,
            })?;
            self.all.recognition.place(self.all.recognised(made)?)
        };
        Ok(path.map_or(Vec::new(), |p| p.arcs.iter().filter_map(source).collect()))
    }

    fn steps(&self, places: &[Place]) -> Vec<Step> {
        let arcs = self.all.recognition.graph.all_arcs();
        let found = places.iter().filter_map(|place| {
            let arc = (0..arcs.len()).find(|&a| self.all.recognition.place(a as u32) == Some(*place))?;
            self.step(arc)
        });
        found.collect()
    }

    fn step(&self, arc: usize) -> Option<Step> {
        let (span, column) = self.all.recognition.place(arc as u32)?;
        let extent = self.prepared.field.extent(*self.prepared.field.spans().get(span)?)?;
        let energy = self.all.recognition.graph.all_arcs().get(arc)?.weight.wide();
        let symbol = (column < self.symbols()).then(|| self.name(column));
        Some(Step { extent, symbol, energy, posterior: *self.shares.arcs.get(arc)? })
    }

    fn name(&self, column: usize) -> String {
        self.reader.alphabet().symbol(column as u32 + 1).unwrap_or("?").to_owned()
    }

    /// The best symbols of a span.
    fn ranked(&self, span: usize) -> Vec<Ranked> {
        let arcs = self.all.recognition.graph.all_arcs().iter().enumerate();
        let of_span = arcs.filter_map(|(a, arc)| {
            let (s, column) = self.all.recognition.place(a as u32)?;
            (s == span && column < self.symbols()).then(|| (self.name(column), arc.weight.wide()))
        });
        let mut ranked: Vec<Ranked> = of_span.collect();
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
        ranked.truncate(4);
        ranked
    }

    /// The most probable arcs that write a symbol and lie on neither path.
    fn others(&self, best: &[Place], second: &[Place]) -> Vec<Step> {
        let mut chosen: Vec<(f64, usize)> = Vec::new();
        for (arc, &share) in self.shares.arcs.iter().enumerate() {
            let place = self.all.recognition.place(arc as u32);
            let new = place.is_some_and(|p| p.1 < self.symbols() && !best.contains(&p) && !second.contains(&p));
            if new && share >= LEAST_SHARE {
                chosen.push((share, arc));
            }
        }
        chosen.sort_by(|a, b| b.0.total_cmp(&a.0));
        chosen.into_iter().take(MOST_OTHERS).filter_map(|(_, arc)| self.step(arc)).collect()
    }
}

/// Posteriors of the recognition graph's arcs among all interpretations.
fn shares(all: &Interpretations, beta: Beta) -> Result<SiteValues, ReadingError> {
    let values = posteriors(all.graph(), beta)?;
    let mut shares = SiteValues::zeros(&all.recognition.graph);
    all.constrained.origin.pull_back(&values, 0, &mut shares);
    Ok(shares)
}

/// Neighbouring rubbish joined to one step, as probable as its least probable part; over frames, where a symbol is
/// written as often as it has frames, neighbours of every kind.
fn merged(steps: Vec<Step>, frames: bool) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for step in steps {
        match all.last_mut() {
            Some(last) if last.symbol == step.symbol && (frames || step.symbol.is_none()) => {
                last.extent.1 = step.extent.1;
                last.energy += step.energy;
                last.posterior = last.posterior.min(step.posterior);
            }
            _ => all.push(step),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubbish_in_a_row_is_one_step() {
        let step = |from: f32, symbol: Option<&str>| Step {
            extent: (from, from + 4.0),
            symbol: symbol.map(str::to_owned),
            energy: 1.0,
            posterior: 1.0 / f64::from(from + 1.0),
        };
        let all = merged(vec![step(0.0, None), step(4.0, None), step(8.0, Some("3")), step(12.0, None)], false);
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].extent, all[0].energy, all[0].posterior), ((0.0, 8.0), 2.0, 0.2));
        assert_eq!(all[1].symbol.as_deref(), Some("3"));
        let twice = || vec![step(0.0, Some("3")), step(4.0, Some("3"))];
        assert_eq!((merged(twice(), false).len(), merged(twice(), true).len()), (2, 1));
    }
}
