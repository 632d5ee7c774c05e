//! Where the writing is, vertically.

use ndarray::{Array2, ArrayView2, s};

/// The rows `(top, bottom)` between which the writing lies, in pixels; `(0, height)` where there is none.
///
/// A row counts by its changes of ink along the row, so that ruling lines, long and even, weigh little. Upright lines
/// through most of the height are left out, as writing that tall could not be enlarged anyway, and so are the lines of
/// a frame: long lines near an edge. 1 % of the changes may lie above and 1 % below; a margin of 12 % of the span is
/// added.
pub fn ink_rows(ink: &Array2<f32>) -> (f32, f32) {
    let height = ink.nrows();
    let upright = lines(ink.view(), Frame { edge: 0.2, long: 0.7, anywhere: 0.85, spread: 2 });
    let level = lines(ink.t(), Frame { edge: 0.22, long: 0.6, anywhere: 2.0, spread: 0 });
    let mut profile = Vec::with_capacity(height);
    for (row, line) in ink.rows().into_iter().zip(level) {
        let changes = row.iter().zip(row.iter().skip(1)).map(|(a, b)| ((a - b).abs() - 0.15).max(0.0));
        let sum: f32 = changes.zip(&upright).filter(|(_, line)| !**line).map(|(v, _)| v).sum();
        profile.push(if line { 0.0 } else { sum });
    }
    let total: f32 = profile.iter().sum();
    if total < 1e-3 {
        return (0.0, height as f32);
    }
    let limit = 0.01 * total;
    let top = reach(profile.iter(), limit);
    let bottom = profile.len() - reach(profile.iter().rev(), limit);
    let margin = f32::max(0.12 * (bottom as f32 - top as f32), 1.5);
    ((top as f32 - margin).max(0.0), (bottom as f32 + margin).min(height as f32))
}

/// What makes a line of a frame.
struct Frame {
    /// The share of the width, from either side, that counts as near an edge.
    edge: f32,
    /// The share of the height that an unbroken upright line near an edge runs through.
    long: f32,
    /// The share that one anywhere runs through.
    anywhere: f32,
    /// Columns on either side that belong to the line.
    spread: usize,
}

/// For each column, whether an upright line passes there. Lines may lean and may break for a row.
fn lines(ink: ArrayView2<'_, f32>, frame: Frame) -> Vec<bool> {
    let (height, width) = ink.dim();
    // Rows of the run that ends here, the longest one so far, and rows since its last ink.
    let mut runs = vec![(0_usize, 0_usize, 0_usize); width];
    for row in ink.rows() {
        for (x, (run, longest, gap)) in runs.iter_mut().enumerate() {
            let near = x.saturating_sub(1)..(x + 2).min(width);
            *gap = if row.slice(s![near]).iter().any(|v| *v > 0.2) { 0 } else { *gap + 1 };
            *run = if *gap > 1 { 0 } else { *run + 1 };
            *longest = (*longest).max(*run);
        }
    }
    let edge = frame.edge * width as f32;
    let is_line = |(x, (_, longest, _)): (usize, &(usize, usize, usize))| {
        let from_edge = x.min(width - 1 - x) as f32;
        let share = if from_edge < edge { frame.long } else { frame.anywhere };
        *longest as f32 >= share * height as f32
    };
    let line: Vec<bool> = runs.iter().enumerate().map(is_line).collect();
    (0..width)
        .map(|x| line[x.saturating_sub(frame.spread)..(x + frame.spread + 1).min(width)].contains(&true))
        .collect()
}

/// The first place where the running sum exceeds `limit`.
fn reach<'a>(values: impl Iterator<Item = &'a f32>, limit: f32) -> usize {
    let mut sum = 0.0;
    let mut sums = values.map(|v| {
        sum += v;
        sum
    });
    sums.position(|s| s > limit).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruling_line_does_not_count_as_writing() {
        let mut ink = Array2::zeros((60, 100));
        for y in 20..35 {
            for x in (10..90).step_by(8) {
                ink[[y, x]] = 1.0;
            }
        }
        ink.row_mut(52).fill(0.9);
        let (top, bottom) = ink_rows(&ink);
        assert!((17.0..=20.0).contains(&top) && (35.0..=38.0).contains(&bottom), "{top} {bottom}");
    }

    #[test]
    fn an_upright_border_does_not_count_as_writing() {
        let mut ink = Array2::zeros((60, 100));
        ink.slice_mut(s![22..34, 30..60;4]).fill(1.0);
        ink.column_mut(1).fill(0.8);
        ink.column_mut(97).fill(0.6);
        let (top, bottom) = ink_rows(&ink);
        assert!((19.0..=22.0).contains(&top) && (34.0..=37.0).contains(&bottom), "{top} {bottom}");
    }

    #[test]
    fn a_frame_does_not_count_as_writing() {
        let mut ink = Array2::zeros((60, 100));
        ink.slice_mut(s![22..34, 30..60;4]).fill(1.0);
        for x in 5..95 {
            ink[[4 + x / 40, x]] = 0.7;
            ink[[55, x]] = 0.5;
        }
        ink.slice_mut(s![8..54, 3]).fill(0.6);
        let (top, bottom) = ink_rows(&ink);
        assert!((19.0..=22.0).contains(&top) && (34.0..=37.0).contains(&bottom), "{top} {bottom}");
    }

    #[test]
    fn an_empty_image_keeps_all_rows() {
        assert_eq!(ink_rows(&Array2::zeros((12, 30))), (0.0, 12.0));
        assert_eq!(ink_rows(&Array2::zeros((1, 1))), (0.0, 1.0));
    }
}
