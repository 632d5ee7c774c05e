//! Graphs of every weight that a file may hold.

mod commuted;
mod no_semiring;
mod wide;

use super::error::{At, CliError};
use crate::graph::att::AttError;
use crate::graph::{BadWeight, Graph, SymbolTable, WeightText, json};
use crate::ops::{self, Budget, OpError};
use crate::paths::{PathError, path_sum_star, sums_from_start, sums_to_end};
use crate::semiring::{
    Boolean, Cancellative, Counting, Energy, Entropy, Expectation, Gallic, KBest, LeftDivide, Lexicographic, LogSum,
    MinMax, MinSum, Power, Probability, Product, SecondOrder, Semiring, SignedLog, Star, StringLeft, StringRight,
    Tolerance, Weight, type_name,
};

pub(super) use self::commuted::Commuted;
pub(super) use self::wide::{Unweighted, as_log, shown};
use self::wide::{changed, fixed};
use super::fst::Sum;

/// What stops an operation of the command.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(transparent)]
    Op(#[from] OpError),
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(transparent)]
    Graph(#[from] crate::graph::GraphError),
    #[error(transparent)]
    Text(#[from] AttError),
    #[error(transparent)]
    Draw(#[from] crate::graph::draw::DrawError),
    #[error(transparent)]
    Weight(#[from] BadWeight),
    #[error("stopped over budget, at {states} states and {arcs} arcs: {limit}")]
    OverBudget {
        states: usize,
        arcs: usize,
        /// The option that says so, and what is known all the same.
        limit: String,
    },
    #[error("weights are {weight:?}, and what is asked for needs {needs}")]
    Kind { weight: String, needs: &'static str },
    #[error("weights are {left:?} in the one and {right:?} in the other")]
    Mixed { left: String, right: String },
    #[error(
        "symbol tables differ: {left} in the one and {right} in the other; --isymbols and --osymbols name one for both"
    )]
    Symbols { left: String, right: String },
}

/// Weights of this type have not what an operation needs.
pub(super) fn lacks<W>(needs: &'static str) -> Refused {
    Refused::Kind { weight: type_name::<W>(), needs }
}

/// What a sum over paths is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    FromStart,
    ToEnd,
    Total,
}

const SEMIRING: &str = "a semiring";
const CANCELLED: &str = "a division, and a product that can be cancelled";

/// A weight that a file may hold. What is given here suits weights that are no semirings.
pub(super) trait Kind: WeightText + 'static {
    /// Applies an operation that sums over paths; `log` says how energies are summed, which have no sum of their own.
    fn sum(_: &Graph<Self>, _: &Sum, _: bool, _: Budget) -> Result<Graph<Self>, Refused> {
        Err(lacks::<Self>(SEMIRING))
    }

    /// Applies an operation that moves weights past each other.
    fn commuted(_: Commuted<'_, Self>) -> Result<Graph<Self>, Refused> {
        Err(lacks::<Self>("a product that commutes"))
    }

    /// ⊕.
    fn either(&self, _: &Self, _: bool) -> Result<Self, Refused> {
        Err(lacks::<Self>("a sum"))
    }

    /// ⊕ of arcs side by side: products before and behind them have to distribute over it.
    fn side_by_side(&self, _: &Self, _: bool) -> Result<Self, Refused> {
        Err(lacks::<Self>(SEMIRING))
    }

    /// Whether two deterministic acceptors are one language.
    fn equivalent(_: &Graph<Self>, _: &Graph<Self>, _: Tolerance, _: bool) -> Result<bool, Refused> {
        Err(lacks::<Self>(CANCELLED))
    }

    /// A finite energy changed as a number; other weights are refused.
    fn changed(&self, _: &dyn Fn(f64) -> f64) -> Result<Self, Refused> {
        Err(lacks::<Self>("energies"))
    }

    /// Sums over paths as text: one for every state up to the last that a path reaches, or the total.
    fn sums(_: &Graph<Self>, _: Span, _: bool) -> Result<Vec<String>, Refused> {
        Err(lacks::<Self>(SEMIRING))
    }
}

fn sums<S: Star + WeightText>(g: &Graph<S>, span: Span) -> Result<Vec<String>, Refused> {
    let lift = |_, w: &S| w.clone();
    let mut found = match span {
        Span::FromStart => sums_from_start(g, lift)?,
        Span::ToEnd => sums_to_end(g, lift)?,
        Span::Total => vec![path_sum_star(g, lift)?],
    };
    if span != Span::Total {
        found.truncate(found.iter().rposition(|sum| !sum.is_zero()).map_or(0, |last| last + 1));
    }
    Ok(found.iter().map(S::print_weight).collect())
}

impl Kind for Energy {
    fn sum(g: &Graph<Self>, op: &Sum, log: bool, budget: Budget) -> Result<Graph<Self>, Refused> {
        match log {
            false => Ok(op.ordered(&g.lift::<MinSum<f64>>(), budget)?.lower()),
            true => Ok(op.divided(&g.lift::<LogSum<f64>>(), budget)?.lower()),
        }
    }

