use super::*;

const START: &str = r#"
alphabet = "0123456789.,-"
grammar = "digits"
[scorer]
SCORER
[cuts]
CUTS
[loss]
LOSS
[schedule]
steps = 10
batch = 2
rate = 0.001
warmup = 1
decay = 0.01
clip = 5.0
average = 0.9
check = 5
[[data]]
DATA
"#;
const SHARED: &str = "kind = \"shared\"\nchannels = [4, 4, 4, 4, 4, 4]\ncontext = \"none\"\ndropout = 0.0";
const CTC: &str = "kind = \"ctc\"\nchannels = [4, 4, 4, 4, 4, 4]\ncontext = \"none\"\ndropout = 0.0";
const CROPS: &str = "kind = \"crops\"\nchannels = [4, 4, 4]\nhidden = 8\ndropout = 0.0\nnormalised = true";
const UNIFORM: &str = "step = 4\nwidest = 40.0";
const NLL: &str = "kind = \"nll\"\nbeta = 1.0";
const STACK: &str = "kind = \"stack\"\nshare = 1.0\nstack = \"train\"\ngrammar = \"digits\"";
const PRIOR: &str = "[[prior]]\ngrammar = \"digits\"\norder = 4\nweight = 0.5";
const DRAWN: &str = "kind = \"generator\"\nshare = 1.0\ngrammar = \"digits\"";

fn parse(scorer: &str, cuts: &str, loss: &str, data: &str) -> Result<TrainConfig, String> {
    let text = START.replace("SCORER", scorer).replace("CUTS", cuts).replace("LOSS", loss).replace("DATA", data);
    let config: TrainConfig = toml::from_str(&text).map_err(|e| e.to_string())?;
    config.check().map(|()| config)
}

#[test]
fn every_scorer_loss_and_source_can_be_named() {
    let isolated = "kind = \"isolated\"\nrubbish = 1.0";
    assert!(parse(SHARED, UNIFORM, NLL, DRAWN).is_ok());
    assert!(parse(CROPS, "kind = \"found\"\nwidest = 40.0\npieces = 4", isolated, DRAWN).is_ok());
    assert!(parse(CTC, "kind = \"frames\"", NLL, DRAWN).is_ok());
    let drawn = parse(SHARED, UNIFORM, NLL, &format!("{DRAWN}\nscene = \"log_book\"\nfields = 20")).unwrap();
    assert!(matches!(drawn.data[0], SourceConfig::Generator { scene: SceneConfig::LogBook, fields: 20, .. }));
    assert_eq!(
        parse(SHARED, UNIFORM, NLL, &format!("{STACK}\n{PRIOR}\n{PRIOR}\nalike = [\"01\"]")).unwrap().prior.len(),
        2
    );
    let digits = "kind = \"idx\"\nshare = 1.0\nstack = \"mnist/train\"\nlines = [[1, 55000]]\ngrammar = \"digit\"";
    assert!(parse(SHARED, "kind = \"whole\"", NLL, digits).is_ok());
}

#[test]
fn parts_that_do_not_fit_each_other_are_refused() {
    let isolated = "kind = \"isolated\"\nrubbish = 1.0";
    for (scorer, cuts, loss, data, word) in [
        (CTC, UNIFORM, NLL, DRAWN, "frames"),
        (SHARED, "kind = \"frames\"", NLL, DRAWN, "ctc"),
        (SHARED, UNIFORM, isolated, DRAWN, "normalised"),
        (CROPS, UNIFORM, "kind = \"isolated\"\nrubbish = -1.0", DRAWN, "rubbish"),
        (SHARED, UNIFORM, NLL, &format!("{DRAWN}\nfields = 2000000"), "samples"),
        (SHARED, UNIFORM, NLL, "kind = \"splice\"\nshare = 1.0\nsource = 0", "stack"),
        (&format!("{SHARED}\nviews = [0.9, 9.0]"), UNIFORM, NLL, DRAWN, "view 9"),
        (SHARED, UNIFORM, NLL, &format!("{DRAWN}\n{PRIOR}"), "no stack"),
        (SHARED, UNIFORM, NLL, &format!("{STACK}\n{PRIOR}\nalike = [\"01\", \"x\"]"), "'x'"),
        (SHARED, UNIFORM, NLL, &format!("{STACK}\n{PRIOR}\nalike = [\"01\", \"1\"]"), "label 2"),
        (SHARED, UNIFORM, NLL, &format!("{STACK}\n{}", PRIOR.replace("4", "0")), "order 0"),
        (SHARED, UNIFORM, NLL, &format!("{STACK}\n{}", PRIOR.replace("0.5", "-0.5")), "weight -0.5"),
        (SHARED, UNIFORM, NLL, &format!("{STACK}\n{}", PRIOR.replace("0.5", "nan")), "weight NaN"),
        (&format!("{SHARED}\nviews = [nan]"), UNIFORM, NLL, DRAWN, "view NaN"),
        (&format!("{SHARED}\nnets = 0"), UNIFORM, NLL, DRAWN, "nets must be 1"),
        (SHARED, UNIFORM, &format!("{NLL}\n[image]\nheight = 48"), DRAWN, "height 32"),
        (SHARED, UNIFORM, &format!("{NLL}\n[image]\nstretch = 0.0"), DRAWN, "stretch 0"),
        (SHARED, UNIFORM, &format!("{NLL}\n[image]\nmax_width = 1000000000"), DRAWN, "65536"),
    ] {
        let why = parse(scorer, cuts, loss, data).unwrap_err();
        assert!(why.contains(word), "{why}");
    }
}
