//! Transcripts of phones: TextGrid, HTK labels, plain text.

use crate::speech::phones::{Notation, to_ipa};
use crate::speech::textgrid;

/// Labels that mean silence everywhere.
const SILENCE: &[&str] = &["", "sil", "SIL", "sp", "spn", "<sil>", "<p:>", "pau", "#"];

/// Labels in order, with their times where they have some.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Labelled {
    pub phones: Vec<String>,
    pub times: Vec<(f64, f64)>,
}

/// The labels of a transcript; what kind it is, its extension says.
pub(super) fn read(extension: &str, bytes: &[u8], tier: Option<&str>) -> Result<Labelled, String> {
    if extension.eq_ignore_ascii_case("textgrid") {
        let grid = textgrid::parse(bytes).map_err(|e| e.to_string())?;
        let intervals = grid.tier(tier).map_err(|e| e.to_string())?.intervals();
        let times = intervals.iter().map(|i| (i.start, i.end)).collect();
        return Ok(Labelled { phones: intervals.into_iter().map(|i| i.label.trim().to_owned()).collect(), times });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| format!("not text (byte {} is not UTF-8)", e.valid_up_to()))?;
    match timed_lines(text)? {
        Some(labelled) => Ok(labelled),
        None => Ok(Labelled { phones: text.split_whitespace().map(str::to_owned).collect(), times: Vec::new() }),
    }
}

/// Lines of begin, end and label; `None` where the first line is not one.
fn timed_lines(text: &str) -> Result<Option<Labelled>, String> {
    let mut found = Labelled::default();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let times = match fields[..] {
            [a, b] | [a, b, _] => time(a).zip(time(b)),
            _ => None,
        };
        match times {
            None if found.phones.is_empty() => return Ok(None),
            Some((start, end)) if start <= end && found.times.last().is_none_or(|t| t.1 <= start + 1e-6) => {
                found.times.push((start, end));
                found.phones.push(fields.get(2).copied().unwrap_or_default().to_owned());
            }
            _ => return Err(format!("line {}: {line:?} where begin, end and phone should stand", number + 1)),
        }
    }
    Ok(Some(found).filter(|f| !f.phones.is_empty()))
}

/// Seconds; a whole number is HTK's count of 100 ns.
fn time(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0)?;
    Some(if text.bytes().all(|b| b.is_ascii_digit()) { value * 1e-7 } else { value })
}

impl Labelled {
    /// The phones alone, in IPA, without silence.
    pub fn spoken(self, silence: &[String], notation: Notation) -> Result<Self, String> {
        let mut spoken = Labelled::default();
        for (i, label) in self.phones.into_iter().enumerate() {
            if SILENCE.contains(&label.as_str()) || silence.contains(&label) {
                continue;
            }
            spoken.phones.push(to_ipa(&label, notation).map_err(|e| e.to_string())?);
            spoken.times.extend(self.times.get(i));
        }
        Ok(spoken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_lab(text: &str) -> Result<Labelled, String> {
        read("lab", text.as_bytes(), None)
    }

    #[test]
    fn htk_labels_seconds_and_plain_phones_are_told_apart() {
        let htk = read_lab("0 1000000 sil\n1000000 2500000 a\n\n2500000 3000000 t\n").unwrap();
        assert_eq!(htk.phones, ["sil", "a", "t"]);
        assert_eq!(htk.times, [(0.0, 0.1), (0.1, 0.25), (0.25, 0.3)]);
        let seconds = read_lab("0.0 0.1\n0.1 0.25 a").unwrap();
        assert_eq!((seconds.phones, seconds.times), (vec![String::new(), "a".into()], vec![(0.0, 0.1), (0.1, 0.25)]));
        let plain = read_lab("p a\nt a").unwrap();
        assert_eq!((plain.phones.len(), plain.times.len()), (4, 0));
        assert_eq!(read_lab(" \n").unwrap(), Labelled::default());
    }

    #[test]
    fn lines_that_go_back_in_time_or_break_off_are_refused() {
        for bad in ["0.0 0.1 a\n0.05 0.2 b", "0.2 0.1 a", "0.0 0.1 a\nb", "0.0 0.1 a\n-1.0 0.2 b"] {
            assert!(read_lab(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn silence_is_left_out_with_its_times() {
        let all = read_lab("0.0 0.1 sil\n0.1 0.2 a\n0.2 0.3 NOISE\n0.3 0.4 t").unwrap();
        let spoken = all.clone().spoken(&["NOISE".into()], Notation::Ipa).unwrap();
        assert_eq!((spoken.phones, spoken.times), (vec!["a".to_owned(), "t".into()], vec![(0.1, 0.2), (0.3, 0.4)]));
        assert!(all.spoken(&[], Notation::Ipa).is_err(), "NOISE is no phone");
    }
}