    fn commuted(op: Commuted<'_, Self>) -> Result<Graph<Self>, Refused> {
        op.apply()
    }

    fn either(&self, other: &Self, log: bool) -> Result<Self, Refused> {
        Ok(match log {
            false => MinSum::<f64>::from(*self).plus(&MinSum::from(*other)).into(),
            true => LogSum::<f64>::from(*self).plus(&LogSum::from(*other)).into(),
        })
    }

    fn side_by_side(&self, other: &Self, log: bool) -> Result<Self, Refused> {
        self.either(other, log)
    }

    fn changed(&self, f: &dyn Fn(f64) -> f64) -> Result<Self, Refused> {
        if self.is_zero() {
            return Ok(*self);
        }
        let value = f(self.wide());
        let near = value as f32;
        if near.is_infinite() {
            return Err(BadWeight::OutOfRange { text: value.to_string() }.into());
        }
        Ok(Energy::new(near).map_err(BadWeight::from)?)
    }

    fn equivalent(a: &Graph<Self>, b: &Graph<Self>, tolerance: Tolerance, log: bool) -> Result<bool, Refused> {
        match log {
            false => Ok(ops::equivalent(&a.lift::<MinSum<f64>>(), &b.lift(), tolerance)?),
            true => Ok(ops::equivalent(&a.lift::<LogSum<f64>>(), &b.lift(), tolerance)?),
        }
    }

    fn sums(g: &Graph<Self>, span: Span, log: bool) -> Result<Vec<String>, Refused> {
        match log {
            false => sums(&g.lift::<MinSum<f64>>(), span),
            true => sums(&g.lift::<LogSum<f64>>(), span),
        }
    }
}

fn cancelled<S: Star + LeftDivide + Cancellative>(a: &Graph<S>, b: &Graph<S>, t: Tolerance) -> Result<bool, Refused> {
    Ok(ops::equivalent(a, b, t)?)
}

fn kept<S>(_: &Graph<S>, _: &Graph<S>, _: Tolerance) -> Result<bool, Refused> {
    Err(lacks::<S>(CANCELLED))
}

/// Semirings by what they have: `ordered` a path that is best and a division, `divided` a division, `starred` neither; and of each
/// those whose product can be `cancelled`, for equivalence, or cannot; and whether they are `changed` as numbers or `fixed`.
macro_rules! semirings {
    ($($sum:ident $equivalent:ident $changed:ident: $($type:ty),+;)+) => { $($(
        impl Kind for $type {
            fn sum(g: &Graph<Self>, op: &Sum, _: bool, budget: Budget) -> Result<Graph<Self>, Refused> {
                op.$sum(g, budget)
            }
            fn commuted(op: Commuted<'_, Self>) -> Result<Graph<Self>, Refused> {
                op.apply()
            }
            fn either(&self, other: &Self, _: bool) -> Result<Self, Refused> {
                Ok(self.plus(other))
            }
            fn side_by_side(&self, other: &Self, _: bool) -> Result<Self, Refused> {
                Ok(self.plus(other))
            }
            fn changed(&self, f: &dyn Fn(f64) -> f64) -> Result<Self, Refused> {
                $changed(self, f)
            }
            fn equivalent(a: &Graph<Self>, b: &Graph<Self>, t: Tolerance, _: bool) -> Result<bool, Refused> {
                $equivalent(a, b, t)
            }
            fn sums(g: &Graph<Self>, span: Span, _: bool) -> Result<Vec<String>, Refused> {
                sums(g, span)
            }
        }
    )+)+ };
}

semirings! {
    ordered cancelled changed: MinSum<f64>;
    ordered cancelled fixed: MinSum<f32>, Boolean;
    ordered kept fixed: MinMax<f64>, Lexicographic<MinSum<f64>, MinMax<f64>>;
    divided cancelled changed: LogSum<f64>;
    divided cancelled fixed: LogSum<f32>, Probability<f32>, Probability<f64>, SignedLog;
    divided kept fixed: Product<MinSum<f64>, LogSum<f64>>, Power<LogSum<f64>, 2>;
    starred kept fixed: Counting, KBest<3>, Expectation<Probability<f64>, Probability<f64>>,
        Expectation<LogSum<f64>, SignedLog>, SecondOrder<Probability<f64>, Probability<f64>>,
        SecondOrder<LogSum<f64>, SignedLog>, Entropy;
}

