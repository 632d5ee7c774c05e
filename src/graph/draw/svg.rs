//! A finished drawing, laid out here: states from left to right by longest path, every label in a slot of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::place::{Bend, Bundle, LINE, Layout, STRAND, StateBox, place, span};
use super::rank::ranks;
use super::{Draw, DrawError, colour, final_name};
use crate::graph::{Arc, ArcId, Graph, StateId, WeightText};

/// States, arcs and bends in one drawing.
const LIMIT: usize = 20_000;
const TITLE: f64 = 30.0;
const INK: &str = "#30363d";
const FADED: &str = "#a8b0b8";

/// Draws the graph as an SVG image, readable without Graphviz.
///
/// States stand in columns by the longest path from the start; an arc that closes a cycle runs back. Parallel arcs
/// fan out, self-loops stand above their state, impossible arcs are dashed. The picture has a white ground.
///
/// # Errors
/// [`DrawError::TooLarge`] beyond 20,000 states, arcs and bends of long arcs.
///
/// # Cost
/// O(n log n) a sweep in states, arcs and bends, with a fixed number of sweeps.
///
/// Source: K. Sugiyama et al., *Methods for visual understanding of hierarchical system structures*, 1981, with slots
/// for labels as in E. R. Gansner et al., *A technique for drawing directed graphs*, 1993.
///
/// ```
/// use energraph::graph::draw::{Draw, svg};
/// use energraph::{Energy, GraphBuilder};
/// let mut b = GraphBuilder::new();
/// b.add_states(2);
/// b.start(0);
/// b.arc(0, 1, 2, Energy::new(0.5)?, 1);
/// b.final_weight(1, Energy::FREE);
/// let picture = svg(&b.build()?, &Draw { title: "a → b", highlight: &[&[0]], ..Draw::default() })?;
/// assert!(picture.starts_with("<svg") && picture.contains(">1:2/0.5<"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg<W: WeightText>(g: &Graph<W>, draw: &Draw<'_>) -> Result<String, DrawError> {
    let (states, arcs) = (g.states(), g.arc_count());
    let too_large = DrawError::TooLarge { states, arcs, limit: LIMIT };
    if states + arcs > LIMIT {
        return Err(too_large);
    }
    let sketch = Sketch::new(g, draw);
    let ranks = ranks(g);
    let bends: usize = sketch.bundles.iter().map(|b| span(&ranks, b).len()).sum();
    if states + arcs + bends > LIMIT {
        return Err(too_large);
    }
    let layout = place(&ranks, &sketch.boxes, &sketch.bundles);
    Ok(sketch.paint(&layout))
}

/// A graph with its texts, sorted into what the layout places.
struct Sketch<'a, W> {
    g: &'a Graph<W>,
    title: &'a str,
    names: Vec<String>,
    arc_paths: Vec<Option<usize>>,
    state_paths: Vec<Option<usize>>,
    boxes: Vec<StateBox>,
    bundles: Vec<Bundle>,
    /// The arcs of each bundle.
    members: Vec<Vec<ArcId>>,
    /// Self-loops by state.
    loops: BTreeMap<StateId, Vec<ArcId>>,
}

impl<'a, W: WeightText> Sketch<'a, W> {
    fn new(g: &'a Graph<W>, draw: &Draw<'a>) -> Self {
        let names: Vec<String> = g.all_arcs().iter().map(|a| draw.arc_name(a)).collect();
        let (arc_paths, state_paths) = draw.on_paths(g);
        let mut groups: BTreeMap<(StateId, StateId), Vec<ArcId>> = BTreeMap::new();
        for (id, source, arc) in g.arcs_with_source() {
            groups.entry((source, arc.target)).or_default().push(id);
        }
        let widest = |ids: &[ArcId]| ids.iter().map(|&a| text_width(&names[a as usize])).fold(0.0, f64::max);
        let (mut bundles, mut members, mut loops) = (Vec::new(), Vec::new(), BTreeMap::new());
        for ((source, target), ids) in groups {
            if source == target {
                loops.insert(source, ids);
                continue;
            }
            let (source, target) = (source as usize, target as usize);
            bundles.push(Bundle { source, target, lines: ids.len(), width: widest(&ids) + 8.0 });
            members.push(ids);
        }
        let boxes = (0..g.states() as StateId).map(|s| {
            let (r, own) = (radius(g, s), loops.get(&s).map_or(&[][..], Vec::as_slice));
            let above = if own.is_empty() { r } else { r + loop_height(own.len() - 1) + LINE };
            StateBox { half_width: r.max(widest(own) * if own.len() > 1 { 0.7 } else { 0.5 }), above, below: r }
        });
        let boxes = boxes.collect();
        Sketch { g, title: draw.title, names, arc_paths, state_paths, boxes, bundles, members, loops }
    }

