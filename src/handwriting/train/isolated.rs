//! Training on single spans: which class each of them has, and the cross-entropy of it.

use ndarray::{ArrayView2, ArrayViewMut2};
use rand::{Rng, RngExt};

use crate::graph::{EPSILON, Label};
use crate::handwriting::{Field, is_piece};

/// From this overlap on a span may be a symbol.
const SAME: f32 = 0.6;
/// Up to this overlap a span is no symbol; between the two it is left out.
const OTHER: f32 = 0.4;
/// A piece with this share of itself in a symbol is a part of it.
const PART: f32 = 0.5;

/// Something written on an example's image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    /// First column.
    pub from: f32,
    /// Column behind the last.
    pub to: f32,
    /// The symbol, or [`EPSILON`] for what is no symbol of the answer's grammar.
    pub label: Label,
}

/// The right class of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A symbol.
    Symbol(Label),
    /// No symbol.
    Rubbish,
    /// A piece of a symbol: any class is wrong. Called rubbish, it would be a way to leave the symbol out.
    Part,
}

/// A span with its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classed {
    /// Number of the span.
    pub span: usize,
    /// Its class.
    pub class: Class,
}

/// Intersection over union of two stretches.
fn overlap(a: (f32, f32), b: (f32, f32)) -> f32 {
    let common = (a.1.min(b.1) - a.0.max(b.0)).max(0.0);
    common / (a.1.max(b.1) - a.0.min(b.0)).max(f32::MIN_POSITIVE)
}

/// The span nearest to every symbol's box, where its overlap is at least 0.6, and for each of them `rubbish` spans that
/// overlap no symbol by more than 0.4: as many that are rubbish as pieces that are parts of symbols.
///
/// Cost: spans times symbols.
pub fn classes<R: Rng>(field: &Field, written: &[Written], rubbish: f64, rng: &mut R) -> Vec<Classed> {
    let extents: Vec<(f32, f32)> = field.spans().iter().map(|s| field.extent(*s).unwrap_or((0.0, 0.0))).collect();
    let symbols: Vec<&Written> = written.iter().filter(|w| w.label != EPSILON).collect();
    let mut list = Vec::new();
    for w in &symbols {
        let shares = extents.iter().map(|e| overlap(*e, (w.from, w.to)));
        let best = shares.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, share)| *share >= SAME);
        list.extend(best.map(|(span, _)| Classed { span, class: Class::Symbol(w.label) }));
    }
    let (mut outside, mut parts) = (Vec::new(), Vec::new());
    for (span, (e, s)) in extents.iter().zip(field.spans()).enumerate() {
        if symbols.iter().any(|w| overlap(*e, (w.from, w.to)) > OTHER) {
            continue;
        }
        let inside = |w: &&&Written| (e.1.min(w.to) - e.0.max(w.from)) > PART * (e.1 - e.0);
        let part = is_piece(*s) && symbols.iter().any(|w| inside(&w));
        if part {
            parts.push(Classed { span, class: Class::Part });
        } else {
            outside.push(Classed { span, class: Class::Rubbish });
        }
    }
    let wanted = (rubbish * symbols.len().max(1) as f64).round() as usize;
    list.extend(some(outside, wanted, rng));
    list.extend(some(parts, wanted, rng));
    list
}

/// So many of a list, chosen at random without repetition.
fn some<R: Rng>(mut list: Vec<Classed>, n: usize, rng: &mut R) -> Vec<Classed> {
    let n = n.min(list.len());
    for i in 0..n {
        let j = rng.random_range(i..list.len());
        list.swap(i, j);
    }
    list.truncate(n);
    list
}

