//! A semiring of your own: how many shortest routes are there?
//!
//! A weight holds the lowest cost and how many paths reach it: min-sum and counting in one pass, which neither can do
//! alone. The law kit checks that it is a semiring, and [`path_sum`] runs in it like in any other.
//!
//!     cargo run --release --example own_semiring
//!     cargo test --release --example own_semiring

use energraph::laws::{self, Config, Laws, Sample, Samples};
use energraph::paths::path_sum;
use energraph::semiring::Tolerance;
use energraph::{Commutative, Counting, Energy, GraphBuilder, Semiring, Weight};

/// The lowest cost and the number of paths of that cost. Costs are whole numbers, since ties must be exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Shortest {
    cost: u64,
    paths: Counting,
}

impl Shortest {
    /// One step of a given cost.
    fn step(cost: u64) -> Self {
        Shortest { cost, paths: Counting(1) }
    }
}

impl Weight for Shortest {
    fn one() -> Self {
        Shortest::step(0)
    }
    fn zero() -> Self {
        Shortest { cost: u64::MAX, paths: Counting(0) }
    }
    fn times(&self, r: &Self) -> Self {
        match self.cost.checked_add(r.cost) {
            Some(cost) if cost < u64::MAX => Shortest { cost, paths: self.paths.times(&r.paths) },
            // No path, or a cost beyond what can be told from no path: one value stands for both.
            _ => Self::zero(),
        }
    }
    fn close(&self, r: &Self, _: Tolerance) -> bool {
        self == r
    }
}

impl Semiring for Shortest {
    fn plus(&self, r: &Self) -> Self {
        match self.cost.cmp(&r.cost) {
            std::cmp::Ordering::Less => *self,
            std::cmp::Ordering::Greater => *r,
            std::cmp::Ordering::Equal => Shortest { cost: self.cost, paths: self.paths.plus(&r.paths) },
        }
    }
}

impl Commutative for Shortest {}

impl Sample for Shortest {
    // Few costs, so that ties are common; 0̄ and 1̄ are drawn anyway.
    fn exact() -> Samples<Self> {
        laws::boxed((0..5_u64, 1..4_u64), |(cost, paths)| Shortest { cost, paths: Counting(paths) })
    }
    fn laws() -> Laws<Self> {
        Laws::weight().semiring().commutative()
    }
}

#[cfg(test)]
energraph::semiring_laws!(mod shortest_laws: Shortest => Semiring, Commutative);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", laws::check::<Shortest>(&Config::default()));

    // Corners of a grid of streets; every block takes 2 minutes east and 3 south, but the first street is dug up.
    const SIDE: u32 = 5;
    let mut grid = GraphBuilder::new();
    grid.add_states((SIDE * SIDE) as usize);
    grid.start(0);
    grid.final_weight(SIDE * SIDE - 1, Energy::FREE);
    for corner in 0..SIDE * SIDE {
        let (row, column) = (corner / SIDE, corner % SIDE);
        if column + 1 < SIDE {
            let minutes = if row == 0 { 4.0 } else { 2.0 };
            grid.arc(corner, 1, 1, Energy::new(minutes)?, corner + 1);
        }
        if row + 1 < SIDE {
            grid.arc(corner, 2, 2, Energy::new(3.0)?, corner + SIDE);
        }
    }
    let grid = grid.build()?;

    let all = path_sum(&grid, |_, _| Counting::one())?;
    let shortest = path_sum(&grid, |_, minutes| Shortest::step(minutes.get() as u64))?;
    println!("{} routes, {} of them of {} minutes", all.0, shortest.paths.0, shortest.cost);
    // The best routes leave the first street at once: 1 step south, then any of C(7, 3).
    assert_eq!(shortest, Shortest { cost: 20, paths: Counting(35) });
    Ok(())
}
