//! AT&T text: the plain format of transducers that OpenFst's `fstcompile` reads and `fstprint` writes.
//!
//! One line is one arc, `source target ilabel olabel [weight]`, or one final state, `state [weight]`, in columns
//! separated by tabs or spaces. The source of the first line is the start state. A missing weight is 1̄, and
//! `Infinity` is 0̄ for the weights that are energies. Acceptors have one label column and are read and written as
//! such when [`AttOptions::acceptor`] says so: three and four columns mean different things in the two forms.
//!
//! Source: C. Allauzen et al., *OpenFst: a general and efficient weighted finite-state transducer library*, 2007.

use std::fmt::Write;

use super::{Arc, ArcId, BadWeight, Graph, GraphBuilder, GraphError, Label, Side, StateId, SymbolTable, WeightText};
/// How AT&T text is read and written.
#[derive(Debug, Clone, Copy, Default)]
pub struct AttOptions<'a> {
    /// One label column in place of two.
    pub acceptor: bool,
    /// Names of input labels; without it labels are numbers. Label 0 is `<eps>` where the table has no name for it and `<eps>` for no
    /// other.
    pub isymbols: Option<&'a SymbolTable>,
    /// Names of output labels; an acceptor uses `isymbols` for both.
    pub osymbols: Option<&'a SymbolTable>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadLine {
    /// A number of columns that no line has.
    #[error("{found} columns, expected {expected}")]
    Columns {
        /// Columns in the line.
        found: usize,
        /// What they may be.
        expected: &'static str,
    },
    /// A state that is not a number.
    #[error("state {text:?} is not a number below 2^64")]
    State {
        /// What was found.
        text: String,
    },
    /// A label that is not a number, where no symbol table was given.
    #[error("{side} label {text:?} is not a number below 2^32 (no symbol table was given)")]
    Label {
        /// What was found.
        text: String,
        /// In which column.
        side: Side,
    },
    /// A symbol that the table does not hold.
    #[error("{side} symbol {text:?} is not in the symbol table")]
    Symbol {
        /// What was found.
        text: String,
        /// In which column.
        side: Side,
    },
    /// A weight that is none.
    #[error(transparent)]
    Weight(#[from] BadWeight),
}

/// Why text could not become a graph or a graph text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AttError {
    /// A line that cannot be read.
    #[error("line {line}: {why}")]
    BadLine {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: BadLine,
    },
    /// A transducer was to be written as an acceptor.
    #[error("arc {arc} reads {ilabel} and writes {olabel}: not an acceptor")]
    NotAnAcceptor {
        /// The first such arc.
        arc: ArcId,
        /// What it reads.
        ilabel: Label,
        /// What it writes.
        olabel: Label,
    },
    /// A label was to be written that the symbol table does not name.
    #[error("{side} label {label} is not in the symbol table")]
    NoSymbol {
        /// The label.
        label: Label,
        /// On which side.
        side: Side,
    },
    /// More states or arcs than a graph can number.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// Reads AT&T text. Empty text is the graph without states.
///
/// States keep the order of their numbers and lose the gaps between them: 0, 5, 70 become 0, 1, 2, so the memory
/// needed depends on the text's length alone. A state made final twice has the weight of the later line.
///
/// # Errors
/// [`AttError::BadLine`] for the first line that cannot be read, NaN among them.
///
/// # Cost
/// O(n log n) in the length of the text.
///
/// ```
/// use energraph::graph::att::{self, AttOptions};
/// use energraph::{Energy, Graph};
/// let g: Graph<Energy> = att::read("0 1 3 4 0.5\n1 2.5\n", &AttOptions::default())?;
/// assert_eq!((g.start(), g.arcs(0)[0].olabel, g.final_weight(1).get()), (Some(0), 4, 2.5));
/// assert_eq!(att::write(&g, &AttOptions::default())?, "0\t1\t3\t4\t0.5\n1\t2.5\n");
/// # Ok::<(), energraph::graph::att::AttError>(())
/// ```
pub fn read<W: WeightText>(text: &str, options: &AttOptions<'_>) -> Result<Graph<W>, AttError> {
    let mut lines = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let columns: Vec<&str> = content.split([' ', '\t', '\r']).filter(|c| !c.is_empty()).collect();
        if !columns.is_empty() {
            lines.push(parse_line::<W>(&columns, options).map_err(|why| AttError::BadLine { line, why })?);
        }
    }
    let mut numbers: Vec<u64> = lines.iter().flat_map(Line::states).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let rank = |number: u64| numbers.partition_point(|&n| n < number) as StateId;
    if numbers.len() >= StateId::MAX as usize {
        return Err(GraphError::TooLarge { what: "states", count: numbers.len() }.into());
    }
    let mut b = GraphBuilder::new();
    b.add_states(numbers.len());
    if let Some(first) = lines.first() {
        b.start(rank(first.source));
    }
    for Line { source, kind } in lines {
        match kind {
            Kind::Final(weight) => b.final_weight(rank(source), weight),
            Kind::Arc { target, ilabel, olabel, weight } => b.arc(rank(source), ilabel, olabel, weight, rank(target)),
        }
    }
    Ok(b.build()?)
}

