//! Names for labels.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{EPSILON, Label};

/// The name of label 0 in a new table, and in texts where the table has none for it.
pub const EPSILON_SYMBOL: &str = "<eps>";

/// What makes a symbol table impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// A symbol that names two labels.
    #[error("symbol {symbol:?} names both label {first} and label {second}")]
    DuplicateSymbol {
        /// The symbol.
        symbol: String,
        /// The label it has.
        first: Label,
        /// The label it was to get.
        second: Label,
    },
    /// A label that two symbols name.
    #[error("label {label} is named both {first:?} and {second:?}")]
    DuplicateLabel {
        /// The label.
        label: Label,
        /// The symbol it has.
        first: String,
        /// The symbol it was to get.
        second: String,
    },
    /// A symbol that a text file cannot hold: empty, or with white space in it.
    #[error("{symbol:?} cannot be a symbol: it is empty or holds white space")]
    Unwritable {
        /// The symbol.
        symbol: String,
    },
    /// No label is left above the highest in use.
    #[error("label {} is taken, none is left for {symbol:?}", Label::MAX)]
    Full {
        /// The symbol that wanted one.
        symbol: String,
    },
    /// A line that is not `symbol label`.
    #[error("line {line}: expected a symbol and a number below 2^32, found {text:?}")]
    Shape {
        /// Counted from 1.
        line: usize,
        /// The line, cut at 80 characters.
        text: String,
    },
    /// A line that contradicts an earlier one, or whose symbol cannot be one.
    #[error("line {line}: {cause}")]
    BadLine {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        cause: Box<SymbolError>,
    },
}

/// A one-to-one map between labels and symbols. Label 0 is epsilon, with a name or without: a new table names it `<eps>`, one that
/// is read as the file does.
///
/// The text form is OpenFst's: one line `symbol label` each, separated by tabs or spaces.
///
/// ```
/// use energraph::graph::SymbolTable;
/// let table = SymbolTable::read("<eps> 0\na 1\nb\t7\n")?;
/// assert_eq!(table.label("b"), Some(7));
/// assert_eq!(table.symbol(1), Some("a"));
/// assert_eq!(table.write(), "<eps>\t0\na\t1\nb\t7\n");
/// # Ok::<(), energraph::graph::SymbolError>(())
/// ```
///
/// A table may have a name of its own, as OpenFst's have; tables of the same pairs are equal whatever their names.
#[derive(Debug, Clone)]
pub struct SymbolTable {
    name: Option<String>,
    labels: FxHashMap<String, Label>,
    symbols: BTreeMap<Label, String>,
}

impl PartialEq for SymbolTable {
    fn eq(&self, r: &Self) -> bool {
        self.symbols == r.symbols
    }
}

impl Eq for SymbolTable {}

impl Default for SymbolTable {
    fn default() -> Self {
        SymbolTable::new()
    }
}

impl SymbolTable {
    /// The table that names epsilon alone.
    pub fn new() -> Self {
        SymbolTable {
            name: None,
            labels: FxHashMap::from_iter([(EPSILON_SYMBOL.to_owned(), EPSILON)]),
            symbols: BTreeMap::from([(EPSILON, EPSILON_SYMBOL.to_owned())]),
        }
    }

    /// The table without a pair, which does not even name epsilon.
    ///
    /// ```
    /// use energraph::graph::SymbolTable;
    /// let mut table = SymbolTable::empty();
    /// assert_eq!((table.add("a"), table.symbol(0)), (Ok(1), None));
    /// assert_eq!((table.add("<eps>"), table.symbol(0)), (Ok(0), Some("<eps>")));
    /// ```
    pub fn empty() -> Self {
        SymbolTable { name: None, labels: FxHashMap::default(), symbols: BTreeMap::new() }
    }

    /// Labels 1, 2, 3, … for the symbols in the order given.
    ///
    /// # Errors
    /// A symbol given twice ([`SymbolError::DuplicateSymbol`]) or unwritable.
    pub fn from_symbols<S: AsRef<str>>(symbols: impl IntoIterator<Item = S>) -> Result<Self, SymbolError> {
        let mut table = SymbolTable::new();
        for (label, symbol) in (1..).zip(symbols) {
            table.insert(symbol.as_ref(), label)?;
        }
        Ok(table)
    }

