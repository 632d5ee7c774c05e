//! A recognition graph composed with a small grammar: run with `cargo run --release --example compose`.
//!
//! Someone wrote "4.50". Four cuts gave five places between which the recogniser saw symbols; the grammar knows that an
//! amount has a point and two digits behind it.

use energraph::ops::{Compose, compose};
use energraph::paths::{Beta, best_path, free_energy, posteriors};
use energraph::{Energy, Graph, GraphBuilder, Label};

/// Label 0 is epsilon, so digit d is label d + 1.
const POINT: Label = 11;

fn label(symbol: char) -> Label {
    symbol.to_digit(10).map_or(POINT, |d| d + 1)
}

fn text(labels: &[Label]) -> String {
    labels.iter().map(|&l| if l == POINT { '.' } else { char::from(b'0' + (l - 1) as u8) }).collect()
}

/// What the recogniser saw: (from cut, to cut, symbol, energy). Lower is better.
fn recognition() -> Result<Graph<Energy>, Box<dyn std::error::Error>> {
    let seen = [
        (0, 1, '4', 0.2),
        (0, 1, '9', 1.8),
        (1, 2, '1', 0.4), // the point is large: alone, it looks like a one
        (1, 2, '.', 0.7),
        (2, 3, '5', 0.3),
        (2, 3, '6', 1.9),
        (3, 4, '0', 0.1),
        (0, 2, '4', 1.5), // four and point as one piece
        (2, 4, '8', 2.5),
    ];
    let mut b = GraphBuilder::new();
    b.add_states(5);
    b.start(0);
    for (from, to, symbol, energy) in seen {
        b.arc(from, label(symbol), label(symbol), Energy::new(energy)?, to);
    }
    b.final_weight(4, Energy::FREE);
    Ok(b.build()?)
}

/// Digits, a point, two digits. A transducer: the point is read and not written, so the answer is in cents.
fn grammar() -> Result<Graph<Energy>, Box<dyn std::error::Error>> {
    let mut b = GraphBuilder::new();
    let (whole, tens, ones, end) = (b.state(), b.state(), b.state(), b.state());
    b.start(whole);
    for digit in 1..=10 {
        b.arc(whole, digit, digit, Energy::FREE, whole);
        b.arc(tens, digit, digit, Energy::FREE, ones);
        b.arc(ones, digit, digit, Energy::FREE, end);
    }
    b.arc(whole, POINT, 0, Energy::FREE, tens);
    b.final_weight(end, Energy::FREE);
    Ok(b.build()?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (seen, grammar) = (recognition()?, grammar()?);
    let alone = best_path(&seen)?.ok_or("no path")?;
    println!("without grammar  {}  energy {:.2}", text(&alone.output), alone.energy);

    let amounts = compose(&seen, &grammar, &Compose::default())?;
    let best = best_path(&amounts.graph)?.ok_or("no amount")?;
    println!("with grammar     {}  energy {:.2}, {} cents", text(&best.input), best.energy, text(&best.output));

    // The probability of each arc of the composition flows back to the arcs of the recognition graph.
    let beta = Beta::finite(1.0)?;
    let mut share = energraph::SiteValues::zeros(&seen);
    amounts.origin.pull_back(&posteriors(&amounts.graph, beta)?, 0, &mut share);
    println!("free energy      {:.3}", free_energy(&amounts.graph, beta)?);
    for (id, from, arc) in seen.arcs_with_source() {
        println!("  cuts {from}–{}  {}  posterior {:.3}", arc.target, text(&[arc.ilabel]), share.arcs[id as usize]);
    }
    Ok(())
}