    fn paint(&self, layout: &Layout) -> String {
        let head = if self.title.is_empty() { 0.0 } else { TITLE };
        let (width, height) = (layout.width.max(text_width(self.title) * 1.3 + 32.0), layout.height + head);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" \
             text-anchor=\"middle\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        if !self.title.is_empty() {
            let (x, title) = (width / 2.0, escaped(self.title));
            let _ = writeln!(out, "<text x=\"{x:.0}\" y=\"22\" font-size=\"15\" fill=\"{INK}\">{title}</text>");
        }
        let _ = writeln!(out, "<g transform=\"translate({:.1} {head:.0})\">", (width - layout.width) / 2.0);
        let mut labels = String::new();
        // Highlighted arcs lie on top.
        for pass in [false, true] {
            for ((bundle, members), bends) in self.bundles.iter().zip(&self.members).zip(&layout.bends) {
                let ends = [bundle.source, bundle.target].map(|s| (layout.states[s], radius(self.g, s as StateId)));
                for (i, &id) in members.iter().enumerate() {
                    if self.arc_paths[id as usize].is_some() == pass {
                        let strand = i as f64 - (members.len() - 1) as f64 / 2.0;
                        self.arc(&mut out, &mut labels, id, &curve(ends, bends, strand));
                    }
                }
            }
            for (&state, ids) in &self.loops {
                let centre = layout.states[state as usize];
                for (i, &id) in ids.iter().enumerate() {
                    if self.arc_paths[id as usize].is_some() == pass {
                        // Wide enough for the label of the loop inside.
                        let inner = if i > 0 { text_width(&self.names[ids[i - 1] as usize]) * 0.7 } else { 9.0 };
                        self.arc(&mut out, &mut labels, id, &self_loop(centre, radius(self.g, state), i, inner));
                    }
                }
            }
        }
        for (state, &centre) in layout.states.iter().enumerate() {
            self.state(&mut out, state as StateId, centre);
        }
        out.push_str(&labels);
        out.push_str("</g>\n</svg>\n");
        out
    }

    fn arc(&self, out: &mut String, labels: &mut String, id: ArcId, line: &Line) {
        let impossible = self.g.all_arcs().get(id as usize).is_some_and(|a: &Arc<W>| a.weight.is_zero());
        let (ink, stroke) = match self.arc_paths[id as usize] {
            Some(path) => (colour(path), 2.4),
            None => (if impossible { FADED } else { INK }, 1.1),
        };
        let dashes = if impossible { " stroke-dasharray=\"4 3\"" } else { "" };
        let (d, head) = (&line.path, &line.head);
        let _ = writeln!(
            out,
            "<path d=\"{d}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{stroke}\"{dashes}/><path d=\"{head}\" fill=\"{ink}\"/>"
        );
        let bold = if self.arc_paths[id as usize].is_some() { " font-weight=\"bold\"" } else { "" };
        let ((x, y), name) = (line.label, escaped(&self.names[id as usize]));
        // The halo keeps a label legible where an arc passes behind it.
        let _ = writeln!(
            labels,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{ink}\"{bold} stroke=\"white\" stroke-width=\"3\" \
             stroke-linejoin=\"round\" paint-order=\"stroke\">{name}</text>"
        );
    }

    fn state(&self, out: &mut String, state: StateId, (x, y): (f64, f64)) {
        let (r, path) = (radius(self.g, state), self.state_paths[state as usize]);
        let ink = path.map_or(INK, colour);
        let stroke = if self.g.start() == Some(state) { 3.0 } else { 1.3 };
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"white\" stroke=\"{ink}\" stroke-width=\"{stroke}\"/>"
        );
        if self.g.is_final(state) {
            let inner = r - 4.0;
            let _ = writeln!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{inner:.1}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.3\"/>"
            );
        }
        let weight = final_name(self.g, state);
        let base = if weight.is_some() { y - 1.0 } else { y + 4.5 };
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{base:.1}\" font-size=\"13\" fill=\"{ink}\">{state}</text>");
        if let Some(weight) = weight {
            let under = y + 11.0;
            let _ =
                writeln!(out, "<text x=\"{x:.1}\" y=\"{under:.1}\" font-size=\"10\" fill=\"{ink}\">/{weight}</text>");
        }
    }
}