struct Line<W> {
    source: u64,
    kind: Kind<W>,
}

enum Kind<W> {
    Final(W),
    Arc { target: u64, ilabel: Label, olabel: Label, weight: W },
}

impl<W> Line<W> {
    fn states(&self) -> impl Iterator<Item = u64> + use<W> {
        let target = match self.kind {
            Kind::Final(_) => None,
            Kind::Arc { target, .. } => Some(target),
        };
        std::iter::once(self.source).chain(target)
    }
}

fn parse_line<W: WeightText>(columns: &[&str], options: &AttOptions<'_>) -> Result<Line<W>, BadLine> {
    let input = |text| parse_label(text, options.isymbols, Side::Input);
    let output = |text| parse_label(text, options.osymbols, Side::Output);
    let weight = |text: Option<&&str>| text.map_or(Ok(W::one()), |t| W::parse_weight(t));
    let (source, kind) = match (options.acceptor, columns) {
        (_, [state]) => (state, Kind::Final(W::one())),
        (_, [state, w]) => (state, Kind::Final(W::parse_weight(w)?)),
        (true, [source, target, label, w @ ..]) if w.len() <= 1 => {
            let label = input(label)?;
            let (target, weight) = (parse_state(target)?, weight(w.first())?);
            (source, Kind::Arc { target, ilabel: label, olabel: label, weight })
        }
        (false, [source, target, ilabel, olabel, w @ ..]) if w.len() <= 1 => {
            let (ilabel, olabel) = (input(ilabel)?, output(olabel)?);
            let (target, weight) = (parse_state(target)?, weight(w.first())?);
            (source, Kind::Arc { target, ilabel, olabel, weight })
        }
        (true, _) => return Err(BadLine::Columns { found: columns.len(), expected: "1 to 4 in an acceptor" }),
        (false, _) => {
            let expected = "4 or 5 for an arc of a transducer, 1 or 2 for a final state";
            return Err(BadLine::Columns { found: columns.len(), expected });
        }
    };
    Ok(Line { source: parse_state(source)?, kind })
}

fn parse_state(text: &str) -> Result<u64, BadLine> {
    // `parse` takes a leading +, which no state has.
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| BadLine::State { text: text.to_owned() })
}

fn parse_label(text: &str, symbols: Option<&SymbolTable>, side: Side) -> Result<Label, BadLine> {
    match symbols {
        Some(table) => table.meant(text).ok_or_else(|| BadLine::Symbol { text: text.to_owned(), side }),
        None => text.parse().map_err(|_| BadLine::Label { text: text.to_owned(), side }),
    }
}

/// Writes AT&T text that [`read`] and OpenFst read back: the start state first, then the others in order.
///
/// A weight of 1̄ is left out. A state that is neither final nor left by an arc gets a line with weight 0̄, so that
/// reading gives the same graph exactly, states, arcs and their order.
///
/// # Errors
/// [`AttError::NotAnAcceptor`] where one label column would lose the other; [`AttError::NoSymbol`].
///
/// # Cost
/// Linear.
pub fn write<W: WeightText>(g: &Graph<W>, options: &AttOptions<'_>) -> Result<String, AttError> {
    let mut text = String::new();
    let Some(start) = g.start() else { return Ok(text) };
    let others = (0..g.states() as StateId).filter(|&s| s != start);
    for state in std::iter::once(start).chain(others) {
        for (id, arc) in g.arc_ids(state).zip(g.arcs(state)) {
            write_arc(&mut text, state, id, arc, options)?;
        }
        let weight = g.final_weight(state);
        if !weight.is_zero() || g.arcs(state).is_empty() {
            let _ = write!(text, "{state}");
            end_line(&mut text, &weight);
        }
    }
    Ok(text)
}

