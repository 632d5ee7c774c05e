//! Labels and weights of arcs as one label.

use rustc_hash::FxHashMap;

use super::rows::Plain;
use super::{OpError, check};
use crate::graph::{Arc, EPSILON, Graph, GraphError, Label, StateId};
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

/// A table of codes: labels 1, 2, … in the order in which [`encode()`] met what they stand for.
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

    fn number(&mut self, code: Code<W>) -> Result<Label, OpError> {
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

/// The same graph with labels, weights or both of every arc as one label, so that what works on acceptors works on it.
///
/// # Arguments
/// * `g`: any graph.
/// * `codes`: the table, which says what is encoded and grows by what it lacks. Graphs encoded with one table have the
///   same label for the same thing: their acceptors can be intersected or compared.
///
/// # Returns
/// The same states and arcs at the same positions within their state. Epsilons have codes like any other label. Where
/// weights are encoded, all weights are 1̄, an arc of weight 0̄ has a code like any other, and final weights become arcs
/// to one state more, the last, which alone is final.
///
/// What [`determinize()`](super::determinize()) and [`minimize()`](super::minimize()) make of such an acceptor keeps, once
/// it is [decoded](decode()), the weight of every pair of strings, where ⊗ commutes. It is deterministic in what was
/// encoded only: two of its arcs may read alike and differ in the rest.
///
/// # Errors
/// [`OpError::Graph`] where 32 bits don't number the result or the codes.
///
/// # Cost
/// O(states + arcs), hashed.
///
/// # Source
/// OpenFst's `fstencode`.
///
/// # Example
/// ```text
/// ─▶ 0 ─a:x/2─▶ ◎/3       labels: ─▶ 0 ─1/2─▶ ◎/3       both: ─▶ 0 ─1─▶ ○ ─2─▶ ◎        1 = a:x/2, 2 = end/3
/// ```
///
/// ```
/// use energraph::ops::{Codes, Encode, decode, encode, minimize};
/// use energraph::semiring::Quantum;
/// use energraph::{GraphBuilder, MinSum, Weight};
/// // Two branches of a transducer that go on alike.
/// let mut b = GraphBuilder::new();
/// b.add_states(4);
/// b.start(0);
/// for (s, i, o, t) in [(0, 1, 5, 1), (0, 2, 6, 2), (1, 3, 7, 3), (2, 3, 7, 3)] {
///     b.arc(s, i, o, MinSum::<f64>::one(), t);
/// }
/// b.final_weight(3, MinSum::one());
/// let g = b.build()?;
/// let mut codes = Codes::new(Encode::Labels);
/// let acceptor = encode(&g, &mut codes)?;
/// assert!(acceptor.is_acceptor() && codes.len() == 3);
/// assert_eq!(decode(&acceptor, &codes)?, g);
/// assert_eq!(decode(&minimize(&acceptor, Quantum::default())?, &codes)?.states(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode<W: Weight>(g: &Graph<W>, codes: &mut Codes<W>) -> Result<Graph<W>, OpError> {
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    let weights = codes.what != Encode::Labels;
    let ends = if weights { g.final_weights().iter().filter(|w| !w.is_zero()).count() } else { 0 };
    for (what, count) in [("states", g.states() + 1), ("arcs", g.arc_count() + ends)] {
        if count >= u32::MAX as usize {
            return Err(GraphError::TooLarge { what, count }.into());
        }
    }
    let mut rows = Plain::new(g.states() + 1, g.arc_count() + ends);
    for s in 0..g.states() as StateId {
        for a in g.arcs(s) {
            rows.arc(coded(a, codes)?);
        }
        let weight = g.final_weight(s);
        if weights && !weight.is_zero() {
            let ilabel = codes.number(Code { ilabel: EPSILON, olabel: EPSILON, weight, end: true })?;
            let olabel = if codes.what == Encode::Both { ilabel } else { EPSILON };
            rows.arc(Arc { ilabel, olabel, weight: W::one(), target: g.states() as StateId });
            rows.end(W::zero());
        } else {
            rows.end(weight);
        }
    }
    if ends > 0 {
        rows.end(W::one());
    }
    Ok(rows.build(start))
}

