//! Drawing strokes on an ink image.

use ndarray::Array2;

/// A place on a stroke: column, row (pixels) and the width of the pen there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dab {
    pub x: f32,
    pub y: f32,
    pub width: f32,
}

/// Draws a polyline; each pixel takes the larger of its ink and the stroke's. `soft` is the width of the stroke's edge in pixels.
pub(super) fn draw(canvas: &mut Array2<f32>, line: &[Dab], soft: f32, dark: f32) {
    match line {
        [dot] => segment(canvas, *dot, *dot, soft, dark),
        _ => line.windows(2).for_each(|w| segment(canvas, w[0], w[1], soft, dark)),
    }
}

fn segment(canvas: &mut Array2<f32>, a: Dab, b: Dab, soft: f32, dark: f32) {
    let (height, width) = canvas.dim();
    let reach = 0.5 * a.width.max(b.width) + soft;
    let range = |low: f32, high: f32, n: usize| {
        let low = (low - reach).floor().clamp(0.0, n as f32) as usize;
        low..((high + reach).ceil() + 1.0).clamp(low as f32, n as f32) as usize
    };
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    for y in range(a.y.min(b.y), a.y.max(b.y), height) {
        for x in range(a.x.min(b.x), a.x.max(b.x), width) {
            let (px, py) = (x as f32 + 0.5 - a.x, y as f32 + 0.5 - a.y);
            let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (px - t * dx).hypot(py - t * dy);
            let half = 0.5 * (a.width + t * (b.width - a.width));
            let cover = ((half + 0.5 * soft - distance) / soft.max(0.1)).clamp(0.0, 1.0);
            // A pen thinner than a pixel leaves proportionally less ink.
            let ink = dark * cover * cover * (3.0 - 2.0 * cover) * (2.0 * half).min(1.0);
            let pixel = &mut canvas[[y, x]];
            *pixel = pixel.max(ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_has_about_its_length_times_its_width_of_ink() {
        let mut canvas = Array2::zeros((40, 60));
        let line = [Dab { x: 10.0, y: 20.0, width: 3.0 }, Dab { x: 50.0, y: 20.0, width: 3.0 }];
        draw(&mut canvas, &line, 1.0, 1.0);
        let sum: f32 = canvas.sum();
        assert!((115.0..140.0).contains(&sum), "{sum}");
    }

    #[test]
    fn strokes_outside_the_canvas_are_cut_off() {
        let mut canvas = Array2::zeros((10, 10));
        draw(&mut canvas, &[Dab { x: -50.0, y: -9.0, width: 4.0 }], 1.0, 1.0);
        assert_eq!(canvas.sum(), 0.0);
        draw(&mut canvas, &[Dab { x: -50.0, y: 5.0, width: 2.0 }, Dab { x: 500.0, y: 5.0, width: 2.0 }], 1.0, 1.0);
        assert!(canvas.column(0).sum() > 1.0 && canvas.column(9).sum() > 1.0);
    }
}
