//! What the letters of the International Phonetic Alphabet stand for.

use super::Feature::{self, *};
use super::{Articulation, FEATURES};

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Stop,
    Implosive,
    Click,
    LateralClick,
    Nasal,
    Trill,
    Tap,
    LateralTap,
    Fricative,
    Sibilant,
    LateralFricative,
    Approximant,
    Lateral,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Bilabial,
    Labiodental,
    Dental,
    Alveolar,
    Postalveolar,
    Retroflex,
    AlveoloPalatal,
    Palatal,
    Velar,
    Uvular,
    Pharyngeal,
    Epiglottal,
    Glottal,
    LabialVelar,
    LabialPalatal,
}

use Manner as M;
use Place as P;

/// Letter, manner, place, voiced.
const CONSONANTS: &[(char, Manner, Place, bool)] = &[
    ('p', M::Stop, P::Bilabial, false),
    ('b', M::Stop, P::Bilabial, true),
    ('t', M::Stop, P::Alveolar, false),
    ('d', M::Stop, P::Alveolar, true),
    ('ʈ', M::Stop, P::Retroflex, false),
    ('ɖ', M::Stop, P::Retroflex, true),
    ('ȶ', M::Stop, P::AlveoloPalatal, false),
    ('ȡ', M::Stop, P::AlveoloPalatal, true),
    ('c', M::Stop, P::Palatal, false),
    ('ɟ', M::Stop, P::Palatal, true),
    ('k', M::Stop, P::Velar, false),
    ('ɡ', M::Stop, P::Velar, true),
    ('q', M::Stop, P::Uvular, false),
    ('ɢ', M::Stop, P::Uvular, true),
    ('ʡ', M::Stop, P::Epiglottal, false),
    ('ʔ', M::Stop, P::Glottal, false),
    ('ɓ', M::Implosive, P::Bilabial, true),
    ('ɗ', M::Implosive, P::Alveolar, true),
    ('ᶑ', M::Implosive, P::Retroflex, true),
    ('ʄ', M::Implosive, P::Palatal, true),
    ('ɠ', M::Implosive, P::Velar, true),
    ('ʛ', M::Implosive, P::Uvular, true),
    ('ʘ', M::Click, P::Bilabial, false),
    ('ǀ', M::Click, P::Dental, false),
    ('ǃ', M::Click, P::Alveolar, false),
    ('ǂ', M::Click, P::Postalveolar, false),
    ('ǁ', M::LateralClick, P::Alveolar, false),
    ('m', M::Nasal, P::Bilabial, true),
    ('ɱ', M::Nasal, P::Labiodental, true),
    ('n', M::Nasal, P::Alveolar, true),
    ('ɳ', M::Nasal, P::Retroflex, true),
    ('ȵ', M::Nasal, P::AlveoloPalatal, true),
    ('ɲ', M::Nasal, P::Palatal, true),
    ('ŋ', M::Nasal, P::Velar, true),
    ('ɴ', M::Nasal, P::Uvular, true),
    ('ʙ', M::Trill, P::Bilabial, true),
    ('r', M::Trill, P::Alveolar, true),
    ('ʀ', M::Trill, P::Uvular, true),
    ('ʜ', M::Trill, P::Epiglottal, false),
    ('ʢ', M::Trill, P::Epiglottal, true),
    ('ⱱ', M::Tap, P::Labiodental, true),
    ('ɾ', M::Tap, P::Alveolar, true),
    ('ɽ', M::Tap, P::Retroflex, true),
    ('ɺ', M::LateralTap, P::Alveolar, true),
    ('ɸ', M::Fricative, P::Bilabial, false),
    ('β', M::Fricative, P::Bilabial, true),
    ('f', M::Fricative, P::Labiodental, false),
    ('v', M::Fricative, P::Labiodental, true),
    ('θ', M::Fricative, P::Dental, false),
    ('ð', M::Fricative, P::Dental, true),
    ('s', M::Sibilant, P::Alveolar, false),
    ('z', M::Sibilant, P::Alveolar, true),
    ('ʃ', M::Sibilant, P::Postalveolar, false),
    ('ʒ', M::Sibilant, P::Postalveolar, true),
    ('ʂ', M::Sibilant, P::Retroflex, false),
    ('ʐ', M::Sibilant, P::Retroflex, true),
    ('ɕ', M::Sibilant, P::AlveoloPalatal, false),
    ('ʑ', M::Sibilant, P::AlveoloPalatal, true),
    ('ç', M::Fricative, P::Palatal, false),
    ('ʝ', M::Fricative, P::Palatal, true),
    ('x', M::Fricative, P::Velar, false),
    ('ɣ', M::Fricative, P::Velar, true),
    ('χ', M::Fricative, P::Uvular, false),
    ('ʁ', M::Fricative, P::Uvular, true),
    ('ħ', M::Fricative, P::Pharyngeal, false),
    ('ʕ', M::Fricative, P::Pharyngeal, true),
    ('h', M::Fricative, P::Glottal, false),
    ('ɦ', M::Fricative, P::Glottal, true),
    ('ʍ', M::Fricative, P::LabialVelar, false),
    ('ɬ', M::LateralFricative, P::Alveolar, false),
    ('ɮ', M::LateralFricative, P::Alveolar, true),
    ('ꞎ', M::LateralFricative, P::Retroflex, false),
    ('ʋ', M::Approximant, P::Labiodental, true),
    ('ɹ', M::Approximant, P::Alveolar, true),
    ('ɻ', M::Approximant, P::Retroflex, true),
    ('j', M::Approximant, P::Palatal, true),
    ('ɰ', M::Approximant, P::Velar, true),
    ('w', M::Approximant, P::LabialVelar, true),
    ('ɥ', M::Approximant, P::LabialPalatal, true),
    ('l', M::Lateral, P::Alveolar, true),
    ('ɭ', M::Lateral, P::Retroflex, true),
    ('ȴ', M::Lateral, P::AlveoloPalatal, true),
    ('ʎ', M::Lateral, P::Palatal, true),
    ('ʟ', M::Lateral, P::Velar, true),
];

