//! From spans to energies: a front-end over [`Field`]s whose output has a row for every span and a
//! column for every symbol, and a last column for rubbish (or, over frames, for blank).

mod crops;
mod ctc;
mod lengths;
mod rows;
mod shared;

pub use crops::{CropScorer, CropTicket, cut_out};
pub use ctc::CtcScorer;
pub use shared::{SharedScorer, SharedTicket};

use super::Field;
use super::train::{NetConfig, ScorerConfig};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};
use crate::nn::{ColumnNet, ComputeDevice, CropNet, ensemble};

/// A scorer as a config describes it.
///
/// Of several nets reading takes the mean energies. They are trained one at a time: `forward`, `backward` and `apply` are
/// the first one's.
pub struct Scorer {
    kind: Kind,
    /// The nets behind the first.
    others: Vec<Kind>,
    /// See [`ScorerConfig::Shared`].
    views: Vec<f32>,
    normalised: bool,
}

enum Kind {
    Shared(SharedScorer<ColumnNet>),
    Crops(CropScorer<CropNet>),
    Ctc(CtcScorer<ColumnNet>),
}

/// What a [`Scorer`] remembers of a forward pass.
pub struct ScorerTicket {
    kind: KindTicket,
    /// The output, where its rows were normalised.
    output: Option<Ragged<f32>>,
}

enum KindTicket {
    Shared(<SharedScorer<ColumnNet> as FrontEnd>::Ticket),
    Crops(<CropScorer<CropNet> as FrontEnd>::Ticket),
    Ctc(<ColumnNet as FrontEnd>::Ticket),
}

impl Scorer {
    /// An untrained scorer for an alphabet of `symbols`. The net of number k, from 0, has the seed `seed + k`.
    ///
    /// # Errors
    /// [`FrontError`] for a net that can't be built.
    pub fn new(config: &ScorerConfig, symbols: usize, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        let kind = |k: usize| Kind::new(config, symbols, seed.wrapping_add(k as u64), device.clone());
        let others = (1..config.nets()).map(kind).collect::<Result<_, _>>()?;
        Ok(Scorer { kind: kind(0)?, others, views: config.views().to_vec(), normalised: config.normalised() })
    }
}

impl Kind {
    fn new(config: &ScorerConfig, symbols: usize, seed: u64, device: ComputeDevice) -> Result<Self, FrontError> {
        let outputs = match config {
            ScorerConfig::Shared { .. } => SharedScorer::<ColumnNet>::outputs(symbols),
            ScorerConfig::Crops { .. } | ScorerConfig::Ctc { .. } => symbols + 1,
        };
        Ok(match config.net(outputs) {
            NetConfig::Crop(net) => Kind::Crops(CropScorer::new(CropNet::new(net, seed, device)?, symbols)),
            NetConfig::Column(net) => {
                let net = ColumnNet::new(net, seed, device)?;
                match config {
                    ScorerConfig::Ctc { .. } => Kind::Ctc(CtcScorer::new(net)),
                    _ => Kind::Shared(SharedScorer::new(net, symbols, ColumnNet::STRIDE as f32)),
                }
            }
        })
    }
}

/// The same call on whatever kind it is.
macro_rules! each {
    ($kind:expr, $scorer:ident => $call:expr) => {
        match $kind {
            Kind::Shared($scorer) => $call,
            Kind::Crops($scorer) => $call,
            Kind::Ctc($scorer) => $call,
        }
    };
}

impl FrontEnd for Scorer {
    type Input = Field;
    type Ticket = ScorerTicket;

    fn forward(&mut self, fields: &[Field]) -> Result<(Ragged<f32>, ScorerTicket), FrontError> {
        let (mut energies, kind) = match &mut self.kind {
            Kind::Shared(s) => s.forward(fields).map(|(out, t)| (out, KindTicket::Shared(t)))?,
            Kind::Crops(s) => s.forward(fields).map(|(out, t)| (out, KindTicket::Crops(t)))?,
            Kind::Ctc(s) => s.forward(fields).map(|(out, t)| (out, KindTicket::Ctc(t)))?,
        };
        if !self.normalised {
            return Ok((energies, ScorerTicket { kind, output: None }));
        }
        rows::normalise(&mut energies);
        let output = Some(energies.clone());
        Ok((energies, ScorerTicket { kind, output }))
    }

    fn infer(&mut self, fields: &[Field]) -> Result<Ragged<f32>, FrontError> {
        let seen: Vec<Vec<Field>> =
            self.views.iter().map(|&view| fields.iter().map(|f| f.stretched(view)).collect()).collect();
        let mut looks = Vec::new();
        for net in std::iter::once(&mut self.kind).chain(&mut self.others) {
            looks.push(each!(net, s => s.infer(fields)?));
            for view in &seen {
                looks.push(each!(net, s => s.infer(view)?));
            }
        }
        let mut energies = ensemble::mean(looks)?;
        if self.normalised {
            rows::normalise(&mut energies);
        }
        Ok(energies)
    }

