//! TextGrid files: both forms, every encoding, there and back; damage is an error with its line.
#![cfg(feature = "signal")]

use energraph::speech::textgrid::{Encoding, Form, TextGridError, parse, read, write};
use energraph::speech::{Content, Interval, NoTier, Point, TextGrid, Tier, TimeFault};
use proptest::prelude::*;

const LONG: &str = "File type = \"ooTextFile\"
Object class = \"TextGrid\"

xmin = 0 
xmax = 2.5 
tiers? <exists> 
size = 2 
item []: 
    item [1]:
        class = \"IntervalTier\" 
        name = \"words\" 
        xmin = 0 
        xmax = 2.5 
        intervals: size = 2 
        intervals [1]:
            xmin = 0 
            xmax = 1.25 
            text = \"he said \"\"1 2\"\"\" 
        intervals [2]:
            xmin = 1.25 
            xmax = 2.5 
            text = \"\" 
    item [2]:
        class = \"TextTier\" 
        name = \"clicks ! <3>\" 
        xmin = 0 
        xmax = 2.5 
        points: size = 1 
        points [1]:
            number = 0.1 
            mark = \"ǃ\" 
";

fn interval(start: f64, end: f64, label: &str) -> Interval {
    Interval { start, end, label: label.into() }
}

fn tier(name: &str, end: f64, content: Content) -> Tier {
    Tier { name: name.into(), start: 0.0, end, content }
}

fn example() -> TextGrid {
    let words = Content::Intervals(vec![interval(0.0, 1.25, "he said \"1 2\""), interval(1.25, 2.5, "")]);
    let clicks = Content::Points(vec![Point { time: 0.1, label: "ǃ".into() }]);
    TextGrid { start: 0.0, end: 2.5, tiers: vec![tier("words", 2.5, words), tier("clicks ! <3>", 2.5, clicks)] }
}

#[test]
fn the_long_form_is_read_and_written_as_praat_does() {
    assert_eq!(parse(LONG.as_bytes()).unwrap(), example());
    assert_eq!(write(&example(), Form::Long).unwrap(), LONG);
}

#[test]
fn the_short_form_holds_the_same() {
    let short = write(&example(), Form::Short).unwrap();
    assert!(short.starts_with(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n2.5\n<exists>\n2\n\"IntervalTier\"\n"
    ));
    assert_eq!(parse(short.as_bytes()).unwrap(), example());
    let old =
        short.replacen("ooTextFile", "ooTextFile short", 1).replace("File type = ", "").replace("Object class = ", "");
    assert_eq!(parse(old.as_bytes()).unwrap(), example());
}

#[test]
fn every_encoding_and_line_end_is_read() {
    for text in [LONG.to_owned(), LONG.replace('\n', "\r\n"), LONG.replace('\n', "\r")] {
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
            let bytes = encoding.encode(&text);
            assert_eq!(parse(&bytes).unwrap(), example(), "{encoding:?}");
            if encoding != Encoding::Utf8 {
                assert_eq!(parse(&bytes[2..]).unwrap(), example(), "{encoding:?} without mark");
            }
        }
        assert_eq!(parse(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).unwrap(), example());
    }
    assert_eq!(Encoding::Utf16Be.encode("aǃ"), [0xfe, 0xff, 0, b'a', 0x01, 0xc3]);
    assert_eq!(Encoding::Utf16Le.encode("aǃ"), [0xff, 0xfe, b'a', 0, 0xc3, 0x01]);
}

#[test]
fn what_is_no_text_is_refused_with_its_byte() {
    let latin = [LONG.as_bytes(), b"\xe9"].concat();
    assert_eq!(parse(&latin), Err(TextGridError::Encoding { at: LONG.len() }));
    assert_eq!(parse(b"\xff\xfea\0b"), Err(TextGridError::Encoding { at: 4 }));
    // Half a pair of surrogates.
    assert_eq!(parse(b"\xfe\xff\0a\xd8\0\0b"), Err(TextGridError::Encoding { at: 4 }));
}

