//! The points as a drawing: a panel for each axis, both axes logarithmic, a line a kernel and its floor dashed.

use std::fmt::Write as _;

use crate::kernels::Kernel;
use crate::{Axis, Line};

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 500.0;
/// Of the panels, in px: the first one's left side, their top, width and height, and from one to the next.
const LEFT: f64 = 78.0;
const TOP: f64 = 104.0;
const PANEL: (f64, f64) = (312.0, 330.0);
const STEP: f64 = 378.0;

/// Both axes' decades in a panel.
struct Scale {
    left: f64,
    x: (i32, i32),
    y: (i32, i32),
}

impl Scale {
    fn x(&self, value: f64) -> f64 {
        let (from, to) = (f64::from(self.x.0), f64::from(self.x.1));
        self.left + (value.log10() - from) / (to - from) * PANEL.0
    }

    fn y(&self, value: f64) -> f64 {
        let (from, to) = (f64::from(self.y.0), f64::from(self.y.1));
        TOP + PANEL.1 - (value.log10() - from) / (to - from) * PANEL.1
    }
}

fn colour(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Ctc => "#0072b2",
        Kernel::Chain => "#d55e00",
        Kernel::Alignment => "#007a5a",
    }
}

/// A mark of the kernel's own at a place.
fn mark(kernel: Kernel, x: f64, y: f64) -> String {
    let fill = colour(kernel);
    match kernel {
        Kernel::Ctc => format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="4.5" fill="{fill}"/>"#),
        Kernel::Chain => {
            format!(r#"<rect x="{:.1}" y="{:.1}" width="8" height="8" fill="{fill}"/>"#, x - 4.0, y - 4.0)
        }
        Kernel::Alignment => {
            let (left, right, top, foot) = (x - 5.0, x + 5.0, y - 5.0, y + 4.0);
            format!(r#"<path d="M{left:.1} {foot:.1}H{right:.1}L{x:.1} {top:.1}Z" fill="{fill}"/>"#)
        }
    }
}

/// The decades around numbers.
fn decades(values: impl Iterator<Item = f64>) -> (i32, i32) {
    let ends = values.fold((f64::INFINITY, 0.0_f64), |(least, most), v| (least.min(v), most.max(v)));
    let (from, to) = (ends.0.log10().floor() as i32, ends.1.log10().ceil() as i32);
    (from, to.max(from + 1))
}

fn number(decade: i32) -> String {
    let value = 10_f64.powi(decade);
    let digits: String = format!("{value}");
    match value {
        1e4.. => format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        _ => digits,
    }
}

pub fn svg(lines: &[Line]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"14\" fill=\"#222\">\n\
         <title>Time of three trellis kernels by frames, classes and batch</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    legend(&mut out);
    let times = lines.iter().flat_map(|l| &l.points).flat_map(|p| [p.least, p.floor]);
    let y = decades(times);
    for (i, axis) in Axis::ALL.into_iter().enumerate() {
        let lines: Vec<&Line> = lines.iter().filter(|l| l.axis == axis).collect();
        let x = decades(lines.iter().flat_map(|l| &l.points).map(|p| p.value));
        let scale = Scale { left: LEFT + i as f64 * STEP, x, y };
        grid(&mut out, &scale, axis);
        lines.iter().for_each(|line| draw(&mut out, &scale, line));
        exponents(&mut out, &scale, &lines);
    }
    out + "</svg>\n"
}

fn legend(out: &mut String) {
    for (i, kernel) in Kernel::ALL.into_iter().enumerate() {
        let s = kernel.shape();
        let x = LEFT + i as f64 * STEP;
        let (stroke, mark) = (colour(kernel), mark(kernel, x + 14.0, 24.0));
        let labels = if s.labels > 0 { format!(", {} labels", s.labels) } else { String::new() };
        let shape = format!("{} × {} frames, {} classes{labels}", s.batch, s.frames, s.classes);
        let _ = writeln!(
            out,
            "<path d=\"M{x} 24h28\" stroke=\"{stroke}\" stroke-width=\"2.5\"/>{mark}\n\
             <text x=\"{tx}\" y=\"29\" font-weight=\"bold\">{}</text>\n<text x=\"{tx}\" y=\"48\">{shape}</text>",
            kernel.name(),
            tx = x + 38.0,
        );
    }
    let _ = writeln!(
        out,
        "<path d=\"M{LEFT} 72h28\" stroke=\"#555\" stroke-width=\"1.6\" stroke-dasharray=\"5 4\"/>\n\
         <text x=\"{}\" y=\"77\">dashed: the floor measured on the same core; in each panel one number varies and the rest is \
         as above; e: exponent of the last three points</text>",
        LEFT + 38.0,
    );
}

fn grid(out: &mut String, s: &Scale, axis: Axis) {
    let (right, foot) = (s.left + PANEL.0, TOP + PANEL.1);
    let mut line = |x: [f64; 2], y: [f64; 2], stroke: &str| {
        let _ = writeln!(
            out,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"{stroke}\" fill=\"none\"/>",
            x[0], y[0], x[1], y[1]
        );
    };
    let between = |(from, to): (i32, i32)| (from..to).flat_map(|d| (2..10).map(move |m| f64::from(m) * 10_f64.powi(d)));
    for v in between(s.x) {
        line([s.x(v); 2], [foot, foot - 4.0], "#999");
    }
    for v in between(s.y) {
        line([s.left, s.left + 4.0], [s.y(v); 2], "#999");
    }
    (s.x.0..=s.x.1).for_each(|d| line([s.x(10_f64.powi(d)); 2], [TOP, foot], "#ddd"));
    (s.y.0..=s.y.1).for_each(|d| line([s.left, right], [s.y(10_f64.powi(d)); 2], "#ddd"));
    line([s.left, s.left], [TOP, foot], "#444");
    line([s.left, right], [foot, foot], "#444");
    for d in s.x.0..=s.x.1 {
        let (x, y) = (s.x(10_f64.powi(d)), foot + 19.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>", number(d));
    }
    for d in s.y.0..=s.y.1 {
        let (x, y) = (s.left - 7.0, s.y(10_f64.powi(d)) + 5.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", number(d));
    }
    let middle = s.left + PANEL.0 / 2.0;
    let _ = writeln!(
        out,
        "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"15\">{}</text>",
        foot + 44.0,
        axis.name()
    );
    if axis == Axis::Frames {
        let (x, y) = (s.left - 56.0, TOP + PANEL.1 / 2.0);
        let _ = writeln!(
            out,
            "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"middle\" font-size=\"15\">\
             time, ms, one core</text>"
        );
    }
}

fn draw(out: &mut String, s: &Scale, line: &Line) {
    let path = |time: fn(&crate::Point) -> f64| -> String {
        let places = line.points.iter().map(|p| format!("{:.1} {:.1}", s.x(p.value), s.y(time(p))));
        places.collect::<Vec<_>>().join("L")
    };
    let stroke = colour(line.kernel);
    let (times, floors) = (path(|p| p.least), path(|p| p.floor));
    let _ = writeln!(
        out,
        "<path d=\"M{floors}\" stroke=\"{stroke}\" stroke-width=\"1.6\" stroke-dasharray=\"5 4\" fill=\"none\"/>\n\
         <path d=\"M{times}\" stroke=\"{stroke}\" stroke-width=\"2.5\" fill=\"none\"/>"
    );
    for p in &line.points {
        let _ = writeln!(out, "{}", mark(line.kernel, s.x(p.value), s.y(p.least)));
    }
}

/// Beside the last point of each line, moved apart where they lie too close.
fn exponents(out: &mut String, s: &Scale, lines: &[&Line]) {
    let mut ends: Vec<(f64, f64, &Line)> =
        lines.iter().filter_map(|l| l.points.last().map(|p| (s.x(p.value) + 9.0, s.y(p.least) + 5.0, *l))).collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut above = f64::NEG_INFINITY;
    for (x, y, line) in ends {
        let y = y.max(above + 16.0);
        above = y;
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{}\" font-weight=\"bold\" stroke=\"#fff\" stroke-width=\"3\" \
             paint-order=\"stroke\">e = {:.2}</text>",
            colour(line.kernel),
            line.exponent(3)
        );
    }
}
