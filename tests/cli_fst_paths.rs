//! `energraph fst`: paths as lines, states in another order, entropy and expected counts.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph, energraph_bytes, energraph_with};

/// Three paths: "" from the start alone, 1 to 5, and 1 2 to 5 6.
const THREE: &str = "0 1 1 5 0.1\n0 4\n1 2 2 6 0.2\n1 0.5\n2\n";
/// A loop that is left half of the time, and costs nothing else.
const LOOP: &str = "0 0 1 2 0.6931472\n0 0.6931472\n";

fn run(arguments: &[&str], text: &str) -> (i32, String, String) {
    let ran = energraph_with(&[&["fst"], arguments, &["-"]].concat(), text);
    (ran.code, ran.out, ran.err)
}

fn done(arguments: &[&str], text: &str) -> String {
    let (code, out, err) = run(arguments, text);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

fn refused(arguments: &[&str], text: &str, code: i32, says: &str) {
    let (is, out, err) = run(arguments, text);
    assert_eq!((is, out.as_str()), (code, ""), "{arguments:?}: {err}");
    assert!(err.contains(says) && (code == 2 || err.lines().count() == 1), "{arguments:?}: {err}");
}

#[test]
fn every_path_is_a_line_of_what_is_read_written_and_paid() {
    let lines = "\t\t4\n1\t5\t0.6\n1 2\t5 6\t0.3\n";
    assert_eq!(done(&["paths"], THREE), lines);
    let f = Folder::new("paths");
    let (i, o) = (f.file("i.syms", "<eps> 0\none 1\ntwo 2\n"), f.file("o.syms", "<eps> 0\nfive 5\nsix 6\n"));
    let tables = [format!("--isymbols={i}"), format!("--osymbols={o}")];
    let named = THREE.replace(" 1 5 ", " one five ").replace(" 2 6 ", " two six ");
    let shown = "\t\t4\none\tfive\t0.6\none two\tfive six\t0.3\n";
    assert_eq!(done(&["paths", &tables[0], &tables[1]], &named), shown);
    assert_eq!(done(&["paths", "--numeric", &tables[0], &tables[1]], &named), lines);
    assert_eq!(done(&["paths", "--acceptor"], "0 1 1\n0 1 2 1.5\n1\n"), "1\t0\n2\t1.5\n");
    // The tables of a binary name its labels; what it holds goes to a file as well.
    let (binary, to) = (f.path("g.fst"), f.path("out.txt"));
    let kept = ["fst", "compile", "--keep_isymbols", "--keep_osymbols", &tables[0], &tables[1], "-", &binary];
    assert_eq!(energraph_with(&kept, &named).code, 0);
    assert_eq!(energraph(&["fst", "paths", &binary, &to]).out, "");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), shown);
    let json = done(&["convert", "--fst_type=json"], THREE);
    assert_eq!(done(&["paths"], &json), lines);
}

#[test]
fn what_a_limit_leaves_out_is_said_and_no_cycle_hangs() {
    let noted = |arguments: &[&str], text: &str| {
        let (code, out, err) = run(arguments, text);
        assert_eq!(code, 0, "{err}");
        (out.lines().count(), err.trim_end().trim_start_matches("energraph: standard input: note: ").to_owned())
    };
    let more = |limit: usize| (limit, format!("there are more paths than --limit={limit}"));
    assert_eq!(noted(&["paths", "--limit=2"], THREE), more(2));
    assert_eq!(noted(&["paths", "--limit=3"], THREE), (3, String::new()));
    assert_eq!(noted(&["paths", "--limit=0"], THREE), more(0));
    assert_eq!(noted(&["paths"], LOOP), more(1000));
    assert_eq!(noted(&["paths"], "0 0 0 0\n0 0 1 1\n0\n"), more(1000));
    let longer = |most: usize| format!("paths of more arcs than --max_length={most} are left out");
    assert_eq!(noted(&["paths", "--max_length=3"], LOOP), (4, longer(3)));
    assert_eq!(noted(&["paths", "--max_length=0"], THREE), (1, longer(0)));
    assert_eq!(noted(&["paths", "--limit=2000"], LOOP), (1001, longer(1000)));
    assert_eq!(noted(&["paths"], "0 1 1 1\n"), (0, "it accepts nothing".to_owned()));
}

