//! From a net's outputs to energies of phones, known and unknown.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView2, s};
use thiserror::Error;

use super::phones::{Articulation, Notation, UnknownPhone, to_ipa};

/// The classes that energies of speech have: silence first, then each phone in so many positions (onset, middle, offset), one phone
/// after the other.
///
/// ```
/// use energraph::speech::PhoneClasses;
/// let classes = PhoneClasses::new(&["a".into(), "tʃ".into()], 3)?;
/// assert_eq!(classes.names()[..3], ["sil", "a#0", "a#1"]);
/// let tsh = classes.find("t͡ʃ").ok_or("it has")?;
/// assert_eq!(classes.class(tsh, 2), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneClasses {
    phones: Vec<String>,
    positions: usize,
    numbers: HashMap<String, usize>,
}

impl PhoneClasses {
    /// The class of silence.
    pub const SILENCE: usize = 0;

    /// Phones in the IPA, in any spelling of it, each in so many positions, which are at least 1.
    ///
    /// # Errors
    /// [`ReadoutError::Phone`] for a symbol that cannot be read, [`ReadoutError::Twice`] for two that mean the same,
    /// [`ReadoutError::Positions`] for none or more than 100.
    pub fn new(phones: &[String], positions: usize) -> Result<Self, ReadoutError> {
        if positions == 0 || positions > 100 {
            return Err(ReadoutError::Positions { positions });
        }
        let phones = phones.iter().map(|p| to_ipa(p, Notation::Ipa)).collect::<Result<Vec<_>, _>>()?;
        let mut numbers = HashMap::new();
        for (number, phone) in phones.iter().enumerate() {
            if numbers.insert(phone.clone(), number).is_some() {
                return Err(ReadoutError::Twice { phone: phone.clone() });
            }
        }
        Ok(PhoneClasses { phones, positions, numbers })
    }

    /// The phones in the spelling of [`to_ipa`].
    pub fn phones(&self) -> &[String] {
        &self.phones
    }

    /// Positions of each phone.
    pub fn positions(&self) -> usize {
        self.positions
    }

    /// How many classes there are.
    pub fn count(&self) -> usize {
        1 + self.phones.len() * self.positions
    }

    /// The class of a phone, by its number, in a position.
    pub fn class(&self, phone: usize, position: usize) -> usize {
        1 + phone * self.positions + position
    }

    /// The number of a phone, in any spelling of the IPA; `None` where it is not among them or no phone at all.
    pub fn find(&self, phone: &str) -> Option<usize> {
        let known = |p: &str| self.numbers.get(p).copied();
        known(phone).or_else(|| known(&to_ipa(phone, Notation::Ipa).ok()?))
    }

    /// The classes' names: `sil`, then phone and position with `#` between.
    pub fn names(&self) -> Vec<String> {
        let states = self.phones.iter().flat_map(|p| (0..self.positions).map(move |s| format!("{p}#{s}")));
        std::iter::once("sil".to_owned()).chain(states).collect()
    }
}

/// Why there is no readout, or none of these outputs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadoutError {
    /// A symbol that is no phone.
    #[error(transparent)]
    Phone(#[from] UnknownPhone),
    /// Two symbols that are the same phone.
    #[error("the phone \"{phone}\" is there twice")]
    Twice {
        /// The phone.
        phone: String,
    },
    /// A phone needs 1 to 100 positions.
    #[error("{positions} positions of a phone; 1 to 100 can be")]
    Positions {
        /// The positions asked for.
        positions: usize,
    },
    /// An array of another width than the readout's.
    #[error("rows of {found} numbers, {expected} are expected")]
    Width {
        /// Columns found.
        found: usize,
        /// Columns expected.
        expected: usize,
    },
}

/// A linear map from a net's outputs to energies of phones: the energy of a phone in a position is the sum of what its features say,
/// value times output over the square root of their number, and, where the net knows the phone, of an output of its own. So a phone unseen in training still has an energy, and
/// what is learnt of a feature is learnt of all phones that have it.
///
/// The outputs: one for silence; then, position after position, one for each of [`Articulation::FEATURES`] and one for each known phone.
///
/// ```
/// use energraph::speech::Readout;
/// use ndarray::Array2;
/// let known = ["a".to_owned(), "t".to_owned()];
/// // The net has never heard a d, but t's and voices.
/// let readout = Readout::new(&known, 3, &["t".to_owned(), "d".to_owned()])?;
/// assert_eq!(readout.unheard(), ["d"]);
/// let outputs = Array2::zeros((100, readout.outputs()));
/// assert_eq!(readout.energies(outputs.view())?.dim(), (100, 7));
/// # Ok::<(), energraph::speech::ReadoutError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Readout {
    classes: PhoneClasses,
    /// How many phones the net knows.
    known: usize,
    /// For each wanted phone its number among them.
    own: Vec<Option<usize>>,
    /// Features × wanted phones.
    features: Array2<f32>,
}

