use super::letters;
use super::*;

fn of(symbol: &str) -> Articulation {
    Articulation::of_ipa(symbol).unwrap_or_else(|e| panic!("{e}"))
}

/// The names of the features that two symbols differ in.
fn between(a: &str, b: &str) -> Vec<&'static str> {
    let (a, b) = (of(a), of(b));
    let differ = (0..FEATURES).filter(|&i| a.values()[i] != b.values()[i]);
    differ.map(|i| Articulation::FEATURES[i]).collect()
}

#[test]
fn there_is_a_name_for_every_feature() {
    assert_eq!(Articulation::FEATURES.len(), FEATURES);
    assert_eq!(Articulation::FEATURES[Feature::Long as usize], "long");
    assert_eq!(Articulation::FEATURES[Feature::Click as usize], "click");
}

#[test]
fn minimal_pairs_differ_in_exactly_what_their_mark_says() {
    for (a, b, expected) in [
        ("p", "b", &["voiced"][..]),
        ("t", "tʰ", &["spread glottis"]),
        ("t", "tʼ", &["constricted glottis", "ejective"]),
        ("n", "nʼ", &["constricted glottis"]),
        ("b", "ɓ", &["implosive"]),
        ("d", "dˀ", &["constricted glottis"]),
        ("a", "aː", &["long"]),
        ("a", "aˑ", &["long"]),
        ("a", "ã", &["nasal"]),
        ("d", "n͡d", &["nasal"]),
        ("d", "ⁿd", &["nasal"]),
        ("e", "ɛ", &["tense"]),
        ("e", "o", &["labial", "round", "front", "back"]),
        ("i", "y", &["labial", "round"]),
        ("k", "kʷ", &["labial", "round"]),
        ("s", "ʃ", &["anterior", "distributed"]),
        ("s", "s\u{32A}", &["distributed"]),
        ("s", "θ", &["strident", "distributed"]),
        ("t", "s", &["continuant", "delayed release", "strident"]),
        ("t", "t͡s", &["delayed release", "strident"]),
        ("s", "t͡s", &["continuant"]),
        ("ɬ", "t͡ɬ", &["continuant"]),
        ("f", "ɸ", &["labiodental"]),
        ("m", "m\u{325}", &["voiced"]),
        ("m", "m\u{329}", &["syllabic"]),
        ("a", "a\u{324}", &["spread glottis"]),
        ("a", "a\u{330}", &["constricted glottis"]),
        ("i", "i\u{319}", &["tongue root"]),
        ("i", "ị", &["tongue root"]),
        ("ə", "ɚ", &["rhotic"]),
        ("ǀ", "ŋǀ", &["nasal", "voiced"]),
        ("ǀ", "k͡ǀ", &[]),
        ("ɹ", "ɹ\u{31D}", &["sonorant", "delayed release", "approximant"]),
        ("β\u{31E}", "β", &["sonorant", "delayed release", "approximant"]),
        ("a", "aɪ", &["high", "low", "front"]),
    ] {
        assert_eq!(between(a, b), expected, "{a} {b}");
    }
}

#[test]
fn letters_are_told_apart_by_their_features() {
    let letters: Vec<char> = letters::all().collect();
    for (i, a) in letters.iter().enumerate() {
        for b in &letters[i + 1..] {
            assert_ne!(of(&a.to_string()), of(&b.to_string()), "{a} {b}");
        }
    }
    assert!(letters.len() > 100);
}

#[test]
fn features_that_exclude_each_other_are_never_both_there() {
    let marks = "ʰʱⁿʷʲˀːˑˠˤʼ\u{303}\u{308}\u{318}\u{319}\u{31D}\u{31E}\u{31F}\u{320}\u{323}\u{324}\u{325}\u{329}\u{32A}\u{32C}\u{339}\u{33D}";
    for letter in letters::all() {
        for mark in marks.chars() {
            let Ok(a) = Articulation::of_ipa(&format!("{letter}{mark}")) else { continue };
            assert!(!(a.has(Feature::High) && a.has(Feature::Low)), "{letter}{mark}");
            assert!(!(a.has(Feature::Front) && a.has(Feature::Back)), "{letter}{mark}");
            assert!(a.has(Feature::Labial) || !a.has(Feature::Round), "{letter}{mark}");
            assert!(a.values().iter().all(|v| (-1..=1).contains(v)));
        }
    }
}

