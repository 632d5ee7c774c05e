//! What diacritics do to a letter.

use super::Articulation;
use super::Feature::{self, *};
use super::letters::{BODY_BACK, BODY_FRONT, PHARYNX};

/// Whether a character is a diacritic that may stand before its letter.
pub(super) fn may_precede(mark: char) -> bool {
    matches!(mark, 'ʰ' | 'ʱ' | 'ⁿ' | 'ᵐ' | 'ᵑ' | 'ᶮ' | 'ᶯ' | 'ᶰ' | 'ʷ' | 'ʲ' | 'ˀ')
}

/// Whether a character says nothing of a phone: stress, tone letters, joiners.
pub(super) fn is_passed_over(c: char) -> bool {
    matches!(c, 'ˈ' | 'ˌ' | '˥'..='˩' | 'ꜛ' | 'ꜜ' | '↗' | '↘' | '\u{200C}' | '\u{200D}' | '\u{FEFF}')
}

/// Whether a mark on a letter is a tone, or of a length or a release that no feature has. A macron on a consonant is none: it makes it long.
pub(super) fn says_nothing(mark: char, on: &Articulation) -> bool {
    let bears_tone = on.has(Syllabic) || on.has(Nasal) || on.has(Approximant);
    match mark {
        '\u{300}' | '\u{301}' | '\u{302}' | '\u{30B}' | '\u{30C}' | '\u{30F}' | '\u{1DC4}'..='\u{1DC8}' => bears_tone,
        '\u{304}' => on.has(Syllabic),
        '\u{306}' | '\u{31A}' | 'ᵊ' => true,
        _ => false,
    }
}

/// Puts a mark on a letter; whether it has a meaning there.
pub(super) fn apply(mark: char, a: &mut Articulation) -> bool {
    if says_nothing(mark, a) {
        return true;
    }
    match mark {
        'ː' | 'ˑ' | '\u{304}' => a.set(&[(Long, i8::from(mark != 'ˑ'))]),
        '\u{303}' | '\u{328}' | 'ⁿ' | 'ᵐ' | 'ᵑ' | 'ᶮ' | 'ᶯ' | 'ᶰ' => a.set(&[(Nasal, 1)]),
        'ˡ' => a.set(&[(Lateral, 1)]),
        'ˢ' | 'ᶻ' => a.set(&[(DelayedRelease, 1), (Strident, 1)]),
        '\u{329}' | '\u{30D}' => a.set(&[(Syllabic, 1)]),
        '\u{32F}' | '\u{311}' => a.set(&[(Syllabic, -1)]),
        '˞' | 'ʴ' | 'ʵ' => a.set(&[(Rhotic, 1)]),
        '\u{318}' => a.set(&[(TongueRoot, 1)]),
        '\u{319}' => a.set(&[(TongueRoot, -1)]),
        '\u{323}' if !a.has(Consonantal) => a.set(&[(TongueRoot, -1)]),
        _ => return glottis(mark, a) || second_place(mark, a) || shift(mark, a),
    }
    true
}

/// Voice and air stream.
fn glottis(mark: char, a: &mut Articulation) -> bool {
    match mark {
        '\u{325}' | '\u{30A}' => a.set(&[(Voiced, -1)]),
        '\u{32C}' => a.set(&[(Voiced, 1)]),
        'ʰ' => a.set(&[(SpreadGlottis, 1)]),
        'ʱ' | '\u{324}' => a.set(&[(SpreadGlottis, 1), (Voiced, 1)]),
        '\u{330}' | 'ˀ' => a.set(&[(ConstrictedGlottis, 1)]),
        // On a sonorant the apostrophe is for glottalisation.
        'ʼ' if a.has(Sonorant) => a.set(&[(ConstrictedGlottis, 1)]),
        'ʼ' => a.set(&[(ConstrictedGlottis, 1), (Ejective, 1)]),
        _ => return false,
    }
    true
}