/// The enum of graphs, and what tells its variants apart.
macro_rules! graphs {
    ($($variant:ident: $type:ty),+ $(,)?) => {
        /// A graph of any weight that a file may hold.
        #[derive(Debug, Clone)]
        pub(super) enum Any {
            $($variant(Graph<$type>)),+
        }

        $(impl From<Graph<$type>> for Any {
            fn from(g: Graph<$type>) -> Self {
                Any::$variant(g)
            }
        })+

        impl Any {
            /// The name of the weights' type.
            pub(super) fn weight(&self) -> String {
                match self { $(Any::$variant(_) => type_name::<$type>()),+ }
            }

            /// Reads JSON of the weights that it names.
            fn of_json(text: &str, weight: &str) -> Result<(Self, Symbols, Symbols), json::JsonError> {
                $(if weight == type_name::<$type>() {
                    let json::File { graph, isymbols, osymbols } = json::read::<$type>(text)?;
                    return Ok((Any::$variant(graph), isymbols, osymbols));
                })+
                let known = [$(type_name::<$type>()),+];
                Err(json::JsonError::Kind { found: weight.to_owned(), expected: known.join(", ") })
            }

            fn as_any(&self) -> &dyn std::any::Any {
                match self { $(Any::$variant(g) => g),+ }
            }

            /// Whether it has no states.
            pub(super) fn is_empty(&self) -> bool {
                match self { $(Any::$variant(g) => g.start().is_none()),+ }
            }

            /// Asks a question of any graph.
            pub(super) fn ask<Q: Question>(&self, question: Q) -> Result<Q::Answer, Refused> {
                match self { $(Any::$variant(g) => question.of(g)),+ }
            }

            /// Asks a question of two graphs of one kind.
            pub(super) fn ask_both<Q: Question2>(&self, other: &Any, question: Q) -> Result<Q::Answer, Refused> {
                match (self, other) {
                    $((Any::$variant(a), Any::$variant(b)) => question.of(a, b),)+
                    _ => Err(Refused::Mixed { left: self.weight(), right: other.weight() }),
                }
            }
        }
    };
}

type Symbols = Option<SymbolTable>;

graphs! {
    Energy: Energy,
    MinSum32: MinSum<f32>,
    MinSum64: MinSum<f64>,
    LogSum32: LogSum<f32>,
    LogSum64: LogSum<f64>,
    Boolean: Boolean,
    Counting: Counting,
    Probability32: Probability<f32>,
    Probability64: Probability<f64>,
    MinMax: MinMax<f64>,
    SignedLog: SignedLog,
    KBest: KBest<3>,
    Product: Product<MinSum<f64>, LogSum<f64>>,
    Lexicographic: Lexicographic<MinSum<f64>, MinMax<f64>>,
    Power: Power<LogSum<f64>, 2>,
    ProbabilityExpectation: Expectation<Probability<f64>, Probability<f64>>,
    LogExpectation: Expectation<LogSum<f64>, SignedLog>,
    ProbabilitySecondOrder: SecondOrder<Probability<f64>, Probability<f64>>,
    LogSecondOrder: SecondOrder<LogSum<f64>, SignedLog>,
    Entropy: Entropy,
    StringLeft: StringLeft,
    StringRight: StringRight,
    GallicEnergy: Gallic<Energy>,
    GallicMinSum: Gallic<MinSum<f64>>,
    GallicLogSum: Gallic<LogSum<f64>>,
}

/// What is asked of a graph, whatever its weights.
pub(super) trait Question {
    type Answer;
    fn of<W: Kind>(self, g: &Graph<W>) -> Result<Self::Answer, Refused>
    where
        Any: From<Graph<W>>;
}

/// What is asked of two graphs of one kind.
pub(super) trait Question2 {
    type Answer;
    fn of<W: Kind>(self, a: &Graph<W>, b: &Graph<W>) -> Result<Self::Answer, Refused>
    where
        Any: From<Graph<W>>;
}

impl Any {
    /// Reads JSON.
    pub(super) fn from_json(text: &str, place: &str) -> Result<(Self, Symbols, Symbols), CliError> {
        /// The one field that says what the others are.
        #[derive(serde::Deserialize)]
        struct Head {
            weight: String,
        }
        let form = |e: serde_json::Error| json::JsonError::Form { why: e.to_string() };
        let head: Head = serde_json::from_str(text).map_err(form).at(place)?;
        Any::of_json(text, &head.weight).at(place)
    }

    /// The graph, where its weights are those.
    pub(super) fn of_kind<W: Kind>(&self) -> Result<&Graph<W>, Refused> {
        let mixed = || Refused::Mixed { left: type_name::<W>(), right: self.weight() };
        self.as_any().downcast_ref().ok_or_else(mixed)
    }

    /// The graph of energies; other weights are refused.
    pub(super) fn energies(&self) -> Result<&Graph<Energy>, Refused> {
        match self {
            Any::Energy(g) => Ok(g),
            other => Err(Refused::Kind { weight: other.weight(), needs: "energies" }),
        }
    }
}

/// An empty result is the empty graph, as in OpenFst.
pub(super) fn or_empty<W: Kind>(result: Result<Graph<W>, Refused>) -> Result<Graph<W>, Refused> {
    match result {
        Err(Refused::Op(OpError::Empty { .. })) => Ok(Graph::empty()),
        other => other,
    }
}
