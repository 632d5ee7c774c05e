//! `energraph fst`: operations on graph files under OpenFst's names.

mod arguments;
mod budget;
mod combine;
mod compare;
mod convert;
mod draw;
mod encode;
mod expected;
mod info;
mod inputs;
mod labels;
mod limits;
mod map;
mod minimal_acceptor;
mod paths;
mod randgen;
mod replace;
mod reverse;
mod rewrite;
mod search;
mod shortest;
mod simple;
mod statesort;
mod sums;
mod text;
mod transducers;

use clap::{Args, Subcommand};

use self::combine::Combine;
use self::inputs::{Common, Pair, Unary};
use self::rewrite::Rewrite;
use super::error::CliError;

pub(super) use self::arguments::{asks, ported};
pub(super) use self::sums::Sum;

/// Operations on graphs in AT&T text and OpenFst's binary files, under OpenFst's names.
///
/// Text is `source target input output [energy]` a line, or with --acceptor `source target label [energy]`, and
/// `state [energy]` for a final state; the first line's source is the start. Binary files are
/// vector or const, with standard, log or log64 weights; JSON may hold any of 25 kinds of weight. Forms are told apart by what a file
/// begins with, and results are written in the form that was read, of two graphs that of the first.
///
/// A binary result carries the symbol tables that were given or that its input carries. Of several graphs these are the first's, with
/// what the others' name besides; of compose the first's of inputs and the second's of outputs, and so of intersect and difference,
/// which keep the first's of outputs where the second has none, and difference also where the two contradict each other. A table with one name for two labels, or two names for one label, is
/// refused, where OpenFst's tools take the first.
///
/// Energies have 32 bits, and 64 in log64 files and in what is read beside one. Those of 64 bits are worked on as they are, but for
/// shortestpath --unique of several paths, randgen --select=log_prob, search, entropy, counts and equivalent --random: these round them
/// to 32 bits, a note says where that loses digits, and a number beyond 32 bits is an error.
///
/// A script written for OpenFst's tools needs other names alone: `fstcompose a.fst b.fst c.fst` is
/// `energraph fst compose a.fst b.fst c.fst`. Options may begin with one dash, be written with underscores and end with =true or
/// =false, and of an option that is there twice the last counts; no file, or `-`, is standard input, and one file more is where the
/// result goes. Options that would change a result and are not known here are refused. Numbers have as many digits as tell them apart,
/// and not nine.
///
/// An empty file is what a command that failed leaves to the next: an error, but for compile. The text of a graph that accepts nothing
/// is a line break.
///
/// OpenFst has no tool like minimalacceptor, statesort, condense, complement, search, paths, entropy and counts. What may grow out of hand
/// stops at a budget, --max_states and --max_arcs.
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    after_help = "Example:\n  energraph fst compose image.txt grammar.txt | energraph fst shortestpath -"
)]
pub(super) struct Fst {
    #[command(flatten)]
    harmless: limits::Harmless,
    #[command(subcommand)]
    op: Op,
}