#[test]
fn errors_name_the_line_in_every_line_end() {
    let broken = LONG.replace("xmax = 1.25", "xmax = oops");
    for text in [broken.clone(), broken.replace('\n', "\r\n"), broken.replace('\n', "\r")] {
        let TextGridError::BadLine { line: 18, expected: "the end of an interval", found } =
            parse(text.as_bytes()).unwrap_err()
        else {
            panic!("{:?}", parse(text.as_bytes()))
        };
        assert_eq!(found, "he said \"1 2\"");
    }
    let backwards = LONG.replace("xmin = 1.25", "xmin = 0.5");
    let fault = TimeFault::Overlap { start: 0.5, before: 1.25 };
    assert_eq!(parse(backwards.as_bytes()), Err(TextGridError::Times { line: 20, fault }));
    let fault = TimeFault::Backwards { start: 1.25, end: 1.0 };
    let reversed = LONG.replacen("xmax = 2.5 \n            text", "xmax = 1 \n            text", 1);
    assert_eq!(parse(reversed.as_bytes()), Err(TextGridError::Times { line: 20, fault }));
    assert!(matches!(
        parse(LONG.replace("\"TextTier\"", "\"Tier\"").as_bytes()),
        Err(TextGridError::BadLine { line: 24, .. })
    ));
    let infinite = LONG.replace("number = 0.1", "number = -inf");
    assert_eq!(parse(infinite.as_bytes()), Err(TextGridError::Times { line: 30, fault: TimeFault::NotFinite }));
}

#[test]
fn a_file_cut_anywhere_is_an_error_of_one_line() {
    let whole = LONG.trim_end();
    for keep in (0..whole.len()).filter(|k| whole.is_char_boundary(*k)) {
        let error = parse(&whole.as_bytes()[..keep]).unwrap_err();
        assert_eq!(error.to_string().lines().count(), 1, "{keep}: {error}");
    }
    let cut = parse(&LONG.as_bytes()[..LONG.find("1.25 \n            text").unwrap()]).unwrap_err();
    assert_eq!(cut, TextGridError::Truncated { line: 17, expected: "the end of an interval" });
    let open = parse(&LONG.as_bytes()[..LONG.find("ǃ").unwrap()]).unwrap_err();
    assert_eq!(open, TextGridError::Truncated { line: 31, expected: "a closing quote" });
}

#[test]
fn counts_that_do_not_fit_are_refused_and_make_no_room() {
    let counted = |n: &str| parse(LONG.replace("intervals: size = 2", &format!("intervals: size = {n}")).as_bytes());
    assert!(matches!(counted("1"), Err(TextGridError::BadLine { .. })));
    assert!(matches!(counted("999999999"), Err(TextGridError::BadLine { .. })));
    for n in ["-1", "1.5", "1e300", "nan"] {
        assert!(matches!(counted(n), Err(TextGridError::BadLine { .. })), "{n}");
    }
    let more = LONG.replace("points: size = 1", "points: size = 0");
    assert!(matches!(parse(more.as_bytes()), Err(TextGridError::BadLine { expected: "the end of the file", .. })));
}

#[test]
fn other_files_are_told_apart() {
    assert!(matches!(parse(b""), Err(TextGridError::NotATextGrid { .. })));
    assert!(matches!(parse(b"RIFF\x24\x08WAVE"), Err(TextGridError::NotATextGrid { .. })));
    assert!(matches!(parse(b"\"ooTextFile\" \"Pitch 1\" 0 1"), Err(TextGridError::NotATextGrid { .. })));
    assert!(matches!(parse(b"ooBinaryFile\x08TextGrid"), Err(TextGridError::Form { .. })));
    assert!(matches!(parse(b"\"Praat chronological TextGrid text file\"\n0 1"), Err(TextGridError::Form { .. })));
    let none = parse(b"\"ooTextFile\" \"TextGrid\" 0 1 <absent>").unwrap();
    assert_eq!(none, TextGrid { start: 0.0, end: 1.0, tiers: vec![] });
    assert_eq!(none.tier(None), Err(NoTier::None));
    assert!(read(std::path::Path::new("/nonexistent.TextGrid")).unwrap_err().to_string().contains("nonexistent"));
}

#[test]
fn gaps_become_empty_labels() {
    let content = Content::Intervals(vec![interval(0.5, 1.0, "a"), interval(1.0 + 1e-9, 1.5, "b")]);
    let grid = TextGrid { start: 0.0, end: 2.0, tiers: vec![tier("t", 2.0, content)] };
    let back = parse(write(&grid, Form::Short).unwrap().as_bytes()).unwrap();
    let labels: Vec<_> = back.tiers[0].intervals().into_iter().map(|i| (i.start, i.end, i.label)).collect();
    let expected = [(0.0, 0.5, ""), (0.5, 1.0, "a"), (1.0 + 1e-9, 1.5, "b"), (1.5, 2.0, "")];
    assert_eq!(labels, expected.map(|(s, e, l)| (s, e, l.to_owned())));
    let empty = TextGrid { start: 0.0, end: 2.0, tiers: vec![tier("t", 2.0, Content::Intervals(vec![]))] };
    let back = parse(write(&empty, Form::Long).unwrap().as_bytes()).unwrap();
    assert_eq!(back.tiers[0].intervals(), [interval(0.0, 2.0, "")]);
}

