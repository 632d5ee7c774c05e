//! Dynamic time warping against enumeration of every warping, against the table built as a graph, and against finite
//! differences.

#[path = "trellis_graphs/mod.rs"]
mod cases;
#[path = "paths_graphs/mod.rs"]
mod graphs;

use cases::{close, random_emissions};
use energraph::trellis::{DtwError, DtwOptions, DtwStep, StepPattern, dtw_free_energy, dtw_path, dtw_posteriors};
use energraph::{Beta, Energy, GraphBuilder, Site, oracle, paths};
use graphs::Dice;
use ndarray::{Array2, array};

/// A warping: the cells it counts with their weights, and its steps from the end back: 0 begins, others are counted from 1.
#[derive(Clone)]
struct Way {
    energy: f64,
    counted: Vec<((usize, usize), f32)>,
    steps: Vec<usize>,
    end: usize,
}

/// Every warping, from the beginnings on.
fn warpings(costs: &Array2<f32>, o: &DtwOptions) -> Vec<Way> {
    fn within(costs: &Array2<f32>, o: &DtwOptions, cell: (usize, usize)) -> bool {
        cell.0 < costs.nrows() && cell.1 < costs.ncols() && o.band.is_none_or(|r| cell.0.abs_diff(cell.1) <= r)
    }
    fn count(costs: &Array2<f32>, way: &mut Way, cell: (usize, usize), weight: f32) {
        way.counted.push((cell, weight));
        if weight > 0.0 {
            way.energy += f64::from(weight) * f64::from(costs[cell]);
        }
    }
    fn go(costs: &Array2<f32>, o: &DtwOptions, at: (usize, usize), way: &Way, all: &mut Vec<Way>) {
        let is_end = at.0 + 1 == costs.nrows() && (o.open_end || at.1 + 1 == costs.ncols());
        if is_end && way.energy < f64::INFINITY {
            let steps = way.steps.iter().rev().copied().collect();
            all.push(Way { steps, end: at.1, ..way.clone() });
        }
        for (number, step) in o.steps.steps().iter().enumerate() {
            let to = (at.0 + step.rows, at.1 + step.columns);
            if !within(costs, o, to) {
                continue;
            }
            let passed: Vec<_> = step.cells.iter().map(|c| ((to.0 - c.0, to.1 - c.1), c.2)).collect();
            if passed.iter().all(|c| within(costs, o, c.0)) {
                let mut on = way.clone();
                on.steps.push(number + 1);
                passed.iter().for_each(|c| count(costs, &mut on, c.0, c.1));
                go(costs, o, to, &on, all);
            }
        }
    }
    let mut all = Vec::new();
    let none = Way { energy: 0.0, counted: Vec::new(), steps: vec![0], end: 0 };
    if costs.nrows() == 0 && (costs.ncols() == 0 || o.open_begin || o.open_end) {
        all.push(none.clone());
    }
    for begin in (0..costs.ncols()).filter(|&j| j == 0 || o.open_begin).filter(|&j| within(costs, o, (0, j))) {
        let mut way = none.clone();
        count(costs, &mut way, (0, begin), o.steps.first());
        go(costs, o, (0, begin), &way, &mut all);
    }
    all
}

/// A knight's moves and a diagonal, which counts a cell it passes twice and its end not at all.
fn own_steps() -> StepPattern {
    let step = |rows, columns, cells: &[(usize, usize, f32)]| DtwStep { rows, columns, cells: cells.to_vec() };
    let steps = vec![
        step(1, 2, &[(0, 1, 0.5), (0, 0, 1.0)]),
        step(2, 1, &[(1, 0, 0.0), (0, 0, 1.5)]),
        step(1, 1, &[(1, 1, 2.0), (0, 0, 0.0)]),
        step(0, 3, &[]),
    ];
    StepPattern::new(0.5, steps).unwrap()
}