/// Places besides a letter's own.
fn second_place(mark: char, a: &mut Articulation) -> bool {
    match mark {
        'ʷ' | '\u{32B}' => a.set(&[(Labial, 1), (Round, 1)]),
        'ᵝ' => a.set(&[(Labial, 1)]),
        'ʲ' => a.set(BODY_FRONT),
        'ᶣ' => a.set(&[&[(Labial, 1), (Round, 1)], BODY_FRONT].concat()),
        'ˠ' | 'ˣ' | '\u{334}' => a.set(BODY_BACK),
        'ˤ' => a.set(PHARYNX),
        'ʶ' | 'ᵡ' => a.set(&[(Dorsal, 1), (High, -1), (Low, -1), (Front, -1), (Back, 1)]),
        '\u{33C}' => a.set(&[(Labial, 1), (Coronal, 1), (Anterior, 1), (Distributed, 1)]),
        _ => return false,
    }
    true
}

/// A little this way or that from the letter's own place, height or rounding.
fn shift(mark: char, a: &mut Articulation) -> bool {
    let vowel = !a.has(Consonantal) && a.has(Sonorant);
    match mark {
        '\u{32A}' if a.has(Coronal) => a.set(&[(Anterior, 1), (Distributed, 1)]),
        '\u{32A}' if a.has(Labial) => a.set(&[(Labiodental, 1)]),
        '\u{33A}' if a.has(Coronal) => a.set(&[(Distributed, -1)]),
        '\u{33B}' if a.has(Coronal) => a.set(&[(Distributed, 1)]),
        '\u{323}' if a.has(Coronal) => a.set(&[(Anterior, -1), (Distributed, -1)]),
        '\u{339}' if a.get(Round) <= 0 => a.set(&[(Labial, 0), (Round, 0)]),
        '\u{31C}' if a.get(Round) >= 0 => a.set(&[(Labial, 0), (Round, 0)]),
        '\u{339}' | '\u{31C}' => {}
        '\u{308}' if vowel => a.set(&[(Front, -1), (Back, -1)]),
        '\u{33D}' if vowel => a.set(&[(High, -1), (Low, -1), (Front, -1), (Back, -1), (Tense, -1)]),
        '\u{31F}' => advance(a),
        '\u{320}' | '\u{331}' => retract(a),
        '\u{31D}' => raise(a, vowel),
        '\u{31E}' => lower(a, vowel),
        _ => return false,
    }
    true
}

/// Moves a value up by one step between two features that exclude each other.
fn towards(a: &mut Articulation, wanted: Feature, other: Feature) {
    if a.has(other) { a.set(&[(other, -1)]) } else { a.set(&[(wanted, 1)]) }
}

fn advance(a: &mut Articulation) {
    if a.has(Coronal) {
        a.set(&[(Anterior, 1)]);
    } else if a.has(Dorsal) {
        towards(a, Front, Back);
    }
}

fn retract(a: &mut Articulation) {
    if a.has(Coronal) {
        // Behind the ridge with the blade; farther behind with the tip.
        let blade = if a.has(Anterior) { 1 } else { -1 };
        a.set(&[(Anterior, -1), (Distributed, blade)]);
    } else if a.has(Consonantal) && a.has(Back) {
        a.set(&[(High, -1)]);
    } else if a.has(Dorsal) {
        towards(a, Back, Front);
    }
}

fn raise(a: &mut Articulation, vowel: bool) {
    match (vowel && a.has(Syllabic), a.has(Low), a.get(Tense)) {
        // Without the lips and the root of the tongue there are four heights, and two of each but the lowest.
        (true, true, _) => a.set(&[(Low, -1), (Tense, -1)]),
        (true, false, ..=0) => a.set(&[(Tense, 1)]),
        (true, false, _) => a.set(&[(High, 1)]),
        (false, ..) if a.has(Sonorant) => a.set(&[(Sonorant, -1), (Approximant, -1), (DelayedRelease, 1)]),
        (false, ..) => {}
    }
}

fn lower(a: &mut Articulation, vowel: bool) {
    match (vowel && a.has(Syllabic), a.has(High), a.get(Tense)) {
        (true, _, 1) => a.set(&[(Tense, -1)]),
        (true, true, _) => a.set(&[(High, -1), (Tense, 1)]),
        (true, false, _) => a.set(&[(Low, 1)]),
        (false, ..) if a.has(Sonorant) => {}
        (false, ..) if a.has(Continuant) => a.set(&[(Sonorant, 1), (Approximant, 1), (DelayedRelease, 0)]),
        (false, ..) => a.set(&[(Continuant, 1), (DelayedRelease, 1)]),
    }
}
