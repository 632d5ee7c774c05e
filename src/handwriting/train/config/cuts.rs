//! Where fields may be cut, as a config says it.

use serde::{Deserialize, Serialize};

use crate::handwriting::SpanLimit;
use crate::handwriting::cuts::{Cuts, Cutter};

/// Where fields may be cut, in pixels at height 32; `kind` is `uniform` where it is not given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Table", into = "Table")]
pub enum CutConfig {
    /// A cut every few columns.
    Uniform {
        /// Distance of the cuts.
        step: usize,
        /// Widest span that may be one symbol.
        widest: f32,
        /// Most pieces in a span; as many as the width allows where absent.
        pieces: Option<u32>,
    },
    /// Cuts where the writing suggests them.
    Found {
        /// At both sides of connected pieces of ink.
        components: bool,
        /// Where the ink of a column is least.
        profile: bool,
        /// Where the upper contour dips or the lower contour rises.
        contour: bool,
        /// Distances over this share of the height are filled with equal steps; not filled where absent.
        max_gap: Option<f32>,
        /// Widest span that may be one symbol.
        widest: f32,
        /// Most pieces in a span; as many as the width allows where absent.
        pieces: Option<u32>,
    },
    /// One span, the whole field.
    Whole,
    /// One span for every column of the net: what connectionist temporal classification reads.
    Frames,
}

/// The table of a config file, before it is known which keys belong to its kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    widest: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pieces: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    components: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contour: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_gap: Option<f32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Uniform,
    Found,
    Whole,
    Frames,
}

impl TryFrom<Table> for CutConfig {
    type Error = String;

    fn try_from(t: Table) -> Result<Self, String> {
        let stray = |keys: &[(&str, bool)]| match keys.iter().find(|(_, given)| *given) {
            Some((key, _)) => Err(format!("cuts: {key} does not belong to this kind of cuts")),
            None => Ok(()),
        };
        let uniform = [("step", t.step.is_some())];
        let limits = [("widest", t.widest.is_some()), ("pieces", t.pieces.is_some())];
        let found = [
            ("components", t.components.is_some()),
            ("profile", t.profile.is_some()),
            ("contour", t.contour.is_some()),
            ("max_gap", t.max_gap.is_some()),
        ];
        let widest = || match t.widest {
            Some(w) if w >= 1.0 => Ok(w),
            Some(_) => Err("cuts: widest must be at least 1".to_owned()),
            None => Err("cuts: widest is missing".to_owned()),
        };
        if t.pieces == Some(0) {
            return Err("cuts: pieces must be at least 1".into());
        }
        match t.kind {
            Kind::Uniform => {
                stray(&found)?;
                let step = t.step.filter(|s| *s > 0).ok_or("cuts: step is missing, or 0")?;
                Ok(CutConfig::Uniform { step, widest: widest()?, pieces: t.pieces })
            }
            Kind::Found => {
                stray(&uniform)?;
                if t.max_gap.is_some_and(|g| g.is_nan() || g <= 0.0) {
                    return Err("cuts: max_gap must be above 0".into());
                }
                let [components, profile, contour] =
                    [t.components, t.profile, t.contour].map(|given| given.unwrap_or(true));
                let (max_gap, pieces) = (t.max_gap, t.pieces);
                Ok(CutConfig::Found { components, profile, contour, max_gap, widest: widest()?, pieces })
            }
            kind => {
                stray(&uniform)?;
                stray(&limits)?;
                stray(&found)?;
                Ok(if kind == Kind::Whole { CutConfig::Whole } else { CutConfig::Frames })
            }
        }
    }
}

impl From<CutConfig> for Table {
    fn from(c: CutConfig) -> Table {
        match c {
            CutConfig::Uniform { step, widest, pieces } => {
                Table { step: Some(step), widest: Some(widest), pieces, ..Table::default() }
            }
            CutConfig::Found { components, profile, contour, max_gap, widest, pieces } => Table {
                kind: Kind::Found,
                components: Some(components),
                profile: Some(profile),
                contour: Some(contour),
                max_gap,
                widest: Some(widest),
                pieces,
                ..Table::default()
            },
            CutConfig::Whole => Table { kind: Kind::Whole, ..Table::default() },
            CutConfig::Frames => Table { kind: Kind::Frames, ..Table::default() },
        }
    }
}