fn coded<W: Weight>(a: &Arc<W>, codes: &mut Codes<W>) -> Result<Arc<W>, OpError> {
    let keeps_output = codes.what == Encode::Weights;
    let keeps_weight = codes.what == Encode::Labels;
    let code = Code {
        ilabel: a.ilabel,
        olabel: if keeps_output { EPSILON } else { a.olabel },
        weight: if keeps_weight { W::one() } else { a.weight.clone() },
        end: false,
    };
    let ilabel = codes.number(code)?;
    Ok(Arc {
        ilabel,
        olabel: if keeps_output { a.olabel } else { ilabel },
        weight: if keeps_weight { a.weight.clone() } else { W::one() },
        target: a.target,
    })
}

/// The graph that was [encoded](encode()), or what was made of it.
///
/// # Arguments
/// * `g`: a graph whose input labels are codes, or 0.
/// * `codes`: the table it was encoded with.
///
/// # Returns
/// The graph with what the codes stand for, multiplied where a weight stands beside. An arc with the code of an end, to
/// a state without arcs, makes the state that it leaves final, and the state that it leads to goes with the last such
/// arc; where it leads elsewhere, or a state has more than one, it becomes an arc without labels. What
/// [`encode()`] gave comes back as it was.
///
/// # Errors
/// [`OpError::NoSuchCode`] for a label beyond the table; [`OpError::NotAnAcceptor`] where output labels are encoded and
/// an arc has two labels.
///
/// # Cost
/// O(states + arcs).
///
/// # Source
/// OpenFst's `fstencode --decode`.
///
/// # Example
/// ```text
/// ─▶ 0 ─1─▶ ○ ─2─▶ ◎      with 1 = a:x/2, 2 = end/3      becomes      ─▶ 0 ─a:x/2─▶ ◎/3
/// ```
///
/// ```
/// use energraph::ops::{Codes, Encode, decode, encode};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// let s = b.state();
/// b.start(s);
/// b.arc(s, 1, 7, Energy::new(0.5)?, s);
/// b.final_weight(s, Energy::new(2.0)?);
/// let g = b.build()?;
/// let mut codes = Codes::new(Encode::Both);
/// let encoded = encode(&g, &mut codes)?;
/// assert_eq!((encoded.states(), codes.len()), (2, 2));
/// assert_eq!(decode(&encoded, &codes)?, g);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decode<W: Weight>(g: &Graph<W>, codes: &Codes<W>) -> Result<Graph<W>, OpError> {
    if codes.what != Encode::Weights {
        check::acceptor(g)?;
    }
    let Some(start) = g.start() else { return Ok(Graph::empty()) };
    let mut finals = g.final_weights().to_vec();
    let mut rows: Vec<Vec<Arc<W>>> = vec![Vec::new(); g.states()];
    // States that ends led to, and states that something else leads to.
    let (mut ended, mut needed) = (vec![false; g.states()], vec![false; g.states()]);
    needed[start as usize] = true;
    for (id, s, a) in g.arcs_with_source() {
        let unknown = OpError::NoSuchCode { arc: id, label: a.ilabel, codes: codes.len() };
        let (arc, end) = match codes.get(a.ilabel) {
            Some(code) => (decoded(a, code, codes.what), code.end),
            None if a.ilabel == EPSILON => (a.clone(), false),
            None => return Err(unknown),
        };
        let last = g.arcs(a.target).is_empty() && g.is_final(a.target);
        if end && arc.olabel == EPSILON && last && finals[s as usize].is_zero() {
            finals[s as usize] = arc.weight.times(&g.final_weight(a.target));
            ended[a.target as usize] = true;
        } else {
            needed[a.target as usize] = true;
            rows[s as usize].push(arc);
        }
    }
    let kept: Vec<bool> = ended.iter().zip(needed).map(|(ended, needed)| needed || !ended).collect();
    let mut numbers: Vec<StateId> = Vec::with_capacity(g.states());
    let mut next = 0;
    for kept in &kept {
        numbers.push(next);
        next += StateId::from(*kept);
    }
    let mut plain = Plain::new(next as usize, g.arc_count());
    for ((arcs, end), _) in rows.into_iter().zip(finals).zip(&kept).filter(|(_, kept)| **kept) {
        arcs.into_iter().for_each(|a| plain.arc(Arc { target: numbers[a.target as usize], ..a }));
        plain.end(end);
    }
    Ok(plain.build(numbers[start as usize]))
}

fn decoded<W: Weight>(a: &Arc<W>, code: &Code<W>, what: Encode) -> Arc<W> {
    let olabel = if what == Encode::Weights { a.olabel } else { code.olabel };
    Arc { ilabel: code.ilabel, olabel, weight: a.weight.times(&code.weight), target: a.target }
}
