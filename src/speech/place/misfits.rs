//! Where a transcript does not fit.

use std::ops::Range;

use super::excess::{Excess, Is};
use super::{Fit, FrameTimes, Misfit, MisfitKind};

/// All misfits in order: stretches over which other speech is the more probable by the evidence asked for, and words without room that are not
/// among them.
pub(super) fn all(
    excess: &Excess,
    words: &[Range<usize>],
    least: &[(usize, bool)],
    times: FrameTimes,
    fit: &Fit,
) -> Vec<Misfit> {
    let unlike = stretches(excess, fit.usual + fit.limit, fit.evidence);
    let squeezed = squeezed(excess, least, words, fit);
    let apart = |s: &Range<usize>| unlike.iter().all(|u| s.end <= u.start || s.start >= u.end);
    let mut found: Vec<(Range<usize>, bool)> = squeezed.into_iter().filter(apart).map(|s| (s, true)).collect();
    found.extend(unlike.into_iter().map(|s| (s, false)));
    found.sort_by_key(|(s, _)| s.start);
    let misfit = |(s, squeezed): (Range<usize>, bool)| Misfit {
        kind: if squeezed { MisfitKind::Squeezed } else { kind(excess, words, &s) },
        start: times.at(s.start as f64),
        end: times.at(s.end as f64),
        words: inside(words, &s),
        mismatch: excess.mean(s) - fit.usual,
    };
    found.into_iter().map(misfit).collect()
}

/// Stretches whose frames are worse than a limit by so much in all, each from where it begins to be so to where that is most.
fn stretches(excess: &Excess, limit: f64, evidence: f64) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // What is worse since `start`; the most of it, and behind which frame it was.
    let (mut sum, mut start, mut most, mut end) = (0.0, 0, 0.0, 0);
    let mut close = |start: usize, end: usize, most: f64| {
        if most > 0.0 && most >= evidence {
            found.push(start..end);
        }
    };
    for (frame, (is, nats)) in excess.is.iter().zip(&excess.nats).enumerate() {
        let other = *is == Is::Other;
        sum += nats - limit;
        // It is over where it is made up for, or where another like it would have to begin.
        if other || sum <= 0.0 || sum <= most - evidence {
            close(start, end, most);
            (sum, start, most) = (0.0, frame + 1, 0.0);
        } else if sum > most {
            (most, end) = (sum, frame + 1);
        }
    }
    close(start, end, most);
    found
}

/// Runs of words whose phones are all as short as can be: so many phones in a row, or half as many that are unlike what is heard.
fn squeezed(excess: &Excess, least: &[(usize, bool)], words: &[Range<usize>], fit: &Fit) -> Vec<Range<usize>> {
    let of_word: Vec<&[(usize, bool)]> = least.chunk_by(|a, b| a.0 == b.0).collect();
    let short = |word: &&[(usize, bool)]| word.iter().all(|(_, short)| *short);
    let runs = of_word.chunk_by(|a, b| short(a) == short(b)).filter(|run| run.iter().all(short));
    let mut found = Vec::new();
    for run in runs {
        let phones: usize = run.iter().map(|word| word.len()).sum();
        let word = |of: Option<&&[(usize, bool)]>| words.get(of?.first()?.0);
        let (Some(first), Some(last)) = (word(run.first()), word(run.last())) else { continue };
        let unlike = excess.mean(first.start..last.end) > fit.usual + fit.limit;
        if phones >= fit.squeezed.max(1) || (unlike && 2 * phones >= fit.squeezed.max(1)) {
            found.push(first.start..last.end);
        }
    }
    found
}

fn kind(excess: &Excess, words: &[Range<usize>], stretch: &Range<usize>) -> MisfitKind {
    let frames = excess.is.get(stretch.clone()).unwrap_or_default();
    let pauses = frames.iter().filter(|is| **is == Is::Pause).count();
    let in_pause = 2 * pauses > frames.len() && inside(words, stretch).is_empty();
    if in_pause { MisfitKind::Pause } else { MisfitKind::Unlike }
}

/// The words with more than half of their frames in a stretch.
fn inside(words: &[Range<usize>], stretch: &Range<usize>) -> Range<usize> {
    let shared = |w: &Range<usize>| w.end.min(stretch.end).saturating_sub(w.start.max(stretch.start));
    let mut its = words.iter().enumerate().filter(|(_, w)| 2 * shared(w) > w.len()).map(|(number, _)| number);
    match (its.next(), its.next_back()) {
        (Some(first), Some(last)) => first..last + 1,
        (Some(only), None) => only..only + 1,
        // The place in the transcript where it is.
        (None, _) => {
            let before = words.partition_point(|w| w.end <= stretch.start);
            before..before
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_are_bad_have_what_is_good_between_them_left_out() {
        // Bad, good, bad, a little good, bad, and a little bad at the end.
        let runs = [(0.0, 5), (10.0, 20), (0.0, 20), (10.0, 10), (0.0, 3), (10.0, 10), (0.0, 90), (10.0, 2)];
        let nats: Vec<f64> = runs.iter().flat_map(|&(x, n)| std::iter::repeat_n(x, n)).collect();
        let excess = |is| Excess { is: vec![is; nats.len()], nats: nats.clone() };
        assert_eq!(stretches(&excess(Is::Pause), 3.0, 40.0), [5..25, 45..68]);
        assert_eq!(stretches(&excess(Is::Word(0)), 3.0, 140.0), vec![5..68; 1]);
        assert!(stretches(&excess(Is::Word(0)), 3.0, 1e3).is_empty());
        assert!(stretches(&excess(Is::Other), 3.0, 40.0).is_empty());
        assert!(stretches(&Excess { is: Vec::new(), nats: Vec::new() }, 3.0, 0.0).is_empty());
    }
}
