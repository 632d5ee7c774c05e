//! The energies of a linear chain.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::graph::{EPSILON, Label, SiteValues};
use crate::semiring::Energy;
use crate::trellis::{Emissions, TrellisError};

/// Energies of what follows what in a linear chain over `N` classes, borrowed: N × N of them, `[[i, j]]` for class `j`
/// behind class `i`, and if wanted one a class for each of the two ends. `+∞` forbids.
///
/// The same numbers as [`Topology::chain`](crate::trellis::Topology::chain) makes a graph of, but dense: any class may follow
/// any other, and the kernels work on rows of them.
///
/// Energies of ends are counted from the least of a class that is possible at that frame, so that they take no digits from the
/// frames' energies, however large they are alike. Where every path takes an end that costs 10¹⁶ more than such a class's, they
/// do: what is impossible had better be +∞.
///
/// ```
/// use energraph::trellis::{Topology, Transitions};
/// use ndarray::array;
/// let never_back = array![[0.0, 1.0], [f32::INFINITY, 0.0]];
/// let first = array![0.0, f32::INFINITY];
/// let t = Transitions::new(never_back.view())?.with_first(first.view())?;
/// assert_eq!((t.classes(), Topology::chain(&t)?.graph().states()), (2, 3));
/// assert!(Transitions::new(array![[f32::NAN]].view()).is_err());
/// assert!(Transitions::new(array![[0.0, 0.0]].view()).is_err());
/// # Ok::<(), energraph::trellis::TrellisError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Transitions<'a> {
    between: ArrayView2<'a, f32>,
    first: Option<ArrayView1<'a, f32>>,
    last: Option<ArrayView1<'a, f32>>,
}

impl<'a> Transitions<'a> {
    /// Energies between classes, N × N; any class may be first or last, for nothing.
    ///
    /// # Errors
    /// [`TrellisError::Shape`] where there are not as many rows as columns, [`TrellisError::Weight`] for NaN or −∞.
    ///
    /// # Cost
    /// One look at each number.
    pub fn new(between: ArrayView2<'a, f32>) -> Result<Self, TrellisError> {
        let (rows, columns) = between.dim();
        if rows != columns {
            return Err(TrellisError::Shape { rows, columns, ends: rows, classes: rows });
        }
        between.iter().try_for_each(|&x| Energy::new(x).map(drop))?;
        Ok(Transitions { between, first: None, last: None })
    }

    /// With an energy for each class that may be the first.
    ///
    /// # Errors
    /// [`TrellisError::Shape`] unless there is one a class, [`TrellisError::Weight`] for NaN or −∞.
    pub fn with_first(self, first: ArrayView1<'a, f32>) -> Result<Self, TrellisError> {
        self.check_end(first)?;
        Ok(Transitions { first: Some(first), ..self })
    }

    /// With an energy for each class that may be the last.
    ///
    /// # Errors
    /// As [`Transitions::with_first`].
    pub fn with_last(self, last: ArrayView1<'a, f32>) -> Result<Self, TrellisError> {
        self.check_end(last)?;
        Ok(Transitions { last: Some(last), ..self })
    }

    fn check_end(&self, end: ArrayView1<'a, f32>) -> Result<(), TrellisError> {
        let (classes, ends) = (self.classes(), end.len());
        if ends != classes {
            return Err(TrellisError::Shape { rows: classes, columns: classes, ends, classes });
        }
        Ok(end.iter().try_for_each(|&x| Energy::new(x).map(drop))?)
    }

    /// Classes.
    pub fn classes(&self) -> usize {
        self.between.nrows()
    }

    /// Energies of the ends, 0 where none were given.
    pub(in crate::trellis) fn ends(&self) -> [Array1<f32>; 2] {
        [self.first, self.last].map(|end| end.map_or(Array1::zeros(self.classes()), |e| e.to_owned()))
    }