impl Readout {
    /// A readout of the phones wanted, from a net that knows some; both in the IPA. Those wanted may be others than those known.
    ///
    /// # Errors
    /// As [`PhoneClasses::new`].
    pub fn new(known: &[String], positions: usize, wanted: &[String]) -> Result<Self, ReadoutError> {
        let known = PhoneClasses::new(known, positions)?;
        let classes = PhoneClasses::new(wanted, positions)?;
        let rows = Articulation::FEATURES.len();
        let scale = 1.0 / (rows as f32).sqrt();
        let mut features = Array2::zeros((rows, classes.phones().len()));
        for (phone, mut column) in classes.phones().iter().zip(features.columns_mut()) {
            let articulation = Articulation::of_ipa(phone)?;
            column.iter_mut().zip(articulation.values()).for_each(|(x, &v)| *x = f32::from(v) * scale);
        }
        let own = classes.phones().iter().map(|p| known.find(p)).collect();
        Ok(Readout { own, known: known.phones().len(), features, classes })
    }

    /// The outputs that a net must have.
    pub fn outputs(&self) -> usize {
        1 + self.classes.positions() * self.block()
    }

    /// The outputs of one position.
    fn block(&self) -> usize {
        self.features.nrows() + self.known
    }

    /// The outputs that are a wanted phone's own, one a position; none where the net does not know it.
    pub fn own_outputs(&self, phone: usize) -> Vec<usize> {
        let rows = self.features.nrows();
        let own = self.own.get(phone).copied().flatten();
        own.map_or(Vec::new(), |own| (0..self.classes.positions()).map(|p| 1 + p * self.block() + rows + own).collect())
    }

    /// What the columns of the energies are.
    pub fn classes(&self) -> &PhoneClasses {
        &self.classes
    }

    /// The wanted phones that the net does not know: they have energies of their features alone.
    pub fn unheard(&self) -> Vec<&str> {
        let phones = self.classes.phones().iter().zip(&self.own);
        phones.filter(|(_, own)| own.is_none()).map(|(p, _)| p.as_str()).collect()
    }

    /// Energies, frames × classes, of outputs, frames × [`Readout::outputs`].
    ///
    /// # Errors
    /// [`ReadoutError::Width`].
    ///
    /// # Cost
    /// Features × classes multiplications a frame.
    pub fn energies(&self, outputs: ArrayView2<'_, f32>) -> Result<Array2<f32>, ReadoutError> {
        check_width(outputs, self.outputs())?;
        let mut energies = Array2::zeros((outputs.nrows(), self.classes.count()));
        energies.column_mut(PhoneClasses::SILENCE).assign(&outputs.column(0));
        let (positions, rows) = (self.classes.positions(), self.features.nrows());
        // Where no phone is wanted there are no columns to begin at.
        for position in 0..positions.min(self.classes.count() - 1) {
            let from = 1 + position * self.block();
            let said = outputs.slice(s![.., from..from + rows]).dot(&self.features);
            let mut into = energies.slice_mut(s![.., 1 + position..; positions]);
            into.assign(&said);
            for (mut column, own) in into.columns_mut().into_iter().zip(&self.own) {
                if let Some(own) = own {
                    column += &outputs.column(from + rows + own);
                }
            }
        }
        Ok(energies)
    }

    /// The gradient with respect to the outputs, frames × outputs, from that with respect to the energies, frames × classes.
    ///
    /// # Errors
    /// [`ReadoutError::Width`].
    ///
    /// # Cost
    /// That of [`Readout::energies`].
    pub fn pull_back(&self, gradient: ArrayView2<'_, f32>) -> Result<Array2<f32>, ReadoutError> {
        check_width(gradient, self.classes.count())?;
        let mut outputs = Array2::zeros((gradient.nrows(), self.outputs()));
        outputs.column_mut(0).assign(&gradient.column(PhoneClasses::SILENCE));
        let (positions, rows) = (self.classes.positions(), self.features.nrows());
        // Where no phone is wanted there are no columns to begin at.
        for position in 0..positions.min(self.classes.count() - 1) {
            let from = 1 + position * self.block();
            let of_phones = gradient.slice(s![.., 1 + position..; positions]);
            outputs.slice_mut(s![.., from..from + rows]).assign(&of_phones.dot(&self.features.t()));
            for (column, own) in of_phones.columns().into_iter().zip(&self.own) {
                if let Some(own) = own {
                    // Each known phone is wanted once at most.
                    outputs.column_mut(from + rows + own).assign(&column);
                }
            }
        }
        Ok(outputs)
    }
}

