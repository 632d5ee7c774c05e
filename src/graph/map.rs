//! Other weights or labels, site by site.

use super::{Arc, ArcId, Graph, Label, Site, StateId};
use crate::semiring::Weight;

impl<W: Weight> Graph<W> {
    /// The same states and labels with every weight mapped.
    ///
    /// # Arguments
    /// * `f`: the new weight of a site from the old one, for every arc in order, then for every state. States that are
    ///   not final have weight 0̄: mapped to another value they become final.
    ///
    /// # Returns
    /// A graph of the same states and arcs, of weights of another type if you like. Nothing is trimmed: a path that `f` makes
    /// impossible stays, with weight 0̄.
    ///
    /// # Errors
    /// None.
    ///
    /// # Cost
    /// O(states + arcs), and `f` for each.
    ///
    /// # Example
    /// ```text
    /// ─▶ 0 ─a/1─▶ ◎/3      w ↦ 2w      ─▶ 0 ─a/2─▶ ◎/6
    /// ```
    ///
    /// ```
    /// use energraph::{Energy, GraphBuilder, Weight};
    /// let mut b = GraphBuilder::new();
    /// b.add_states(2);
    /// b.start(0);
    /// b.arc(0, 1, 1, Energy::new(1.0)?, 1);
    /// b.final_weight(1, Energy::new(3.0)?);
    /// let twice = b.build()?.map(|_, w| w.times(w));
    /// assert_eq!(twice.arcs(0)[0].weight, Energy::new(2.0)?);
    /// assert_eq!(twice.final_weight(1), Energy::new(6.0)?);
    /// assert!(!twice.is_final(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<V: Weight>(&self, mut f: impl FnMut(Site, &W) -> V) -> Graph<V> {
        let arc = |(i, a): (usize, &Arc<W>), f: &mut dyn FnMut(Site, &W) -> V| Arc {
            ilabel: a.ilabel,
            olabel: a.olabel,
            weight: f(Site::Arc(i as ArcId), &a.weight),
            target: a.target,
        };
        let arcs = self.arcs.iter().enumerate().map(|ia| arc(ia, &mut f)).collect();
        let finals = self.finals.iter().enumerate().map(|(s, w)| f(Site::Final(s as StateId), w)).collect();
        Graph { start: self.start, finals, offsets: self.offsets.clone(), arcs }
    }

    /// The same graph with the labels of every arc rewritten by `f(ilabel, olabel)`.
    pub fn map_labels(&self, mut f: impl FnMut(Label, Label) -> (Label, Label)) -> Graph<W> {
        let mut g = self.clone();
        for a in &mut g.arcs {
            (a.ilabel, a.olabel) = f(a.ilabel, a.olabel);
        }
        g
    }
}