#[test]
fn what_has_no_paths_to_print_is_refused_in_one_line() {
    let f = Folder::new("no-paths");
    let i = format!("--isymbols={}", f.file("i.syms", "<eps> 0\none 1\n"));
    let kept = ["fst", "compile", "--keep_isymbols", &i, "-"];
    let (code, graph, _) = energraph_bytes(&kept, b"0 1 one 5\n1\n");
    assert_eq!(code, 0);
    let (binary, short) = (f.file("g.fst", &graph), format!("--isymbols={}", f.file("s.syms", "<eps> 0\nten 10\n")));
    let ran = energraph(&["fst", "paths", &short, &binary]);
    assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains("label 1"), "{}", ran.err);
    refused(&["paths", "--acceptor"], &done(&["convert", "--fst_type=json"], THREE), 1, "not an acceptor: arc 0");
    let other = done(&["convert", "--fst_type=json"], "0\n").replace("Energy", "MinSum<f64>");
    for command in ["paths", "entropy", "counts"] {
        refused(&[command], "no graph at all\n", 1, "line 1");
        refused(&[command], &other, 1, "needs energies");
        let cut = energraph_bytes(&["fst", command, "-"], &graph[..graph.len() - 3]);
        assert_eq!((cut.0, cut.1.len(), cut.2.lines().count()), (1, 0, 1), "{command}: {}", cut.2);
        assert_eq!(energraph(&["fst", command, "/no/such/file"]).code, 1);
    }
    refused(&["paths", "--limit=-1"], THREE, 2, "--limit");
}

#[test]
fn states_get_the_numbers_of_an_order_in_every_form() {
    let f = Folder::new("statesort");
    let (order, back) = (f.file("o.txt", "2\n0\n\n1\n"), f.file("b.txt", "1\n2\n0\n"));
    let (order, back) = (format!("--order={order}"), format!("--order={back}"));
    let sorted = "1\t2\t1\t5\t0.1\n1\t4\n0\n2\t0\t2\t6\t0.2\n2\t0.5\n";
    assert_eq!(done(&["statesort", &order], THREE), sorted);
    let whole = done(&["print"], THREE);
    assert_eq!(done(&["statesort", &back], sorted), whole);
    for form in ["vector", "const", "json"] {
        let (_, file, _) = energraph_bytes(&["fst", "convert", &format!("--fst_type={form}"), "-"], THREE.as_bytes());
        let (code, there, err) = energraph_bytes(&["fst", "statesort", &order, "-"], &file);
        assert_eq!((code, err.as_str()), (0, ""), "{form}");
        let (code, again, _) = energraph_bytes(&["fst", "statesort", &back, "-"], &there);
        assert_eq!((code, &again), (0, &file), "{form}");
        assert_ne!(there, file);
        assert_eq!(energraph_bytes(&["fst", "print", "-"], &there).1, sorted.as_bytes(), "{form}");
    }
    let g = f.file("g.txt", THREE);
    let ordered = |order: &str| {
        let ran = energraph_with(&["fst", "statesort", "--order=-", &g], order);
        (ran.code, ran.out, ran.err)
    };
    assert_eq!(ordered("2\n0\n1\n"), (0, sorted.to_owned(), String::new()));
    for (order, says) in [
        ("2\n0\n", "2 entries of an order for 3 states"),
        ("2\n0\n0\n", "does not name state 1"),
        ("2\n0\n3\n", "does not name state 1"),
        ("2\n0 1\n", "line 2: \"0 1\" is not the number of a state"),
        ("0\n1\n\n-2\n", "line 4: \"-2\""),
    ] {
        let (code, out, err) = ordered(order);
        assert!(code == 1 && out.is_empty() && err.contains(says) && err.lines().count() == 1, "{order:?}: {err}");
    }
    assert_eq!(energraph(&["fst", "statesort", &g]).code, 2);
    assert_eq!(energraph(&["fst", "statesort", "--order=-", "-"]).code, 2);
    assert_eq!(energraph(&["fst", "statesort", &order, "-"]).code, 1);
}

fn number(arguments: &[&str], text: &str) -> f64 {
    done(arguments, text).trim_end().parse().unwrap()
}

