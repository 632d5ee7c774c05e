//! `energraph align eval`, run.
#![cfg(feature = "cli")]

mod cli_common;

use cli_common::{Folder, energraph};

/// A TextGrid of one tier, each label from its time to the next.
fn grid(tier: &str, labels: &[(f64, &str)], end: f64) -> String {
    let size = labels.len();
    let mut text = format!(
        "\"ooTextFile\"\n\"TextGrid\"\n0\n{end}\n<exists>\n1\n\"IntervalTier\"\n\"{tier}\"\n0\n{end}\n{size}\n"
    );
    for (i, (start, label)) in labels.iter().enumerate() {
        let stop = labels.get(i + 1).map_or(end, |n| n.0);
        text += &format!("{start}\n{stop}\n\"{label}\"\n");
    }
    text
}

const RIGHT: [(f64, &str); 4] = [(0.0, ""), (0.5, "a"), (0.75, "b"), (1.0, "sil")];

#[test]
fn two_files_give_shares_median_mean_and_bias() {
    let f = Folder::new("align");
    let r = f.file("r.TextGrid", grid("phones", &RIGHT, 2.0));
    let h = f.file("h.TextGrid", grid("phones", &[(0.0, "sil"), (0.515, "a"), (0.745, "b"), (1.04, "")], 2.0));
    let ran = energraph(&["align", "eval", &r, &h]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let expected = "files         1 compared, 0 failed, 0 without a reference\nboundaries    3\nwithin 10 ms  33.3 %\n\
                    within 20 ms  66.7 %\nwithin 25 ms  66.7 %\nwithin 50 ms  100.0 %\nmedian        15.0 ms\nmean          \
                    20.0 ms\nbias          16.7 ms\nunmatched     0 labels of the reference, 0 of the hypothesis\n\
                    relabelled    0 pairs with two names\n";
    assert_eq!(ran.out, expected);
    let json: serde_json::Value = serde_json::from_str(&energraph(&["align", "eval", &r, &h, "--json"]).out).unwrap();
    assert_eq!((&json["boundaries"], &json["failed"]), (&3.into(), &0.into()));
    assert_eq!(json["within_ms"]["10"].as_f64(), Some(1.0 / 3.0));
    assert!((json["mean_ms"].as_f64().unwrap() - 20.0).abs() < 1e-6);
}

#[test]
fn labels_that_differ_are_counted_and_tiers_may_have_two_names() {
    let f = Folder::new("align-labels");
    let r = f.file("r.TextGrid", grid("phones", &RIGHT, 2.0));
    let h = f.file("h.TextGrid", grid("MAU", &[(0.0, "<p:>"), (0.5, "A"), (0.75, "b"), (1.0, "c")], 2.0));
    let ran = energraph(&["align", "eval", &r, &h, "--tier", "phones", "--hypothesis-tier", "MAU"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("unmatched     0 labels of the reference, 1 of the hypothesis\n"), "{}", ran.out);
    assert!(ran.out.contains("relabelled    1 pairs with two names\n"), "{}", ran.out);
    let named = energraph(&["align", "eval", &r, &h, "--tier", "phones"]);
    assert_eq!((named.code, named.out.as_str(), named.err.lines().count()), (1, "", 1));
    assert!(named.err.contains("h.TextGrid: there is no tier \"phones\"; there are: MAU"), "{}", named.err);
    let position = energraph(&["align", "eval", &r, &h, "--hypothesis-tier", "MAU", "--pair", "position"]);
    assert!(position.err.contains("2 labels in the reference, 3 in the hypothesis"), "{}", position.err);
}

#[test]
fn in_a_folder_what_fails_is_named_and_the_others_are_compared() {
    let f = Folder::new("align-folder");
    for (side, names) in [("r", ["a", "b", "c", "d"]), ("h", ["a", "b", "c", "e"])] {
        std::fs::create_dir_all(f.path(side) + "/deep").unwrap();
        for name in names {
            f.file(&format!("{side}/deep/{name}.TextGrid"), grid("phones", &RIGHT, 2.0));
        }
    }
    f.file("h/deep/b.TextGrid", "\"ooTextFile\"\n\"TextGrid\"\n0\nend\n");
    f.file("h/deep/c.TextGrid", grid("phones", &RIGHT, 2.0).replace("\n0.75\n\"a\"", "\n0.25\n\"a\""));
    let ran = energraph(&["align", "eval", &f.path("r"), &f.path("h"), "--json"]);
    assert_eq!(ran.code, 1);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let counts = ["files", "failed", "without_reference", "boundaries"].map(|k| json[k].as_u64().unwrap());
    assert_eq!(counts, [1, 3, 1, 3]);
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines.len(), 3);
    for (line, parts) in
        lines.iter().zip([["b.TextGrid", "line 5"], ["c.TextGrid", "ends at 0.25 s"], ["d.TextGrid", ""]])
    {
        assert!(parts.iter().all(|p| line.contains(p)), "{line}");
    }
}

#[test]
fn a_file_and_a_folder_and_an_empty_folder_are_refused() {
    let f = Folder::new("align-refused");
    let r = f.file("r.TextGrid", grid("phones", &RIGHT, 2.0));
    std::fs::create_dir_all(f.path("none")).unwrap();
    let mixed = energraph(&["align", "eval", &r, &f.path("none")]);
    assert_eq!((mixed.code, mixed.err.lines().count()), (2, 1));
    let missing = energraph(&["align", "eval", &f.path("none"), &f.path("nowhere")]);
    assert_eq!((missing.code, missing.err.lines().count(), missing.err.contains("nowhere: ")), (1, 1, true));
    let empty = energraph(&["align", "eval", &f.path("none"), &f.path("none")]);
    assert_eq!((empty.code, empty.err.contains("holds no TextGrid")), (1, true));
    let silent = f.file("s.TextGrid", grid("phones", &[(0.0, "")], 1.0));
    let nothing = energraph(&["align", "eval", &silent, &silent]);
    assert_eq!(nothing.code, 0);
    assert!(nothing.out.contains("boundaries    0\n") && nothing.out.contains("median        –\n"), "{}", nothing.out);
    assert!(energraph(&["align", "eval", &silent, &silent, "--json"]).out.contains("\"median_ms\":null"));
    assert_eq!(energraph(&["align", "eval", &r]).code, 2);
}