#[derive(Debug, Subcommand)]
enum Op {
    /// Turn text into OpenFst's binary form.
    #[command(
        after_help = "Example:\n  energraph fst compile --isymbols=words.txt --acceptor words.fst.txt -o words.fst"
    )]
    Compile(convert::Compile),
    /// Turn any form into text.
    #[command(after_help = "Example:\n  energraph fst print words.fst")]
    Print(text::Print),
    /// Turn any form into a binary layout.
    #[command(after_help = "Example:\n  energraph fst convert --fst_type=const --fst_align words.fst -o words.const")]
    Convert(convert::Convert),
    /// The smallest acceptor of a list of words, deterministic and without weights.
    #[command(
        alias = "minimal-acceptor",
        after_help = "Example:\n  energraph fst minimalacceptor --sort --isymbols=letters.syms words.txt -o words.fst.txt"
    )]
    Minimalacceptor(minimal_acceptor::MinimalAcceptor),
    /// What the first graph writes, the second reads.
    #[command(after_help = "Example:\n  energraph fst compose image.txt grammar.txt -o answers.txt")]
    Compose(combine::Compose),
    /// Leave out the states that no accepting path visits.
    #[command(after_help = "Example:\n  energraph fst connect answers.txt")]
    Connect(Unary),
    /// Exchange input and output.
    #[command(after_help = "Example:\n  energraph fst invert lexicon.fst backwards.fst")]
    Invert(Unary),
    /// Every path backwards.
    #[command(after_help = "Example:\n  energraph fst reverse words.fst")]
    Reverse(reverse::Reverse),
    /// Keep the labels of one side.
    #[command(after_help = "Example:\n  energraph fst project --project_type=output answers.txt")]
    Project(simple::Project),
    /// What both acceptors accept.
    #[command(after_help = "Example:\n  energraph fst intersect words.fst grammar.fst")]
    Intersect(combine::Matched),
    /// What the first acceptor accepts and the second does not.
    #[command(after_help = "Example:\n  energraph fst difference words.fst stopwords.fst")]
    Difference(combine::Matched),
    /// What either graph accepts.
    #[command(after_help = "Example:\n  energraph fst union yes.txt no.txt")]
    Union(Pair),
    /// What the first accepts, then what the second does.
    #[command(after_help = "Example:\n  energraph fst concat greeting.fst name.fst both.fst")]
    Concat(Pair),
    /// Any number of repetitions.
    #[command(after_help = "Example:\n  energraph fst closure --closure_plus digit.txt -o digits.txt")]
    Closure(simple::Closure),
    /// Put graphs in the place of the labels that call them.
    #[command(
        after_help = "Example:\n  energraph fst replace --epsilon_on_replace sentence.txt 100 digit.txt 101 -o sentences.txt"
    )]
    Replace(replace::Replace),
    /// What is read and what is written side by side.
    #[command(after_help = "Example:\n  energraph fst synchronize answers.txt")]
    Synchronize(simple::Synchronize),
    /// Strongly connected components as states, without the arcs inside.
    #[command(after_help = "Example:\n  energraph fst condense grammar.txt | energraph draw - -o parts.svg")]
    Condense(Unary),
    /// Sort the arcs of every state by label.
    #[command(alias = "arc-sort", after_help = "Example:\n  energraph fst arcsort --sort_type=olabel image.txt")]
    Arcsort(simple::ArcSort),
    /// Number the states in topological order; a cyclic graph stays as it is, and a note says so.
    #[command(alias = "top-sort", after_help = "Example:\n  energraph fst topsort answers.txt")]
    Topsort(Unary),
    /// Number the states as a list of them says.
    #[command(alias = "state-sort", after_help = "Example:\n  energraph fst statesort --order=order.txt words.txt")]
    Statesort(statesort::StateSort),
    /// Remove the arcs that neither read nor write.
    #[command(
        alias = "rm-epsilon",
        after_help = "Example:\n  energraph fst rmepsilon --semiring=log answers.txt | energraph fst determinize -"
    )]
    Rmepsilon(transducers::RmEpsilon),
    /// One path for every string that is read, epsilon counted as a label, and no two arcs of a state that read one label.
    ///
    /// As in OpenFst, epsilon is a label: where arcs read nothing a string may have several paths. `fst rmepsilon` takes away those arcs
    /// that write nothing either.
    #[command(after_help = "Example:\n  energraph fst determinize --det_type=disambiguate lexicon.txt")]
    Determinize(transducers::Determinize),
    /// One path for every string that is read, epsilon counted as a label; a transducer must not write two for one.
    ///
    /// As in OpenFst, epsilon is a label: where arcs read nothing a string may have several paths. `fst rmepsilon` takes away those arcs
    /// that write nothing either.
    #[command(after_help = "Example:\n  energraph fst disambiguate --weight=3 words.fst")]
    Disambiguate(transducers::Disambiguate),
    /// The fewest states; the graph must be deterministic unless --allow_nondet is given, and of a transducer what is written moves to the front first.
    #[command(after_help = "Example:\n  energraph fst determinize lexicon.fst | energraph fst minimize - small.fst")]
    Minimize(transducers::Minimize),
    /// Move weights, output labels or both toward the start; without --push_weights and --push_labels nothing moves, as with fstpush.
    #[command(after_help = "Example:\n  energraph fst push --push_labels --push_weights lexicon.txt")]
    Push(transducers::Push),
    /// Epsilons of one side last on every path.
    #[command(
        alias = "eps-normalize",
        after_help = "Example:\n  energraph fst epsnormalize --eps_norm_output lexicon.txt"
    )]
    Epsnormalize(transducers::EpsNormalize),
    /// Leave out what only paths use whose energy is too far above the lowest.
    #[command(after_help = "Example:\n  energraph fst prune --weight=2 answers.txt")]
    Prune(transducers::Prune),
    /// Say by the exit code whether two deterministic acceptors give every string the same weight: 0 for yes, 2 for no; --output says it in words.
    #[command(after_help = "Example:\n  energraph fst equivalent --delta=0.001 a.txt b.txt && echo the same")]
    Equivalent(compare::Equivalent),
    /// Say by the exit code whether two graphs have the same states and arcs in the same order: 0 for yes, 2 for no; --output says it in words.
    #[command(after_help = "Example:\n  energraph fst equal a.txt b.txt && echo the same")]
    Equal(compare::Compared),
    /// Say by the exit code whether two graphs differ in the numbers of states and the order of arcs alone: 0 for yes, 2 for no; --output says it in words.
    #[command(after_help = "Example:\n  energraph fst isomorphic --delta=0.001 a.txt b.txt && echo the same")]
    Isomorphic(compare::Isomorphic),
    /// Print counts and properties, as fstinfo does.
    #[command(after_help = "Example:\n  energraph fst info words.fst | grep '# of states'")]
    Info(info::Info),
    /// Labels, weights or both of every arc as one label, so that what works on acceptors works on it.
    #[command(
        after_help = "Example:\n  energraph fst encode --encode_labels a.fst codes.bin | energraph fst minimize - | energraph fst decode - codes.bin"
    )]
    Encode(encode::Encode),
    /// What was encoded.
    #[command(after_help = "Example:\n  energraph fst decode encoded.fst codes.bin words.fst")]
    Decode(encode::Decode),
    /// Other labels, by pairs of numbers or by symbol tables.
    #[command(
        after_help = "Example:\n  energraph fst relabel --isymbols=old.syms --relabel_isymbols=new.syms a.fst b.fst"
    )]
    Relabel(labels::Relabel),
    /// Set, save or clear the symbol tables that a binary carries.
    #[command(after_help = "Example:\n  energraph fst symbols --isymbols=words.syms --clear_osymbols a.fst b.fst")]
    Symbols(labels::Symbols),
    /// Move weights by potentials, one for each state.
    #[command(
        after_help = "Example:\n  energraph fst shortestdistance --reverse a.fst d.txt && energraph fst reweight a.fst d.txt b.fst"
    )]
    Reweight(transducers::Reweight),
    /// Change every arc or weight alike.
    #[command(after_help = "Example:\n  energraph fst map --map_type=times --weight=0.5 a.fst b.fst")]
    Map(map::MapArgs),
    /// What an unweighted acceptor does not accept.
    #[command(after_help = "Example:\n  energraph fst complement --alphabet=1,2,3 stopwords.fst")]
    Complement(simple::Complement),
    /// The paths of lowest energy.
    #[command(
        alias = "shortest-path",
        after_help = "Example:\n  energraph fst shortestpath --nshortest=3 --unique answers.txt"
    )]
    Shortestpath(shortest::ShortestPath),
    /// The path of lowest energy of a composition, or those near it, of which no more is built than that takes.
    ///
    /// A note on standard error says how many states and arcs of the composition were made, and with --weight by how much the free energy
    /// of the result is at most above that of all paths.
    #[command(after_help = "Example:\n  energraph fst search --weight=2 image.txt grammar.txt -o answers.txt")]
    Search(search::Search),
    /// The accepting paths, a line each: what is read, what is written and the energy, with tabs between them.
    #[command(after_help = "Example:\n  energraph fst paths --limit=10 answers.txt")]
    Paths(paths::Paths),
    /// The energy between the start and every state, or of all accepting paths together.
    #[command(
        alias = "shortest-distance",
        after_help = "Example:\n  energraph fst shortestdistance --total --semiring=log answers.txt"
    )]
    Shortestdistance(shortest::ShortestDistance),
    /// How uncertain it is which path is taken: a number, in nats.
    ///
    /// Paths are taken by their energies. It is 0 for one path, and the logarithm of their number where all are alike; cycles are summed
    /// over.
    #[command(after_help = "Example:\n  energraph fst entropy --beta=0.5 answers.txt")]
    Entropy(expected::Entropy),
    /// How often a path takes each arc and ends in each final state, on average over all paths.
    ///
    /// Paths are taken by their energies; cycles are summed over, so that a count may be above 1. Lines are those of `fst print`, with
    /// counts in place of energies: `source target input output count`, and `state count` for a final state.
    #[command(
        after_help = "Example:\n  energraph fst counts answers.txt\n  energraph fst counts --of=olabels answers.txt"
    )]
    Counts(expected::Counts),
    /// Random paths.
    #[command(
        alias = "rand-gen",
        after_help = "Example:\n  energraph fst randgen --npath=5 --select=log_prob grammar.txt"
    )]
    Randgen(randgen::RandGen),
    /// Graphviz text as fstdraw writes it, or with --svg a finished drawing.
    #[command(after_help = "Example:\n  energraph fst draw grammar.txt | dot -Tpdf > grammar.pdf")]
    Draw(draw::DrawArgs),
}