#[test]
fn times_that_make_no_sense_are_not_written() {
    for bad in [[f64::NAN, 1.0], [0.0, f64::INFINITY], [1.0, 0.5]] {
        let content = Content::Intervals(vec![interval(bad[0], bad[1], "a")]);
        let grid = TextGrid { start: 0.0, end: 2.0, tiers: vec![tier("t", 2.0, content)] };
        let error = write(&grid, Form::Long).unwrap_err();
        assert!(error.to_string().starts_with("tier \"t\", label 1: "), "{error}");
    }
    assert!(write(&TextGrid { start: f64::NAN, end: 1.0, tiers: vec![] }, Form::Short).is_err());
    let points = [2.0, 1.0].map(|time| Point { time, label: String::new() }).to_vec();
    let grid = TextGrid { start: 0.0, end: 2.0, tiers: vec![tier("t", 2.0, Content::Points(points))] };
    assert!(matches!(write(&grid, Form::Long).unwrap_err().fault, TimeFault::Overlap { .. }));
}

#[test]
fn a_tier_is_found_by_name_or_because_it_can_only_be_one() {
    let grid = example();
    assert_eq!(grid.tier(Some("words")).unwrap().name, "words");
    let error = grid.tier(Some("phones")).unwrap_err();
    assert_eq!(error.to_string(), "there is no tier \"phones\"; there are: words, clicks ! <3>");
    assert!(matches!(grid.tier(None), Err(NoTier::Several { .. })));
    let mut one = grid.clone();
    for name in ["phone", "phones"] {
        one.tiers[0].name = name.into();
        assert_eq!(one.tier(None).unwrap().name, name);
    }
    one.tiers.remove(0);
    assert_eq!(one.tier(None).unwrap().name, "clicks ! <3>");
}

/// Tiers without gaps, of any labels and of times as fine as f64.
fn grids() -> impl Strategy<Value = TextGrid> {
    let labels = prop::collection::vec(("\\PC*|[\"\n\r\t !<>=0-9.]{0,8}", 1e-5..3.0_f64), 1..6);
    let tier = |(name, labels, points, first): (String, Vec<(String, f64)>, bool, f64)| {
        let mut at = first;
        let steps: Vec<_> = labels
            .into_iter()
            .map(|(label, step)| {
                let start = at;
                at += step;
                (start, at, label)
            })
            .collect();
        let content = match points {
            true => Content::Points(steps.into_iter().map(|(time, _, label)| Point { time, label }).collect()),
            false => Content::Intervals(
                steps.into_iter().map(|(start, end, label)| Interval { start, end, label }).collect(),
            ),
        };
        Tier { name, start: first, end: at, content }
    };
    let tiers = prop::collection::vec(("\\PC{0,5}", labels, any::<bool>(), -2.0..2.0_f64).prop_map(tier), 0..4);
    (tiers, -5.0..0.0_f64, 0.0..1e6_f64).prop_map(|(tiers, start, end)| TextGrid { start, end, tiers })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_unchanged(grid in grids(), long in any::<bool>(), kind in 0..3_usize) {
        let text = write(&grid, if long { Form::Long } else { Form::Short }).unwrap();
        let bytes = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be][kind].encode(&text);
        prop_assert_eq!(parse(&bytes).unwrap(), grid);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..4_usize) {
        let begin: [&[u8]; 4] = [b"", b"\"ooTextFile\"\"TextGrid\"0 1<exists>1\"IntervalTier\"", b"\xff\xfe", b"\xfe\xff"];
        let _ = parse(&[begin[kind], &bytes].concat());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), kind in 0..3_usize
    ) {
        let mut bytes = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be][kind].encode(LONG);
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        let _ = parse(&bytes);
    }
}

#[test]
fn the_real_files_are_read_and_come_back() {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: ENERGRAPH_DATA is not set");
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(data.join("emu_ae")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "TextGrid") {
            let grid = read(&path).unwrap();
            assert!(grid.tier(Some("Phonetic")).unwrap().intervals().len() > 20);
            // One of them has a gap, which comes back as an empty label.
            let text = write(&grid, Form::Short).unwrap();
            let back = parse(text.as_bytes()).unwrap();
            assert_eq!(write(&back, Form::Short).unwrap(), text, "{}", path.display());
            for (a, b) in grid.tiers.iter().zip(&back.tiers) {
                let labelled = |t: &Tier| t.intervals().into_iter().filter(|i| !i.label.is_empty()).collect::<Vec<_>>();
                assert_eq!(labelled(a), labelled(b));
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 7);
}
