//! Trellises on a tape: emissions, and the topologies that read them.

use ndarray::Array2;

use super::rewrite::Source;
use super::tape::{GraphVar, Tape, TapeError};
use crate::paths::Beta;
use crate::trellis::{Emissions, Posteriors, Topology, TrellisError, posteriors};

/// Emissions on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmissionVar {
    pub(super) tape: u64,
    pub(super) at: usize,
}

/// A trellis on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrellisVar {
    tape: u64,
    at: usize,
}

/// What has paths: a graph, or a trellis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathVar {
    /// A graph.
    Graph(GraphVar),
    /// A trellis.
    Trellis(TrellisVar),
}

impl From<GraphVar> for PathVar {
    fn from(g: GraphVar) -> Self {
        PathVar::Graph(g)
    }
}

impl From<TrellisVar> for PathVar {
    fn from(t: TrellisVar) -> Self {
        PathVar::Trellis(t)
    }
}

/// A topology over emissions, both on the tape.
#[derive(Debug)]
pub(super) struct Trellis {
    pub(super) emissions: usize,
    /// The graph that the topology was made of.
    pub(super) graph: usize,
    topology: Topology,
    /// Where that graph is rewritten, what stands behind it.
    pub(super) source: Option<(Source, Box<Trellis>)>,
}

impl Trellis {
    /// `F_β` and its gradient, with the tape's emissions.
    pub(super) fn posteriors(&self, emissions: &[Array2<f32>], beta: Beta) -> Result<Posteriors, TrellisError> {
        let none = Array2::zeros((0, 0));
        posteriors(&Emissions::new(emissions.get(self.emissions).unwrap_or(&none).view())?, &self.topology, beta)
    }
}

impl Tape {
    /// Energies of classes at frames, frames × classes, whose gradient is wanted: what a network says.
    ///
    /// # Errors
    /// [`TapeError::Trellis`] for NaN or −∞.
    pub fn emissions(&mut self, values: Array2<f32>) -> Result<EmissionVar, TapeError> {
        Emissions::new(values.view())?;
        self.emissions.push(values);
        Ok(EmissionVar { tape: self.id, at: self.emissions.len() - 1 })
    }

    /// Emissions read under a topology, a graph as for [`Topology::from_graph`]; their composition is not built. Both
    /// get gradients: the emissions, and the graph where it is or comes from a leaf, a grammar whose weights are learnt.
    ///
    /// ```
    /// use energraph::autograd::Tape;
    /// use energraph::trellis::Topology;
    /// use energraph::Beta;
    /// use ndarray::array;
    /// // The likelihood of "1 2" under CTC, blank 3, where every labelling is a rival: F(right) − F(all).
    /// let mut tape = Tape::new();
    /// let e = tape.emissions(array![[0.1, 2.0, 1.0], [1.0, 1.0, 0.2], [2.0, 0.3, 1.0]])?;
    /// let right = tape.constant(Topology::ctc(&[1, 2], 3, 3)?.into_graph());
    /// let all = tape.constant(Topology::any(3)?.into_graph());
    /// let (right, all) = (tape.trellis(e, right)?, tape.trellis(e, all)?);
    /// let (f_right, f_all) = (tape.free_energy(right, Beta::ONE)?, tape.free_energy(all, Beta::ONE)?);
    /// assert!(tape.value(f_right)? > tape.value(f_all)?);
    /// let gradients = tape.backward(&[(f_right, 1.0), (f_all, -1.0)])?;
    /// // At each frame the right labelling's shares and those of all cancel out.
    /// let g = gradients.of_emissions(e).ok_or("no emissions")?;
    /// assert!(g.rows().into_iter().all(|frame| frame.sum().abs() < 1e-6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TapeError::Trellis`] where epsilons form a cycle or a class is read that the emissions lack,
    /// [`TapeError::ForeignHandle`].
    ///
    /// # Cost
    /// A copy of the graph.
    pub fn trellis(&mut self, e: EmissionVar, topology: GraphVar) -> Result<TrellisVar, TapeError> {
        self.graph(topology)?;
        let classes = self.emissions.get(e.at).filter(|_| e.tape == self.id).ok_or(TapeError::ForeignHandle)?.ncols();
        let made = |graph: usize| -> Result<Trellis, TrellisError> {
            let topology = Topology::from_graph(self.graphs[graph].graph.clone())?;
            topology.check(classes)?;
            Ok(Trellis { emissions: e.at, graph, topology, source: None })
        };
        let mut trellis = made(topology.at)?;
        if let Some(source) = self.graphs[topology.at].source {
            trellis.source = Some((source, Box::new(made(source.at)?)));
        }
        self.trellises.push(trellis);
        Ok(TrellisVar { tape: self.id, at: self.trellises.len() - 1 })
    }

    pub(super) fn trellis_of(&self, t: TrellisVar) -> Result<&Trellis, TapeError> {
        self.trellises.get(t.at).filter(|_| t.tape == self.id).ok_or(TapeError::ForeignHandle)
    }
}
