//! The few marks that a picture is made of.

use std::fmt::Write;

/// Text that may stand in SVG and HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A number as people read it, with a real minus sign.
#[cfg(feature = "nn")]
pub(crate) fn number(value: f64) -> String {
    format!("{value:.2}").replace('-', "\u{2212}")
}

/// A share in per cent.
pub(crate) fn percent(share: f64) -> String {
    let p = 100.0 * share.clamp(0.0, 1.0);
    if !(0.05..99.95).contains(&p) { format!("{p:.0} %") } else { format!("{p:.1} %") }
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
#[derive(Default)]
pub(crate) struct Canvas {
    body: String,
}

impl Canvas {
    /// Text of a size and a class.
    pub(crate) fn text(&mut self, at: (f32, f32), size: u32, class: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(&format!(
            r#"<text x="{:.1}" y="{:.1}" font-size="{size}" class="{class}" text-anchor="{anchor}">{}</text>"#,
            at.0,
            at.1,
            escape(text)
        ));
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), class: &str) {
        self.push(&format!(r#"<path d="M{:.1} {:.1}L{:.1} {:.1}" class="{class}"/>"#, from.0, from.1, to.0, to.1));
    }

    /// An arc between two points of one height that reaches `rise` above them (below, where negative).
    #[cfg(feature = "nn")]
    pub(crate) fn bow(&mut self, from: f32, to: f32, y: f32, rise: f32, class: &str) {
        let control = y - rise * 4.0 / 3.0;
        let lean = 0.18 * (to - from);
        self.push(&format!(
            r#"<path d="M{from:.1} {y:.1}C{:.1} {control:.1} {:.1} {control:.1} {to:.1} {y:.1}" class="{class}" marker-end="url(#{class}-head)"/>"#,
            from + lean,
            to - lean,
        ));
    }

    /// A rectangle.
    pub(crate) fn rect(&mut self, [x, y, w, h]: [f32; 4], class: &str) {
        self.push(&format!(r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" class="{class}"/>"#));
    }

    /// A dot.
    #[cfg(feature = "nn")]
    pub(crate) fn dot(&mut self, at: (f32, f32), radius: f32, class: &str) {
        self.push(&format!(r#"<circle cx="{:.1}" cy="{:.1}" r="{radius}" class="{class}"/>"#, at.0, at.1));
    }

    /// A PNG.
    pub(crate) fn image(&mut self, [x, y, w, h]: [f32; 4], png: &[u8]) {
        let data = super::base64::encode(png);
        self.push(&format!(
            r#"<image x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" preserveAspectRatio="none" href="data:image/png;base64,{data}"/>"#
        ));
    }

    fn push(&mut self, mark: &str) {
        self.body.push_str(mark);
        self.body.push('\n');
    }

    /// The whole, with the styles of its classes.
    pub(crate) fn finish(self, width: f32, height: f32, title: &str, style: &str, heads: &[&str]) -> String {
        let mut svg = String::new();
        let head = |class: &&str| {
            format!(
                r#"<marker id="{class}-head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8L8 4L0 7.2z" class="{class}-fill"/></marker>"#
            )
        };
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" font-family="DejaVu Sans, Verdana, sans-serif">
<title>{}</title>
<style>{style}</style>
<defs>{}</defs>
<rect width="100%" height="100%" fill="white"/>
{}</svg>
"#,
            escape(title),
            heads.iter().map(head).collect::<String>(),
            self.body
        );
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_break_the_picture() {
        let mut c = Canvas::default();
        c.text((0.0, 0.0), 10, "a", Anchor::Start, "<b> & \"c\"");
        let svg = c.finish(1.0, 1.0, "<x>", "", &[]);
        assert!(svg.contains("&lt;b&gt; &amp; &quot;c&quot;") && svg.contains("<title>&lt;x&gt;</title>"));
    }

    #[test]
    fn shares_near_their_ends_are_not_rounded_to_them_with_a_decimal() {
        assert_eq!([percent(1.0), percent(0.9996), percent(0.5), percent(0.0001)], ["100 %", "100 %", "50.0 %", "0 %"]);
        #[cfg(feature = "nn")]
        assert_eq!(number(-1.239), "\u{2212}1.24");
    }
}