fn cases() -> impl Iterator<Item = (Array2<f32>, DtwOptions)> {
    (0..1_600).map(|seed| {
        let mut dice = Dice(seed ^ 0xD7);
        let steps = match dice.below(5) {
            0 => StepPattern::plain(),
            4 => own_steps(),
            p => StepPattern::sakoe_chiba(p as usize - 1),
        };
        let band = dice.chance(30).then(|| dice.below(4) as usize);
        let o = DtwOptions { steps, band, open_begin: dice.chance(30), open_end: dice.chance(30) };
        let (rows, columns, ties) = (dice.below(6) as usize, dice.below(6) as usize, dice.chance(40));
        // Numbers too small to leave a trace in a sum would tie in one order of adding and not in another.
        let costs =
            random_emissions(&mut dice, rows, columns, ties).mapv(|x| if x.abs() < 1e-30 { x * 0.0 } else { x });
        (costs, o)
    })
}

#[test]
fn free_energies_are_those_of_all_warpings() {
    let mut possible = 0;
    for (costs, o) in cases() {
        let all = warpings(&costs, &o);
        for beta in [1.0, 0.3, 4.0, 1e-300, 1e9, f64::INFINITY] {
            let b = Beta::finite(beta).unwrap_or(Beta::Infinite);
            let found = dtw_free_energy(costs.view(), &o, b).unwrap();
            let expected = oracle::free_energy(all.iter().map(|w| w.energy), beta).max(f64::MIN);
            assert!(close(found, expected), "β = {beta}: {found} {expected}");
        }
        possible += usize::from(all.len() > 1);
    }
    assert!(possible > 300, "{possible}");
}

#[test]
fn the_best_warping_is_the_least_of_all_and_ties_are_settled_from_the_end() {
    let mut ties = 0;
    for (costs, o) in cases() {
        let mut all = warpings(&costs, &o);
        let least = oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY);
        all.retain(|w| w.energy == least);
        let expected = all.iter().min_by_key(|w| (w.end, w.steps.clone()));
        let found = dtw_path(costs.view(), &o).unwrap();
        assert_eq!(found.is_some(), expected.is_some());
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        assert_eq!(found.energy, least);
        assert!(found.cells.iter().eq(expected.counted.iter().map(|c| &c.0)), "{found:?} {:?}", expected.counted);
        ties += usize::from(all.len() > 1);
    }
    assert!(ties > 50, "{ties}");
}

#[test]
fn gradients_are_expected_weights_and_at_infinite_beta_those_of_the_best_warping() {
    for (costs, o) in cases() {
        let all = warpings(&costs, &o);
        let least = oracle::free_energy(all.iter().map(|w| w.energy), f64::INFINITY);
        for beta in [1.0, 0.3, 4.0, 1e-300] {
            let found = dtw_posteriors(costs.view(), &o, Beta::finite(beta).unwrap()).unwrap();
            let part = |w: &Way| (beta * (least - w.energy)).exp();
            let total: f64 = all.iter().map(part).sum();
            let mut expected = Array2::<f64>::zeros(costs.dim());
            for w in &all {
                w.counted.iter().for_each(|&(cell, weight)| expected[cell] += f64::from(weight) * part(w) / total);
            }
            for (f, e) in found.costs.iter().zip(&expected) {
                assert!((f64::from(*f) - e).abs() < 1e-5, "{f} {e}");
            }
        }
        let found = dtw_posteriors(costs.view(), &o, Beta::Infinite).unwrap();
        let mut expected = Array2::<f32>::zeros(costs.dim());
        let best = all.iter().filter(|w| w.energy == least).min_by_key(|w| (w.end, w.steps.clone()));
        best.iter().flat_map(|w| &w.counted).for_each(|&(cell, weight)| expected[cell] += weight);
        assert_eq!((found.costs, found.free_energy), (expected, least));
    }
}

