//! Where the pixels of a batch of pictures lie, and how the work on them is cut up.

use std::ops::Range;

/// A batch of pictures of one height, each at its own width, pixel after pixel with all channels together.
///
/// Each picture has `rows` rows of zeros above and below, and `columns` zeros before each line; those before
/// the next line serve as the margin behind this one, and as many follow the last line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub height: usize,
    pub widths: Vec<usize>,
    rows: usize,
    columns: usize,
    /// First pixel of each picture's margin, then the number of pixels in all.
    offsets: Vec<usize>,
}

impl Layout {
    pub fn new(height: usize, widths: Vec<usize>, [rows, columns]: [usize; 2]) -> Self {
        let mut offsets = vec![0];
        let mut total = 0;
        for w in &widths {
            total += (height + 2 * rows) * (w + columns) + columns;
            offsets.push(total);
        }
        Layout { height, widths, rows, columns, offsets }
    }

    /// Pixels in all, margins included.
    pub fn pixels(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Pixels that are no margin.
    pub fn valid(&self) -> usize {
        self.height * self.widths.iter().sum::<usize>()
    }

    /// Pixels from one line of a picture to the next.
    pub fn stride(&self, image: usize) -> usize {
        self.widths[image] + self.columns
    }

    /// The first valid pixel of line `y`.
    pub fn start(&self, image: usize, y: usize) -> usize {
        self.offsets[image] + (self.rows + y) * self.stride(image) + self.columns
    }

    /// Every valid pixel, picture by picture and line by line.
    pub fn places(&self) -> Vec<usize> {
        let lines = (0..self.widths.len()).flat_map(|i| (0..self.height).map(move |y| (i, y)));
        lines.flat_map(|(i, y)| self.start(i, y)..self.start(i, y) + self.widths[i]).collect()
    }

    /// The picture's part of the product of a convolution: whole lines without the last margin.
    fn span(&self, image: usize, lines: usize) -> usize {
        if lines == 0 { 0 } else { (lines - 1) * self.stride(image) + self.widths[image] }
    }

    fn has_margin(&self) -> bool {
        self.rows + self.columns > 0
    }
}

/// Some lines of one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Band {
    pub image: usize,
    pub lines: (usize, usize),
    /// First row in the product of the convolution.
    pub product: usize,
    /// Rows in the product, the margins between lines included.
    pub len: usize,
}

/// Bands in order, and groups of bands that one thread takes at a time.
#[derive(Debug, Clone)]
pub(crate) struct Bands {
    pub all: Vec<Band>,
    pub groups: Vec<Range<usize>>,
    /// Rows of the product in all.
    pub rows: usize,
    /// Whether the bands of a group lie one behind the other in the input too.
    pub merged: bool,
}

/// Multiplications that are worth a group.
const WORK: usize = 6_000_000;

impl Bands {
    /// Cuts `layout` into bands of a multiple of `step` lines; a pixel costs `cost` multiplications.
    pub fn new(layout: &Layout, step: usize, cost: usize) -> Self {
        let target = (WORK / cost.max(1)).clamp(64, 2048);
        let mut all = Vec::new();
        let mut product = 0;
        for image in 0..layout.widths.len() {
            let stride = layout.stride(image);
            let lines = (target / (stride * step)).max(1) * step;
            let mut y = 0;
            while y < layout.height {
                let end = (y + lines).min(layout.height);
                let last = end == layout.height;
                let len = if last { layout.span(image, end - y) } else { (end - y) * stride };
                all.push(Band { image, lines: (y, end), product, len });
                product += len;
                y = end;
            }
        }
        let groups = group(&all, target);
        Bands { all, groups, rows: product, merged: layout.height == 1 && !layout.has_margin() }
    }

    /// First row of each group in the product, and the end.
    pub fn product_bounds(&self) -> Vec<usize> {
        self.bounds(self.rows, |b| b.product)
    }

    /// First valid pixel of each group in a layout whose pictures are `step` times lower, and the end.
    pub fn pixel_bounds(&self, layout: &Layout, step: usize) -> Vec<usize> {
        self.bounds(layout.pixels(), |b| layout.start(b.image, b.lines.0 / step))
    }

    fn bounds(&self, end: usize, of: impl Fn(&Band) -> usize) -> Vec<usize> {
        let mut bounds: Vec<usize> = self.groups.iter().map(|g| of(&self.all[g.start])).collect();
        bounds.push(end);
        bounds
    }
}

fn group(all: &[Band], target: usize) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut first, mut size) = (0, 0);
    for (i, band) in all.iter().enumerate() {
        size += band.len;
        if 2 * size >= target || i + 1 == all.len() {
            groups.push(first..i + 1);
            (first, size) = (i + 1, 0);
        }
    }
    groups
}

/// Cuts a buffer of `width` numbers per pixel at `bounds`, which ascend; what lies before the first is left out.
pub(crate) fn split<'a>(buffer: &'a mut [f32], bounds: &[usize], width: usize) -> Vec<&'a mut [f32]> {
    let mut rest = buffer;
    let mut at = 0;
    let mut parts = Vec::with_capacity(bounds.len());
    for &bound in bounds {
        let (part, later) = rest.split_at_mut((bound - at) * width);
        parts.push(part);
        rest = later;
        at = bound;
    }
    if !parts.is_empty() {
        parts.remove(0);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_separate_lines_and_pictures() {
        let l = Layout::new(2, vec![3, 1], [1, 1]);
        // ....  first margin line and one more, then 3 pixels and a margin, twice, and a last margin line.
        assert_eq!(l.places(), [5, 6, 7, 9, 10, 11, 17 + 3, 17 + 5]);
        assert_eq!(l.pixels(), 17 + 9);
    }

    #[test]
    fn bands_cover_the_product_once_and_in_order() {
        let l = Layout::new(32, vec![300, 4, 40], [1, 1]);
        let bands = Bands::new(&l, 2, 10_000);
        assert!(bands.all.len() > 10 && bands.groups.len() > 5);
        let mut next = 0;
        for b in &bands.all {
            assert_eq!(b.product, next);
            assert_eq!(b.lines.0 % 2, 0);
            next += b.len;
        }
        assert_eq!(next, bands.rows);
        assert_eq!(bands.rows, 31 * 301 + 300 + 31 * 5 + 4 + 31 * 41 + 40);
        assert_eq!(bands.groups.iter().map(|g| g.len()).sum::<usize>(), bands.all.len());
    }
}