impl Fst {
    /// Reads, computes, writes.
    pub(super) fn run(&self) -> Result<(), CliError> {
        match &self.op {
            Op::Compile(c) => c.run(),
            Op::Print(c) => c.run(),
            Op::Convert(c) => c.run(),
            Op::Minimalacceptor(c) => c.run(),
            Op::Compose(c) => c.run(),
            Op::Connect(u) => u.run(&[Rewrite::Connect]),
            Op::Invert(u) => u.source().run_with(|(i, o)| (o, i), &[Rewrite::Invert]),
            Op::Reverse(c) => c.run(),
            Op::Project(c) => c.run(),
            Op::Intersect(c) => c.run(Combine::Intersect),
            Op::Difference(c) => c.run(Combine::Difference),
            Op::Union(c) => c.run(Combine::Union),
            Op::Concat(c) => c.run(Combine::Concat),
            Op::Closure(c) => c.run(),
            Op::Complement(c) => c.run(),
            Op::Replace(c) => c.run(),
            Op::Synchronize(c) => c.run(),
            Op::Condense(u) => simple::condense(u),
            Op::Arcsort(c) => c.run(),
            Op::Statesort(c) => c.run(),
            Op::Topsort(u) => simple::topsort(u),
            Op::Rmepsilon(c) => c.run(),
            Op::Determinize(c) => c.run(),
            Op::Disambiguate(c) => c.run(),
            Op::Minimize(c) => c.run(),
            Op::Push(c) => c.run(),
            Op::Epsnormalize(c) => c.run(),
            Op::Prune(c) => c.run(),
            Op::Equivalent(c) => c.run(),
            Op::Equal(c) => c.equal(),
            Op::Isomorphic(c) => c.run(),
            Op::Info(c) => c.run(),
            Op::Encode(c) => c.run(),
            Op::Decode(c) => c.run(),
            Op::Relabel(c) => c.run(),
            Op::Symbols(c) => c.run(),
            Op::Reweight(c) => c.run(),
            Op::Map(c) => c.run(),
            Op::Shortestpath(c) => c.run(),
            Op::Search(c) => c.run(),
            Op::Paths(c) => c.run(),
            Op::Shortestdistance(c) => c.run(),
            Op::Entropy(c) => c.run(),
            Op::Counts(c) => c.run(),
            Op::Randgen(c) => c.run(),
            Op::Draw(c) => c.run(),
        }
    }
}
