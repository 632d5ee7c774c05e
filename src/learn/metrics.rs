//! How well strings were read.

/// A share of successes with an interval for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Successes.
    pub hits: usize,
    /// Trials.
    pub of: usize,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Share {
    /// The share with Wilson's 95 % interval (Wilson 1927). Without trials the interval is [0, 1].
    ///
    /// ```
    /// use energraph::learn::Share;
    /// let s = Share::new(9, 10);
    /// assert!((s.low - 0.5958).abs() < 1e-4 && (s.high - 0.9821).abs() < 1e-4);
    /// ```
    pub fn new(hits: usize, of: usize) -> Self {
        if of == 0 {
            return Share { hits, of, low: 0.0, high: 1.0 };
        }
        const Z: f64 = 1.959_963_984_540_054; // the 97.5 % quantile of the normal distribution
        let (n, p) = (of as f64, hits as f64 / of as f64);
        let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Share { hits, of, low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
    }

    /// `hits / of`; 0 without trials.
    pub fn value(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits as f64 / self.of as f64 }
    }
}

/// The least number of insertions, deletions and substitutions that turn one sequence into the other
/// (Levenshtein 1966). O(|a|·|b|) time, O(|b|) memory.
///
/// ```
/// use energraph::learn::edit_distance;
/// assert_eq!(edit_distance(b"1,250.00", b"1.250,0"), 3);
/// ```
pub fn edit_distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, y) in row.iter_mut().skip(1).zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *slot;
            left = replaced.min(left + 1).min(diagonal + 1);
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Running totals over read strings: exact strings and character errors.
///
/// ```
/// use energraph::learn::Reading;
/// let mut r = Reading::default();
/// r.add(&['1', '2'], Some(&['1', '2']));
/// r.add(&['3'], Some(&['4']));
/// r.add(&['5'], None); // nothing was read
/// assert_eq!((r.exact().hits, r.exact().of), (1, 3));
/// assert_eq!(r.character_error_rate(), 0.5);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Strings seen.
    pub strings: usize,
    /// Strings read exactly.
    pub exact: usize,
    /// Characters of the right strings.
    pub characters: usize,
    /// Edits from the right strings to those read.
    pub edits: usize,
}

impl Reading {
    /// Counts one string; `read` is `None` where there was no answer, which counts as the empty string but never as
    /// exact.
    pub fn add<T: PartialEq>(&mut self, right: &[T], read: Option<&[T]>) {
        self.strings += 1;
        self.characters += right.len();
        self.exact += usize::from(read == Some(right));
        self.edits += edit_distance(right, read.unwrap_or(&[]));
    }

    /// Exact strings with their interval.
    pub fn exact(&self) -> Share {
        Share::new(self.exact, self.strings)
    }

    /// Edits per character of the right strings; 0 without characters.
    pub fn character_error_rate(&self) -> f64 {
        if self.characters == 0 { 0.0 } else { self.edits as f64 / self.characters as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edit distance by its recursive definition.
    fn slow(a: &[u8], b: &[u8]) -> usize {
        let (Some((x, a_rest)), Some((y, b_rest))) = (a.split_first(), b.split_first()) else {
            return a.len() + b.len();
        };
        (slow(a_rest, b_rest) + usize::from(x != y)).min(slow(a_rest, b) + 1).min(slow(a, b_rest) + 1)
    }

    #[test]
    fn edit_distance_agrees_with_its_definition_on_all_short_strings() {
        let mut strings: Vec<Vec<u8>> = vec![vec![]];
        for from in 0.. {
            if strings[from].len() == 4 {
                break;
            }
            for c in 0..2 {
                strings.push([&strings[from][..], &[c]].concat());
            }
        }
        for a in &strings {
            for b in &strings {
                assert_eq!(edit_distance(a, b), slow(a, b));
            }
        }
    }

    #[test]
    fn wilsons_interval_agrees_with_published_values() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let s = Share::new(hits, of);
            assert!((s.low - low).abs() < 5e-5 && (s.high - high).abs() < 5e-5, "{s:?}");
        }
    }

    #[test]
    fn no_answer_is_never_exact_even_where_the_right_string_is_empty() {
        let mut r = Reading::default();
        r.add::<u8>(&[], None);
        assert_eq!(r.exact, 0);
        r.add::<u8>(&[], Some(&[]));
        assert_eq!(r.exact, 1);
        assert_eq!(r.character_error_rate(), 0.0);
    }
}