    fn backward(&mut self, ticket: ScorerTicket, mut gradient: Ragged<f32>) -> Result<(), FrontError> {
        if let Some(output) = &ticket.output {
            rows::pull_back(output, &mut gradient);
        }
        match (&mut self.kind, ticket.kind) {
            (Kind::Shared(s), KindTicket::Shared(t)) => s.backward(t, gradient),
            (Kind::Crops(s), KindTicket::Crops(t)) => s.backward(t, gradient),
            (Kind::Ctc(s), KindTicket::Ctc(t)) => s.backward(t, gradient),
            _ => Err(FrontError::Weights { why: "the ticket is another scorer's".into() }),
        }
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        each!(&mut self.kind, s => s.apply(optimiser))
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        let nets = std::iter::once(&self.kind).chain(&self.others);
        let of_each = nets.map(|net| each!(net, s => s.parameters())).collect::<Result<Vec<_>, _>>()?;
        Ok(ensemble::join(of_each))
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        let of_each = ensemble::split(values, 1 + self.others.len());
        let mut nets = std::iter::once(&mut self.kind).chain(&mut self.others).zip(of_each);
        nets.try_for_each(|(net, own)| each!(net, s => s.set_parameters(&own)))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::handwriting::cuts::Cutter;

    #[test]
    fn further_views_are_averaged_with_the_field_itself() {
        let image = Array2::from_shape_fn((32, 44), |(y, x)| f32::from(u8::from((x + y / 3) % 9 < 3)));
        let field = Cutter::uniform(4, 16.0).field(image).unwrap();
        let read = |views: Vec<f32>, field: &Field| {
            let ScorerConfig::Shared { channels, pools, context, dropout, nets, normalised, .. } =
                ScorerConfig::shared([4; 6])
            else {
                unreachable!()
            };
            let config = ScorerConfig::Shared { channels, pools, context, dropout, views, nets, normalised };
            let mut scorer = Scorer::new(&config, 3, 1, ComputeDevice::cpu()).unwrap();
            scorer.infer(std::slice::from_ref(field)).unwrap()
        };
        let (own, wide) = (read(Vec::new(), &field), read(Vec::new(), &field.stretched(1.5)));
        assert_ne!(own, wide);
        let both = read(vec![1.5], &field);
        for ((o, w), b) in own.values().iter().zip(wide.values()).zip(both.values()) {
            assert!((0.5 * (o + w) - b).abs() < 1e-5);
        }
    }

    #[test]
    fn several_nets_are_averaged_and_keep_their_parameters_apart() {
        let image = Array2::from_shape_fn((32, 44), |(y, x)| f32::from(u8::from((x + y / 3) % 9 < 3)));
        let field = Cutter::uniform(4, 16.0).field(image).unwrap();
        let mut config = ScorerConfig::shared([4; 6]);
        let one = |seed| Scorer::new(&config, 3, seed, ComputeDevice::cpu()).unwrap();
        let (mut first, mut second) = (one(7), one(8));
        if let ScorerConfig::Shared { nets, .. } = &mut config {
            *nets = 2;
        }
        let mut both = Scorer::new(&config, 3, 7, ComputeDevice::cpu()).unwrap();
        let read = |s: &mut Scorer| s.infer(std::slice::from_ref(&field)).unwrap();
        let (a, b, mean) = (read(&mut first), read(&mut second), read(&mut both));
        assert_ne!(a, b);
        for ((a, b), m) in a.values().iter().zip(b.values()).zip(mean.values()) {
            assert!((0.5 * (a + b) - m).abs() < 1e-5);
        }
        let mut again = Scorer::new(&config, 3, 99, ComputeDevice::cpu()).unwrap();
        again.set_parameters(&both.parameters().unwrap()).unwrap();
        assert_eq!(read(&mut again), mean);
        // Neither one net's parameters for two, nor two nets' for one.
        assert!(again.set_parameters(&first.parameters().unwrap()).is_err());
        assert!(first.set_parameters(&both.parameters().unwrap()).is_err());
    }
}

#[cfg(test)]
pub(super) mod table {
    //! A net for tests.

    use super::*;
    use ndarray::Array2;

    /// A net whose parameters are its output: rows that do not depend on the image.
    #[derive(Debug)]
    pub struct Table {
        pub values: Array2<f32>,
        pub gradient: Array2<f32>,
    }

    impl Table {
        pub fn new(values: Array2<f32>) -> Self {
            Table { gradient: Array2::zeros(values.dim()), values }
        }
    }

    impl FrontEnd for Table {
        type Input = Array2<f32>;
        type Ticket = ();
        fn forward(&mut self, x: &[Array2<f32>]) -> Result<(Ragged<f32>, ()), FrontError> {
            Ok((self.infer(x)?, ()))
        }
        fn infer(&mut self, x: &[Array2<f32>]) -> Result<Ragged<f32>, FrontError> {
            let all = x.iter().flat_map(|_| self.values.iter().copied()).collect();
            Ok(Ragged::from_values(self.values.ncols(), &vec![self.values.nrows(); x.len()], all).unwrap())
        }
        fn backward(&mut self, (): (), g: Ragged<f32>) -> Result<(), FrontError> {
            (0..g.len()).for_each(|i| self.gradient += &g.block(i));
            Ok(())
        }
        fn apply(&mut self, _: &mut Optimiser) -> Result<(), FrontError> {
            Ok(())
        }
        fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
            Ok(Vec::new())
        }
        fn set_parameters(&mut self, _: &[Parameter]) -> Result<(), FrontError> {
            Ok(())
        }
    }
}
