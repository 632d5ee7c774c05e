//! Plausible amounts as strings.

use rand::{Rng, RngExt};

/// An amount as it is written and as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// Every symbol drawn, closing strokes included: `25.441.-`.
    pub drawn: String,
    /// Without closing strokes: `25.441`.
    pub text: String,
    /// The digits alone: `25441`.
    pub digits: String,
}

impl Amount {
    /// From a written string and the number of closing symbols at its end.
    pub fn new(drawn: impl Into<String>, closing: usize) -> Self {
        let drawn = drawn.into();
        let keep = drawn.chars().count().saturating_sub(closing);
        let text: String = drawn.chars().take(keep).collect();
        let digits = text.chars().filter(char::is_ascii_digit).collect();
        Amount { drawn, text, digits }
    }
}

/// How often each kind of string is drawn. The weights need not sum to one; digits are uniform and independent, so that no
/// string is more frequent than another of its form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patterns {
    /// Digits alone.
    pub plain: f32,
    /// One separator with one to three digits behind it, `12,5`.
    pub decimal: f32,
    /// Groups of three, `25.441` or `7,800`.
    pub thousands: f32,
    /// Groups of three and two decimals, `1.234,50`.
    pub full: f32,
    /// Probability of a minus in front (plain and decimal).
    pub sign: f32,
    /// Probability of closing strokes (`-`, `.-`, `,-`, `=`, `#`, `.`), and of `#` in front.
    pub closing: f32,
    /// Fewest and most digits.
    pub digits: (usize, usize),
}

impl Patterns {
    /// Courtesy amounts of cheques: thousand separators and closing strokes.
    pub const CHEQUE: Patterns =
        Patterns { plain: 0.4, decimal: 0.1, thousands: 0.4, full: 0.1, sign: 0.0, closing: 0.45, digits: (2, 8) };
    /// Entries of a log book: short numbers, some with a decimal separator or a minus, `^-?[0-9]*[.,]?[0-9]*$`.
    pub const LOG_BOOK: Patterns =
        Patterns { plain: 0.68, decimal: 0.3, thousands: 0.02, full: 0.0, sign: 0.05, closing: 0.0, digits: (1, 5) };
    /// Digits alone, one to nine.
    pub const DIGITS: Patterns =
        Patterns { plain: 1.0, decimal: 0.0, thousands: 0.0, full: 0.0, sign: 0.0, closing: 0.0, digits: (1, 9) };

    /// Draws an amount.
    ///
    /// ```
    /// use energraph::handwriting::generator::Patterns;
    /// use rand::SeedableRng;
    /// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    /// let amount = Patterns::CHEQUE.draw(&mut rng);
    /// assert!(amount.drawn.starts_with(&amount.text) || amount.drawn.starts_with('#'));
    /// assert!(amount.digits.len() >= 2);
    /// ```
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> Amount {
        let (low, high) = (self.digits.0.max(1), self.digits.1.max(self.digits.0.max(1)));
        let count = rng.random_range(low..=high);
        let digits: Vec<char> = (0..count).map(|_| char::from(b'0' + rng.random_range(0..10u8))).collect();
        let point = if rng.random_bool(0.5) { '.' } else { ',' };
        let mut total = rng.random::<f32>() * (self.plain + self.decimal + self.thousands + self.full);
        let mut kind = 0;
        for weight in [self.plain, self.decimal, self.thousands] {
            if total < weight {
                break;
            }
            total -= weight;
            kind += 1;
        }
        let comma = if point == '.' { ',' } else { '.' };
        let mut text = match kind {
            1 if count > 1 => {
                let behind = rng.random_range(1..=3.min(count - 1));
                let (whole, rest) = digits.split_at(count - behind);
                whole.iter().chain(&[point]).chain(rest).collect()
            }
            2 if count > 3 => grouped(&digits, point),
            3 if count > 5 => {
                let (whole, rest) = digits.split_at(count - 2);
                grouped(whole, point) + &comma.to_string() + &rest.iter().collect::<String>()
            }
            _ => digits.iter().collect::<String>(),
        };
        if kind < 2 && rng.random::<f32>() < self.sign {
            text.insert(0, '-');
        }
        self.close(text, rng)
    }

    fn close<R: Rng + ?Sized>(&self, text: String, rng: &mut R) -> Amount {
        if rng.random::<f32>() >= self.closing {
            return Amount::new(text, 0);
        }
        let closing = ["-", ".-", ",-", "=", "#", "."][rng.random_range(0..6)];
        let amount = Amount::new(text + closing, closing.len());
        if closing == "#" && rng.random_bool(0.5) {
            return Amount { drawn: format!("#{}", amount.drawn), ..amount };
        }
        amount
    }
}

fn grouped(digits: &[char], point: char) -> String {
    let mut text = String::new();
    for (i, digit) in digits.iter().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(point);
        }
        text.push(*digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn log_book_entries_match_their_pattern() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for _ in 0..2000 {
            let amount = Patterns { thousands: 0.0, ..Patterns::LOG_BOOK }.draw(&mut rng);
            let rest = amount.text.strip_prefix('-').unwrap_or(&amount.text);
            assert!(rest.chars().filter(|c| !c.is_ascii_digit()).count() <= 1, "{rest}");
            assert!(rest.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ','), "{rest}");
            assert_eq!(amount.text, amount.drawn);
        }
    }

    #[test]
    fn no_digit_is_preferred_in_any_place() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut counts = [[0; 10]; 2];
        for _ in 0..5000 {
            let digits = Patterns::CHEQUE.draw(&mut rng).digits.into_bytes();
            counts[0][usize::from(digits[0] - b'0')] += 1;
            counts[1][usize::from(digits[digits.len() - 1] - b'0')] += 1;
        }
        assert!(counts.as_flattened().iter().all(|c| (400..600).contains(c)), "{counts:?}");
    }

    #[test]
    fn groups_have_three_digits_and_closing_strokes_are_not_in_the_text() {
        assert_eq!(grouped(&['1', '2', '3', '4'], '.'), "1.234");
        assert_eq!(grouped(&['1', '2', '3', '4', '5', '6'], ','), "123,456");
        let amount = Amount::new("25.441.-", 2);
        assert_eq!((amount.text.as_str(), amount.digits.as_str()), ("25.441", "25441"));
    }
}
