//! The picture on a page, with the numbers in tables.

use std::fmt::Write;

use super::Explanation;
use crate::signal::ImageError;
use crate::signal::draw::svg::{escape, number, percent};

const STYLE: &str = "body{font-family:DejaVu Sans,Verdana,sans-serif;margin:24px;color:#1f2933}\
table{border-collapse:collapse;margin:8px 0 24px}td,th{padding:4px 14px;border-bottom:1px solid #d5dce4;text-align:right}\
th{color:#627083;font-weight:normal}td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}";

pub(super) fn page(of: &Explanation) -> Result<String, ImageError> {
    let title = escape(&format!("{}: {}", of.title, of.reading.text()));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head>\n<body>\n{}",
        of.svg()?
    );
    page += "<h3>Symbols of the answer's best path</h3>\n<table><tr><th>symbol</th><th>box (x, y, width, height)</th>\
             <th>energy</th><th>share of all paths</th><th>best symbols on this span</th></tr>\n";
    let none = Vec::new();
    for (i, s) in of.reading.segments.iter().enumerate() {
        let ranked = of.ranked.get(i).unwrap_or(&none).iter();
        let ranked: Vec<String> = ranked.map(|(symbol, e)| format!("{} {}", escape(symbol), number(*e))).collect();
        let [x, y, w, h] = s.bounds;
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{x}, {y}, {w}, {h}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&s.symbol),
            number(s.energy),
            percent(s.posterior),
            ranked.join(" &nbsp; ")
        );
    }
    page += "</table>\n</body></html>\n";
    Ok(page)
}