/// A drawn arc: its line, its arrow head and where its label stands.
struct Line {
    path: String,
    head: String,
    label: (f64, f64),
}

type Point = (f64, f64);

/// Through the bends of a bundle, `strand` labels away from its middle, from one border to the other.
fn curve(ends: [(Point, f64); 2], bends: &[Bend], strand: f64) -> Line {
    let forward = ends[0].0.0 < ends[1].0.0;
    // Level through labels, as smooth as may be elsewhere.
    let mut points: Vec<(Point, f64)> = Vec::new();
    let mut label = ends[0].0;
    for (i, bend) in bends.iter().enumerate() {
        let y = bend.y + strand * if bend.half_label > 0.0 { LINE } else { STRAND };
        if bend.half_label > 0.0 {
            label = (bend.x, y - 4.0);
            let half = if forward { bend.half_label } else { -bend.half_label };
            points.extend([((bend.x - half, y), 0.0), ((bend.x + half, y), 0.0)]);
        } else {
            let before = if i > 0 { (bends[i - 1].x, bends[i - 1].y) } else { ends[0].0 };
            let after = bends.get(i + 1).map_or(ends[1].0, |b| (b.x, b.y));
            points.push(((bend.x, y), (after.1 - before.1) / (after.0 - before.0)));
        }
    }
    let (first, last) = (points.first().map_or(label, |p| p.0), points.last().map_or(label, |p| p.0));
    let out = border(ends[0], first, 0.0);
    let tip = border(ends[1], last, 0.0);
    let neck = border(ends[1], last, 8.0);
    let mut path = format!("M{:.1} {:.1}", out.0, out.1);
    let mut from = (out, slope(ends[0].0, out));
    points.push((neck, slope(ends[1].0, neck)));
    for &(to, climb) in &points {
        let third = (to.0 - from.0.0) / 2.6;
        let (a, b) = ((from.0.0 + third, from.0.1 + third * from.1), (to.0 - third, to.1 - third * climb));
        let _ = write!(path, " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1, to.0, to.1);
        from = (to, climb);
    }
    Line { path, head: arrow(neck, tip), label }
}

/// Where the border of a state faces a point, `away` outside; no steeper than 55°, so that lines leave sideways.
fn border((centre, radius): (Point, f64), towards: Point, away: f64) -> Point {
    let (dx, dy) = (towards.0 - centre.0, towards.1 - centre.1);
    let angle = dy.atan2(dx.abs()).clamp(-0.96, 0.96);
    let side = if dx < 0.0 { -1.0 } else { 1.0 };
    (centre.0 + side * (radius + away) * angle.cos(), centre.1 + (radius + away) * angle.sin())
}

fn slope(centre: Point, at: Point) -> f64 {
    (at.1 - centre.1) / (at.0 - centre.0)
}

/// Above a state; each further loop around the one before.
fn self_loop((x, y): Point, r: f64, number: usize, spread: f64) -> Line {
    let rise = loop_height(number);
    // A cubic's top lies at three quarters of its controls' height.
    let (sin, cos) = (0.5 * r, 0.866 * r);
    let control = (y - cos) - (rise + r - cos) / 0.75;
    let (tip, neck) = ((x + sin, y - cos), (x + sin + 3.0, y - cos - 8.0));
    let path = format!(
        "M{:.1} {:.1} C{:.1} {control:.1} {:.1} {control:.1} {:.1} {:.1}",
        x - sin,
        y - cos,
        x - sin - spread,
        x + sin + spread,
        neck.0,
        neck.1
    );
    Line { path, head: arrow(neck, tip), label: (x, y - r - rise - 4.0) }
}

/// How far above the border the top of a loop is.
fn loop_height(number: usize) -> f64 {
    20.0 + number as f64 * LINE
}

fn arrow(neck: Point, tip: Point) -> String {
    let (dx, dy) = ((tip.0 - neck.0) * 0.45, (tip.1 - neck.1) * 0.45);
    let (l, r) = ((neck.0 - dy, neck.1 + dx), (neck.0 + dy, neck.1 - dx));
    format!("M{:.1} {:.1} L{:.1} {:.1} L{:.1} {:.1} Z", tip.0, tip.1, l.0, l.1, r.0, r.1)
}

/// Large enough for the state's number and final weight.
fn radius<W: WeightText>(g: &Graph<W>, state: StateId) -> f64 {
    let weight = final_name(g, state).map_or(0.0, |w| text_width(&w) * 0.85 + 8.0);
    let ring = if g.is_final(state) { 4.0 } else { 0.0 };
    (text_width(&state.to_string()).max(weight) / 2.0 + 5.0 + ring).max(17.0)
}

/// An estimate for the fonts named; scripts written wide count double.
fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if c as u32 >= 0x2e80 { 12.5 } else { 6.9 }).sum()
}

