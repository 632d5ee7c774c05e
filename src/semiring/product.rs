//! Two questions at once.

use super::{Commutative, Diverges, Idempotent, LeftDivide, Quantum, Semiring, Star, Tolerance, Weight};

/// Both, side by side: ⊕, ⊗, 0̄ and 1̄ part by part. One pass answers two questions.
///
/// Everything holds of it that holds of both parts, but for the path property and for
/// [`Cancellative`](super::Cancellative). The best in one part may not be the best in the other, and no path carries the
/// sum; [`Lexicographic`](super::Lexicographic) decides between them. And `(0̄, 1̄)`, which is not 0̄, makes one of `(a, c)`
/// and `(b, c)`, so that [`equivalent`](crate::ops::equivalent()) has to be asked of each part alone.
///
/// ```compile_fail,E0277
/// use energraph::ops::{acceptor, prune};
/// use energraph::semiring::{Product, Weight};
/// use energraph::{Graph, MinSum};
/// let g: Graph<Product<MinSum<f64>, MinSum<f64>>> = acceptor(&[1]).unwrap_or(Graph::empty());
/// let _ = prune(&g, &Product::one());
/// ```
///
/// ```compile_fail,E0277
/// use energraph::ops::{acceptor, equivalent};
/// use energraph::semiring::{Product, Tolerance};
/// use energraph::{Graph, MinSum};
/// let g: Graph<Product<MinSum<f64>, MinSum<f64>>> = acceptor(&[1]).unwrap_or(Graph::empty());
/// let _ = equivalent(&g, &g, Tolerance::EXACT);
/// ```
///
/// ```
/// use energraph::paths::path_sum;
/// use energraph::semiring::Product;
/// use energraph::{Counting, Energy, GraphBuilder, MinSum};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 1, Energy::new(2.0)?, 1);
/// b.arc(0, 2, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let Product(best, paths) = path_sum(&b.build()?, |_, &e| Product(MinSum::<f64>::from(e), Counting(1)))?;
/// assert_eq!((best.get(), paths), (0.5, Counting(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Product<A, B>(pub A, pub B);

impl<A: Weight, B: Weight> Weight for Product<A, B> {
    fn one() -> Self {
        Product(A::one(), B::one())
    }
    fn zero() -> Self {
        Product(A::zero(), B::zero())
    }
    fn times(&self, r: &Self) -> Self {
        Product(self.0.times(&r.0), self.1.times(&r.1))
    }
    fn close(&self, r: &Self, tolerance: Tolerance) -> bool {
        self.0.close(&r.0, tolerance) && self.1.close(&r.1, tolerance)
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero() && self.1.is_zero()
    }
}

impl<A: Commutative, B: Commutative> Commutative for Product<A, B> {}

impl<A: Semiring, B: Semiring> Semiring for Product<A, B> {
    fn plus(&self, r: &Self) -> Self {
        Product(self.0.plus(&r.0), self.1.plus(&r.1))
    }
}

impl<A: Idempotent, B: Idempotent> Idempotent for Product<A, B> {}

impl<A: Star, B: Star> Star for Product<A, B> {
    /// Part by part; it diverges where one of them does.
    fn star(&self) -> Result<Self, Diverges> {
        Ok(Product(self.0.star()?, self.1.star()?))
    }

    fn absolute(&self) -> Option<Self> {
        match (self.0.absolute(), self.1.absolute()) {
            (None, None) => None,
            (a, b) => Some(Product(a.unwrap_or_else(|| self.0.clone()), b.unwrap_or_else(|| self.1.clone()))),
        }
    }
}

impl<A: LeftDivide, B: LeftDivide> LeftDivide for Product<A, B> {
    fn left_divide(&self, by: &Self) -> Option<Self> {
        if by.is_zero() {
            return None;
        }
        Some(Product(divide_part(&self.0, &by.0)?, divide_part(&self.1, &by.1)?))
    }

    fn quantize(&self, quantum: Quantum) -> Self {
        Product(self.0.quantize(quantum), self.1.quantize(quantum))
    }
}

/// One part of a quotient whose divisor is not 0̄ as a whole. 0̄ by 0̄ leaves the part open, and 0̄ is what does not bring
/// back what is impossible.
pub(super) fn divide_part<S: LeftDivide>(part: &S, by: &S) -> Option<S> {
    if by.is_zero() { part.is_zero().then(S::zero) } else { part.left_divide(by) }
}