#[test]
fn gradients_are_finite_differences() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let steps = if dice.chance(50) { StepPattern::sakoe_chiba(1) } else { own_steps() };
        let o = DtwOptions { steps, open_end: true, ..DtwOptions::default() };
        let x: Vec<f64> = (0..20).map(|_| f64::from(dice.below(128)) / 32.0).collect();
        let matrix = |x: &[f64]| Array2::from_shape_vec((4, 5), x.iter().map(|x| *x as f32).collect()).unwrap();
        let value = |x: &[f64]| dtw_free_energy(matrix(x).view(), &o, Beta::ONE).unwrap();
        let found = dtw_posteriors(matrix(&x).view(), &o, Beta::ONE).unwrap();
        for (f, s) in found.costs.iter().zip(oracle::finite_differences(value, &x, 1.0 / 64.0)) {
            assert!((f64::from(*f) - s).abs() < 1e-3, "{f} {s}");
        }
    }
}

#[test]
fn the_table_built_as_a_graph_gives_the_same_numbers() {
    let (rows, columns) = (12, 15);
    let mut dice = Dice(2);
    let costs = Array2::from_shape_simple_fn((rows, columns), || dice.below(256) as f32 / 64.0);
    // A state before each cell, whose arcs count it, and one behind the last.
    let state = |i: usize, j: usize| (i * columns + j) as u32;
    let mut b = GraphBuilder::new();
    b.add_states(rows * columns + 1);
    b.start(0);
    let mut cell_of = Vec::new();
    for ((i, j), &cost) in costs.indexed_iter() {
        let ends = [(i + 1, j + 1), (i + 1, j), (i, j + 1)].into_iter().filter(|c| c.0 < rows && c.1 < columns);
        let mut to: Vec<u32> = ends.map(|c| state(c.0, c.1)).collect();
        if (i + 1, j + 1) == (rows, columns) {
            to.push((rows * columns) as u32);
        }
        for to in to {
            b.arc(state(i, j), 1, 1, Energy::new(cost).unwrap(), to);
            cell_of.push((i, j));
        }
    }
    b.final_weight((rows * columns) as u32, Energy::FREE);
    let g = b.build().unwrap();
    for beta in [Beta::ONE, Beta::finite(0.2).unwrap(), Beta::Infinite] {
        let (found, built) =
            (dtw_posteriors(costs.view(), &DtwOptions::default(), beta).unwrap(), paths::posteriors(&g, beta).unwrap());
        assert!(close(found.free_energy, paths::free_energy(&g, beta).unwrap()));
        if beta == Beta::Infinite {
            continue; // ties are settled elsewhere
        }
        let mut expected = Array2::<f64>::zeros(costs.dim());
        cell_of.iter().enumerate().for_each(|(arc, cell)| expected[*cell] += built.get(Site::Arc(arc as u32)));
        assert!(found.costs.iter().zip(&expected).all(|(f, e)| (f64::from(*f) - e).abs() < 1e-6));
    }
}

#[test]
fn numbers_of_others_are_found() {
    // tslearn 0.10.0: `soft_dtw(x, y, gamma)`, and `dtw(x, y) ** 2`, which has the root of the sum.
    let cases: [([&[f32]; 2], [f64; 3]); 4] = [
        ([&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]], [1.0, -0.8954437807217475, 1.0]),
        ([&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]], [0.1, 0.999963683353543, 1.0]),
        ([&[1.0, 2.0, 3.0, 3.0], &[1.0, 2.0, 2.1, 3.2]], [0.01, 0.09000001907349997, 0.09000001907349998]),
        ([&[0.0, 1.0, 0.0, 2.0, 5.0, 1.0], &[0.0, 0.0, 1.0, 3.0, 1.0]], [2.0, -0.9600696673754024, 6.0]),
    ];
    let o = DtwOptions::default();
    for ([x, y], [gamma, soft, hard]) in cases {
        // Costs are f32.
        let costs = Array2::from_shape_fn((x.len(), y.len()), |(i, j)| (x[i] - y[j]).powi(2));
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        near(dtw_free_energy(costs.view(), &o, finite(1.0 / gamma)).unwrap(), soft);
        near(dtw_free_energy(costs.view(), &o, Beta::Infinite).unwrap(), hard);
    }
    // `SquaredEuclidean(x, y)`, then `SoftDTW(D, gamma=0.5).compute()` and `.grad()`.
    let (x, y) =
        (array![[0.0, 1.0], [2.0, 1.0], [1.0, 3.0], [4.0, 0.0_f32]], array![[1.0, 1.0], [1.0, 2.0], [3.0, 1.0]]);
    let costs = Array2::from_shape_fn((4, 3), |(i, j)| (&x.row(i) - &y.row(j)).mapv(|d| d * d).sum());
    let found = dtw_posteriors(costs.view(), &o, finite(2.0)).unwrap();
    assert!((found.free_energy - 4.9273158449637915).abs() < 1e-12);
    let expected = array![
        [1.00000000e+00, 2.14340175e-03, 2.00570010e-16],
        [8.80831547e-01, 1.35006058e-01, 2.83623352e-08],
        [2.90075827e-04, 9.99999859e-01, 2.53158778e-07],
        [2.25711811e-23, 5.12003849e-12, 1.00000000e+00]
    ];
    for (found, expected) in found.costs.iter().zip(&expected) {
        assert!((f64::from(*found) - expected).abs() < 1e-6 * expected, "{found} {expected}");
    }
}