    /// The label of a symbol, which is added above the highest label where it is new; `<eps>` is label 0's if that has no name.
    ///
    /// # Errors
    /// [`SymbolError::Unwritable`] or [`SymbolError::Full`].
    pub fn add(&mut self, symbol: &str) -> Result<Label, SymbolError> {
        if let Some(label) = self.label(symbol) {
            return Ok(label);
        }
        if symbol == EPSILON_SYMBOL && self.symbol(EPSILON).is_none() {
            return self.insert(symbol, EPSILON).map(|()| EPSILON);
        }
        let highest = self.symbols.last_key_value().map_or(EPSILON, |(&l, _)| l);
        let label = highest.checked_add(1).ok_or_else(|| SymbolError::Full { symbol: symbol.to_owned() })?;
        self.insert(symbol, label)?;
        Ok(label)
    }

    /// Adds a pair; the same pair twice is one.
    ///
    /// # Errors
    /// Where the symbol or the label already has another partner, or the symbol is unwritable.
    pub fn insert(&mut self, symbol: &str, label: Label) -> Result<(), SymbolError> {
        if symbol.is_empty() || symbol.contains([' ', '\t', '\n', '\r']) {
            return Err(SymbolError::Unwritable { symbol: symbol.to_owned() });
        }
        match (self.labels.get(symbol), self.symbols.get(&label)) {
            (Some(&first), _) if first == label => return Ok(()),
            (Some(&first), _) => {
                return Err(SymbolError::DuplicateSymbol { symbol: symbol.to_owned(), first, second: label });
            }
            (None, Some(first)) => {
                let (first, second) = (first.clone(), symbol.to_owned());
                return Err(SymbolError::DuplicateLabel { label, first, second });
            }
            (None, None) => {}
        }
        self.labels.insert(symbol.to_owned(), label);
        self.symbols.insert(label, symbol.to_owned());
        Ok(())
    }

