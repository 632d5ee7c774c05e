//! n-grams with back-off against their definitions, and ARPA text.

use std::collections::BTreeMap;

use energraph::graph::SymbolTable;
use energraph::graph::ngram::arpa::{self, ArpaError, BadArpa};
use energraph::graph::ngram::{BackOff, Gram, NGramError, Smoothing};
use energraph::ops::{Compose, acceptor, compose};
use energraph::{Beta, Energy, Label, paths};

/// Every text over labels 1 to `labels`, up to a length.
fn texts(labels: Label, longest: usize) -> Vec<Vec<Label>> {
    let mut all = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|s: &Vec<Label>| (1..=labels).map(move |l| [&s[..], &[l]].concat())).collect();
        all.extend(last.clone());
    }
    all
}

fn corpus() -> Vec<Vec<Label>> {
    vec![vec![1, 2, 1, 3], vec![1, 2], vec![], vec![2, 2, 2, 1]]
}

/// How often each label (0: the end) followed each context (0: the beginning).
fn counts(order: usize) -> BTreeMap<Vec<Label>, BTreeMap<Label, f64>> {
    let mut counts = BTreeMap::<Vec<Label>, BTreeMap<Label, f64>>::new();
    for text in corpus() {
        let padded = [&[0][..], &text, &[0]].concat();
        for end in 1..padded.len() {
            for length in 0..order.min(end + 1) {
                *counts.entry(padded[end - length..end].to_vec()).or_default().entry(padded[end]).or_default() += 1.0;
            }
        }
    }
    counts
}

/// Witten and Bell's recursion as it is written.
fn witten_bell(
    counts: &BTreeMap<Vec<Label>, BTreeMap<Label, f64>>,
    context: &[Label],
    next: Label,
    labels: Label,
) -> f64 {
    let shorter = match context.split_first() {
        Some((_, rest)) => witten_bell(counts, rest, next, labels),
        None => 1.0 / (f64::from(labels) + 1.0),
    };
    let Some(seen) = counts.get(context) else { return shorter };
    let (total, kinds) = (seen.values().sum::<f64>(), seen.len() as f64);
    (seen.get(&next).copied().unwrap_or(0.0) + kinds * shorter) / (total + kinds)
}

#[test]
fn counted_probabilities_are_those_of_witten_and_bell() {
    for order in 1..=4 {
        let model = BackOff::count(order, 4, corpus(), Smoothing::WittenBell).unwrap();
        let counts = counts(order);
        for text in texts(4, 4) {
            let padded = [&[0][..], &text].concat();
            let context = &padded[padded.len().saturating_sub(order - 1)..];
            let state = model.after(&text);
            let mut sum = 0.0;
            for next in 0..=4 {
                let found = if next == 0 { model.end(state) } else { model.step(state, next).unwrap().0 };
                let expected = witten_bell(&counts, context, next, 4);
                assert!((found + expected.ln()).abs() < 1e-12, "order {order}: {next} after {text:?}");
                sum += (-found).exp();
            }
            assert!((sum - 1.0).abs() < 1e-12);
        }
        assert!(model.is_positive() && model.order() == order);
    }
}

#[test]
fn without_smoothing_probabilities_are_relative_frequencies_and_the_unseen_is_impossible() {
    for order in 1..=3 {
        let model = BackOff::count(order, 4, corpus(), Smoothing::None).unwrap();
        let counts = counts(order);
        for text in texts(4, 4) {
            let padded = [&[0][..], &text, &[0]].concat();
            let part = |end: usize| {
                let seen = counts.get(&padded[end.saturating_sub(order - 1)..end]);
                seen.map_or(0.0, |seen| seen.get(&padded[end]).copied().unwrap_or(0.0) / seen.values().sum::<f64>())
            };
            let expected: f64 = (1..padded.len()).map(part).product();
            let found = (-model.energy(&text)).exp();
            assert!((found - expected).abs() < 1e-12, "order {order}, {text:?}: {found} {expected}");
        }
        assert!(model.is_positive());
    }
    let anywhere = BackOff::count(2, 3, [[1, 2]], Smoothing::None).unwrap().without_beginning().without_ends();
    assert!((anywhere.energy(&[2]) - 3.0_f64.ln()).abs() < 1e-12);
    assert_eq!(anywhere.energy(&[]), 0.0);
}

