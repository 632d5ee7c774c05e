//! Where states stand and where arcs bend.
//!
//! States stand in columns by rank, and between any two columns of states lies one of labels: the arcs from one
//! state to another are a bundle that gets a slot in one column of labels, as tall as its labels, and a bend in every
//! column that it passes. Nothing that has a slot can overlap another.

use super::order::Columns;

/// Room that a state takes around its centre.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateBox {
    pub(super) half_width: f64,
    pub(super) above: f64,
    pub(super) below: f64,
}

/// All arcs from one state to another one.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) source: usize,
    pub(super) target: usize,
    /// Number of arcs.
    pub(super) lines: usize,
    /// Of the widest label.
    pub(super) width: f64,
}

/// A bend of a bundle, or the slot of its labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bend {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Half the width of the labels; 0 in a mere bend.
    pub(super) half_label: f64,
}

pub(super) struct Layout {
    pub(super) states: Vec<(f64, f64)>,
    /// For each bundle its bends from source to target, at least one.
    pub(super) bends: Vec<Vec<Bend>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Height of one label.
pub(super) const LINE: f64 = 19.0;
/// Distance of the arcs of a bundle where it bends.
pub(super) const STRAND: f64 = 7.0;
const GAP: f64 = 14.0;
const MARGIN: f64 = 16.0;

/// Columns of states and labels that arcs of these ranks pass, both ends left out.
pub(super) fn span(ranks: &[usize], b: &Bundle) -> std::ops::Range<usize> {
    let (low, high) = (ranks[b.source].min(ranks[b.target]), ranks[b.source].max(ranks[b.target]));
    2 * low + 1..2 * high
}

/// A state, a bend or a slot.
struct Node {
    half_width: f64,
    above: f64,
    below: f64,
    bend: bool,
}

/// Places everything.
pub(super) fn place(ranks: &[usize], states: &[StateBox], bundles: &[Bundle]) -> Layout {
    let columns = ranks.iter().max().map_or(0, |r| 2 * r + 1);
    let mut nodes: Vec<Node> =
        states.iter().map(|s| Node { half_width: s.half_width, above: s.above, below: s.below, bend: false }).collect();
    let mut graph = Columns { columns: vec![Vec::new(); columns], before: Vec::new(), after: Vec::new() };
    ranks.iter().enumerate().for_each(|(s, r)| graph.columns[2 * r].push(s));
    graph.before.resize(nodes.len(), Vec::new());
    graph.after.resize(nodes.len(), Vec::new());
    let chains: Vec<Vec<usize>> = bundles.iter().map(|b| chain(ranks, b, &mut nodes, &mut graph)).collect();
    graph.uncross();
    let y = heights(&nodes, &graph);
    let x = abscissae(&nodes, &graph, &y);
    finish(states.len(), bundles, &chains, &nodes, (x, y))
}

/// Adds a bundle's bends to the columns that it passes and gives them from left to right.
fn chain(ranks: &[usize], bundle: &Bundle, nodes: &mut Vec<Node>, graph: &mut Columns) -> Vec<usize> {
    let span = span(ranks, bundle);
    let (from, to) = if ranks[bundle.source] < ranks[bundle.target] {
        (bundle.source, bundle.target)
    } else {
        (bundle.target, bundle.source)
    };
    // Odd columns hold labels.
    let middle = (span.start + span.end) / 2;
    let slot = middle - usize::from(middle.is_multiple_of(2));
    let mut chain = Vec::with_capacity(span.len());
    let mut last = from;
    for column in span {
        let line = if column == slot { LINE } else { STRAND };
        let half = bundle.lines as f64 * line / 2.0;
        let half_width = if column == slot { bundle.width / 2.0 } else { 0.0 };
        // A label stands on its line, so a slot reaches further up.
        let above = if column == slot { half + 6.0 } else { half };
        nodes.push(Node { half_width, above, below: half, bend: true });
        let node = nodes.len() - 1;
        graph.columns[column].push(node);
        graph.before.push(vec![last]);
        graph.after.push(Vec::new());
        graph.after[last].push(node);
        chain.push(node);
        last = node;
    }
    graph.after[last].push(to);
    graph.before[to].push(last);
    chain
}

/// Draws every node to the mean height of its neighbours as far as the column's order and gaps allow.
fn heights(nodes: &[Node], graph: &Columns) -> Vec<f64> {
    let mut y = vec![0.0; nodes.len()];
    for column in &graph.columns {
        settle(column, nodes, &mut y, |_| 0.0);
    }
    for sweep in 0..40 {
        let count = graph.columns.len();
        for step in 0..count {
            let c = if sweep % 2 == 0 { step } else { count - 1 - step };
            let old = y.clone();
            settle(&graph.columns[c], nodes, &mut y, |node| {
                let near = || graph.before[node].iter().chain(&graph.after[node]);
                // Bends follow one another closely, so that long arcs run straight.
                let weight = |n: usize| if nodes[node].bend && nodes[n].bend { 4.0 } else { 1.0 };
                let total: f64 = near().map(|&n| weight(n)).sum();
                let sum: f64 = near().map(|&n| weight(n) * old[n]).sum();
                if total == 0.0 { old[node] } else { sum / total }
            });
        }
    }
    y
}

/// Least-squares heights of one column under its gaps: isotonic regression by pooling neighbours that collide.
fn settle(column: &[usize], nodes: &[Node], y: &mut [f64], wish: impl Fn(usize) -> f64) {
    // Offset of each node in a column packed tight; wishes minus offsets must not decrease.
    let mut offsets = Vec::with_capacity(column.len());
    let mut pools: Vec<(f64, usize)> = Vec::new();
    let mut offset = 0.0;
    for (i, &node) in column.iter().enumerate() {
        if i > 0 {
            offset += nodes[column[i - 1]].below + nodes[node].above + GAP;
        }
        offsets.push(offset);
        let mut pool = (wish(node) - offset, 1);
        while let Some(&(mean, size)) = pools.last() {
            if mean < pool.0 {
                break;
            }
            pools.pop();
            let sum = mean * size as f64 + pool.0 * pool.1 as f64;
            pool = (sum / (size + pool.1) as f64, size + pool.1);
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|&(mean, size)| std::iter::repeat_n(mean, size));
    for ((&node, offset), mean) in column.iter().zip(offsets).zip(means) {
        y[node] = mean + offset;
    }
}

/// Columns from left to right, further apart where arcs climb steeply.
fn abscissae(nodes: &[Node], graph: &Columns, y: &[f64]) -> Vec<f64> {
    let mut x = vec![0.0; nodes.len()];
    let mut left = MARGIN;
    for (c, column) in graph.columns.iter().enumerate() {
        let half = column.iter().map(|&n| nodes[n].half_width).fold(0.0, f64::max);
        if c > 0 {
            let climbs = column
                .iter()
                .flat_map(|&n| graph.before[n].iter().map(move |&b| (y[n] - y[b]).abs() + 0.6 * nodes[n].below));
            left += (climbs.fold(0.0, f64::max) * 0.3).clamp(20.0, 110.0);
        }
        column.iter().for_each(|&n| x[n] = left + half);
        left += 2.0 * half;
    }
    x
}

fn finish(
    states: usize,
    bundles: &[Bundle],
    chains: &[Vec<usize>],
    nodes: &[Node],
    (x, y): (Vec<f64>, Vec<f64>),
) -> Layout {
    let top = nodes.iter().zip(&y).map(|(n, y)| y - n.above).fold(f64::INFINITY, f64::min);
    let bottom = nodes.iter().zip(&y).map(|(n, y)| y + n.below).fold(top, f64::max);
    let right = nodes.iter().zip(&x).map(|(n, x)| x + n.half_width).fold(0.0, f64::max);
    let at = |node: usize| (x[node], y[node] - top + MARGIN);
    let bends = bundles.iter().zip(chains).map(|(bundle, chain)| {
        let mut bends: Vec<Bend> = chain
            .iter()
            .map(|&node| Bend { x: at(node).0, y: at(node).1, half_label: nodes[node].half_width })
            .collect();
        if bends.first().is_some_and(|b| b.x < at(bundle.source).0) {
            bends.reverse();
        }
        bends
    });
    let bends = bends.collect();
    let height = if nodes.is_empty() { 0.0 } else { bottom - top };
    Layout { states: (0..states).map(at).collect(), bends, width: right + MARGIN, height: height + 2.0 * MARGIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: StateBox = StateBox { half_width: 18.0, above: 18.0, below: 18.0 };

    #[test]
    fn nothing_in_a_column_overlaps() {
        let bundle = |source, target, lines| Bundle { source, target, lines, width: 30.0 };
        let bundles = [bundle(0, 1, 3), bundle(0, 2, 1), bundle(0, 3, 9), bundle(1, 3, 1), bundle(2, 3, 2)];
        let layout = place(&[0, 1, 1, 2], &[BOX; 4], &bundles);
        assert!((layout.states[1].1 - layout.states[2].1).abs() >= 36.0);
        let mut slots: Vec<(f64, f64)> = bundles
            .iter()
            .zip(&layout.bends)
            .filter_map(|(b, bends)| Some((bends.iter().find(|b| b.half_label > 0.0)?.y, b.lines as f64 * LINE / 2.0)))
            .take(3)
            .collect();
        slots.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in slots.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= pair[0].1 + pair[1].1, "{slots:?}");
        }
    }

    #[test]
    fn a_lonely_wish_is_granted_and_colliding_ones_share_the_loss() {
        let nodes: Vec<Node> = (0..2).map(|_| Node { half_width: 0.0, above: 1.0, below: 1.0, bend: false }).collect();
        let mut y = vec![0.0; 2];
        settle(&[0, 1], &nodes, &mut y, |n| [0.0, 100.0][n]);
        assert_eq!(y, [0.0, 100.0]);
        settle(&[0, 1], &nodes, &mut y, |_| 10.0);
        assert_eq!((y[0] + y[1], y[1] - y[0]), (20.0, 2.0 + GAP));
    }

    #[test]
    fn bends_run_from_source_to_target_backwards_too() {
        let bundles = [
            Bundle { source: 0, target: 1, lines: 1, width: 9.0 },
            Bundle { source: 1, target: 2, lines: 1, width: 9.0 },
            Bundle { source: 2, target: 0, lines: 1, width: 9.0 },
        ];
        let layout = place(&[0, 1, 2], &[BOX; 3], &bundles);
        assert_eq!(layout.bends[2].len(), 3);
        assert!(layout.bends[2].windows(2).all(|b| b[0].x > b[1].x));
    }
}
