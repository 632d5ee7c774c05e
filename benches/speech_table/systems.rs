//! The two systems above the features: energies of words, and gradients for what they are made of.

use energraph::learn::Optimiser;
use energraph::speech::templates::TemplateModel;
use energraph::trellis::{Emissions, Topology, Unit, free_energy, posteriors};
use energraph::{Beta, Label};
use ndarray::{Array2, ArrayView2, Axis, concatenate};

pub trait System: Sync {
    /// Everything that may have been said: a word (its number + 1) and its energy.
    fn alternatives(&self, x: ArrayView2<'_, f32>, beta: Beta) -> Vec<(Label, f64)>;

    /// From derivatives by the energies of alternatives to those by features and by parameters.
    fn pull_back(&self, x: ArrayView2<'_, f32>, beta: Beta, by: &[f64]) -> (Array2<f32>, Array2<f32>);

    /// The shape of the parameters.
    fn shape(&self) -> (usize, usize);

    fn learn(&mut self, gradient: &Array2<f32>, optimiser: &mut Optimiser);

    /// Multiplies all energies, before training begins.
    fn scale(&mut self, factor: f64);

    /// The energy of each word, alternatives of one word together.
    fn words(&self, x: ArrayView2<'_, f32>, beta: Beta) -> Vec<f64> {
        let listed = self.alternatives(x, beta);
        let words = listed.iter().map(|(word, _)| *word).max().unwrap_or(0);
        let sum = |word| {
            let energies = || listed.iter().filter(move |(w, _)| *w == word).map(|(_, e)| *e);
            let least = energies().fold(f64::INFINITY, f64::min);
            match beta {
                Beta::Finite(b) if least < f64::INFINITY => {
                    least - energies().map(|e| (b.get() * (least - e)).exp()).sum::<f64>().ln() / b.get()
                }
                _ => least,
            }
        };
        (1..=words).map(sum).collect()
    }
}

/// Elastic templates; their energies times a factor.
pub struct Templates {
    pub model: TemplateModel,
    pub factor: f64,
}

impl System for Templates {
    fn alternatives(&self, x: ArrayView2<'_, f32>, _: Beta) -> Vec<(Label, f64)> {
        let energies = self.model.energies(x).unwrap();
        let word = |i| self.model.word_of(i) as Label + 1;
        energies.iter().enumerate().map(|(i, e)| (word(i), self.factor * e)).collect()
    }

    fn pull_back(&self, x: ArrayView2<'_, f32>, _: Beta, by: &[f64]) -> (Array2<f32>, Array2<f32>) {
        let by: Vec<f64> = by.iter().map(|by| self.factor * by).collect();
        let found = self.model.pull_back(x, &by).unwrap();
        (found.features, found.references)
    }

    fn shape(&self) -> (usize, usize) {
        (self.model.len() * self.model.options().length, self.model.dimensions())
    }

    fn learn(&mut self, gradient: &Array2<f32>, optimiser: &mut Optimiser) {
        self.model.learn(gradient, optimiser).unwrap();
    }

    fn scale(&mut self, factor: f64) {
        self.factor *= factor;
    }
}

/// Words as states from left to right, whose energies are a linear layer's.
pub struct WordStates {
    /// (features + 1) × (words · states); the last row are offsets.
    pub weights: Array2<f32>,
    states: usize,
    words: Vec<Topology>,
}

impl WordStates {
    pub fn new(weights: Array2<f32>, words: usize, states: usize) -> Self {
        let topology = |word: usize| {
            let units: Vec<Unit> = (0..states).map(|s| Unit::new((word * states + s) as Label + 1, 0)).collect();
            Topology::left_to_right(&units).unwrap()
        };
        WordStates { weights, states, words: (0..words).map(topology).collect() }
    }

    pub fn zeros(features: usize, words: usize, states: usize) -> Self {
        WordStates::new(Array2::zeros((features + 1, words * states)), words, states)
    }

    fn energies(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        with_ones(x).dot(&self.weights)
    }

    fn through(&self, x: ArrayView2<'_, f32>, by_energies: &Array2<f32>) -> (Array2<f32>, Array2<f32>) {
        let by_x = by_energies.dot(&self.weights.slice(ndarray::s![..x.ncols(), ..]).t());
        (by_x, with_ones(x).t().dot(by_energies))
    }

    /// The gradients of the mean negative log-probability of states, of a recording that is cut into equal parts; its share in a batch.
    pub fn classify(&self, x: ArrayView2<'_, f32>, word: usize, batch: usize) -> (Array2<f32>, Array2<f32>) {
        let mut by = self.energies(x);
        let frames = by.nrows();
        for (t, mut row) in by.axis_iter_mut(Axis(0)).enumerate() {
            let least = row.iter().copied().fold(f32::INFINITY, f32::min);
            row.mapv_inplace(|e| (least - e).exp());
            let sum = row.sum();
            row.mapv_inplace(|p| -p / sum);
            row[word * self.states + t * self.states / frames] += 1.0;
        }
        by.mapv_inplace(|v| v / (frames * batch) as f32);
        self.through(x, &by)
    }

    /// The same energies of features that are from now on (x − mean) · scale.
    pub fn undo(&mut self, mean: &[f32], scale: &[f32]) {
        let last = mean.len();
        for d in 0..last {
            let row = self.weights.row(d).to_owned();
            self.weights.row_mut(last).scaled_add(mean[d], &row);
            self.weights.row_mut(d).mapv_inplace(|w| w / scale[d]);
        }
    }
}

impl System for WordStates {
    fn alternatives(&self, x: ArrayView2<'_, f32>, beta: Beta) -> Vec<(Label, f64)> {
        let energies = self.energies(x);
        let e = Emissions::new(energies.view()).unwrap();
        self.words.iter().zip(1..).map(|(word, label)| (label, free_energy(&e, word, beta).unwrap())).collect()
    }

    fn pull_back(&self, x: ArrayView2<'_, f32>, beta: Beta, by: &[f64]) -> (Array2<f32>, Array2<f32>) {
        let energies = self.energies(x);
        let e = Emissions::new(energies.view()).unwrap();
        let mut sum = Array2::zeros(energies.dim());
        for (word, by) in self.words.iter().zip(by).filter(|(_, by)| **by != 0.0) {
            sum.scaled_add(*by as f32, &posteriors(&e, word, beta).unwrap().emissions);
        }
        self.through(x, &sum)
    }

    fn shape(&self) -> (usize, usize) {
        self.weights.dim()
    }

    fn learn(&mut self, gradient: &Array2<f32>, optimiser: &mut Optimiser) {
        let gradient = gradient.as_standard_layout();
        let gradient = gradient.as_slice().unwrap();
        optimiser.begin_step([gradient]);
        optimiser.update("states", self.weights.as_slice_mut().unwrap(), gradient, false);
    }

    fn scale(&mut self, factor: f64) {
        self.weights.mapv_inplace(|w| w * factor as f32);
    }
}

fn with_ones(x: ArrayView2<'_, f32>) -> Array2<f32> {
    concatenate(Axis(1), &[x, Array2::ones((x.nrows(), 1)).view()]).unwrap()
}