    /// Energies between classes as they were given.
    pub fn between(&self) -> ArrayView2<'a, f32> {
        self.between
    }

    /// The energy of a class that is the first; 0 where none was given.
    pub(super) fn first(&self, class: usize) -> f64 {
        self.first.and_then(|e| e.get(class).copied()).map_or(0.0, f64::from)
    }

    /// The energy of a class that is the last; 0 where none was given.
    pub(super) fn last(&self, class: usize) -> f64 {
        self.last.and_then(|e| e.get(class).copied()).map_or(0.0, f64::from)
    }

    /// Whether labels are of classes.
    pub(in crate::trellis) fn check_labels(&self, labels: &[Label]) -> Result<(), TrellisError> {
        let classes = self.classes();
        let wrong = labels.iter().enumerate().find(|(_, l)| **l == EPSILON || **l as usize > classes);
        wrong.map_or(Ok(()), |(position, &label)| Err(TrellisError::NoClass { position, label, classes }))
    }

    /// The energy between two labels that have been checked.
    pub(in crate::trellis) fn energy(&self, from: Label, to: Label) -> Result<Energy, TrellisError> {
        Ok(Energy::new(self.between[[from as usize - 1, to as usize - 1]])?)
    }

    /// The energy of coming to a position of labels that have been checked: that of the first class, or from the one before.
    pub(in crate::trellis) fn enter(&self, labels: &[Label], position: usize) -> Result<Energy, TrellisError> {
        match position.checked_sub(1) {
            None => Ok(Energy::new(self.first(labels[0] as usize - 1) as f32)?),
            Some(before) => self.energy(labels[before], labels[position]),
        }
    }

    /// The energy of ending with a label that has been checked.
    pub(in crate::trellis) fn leave(&self, label: Label) -> Result<Energy, TrellisError> {
        Ok(Energy::new(self.last(label as usize - 1) as f32)?)
    }

    /// Whether emissions have just these classes.
    pub(super) fn check(&self, e: &Emissions<'_>) -> Result<(), TrellisError> {
        let (rows, classes) = (self.classes(), e.classes());
        if rows == classes { Ok(()) } else { Err(TrellisError::Shape { rows, columns: rows, ends: rows, classes }) }
    }
}

/// A number for each energy of [`Transitions`]: how often it is expected to be used, or a gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionValues {
    /// N × N, from class to class.
    pub between: Array2<f64>,
    /// Of the classes that may be first.
    pub first: Array1<f64>,
    /// Of the classes that may be last.
    pub last: Array1<f64>,
}

impl TransitionValues {
    /// A 0 for each.
    pub(in crate::trellis) fn zeros(classes: usize) -> Self {
        let ends = Array1::zeros(classes);
        TransitionValues { between: Array2::zeros((classes, classes)), first: ends.clone(), last: ends }
    }

    /// Adds a gradient at [`Topology::chain`](crate::trellis::Topology::chain).
    pub(in crate::trellis) fn add_chain(&mut self, sites: &SiteValues) {
        let own = self.first.iter_mut().chain(self.between.iter_mut());
        own.zip(&sites.arcs).for_each(|(g, share)| *g += share);
        self.last.iter_mut().zip(sites.finals.iter().skip(1)).for_each(|(g, share)| *g += share);
    }

    /// Adds a gradient at [`Topology::chain_of`](crate::trellis::Topology::chain_of): the share of coming to each of some labels,
    /// and of ending behind the last.
    pub(in crate::trellis) fn add_labels<'a>(
        &mut self,
        labels: &[Label],
        enter: impl Iterator<Item = &'a f64>,
        last: Option<&f64>,
    ) {
        let class = |label: Label| label as usize - 1;
        for (k, (&label, share)) in labels.iter().zip(enter).enumerate() {
            match k.checked_sub(1) {
                None => self.first[class(label)] += share,
                Some(before) => self.between[[class(labels[before]), class(label)]] += share,
            }
        }
        if let (Some(&label), Some(share)) = (labels.last(), last) {
            self.last[class(label)] += share;
        }
    }

    /// Adds others of as many classes.
    pub(in crate::trellis) fn add(&mut self, other: &TransitionValues) {
        self.between += &other.between;
        self.first += &other.first;
        self.last += &other.last;
    }

    /// Turns the sign of every number; zeros stay positive.
    pub(super) fn negate(&mut self) {
        self.between.mapv_inplace(|x| 0.0 - x);
        self.first.mapv_inplace(|x| 0.0 - x);
        self.last.mapv_inplace(|x| 0.0 - x);
    }
}