#[test]
fn the_exact_graph_has_every_text_once_at_its_energy_and_the_small_one_never_at_more() {
    let model = BackOff::count(3, 3, corpus(), Smoothing::WittenBell).unwrap();
    let (exact, small) = (model.graph().unwrap(), model.graph_with_epsilons().unwrap());
    assert!(exact.is_acceptor() && small.arc_count() < exact.arc_count());
    for text in texts(3, 4) {
        let read = |g| compose(&acceptor(&text).unwrap(), g, &Compose::default()).unwrap().graph;
        let expected = model.energy(&text);
        for beta in [Beta::Infinite, Beta::ONE] {
            // One path: the mass is that of the best.
            assert!((paths::free_energy(&read(&exact), beta).unwrap() - expected).abs() < 1e-5);
        }
        let least = paths::free_energy(&read(&small), Beta::Infinite).unwrap();
        assert!((least - expected).abs() < 1e-5, "interpolated back-off never costs less: {least} {expected}");
        assert!(paths::free_energy(&read(&small), Beta::ONE).unwrap() <= expected + 1e-5);
    }
}

#[test]
fn energies_scale_and_the_unknown_has_the_one_it_is_given() {
    let model = BackOff::count(2, 3, corpus(), Smoothing::WittenBell).unwrap();
    let half = model.clone().scaled(0.5).unwrap();
    assert!((half.energy(&[1, 2, 3]) - 0.5 * model.energy(&[1, 2, 3])).abs() < 1e-12);
    assert!(model.clone().scaled(f64::NAN).is_err() && model.clone().scaled(-1.0).is_err());
    let none = BackOff::count(2, 3, corpus(), Smoothing::None).unwrap().scaled(0.0).unwrap();
    assert_eq!((none.energy(&[1, 2]), none.energy(&[3, 3])), (0.0, f64::INFINITY));
    assert_eq!(model.energy(&[1, 9]), f64::INFINITY);
    assert_eq!(model.step(model.start(), 0), None);
    let known = model.clone().with_unknown(Energy::new(2.0).unwrap());
    assert!(known.energy(&[1, 9]) > 2.0 && known.energy(&[1, 9]) < f64::INFINITY);
    assert_eq!(known.step(known.start(), 0), None);
    assert!(!model.with_unknown(Energy::new(-9.0).unwrap()).is_positive());
}

#[test]
fn what_makes_no_model_is_refused() {
    assert!(matches!(BackOff::count(0, 2, [[1]], Smoothing::None), Err(NGramError::Order)));
    assert!(matches!(BackOff::count(2, 2, [[3]], Smoothing::None), Err(NGramError::Label { label: 3, labels: 2 })));
    assert!(matches!(BackOff::count(2, 2, [[0]], Smoothing::None), Err(NGramError::Label { label: 0, .. })));
    let gram = |labels: &[Label], energy| Gram { labels: labels.to_vec(), energy, back: 0.0 };
    let made = |grams: &[Gram]| BackOff::from_grams(2, grams.to_vec());
    assert!(matches!(made(&[gram(&[1, 2, 3], 0.0)]), Err(NGramError::TooLong { found: 3, order: 2 })));
    assert!(matches!(made(&[gram(&[1], 0.0), gram(&[1], 1.0)]), Err(NGramError::Twice { .. })));
    assert!(matches!(made(&[gram(&[1, 0], 0.0), gram(&[1, 0], 1.0)]), Err(NGramError::Twice { .. })));
    assert!(matches!(made(&[gram(&[1], f64::NAN)]), Err(NGramError::Energy(_))));
    // Of nothing: only the empty text, which ends freely as no end is known.
    let nothing = made(&[]).unwrap();
    assert_eq!((nothing.energy(&[]), nothing.energy(&[1]), nothing.states()), (0.0, f64::INFINITY, 1));
}

const MODEL: &str = "made by hand
\\data\\
ngram 1=5
ngram 2=3
ngram 3=1

\\1-grams:
-99\t<s>\t-0.25
-0.75\t</s>
-0.5\ta\t-0.125
-1\tb\t-0.5
-2\t<unk>

\\2-grams:
-0.25 <s> a
-0.375 a b -0.0625
-0.5 b </s>

\\3-grams:
-0.03125 <s> a b
\\end\\
behind the end
";

