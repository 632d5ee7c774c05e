//! A field's image to the ink image a network reads.

use ndarray::Array2;

use super::{Contrast, Grey, contrast, crop, flatten, ink_rows, shear_rows, slant};

/// How a field is normalised; see [`Normaliser::apply`].
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Normaliser {
    /// Rows of the result.
    pub height: usize,
    /// Fewest columns of the result: narrower fields get paper at their right.
    pub min_width: usize,
    /// Most columns of the result: wider fields are compressed.
    pub max_width: usize,
    /// How much more than the image's own height the rows of the writing may be enlarged; 1 crops nothing.
    pub max_zoom: f32,
    /// By how much the writing is widened beyond its own aspect: narrow digits get more columns of a net.
    pub stretch: f32,
    /// Grey levels to ink.
    pub contrast: Contrast,
    /// Whether uneven light is taken off first, see [`flatten`].
    pub background: bool,
    /// The largest slant that is taken off, in columns a row; 0 leaves the writing as it leans.
    pub deslant: f32,
}

impl Default for Normaliser {
    /// Height 32, 16 to 2,048 columns, zoom at most 1.8, the aspect kept, light and slant left as they are (training distorts the slant anyway).
    fn default() -> Self {
        Normaliser {
            height: 32,
            min_width: 16,
            max_width: 2048,
            max_zoom: 1.8,
            stretch: 1.0,
            contrast: Contrast::default(),
            background: false,
            deslant: 0.0,
        }
    }
}

/// A normalised field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Rows × columns, 0 = paper, 1 = ink.
    pub ink: Array2<f32>,
    /// The way back to the original.
    pub map: FieldMap,
}

/// The way from columns of the normalised image to boxes of the original.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldMap {
    /// Original column at normalised column 0, on the middle row.
    pub left: f32,
    /// Original columns a normalised column is wide.
    pub step: f32,
    /// First original row of the window.
    pub top: f32,
    /// Original row behind the window.
    pub bottom: f32,
    /// Columns of the original.
    pub width: usize,
    /// Rows of the original.
    pub height: usize,
}

impl FieldMap {
    /// The original column of a normalised one; may lie outside the image where paper was added.
    pub fn column(&self, x: f32) -> f32 {
        self.left + self.step * x
    }

    /// The normalised column of an original one.
    pub fn normalised(&self, x: f32) -> f32 {
        (x - self.left) / self.step
    }

    /// The original box `[x, y, width, height]`, within the image, of the normalised columns `from..to`.
    pub fn to_original(&self, from: f32, to: f32) -> [u32; 4] {
        let inside = |v: f32, most: usize| v.round().clamp(0.0, most as f32) as u32;
        let (a, b) = (inside(self.column(from.min(to)), self.width), inside(self.column(from.max(to)), self.width));
        let (top, bottom) = (inside(self.top, self.height), inside(self.bottom, self.height));
        [a, top, b - a, bottom - top]
    }
}

impl Normaliser {
    /// Light, contrast by median and 1st percentile, slant, crop to the rows of the writing (zoomed by `max_zoom` at most), then
    /// resampled to `height` rows with the aspect kept, but for `stretch`.
    ///
    /// Any image gives a field: an empty one all paper, a 1 × 1 image `height` × `min_width` or more. Cost: linear in the pixels.
    pub fn apply(&self, image: &Grey) -> Field {
        let mut darkness = Array2::from_shape_fn((image.height(), image.width()), |(y, x)| {
            255.0 - f32::from(image.get(x, y).unwrap_or(255))
        });
        if self.background {
            darkness = flatten(&darkness);
        }
        let mut ink = contrast(&darkness, self.contrast);
        let lean = slant(&ink, self.deslant);
        let mut pad = 0;
        if lean != 0.0 {
            (ink, pad) = shear_rows(&ink, -lean);
        }
        let (top, bottom) = self.window(&ink);
        // Where the window's middle row went against the image's.
        let moved = lean * 0.5 * (top + bottom - image.height() as f32);
        let height = self.height.max(1);
        let scale = height as f32 / (bottom - top);
        let most = self.max_width.max(1);
        let width = ((ink.ncols() as f32 * scale * self.stretch.max(0.1)).round() as usize).clamp(1, most);
        let step = ink.ncols() as f32 / width as f32;
        let columns = width.max(self.min_width.min(most));
        let mut ink = crop(&ink, (top, bottom), (0.0, step * columns as f32), height, columns);
        // Resampling overshoots by rounding.
        ink.mapv_inplace(|v| v.clamp(0.0, 1.0));
        let left = -(pad as f32) - moved;
        let map = FieldMap { left, step, top, bottom, width: image.width(), height: image.height() };
        Field { ink, map }
    }

