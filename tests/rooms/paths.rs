//! Reads the paths in Rust source that start at the crate's root.

use std::collections::BTreeMap;

/// A name right below the crate's root that a file mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// Whether it stands in code for tests only.
    pub in_test: bool,
}

/// Words, `::` and single other characters, with their lines; comments and literals are gone.
fn tokens(text: &str) -> Vec<(String, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut line, mut i) = (Vec::new(), 1, 0);
    while i < chars.len() {
        let start = i;
        match at(i) {
            '/' if at(i + 1) == '/' => i = end_of_line(&chars, i),
            '/' if at(i + 1) == '*' => i = end_of_comment(&chars, i),
            '"' => i = end_of_string(&chars, i),
            'r' | 'b' | 'c' if !(i > 0 && word(at(i - 1))) && raw_string(&chars, i).is_some() => {
                i = raw_string(&chars, i).unwrap_or(i + 1);
            }
            // A character; a quote without a second one starts a lifetime.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            c if word(c) => {
                while word(at(i)) {
                    i += 1;
                }
                found.push((chars[start..i].iter().collect(), line));
            }
            ':' if at(i + 1) == ':' => {
                i += 2;
                found.push(("::".to_owned(), line));
            }
            c => {
                i += 1;
                if !c.is_whitespace() {
                    found.push((c.to_string(), line));
                }
            }
        }
        line += chars[start..i.min(chars.len())].iter().filter(|&&c| c == '\n').count();
    }
    found
}

fn end_of_line(chars: &[char], from: usize) -> usize {
    chars[from..].iter().position(|&c| c == '\n').map_or(chars.len(), |n| from + n)
}

/// Comments nest.
fn end_of_comment(chars: &[char], from: usize) -> usize {
    let (mut i, mut depth) = (from, 0);
    while i < chars.len() {
        match chars[i..] {
            ['/', '*', ..] => (depth, i) = (depth + 1, i + 2),
            ['*', '/', ..] => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

fn end_of_string(chars: &[char], from: usize) -> usize {
    let mut i = from + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// The end of `r"…"`, `br#"…"#` and the like, where one starts here.
fn raw_string(chars: &[char], from: usize) -> Option<usize> {
    let mut i = from + usize::from(matches!(chars[from], 'b' | 'c'));
    if chars.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = chars[i..].iter().take_while(|&&c| c == '#').count();
    i += hashes;
    if chars.get(i) != Some(&'"') {
        return None;
    }
    i += 1;
    while i < chars.len() {
        if chars[i] == '"' && chars[i + 1..].iter().take_while(|&&c| c == '#').count() >= hashes {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(i)
}

/// Every name right below the crate's root that a file's paths go through, and `burn`.
pub fn mentions(file: &str, text: &str) -> Vec<Found> {
    let stem = file.trim_end_matches(".rs");
    let whole_file_is_test = stem.ends_with("/tests") || stem.ends_with("_tests");
    let mut reader = Reader { tokens: tokens(text), next: 0, module: modules(file), found: Vec::new() };
    // Inline modules: the brace depth at which each was opened, and whether it is for tests.
    let (mut depth, mut inline, mut test_next) = (0_usize, Vec::<(usize, bool)>::new(), false);
    while let Some(token) = reader.word(0) {
        let token = token.to_owned();
        let in_test = whole_file_is_test || inline.iter().any(|m| m.1);
        match token.as_str() {
            "mod" if reader.word(2) == Some("{") => {
                let name = reader.word(1).unwrap_or_default().to_owned();
                reader.module.push(name);
                depth += 1;
                inline.push((depth, std::mem::take(&mut test_next)));
                reader.next += 3;
                continue;
            }
            "{" => depth += 1,
            "}" => {
                if inline.last().is_some_and(|m| m.0 == depth) {
                    inline.pop();
                    reader.module.pop();
                }
                depth = depth.saturating_sub(1);
            }
            "cfg" if reader.word(1) == Some("(") && reader.word(2) == Some("test") => test_next = true,
            // The attribute belonged to something else than a module.
            ";" => test_next = false,
            "crate" | "super" if reader.word(1) == Some("::") => {
                let base = if token == "crate" { Vec::new() } else { parent(&reader.module) };
                reader.next += 2;
                reader.tree(base, in_test);
                continue;
            }
            "burn" if reader.word(1) == Some("::") => reader.find("burn", in_test),
            _ => {}
        }
        reader.next += 1;
    }
    reader.found
}

struct Reader {
    tokens: Vec<(String, usize)>,
    next: usize,
    /// Names of the modules around, outermost first.
    module: Vec<String>,
    found: Vec<Found>,
}

impl Reader {
    fn word(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.next + ahead).map(|t| t.0.as_str())
    }

    fn find(&mut self, name: &str, in_test: bool) {
        let line = self.tokens.get(self.next).map_or(0, |t| t.1);
        self.found.push(Found { name: name.to_owned(), line, in_test });
    }

    /// Reads what may follow `base::`: a name, `super::…` or a list in braces.
    fn tree(&mut self, base: Vec<String>, in_test: bool) {
        match self.word(0) {
            Some("super") => {
                self.next += 1;
                if self.word(0) == Some("::") {
                    self.next += 1;
                    self.tree(parent(&base), in_test);
                }
            }
            Some("{") => {
                self.next += 1;
                while !matches!(self.word(0), None | Some("}")) {
                    self.tree(base.clone(), in_test);
                    if self.word(0) == Some(",") {
                        self.next += 1;
                    }
                }
                self.next += 1;
            }
            Some(name) => {
                let name = name.to_owned();
                // A macro puts its own name where `$` stands.
                if base.is_empty() && !matches!(name.as_str(), "self" | "*" | "$") {
                    self.find(&name, in_test);
                }
                self.rest(&base, in_test);
            }
            None => {}
        }
    }

    /// Passes over the rest of a branch, up to its comma or end. Braces inside matter only for their names' sake
    /// where `super` occurs in them.
    fn rest(&mut self, base: &[String], in_test: bool) {
        let mut inside = base.to_vec();
        inside.extend(self.word(0).map(str::to_owned));
        self.next += 1;
        if self.word(0) == Some("::") {
            self.next += 1;
            match self.word(0) {
                // A call's type arguments are read as any other code.
                Some("<") | None => {}
                Some("*") => self.next += 1,
                Some(_) => self.tree(inside, in_test),
            }
        } else if self.word(0) == Some("as") {
            self.next += 2;
        }
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// The modules that a file's items are in.
fn modules(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    stem.split('/').map(str::to_owned).collect()
}

/// What `lib.rs` re-exports, and the macros that are exported to the root, each with its room.
pub fn root_exports(files: &[(String, String)]) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for (file, text) in files {
        let tokens = tokens(text);
        let word = |i: usize| tokens.get(i).map_or("", |t| t.0.as_str());
        let room = modules(file).swap_remove(0);
        for i in 0..tokens.len() {
            if file == "lib.rs" && word(i) == "pub" && word(i + 1) == "use" {
                let room = word(i + 2).to_owned();
                let mut end = i + 3;
                while !matches!(word(end), ";" | "") {
                    // A name counts where the branch ends.
                    if matches!(word(end + 1), "," | "}" | ";") && !matches!(word(end), "}" | ",") {
                        exports.insert(word(end).to_owned(), room.clone());
                    }
                    end += 1;
                }
            }
            if word(i) == "macro_rules" && word(i + 1) == "!" {
                exports.insert(word(i + 2).to_owned(), room.clone());
            }
        }
    }
    exports
}