#[test]
fn raising_and_lowering_go_through_the_vowels_of_a_column() {
    for (from, to) in [
        ("ɛ\u{31D}", "e"),
        ("e\u{31E}", "ɛ"),
        ("ɪ\u{31D}", "i"),
        ("i\u{31E}", "ɪ"),
        ("ɪ\u{31E}", "e"),
        ("ɔ\u{31D}", "o"),
        ("æ\u{31D}", "ɛ"),
    ] {
        assert_eq!(of(from), of(to), "{from} {to}");
    }
    for (from, to) in [("u\u{31F}", "ʉ"), ("i\u{320}", "ɨ"), ("ɯ\u{308}", "ɨ"), ("t\u{320}", "ȶ"), ("k\u{320}", "q")]
    {
        assert!(of(from).distance(&of(to)) <= 10, "{from} {to}");
    }
    assert_eq!((of("u\u{31F}"), of("k\u{320}")), (of("ʉ"), of("q")));
}

#[test]
fn composed_and_decomposed_symbols_are_the_same_in_any_order_of_their_marks() {
    let same = [
        ["ã", "a\u{303}"],
        ["ũː", "u\u{303}ː"],
        ["ç", "c\u{327}"],
        ["ṳ", "u\u{324}"],
        ["ɛ\u{324}\u{303}", "ɛ\u{303}\u{324}"],
        ["k'ʷ", "kʷʼ"],
        ["g", "ɡ"],
        ["t\u{361}s", "t\u{35C}s"],
        ["tʃ", "t͡ʃ"],
        ["ʧ", "t͡ʃ"],
        ["kp", "k͡p"],
        ["˥a", "a"],
        ["á", "a"],
        ["ń", "n"],
        ["ˈt", "t"],
        ["a:", "aː"],
        ["tːʰ", "tʰː"],
    ];
    for [a, b] in same {
        assert_eq!(of(a), of(b), "{a} {b}");
        assert_eq!(to_ipa(a, Notation::Ipa), to_ipa(b, Notation::Ipa));
    }
}

#[test]
fn every_canonical_spelling_reads_as_itself() {
    for symbol in ["t͡ʃʰ", "kʷʼ", "ɛ\u{303}ː", "aɪ", "ⁿd", "ŋ͡m", "ɡ͡ǃ", "e˞ː", "m\u{329}\u{301}", "s\u{304}", "n\u{325}ʰ"]
    {
        let once = to_ipa(symbol, Notation::Ipa).unwrap();
        assert_eq!(to_ipa(&once, Notation::Ipa).unwrap(), once);
        assert_eq!(of(symbol), of(&once));
    }
    assert_eq!(to_ipa("m\u{301}\u{329}", Notation::Ipa).unwrap(), "m\u{329}");
    // On a consonant a macron is length, no tone.
    assert_eq!(of("s\u{304}"), of("sː"));
}

#[test]
fn what_cannot_be_read_is_named_with_the_part_that_can() {
    let fails = |symbol: &str| Articulation::of_ipa(symbol).unwrap_err();
    for symbol in ["", "ˈ", "˥"] {
        assert_eq!(fails(symbol).fault, PhoneFault::Empty);
    }
    for (symbol, character, readable) in
        [("♪", '♪', None), ("tʃ♪", '♪', Some("t͡ʃ")), ("<p:>", '<', None), ("a(", '(', Some("a"))]
    {
        let e = fails(symbol);
        assert_eq!(e.fault, PhoneFault::Character { character, notation: "the IPA" });
        assert_eq!(e.readable.as_deref(), readable);
        assert!(e.to_string().contains(symbol) && e.to_string().contains("U+"), "{e}");
    }
    assert_eq!(fails("š").fault, PhoneFault::Mark { mark: '\u{30C}', letter: 's' });
    assert_eq!(fails("š").readable.as_deref(), Some("s"));
    for symbol in ["t\u{361}", "\u{361}t", "t\u{361}\u{361}s"] {
        assert_eq!(fails(symbol).fault, PhoneFault::Tie, "{symbol}");
    }
    let e = fails("str");
    assert_eq!(e.fault, PhoneFault::Several { first: "s".into(), second: "t".into() });
    assert!(Articulation::of_ipa("ks").is_err() && Articulation::of_ipa("k͡s").is_ok());
    assert!(Articulation::of_ipa("tz").is_err() && Articulation::of_ipa("nd").is_err());
}

