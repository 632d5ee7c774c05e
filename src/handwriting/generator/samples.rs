//! The sample fields that ship with the crate.

use super::{Drawn, FIRST_SAMPLE_SEED, Generator};

const CHEQUES: [u64; 8] = [0, 1, 3, 9, 12, 15, 17, 20];
const CELLS: [u64; 4] = [2, 4, 9, 21];

/// The fields of `data/samples` with their file names: eight from cheques, four from log books, all with seeds from
/// [`FIRST_SAMPLE_SEED`] on.
pub fn samples() -> Vec<(String, Drawn)> {
    let cheque = |i: &u64| (format!("cheque-{i:02}.png"), Generator::CHEQUE.draw(FIRST_SAMPLE_SEED + i));
    let cell = |i: &u64| (format!("logbook-{i:02}.png"), Generator::LOG_BOOK.draw(FIRST_SAMPLE_SEED + i));
    CHEQUES.iter().map(cheque).chain(CELLS.iter().map(cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::read_stack;
    use std::path::Path;

    #[test]
    fn the_shipped_samples_are_what_the_generator_draws() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples");
        let shipped = read_stack(&folder, Some(2)).unwrap();
        let drawn = samples();
        assert_eq!(shipped.len(), drawn.len());
        for (item, (name, field)) in shipped.iter().zip(&drawn) {
            assert!(item.name.ends_with(name.as_str()));
            assert_eq!(item.text, field.amount.text);
            let size = |g: &crate::signal::Grey| (g.width(), g.height());
            assert_eq!(size(&item.image), size(&field.image), "{name}");
            let pairs = item.image.pixels().iter().zip(field.image.pixels());
            let apart: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            // Other machines may round sines otherwise; nothing more.
            assert!(apart < field.image.pixels().len() as u64 / 10, "{name}: {apart}");
        }
    }
}
