//! Outputs, and the ones that count as right.

use crate::graph::{EPSILON, Label};

/// The output labels of a path, without epsilons.
pub type Output = Vec<Label>;

/// One or several right outputs.
///
/// ```
/// use energraph::paths::Answer;
/// let amount = Answer::any([vec![1, 2], vec![1, 9, 2]]);
/// assert!(amount.contains(&[1, 9, 2]));
/// assert!(!amount.contains(&[1]));
/// assert_eq!(Answer::one([3, 0, 4]), Answer::one([3, 4])); // an output holds no epsilons
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Answer {
    /// Sorted, no duplicates.
    outputs: Vec<Output>,
}

impl Answer {
    /// One right output. Epsilons in it are dropped, as they are from a path's output.
    pub fn one(output: impl IntoIterator<Item = Label>) -> Self {
        Answer { outputs: vec![plain(output)] }
    }

    /// Several right outputs; of none, nothing is right.
    pub fn any<O: IntoIterator<Item = Label>>(outputs: impl IntoIterator<Item = O>) -> Self {
        let mut outputs: Vec<Output> = outputs.into_iter().map(plain).collect();
        outputs.sort_unstable();
        outputs.dedup();
        Answer { outputs }
    }

    /// The right outputs, sorted.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Whether an output is right. Cost: a binary search.
    pub fn contains(&self, output: &[Label]) -> bool {
        self.outputs.binary_search_by(|o| o.as_slice().cmp(output)).is_ok()
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Answer::one(output)
    }
}

fn plain(labels: impl IntoIterator<Item = Label>) -> Output {
    labels.into_iter().filter(|&l| l != EPSILON).collect()
}
