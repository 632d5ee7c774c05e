//! Connected pieces of ink.

use ndarray::Array2;

/// A connected piece of ink (eight neighbours): the box `left..right` × `top..bottom` and its number of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// First column.
    pub left: usize,
    /// Column behind the last.
    pub right: usize,
    /// First row.
    pub top: usize,
    /// Row behind the last.
    pub bottom: usize,
    /// Pixels of ink.
    pub pixels: usize,
}

/// Ink from which on a pixel belongs to a stroke.
pub(super) const STROKE: f32 = 0.35;

/// The connected pieces of pixels with at least 0.35 of ink, from left to right. Specks of less than a 250th of the square on the height
/// are left out.
///
/// Cost: linear in the pixels.
pub fn components(ink: &Array2<f32>) -> Vec<Component> {
    let (height, width) = ink.dim();
    let speck = height * height / 250;
    let mut open: Vec<bool> = ink.iter().map(|v| *v >= STROKE).collect();
    let mut found = Vec::new();
    let mut stack = Vec::new();
    for x in 0..width {
        for y in 0..height {
            if !open[y * width + x] {
                continue;
            }
            let mut piece = Component { left: x, right: x + 1, top: y, bottom: y + 1, pixels: 0 };
            open[y * width + x] = false;
            stack.push((x, y));
            while let Some((x, y)) = stack.pop() {
                piece.left = piece.left.min(x);
                piece.right = piece.right.max(x + 1);
                piece.top = piece.top.min(y);
                piece.bottom = piece.bottom.max(y + 1);
                piece.pixels += 1;
                for ny in y.saturating_sub(1)..(y + 2).min(height) {
                    for nx in x.saturating_sub(1)..(x + 2).min(width) {
                        if std::mem::take(&mut open[ny * width + nx]) {
                            stack.push((nx, ny));
                        }
                    }
                }
            }
            if piece.pixels > speck {
                found.push(piece);
            }
        }
    }
    found.sort_by_key(|c| (c.left, c.right));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::s;

    #[test]
    fn pieces_that_touch_at_a_corner_are_one_and_specks_are_left_out() {
        let mut ink = Array2::zeros((32, 40));
        ink.slice_mut(s![4..10, 4..10]).fill(1.0);
        ink.slice_mut(s![10..16, 10..14]).fill(0.5);
        ink.slice_mut(s![4..20, 20..23]).fill(1.0);
        ink[[30, 30]] = 1.0;
        let found = components(&ink);
        let boxes: Vec<_> = found.iter().map(|c| (c.left, c.right, c.top, c.bottom, c.pixels)).collect();
        assert_eq!(boxes, [(4, 14, 4, 16, 60), (20, 23, 4, 20, 48)]);
    }
}
