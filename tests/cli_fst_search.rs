//! `energraph fst search`: compositions that are not built, beside those that are.
#![cfg(feature = "cli")]

mod cli_common;

use std::collections::BTreeSet;

use cli_common::{Folder, Ran, energraph};

/// Graphs without cycles, with epsilons on both sides.
struct Graphs(u64);

impl Graphs {
    fn draw(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn text(&mut self) -> String {
        let states = 3 + self.draw(3);
        let mut text = String::new();
        for s in 0..states - 1 {
            for _ in 0..1 + self.draw(3) {
                let to = s + 1 + self.draw(states - s - 1);
                let quarters = self.draw(16) as f64 / 4.0;
                text += &format!("{s} {to} {} {} {quarters}\n", self.draw(3), self.draw(3));
            }
        }
        text + &format!("{} 0.5\n", states - 1)
    }
}

fn fst(arguments: &[&str]) -> Ran {
    let ran = energraph(&[&["fst"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    ran
}

/// The paths of a graph, and the lowest energy.
fn paths(file: &str) -> (BTreeSet<String>, f64) {
    let lines: BTreeSet<String> = fst(&["paths", file]).out.lines().map(str::to_owned).collect();
    let energies = lines.iter().map(|l| l.rsplit_once('\t').unwrap().1.parse::<f64>().unwrap());
    let lowest = energies.fold(f64::INFINITY, f64::min);
    (lines, lowest)
}

/// The numbers of a note: expanded, met, arcs.
fn counter(note: &str) -> Vec<usize> {
    let counter = note.split("note: ").find(|part| part.contains("states expanded")).unwrap();
    let numbers = counter.split(';').next().unwrap().split(|c: char| !c.is_ascii_digit());
    numbers.filter_map(|n| n.parse().ok()).collect()
}

#[test]
fn the_best_path_is_that_of_the_composition() {
    let (f, mut graphs, mut nothing) = (Folder::new("search"), Graphs(88_172_645_463_325_252), 0);
    for round in 0..60 {
        let (a, b) = (f.file("a.txt", graphs.text()), f.file("b.txt", graphs.text()));
        let (whole, best) = (f.path("whole.txt"), f.path("best.txt"));
        let filter = ["sequence", "alt_sequence", "match"][round % 3];
        let filter = format!("--compose_filter={filter}");
        fst(&["compose", &filter, &a, &b, &whole]);
        let heuristic = format!("--heuristic={}", ["inputs", "none"][round % 2]);
        let flags = [&["search", &filter, &heuristic][..], &["--look_ahead"][..round / 2 % 2]].concat();
        let ran = fst(&[&flags[..], &[&a, &b, &best]].concat());
        let (all, lowest) = paths(&whole);
        let (found, energy) = paths(&best);
        assert_eq!(energy, lowest, "round {round}: {}", ran.err);
        assert!(found.is_subset(&all) && found.len() == all.len().min(1), "round {round}: {found:?}");
        let numbers = counter(&ran.err);
        assert!(numbers.len() == 3 && numbers[0] <= numbers[1], "{}", ran.err);
        if all.is_empty() {
            nothing += 1;
            assert!(ran.err.contains("the result accepts nothing"), "{}", ran.err);
        }
    }
    assert!(nothing > 0 && nothing < 30, "{nothing}");
}

#[test]
fn paths_within_a_margin_are_kept_and_the_loss_is_bounded() {
    let (f, mut graphs, mut bounds, mut unknown) =
        (Folder::new("search-margin"), Graphs(1_442_695_040_888_963_407), 0, 0);
    for round in 0..60 {
        let (a, b) = (f.file("a.txt", graphs.text()), f.file("b.txt", graphs.text()));
        let (whole, near) = (f.path("whole.txt"), f.path("near.txt"));
        fst(&["compose", &a, &b, &whole]);
        let (all, lowest) = paths(&whole);
        let margin = [0.0, 1.0, 2.5][round % 3];
        let heuristic = format!("--heuristic={}", if round % 2 == 1 { "none" } else { "inputs" });
        let ran = fst(&["search", &format!("--weight={margin}"), &heuristic, &a, &b, &near]);
        let (found, energy) = paths(&near);
        assert_eq!(energy, lowest, "round {round}");
        let within = all.iter().filter(|l| l.rsplit_once('\t').unwrap().1.parse::<f64>().unwrap() <= lowest + margin);
        assert!(found.is_subset(&all) && within.clone().all(|l| found.contains(l)), "round {round}: {found:?}");
        if all.is_empty() {
            continue;
        }
        assert!(ran.err.contains(&format!("; lowest energy {lowest}")), "{}", ran.err);
        let free = |file: &str| -> f64 {
            fst(&["shortestdistance", "--total", "--semiring=log", file]).out.trim_end().parse().unwrap()
        };
        let lost = free(&near) - free(&whole);
        match ran.err.split("at most ").nth(1) {
            Some(bound) => {
                let bound: f64 = bound.split(' ').next().unwrap().parse().unwrap();
                assert!(bound > 0.0 && lost <= bound + 1e-6, "round {round}: {lost} {bound}");
                bounds += 1;
            }
            None if ran.err.contains("by what is not known") => unknown += 1,
            None => assert!(lost.abs() < 1e-9 && found == all, "round {round}: {lost}"),
        }
    }
    assert!(bounds > 5 && unknown > 1, "{bounds} {unknown}");
    // At infinite beta the best path alone counts, and that is kept.
    let (a, b) = (f.file("a.txt", "0 1 1 1\n0 1 2 2 9\n1\n"), f.file("b.txt", "0 1 1 1\n0 1 2 2\n1\n"));
    let bounded = |beta: &str| fst(&["search", "--weight=1", beta, &a, &b]).err.contains("at most");
    assert_eq!([bounded("--beta=1"), bounded("--beta=0.5"), bounded("--beta=Infinity")], [true, true, false]);
}

#[test]
fn no_more_is_made_than_the_search_takes() {
    let f = Folder::new("search-lazy");
    let chain = |labels: u32| -> String {
        let arcs = (0..50).flat_map(|s| (1..=labels).map(move |l| format!("{s} {} {l} {l} {}\n", s + 1, l - 1)));
        arcs.collect::<String>() + "50\n"
    };
    let (a, b) = (f.file("a.txt", chain(5)), f.file("b.txt", chain(5)));
    let best = fst(&["search", &a, &b, &f.path("best.txt")]);
    assert_eq!(counter(&best.err), [50, 51, 250], "{}", best.err);
    // Without a heuristic, and with every label for every state, a graph of few states is the more work the wider the margin is.
    let strings: String = (0..300).map(|s| format!("{s} {} 1 1 1\n{s} {} 2 2 1\n", 2 * s + 1, 2 * s + 2)).collect();
    let tree = f.file("tree.txt", strings + "600\n599\n");
    let all = f.file("all.txt", "0 0 1 1\n0 0 2 2\n0\n");
    let expanded = |flags: &[&str]| counter(&fst(&[&["search"], flags, &[&tree, &all]].concat()).err)[0];
    let (led, blind) = (expanded(&[]), expanded(&["--heuristic=none"]));
    assert!(led < 20 && blind > 10 * led, "{led} {blind}");
}

#[test]
fn forms_and_tables_are_those_of_a_composition() {
    let f = Folder::new("search-forms");
    let tables =
        ["i", "m", "o"].map(|n| format!("--{n}symbols={}", f.file(&format!("{n}.syms"), format!("<eps> 0\n{n}1 1\n"))));
    let (a, b) = (f.file("a.txt", "0 1 i1 m1 0.5\n1\n"), f.file("b.txt", "0 1 m1 o1 0.25\n1\n"));
    let named = fst(&["search", &tables[0], &tables[1], &tables[2], &a, &b]);
    assert_eq!(named.out, "0\t1\ti1\to1\t0.75\n1\n");
    let (x, y) = (f.path("x.fst"), f.path("y.json"));
    let middle = tables[1].replace("--m", "--o");
    fst(&["compile", "--keep_isymbols", "--keep_osymbols", &tables[0], &middle, &a, &x]);
    let middle = tables[1].replace("--m", "--i");
    fst(&["compile", "--fst_type=json", "--keep_isymbols", "--keep_osymbols", &middle, &tables[2], &b, &y]);
    for flags in [&[][..], &["--weight=3"]] {
        let to = f.path("found.fst");
        fst(&[&["search"], flags, &[&x, &y, &to]].concat());
        let info = fst(&["info", &to]).out;
        assert!(info.starts_with("fst type                                          vector\n"), "{info}");
        assert_eq!(fst(&["print", &to]).out, named.out, "{flags:?}");
    }
    let refused = |arguments: &[&str], code: i32, says: &str| {
        let ran = energraph(&[&["fst", "search"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(says) && (code == 2 || ran.err.lines().count() == 1), "{arguments:?}: {}", ran.err);
    };
    let (plain, negative) = (f.file("p.txt", "0 1 1 1\n1\n"), f.file("n.txt", "0 1 1 1 -1\n1\n"));
    refused(&[&x, &x], 1, "symbol tables differ");
    refused(&["--semiring=log", &plain, &plain], 2, "log semiring");
    refused(&["--weight=-1", &plain, &plain], 2, "at least 0");
    refused(&["--beta=0", &plain, &plain], 2, "above 0");
    refused(&["-", "-"], 2, "standard input cannot be both");
    refused(&["--heuristic=none", &negative, &plain], 1, "an energy of -1 (arc 0 of input 0, arc 0 of input 1)");
    refused(&[&plain, &f.file("garbage", "what is this\n")], 1, "line 1");
    assert_eq!(fst(&["search", &negative, &plain]).out, "0\t1\t1\t1\t-1\n1\n");
}