#[test]
fn arpa_text_is_read_with_back_off_as_it_is_meant() {
    let mut symbols = SymbolTable::new();
    symbols.insert("b", 7).unwrap();
    let model = arpa::read(MODEL, &mut symbols).unwrap();
    let (a, b) = (symbols.label("a").unwrap(), symbols.label("b").unwrap());
    assert_eq!((a, b, symbols.len(), model.order()), (8, 7, 3, 3));
    let logs = |text: &[Label]| -model.energy(text) / std::f64::consts::LN_10;
    for (text, expected) in [
        // a, then b after "<s> a", then the end: "a b" backs off to "b".
        (vec![a, b], -0.25 - 0.03125 - 0.0625 - 0.5),
        (vec![], -0.25 - 0.75),
        // After "<s> b" is unknown "b" remains; it backs off for b.
        (vec![b, b], -0.25 - 1.0 - 0.5 - 1.0 - 0.5),
        // "<s> a" is a context of its own, freely left; "a" is not.
        (vec![a, a], -0.25 - 0.125 - 0.5 - 0.125 - 0.75),
        // Unknown after b: backs off from "b", and leads to no context.
        (vec![b, 99, a], -0.25 - 1.0 - 0.5 - 2.0 - 0.5 - 0.125 - 0.75),
    ] {
        assert!((logs(&text) - expected).abs() < 1e-6, "{text:?}: {} {expected}", logs(&text));
    }
}

#[test]
fn lines_that_are_wrong_are_named() {
    let changed = |from: &str, to: &str| {
        assert!(MODEL.contains(from));
        arpa::read(&MODEL.replacen(from, to, 1), &mut SymbolTable::new())
    };
    let line = |made: Result<BackOff, ArpaError>| match made {
        Err(ArpaError::BadLine { line, why }) => (line, why),
        other => panic!("{other:?}"),
    };
    for (from, to, at) in [
        ("ngram 1=5", "ngram 1:5", 3),
        ("ngram 1=5", "ngram 1=x", 3),
        ("-0.75\t</s>", "-0.75x\t</s>", 9),
        ("-0.75\t</s>", "NaN\t</s>", 9),
        ("-0.75\t</s>", "inf\t</s>", 9),
        ("\t-0.125", "\t-0.125\t3", 10),
        ("-0.5\ta\t-0.125", "-1 </s>", 10),
        ("-0.25 <s> a", "-0.25 a <s>", 15),
        ("-0.25 <s> a", "-0.25 </s> a", 15),
        ("-0.5 b </s>", "-0.5 <s> a", 17),
        ("\\3-grams:", "\\4-grams:", 19),
        ("\\3-grams:", "\\2-grams:", 19),
        ("ngram 2=3", "ngram 3=3", 4),
        ("ngram 2=3", "ngram 2=4", 19),
        ("ngram 3=1", "ngram 3=2", 21),
        ("-0.03125 <s> a b", "-0.03125 <s> a", 20),
    ] {
        assert_eq!(line(changed(from, to)).0, at, "{from} as {to}");
    }
    assert!(matches!(line(changed("-0.5 b </s>", "-0.5 <s> a")).1, BadArpa::Twice { first: 15 }));
    assert!(matches!(line(changed("ngram 3=1", "ngram 3=2")).1, BadArpa::Count { order: 3, found: 1, expected: 2 }));
    assert!(matches!(changed("\\data\\", "data"), Err(ArpaError::Ends { expected: "\\data\\" })));
    assert!(matches!(changed("\\end\\\nbehind the end", ""), Err(ArpaError::Ends { .. })));
    let headless = "\\data\\\n\\end\\\n";
    assert!(matches!(arpa::read(headless, &mut SymbolTable::new()), Err(ArpaError::NGram(NGramError::Order))));
    // A section that is missing.
    let missing = "\\data\\\nngram 1=1\nngram 2=1\n\\1-grams:\n-1 a\n\\end\\\n";
    assert!(matches!(line(arpa::read(missing, &mut SymbolTable::new())), (6, BadArpa::Order { .. })));
}

#[test]
fn no_text_makes_the_reader_panic() {
    let pieces = [
        "\\data\\",
        "\\end\\",
        "ngram 1=1",
        "\\1-grams:",
        "-1 a",
        "-1 a -1",
        "\\2-grams:",
        "-1 a a",
        "<s>",
        "",
        "-99 <s>",
    ];
    for code in 0..14_641_usize {
        let text: Vec<&str> = (0..4).map(|k| pieces[code / 11_usize.pow(k) % 11]).collect();
        let _ = arpa::read(&format!("\\data\\\n{}", text.join("\n")), &mut SymbolTable::new());
    }
}