/// Mean cross-entropy of the classes over the spans that have one, with −log of a softmax over each row as energies;
/// adds its gradient. `None` where no span has a class.
///
/// A [`Class::Part`] is pulled towards equal probabilities.
pub fn cross_entropy(
    classes: &[Classed],
    energies: ArrayView2<'_, f32>,
    mut gradient: ArrayViewMut2<'_, f32>,
) -> Option<f64> {
    let columns = energies.ncols();
    if classes.is_empty() || columns == 0 || classes.iter().any(|c| c.span >= energies.nrows()) {
        return None;
    }
    let share = 1.0 / classes.len() as f64;
    let mut total = 0.0;
    for c in classes {
        let row = energies.row(c.span);
        let least = f64::from(row.iter().copied().fold(f32::INFINITY, f32::min));
        let sum: f64 = row.iter().map(|&e| (least - f64::from(e)).exp()).sum();
        let free = least - sum.ln();
        let right = match c.class {
            Class::Symbol(label) => Some(label as usize - 1),
            Class::Rubbish => Some(columns - 1),
            Class::Part => None,
        };
        for (k, (&e, g)) in row.iter().zip(gradient.row_mut(c.span)).enumerate() {
            let target = match right {
                Some(right) => f64::from(u8::from(k == right)),
                None => 1.0 / columns as f64,
            };
            // E_k − F is −log p_k.
            let surprise = f64::from(e) - free;
            total += share * if target > 0.0 { target * surprise } else { 0.0 };
            *g += (share * (target - (-surprise).exp())) as f32;
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::handwriting::cuts::Cutter;
    use crate::oracle;

    fn field() -> Field {
        Cutter::uniform(4, 16.0).field(Array2::zeros((32, 40))).unwrap()
    }

    const WRITTEN: [Written; 3] = [
        Written { from: 3.0, to: 13.0, label: 5 },
        Written { from: 16.5, to: 27.0, label: 2 },
        Written { from: 33.0, to: 37.0, label: EPSILON },
    ];

    #[test]
    fn every_symbol_has_the_span_nearest_to_its_box() {
        let f = field();
        let all = classes(&f, &WRITTEN, 100.0, &mut ChaCha8Rng::seed_from_u64(1));
        let symbols: Vec<_> = all
            .iter()
            .filter_map(|c| match c.class {
                Class::Symbol(label) => Some((label, f.extent(f.spans()[c.span]).unwrap())),
                _ => None,
            })
            .collect();
        assert_eq!(symbols, [(5, (4.0, 12.0)), (2, (16.0, 28.0))]);
    }

    #[test]
    fn pieces_of_symbols_are_parts_and_what_overlaps_none_is_rubbish() {
        let f = field();
        let all = classes(&f, &WRITTEN, 100.0, &mut ChaCha8Rng::seed_from_u64(1));
        let of = |from: f32, to: f32| {
            let found = all.iter().find(|c| f.extent(f.spans()[c.span]) == Some((from, to)));
            found.map(|c| c.class)
        };
        assert_eq!(of(0.0, 4.0), Some(Class::Rubbish));
        assert_eq!(of(8.0, 12.0), Some(Class::Part).filter(|_| overlap((8.0, 12.0), (3.0, 13.0)) <= OTHER));
        assert_eq!(of(20.0, 24.0), Some(Class::Part));
        assert_eq!(of(32.0, 36.0), Some(Class::Rubbish), "a closing stroke is no symbol");
        assert_eq!(of(24.0, 40.0), Some(Class::Rubbish), "wide, and mostly beside the symbol");
        assert_eq!(of(4.0, 16.0), None, "too near the first symbol to be called anything");
        let few = classes(&f, &WRITTEN, 1.0, &mut ChaCha8Rng::seed_from_u64(2));
        let count = |class| few.iter().filter(|c| c.class == class).count();
        assert_eq!((count(Class::Rubbish), count(Class::Part)), (2, 2));
    }

    #[test]
    fn the_cross_entropys_gradient_agrees_with_finite_differences() {
        let list = [
            Classed { span: 0, class: Class::Symbol(2) },
            Classed { span: 2, class: Class::Rubbish },
            Classed { span: 3, class: Class::Part },
        ];
        let x: Vec<f64> = (0..12).map(|i| f64::from((i * 7 % 5) as u8) / 2.0 - 1.0).collect();
        let matrix = |x: &[f64]| Array2::from_shape_vec((4, 3), x.iter().map(|&v| v as f32).collect()).unwrap();
        let value = |x: &[f64]| cross_entropy(&list, matrix(x).view(), Array2::zeros((4, 3)).view_mut()).unwrap();
        let mut gradient = Array2::zeros((4, 3));
        cross_entropy(&list, matrix(&x).view(), gradient.view_mut()).unwrap();
        for (found, expected) in gradient.iter().zip(oracle::finite_differences(value, &x, 1e-2)) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} against {expected}");
        }
        assert!(gradient.row(1).iter().all(|&g| g == 0.0));
        let equal = cross_entropy(&list[..1], Array2::zeros((4, 3)).view(), gradient.view_mut()).unwrap();
        assert!((equal - 3.0_f64.ln()).abs() < 1e-9);
        assert_eq!(cross_entropy(&[], Array2::zeros((4, 3)).view(), gradient.view_mut()), None);
    }
}
