//! Which transcript belongs to which sound.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::error::{At, CliError};
use crate::cli::files::files_below;

/// Endings of transcripts; of several with one stem the first is taken.
const TRANSCRIPTS: [&str; 3] = ["lab", "txt", "TextGrid"];
const SOUNDS: [&str; 2] = ["wav", "flac"];

/// A sound and its transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) sound: PathBuf,
    pub(super) transcript: PathBuf,
    /// The sound's path below the folder that was named, without its ending.
    pub(super) stem: PathBuf,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) pairs: Vec<Pair>,
    /// Sounds without a transcript.
    pub(super) alone: Vec<PathBuf>,
    /// Sounds whose name another has: `a.flac` beside `a.wav`.
    pub(super) twice: Vec<PathBuf>,
    /// How many transcripts have no sound.
    pub(super) unused: usize,
}

/// Two files, or a file and a folder with its transcript, or two folders (which may be one).
pub(super) fn find(sound: &Path, transcript: &Path, ending: Option<&str>) -> Result<Pairs, CliError> {
    for path in [sound, transcript] {
        std::fs::metadata(path).at(path.display())?;
    }
    let endings: Vec<&str> = ending.map_or(TRANSCRIPTS.to_vec(), |e| vec![e.trim_start_matches('.')]);
    if sound.is_dir() {
        if !transcript.is_dir() {
            let (s, t) = (sound.display(), transcript.display());
            return Err(CliError::Usage(format!("{s} is a folder and {t} a file: give two files or two folders")));
        }
        return folders(sound, transcript, &endings);
    }
    let stem = PathBuf::from(sound.file_stem().unwrap_or_default());
    let found = if transcript.is_dir() {
        let there = by_stem(transcript, &endings)?.0.remove(&stem);
        there.ok_or(format!("no transcript ({}) of this name in {}", endings.join(", "), transcript.display()))
    } else {
        Ok(transcript.to_path_buf())
    };
    let transcript = found.at(sound.display())?;
    let pair = Pair { sound: sound.to_path_buf(), transcript, stem };
    Ok(Pairs { pairs: vec![pair], ..Pairs::default() })
}

fn folders(sounds: &Path, transcripts: &Path, endings: &[&str]) -> Result<Pairs, CliError> {
    let (heard, twice) = by_stem(sounds, &SOUNDS)?;
    let (mut written, _) = by_stem(transcripts, endings)?;
    if heard.is_empty() {
        return Err("the folder holds no sound (wav, flac)").at(sounds.display());
    }
    let mut found = Pairs { twice, ..Pairs::default() };
    for (stem, sound) in heard {
        match written.remove(&stem) {
            Some(transcript) => found.pairs.push(Pair { sound, transcript, stem }),
            None => found.alone.push(sound),
        }
    }
    found.unused = written.len();
    Ok(found)
}

/// The files with one of these endings in a folder and those below it, by their paths from it without the ending: of several of one
/// stem that whose ending comes first, and the others.
fn by_stem(folder: &Path, endings: &[&str]) -> Result<(BTreeMap<PathBuf, PathBuf>, Vec<PathBuf>), CliError> {
    let rank = |path: &Path| {
        let own = path.extension()?;
        endings.iter().position(|e| own.eq_ignore_ascii_case(e))
    };
    let (mut found, mut others): (BTreeMap<PathBuf, PathBuf>, _) = (BTreeMap::new(), Vec::new());
    for path in files_below(folder)? {
        let Some(own) = rank(&path) else { continue };
        let stem = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
        let better = found.get(&stem).and_then(|p| rank(p)).is_none_or(|other| own < other);
        others.extend(if better { found.insert(stem, path) } else { Some(path) });
    }
    Ok((found, others))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("energraph-pairs-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        for file in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    #[test]
    fn folders_are_paired_by_stem_and_what_is_alone_is_told() {
        let files =
            ["a.wav", "a.txt", "a.TextGrid", "deep/b.FLAC", "deep/b.textgrid", "b.txt", "c.wav", "d.lab", "d.md"];
        let root = folder("two", &files);
        let found = find(&root, &root, None).unwrap();
        let names: Vec<_> = found
            .pairs
            .iter()
            .map(|p| (p.stem.to_str().unwrap(), p.transcript.strip_prefix(&root).unwrap().to_str().unwrap()))
            .collect();
        assert_eq!(names, [("a", "a.txt"), ("deep/b", "deep/b.textgrid")]);
        assert_eq!((found.alone, found.unused), (vec![root.join("c.wav")], 2));
        assert!(found.twice.is_empty());
        let grids = find(&root, &root, Some(".TextGrid")).unwrap();
        assert_eq!(grids.pairs[0].transcript, root.join("a.TextGrid"));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn two_sounds_of_one_name_are_one_pair_and_one_too_many() {
        let root = folder("twice", &["a.wav", "a.flac", "a.txt"]);
        let found = find(&root, &root, None).unwrap();
        assert_eq!(found.pairs.iter().map(|p| &p.sound).collect::<Vec<_>>(), [&root.join("a.wav")]);
        assert_eq!((found.twice, found.alone), (vec![root.join("a.flac")], Vec::new()));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_file_takes_a_transcript_by_name_or_from_a_folder() {
        let root = folder("one", &["x/a.wav", "y/a.lab", "y/other.txt", "none/b.txt"]);
        let sound = root.join("x/a.wav");
        assert_eq!(
            find(&sound, &root.join("y/other.txt"), None).unwrap().pairs[0].transcript,
            root.join("y/other.txt")
        );
        assert_eq!(find(&sound, &root.join("y"), None).unwrap().pairs[0].transcript, root.join("y/a.lab"));
        assert!(find(&sound, &root.join("none"), None).unwrap_err().to_string().contains("no transcript"));
        assert!(matches!(find(&root, &root.join("y/a.lab"), None), Err(CliError::Usage(_))));
        assert!(find(&root.join("none"), &root, None).unwrap_err().to_string().contains("holds no sound"));
        assert!(find(&root.join("absent"), &root, None).is_err());
        std::fs::remove_dir_all(root).unwrap();
    }
}