fn write_arc<W: WeightText>(
    text: &mut String,
    source: StateId,
    id: ArcId,
    arc: &Arc<W>,
    options: &AttOptions<'_>,
) -> Result<(), AttError> {
    let Arc { ilabel, olabel, ref weight, target } = *arc;
    let _ = write!(text, "{source}\t{target}");
    write_label(text, ilabel, options.isymbols, Side::Input)?;
    if !options.acceptor {
        write_label(text, olabel, options.osymbols, Side::Output)?;
    } else if ilabel != olabel {
        return Err(AttError::NotAnAcceptor { arc: id, ilabel, olabel });
    }
    end_line(text, weight);
    Ok(())
}

fn write_label(text: &mut String, label: Label, symbols: Option<&SymbolTable>, side: Side) -> Result<(), AttError> {
    // Writing into a String cannot fail.
    let _ = match symbols.map(|t| t.shown(label)) {
        None => write!(text, "\t{label}"),
        Some(Some(symbol)) => write!(text, "\t{symbol}"),
        Some(None) => return Err(AttError::NoSymbol { label, side }),
    };
    Ok(())
}

fn end_line<W: WeightText>(text: &mut String, weight: &W) {
    if *weight != W::one() {
        text.push('\t');
        text.push_str(&weight.print_weight());
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::semiring::{Boolean, Counting, Energy, Gallic, LogSum, MinSum, StringLeft, Weight};

    const PLAIN: AttOptions<'static> = AttOptions { acceptor: false, isymbols: None, osymbols: None };
    const ACCEPTOR: AttOptions<'static> = AttOptions { acceptor: true, isymbols: None, osymbols: None };

    fn energies(text: &str, o: &AttOptions<'_>) -> Result<Graph<Energy>, AttError> {
        read(text, o)
    }

    fn why(text: &str, o: &AttOptions<'_>) -> (usize, BadLine) {
        match energies(text, o) {
            Err(AttError::BadLine { line, why }) => (line, why),
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn the_first_line_names_the_start_even_where_it_is_a_final_state() {
        assert_eq!(energies("1 0 1 1\n0\n", &PLAIN).unwrap().start(), Some(1));
        let g = energies("2 0.5\n0 2 1 1\n", &PLAIN).unwrap();
        assert_eq!((g.start(), g.final_weight(1)), (Some(1), Energy::new(0.5).unwrap()));
    }

    #[test]
    fn empty_text_is_the_graph_without_states() {
        assert_eq!(energies("", &PLAIN).unwrap(), Graph::empty());
        assert_eq!(energies("\n  \n\t\r\n", &PLAIN).unwrap(), Graph::empty());
        assert_eq!(write(&Graph::<Energy>::empty(), &PLAIN).unwrap(), "");
    }

    #[test]
    fn gaps_between_state_numbers_cost_no_memory() {
        let g = energies("18446744073709551615 7 1 1\n7\n", &PLAIN).unwrap();
        assert_eq!((g.states(), g.start(), g.arcs(1)[0].target), (2, Some(1), 0));
        assert!(matches!(why("18446744073709551616 7 1 1\n", &PLAIN), (1, BadLine::State { .. })));
    }

    #[test]
    fn a_missing_weight_is_one_and_infinity_is_zero() {
        let g = energies("0 1 1 1\n0 1 2 2 Infinity\n1 Infinity\n", &PLAIN).unwrap();
        assert_eq!(g.arcs(0)[0].weight, Energy::FREE);
        assert_eq!(g.arcs(0)[1].weight, Energy::IMPOSSIBLE);
        assert!(!g.is_final(1));
    }

    #[test]
    fn columns_mean_what_the_form_says() {
        let g = energies("0 1 5 2.5\n1\n", &ACCEPTOR).unwrap();
        assert_eq!((g.arcs(0)[0].olabel, g.arcs(0)[0].weight.get()), (5, 2.5));
        assert!(matches!(why("0 1 5 2.5\n", &PLAIN), (1, BadLine::Label { side: Side::Output, .. })));
        assert!(matches!(why("0 1 5\n", &PLAIN), (1, BadLine::Columns { found: 3, .. })));
        assert!(matches!(why("0 1 5 5 1\n", &ACCEPTOR), (1, BadLine::Columns { found: 5, .. })));
        assert!(matches!(why("0 1 5 5 1 1\n", &PLAIN), (1, BadLine::Columns { found: 6, .. })));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        assert!(matches!(why("0 1 1 1\n\n1 NaN\n", &PLAIN), (3, BadLine::Weight(BadWeight::NotAWeight(_)))));
        assert!(matches!(why("0 1 1 1 nan\n", &PLAIN), (1, BadLine::Weight(_))));
        assert!(matches!(why("0 1 1 1 -Infinity\n", &PLAIN), (1, BadLine::Weight(_))));
        assert!(matches!(why("a 1 1 1\n", &PLAIN), (1, BadLine::State { .. })));
        assert!(matches!(why("-1 1 1 1\n", &PLAIN), (1, BadLine::State { .. })));
        assert!(matches!(why("+1\n", &PLAIN), (1, BadLine::State { .. })));
        assert!(matches!(why("0 1 -1 1\n", &PLAIN), (1, BadLine::Label { side: Side::Input, .. })));
        let message = energies("0 1 x 1\n", &PLAIN).unwrap_err().to_string();
        assert_eq!(message, "line 1: input label \"x\" is not a number below 2^32 (no symbol table was given)");
    }

    #[test]
    fn symbols_stand_for_labels_and_unknown_ones_are_refused() {
        let i = SymbolTable::from_symbols(["a", "b"]).unwrap();
        let o = SymbolTable::from_symbols(["x", "y"]).unwrap();
        let both = AttOptions { acceptor: false, isymbols: Some(&i), osymbols: Some(&o) };
        let text = "0\t1\tb\tx\t0.5\n0\t1\t<eps>\ty\n1\n";
        let g = energies(text, &both).unwrap();
        assert_eq!((g.arcs(0)[0].ilabel, g.arcs(0)[0].olabel, g.arcs(0)[1].ilabel), (2, 1, 0));
        assert_eq!(write(&g, &both).unwrap(), text);
        let unknown = BadLine::Symbol { text: "z".into(), side: Side::Output };
        assert_eq!(why("0 1 a z\n", &both), (1, unknown));
        assert_eq!(why("0 1 2 x\n", &both).1, BadLine::Symbol { text: "2".into(), side: Side::Input });
        let other = energies("0 1 9 1\n", &PLAIN).unwrap();
        assert_eq!(write(&other, &both), Err(AttError::NoSymbol { label: 9, side: Side::Input }));
    }

    #[test]
    fn epsilon_without_a_name_is_read_and_written_by_its_usual_one_unless_that_is_taken() {
        let table = |text: &str| SymbolTable::read(text).unwrap();
        let text = "0\t1\ta\n1\t2\t<eps>\n2\n";
        for (symbols, epsilon, writes) in
            [("a 1\n", 0, true), ("<eps> 0\na 1\n", 0, true), ("<eps> 3\na 1\n", 3, true), ("e 0\na 1\n", 9, false)]
        {
            let table = table(symbols);
            let o = AttOptions { acceptor: true, isymbols: Some(&table), osymbols: None };
            match energies(text, &o) {
                Ok(g) => {
                    assert_eq!((g.arcs(1)[0].ilabel, write(&g, &o).as_deref()), (epsilon, Ok(text)), "{symbols}");
                }
                Err(e) => assert!(!writes && e.to_string().contains("\"<eps>\" is not in"), "{symbols}: {e}"),
            }
        }
        let (taken, zero) = (table("<eps> 3\n"), energies("0 1 0\n1\n", &ACCEPTOR).unwrap());
        let o = AttOptions { acceptor: true, isymbols: Some(&taken), osymbols: None };
        assert_eq!(write(&zero, &o), Err(AttError::NoSymbol { label: 0, side: Side::Input }));
    }

    #[test]
    fn a_transducer_is_not_written_as_an_acceptor() {
        let g = energies("0 1 1 1\n1 2 1 2\n2\n", &PLAIN).unwrap();
        assert_eq!(write(&g, &ACCEPTOR), Err(AttError::NotAnAcceptor { arc: 1, ilabel: 1, olabel: 2 }));
    }

    #[test]
    fn the_start_is_written_first() {
        let g = energies("2 0 1 1\n0 1 1 1\n1\n", &PLAIN).unwrap();
        assert_eq!(write(&g, &PLAIN).unwrap(), "2\t0\t1\t1\n0\t1\t1\t1\n1\n");
    }

    /// Any graph: dead ends, isolated states, a start anywhere, cycles, weights 0̄.
    fn graphs<W: WeightText>(
        weight: impl Strategy<Value = W> + Clone + 'static,
        acceptor: bool,
    ) -> impl Strategy<Value = Graph<W>> {
        (1..6_u32).prop_flat_map(move |n| {
            let arc = (0..n, 0..4_u32, 0..4_u32, weight.clone(), 0..n);
            let arcs = prop::collection::vec(arc, 0..10);
            let finals = prop::collection::vec(prop::option::of(weight.clone()), n as usize);
            (0..n, arcs, finals).prop_map(move |(start, arcs, finals)| {
                let mut b = GraphBuilder::new();
                b.add_states(n as usize);
                b.start(start);
                for (s, i, o, w, t) in arcs {
                    b.arc(s, i, if acceptor { i } else { o }, w, t);
                }
                for (s, w) in finals.into_iter().enumerate() {
                    b.final_weight(s as StateId, w.unwrap_or_else(W::zero));
                }
                b.build().unwrap()
            })
        })
    }

    fn floats() -> impl Strategy<Value = f32> + Clone {
        prop_oneof![any::<f32>(), Just(f32::INFINITY), Just(0.0_f32), -9_f32..9.0]
    }

    fn energy() -> impl Strategy<Value = Energy> + Clone {
        floats().prop_filter_map("a weight", |x| Energy::new(x).ok())
    }

    fn strings() -> impl Strategy<Value = StringLeft> + Clone {
        let labels = prop::collection::vec(any::<u32>(), 0..4);
        prop_oneof![1 => Just(StringLeft::zero()), 7 => labels.prop_map(StringLeft::from_iter)]
    }

    fn survives<W: WeightText>(g: &Graph<W>, o: &AttOptions<'_>) -> Result<(), TestCaseError> {
        let text = write(g, o).unwrap();
        prop_assert_eq!(&read::<W>(&text, o).unwrap(), g, "{}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_exactly(g in graphs(energy(), false)) {
            survives(&g, &PLAIN)?;
        }

        #[test]
        fn acceptors_survive_too(g in graphs(energy(), true)) {
            survives(&g, &ACCEPTOR)?;
        }

        #[test]
        fn symbols_change_nothing(g in graphs(energy(), false)) {
            let i = SymbolTable::from_symbols(["a", "-1", "0"]).unwrap();
            let o = SymbolTable::from_symbols(["1", "é", "\"x\""]).unwrap();
            survives(&g, &AttOptions { acceptor: false, isymbols: Some(&i), osymbols: Some(&o) })?;
        }

        #[test]
        fn every_built_in_weight_survives(
            m in graphs(floats().prop_filter_map("a weight", |x| MinSum::new(x).ok()), false),
            l in graphs(any::<f64>().prop_filter_map("a weight", |x| LogSum::new(x).ok()), false),
            b in graphs(any::<bool>().prop_map(Boolean), false),
            c in graphs(any::<u64>().prop_map(Counting), false),
        ) {
            survives(&m, &PLAIN)?;
            survives(&l, &PLAIN)?;
            survives(&b, &PLAIN)?;
            survives(&c, &PLAIN)?;
        }

        #[test]
        fn strings_and_what_has_some_survive(
            s in graphs(strings(), false),
            g in graphs((strings(), energy()).prop_map(|(s, e)| Gallic::new(s, e)), false),
        ) {
            survives(&s, &PLAIN)?;
            survives(&g, &PLAIN)?;
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}|[0-9 .\\t\\n\\-ainf]{0,80}") {
            let _ = energies(&text, &PLAIN);
            let _ = energies(&text, &ACCEPTOR);
        }
    }
}