#[test]
fn every_symbol_of_x_sampa_means_something() {
    for (symbol, ipa) in xsampa::all() {
        let phone = if letters::all().any(|l| ipa.starts_with(l)) || Articulation::of_ipa(ipa).is_ok() {
            symbol.to_owned()
        } else if ["_d", "_a", "_m", "_N", "_h"].contains(&symbol) {
            format!("t{symbol}")
        } else if symbol == "__" {
            "t__s".to_owned()
        } else {
            format!("a{symbol}")
        };
        assert!(to_ipa(&phone, Notation::XSampa).is_ok(), "{phone}: {:?}", to_ipa(&phone, Notation::XSampa));
    }
    let ipa = |s| to_ipa(s, Notation::XSampa).unwrap();
    let read = ["i:", "3:", "dZ", "@U", "r\\`", "t_h", "_<\\", "b_<", "a~", "n="].map(|s| to_ipa(s, Notation::XSampa));
    let expected = ["iː", "ɜː", "d͡ʒ", "əʊ", "ɻ", "tʰ", "", "ɓ", "a\u{303}", "n\u{329}"];
    for (found, expected) in read.into_iter().zip(expected) {
        assert!(
            if expected.is_empty() { found.is_err() } else { found.as_deref() == Ok(expected) },
            "{found:?} {expected}"
        );
    }
    assert_eq!(ipa("|\\|\\"), "ǁ");
    let e = to_ipa("tS€", Notation::XSampa).unwrap_err();
    assert_eq!((e.symbol.as_str(), e.readable.as_deref()), ("tS€", Some("t͡ʃ")));
}

#[test]
fn every_symbol_of_arpabet_means_something_with_any_stress() {
    for symbol in arpabet::all() {
        assert!(to_ipa(symbol, Notation::Arpabet).is_ok(), "{symbol}");
        assert_eq!(to_ipa(&symbol.to_lowercase(), Notation::Arpabet), to_ipa(symbol, Notation::Arpabet));
        let vowel = symbol.starts_with(['A', 'E', 'I', 'O', 'U']);
        for stress in 0..3 {
            assert_eq!(to_ipa(&format!("{symbol}{stress}"), Notation::Arpabet).is_ok(), vowel, "{symbol}{stress}");
        }
        assert!(to_ipa(&format!("{symbol}11"), Notation::Arpabet).is_err());
        assert!(to_ipa(&format!("{symbol}3"), Notation::Arpabet).is_err());
    }
    let cmu = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH";
    assert_eq!(cmu.split(' ').filter(|s| to_ipa(s, Notation::Arpabet).is_ok()).count(), 39);
    assert_eq!(to_ipa("XX", Notation::Arpabet).unwrap_err().fault, PhoneFault::NotListed { notation: "ARPAbet" });
}

#[test]
fn a_transcription_is_split_into_letters_or_into_phones_that_are_known() {
    assert_eq!(split("skr{tS", Notation::XSampa, &["t͡ʃ"]).unwrap().join(" "), "s k r æ t͡ʃ");
    assert_eq!(split("t͡sã ŋɡ", Notation::Ipa, &[]).unwrap().join(" "), "t͡s a\u{303} ŋ ɡ");
    assert_eq!(split("waɪn", Notation::Ipa, &["aɪ"]).unwrap().join(" "), "w aɪ n");
    assert_eq!(split("HH AH0", Notation::Arpabet, &[]).unwrap(), ["h", "ə"]);
    assert!(split("", Notation::Ipa, &[]).unwrap().is_empty());
    assert!(split("a♪", Notation::Ipa, &[]).is_err());
}

#[test]
fn every_symbol_of_the_measured_sets_can_be_read() {
    let Ok(data) = std::env::var("ENERGRAPH_DATA") else {
        println!("ENERGRAPH_DATA is not set: nothing to read");
        return;
    };
    let data = std::path::Path::new(&data);
    let table = std::fs::read_to_string(data.join("voxangeles/phones_manual.tsv")).unwrap();
    let symbols: std::collections::BTreeSet<&str> =
        table.lines().skip(1).filter_map(|l| l.split('\t').nth(4)).collect();
    assert!(symbols.len() >= 260, "{}", symbols.len());
    let bad: Vec<String> =
        symbols.iter().filter_map(|s| Articulation::of_ipa(s).err()).map(|e| e.to_string()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    for entry in std::fs::read_dir(data.join("emu_ae")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "par") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["MAU:", .., symbol] if symbol != "<p:>" => drop(to_ipa(symbol, Notation::XSampa).unwrap()),
                ["KAN:", _, word] => drop(split(word, Notation::XSampa, &[]).unwrap()),
                _ => {}
            }
        }
    }
}
