//! Random distortion of ink images for training.

use ndarray::Array2;
use rand::{Rng, RngExt};

use super::random::rough_normal;
use super::{normal, thicken};

/// How much training images are distorted. Lengths are in pixels of the ink image (height 32).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augment {
    /// Standard deviation of the shear (columns a row).
    pub shear: f32,
    /// The width is multiplied by a number between these, uniform in its logarithm.
    pub x_scale: (f32, f32),
    /// The same for the height of the writing within the image.
    pub y_scale: (f32, f32),
    /// Standard deviation of the vertical shift.
    pub shift: f32,
    /// Standard deviation of the displacement at each knot of the elastic grid.
    pub elastic: f32,
    /// Distance of the knots.
    pub knots: f32,
    /// Largest thinning and thickening, see [`thicken`].
    pub thickness: (f32, f32),
    /// Ink is raised to a power between 1 / this and this, then multiplied by a number between 1 / this and 1.
    pub contrast: f32,
    /// Largest standard deviation of the noise in each pixel.
    pub noise: f32,
}

impl Default for Augment {
    fn default() -> Self {
        Augment {
            shear: 0.17,
            x_scale: (0.8, 1.25),
            y_scale: (0.85, 1.1),
            shift: 0.8,
            elastic: 0.7,
            knots: 10.0,
            thickness: (-0.45, 0.7),
            contrast: 1.4,
            noise: 0.06,
        }
    }
}

/// One drawn distortion of position: shear, scale, shift and elastic grid, applied in one bilinear pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Warp {
    shear: f32,
    scale: (f32, f32),
    shift: f32,
    /// Columns added at the left for the shear.
    pad: f32,
    /// Columns of the result.
    width: usize,
    /// Displacements in source pixels at the knots, rows × columns of the grid, x and y.
    grid: Array2<[f32; 2]>,
    knots: f32,
}

impl Augment {
    /// Distorts an image; the height stays, the width follows scale and shear. The same state of `rng` gives the same result.
    ///
    /// Cost: linear; about 0.1 ms for 32 × 150.
    pub fn apply<R: Rng + ?Sized>(&self, ink: &Array2<f32>, rng: &mut R) -> Array2<f32> {
        self.apply_and_tell(ink, rng).0
    }

    /// As [`Augment::apply`], with the distortion of position that was drawn.
    pub fn apply_and_tell<R: Rng + ?Sized>(&self, ink: &Array2<f32>, rng: &mut R) -> (Array2<f32>, Warp) {
        let warp = self.warp(ink.dim(), rng);
        let mut result = warp.apply(ink);
        let amount = uniform(rng, self.thickness);
        result = thicken(&result, amount);
        let limit = self.contrast.max(1.0).ln();
        let power = (limit * rng.random_range(-1.0..=1.0f32)).exp();
        let gain = (-limit * rng.random::<f32>()).exp();
        let noise = self.noise.max(0.0) * rng.random::<f32>();
        for value in &mut result {
            let shaped = gain * value.powf(power) + noise * rough_normal(rng);
            *value = shaped.clamp(0.0, 1.0);
        }
        (result, warp)
    }

    /// Draws a distortion of position for images of this size (rows, columns).
    pub fn warp<R: Rng + ?Sized>(&self, (height, width): (usize, usize), rng: &mut R) -> Warp {
        // Beyond three deviations the writing would leave the image.
        let shear = self.shear * normal(rng).clamp(-3.0, 3.0);
        let scale = (log_uniform(rng, self.x_scale), log_uniform(rng, self.y_scale));
        let shift = self.shift * normal(rng).clamp(-3.0, 3.0);
        let pad = (shear.abs() * 0.5 * height as f32 * 0.7).ceil();
        let out = ((width as f32 * scale.0 + 2.0 * pad).round() as usize).max(1);
        let knots = self.knots.max(1.0);
        let size = ((height as f32 / knots) as usize + 2, (out as f32 / knots) as usize + 2);
        let grid = Array2::from_shape_simple_fn(size, || [0; 2].map(|_| self.elastic * normal(rng).clamp(-2.5, 2.5)));
        Warp { shear, scale, shift, pad, width: out, grid, knots }
    }
}

impl Warp {
    /// The distorted image; outside the source is paper.
    pub fn apply(&self, ink: &Array2<f32>) -> Array2<f32> {
        let (height, width) = ink.dim();
        let mut result = Array2::zeros((height, self.width));
        let Some(source) = ink.as_slice() else { return self.apply(&ink.as_standard_layout().into_owned()) };
        let middle = 0.5 * height as f32;
        let mut line = vec![[0.0f32; 2]; self.grid.ncols()];
        for (y, mut row) in result.rows_mut().into_iter().enumerate() {
            let v = y as f32 + 0.5 - middle;
            self.grid_line(y as f32 / self.knots, &mut line);
            let offset = v * self.shear - self.pad;
            let base = middle + (v - self.shift) / self.scale.1;
            for (x, target) in row.iter_mut().enumerate() {
                let at = x as f32 / self.knots;
                let (k, part) = (at as usize, at.fract());
                let (a, b) = (line[k], line[k + 1]);
                let sx = (x as f32 + 0.5 + offset) / self.scale.0 + a[0] + part * (b[0] - a[0]) - 0.5;
                let sy = base + a[1] + part * (b[1] - a[1]) - 0.5;
                *target = sample(source, width, height, sx, sy);
            }
        }
        result
    }

