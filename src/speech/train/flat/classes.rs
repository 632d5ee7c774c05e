//! Phones by what they share: three levels, so that what is rare leans on what is common.

use crate::speech::phones::Feature::{self, *};
use crate::speech::phones::{Articulation, UnknownPhone};

/// Levels: manner, kind, phone.
pub(super) const LEVELS: usize = 3;

/// The group of every phone at each level, numbered from 0; at the last every phone is its own.
pub(super) struct Groups {
    /// By level, then by phone.
    pub of: [Vec<usize>; LEVELS],
    /// How many groups a level has.
    pub counts: [usize; LEVELS],
}

impl Groups {
    pub fn new(phones: &[String]) -> Result<Self, UnknownPhone> {
        let articulations = phones.iter().map(|p| Articulation::of_ipa(p)).collect::<Result<Vec<_>, _>>()?;
        let (manner, manners) = numbered(articulations.iter().map(manner));
        let (kind, kinds) = numbered(articulations.iter().map(kind));
        let own = (0..phones.len()).collect();
        Ok(Groups { of: [manner, kind, own], counts: [manners, kinds, phones.len()] })
    }
}

/// Numbers for names, in the order of their first use.
fn numbered(names: impl Iterator<Item = String>) -> (Vec<usize>, usize) {
    let mut seen: Vec<String> = Vec::new();
    let mut number = |name: String| {
        seen.iter().position(|s| *s == name).unwrap_or_else(|| {
            seen.push(name);
            seen.len() - 1
        })
    };
    let numbers = names.map(&mut number).collect();
    (numbers, seen.len())
}

fn has(a: &Articulation, feature: Feature) -> bool {
    a.get(feature) > 0
}

/// Vowel, nasal, lateral, tap or trill, glide; stop, affricate, sibilant, other fricative, voiced or not.
fn manner(a: &Articulation) -> String {
    if has(a, Sonorant) || has(a, Approximant) {
        let name = if has(a, Syllabic) && !has(a, Consonantal) {
            "vowel"
        } else if has(a, Nasal) {
            "nasal"
        } else if has(a, Tap) || has(a, Trill) {
            "trill"
        } else if has(a, Lateral) {
            "lateral"
        } else {
            "glide"
        };
        return name.to_owned();
    }
    let name = if a.get(Continuant) < 0 {
        if has(a, DelayedRelease) { "affricate" } else { "stop" }
    } else if has(a, Strident) {
        "sibilant"
    } else {
        "fricative"
    };
    if has(a, Voiced) { format!("{name}, voiced") } else { name.to_owned() }
}

/// Vowels by height and backness, glides by place, stops by what the larynx does; the rest by manner.
fn kind(a: &Articulation) -> String {
    let manner = manner(a);
    let which = match manner.as_str() {
        "vowel" => {
            let height = if has(a, High) {
                "high"
            } else if has(a, Low) {
                "low"
            } else {
                "mid"
            };
            let place = if has(a, Front) {
                "front"
            } else if has(a, Back) {
                "back"
            } else {
                "central"
            };
            format!("{height} {place}")
        }
        "glide" if has(a, Front) => "palatal".to_owned(),
        "stop" if !has(a, Labial) && !has(a, Coronal) && !has(a, Dorsal) => "glottal".to_owned(),
        "stop" if has(a, Ejective) => "ejective".to_owned(),
        "stop" if has(a, SpreadGlottis) => "aspirated".to_owned(),
        "fricative" if !has(a, Labial) && !has(a, Coronal) && !has(a, Dorsal) => "glottal".to_owned(),
        _ => String::new(),
    };
    format!("{manner} {which}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_grouped_by_manner_then_by_kind() {
        let names: Vec<String> = "a i u m l r j w p b pʰ kʼ ʔ t͡ʃ s f z h".split(' ').map(str::to_owned).collect();
        let of = |level: usize, a: &str, b: &str| {
            let groups = Groups::new(&names).unwrap();
            let number = |x: &str| groups.of[level][names.iter().position(|n| n == x).unwrap()];
            number(a) == number(b)
        };
        assert!(of(0, "a", "i") && of(0, "p", "kʼ") && of(0, "j", "w") && of(0, "f", "h"));
        assert!(!of(0, "p", "b") && !of(0, "s", "z") && !of(0, "m", "a") && !of(0, "t͡ʃ", "p") && !of(0, "l", "r"));
        assert!(!of(1, "a", "i") && !of(1, "p", "pʰ") && !of(1, "p", "ʔ") && !of(1, "j", "w") && of(1, "m", "m"));
        assert!(!of(2, "p", "t͡ʃ"));
        assert!(Groups::new(&["♪".to_owned()]).is_err());
    }
}