#[test]
fn entropy_is_a_number_of_nats_at_an_inverse_temperature() {
    let quarter = "0 1 1 1\n0 1 2 2 1.0986123\n1\n";
    let of = |p: f64| -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
    near(number(&["entropy"], quarter), of(0.25));
    near(number(&["entropy", "--beta=2"], quarter), of(0.1));
    assert_eq!(number(&["entropy", "--beta=Infinity"], quarter), 0.0);
    near(number(&["entropy"], "0 1 1 1\n0 1 2 2\n0 1 3 3\n1\n"), 3.0_f64.ln());
    // Geometric, with mean 1.
    near(number(&["entropy"], LOOP), 2.0 * 2.0_f64.ln());
    assert_eq!(done(&["entropy"], "0\n"), "0\n");
    refused(&["entropy"], "0 1 1 1\n", 1, "it accepts nothing");
    refused(&["entropy"], "0 0 1 1\n0\n", 1, "diverges");
    for wrong in ["0", "-1", "NaN", "x", "-Infinity"] {
        refused(&["entropy", &format!("--beta={wrong}")], quarter, 2, "not a number above 0");
        refused(&["counts", &format!("--beta={wrong}")], quarter, 2, "not a number above 0");
    }
}

#[test]
fn counts_are_those_of_a_path_drawn_by_its_energy() {
    let columns = |text: &str| -> Vec<(String, f64)> {
        let line =
            |l: &str| l.rsplit_once('\t').map(|(what, count)| (what.to_owned(), count.parse().unwrap())).unwrap();
        text.lines().map(line).collect()
    };
    let counted = |arguments: &[&str], text: &str, expected: &[(&str, f64)]| {
        let found = columns(&done(arguments, text));
        assert_eq!(found.len(), expected.len(), "{arguments:?}: {found:?}");
        for ((what, count), (right, much)) in found.iter().zip(expected) {
            assert!(what == right && (count - much).abs() < 1e-6, "{arguments:?}: {what} {count}, {right} {much}");
        }
    };
    counted(&["counts"], LOOP, &[("0\t0\t1\t2", 1.0), ("0", 1.0)]);
    counted(&["counts", "--of=ilabels"], LOOP, &[("1", 1.0)]);
    counted(&["counts", "--of=olabels"], LOOP, &[("2", 1.0)]);
    // At beta 2 the loop's probability is ¼, and so is that of the end: the rest is scaled to 1.
    counted(&["counts", "--beta=2"], LOOP, &[("0\t0\t1\t2", 1.0 / 3.0), ("0", 1.0)]);
    // The start comes first, states of no path are there, and what ends is said of final states alone.
    let some = "2 0 1 5 1.0986123\n2 0 0 6\n0 0.5\n0 1 3 3\n2 Infinity\n";
    let three = [("1\t0\t1\t5", 0.25), ("1\t0\t0\t6", 0.75), ("0\t2\t3\t3", 0.0), ("0", 1.0)];
    let renumbered = "1 0 1 5 1.0986123\n1 0 0 6\n0 0.5\n0 2 3 3\n";
    counted(&["counts"], renumbered, &three);
    assert_eq!(columns(&done(&["counts"], some)).len(), 4);
    counted(&["counts", "--beta=Infinity"], renumbered, &[(three[0].0, 0.0), (three[1].0, 1.0), three[2], three[3]]);
    counted(&["counts", "--of=ilabels"], renumbered, &[("1", 0.25)]);
    counted(&["counts", "--acceptor"], "0 1 4\n1\n", &[("0\t1\t4", 1.0), ("1", 1.0)]);
    let f = Folder::new("counts");
    let table = format!("--osymbols={}", f.file("o.syms", "<eps> 0\nx 1\n"));
    counted(&["counts", &table], "0 1 4 x\n1\n", &[("0\t1\t4\tx", 1.0), ("1", 1.0)]);
    counted(&["counts", &table, "--of=olabels"], "0 1 4 x\n1\n", &[("x", 1.0)]);
    counted(&["counts", &table, "--numeric"], "0 1 4 x\n1\n", &[("0\t1\t4\t1", 1.0), ("1", 1.0)]);
    refused(&["counts"], "0 0 1 1\n0\n", 1, "diverges");
    let json = done(&["convert", "--fst_type=json"], THREE);
    refused(&["counts", "--acceptor"], &json, 1, "not an acceptor");
    let (code, out, err) = run(&["counts"], "0 1 1 1\n");
    assert!(code == 0 && out == "0\t1\t1\t1\t0\n" && err.contains("accepts nothing"), "{out}{err}");
}

#[test]
fn each_has_help_with_an_example() {
    for command in ["paths", "statesort", "entropy", "counts", "search", "minimalacceptor", "synchronize", "isomorphic"]
    {
        let ran = energraph(&["fst", command, "--help"]);
        assert!(ran.code == 0 && ran.out.contains("Example:"), "{command}: {}", ran.out);
    }
}
