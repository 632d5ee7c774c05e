//! What labels stand for.

use rustc_hash::FxHashMap;

use super::OpError;
use crate::graph::{GraphError, Label};
use crate::semiring::Weight;

/// What of an arc becomes one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encode {
    /// Both labels: a transducer becomes an acceptor.
    Labels,
    /// The input label and the weight: what is written stays beside.
    Weights,
    /// Both labels and the weight: an acceptor whose weights are all 1̄.
    Both,
}

/// What one code stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code<W> {
    /// Symbol read.
    pub ilabel: Label,
    /// Symbol written; 0 where that is not encoded.
    pub olabel: Label,
    /// The weight; 1̄ where that is not encoded.
    pub weight: W,
    /// Whether it stands for the weight of an end, which is an arc in the encoded graph.
    pub end: bool,
}

/// A table of codes: labels 1, 2, … in the order in which [`encode()`](super::encode()) met what they stand for.
#[derive(Debug, Clone)]
pub struct Codes<W> {
    what: Encode,
    list: Vec<Code<W>>,
    numbers: FxHashMap<Code<W>, Label>,
}

impl<W: Weight> Codes<W> {
    /// An empty table.
    pub fn new(what: Encode) -> Self {
        Codes { what, list: Vec::new(), numbers: FxHashMap::default() }
    }

    /// The table of a list: label 1 for the first. Of codes that are equal the first counts when graphs are encoded.
    ///
    /// # Errors
    /// [`OpError::Graph`] for more than 32 bits number.
    ///
    /// ```
    /// use energraph::ops::{Code, Codes, Encode};
    /// use energraph::{Energy, Weight};
    /// let code = Code { ilabel: 3, olabel: 4, weight: Energy::one(), end: false };
    /// let codes = Codes::from_list(Encode::Labels, [code.clone()])?;
    /// assert_eq!((codes.get(1), codes.list()), (Some(&code), &[code.clone()][..]));
    /// # Ok::<(), energraph::ops::OpError>(())
    /// ```
    pub fn from_list(what: Encode, list: impl IntoIterator<Item = Code<W>>) -> Result<Self, OpError> {
        let mut codes = Codes { list: list.into_iter().collect(), ..Codes::new(what) };
        let count = codes.list.len();
        if count >= Label::MAX as usize {
            return Err(GraphError::TooLarge { what: "codes", count }.into());
        }
        for (code, label) in codes.list.iter().zip(1..) {
            codes.numbers.entry(code.clone()).or_insert(label);
        }
        Ok(codes)
    }

    /// Every code, from that of label 1 on.
    pub fn list(&self) -> &[Code<W>] {
        &self.list
    }

    /// What of an arc its codes stand for.
    pub fn what(&self) -> Encode {
        self.what
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What a label stands for; `None` for label 0 and labels beyond the table.
    pub fn get(&self, label: Label) -> Option<&Code<W>> {
        self.list.get((label as usize).checked_sub(1)?)
    }

    /// The label of a code, a new one where it has none.
    pub(super) fn number(&mut self, code: Code<W>) -> Result<Label, OpError> {
        if let Some(&label) = self.numbers.get(&code) {
            return Ok(label);
        }
        let count = self.list.len() + 1;
        let label = Label::try_from(count).map_err(|_| GraphError::TooLarge { what: "codes", count })?;
        self.list.push(code.clone());
        self.numbers.insert(code, label);
        Ok(label)
    }
}
