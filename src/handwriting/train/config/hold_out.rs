//! Lines taken out of a config, for cross-validation.

use std::path::Path;

use super::{SourceConfig, TrainConfig};

/// Line numbers stay far below this; a config file holds no larger number than 2^63 − 1.
const LAST: usize = u32::MAX as usize;

impl TrainConfig {
    /// Takes lines `first` to `last` of a stack, counted from 1, out of everything trained on and out of the held-out
    /// sets, so that nothing about a model depends on them. A held-out set that loses all its lines goes.
    ///
    /// Returns how many sources and held-out sets named the stack. A source that loses all its lines keeps its place,
    /// because others may name it by number, and fails to give examples.
    ///
    /// ```
    /// # use energraph::handwriting::train::TrainConfig;
    /// # let config = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/models/amounts.toml"));
    /// let mut config: TrainConfig = toml::from_str(config)?;
    /// let named = config.hold_out("orand_car_a/train".as_ref(), 1, 180);
    /// assert!(named >= 1);
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn hold_out(&mut self, stack: &Path, first: usize, last: usize) -> usize {
        let mut named = 0;
        for source in &mut self.data {
            if let SourceConfig::Stack { stack: s, lines, .. } | SourceConfig::Idx { stack: s, lines, .. } = source
                && s == stack
            {
                *lines = without(lines, first, last);
                if lines.is_empty() {
                    // No lines at all would mean every line.
                    lines.push([LAST, LAST]);
                }
                named += 1;
            }
        }
        self.dev.retain_mut(|set| {
            if set.stack != stack {
                return true;
            }
            named += 1;
            set.lines = without(&set.lines, first, last);
            !set.lines.is_empty()
        });
        named
    }
}

/// Parts without the lines `first..=last`; no parts mean every line.
fn without(parts: &[[usize; 2]], first: usize, last: usize) -> Vec<[usize; 2]> {
    let all = [[1, LAST]];
    let parts = if parts.is_empty() { &all } else { parts };
    let around = |&[a, b]: &[usize; 2]| [[a, b.min(first.saturating_sub(1))], [a.max(last.saturating_add(1)), b]];
    parts.iter().flat_map(around).filter(|[a, b]| a <= b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_out_of_parts() {
        assert_eq!(without(&[[1, 10]], 3, 5), [[1, 2], [6, 10]]);
        assert_eq!(without(&[[1, 10], [20, 30]], 8, 22), [[1, 7], [23, 30]]);
        assert_eq!(without(&[[4, 10]], 1, 20), Vec::<[usize; 2]>::new());
        assert_eq!(without(&[[4, 10]], 11, usize::MAX), [[4, 10]]);
        assert_eq!(without(&[], 1, 3), [[4, LAST]]);
    }

    #[test]
    fn nothing_that_trains_or_is_held_out_keeps_the_lines() {
        let text = include_str!("../../../../data/models/amounts.toml");
        let mut config: TrainConfig = toml::from_str(text).unwrap();
        let dev = config.dev.len();
        assert!(config.hold_out("orand_car_a/train".as_ref(), 1, LAST) > 1);
        assert_eq!(config.dev.len(), dev - 1);
        assert_eq!(config.hold_out("nowhere".as_ref(), 1, 5), 0);
        assert!(toml::to_string(&config).is_ok());
    }
}