/// Letter, high, low, front, back, round, tense.
const VOWELS: &[(char, [i8; 6])] = &[
    ('i', [1, -1, 1, -1, -1, 1]),
    ('y', [1, -1, 1, -1, 1, 1]),
    ('ɨ', [1, -1, -1, -1, -1, 1]),
    ('ʉ', [1, -1, -1, -1, 1, 1]),
    ('ɯ', [1, -1, -1, 1, -1, 1]),
    ('u', [1, -1, -1, 1, 1, 1]),
    ('ɪ', [1, -1, 1, -1, -1, -1]),
    ('ʏ', [1, -1, 1, -1, 1, -1]),
    ('ʊ', [1, -1, -1, 1, 1, -1]),
    ('e', [-1, -1, 1, -1, -1, 1]),
    ('ø', [-1, -1, 1, -1, 1, 1]),
    ('ɘ', [-1, -1, -1, -1, -1, 1]),
    ('ɵ', [-1, -1, -1, -1, 1, 1]),
    ('ɤ', [-1, -1, -1, 1, -1, 1]),
    ('o', [-1, -1, -1, 1, 1, 1]),
    ('ə', [-1, -1, -1, -1, -1, 0]),
    ('ɛ', [-1, -1, 1, -1, -1, -1]),
    ('œ', [-1, -1, 1, -1, 1, -1]),
    ('ɜ', [-1, -1, -1, -1, -1, -1]),
    ('ɞ', [-1, -1, -1, -1, 1, -1]),
    ('ʌ', [-1, -1, -1, 1, -1, -1]),
    ('ɔ', [-1, -1, -1, 1, 1, -1]),
    ('æ', [-1, 1, 1, -1, -1, -1]),
    ('ɶ', [-1, 1, 1, -1, 1, 0]),
    // In the chart a front vowel; in use, as in the tables of PHOIBLE and PanPhon, an open one that is neither front nor back.
    ('a', [-1, 1, -1, -1, -1, 0]),
    ('ɐ', [-1, 1, -1, -1, -1, -1]),
    ('ɑ', [-1, 1, -1, 1, -1, 0]),
    ('ɒ', [-1, 1, -1, 1, 1, 0]),
];

/// The features of a letter.
pub(super) fn letter(letter: char) -> Option<Articulation> {
    if let Some(&(_, manner, place, voiced)) = CONSONANTS.iter().find(|c| c.0 == letter) {
        return Some(consonant(manner, place, voiced));
    }
    VOWELS.iter().find(|v| v.0 == letter).map(|v| vowel(v.1))
}

/// All letters.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = char> {
    CONSONANTS.iter().map(|c| c.0).chain(VOWELS.iter().map(|v| v.0))
}

/// Nothing takes part, nothing beyond that applies.
fn still() -> Articulation {
    let mut a = Articulation { values: [-1; FEATURES] };
    a.set(&[(Anterior, 0), (Distributed, 0), (High, 0), (Low, 0), (Front, 0), (Back, 0), (Tense, 0), (TongueRoot, 0)]);
    a
}

fn vowel([high, low, front, back, round, tense]: [i8; 6]) -> Articulation {
    let mut a = still();
    a.set(&[(Syllabic, 1), (Sonorant, 1), (Continuant, 1), (Approximant, 1), (DelayedRelease, 0), (Voiced, 1)]);
    a.set(&[(Dorsal, 1), (High, high), (Low, low), (Front, front), (Back, back), (Tense, tense)]);
    a.set(&[(Labial, round), (Round, round)]);
    a
}