impl CutConfig {
    /// A cut every `step` columns, spans as wide as `widest`.
    pub fn uniform(step: usize, widest: f32) -> Self {
        CutConfig::Uniform { step, widest, pieces: None }
    }

    /// The cutter that does it.
    pub fn cutter(&self) -> Cutter {
        match *self {
            CutConfig::Uniform { step, widest, pieces } => {
                let cutter = Cutter::uniform(step, widest);
                let pieces = pieces.unwrap_or(cutter.limit.pieces);
                Cutter { limit: SpanLimit { pieces, ..cutter.limit }, ..cutter }
            }
            CutConfig::Found { components, profile, contour, max_gap, widest, pieces } => {
                let cuts = Cuts::Found { components, profile, contour, max_gap: max_gap.unwrap_or(f32::INFINITY) };
                Cutter { cuts, limit: SpanLimit { width: widest, pieces: pieces.unwrap_or(u32::MAX) } }
            }
            CutConfig::Whole => Cutter::whole(),
            CutConfig::Frames => Cutter::frames(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<CutConfig, String> {
        toml::from_str(text).map_err(|e| e.to_string())
    }

    #[test]
    fn cuts_without_a_kind_are_uniform() {
        let uniform = CutConfig::uniform(4, 40.0);
        assert_eq!(parse("step = 4\nwidest = 40.0"), Ok(uniform.clone()));
        assert_eq!(parse("kind = \"uniform\"\nstep = 4\nwidest = 40"), Ok(uniform.clone()));
        assert_eq!(uniform.cutter(), Cutter::uniform(4, 40.0));
    }

    #[test]
    fn every_kind_survives_a_model_file() {
        for text in [
            "step = 4\nwidest = 40.0\npieces = 3",
            "kind = \"found\"\nwidest = 40.0",
            "kind = \"found\"\nwidest = 40.0\nmax_gap = 0.25\npieces = 5\ncontour = false",
            "kind = \"whole\"",
            "kind = \"frames\"",
        ] {
            let config = parse(text).unwrap();
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<CutConfig>(&json).unwrap(), config, "{json}");
            assert_eq!(parse(&toml::to_string(&config).unwrap()), Ok(config));
        }
    }

    #[test]
    fn keys_of_another_kind_and_impossible_numbers_are_refused_by_name() {
        for (text, key) in [
            ("kind = \"whole\"\nstep = 4", "step"),
            ("step = 4\nwidest = 40\nprofile = true", "profile"),
            ("kind = \"found\"\nwidest = 40\nstep = 4", "step"),
            ("step = 0\nwidest = 40", "step"),
            ("step = 4\nwidest = 0.5", "widest"),
            ("step = 4", "widest"),
            ("step = 4\nwidest = 40\npieces = 0", "pieces"),
            ("kind = \"found\"\nwidest = 40\nmax_gap = -1.0", "max_gap"),
            ("kind = \"frames\"\nwidest = 4", "widest"),
            ("steps = 4", "steps"),
        ] {
            let why = parse(text).unwrap_err();
            assert!(why.contains(key), "{why}");
        }
    }

    #[test]
    fn a_whole_field_is_one_span_and_frames_are_its_columns() {
        let ink = || ndarray::Array2::zeros((32, 45));
        let whole = CutConfig::Whole.cutter().field(ink()).unwrap();
        assert_eq!((whole.cuts(), whole.spans().len()), (&[0.0, 45.0][..], 1));
        let frames = CutConfig::Frames.cutter().field(ink()).unwrap();
        assert_eq!(frames.spans().len(), 12);
        assert!(frames.spans().iter().all(|s| crate::handwriting::is_piece(*s)));
    }
}
