//! Pages that explain readings, and one that leads to them.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::accept::Acceptance;
use super::error::{At, CliError};
use crate::handwriting::{Read, Recognizer};
use crate::signal::Grey;

/// A folder of pages.
pub(super) struct Pages {
    folder: PathBuf,
    taken: HashSet<String>,
    index: String,
}

impl Pages {
    /// Makes the folder.
    pub(super) fn new(folder: &Path) -> Result<Self, CliError> {
        std::fs::create_dir_all(folder).at(folder.display())?;
        Ok(Pages { folder: folder.into(), taken: HashSet::new(), index: String::new() })
    }

    /// Writes `NAME.svg` and `NAME.html` for an image; images of one name get numbers.
    pub(super) fn add(
        &mut self,
        path: &Path,
        image: &Grey,
        read: &Read,
        reader: &Recognizer,
        accept: &Acceptance,
    ) -> Result<(), CliError> {
        let title = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut explanation = reader.explain(&title, image, read).at(path.display())?;
        let confidence = read.reading.confidence();
        explanation.verdict = Some(accept.verdict(confidence));
        let name = self.free_name(path);
        for (ending, text) in [("svg", explanation.svg()), ("html", explanation.html())] {
            let to = self.folder.join(format!("{name}.{ending}"));
            std::fs::write(&to, text.at(path.display())?).at(to.display())?;
        }
        // Names come from files: what HTML reads as its own is kept out of it.
        let plain = |s: &str| s.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let _ = writeln!(
            self.index,
            "<tr><td><a href=\"{}.html\">{}</a></td><td>{}</td><td>{confidence:.4}</td></tr>",
            plain(&name).replace('#', "%23").replace('?', "%3F"),
            plain(&path.display().to_string()),
            plain(read.reading.text())
        );
        Ok(())
    }

    fn free_name(&mut self, path: &Path) -> String {
        let stem = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let numbered = (2_usize..).map(|k| format!("{stem}-{k}"));
        let free = std::iter::once(stem.clone()).chain(numbered).find(|n| n != "index" && !self.taken.contains(n));
        let name = free.unwrap_or(stem);
        self.taken.insert(name.clone());
        name
    }

    /// Writes `index.html`.
    pub(super) fn finish(self) -> Result<(), CliError> {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Readings</title>\
             <style>body{{font-family:sans-serif;margin:24px}}td{{padding:3px 14px 3px 0}}</style></head>\n\
             <body><table>\n{}</table></body></html>\n",
            self.index
        );
        let to = self.folder.join("index.html");
        std::fs::write(&to, page).at(to.display())
    }
}