    /// The rows to keep: those of the writing, widened until the zoom is allowed.
    fn window(&self, ink: &Array2<f32>) -> (f32, f32) {
        let height = ink.nrows() as f32;
        let (top, bottom) = ink_rows(ink);
        let span = (bottom - top).max(height / self.max_zoom.max(1.0)).min(height);
        let start = (0.5 * (top + bottom - span)).clamp(0.0, height - span);
        (start, start + span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(width: usize, height: usize, rows: std::ops::Range<usize>) -> Grey {
        let mut image = Grey::filled(width, height, 220).unwrap();
        for y in rows {
            for x in (4..width).step_by(12) {
                image.set(x, y, 40);
                image.set(x + 1, y, 40);
            }
        }
        image
    }

    #[test]
    fn the_zoom_is_bounded() {
        let field = Normaliser::default().apply(&bars(160, 40, 18..22));
        assert_eq!(field.ink.dim(), (32, 230));
        let whole = Normaliser { max_zoom: 1.0, ..Normaliser::default() }.apply(&bars(160, 40, 18..22));
        assert_eq!(whole.ink.dim(), (32, 128));
    }

    #[test]
    fn columns_map_back_to_where_the_ink_was() {
        let mut image = Grey::filled(200, 50, 230).unwrap();
        for y in 10..40 {
            for x in 120..124 {
                image.set(x, y, 10);
            }
        }
        let field = Normaliser::default().apply(&image);
        let sums: Vec<f32> = (0..field.ink.ncols()).map(|x| field.ink.column(x).sum()).collect();
        let first = sums.iter().position(|s| *s > 8.0).unwrap();
        let last = sums.iter().rposition(|s| *s > 8.0).unwrap() + 1;
        let [x, y, w, h] = field.map.to_original(first as f32, last as f32);
        assert!(x.abs_diff(120) <= 1 && (x + w).abs_diff(124) <= 1, "{x} {w}");
        assert!(y <= 10 && y + h >= 40);
        assert!((field.map.normalised(field.map.column(17.5)) - 17.5).abs() < 1e-3);
    }

    #[test]
    fn stretched_writing_is_wider_and_maps_back_to_where_it_was() {
        let image = bars(160, 32, 4..28);
        let (plain, wide) = (Normaliser { max_zoom: 1.0, ..Normaliser::default() }, 1.5);
        let (a, b) = (plain.apply(&image), Normaliser { stretch: wide, ..plain }.apply(&image));
        assert_eq!((a.ink.dim(), b.ink.dim()), ((32, 160), (32, 240)));
        assert!((a.map.column(80.0) - b.map.column(120.0)).abs() < 1e-3);
        assert!((a.ink.mean().unwrap() - b.ink.mean().unwrap()).abs() < 0.01);
    }

    #[test]
    fn leaning_writing_is_set_upright_and_maps_back_on_its_middle_row() {
        let mut image = Grey::filled(160, 50, 230).unwrap();
        for y in 5..35usize {
            let x = 80 + (20 - y as i32) / 2;
            (0..4).for_each(|k| image.set(x as usize + k, y, 10));
        }
        let field = Normaliser { deslant: 0.8, ..Normaliser::default() }.apply(&image);
        let sums: Vec<f32> = (0..field.ink.ncols()).map(|x| field.ink.column(x).sum()).collect();
        let (peak, most) = sums.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert!(*most > 20.0, "{most}");
        let x = field.map.column(peak as f32 + 0.5);
        assert!((x - 82.0).abs() < 1.6, "{x}");
    }

    #[test]
    fn any_size_gives_a_field() {
        let all = Normaliser { background: true, deslant: 0.8, ..Normaliser::default() };
        for (w, h) in [(1, 1), (1, 500), (5000, 2), (3, 3), (15_000, 20)] {
            assert_eq!(all.apply(&Grey::filled(w, h, 17).unwrap()).ink.sum(), 0.0);
            let field = Normaliser::default().apply(&Grey::filled(w, h, 17).unwrap());
            assert_eq!(field.ink.nrows(), 32);
            assert!((16..=2048).contains(&field.ink.ncols()), "{w}×{h}: {:?}", field.ink.dim());
            assert_eq!(field.ink.sum(), 0.0);
            let [x, y, bw, bh] = field.map.to_original(-5.0, 1e6);
            assert_eq!((x, y, bw as usize, bh as usize), (0, 0, w, h));
        }
    }
}