fn finite(beta: f64) -> Beta {
    Beta::finite(beta).unwrap()
}

/// `dtw(C, step_pattern=…)` of dtw-python 1.9.0: where a warping steps, beside the cells that ours counts.
#[test]
fn step_patterns_of_others_are_found() {
    let made = |i: usize, j: usize| ((i * 7 + j * 5) * 13 % 17) as f32 / 4.0;
    let costs = Array2::from_shape_fn((6, 8), |(i, j)| made(i, j));
    let energy = |o: &DtwOptions| dtw_path(costs.view(), o).unwrap().map(|p| p.energy);
    let steps = |steps| DtwOptions { steps, ..DtwOptions::default() };
    // symmetric1, and with window_type="sakoechiba", window_size 2; symmetric2, symmetricP1, symmetricP2.
    assert_eq!(energy(&DtwOptions::default()), Some(5.25));
    assert_eq!(energy(&DtwOptions { band: Some(2), ..DtwOptions::default() }), Some(6.0));
    for (p, expected) in [(0, 8.25), (1, 8.25), (2, 18.75)] {
        assert_eq!(energy(&steps(StepPattern::sakoe_chiba(p))), Some(expected));
    }
    let path = dtw_path(costs.view(), &DtwOptions::default()).unwrap().unwrap();
    assert_eq!(path.cells, [(0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (3, 6), (4, 7), (5, 7)]);
    // asymmetric, of the rows in reverse, with open_begin and open_end.
    let costs = costs.slice(ndarray::s![..;-1, ..]);
    let step = |columns| DtwStep { rows: 1, columns, cells: vec![(0, 0, 1.0)] };
    let asymmetric = StepPattern::new(1.0, (0..3).map(step).collect()).unwrap();
    for (open_begin, open_end, energy, cells) in [
        (true, true, 6.0, [(0, 2), (1, 2), (2, 4), (3, 4), (4, 5), (5, 5)]),
        (false, true, 7.5, [(0, 0), (1, 2), (2, 4), (3, 4), (4, 5), (5, 5)]),
        (true, false, 7.5, [(0, 4), (1, 6), (2, 6), (3, 7), (4, 7), (5, 7)]),
        (false, false, 9.5, [(0, 0), (1, 2), (2, 4), (3, 4), (4, 6), (5, 7)]),
    ] {
        let o = DtwOptions { steps: asymmetric.clone(), band: None, open_begin, open_end };
        let found = dtw_path(costs, &o).unwrap().unwrap();
        assert_eq!((found.energy, found.cells), (energy, cells.to_vec()), "{open_begin} {open_end}");
    }
}

#[test]
fn slopes_are_bounded_and_weights_add_up_to_the_lengths() {
    // Sakoe and Chiba's symmetric weights add up to the lengths, whatever the slope.
    for p in 0..4 {
        let ones = Array2::<f32>::ones((9, 8));
        let o = DtwOptions { steps: StepPattern::sakoe_chiba(p), ..DtwOptions::default() };
        assert_eq!(dtw_free_energy(ones.view(), &o, Beta::Infinite).unwrap(), 17.0);
        // No warping is steeper than P + 1 in P.
        let steep = Array2::<f32>::ones((10, 2));
        assert_eq!(dtw_path(steep.view(), &o).unwrap().is_some(), p == 0);
    }
}

#[test]
fn a_band_saves_cells_and_a_wide_one_changes_nothing() {
    let n = 3_000;
    let costs = Array2::from_shape_fn((n, n), |(i, j)| if i == j { 0.0 } else { 1.0 });
    let banded = |r: usize| DtwOptions { band: Some(r), ..DtwOptions::default() };
    let path = dtw_path(costs.view(), &banded(5)).unwrap().unwrap();
    assert!(path.energy == 0.0 && path.cells.len() == n);
    let small = costs.slice(ndarray::s![..40, ..50]);
    for wide in [50, usize::MAX] {
        let free = dtw_posteriors(small, &DtwOptions::default(), Beta::ONE).unwrap();
        assert_eq!(dtw_posteriors(small, &banded(wide), Beta::ONE).unwrap(), free);
    }
    assert_eq!(dtw_free_energy(small, &banded(9), Beta::ONE).unwrap(), f64::INFINITY);
    assert!(dtw_free_energy(small, &banded(10), Beta::ONE).unwrap() < f64::INFINITY);
}

#[test]
fn sequences_without_frames_and_tables_without_ways_have_answers() {
    let o = DtwOptions::default();
    let open = DtwOptions { open_end: true, ..DtwOptions::default() };
    for (shape, o, expected) in [
        ((0, 0), &o, 0.0),
        ((0, 2), &o, f64::INFINITY),
        ((2, 0), &o, f64::INFINITY),
        ((0, 2), &open, 0.0),
        ((2, 0), &open, f64::INFINITY),
        ((1, 1), &o, 0.0),
    ] {
        let zeros = Array2::<f32>::zeros(shape);
        for beta in [Beta::ONE, Beta::Infinite] {
            let p = dtw_posteriors(zeros.view(), o, beta).unwrap();
            assert_eq!(p.free_energy, expected, "{shape:?}");
            assert!(p.costs.iter().all(|x| *x == if shape == (1, 1) { 1.0 } else { 0.0 }));
        }
        assert_eq!(dtw_path(zeros.view(), o).unwrap().is_some(), expected < f64::INFINITY);
    }
    let wall = array![[0.0, f32::INFINITY], [f32::INFINITY, f32::INFINITY]];
    let p = dtw_posteriors(wall.view(), &o, Beta::ONE).unwrap();
    assert!(p.free_energy == f64::INFINITY && p.costs.iter().all(|x| *x == 0.0));
    assert!(dtw_path(wall.view(), &o).unwrap().is_none());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let o = DtwOptions::default();
    let bad = array![[0.0, f32::NEG_INFINITY]];
    let refused = dtw_free_energy(bad.view(), &o, Beta::ONE);
    assert_eq!(refused, Err(DtwError::NoEnergy { row: 0, column: 1, value: f32::NEG_INFINITY }));
    assert!(matches!(dtw_path(array![[f32::NAN]].view(), &o), Err(DtwError::NoEnergy { .. })));
    let step = |rows, columns, cells: &[(usize, usize, f32)]| {
        StepPattern::new(1.0, vec![DtwStep { rows, columns, cells: cells.to_vec() }])
    };
    assert_eq!(step(0, 0, &[]), Err(DtwError::Step { step: 0, rows: 0, columns: 0 }));
    assert!(matches!(step(1, 0, &[(0, 1, 1.0)]), Err(DtwError::Step { .. })));
    assert!(matches!(step(1, 1, &[(0, 0, f32::NAN)]), Err(DtwError::Weight { .. })));
    assert!(matches!(step(1, 1, &[(0, 0, -1.0)]), Err(DtwError::Weight { .. })));
    assert!(matches!(StepPattern::new(f32::INFINITY, Vec::new()), Err(DtwError::Weight { .. })));
}