fn consonant(manner: Manner, place: Place, voiced: bool) -> Articulation {
    let mut a = still();
    a.set(&[(Consonantal, 1), (Voiced, if voiced { 1 } else { -1 })]);
    a.set(of_manner(manner));
    a.set(of_place(place));
    match (place, manner) {
        (P::Glottal, M::Stop) => a.set(&[(Consonantal, -1), (ConstrictedGlottis, 1)]),
        (P::Glottal, _) => a.set(&[(Consonantal, -1), (SpreadGlottis, 1)]),
        (P::Palatal | P::Velar | P::LabialVelar | P::LabialPalatal, M::Approximant) => a.set(&[(Consonantal, -1)]),
        (P::Alveolar | P::Retroflex, M::Approximant) => a.set(&[(Rhotic, 1)]),
        // Every click has a second closure, behind.
        (_, M::Click | M::LateralClick) => a.set(BODY_BACK),
        _ => {}
    }
    a
}

fn of_manner(manner: Manner) -> &'static [(Feature, i8)] {
    match manner {
        M::Stop => &[],
        M::Implosive => &[(Implosive, 1)],
        M::Click => &[(Click, 1)],
        M::LateralClick => &[(Click, 1), (Lateral, 1)],
        M::Nasal => &[(Sonorant, 1), (Nasal, 1), (DelayedRelease, 0)],
        M::Trill => &[(Sonorant, 1), (Continuant, 1), (Approximant, 1), (Trill, 1), (DelayedRelease, 0)],
        M::Tap => &[(Sonorant, 1), (Continuant, 1), (Approximant, 1), (Tap, 1), (DelayedRelease, 0)],
        M::LateralTap => {
            &[(Sonorant, 1), (Continuant, 1), (Approximant, 1), (Tap, 1), (Lateral, 1), (DelayedRelease, 0)]
        }
        M::Fricative => &[(Continuant, 1), (DelayedRelease, 1)],
        M::Sibilant => &[(Continuant, 1), (DelayedRelease, 1), (Strident, 1)],
        M::LateralFricative => &[(Continuant, 1), (DelayedRelease, 1), (Lateral, 1)],
        M::Approximant => &[(Sonorant, 1), (Continuant, 1), (Approximant, 1), (DelayedRelease, 0)],
        M::Lateral => &[(Sonorant, 1), (Continuant, 1), (Approximant, 1), (Lateral, 1), (DelayedRelease, 0)],
    }
}

/// The body of the tongue raised at the soft palate.
pub(super) const BODY_BACK: &[(Feature, i8)] = &[(Dorsal, 1), (High, 1), (Low, -1), (Front, -1), (Back, 1)];
/// At the hard palate.
pub(super) const BODY_FRONT: &[(Feature, i8)] = &[(Dorsal, 1), (High, 1), (Low, -1), (Front, 1), (Back, -1)];
/// In the throat.
pub(super) const PHARYNX: &[(Feature, i8)] =
    &[(Dorsal, 1), (High, -1), (Low, 1), (Front, -1), (Back, 1), (TongueRoot, -1)];

fn of_place(place: Place) -> &'static [(Feature, i8)] {
    match place {
        P::Bilabial => &[(Labial, 1)],
        P::Labiodental => &[(Labial, 1), (Labiodental, 1)],
        P::Dental => &[(Coronal, 1), (Anterior, 1), (Distributed, 1)],
        P::Alveolar => &[(Coronal, 1), (Anterior, 1), (Distributed, -1)],
        P::Postalveolar => &[(Coronal, 1), (Anterior, -1), (Distributed, 1)],
        P::Retroflex => &[(Coronal, 1), (Anterior, -1), (Distributed, -1)],
        P::AlveoloPalatal => {
            &[(Coronal, 1), (Anterior, -1), (Distributed, 1), (Dorsal, 1), (High, 1), (Low, -1), (Front, 1), (Back, -1)]
        }
        P::Palatal => BODY_FRONT,
        P::Velar => BODY_BACK,
        P::Uvular => &[(Dorsal, 1), (High, -1), (Low, -1), (Front, -1), (Back, 1)],
        P::Pharyngeal => PHARYNX,
        P::Epiglottal => {
            &[(Dorsal, 1), (High, -1), (Low, 1), (Front, -1), (Back, 1), (TongueRoot, -1), (ConstrictedGlottis, 1)]
        }
        P::Glottal => &[],
        P::LabialVelar => &[(Labial, 1), (Round, 1), (Dorsal, 1), (High, 1), (Low, -1), (Front, -1), (Back, 1)],
        P::LabialPalatal => &[(Labial, 1), (Round, 1), (Dorsal, 1), (High, 1), (Low, -1), (Front, 1), (Back, -1)],
    }
}
