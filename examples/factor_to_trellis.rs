//! A factor graph as a trellis: every configuration is a path, every factor value stands on one arc.
//!
//! Z1, Z2 (latent) and Y1 are binary, Y2 is ternary. Four factors tie them into a chain:
//!
//! ```text
//! Ea(Z1)   Eb(Z1, Z2)   Ec(Z2, Y1)   Ed(Y1, Y2)      2 + 4 + 4 + 6 = 16 values
//! ```
//!
//! Trying all 2·2·2·3 = 24 configurations looks up 24 × 4 = 96 factor values. In the trellis each of the 16 values
//! is the weight of one arc, and the best of the 24 paths is found by visiting each arc once.

use energraph::factor::{FactorGraph, Order, Role};
use energraph::ops::Budget;
use energraph::paths::{Beta, best_path, free_energy};
use ndarray::{arr1, arr2};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut g = FactorGraph::new();
    let z1 = g.variable("Z1", 2, Role::Latent)?;
    let z2 = g.variable("Z2", 2, Role::Latent)?;
    let y1 = g.variable("Y1", 2, Role::Output)?;
    let y2 = g.variable("Y2", 3, Role::Output)?;
    g.factor(&[z1], arr1(&[0.5, 1.0]).into_dyn())?;
    g.factor(&[z1, z2], arr2(&[[0.25, 2.0], [1.5, 0.0]]).into_dyn())?;
    g.factor(&[z2, y1], arr2(&[[1.0, 0.5], [0.125, 3.0]]).into_dyn())?;
    g.factor(&[y1, y2], arr2(&[[0.0, 1.0, 2.0], [2.5, 0.75, 0.5]]).into_dyn())?;

    let (trellis, symbols) = g.trellis(&Order::Declared, Budget::default())?;
    println!("{} states, {} arcs:", trellis.graph.states(), trellis.graph.arc_count());
    for (id, source, arc) in trellis.graph.arcs_with_source() {
        let factors: Vec<u32> = trellis.origin.arc(id).iter().map(|s| s.input).collect();
        let choice = symbols.symbol(arc.ilabel).unwrap_or("?");
        println!("  {source} -> {}  {choice}  energy {:<5} from factor {factors:?}", arc.target, arc.weight);
    }

    let best = best_path(&trellis.graph)?.ok_or("no configuration is possible")?;
    let names: Vec<&str> = best.input.iter().filter_map(|&l| symbols.symbol(l)).collect();
    println!("best path: {} at energy {}", names.join(" "), best.energy);
    println!("free energy at β = 1, over all configurations: {:.6}", free_energy(&trellis.graph, Beta::ONE)?);

    // The tedious way, to see that both agree.
    let mut best = (f64::INFINITY, [0; 4]);
    let mut lookups = 0;
    for c in 0..24 {
        let configuration = [c / 12, c / 6 % 2, c / 3 % 2, c % 3];
        let energy = g.energy(&configuration)?;
        lookups += g.factors();
        if energy < best.0 {
            best = (energy, configuration);
        }
    }
    println!("brute force: {lookups} factor values looked up, lowest energy {} at Z1 Z2 Y1 Y2 = {:?}", best.0, best.1);
    Ok(())
}
