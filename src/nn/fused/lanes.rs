//! The inner loops over one line of pixels, eight channels at a time so that they stay in registers.

/// Channels that are worked on together; channels left over go one by one.
const LANES: usize = 8;

/// Makes a function compiled twice, for any x86-64 and for those with AVX2; the better one is taken at run time.
/// The numbers are the same: the compiler neither contracts nor reorders floating-point operations.
macro_rules! widest {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $type),*) {
            #[inline(always)]
            fn plain($($arg: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide($($arg: $type),*) {
                    plain($($arg),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has just said that it knows AVX2.
                    return unsafe { wide($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}

/// Runs `$body` for each run of channels, `$n` (a constant) of them from channel `$c` on.
macro_rules! by_lanes {
    ($channels:expr, $function:ident($($arg:expr),*)) => {{
        let whole = $channels / LANES * LANES;
        for c in (0..whole).step_by(LANES) {
            $function::<LANES>(c, $($arg),*);
        }
        for c in whole..$channels {
            $function::<1>(c, $($arg),*);
        }
    }};
}

#[inline(always)]
fn lanes<const N: usize>(values: &[f32], at: usize) -> [f32; N] {
    match values[at..].first_chunk() {
        Some(chunk) => *chunk,
        None => unreachable!("channels lie whole"),
    }
}

#[inline(always)]
fn put<const N: usize>(values: &mut [f32], at: usize, lanes: [f32; N]) {
    values[at..at + N].copy_from_slice(&lanes);
}

#[inline(always)]
fn add<const N: usize>(values: &mut [f64], at: usize, lanes: [f32; N]) {
    values[at..at + N].iter_mut().zip(lanes).for_each(|(v, l)| *v += f64::from(l));
}

/// What normalisation does to a channel: value · factor + offset.
#[derive(Debug, Clone)]
pub(crate) struct Affine {
    pub factor: Vec<f32>,
    pub offset: Vec<f32>,
    pub mean: Vec<f32>,
    /// 1 / √(variance + ε)
    pub inverse: Vec<f32>,
}

/// The windows of one line of the output.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    /// The lines of the product that the windows cover, from the first pixel on.
    pub product: &'a [f32],
    /// Pixels from a window's first to each of its own.
    pub offsets: &'a [usize],
    /// Pixels from one window to the next.
    pub step: usize,
    pub channels: usize,
}

#[inline(always)]
fn best<const N: usize>(w: Windows<'_>, x: usize, c: usize, factor: [f32; N], offset: [f32; N]) -> [f32; N] {
    // From 0, so that the ReLU is in it.
    let mut best = [0.0_f32; N];
    for &o in w.offsets {
        let v = lanes::<N>(w.product, (x * w.step + o) * w.channels + c);
        for l in 0..N {
            let u = v[l] * factor[l] + offset[l];
            best[l] = if u > best[l] { u } else { best[l] };
        }
    }
    best
}

widest! {
    /// Sums and sums of squares of a line.
    fn moments(line: &[f32], channels: usize, sum: &mut [f64], square: &mut [f64]) {
        by_lanes!(channels, moments_of(line, channels, sum, square));
    }
}

#[inline(always)]
fn moments_of<const N: usize>(c: usize, line: &[f32], channels: usize, sum: &mut [f64], square: &mut [f64]) {
    let (mut s, mut q) = ([0.0_f32; N], [0.0_f32; N]);
    for pixel in line.chunks_exact(channels) {
        let v = lanes::<N>(pixel, c);
        for l in 0..N {
            s[l] += v[l];
            q[l] += v[l] * v[l];
        }
    }
    add(sum, c, s);
    add(square, c, q);
}

widest! {
    /// max(0, max over the window of value · factor + offset), one pixel of `out` per window.
    fn activate(w: Windows<'_>, affine: &Affine, out: &mut [f32]) {
        by_lanes!(w.channels, activate_of(w, affine, out));
    }
}

#[inline(always)]
fn activate_of<const N: usize>(c: usize, w: Windows<'_>, affine: &Affine, out: &mut [f32]) {
    let (factor, offset) = (lanes::<N>(&affine.factor, c), lanes::<N>(&affine.offset, c));
    for (x, pixel) in out.chunks_exact_mut(w.channels).enumerate() {
        put(pixel, c, best(w, x, c, factor, offset));
    }
}

/// Sums of gradients, and of gradients · normalised values.
pub(crate) type Slopes<'a> = (&'a mut [f64], &'a mut [f64]);

widest! {
    /// Sends each output's gradient to the first pixel of its window that was the best; `to` lies as the product.
    fn route(w: Windows<'_>, affine: &Affine, gradient: &[f32], to: &mut [f32], sums: Slopes<'_>) {
        let (first, second) = sums;
        by_lanes!(w.channels, route_of(w, affine, gradient, to, first, second));
    }
}

#[inline(always)]
fn route_of<const N: usize>(
    c: usize,
    w: Windows<'_>,
    affine: &Affine,
    gradient: &[f32],
    to: &mut [f32],
    first: &mut [f64],
    second: &mut [f64],
) {
    let (factor, offset) = (lanes::<N>(&affine.factor, c), lanes::<N>(&affine.offset, c));
    let (mean, inverse) = (lanes::<N>(&affine.mean, c), lanes::<N>(&affine.inverse, c));
    let (mut s, mut q) = ([0.0_f32; N], [0.0_f32; N]);
    for (x, pixel) in gradient.chunks_exact(w.channels).enumerate() {
        let best = best(w, x, c, factor, offset);
        let mut left = lanes::<N>(pixel, c);
        for l in 0..N {
            left[l] = if best[l] > 0.0 { left[l] } else { 0.0 };
            s[l] += left[l];
        }
        for &o in w.offsets {
            let at = (x * w.step + o) * w.channels + c;
            let v = lanes::<N>(w.product, at);
            let mut taken = [0.0_f32; N];
            for l in 0..N {
                let hit = v[l] * factor[l] + offset[l] == best[l];
                taken[l] = if hit { left[l] } else { 0.0 };
                left[l] = if hit { 0.0 } else { left[l] };
                q[l] += taken[l] * ((v[l] - mean[l]) * inverse[l]);
            }
            put(to, at, taken);
        }
    }
    add(first, c, s);
    add(second, c, q);
}

widest! {
    /// gradient · factor + value · slope + level.
    fn correct(line: &mut [f32], values: &[f32], factor: &[f32], slope: &[f32], level: &[f32]) {
        by_lanes!(factor.len(), correct_of(line, values, factor, slope, level));
    }
}

#[inline(always)]
fn correct_of<const N: usize>(
    c: usize,
    line: &mut [f32],
    values: &[f32],
    factor: &[f32],
    slope: &[f32],
    level: &[f32],
) {
    let channels = factor.len();
    let (factor, slope, level) = (lanes::<N>(factor, c), lanes::<N>(slope, c), lanes::<N>(level, c));
    for (pixel, values) in line.chunks_exact_mut(channels).zip(values.chunks_exact(channels)) {
        let (mut g, v) = (lanes::<N>(pixel, c), lanes::<N>(values, c));
        for l in 0..N {
            g[l] = g[l] * factor[l] + (v[l] * slope[l] + level[l]);
        }
        put(pixel, c, g);
    }
}