    /// About where a column of the source goes (on the middle row, without the elastic part).
    pub fn column(&self, x: f32) -> f32 {
        x * self.scale.0 + self.pad
    }

    fn grid_line(&self, at: f32, line: &mut [[f32; 2]]) {
        let (k, part) = (at as usize, at.fract());
        for (i, knot) in line.iter_mut().enumerate() {
            let (a, b) = (self.grid[[k, i]], self.grid[[k + 1, i]]);
            *knot = [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])];
        }
    }
}

#[inline]
fn sample(source: &[f32], width: usize, height: usize, x: f32, y: f32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (px, py) = (x - fx, y - fy);
    let (ix, iy) = (fx as i32, fy as i32);
    if ix >= 0 && iy >= 0 && (ix as usize) + 1 < width && (iy as usize) + 1 < height {
        let at = iy as usize * width + ix as usize;
        let top = source[at] + px * (source[at + 1] - source[at]);
        let bottom = source[at + width] + px * (source[at + width + 1] - source[at + width]);
        return top + py * (bottom - top);
    }
    let get = |x: i32, y: i32| {
        let inside = x >= 0 && y >= 0 && (x as usize) < width && (y as usize) < height;
        if inside { source[y as usize * width + x as usize] } else { 0.0 }
    };
    let top = get(ix, iy) * (1.0 - px) + get(ix + 1, iy) * px;
    let bottom = get(ix, iy + 1) * (1.0 - px) + get(ix + 1, iy + 1) * px;
    top + py * (bottom - top)
}

fn uniform<R: Rng + ?Sized>(rng: &mut R, (low, high): (f32, f32)) -> f32 {
    low + (high - low) * rng.random::<f32>()
}

fn log_uniform<R: Rng + ?Sized>(rng: &mut R, (low, high): (f32, f32)) -> f32 {
    uniform(rng, (low.max(0.05).ln(), high.max(0.05).ln())).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn still() -> Augment {
        Augment {
            shear: 0.0,
            x_scale: (1.0, 1.0),
            y_scale: (1.0, 1.0),
            shift: 0.0,
            elastic: 0.0,
            thickness: (0.0, 0.0),
            contrast: 1.0,
            noise: 0.0,
            ..Augment::default()
        }
    }

    fn picture() -> Array2<f32> {
        Array2::from_shape_fn((32, 150), |(y, x)| if (x / 6 + y / 9) % 3 == 0 { 0.9 } else { 0.0 })
    }

    #[test]
    fn no_distortion_changes_nothing() {
        let out = still().apply(&picture(), &mut ChaCha8Rng::seed_from_u64(3));
        assert_eq!(out.dim(), (32, 150));
        assert!(out.iter().zip(&picture()).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn the_same_seed_gives_the_same_image_and_another_seed_another() {
        let draw = |seed| Augment::default().apply(&picture(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
        assert!(draw(5).iter().all(|v| (0.0..=1.0).contains(v)));
    }

    #[test]
    fn a_shear_moves_the_top_right_and_the_middle_follows_column() {
        let mut bar = Array2::zeros((32, 60));
        bar.column_mut(30).fill(1.0);
        let how = Augment { shear: 0.17, ..still() };
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let warp = how.warp(bar.dim(), &mut rng);
        let out = warp.apply(&bar);
        let centre = |y: usize| {
            let row = out.row(y);
            row.iter().enumerate().map(|(x, v)| x as f32 * v).sum::<f32>() / row.sum()
        };
        let middle = 0.5 * (centre(15) + centre(16));
        assert!((middle + 0.5 - warp.column(30.5)).abs() < 0.3, "{middle}");
        assert!(((centre(4) - centre(28)) - 24.0 * warp.shear).abs() < 0.5);
    }

    #[test]
    fn tiny_images_are_distorted_too() {
        for size in [(1, 1), (32, 1), (2, 3)] {
            let out = Augment::default().apply(&Array2::from_elem(size, 0.5), &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(out.nrows(), size.0);
        }
    }

    #[test]
    fn an_image_is_distorted_in_a_millisecond() {
        let (image, mut rng) = (picture(), ChaCha8Rng::seed_from_u64(2));
        let start = std::time::Instant::now();
        for _ in 0..200 {
            std::hint::black_box(Augment::default().apply(&image, &mut rng));
        }
        let each = start.elapsed().as_secs_f64() / 200.0;
        println!("{:.3} ms each", 1e3 * each);
        assert!(each < 1e-2);
    }
}