/// Text between tags; control characters, which XML forbids, become replacement characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::SymbolTable;
    use crate::graph::att::{self, AttOptions};
    use crate::semiring::Energy;

    fn picture(text: &str, draw: &Draw<'_>) -> String {
        svg(&att::read::<Energy>(text, &AttOptions::default()).unwrap(), draw).unwrap()
    }

    #[test]
    fn every_arc_and_state_is_drawn_once() {
        let text = "0 1 1 1\n0 1 2 2\n1 0 3 3\n1 1 4 4\n0 2 5 5\n2\n1 0.5\n";
        let drawn = picture(text, &Draw::default());
        for label in 1..=5 {
            assert_eq!(drawn.matches(&format!("stroke\">{label}</text>")).count(), 1, "{drawn}");
        }
        // Three states, two of them final.
        assert_eq!(drawn.matches("<circle").count(), 5);
        assert_eq!(drawn.matches("stroke-width=\"3\"/>").count(), 1);
        assert!(drawn.contains(">/0.5<"));
    }

    #[test]
    fn a_highlighted_path_has_its_colour_and_the_rest_has_not() {
        let paths: &[&[ArcId]] = &[&[0], &[1]];
        let drawn = picture("0 1 1 1\n0 2 2 2\n0 2 3 3\n1\n2\n", &Draw { highlight: paths, ..Draw::default() });
        for (label, ink) in [(1, colour(0)), (2, colour(1)), (3, INK)] {
            let line = drawn.lines().find(|l| l.ends_with(&format!(">{label}</text>"))).unwrap();
            assert!(line.contains(ink), "{line}");
        }
    }

    #[test]
    fn names_cannot_break_the_markup() {
        let symbols = SymbolTable::from_symbols(["<b>&", "\u{1}"]).unwrap();
        let draw = Draw { title: "a<b", isymbols: Some(&symbols), ..Draw::default() };
        let drawn = picture("0 1 1 1\n0 1 2 2\n1\n", &draw);
        assert!(drawn.contains("&lt;b&gt;&amp;") && drawn.contains("a&lt;b") && drawn.contains('\u{fffd}'));
        assert!(!drawn.contains('\u{1}'));
    }

    #[test]
    fn what_no_one_could_look_at_is_refused() {
        let mut b = crate::graph::GraphBuilder::new();
        b.add_states(400);
        b.start(0);
        for s in 0..399 {
            b.arc(s, 1, 1, Energy::FREE, s + 1);
            b.arc(0, 1, 1, Energy::FREE, s + 1);
        }
        let refused = svg(&b.build().unwrap(), &Draw::default());
        assert_eq!(refused, Err(DrawError::TooLarge { states: 400, arcs: 798, limit: LIMIT }));
    }

    #[test]
    fn the_graph_without_states_is_a_blank_sheet() {
        let drawn = svg(&Graph::<Energy>::empty(), &Draw::default()).unwrap();
        assert!(!drawn.contains("NaN") && !drawn.contains("inf") && !drawn.contains("<circle"));
    }

    proptest! {
        #[test]
        fn any_graph_is_drawn_with_finite_coordinates(
            arcs in prop::collection::vec((0..7_u32, 0..7_u32), 0..16), start in 0..7_u32,
        ) {
            let mut b = crate::graph::GraphBuilder::new();
            b.add_states(7);
            b.start(start);
            arcs.iter().for_each(|&(s, t)| b.arc(s, s + 1, t + 1, Energy::FREE, t));
            let drawn = svg(&b.build().unwrap(), &Draw::default()).unwrap();
            prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"));
            prop_assert_eq!(drawn.matches("paint-order").count(), arcs.len());
        }
    }
}
