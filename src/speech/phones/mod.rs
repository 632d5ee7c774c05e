//! Phones by what the articulators do.
//!
//! A symbol of the International Phonetic Alphabet, letters with their diacritics, stands for a bundle of features with values
//! −1 (absent), +1 (present) and 0 (does not apply, or changes within the phone). Two symbols that a data set spells differently
//! but that mean the same have the same features, and a phone that a model has never heard can be made of features of those it has.
//!
//! The features are those of the tradition that leads from Chomsky and Halle (*The Sound Pattern of English*, 1968) to Hayes
//! (*Introductory Phonology*, 2009), PHOIBLE (Moran and McCloy, 2019) and PanPhon (Mortensen et al., COLING 2016); the table is our
//! own. Tones, stress and the lesser lengths are not features of a phone here.
//!
//! ```
//! use energraph::speech::phones::{Articulation, Feature, Notation, to_ipa};
//! let (s, z) = (Articulation::of_ipa("s")?, Articulation::of_ipa("z")?);
//! assert_eq!((s.get(Feature::Voiced), z.get(Feature::Voiced), s.distance(&z)), (-1, 1, 2));
//! assert_eq!(to_ipa("tS", Notation::XSampa)?, "t͡ʃ");
//! assert_eq!(to_ipa("IH1", Notation::Arpabet)?, "ɪ");
//! assert!(Articulation::of_ipa("tʃ♪").unwrap_err().to_string().contains("t͡ʃ"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arpabet;
mod joined;
mod letters;
mod marks;
mod notation;
mod parse;
mod xsampa;

pub use notation::{Notation, split, to_ipa};

use thiserror::Error;

/// What an articulator does, or how the sound is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Feature {
    /// The nucleus of a syllable.
    Syllabic,
    /// No pressure builds up behind a constriction.
    Sonorant,
    /// A constriction in the vocal tract.
    Consonantal,
    /// Air flows through the mouth throughout.
    Continuant,
    /// Closed, then with friction; fricatives too.
    DelayedRelease,
    /// Constricted too little for friction.
    Approximant,
    /// One short contact.
    Tap,
    /// Several, by the air stream.
    Trill,
    /// Air flows through the nose.
    Nasal,
    /// Air flows past the sides of the tongue.
    Lateral,
    /// The noise of a sibilant.
    Strident,
    /// The vocal folds vibrate.
    Voiced,
    /// They are spread: aspiration, breathy voice.
    SpreadGlottis,
    /// They are pressed together: glottal stops, creaky voice.
    ConstrictedGlottis,
    /// The larynx is raised.
    Ejective,
    /// It is lowered.
    Implosive,
    /// Air is sucked in by the tongue.
    Click,
    /// The lips take part.
    Labial,
    /// The lower lip against the teeth.
    Labiodental,
    /// The lips are rounded.
    Round,
    /// The tip or blade of the tongue takes part.
    Coronal,
    /// At the ridge behind the teeth, or in front of it.
    Anterior,
    /// With the blade, over some length.
    Distributed,
    /// The body of the tongue takes part.
    Dorsal,
    /// It is raised.
    High,
    /// It is lowered.
    Low,
    /// It is advanced.
    Front,
    /// It is retracted.
    Back,
    /// A tense vowel.
    Tense,
    /// The root of the tongue is advanced; −1 where it is retracted.
    TongueRoot,
    /// Coloured by an *r*.
    Rhotic,
    /// Long; 0 for half long.
    Long,
}

/// Number of features.
pub(super) const FEATURES: usize = 32;

/// The features of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Articulation {
    values: [i8; FEATURES],
}

impl Articulation {
    /// The features' names, in the order of [`Articulation::values`].
    pub const FEATURES: &'static [&'static str] = &[
        "syllabic",
        "sonorant",
        "consonantal",
        "continuant",
        "delayed release",
        "approximant",
        "tap",
        "trill",
        "nasal",
        "lateral",
        "strident",
        "voiced",
        "spread glottis",
        "constricted glottis",
        "ejective",
        "implosive",
        "click",
        "labial",
        "labiodental",
        "round",
        "coronal",
        "anterior",
        "distributed",
        "dorsal",
        "high",
        "low",
        "front",
        "back",
        "tense",
        "tongue root",
        "rhotic",
        "long",
    ];

    /// The features of a symbol: a letter with diacritics before and after it, or several letters that are one phone: affricates, double
    /// articulations, prenasalised stops, clicks with their accompaniment, diphthongs. Tie bars may be left out where only one phone
    /// can be meant: `tʃ`, `kp`, `aɪ`. Composed and decomposed Unicode are the same; tones and stress marks are passed over.
    ///
    /// # Errors
    /// [`UnknownPhone`] with the letter or mark that has no meaning here, and the part of the symbol that has.
    pub fn of_ipa(symbol: &str) -> Result<Self, UnknownPhone> {
        parse::read(symbol).map(|read| read.features)
    }

    /// The values, −1, 0 or +1, in the order of [`Articulation::FEATURES`].
    pub fn values(&self) -> &[i8] {
        &self.values
    }

    /// One value.
    pub fn get(&self, feature: Feature) -> i8 {
        self.values[feature as usize]
    }

    /// The sum of the features' differences: 2 for one that is absent in one and present in the other.
    pub fn distance(&self, other: &Self) -> u32 {
        self.values.iter().zip(&other.values).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    }

    fn set(&mut self, values: &[(Feature, i8)]) {
        values.iter().for_each(|&(feature, value)| self.values[feature as usize] = value);
    }

    fn has(&self, feature: Feature) -> bool {
        self.get(feature) > 0
    }
}

/// A symbol that stands for no phone known here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{symbol}\" is no phone: {fault}{}", match readable { Some(part) => format!("; \"{part}\" would be one"), None => String::new() })]
pub struct UnknownPhone {
    /// The symbol.
    pub symbol: String,
    /// What is wrong with it.
    pub fault: PhoneFault,
    /// The longest part of it that can be read.
    pub readable: Option<String>,
}

/// Why a symbol stands for no phone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PhoneFault {
    /// It has no letter.
    #[error("it has no letter")]
    Empty,
    /// A character without a meaning here.
    #[error("{character:?} (U+{:04X}) has no meaning in {notation}", u32::from(*character))]
    Character {
        /// The character.
        character: char,
        /// The notation's name.
        notation: &'static str,
    },
    /// A mark on a letter that cannot bear it.
    #[error("the mark U+{:04X} has no meaning on {letter:?}", u32::from(*mark))]
    Mark {
        /// The mark.
        mark: char,
        /// The letter.
        letter: char,
    },
    /// A tie bar with no letter on one side.
    #[error("a tie bar joins nothing")]
    Tie,
    /// More letters than one phone can have.
    #[error("\"{first}\" and \"{second}\" are not one phone")]
    Several {
        /// What comes first.
        first: String,
        /// The letter that does not go with it.
        second: String,
    },
    /// Not a symbol of a notation that has a fixed list.
    #[error("it is not a symbol of {notation}")]
    NotListed {
        /// The notation's name.
        notation: &'static str,
    },
}

#[cfg(test)]
mod tests;