    /// The table under a name, which OpenFst's binary form holds.
    ///
    /// ```
    /// use energraph::graph::SymbolTable;
    /// let table = SymbolTable::read("a 1\n")?;
    /// assert_eq!((table.name(), table.clone().named("letters").name()), (None, Some("letters")));
    /// assert_eq!(table.clone().named("letters"), table);
    /// # Ok::<(), energraph::graph::SymbolError>(())
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        SymbolTable { name: Some(name.into()), ..self }
    }

    /// The table's own name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The label of a symbol.
    pub fn label(&self, symbol: &str) -> Option<Label> {
        self.labels.get(symbol).copied()
    }

    /// The symbol of a label.
    pub fn symbol(&self, label: Label) -> Option<&str> {
        self.symbols.get(&label).map(String::as_str)
    }

    /// The label that a symbol of a text stands for: its own, and of `<eps>` 0 where nothing else has that name and 0 has none.
    pub(crate) fn meant(&self, symbol: &str) -> Option<Label> {
        let epsilon = || (symbol == EPSILON_SYMBOL && self.symbol(EPSILON).is_none()).then_some(EPSILON);
        self.label(symbol).or_else(epsilon)
    }

    /// What stands for a label in a text, which [`SymbolTable::meant`] reads back.
    pub(crate) fn shown(&self, label: Label) -> Option<&str> {
        let epsilon = || (label == EPSILON && self.label(EPSILON_SYMBOL).is_none()).then_some(EPSILON_SYMBOL);
        self.symbol(label).or_else(epsilon)
    }

    /// Number of pairs, epsilon's included where it has a name.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// Every pair, in order of labels.
    pub fn iter(&self) -> impl Iterator<Item = (Label, &str)> {
        self.symbols.iter().map(|(&label, symbol)| (label, symbol.as_str()))
    }

    /// Reads OpenFst's text form. Empty lines are skipped; where no line names label 0 it has no name.
    ///
    /// # Errors
    /// The first line that is not a pair, or that gives a symbol or a label a second partner.
    pub fn read(text: &str) -> Result<Self, SymbolError> {
        let mut table = SymbolTable::empty();
        for (line, content) in (1..).zip(text.lines()) {
            let mut columns = content.split([' ', '\t', '\r']).filter(|c| !c.is_empty());
            let (symbol, label) = match (columns.next(), columns.next(), columns.next()) {
                (None, ..) => continue,
                (Some(symbol), Some(label), None) => (symbol, label.parse::<Label>().ok()),
                (Some(symbol), ..) => (symbol, None),
            };
            let Some(label) = label else {
                return Err(SymbolError::Shape { line, text: content.chars().take(80).collect() });
            };
            table.insert(symbol, label).map_err(|cause| SymbolError::BadLine { line, cause: Box::new(cause) })?;
        }
        Ok(table)
    }

    /// OpenFst's text form, in order of labels.
    pub fn write(&self) -> String {
        self.iter().map(|(label, symbol)| format!("{symbol}\t{label}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn label_zero_has_the_name_that_the_file_gives_it_or_none() {
        for (text, name, meant, shown) in [
            ("a\t1\n", None, Some(0), Some("<eps>")),
            ("ε\t0\na\t1\n", Some("ε"), None, Some("ε")),
            ("<eps>\t3\n", None, Some(3), None),
            ("", None, Some(0), Some("<eps>")),
        ] {
            let table = SymbolTable::read(text).unwrap();
            assert_eq!((table.symbol(0), table.meant("<eps>"), table.shown(0)), (name, meant, shown), "{text:?}");
            assert_eq!((table.write().as_str(), table.is_empty()), (text, text.is_empty()));
        }
    }

    #[test]
    fn epsilon_added_by_its_usual_name_is_label_zero_if_that_is_free() {
        let mut table = SymbolTable::read("a 1\n").unwrap();
        assert_eq!((table.add("<eps>"), table.add("b")), (Ok(0), Ok(2)));
        let mut table = SymbolTable::read("ε 0\na 1\n").unwrap();
        assert_eq!(table.add("<eps>"), Ok(2));
        let mut table = SymbolTable::read("<eps> 3\n").unwrap();
        assert_eq!(table.add("<eps>"), Ok(3));
    }

    #[test]
    fn duplicates_are_refused_with_their_line() {
        for (text, at) in [("a 1\na 2\n", 2), ("a 1\n\nb 1\n", 3)] {
            match SymbolTable::read(text) {
                Err(SymbolError::BadLine { line, .. }) => assert_eq!(line, at, "{text:?}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
        assert_eq!(SymbolTable::read("a 1\na 1\n"), SymbolTable::read("a 1\n"));
    }

    #[test]
    fn lines_that_are_no_pair_are_refused_with_their_line() {
        for bad in ["a", "a b", "a 1 2", "a -1", "a 4294967296", "a 1.5"] {
            let text = format!("<eps> 0\n{bad}\n");
            assert!(matches!(SymbolTable::read(&text), Err(SymbolError::Shape { line: 2, .. })), "{bad}");
        }
    }

    #[test]
    fn a_new_symbol_gets_the_label_above_the_highest() {
        let mut table = SymbolTable::read("a 5\n").unwrap();
        assert_eq!(table.add("b"), Ok(6));
        assert_eq!(table.add("a"), Ok(5));
        table.insert("last", Label::MAX).unwrap();
        assert_eq!(table.add("c"), Err(SymbolError::Full { symbol: "c".into() }));
    }

    #[test]
    fn white_space_cannot_be_a_symbol() {
        for bad in ["", " ", "a b", "a\tb", "a\r"] {
            assert_eq!(SymbolTable::new().add(bad), Err(SymbolError::Unwritable { symbol: bad.into() }));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            pairs in prop::collection::btree_map(0..1000_u32, "[^ \t\r\n]{1,6}", 0..20),
            new in any::<bool>(),
        ) {
            let mut table = if new { SymbolTable::new() } else { SymbolTable::empty() };
            for (label, symbol) in &pairs {
                let _ = table.insert(symbol, *label);
            }
            prop_assert_eq!(SymbolTable::read(&table.write()).unwrap(), table);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}|[a-c0-9 \\t\\n]{0,60}") {
            let _ = SymbolTable::read(&text);
        }
    }
}
