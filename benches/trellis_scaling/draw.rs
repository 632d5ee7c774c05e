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

/// A panel, and the logarithms of the ends of both axes.
struct Scale {
    left: f64,
    x: (f64, f64),
    y: (f64, f64),
}

impl Scale {
    fn x(&self, value: f64) -> f64 {
        self.left + (value.log10() - self.x.0) / (self.x.1 - self.x.0) * PANEL.0
    }

    fn y(&self, value: f64) -> f64 {
        TOP + PANEL.1 - (value.log10() - self.y.0) / (self.y.1 - self.y.0) * PANEL.1
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

/// The logarithms of the least and the greatest number, with room before and behind, as parts of what is between.
fn ends(values: impl Iterator<Item = f64>, before: f64, behind: f64) -> (f64, f64) {
    let ends = values.fold((f64::INFINITY, 0.0_f64), |(least, most), v| (least.min(v), most.max(v)));
    let (from, to) = (ends.0.log10(), ends.1.log10());
    (from - before * (to - from), to + behind * (to - from))
}

/// The multiples of powers of ten on an axis, from one up to nine.
fn ticks((from, to): (f64, f64)) -> impl Iterator<Item = (u32, f64)> {
    let decades = from.floor() as i32..=to.ceil() as i32;
    let all = decades.flat_map(|d| (1..10).map(move |m| (m, f64::from(m) * 10_f64.powi(d))));
    all.filter(move |(_, v)| (from..=to).contains(&v.log10()))
}

/// With commas between thousands.
fn number(value: f64) -> String {
    if value < 1e3 {
        return format!("{value}");
    }
    format!("{},{:03}", (value / 1e3).floor(), value % 1e3)
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
    let y = ends(times, 0.04, 0.04);
    for (i, axis) in Axis::ALL.into_iter().enumerate() {
        let lines: Vec<&Line> = lines.iter().filter(|l| l.axis == axis).collect();
        let x = ends(lines.iter().flat_map(|l| &l.points).map(|p| p.value), 0.03, 0.32);
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
        let labels = if s.labels > 0 { format!(", {} labels", number(s.labels as f64)) } else { String::new() };
        let shape = format!("{} × {} frames, {} classes{labels}", s.batch, number(s.frames as f64), s.classes);
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
    for (multiple, v) in ticks(s.x) {
        line(
            [s.x(v); 2],
            [if multiple == 1 { TOP } else { foot - 5.0 }, foot],
            if multiple == 1 { "#ddd" } else { "#999" },
        );
    }
    for (multiple, v) in ticks(s.y) {
        let to = if multiple == 1 { right } else { s.left + 5.0 };
        line([s.left, to], [s.y(v); 2], if multiple == 1 { "#ddd" } else { "#999" });
    }
    line([s.left, s.left], [TOP, foot], "#444");
    line([s.left, right], [foot, foot], "#444");
    for (_, v) in ticks(s.x).filter(|t| t.0 == 1) {
        let (x, y) = (s.x(v), foot + 19.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>", number(v));
    }
    for (_, v) in ticks(s.y).filter(|t| t.0 == 1) {
        let (x, y) = (s.left - 7.0, s.y(v) + 5.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", number(v));
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
    let mut above = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (x, y, line) in ends {
        let near = (x - above.0).abs() < 80.0;
        let y = if near { y.max(above.1 + 16.0) } else { y };
        above = (x, y);
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{}\" font-weight=\"bold\">e = {:.2}</text>",
            colour(line.kernel),
            line.exponent(3)
        );
    }
}
