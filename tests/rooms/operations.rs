//! Reads how the public functions of a file are documented.

/// The headings of an operation, in their order, and whether each must be there.
const HEADINGS: [(&str, bool); 7] = [
    ("Arguments", true),
    ("Returns", true),
    ("Errors", true),
    ("Cost", true),
    ("Source", false),
    ("Example", true),
    ("What must hold", false),
];

/// A top-level public function and the lines of its documentation.
struct Operation<'t> {
    name: &'t str,
    /// Counted from 1.
    line: usize,
    doc: Vec<&'t str>,
}

fn operations(text: &str) -> Vec<Operation<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once("fn ") else { continue };
        if !before.starts_with("pub ") || before.contains("//") {
            continue;
        }
        let above = lines[..i].iter().rev().take_while(|l| l.starts_with("///") || l.starts_with("#["));
        let mut doc: Vec<&str> = above.filter_map(|l| l.strip_prefix("///")).collect();
        doc.reverse();
        let name = after.split(['<', '(']).next().unwrap_or_default();
        found.push(Operation { name, line: i + 1, doc });
    }
    found
}

/// A heading and what stands below it: lines of text, and what follows the three ticks of each code block.
struct Section<'t> {
    heading: &'t str,
    text: usize,
    blocks: Vec<&'t str>,
}

fn sections<'t>(doc: &[&'t str]) -> Vec<Section<'t>> {
    let mut found = vec![Section { heading: "", text: 0, blocks: Vec::new() }];
    let mut in_block = false;
    for line in doc.iter().map(|l| l.trim()) {
        if let Some(language) = line.strip_prefix("```") {
            in_block = !in_block;
            if let (true, Some(last)) = (in_block, found.last_mut()) {
                last.blocks.push(language);
            }
        } else if let (false, Some(heading)) = (in_block, line.strip_prefix("# ")) {
            found.push(Section { heading, text: 0, blocks: Vec::new() });
        } else if let (false, false, Some(last)) = (in_block, line.is_empty(), found.last_mut()) {
            last.text += 1;
        }
    }
    found
}

/// What the documentation of a file's operations lacks, and whether it holds more than one.
pub fn lacking(file: &str, text: &str) -> Vec<String> {
    let found = operations(text);
    let mut wrong = Vec::new();
    for another in found.iter().skip(1) {
        wrong.push(format!("{file}:{}: {} is not the only operation", another.line, another.name));
    }
    for o in &found {
        let mut tell = |what: String| wrong.push(format!("{file}:{}: {} {what}", o.line, o.name));
        let sections = sections(&o.doc);
        let [lead, rest @ ..] = sections.as_slice() else { continue };
        if lead.text == 0 {
            tell("does not say what it is".into());
        }
        let mut next = 0;
        for section in rest {
            match HEADINGS[next..].iter().position(|(name, _)| *name == section.heading) {
                Some(position) => next += position + 1,
                None => tell(format!("has a heading {:?} that is not known or out of order", section.heading)),
            }
            if section.text == 0 && section.heading != "Example" {
                tell(format!("says nothing under {:?}", section.heading));
            }
        }
        for (heading, needed) in HEADINGS {
            if needed && rest.iter().all(|s| s.heading != heading) {
                tell(format!("has no {heading:?}"));
            }
        }
        let example = rest.iter().find(|s| s.heading == "Example");
        if example.is_some_and(|s| s.blocks.first() != Some(&"text") || !s.blocks.contains(&"")) {
            tell("needs a drawing and then a test in its example".into());
        }
    }
    wrong
}

/// How many operations a file holds.
pub fn count(text: &str) -> usize {
    operations(text).len()
}
