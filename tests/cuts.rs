//! Cuts against the digit boxes of real cheque fields. Needs `ENERGRAPH_DATA`; without it the tests say so and pass.
#![cfg(feature = "signal")]

use std::path::PathBuf;

use energraph::handwriting::cuts::{Boundaries, Cuts, Recall, recall};
use energraph::handwriting::generator::Generator;
use energraph::signal::{Field, Normaliser, read_stack};

struct Sample {
    field: Field,
    /// Left, top, right and bottom of each digit in the original.
    boxes: Vec<[f32; 4]>,
}

fn cheques(normaliser: &Normaliser) -> Option<Vec<Sample>> {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from) else {
        println!("skipped: ENERGRAPH_DATA is not set");
        return None;
    };
    let items = read_stack(&data.join("orand_car_a/train"), Some(2)).unwrap();
    let parse = |b: &str| {
        let v: Vec<f32> = b.split(',').map(|n| n.parse().unwrap()).collect();
        [v[0], v[1], v[0] + v[2], v[1] + v[3]]
    };
    let sample = |item: energraph::signal::Item| Sample {
        field: normaliser.apply(&item.image),
        boxes: item.columns[2].split(';').map(parse).collect(),
    };
    Some(items.into_iter().map(sample).collect())
}

fn measure(samples: &[Sample], cuts: Cuts) -> Recall {
    let mut total = Recall::default();
    for s in samples {
        let height = s.field.ink.nrows() as f32;
        let sides: Vec<(f32, f32)> =
            s.boxes.iter().map(|b| (s.field.map.normalised(b[0]), s.field.map.normalised(b[2]))).collect();
        let truth = Boundaries::of_boxes(&sides, 0.25 * height);
        total += recall(&cuts.positions(&s.field.ink), &truth, 0.12 * height);
    }
    let share = 100.0 * total.share();
    println!(
        "{cuts:?}: {share:.1} % of {} fields, {:.1} cuts each",
        total.fields,
        total.cuts as f64 / total.fields as f64
    );
    total
}

#[test]
fn uniform_cuts_miss_no_boundary_of_a_real_field() {
    let Some(samples) = cheques(&Normaliser::default()) else { return };
    assert_eq!(measure(&samples, Cuts::UNIFORM).share(), 1.0);
}

/// The normalisation and the cuts of the shipped readers: is the true segmentation in the graph?
#[test]
fn the_shipped_readers_can_cut_real_fields_where_their_digits_end() {
    let config = include_str!("../data/models/amounts.toml");
    assert!(["stretch = 1.25", "step = 4", "widest = 50.0"].iter().all(|line| config.contains(line)));
    let Some(samples) = cheques(&Normaliser { stretch: 1.25, ..Normaliser::default() }) else { return };
    assert_eq!(measure(&samples, Cuts::Uniform { step: 4 }).share(), 1.0);
    let wide = |s: &&Sample| {
        let width = |b: &[f32; 4]| s.field.map.normalised(b[2]) - s.field.map.normalised(b[0]);
        s.boxes.iter().any(|b| width(b) > 50.0)
    };
    let lost = samples.iter().filter(wide).count();
    println!("{lost} of {} fields have a digit wider than a span may be", samples.len());
    assert!(lost * 50 <= samples.len());
}

#[test]
fn the_union_of_found_cuts_misses_a_boundary_in_less_than_a_hundredth_of_real_fields() {
    let Some(samples) = cheques(&Normaliser::default()) else { return };
    for alone in [Cuts::COMPONENTS, Cuts::PROFILE, Cuts::CONTOUR] {
        measure(&samples, alone);
    }
    let Cuts::Found { components, profile, contour, .. } = Cuts::UNION else { unreachable!() };
    measure(&samples, Cuts::Found { components, profile, contour, max_gap: f32::INFINITY });
    assert!(measure(&samples, Cuts::UNION).share() >= 0.99);
}

#[test]
fn normalisation_cuts_off_no_digit_of_a_real_field() {
    let Some(samples) = cheques(&Normaliser::default()) else { return };
    let cut_off = |s: &&Sample| {
        let (map, ink) = (&s.field.map, &s.field.ink);
        let slack = 0.12 * (map.bottom - map.top);
        let above = s.boxes.iter().any(|b| b[1] < map.top - slack || b[3] > map.bottom + slack);
        above || s.boxes.iter().any(|b| map.normalised(b[2]) > ink.ncols() as f32 + 2.0)
    };
    let lost = samples.iter().filter(cut_off).count();
    println!("{lost} of {} fields lose part of a digit", samples.len());
    assert!(lost * 100 <= samples.len());
}

#[test]
fn drawn_fields_have_their_boundaries_among_the_cuts_too() {
    let samples: Vec<Sample> = (0..200)
        .map(|seed| {
            let drawn = Generator::CHEQUE.draw(seed);
            let boxes = drawn.boxes.iter().filter(|b| b.symbol.is_ascii_digit());
            let boxes = boxes.map(|b| [b.x, b.y, b.x + b.width, b.y + b.height]).collect();
            Sample { field: Normaliser::default().apply(&drawn.image), boxes }
        })
        .collect();
    assert_eq!(measure(&samples, Cuts::UNIFORM).share(), 1.0);
    assert!(measure(&samples, Cuts::UNION).share() >= 0.97);
}
