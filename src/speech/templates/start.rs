//! Where training starts.

use ndarray::{Array2, ArrayView2, s};

use super::{TemplateError, TemplateModel, TemplateOptions};

/// Rounds of Lloyd's algorithm at most.
const ROUNDS: usize = 20;

impl TemplateModel {
    /// References that are averages of recordings: each word's are stretched to the length of references, linearly, and divided among them
    /// by k-means (Lloyd's algorithm from recordings far apart). A word of fewer recordings than references has some twice.
    ///
    /// Recordings are the number of a word and features, frames × dimensions. No randomness: ties go to the first.
    ///
    /// # Errors
    /// [`TemplateError::NoRecording`], [`TemplateError::NoSuchWord`], [`TemplateError::Size`], and those of a sound's features.
    ///
    /// # Cost
    /// O(recordings · length · dimensions · references of a word) for each of at most 20 rounds.
    pub fn of_recordings(
        words: &[String],
        recordings: &[(usize, ArrayView2<'_, f32>)],
        options: &TemplateOptions,
    ) -> Result<Self, TemplateError> {
        let (_, first) = recordings.first().ok_or(TemplateError::NoRecording { word: 0 })?;
        let mut model = TemplateModel::new(words, first.ncols(), options)?;
        let mut of_word: Vec<Vec<Array2<f32>>> = vec![Vec::new(); words.len()];
        for (word, features) in recordings {
            model.check(*features)?;
            let missing = TemplateError::NoSuchWord { word: *word, words: words.len() };
            of_word.get_mut(*word).ok_or(missing)?.push(stretched(*features, options.length));
        }
        let per_word = options.per_word * options.length;
        for (word, recordings) in of_word.iter().enumerate() {
            let means = k_means(recordings, options.per_word).ok_or(TemplateError::NoRecording { word })?;
            let mut rows = model.frames.slice_mut(s![word * per_word..(word + 1) * per_word, ..]);
            for (mut rows, mean) in rows.axis_chunks_iter_mut(ndarray::Axis(0), options.length).zip(means) {
                rows.assign(&mean);
            }
        }
        Ok(model)
    }
}

/// A sound of at least one frame, stretched to so many: frames between two are interpolated linearly.
fn stretched(features: ArrayView2<'_, f32>, length: usize) -> Array2<f32> {
    let last = features.nrows() - 1;
    let mut out = Array2::zeros((length, features.ncols()));
    for (j, mut row) in out.rows_mut().into_iter().enumerate() {
        // The first frame is the first and the last the last; of one frame, it is the one in the middle.
        let at = if length > 1 { last as f64 * j as f64 / (length - 1) as f64 } else { last as f64 / 2.0 };
        let (before, part) = (at.floor() as usize, (at - at.floor()) as f32);
        let (a, b) = (features.row(before), features.row((before + 1).min(last)));
        row.iter_mut().zip(a.iter().zip(b)).for_each(|(v, (a, b))| *v = a + part * (b - a));
    }
    out
}

/// The means of `k` groups of recordings of one shape; `None` where there is no recording.
fn k_means(recordings: &[Array2<f32>], k: usize) -> Option<Vec<Array2<f32>>> {
    let mut means = vec![mean(recordings.iter())?];
    if k > 1 {
        means = far_apart(recordings, &means[0], k);
    }
    let mut groups = vec![0; recordings.len()];
    for _ in 0..ROUNDS {
        let nearest: Vec<usize> = recordings.iter().map(|x| nearest(x, &means).0).collect();
        for (group, m) in means.iter_mut().enumerate() {
            let members = recordings.iter().zip(&nearest).filter(|(_, g)| **g == group).map(|(x, _)| x);
            if let Some(new) = mean(members) {
                *m = new;
            }
        }
        if nearest == groups {
            break;
        }
        groups = nearest;
    }
    Some(means)
}

/// The recording nearest the mean, then again and again the one farthest from all those before.
fn far_apart(recordings: &[Array2<f32>], mean: &Array2<f32>, k: usize) -> Vec<Array2<f32>> {
    let distance = |x: &Array2<f32>, means: &[Array2<f32>]| nearest(x, means).1;
    let least = |a: &&Array2<f32>, b: &&Array2<f32>| squared(a, mean).total_cmp(&squared(b, mean));
    let mut chosen: Vec<Array2<f32>> = recordings.iter().min_by(least).cloned().into_iter().collect();
    while chosen.len() < k && !chosen.is_empty() {
        let farther = |a: &&Array2<f32>, b: &&Array2<f32>| distance(a, &chosen).total_cmp(&distance(b, &chosen));
        // Of equals the first: `max_by` would take the last.
        let next = recordings.iter().rev().max_by(farther).cloned();
        chosen.extend(next);
    }
    chosen
}

/// The nearest of some means and its squared distance.
fn nearest(x: &Array2<f32>, means: &[Array2<f32>]) -> (usize, f64) {
    let distances = means.iter().map(|m| squared(x, m)).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f64::INFINITY))
}

fn squared(x: &Array2<f32>, y: &Array2<f32>) -> f64 {
    x.iter().zip(y).map(|(x, y)| f64::from(x - y).powi(2)).sum()
}

/// The mean of arrays of one shape; `None` of none.
fn mean<'a>(arrays: impl Iterator<Item = &'a Array2<f32>>) -> Option<Array2<f32>> {
    let mut count = 0.0;
    let sum = arrays.fold(None, |sum: Option<Array2<f64>>, x| {
        count += 1.0;
        let wide = x.mapv(f64::from);
        Some(sum.map_or_else(|| wide.clone(), |sum| sum + &wide))
    })?;
    Some(sum.mapv(|v| (v / count) as f32))
}
