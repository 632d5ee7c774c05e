//! Labels and weights of arcs as one label.

use super::rows::Plain;
use super::{Code, Codes, Encode, OpError};
use crate::graph::{Arc, EPSILON, Graph, GraphError, StateId};
use crate::semiring::Weight;

/// The same graph with labels, weights or both of every arc as one label, so that what works on acceptors works on it.
///
/// # Arguments
/// * `g`: any graph.
/// * `codes`: the table, which says what is encoded and grows by what it lacks. Graphs encoded with one table have the
///   same label for the same thing: their acceptors can be intersected or compared.
///
/// # Returns
/// The same states and arcs at the same positions within their state. Epsilons have codes like any other label. Where
/// weights are encoded, all weights are 1̄, an arc of weight 0̄ has a code like any other, and final weights become
/// arcs to one state more, the last, which alone is final.
///
/// What [`determinize()`](super::determinize()) and [`minimize()`](super::minimize()) make of such an acceptor keeps,
/// once it is [decoded](super::decode()), the weight of every pair of strings, where ⊗ commutes. It is deterministic in
/// what was encoded only: two of its arcs may read alike and differ in the rest.
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
    let weights = codes.what() != Encode::Labels;
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
            let olabel = if codes.what() == Encode::Both { ilabel } else { EPSILON };
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
    let keeps_output = codes.what() == Encode::Weights;
    let keeps_weight = codes.what() == Encode::Labels;
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