fn check_width(array: ArrayView2<'_, f32>, expected: usize) -> Result<(), ReadoutError> {
    let found = array.ncols();
    if found == expected { Ok(()) } else { Err(ReadoutError::Width { found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(phones: &str) -> Vec<String> {
        phones.split_whitespace().map(str::to_owned).collect()
    }

    /// Numbers without a pattern.
    fn numbers(rows: usize, columns: usize, seed: u32) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(r, c)| {
            let x = (seed as usize + r * 7919 + c * 104_729) % 1009;
            x as f32 / 504.5 - 1.0
        })
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for (known, positions, wanted) in [("a t s", 3, "t d"), ("", 1, "ã q"), ("a", 2, "a"), ("p b", 3, "")] {
            let readout = Readout::new(&names(known), positions, &names(wanted)).unwrap();
            let outputs = numbers(3, readout.outputs(), 1);
            let slope = numbers(3, readout.classes().count(), 5);
            let value = |o: &Array2<f32>| -> f64 {
                let e = readout.energies(o.view()).unwrap();
                e.iter().zip(&slope).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
            };
            let gradient = readout.pull_back(slope.view()).unwrap();
            assert_eq!(gradient.dim(), outputs.dim());
            for at in ndarray::indices(outputs.dim()) {
                let (mut up, mut down) = (outputs.clone(), outputs.clone());
                (up[at], down[at]) = (up[at] + 0.5, down[at] - 0.5);
                let found = f64::from(gradient[at]);
                assert!((value(&up) - value(&down) - found).abs() < 1e-5, "{at:?}: {found}");
            }
        }
    }

    #[test]
    fn a_known_phone_has_an_output_of_its_own_and_an_unknown_one_its_features() {
        let readout = Readout::new(&names("a t"), 3, &names("t d")).unwrap();
        let rows = Articulation::FEATURES.len();
        assert_eq!(readout.outputs(), 1 + 3 * (rows + 2));
        let mut outputs = Array2::zeros((1, readout.outputs()));
        // The middle of t.
        assert_eq!(readout.own_outputs(0)[1], 1 + (rows + 2) + rows + 1);
        assert!(readout.own_outputs(1).is_empty() && readout.own_outputs(2).is_empty());
        outputs[[0, readout.own_outputs(0)[1]]] = 2.0;
        let e = readout.energies(outputs.view()).unwrap();
        let t = readout.classes().find("t").unwrap();
        assert_eq!(e[[0, readout.classes().class(t, 1)]], 2.0);
        assert_eq!(e.sum(), 2.0);
        // Voice at onset is what tells t from d there.
        let voiced = Articulation::FEATURES.iter().position(|&f| f == "voiced").unwrap();
        let mut outputs = Array2::zeros((1, readout.outputs()));
        outputs[[0, 1 + voiced]] = (rows as f32).sqrt();
        let e = readout.energies(outputs.view()).unwrap();
        assert_eq!(e.row(0).mapv(f32::round).to_vec(), [0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn what_is_known_changes_no_column_of_what_is_wanted() {
        let wanted = names("t ʃ a");
        let readout = Readout::new(&names("a"), 2, &wanted).unwrap();
        assert_eq!(readout.classes().names(), ["sil", "t#0", "t#1", "ʃ#0", "ʃ#1", "a#0", "a#1"]);
        assert_eq!(readout.unheard(), ["t", "ʃ"]);
        assert_eq!(readout.classes().count(), 7);
    }

    #[test]
    fn other_spellings_are_the_same_phone_and_twice_is_refused() {
        let readout = Readout::new(&names("g tʃ"), 1, &names("ɡ t͡ʃ")).unwrap();
        assert!(readout.unheard().is_empty());
        assert_eq!(readout.classes().find("tʃ"), Some(1));
        assert_eq!(readout.classes().find("♪"), None);
        let twice = |phone: &str| ReadoutError::Twice { phone: phone.to_owned() };
        assert_eq!(Readout::new(&names("g ɡ"), 1, &[]), Err(twice("ɡ")));
        assert_eq!(Readout::new(&[], 1, &names("tʃ a t͡ʃ")), Err(twice("t͡ʃ")));
        assert!(matches!(Readout::new(&names("♪"), 1, &[]), Err(ReadoutError::Phone(_))));
        for positions in [0, 101, usize::MAX] {
            assert_eq!(Readout::new(&[], positions, &[]), Err(ReadoutError::Positions { positions }));
        }
    }

    #[test]
    fn arrays_of_another_width_are_refused() {
        let readout = Readout::new(&names("a"), 3, &names("a e")).unwrap();
        let (outputs, classes) = (readout.outputs(), readout.classes().count());
        let wrong = Array2::zeros((2, outputs + 1));
        let refused = ReadoutError::Width { found: outputs + 1, expected: outputs };
        assert_eq!(readout.energies(wrong.view()), Err(refused));
        assert!(readout.pull_back(wrong.view()).is_err());
        assert_eq!(readout.energies(Array2::zeros((0, outputs)).view()).unwrap().dim(), (0, classes));
    }
}
