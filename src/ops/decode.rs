//! What one label stands for, in its place.

use super::rows::Plain;
use super::{Code, Codes, Encode, OpError, check};
use crate::graph::{Arc, EPSILON, Graph, StateId};
use crate::semiring::Weight;

/// The graph that was [encoded](super::encode()), or what was made of it.
///
/// # Arguments
/// * `g`: a graph whose input labels are codes, or 0.
/// * `codes`: the table it was encoded with.
///
/// # Returns
/// The graph with what the codes stand for, multiplied where a weight stands beside. An arc with the code of an end, to
/// a state without arcs, makes the state that it leaves final, and the state that it leads to goes with the last such
/// arc; where it leads elsewhere, or a state has more than one, it becomes an arc without labels. What
/// [`encode()`](super::encode()) gave comes back as it was.
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
    if codes.what() != Encode::Weights {
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
            Some(code) => (decoded(a, code, codes.what()), code.end),
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
