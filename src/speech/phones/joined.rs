//! Several letters that are one phone.

use super::Articulation;
use super::Feature::{self, *};

/// Whether and how two letters are one phone: what it is, and whether the canonical spelling has a tie bar.
pub(super) struct Joined {
    pub(super) features: Articulation,
    pub(super) tie: bool,
}

/// The second letter after the first; without a tie bar only where one phone must be meant.
pub(super) fn join(a: &Articulation, b: &Articulation, tied: bool) -> Option<Joined> {
    let vocoid = |x: &Articulation| !x.has(Consonantal) && x.has(Sonorant);
    if vocoid(a) && vocoid(b) && (a.has(Syllabic) || b.has(Syllabic)) {
        return Some(Joined { features: diphthong(a, b), tie: false });
    }
    let stop = |x: &Articulation| !x.has(Continuant) && !x.has(Sonorant);
    let fricative = |x: &Articulation| x.has(Continuant) && !x.has(Sonorant);
    let nasal = |x: &Articulation| x.has(Nasal) && x.has(Sonorant);
    let same_voice = a.get(Voiced) == b.get(Voiced);
    let shares_place = [Labial, Coronal, Dorsal].iter().any(|&f| a.has(f) && b.has(f));
    let labial_dorsal = a.has(Dorsal) && b.has(Labial) && !b.has(Dorsal);
    let features = if a.has(Click) != b.has(Click) {
        click(a, b)
    } else if stop(a) && fricative(b) && (tied || (same_voice && shares_place)) {
        affricate(a, b)
    } else if ((stop(a) && stop(b)) || (nasal(a) && nasal(b))) && (tied || (same_voice && labial_dorsal)) {
        both(a, b)
    } else if tied && (nasal(a) != nasal(b)) && !(a.has(Approximant) || b.has(Approximant)) {
        let obstruent = if nasal(a) { b } else { a };
        let mut one = both(a, b);
        one.set(&[(Sonorant, -1), (Nasal, 1)]);
        [Continuant, DelayedRelease, Voiced, Strident].iter().for_each(|&f| one.set(&[(f, obstruent.get(f))]));
        one
    } else if tied && vocoid(b) && !b.has(Syllabic) {
        both(a, b)
    } else {
        return None;
    };
    Some(Joined { features, tie: true })
}

/// What changes within it is neither one nor the other.
fn diphthong(a: &Articulation, b: &Articulation) -> Articulation {
    let mut one = *a;
    one.set(&[(Syllabic, 1)]);
    for f in [Labial, Round, High, Low, Front, Back, Tense, TongueRoot, Rhotic] {
        if a.get(f) != b.get(f) {
            one.set(&[(f, 0)]);
        }
    }
    present(&mut one, b, &[Nasal, Long]);
    one
}

/// The features that the other has are its too.
fn present(one: &mut Articulation, other: &Articulation, features: &[Feature]) {
    features.iter().filter(|f| other.has(**f)).for_each(|&f| one.set(&[(f, 1)]));
}

const MARKED: &[Feature] = &[SpreadGlottis, ConstrictedGlottis, Ejective, Implosive, Nasal, Long, Syllabic];

/// Adds the places of the other to those of the one.
fn add_places(one: &mut Articulation, other: &Articulation) {
    let places: [(Feature, &[Feature]); 3] = [
        (Labial, &[Labial, Labiodental, Round]),
        (Coronal, &[Coronal, Anterior, Distributed]),
        (Dorsal, &[Dorsal, High, Low, Front, Back, TongueRoot]),
    ];
    for (place, its) in places {
        if other.has(place) && !one.has(place) {
            its.iter().for_each(|&f| one.set(&[(f, other.get(f))]));
        }
    }
    present(one, other, &[Round]);
}

/// Both places at once, the manner of the first.
fn both(a: &Articulation, b: &Articulation) -> Articulation {
    let mut one = *a;
    add_places(&mut one, b);
    present(&mut one, b, MARKED);
    one
}

/// Closed as the first, let go as the second.
fn affricate(a: &Articulation, b: &Articulation) -> Articulation {
    let mut one = *b;
    add_places(&mut one, a);
    present(&mut one, a, MARKED);
    one.set(&[(Continuant, -1), (DelayedRelease, 1), (Voiced, a.get(Voiced)), (Click, a.get(Click))]);
    one
}

/// A click with the voice, the nose and the release of what goes with it.
fn click(a: &Articulation, b: &Articulation) -> Articulation {
    let (click, with) = if a.has(Click) { (a, b) } else { (b, a) };
    let mut one = *click;
    present(&mut one, with, MARKED);
    one.set(&[(Voiced, with.get(Voiced))]);
    present(&mut one, with, &[DelayedRelease]);
    if !with.has(High) && with.has(Dorsal) {
        one.set(&[(High, -1)]);
    }
    one
}
