use super::*;
use ndarray::Array2;

fn hum(seconds: f64) -> Sound {
    Sound::new((0..(8e3 * seconds) as usize).map(|i| (i as f32 * 0.4).sin()).collect(), 8_000).unwrap()
}

fn scene(sound: &Sound) -> Scene<'_> {
    let mark = |label: &str, start, end, posterior| Mark {
        label: label.into(),
        start,
        end,
        interval: Some((start - 0.02, start + 0.03)),
        posterior: Some(posterior),
    };
    let words = Row { name: "words".into(), marks: vec![mark("<hum> & haw", 0.1, 0.9, 0.93)] };
    let phones = vec![mark("h", 0.1, 0.3, 0.9), mark("ʌ\u{303}", 0.3, 0.6, 0.2), mark("m", 0.6, 0.9, 1.0)];
    let shares = Array2::from_shape_fn((100, 3), |(t, k)| if t / 30 == k { 1.0 } else { 0.1 });
    Scene {
        title: "hum.wav".into(),
        notes: vec!["a note".into()],
        sound,
        rows: vec![words, Row { name: "phones".into(), marks: phones }],
        misfits: vec![(0.3, 0.6)],
        occupancy: Some(Occupancy { step: 0.01, shares }),
    }
}

/// The texts of a picture.
fn texts(svg: &str) -> Vec<&str> {
    svg.split("</text>").filter_map(|t| t.rsplit('>').next()).collect()
}

#[test]
fn labels_posteriors_intervals_and_path_are_in_the_picture() {
    let sound = hum(1.0);
    let svg = scene(&sound).svg((0.0, 1.0)).unwrap();
    let all = texts(&svg);
    for text in ["hum.wav", "a note", "&lt;hum&gt; &amp; haw", "h", "m", "93.0 %", "20.0 %", "0.5 s", "1k", "words"] {
        assert!(all.contains(&text), "{text}: {all:?}");
    }
    let count = |class: &str| svg.matches(&format!("class=\"{class}\"")).count();
    assert_eq!((count("f-band"), count("f-misfit"), count("l-strong"), count("l-weak")), (4, 1, 2, 6));
    assert_eq!(count("l-path"), 3 + 2 * 2);
    assert_eq!(svg.matches("data:image/png").count(), 2);
    // The phone of low probability is marked: its label and its share.
    assert!(count("t-doubt") == 2);
}

#[test]
fn a_stretch_shows_what_lies_in_it_and_nothing_else() {
    let sound = hum(1.0);
    let all = scene(&sound);
    let svg = all.svg((0.62, 0.9)).unwrap();
    let seen = texts(&svg);
    assert!(seen.contains(&"m") && !seen.contains(&"h"), "{seen:?}");
    assert_eq!(svg.matches("class=\"l-weak\"").count(), 1);
    for span in [(0.0, 0.0), (0.99, 5.0), (-3.0, 0.5), (5.0, 1.0), (f64::NAN, f64::NAN), (0.0, f64::INFINITY)] {
        assert!(all.svg(span).is_ok() && all.png(span).is_ok(), "{span:?}");
    }
}

#[test]
fn the_png_has_the_size_of_the_svg_and_its_boundaries_where_they_belong() {
    let sound = hum(1.0);
    let all = scene(&sound);
    let sheet = layout::Sheet::new(&all, (0.0, 1.0));
    let height = sheet.draw(&mut surface::Nowhere).unwrap();
    let png = image::load_from_memory(&all.png((0.0, 1.0)).unwrap()).unwrap().to_rgb8();
    assert_eq!((png.width(), png.height()), (sheet.width.ceil() as u32, height.ceil() as u32));
    let red = surface::Ink::Strong.colour().0;
    // The word begins after a tenth of the sound, which begins behind the scale.
    let x = 76 + ((png.width() - 96) as f32 * 0.1).round() as u32;
    assert!((x - 2..x + 2).any(|x| png.get_pixel(x, 100).0 == red));
}

#[test]
fn silence_and_five_milliseconds_are_drawn() {
    for sound in [Sound::new(vec![0.0; 8_000], 8_000), Sound::new(vec![0.1; 40], 8_000), Sound::new(vec![0.1], 1)] {
        let sound = sound.unwrap();
        let all = Scene { occupancy: None, ..scene(&sound) };
        assert!(all.svg((0.0, sound.seconds())).is_ok() && all.png((0.0, sound.seconds())).is_ok());
    }
}

#[test]
fn pieces_are_equal_and_cover_the_whole() {
    assert_eq!(pieces(20.0, 8.0), [(0.0, 20.0 / 3.0), (20.0 / 3.0, 40.0 / 3.0), (40.0 / 3.0, 20.0)]);
    assert_eq!(pieces(8.0, 8.0), [(0.0, 8.0)]);
    assert_eq!(
        (pieces(0.0, 8.0), pieces(1.0, 0.0), pieces(1.0, f64::NAN)),
        (vec![(0.0, 0.0)], vec![(0.0, 1.0)], vec![(0.0, 1.0)])
    );
}
