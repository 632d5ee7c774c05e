//! A chain made ready for the kernels, once a batch.

use super::Transitions;
use super::kernels::{Group, above, groups, numbers};
use crate::paths::{Beta, PositiveF64};
use crate::trellis::Emissions;
use crate::trellis::emissions::far;

/// Exponents that the numbers of one product may use up together: a forward sum, a transition and a frame. `e^−690` is a
/// normal number, with some to spare for sums over many classes.
const ROOM: f64 = 690.0;
/// Exponents that a transition and a frame may use up together.
const MOST: f64 = 0.5 * ROOM;
/// A class that costs so much more than another one of the frame, wherever the path comes from and goes to, has a share
/// below e⁻⁸⁰.
const NOTHING: f64 = 80.0;

/// Transitions as matrices, energies counted from their least one.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub(super) given: Transitions<'a>,
    pub(super) classes: usize,
    /// Groups of a row.
    pub(super) width: usize,
    /// The least energy of a transition; 0 where none is possible.
    pub(super) least: f64,
    /// Row `i` has the energies from class `i` on.
    pub(super) rows: Vec<Group>,
    /// Row `j` has the energies to class `j`.
    pub(super) columns: Vec<Group>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(given: Transitions<'a>) -> Self {
        let classes = given.classes();
        let width = groups(classes);
        let least = given.between().iter().copied().fold(f32::INFINITY, f32::min);
        let least = if least < f32::INFINITY { f64::from(least) } else { 0.0 };
        let mut rows = vec![[f64::INFINITY; 8]; classes * width];
        let mut columns = rows.clone();
        for ((i, j), &x) in given.between().indexed_iter() {
            let x = f64::from(x) - least;
            rows[i * width + j / 8][j % 8] = x;
            columns[j * width + i / 8][i % 8] = x;
        }
        Chain { given, classes, width, least, rows, columns }
    }

    /// What a class costs as an end, at the first frame and the last.
    fn end(&self, e: &Emissions<'_>, t: usize, class: usize) -> f64 {
        let first = if t == 0 { self.given.first(class) } else { 0.0 };
        let last = if t + 1 == e.frames() { self.given.last(class) } else { 0.0 };
        first + last
    }

    /// The least that an end costs at a frame among the classes that are possible there, where it is far; else 0.
    fn far(&self, e: &Emissions<'_>, t: usize) -> f64 {
        if t > 0 && t + 1 < e.frames() {
            return 0.0;
        }
        let values = e.values();
        let possible = values.row(t).into_iter().enumerate().filter(|(_, x)| **x < f32::INFINITY);
        far(possible.map(|(class, _)| self.end(e, t, class)))
    }

    /// The energies of a frame, those of the ends, counted from [`Chain::far`], with them; +∞ behind the last class.
    pub(super) fn frame(&self, e: &Emissions<'_>, t: usize, into: &mut [Group]) {
        let (own, rest) = into.as_flattened_mut().split_at_mut(self.classes);
        rest.fill(f64::INFINITY);
        let values = e.values();
        let row = values.row(t);
        match row.to_slice() {
            Some(row) => own.iter_mut().zip(row).for_each(|(into, &x)| *into = f64::from(x)),
            None => own.iter_mut().zip(row).for_each(|(into, &x)| *into = f64::from(x)),
        }
        if t == 0 || t + 1 == e.frames() {
            let far = self.far(e, t);
            own.iter_mut().enumerate().for_each(|(class, x)| *x += self.end(e, t, class) - far);
        }
    }

    /// The energies of all frames, each counted from its least one; these are left in `least`.
    ///
    /// # Errors
    /// The first frame at which nothing is possible.
    pub(super) fn frames(&self, e: &Emissions<'_>, least: &mut Vec<f64>) -> Result<Vec<Group>, Dead> {
        least.clear();
        let mut all = vec![[f64::INFINITY; 8]; e.frames() * self.width];
        // Without classes there are no groups, and nothing is possible anywhere.
        for (frame, row) in all.chunks_exact_mut(self.width.max(1)).enumerate() {
            self.frame(e, frame, row);
            let own = above(row);
            if own == f64::INFINITY {
                return Err(Dead { frame });
            }
            least.push(own);
        }
        if least.is_empty() { Err(Dead { frame: 0 }) } else { Ok(all) }
    }

    /// The free energy of which `above` is counted from the least energies.
    pub(super) fn total(&self, above: f64, e: &Emissions<'_>, least: &[f64]) -> f64 {
        let ends = match e.frames() {
            0 => 0.0,
            1 => self.far(e, 0),
            frames => self.far(e, 0) + self.far(e, frames - 1),
        };
        above + least.iter().sum::<f64>() + least.len().saturating_sub(1) as f64 * self.least + ends
    }

    /// The energy of a class at a frame, with that of an end counted from [`Chain::far`].
    fn of_class(&self, e: &Emissions<'_>, frame: usize, class: usize) -> f64 {
        f64::from(e.values()[[frame, class]]) + (self.end(e, frame, class) - self.far(e, frame))
    }

    /// The energy of a labelling, one class a frame, counted from the least energies.
    pub(super) fn above(&self, e: &Emissions<'_>, least: &[f64], classes: &[usize]) -> f64 {
        let own = |((t, &class), least): ((usize, &usize), &f64)| self.of_class(e, t, class) - least;
        let between = |w: &[usize]| f64::from(self.given.between()[[w[0], w[1]]]) - self.least;
        classes.iter().enumerate().zip(least).map(own).sum::<f64>() + classes.windows(2).map(between).sum::<f64>()
    }

    /// The first frame of a labelling whose class, or the transition to it, is impossible.
    pub(super) fn wall(&self, e: &Emissions<'_>, classes: &[usize]) -> Option<usize> {
        let own = |(frame, &class)| self.of_class(e, frame, class) == f64::INFINITY;
        let class = classes.iter().enumerate().position(own);
        let between = |w: &[usize]| self.given.between()[[w[0], w[1]]] == f32::INFINITY;
        let transition = classes.windows(2).position(between).map(|before| before + 1);
        class.into_iter().chain(transition).min()
    }

    /// The energy of a labelling, added from the start on.
    pub(super) fn energy(&self, e: &Emissions<'_>, classes: &[usize]) -> f64 {
        let mut energy = classes.first().map_or(0.0, |&class| self.given.first(class));
        let mut before = None;
        for (frame, &class) in classes.iter().enumerate() {
            energy += before.map_or(0.0, |before| f64::from(self.given.between()[[before, class]]));
            energy += f64::from(e.values()[[frame, class]]);
            before = Some(class);
        }
        energy + before.map_or(0.0, |class| self.given.last(class))
    }
}

/// No labelling reaches beyond this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dead {
    pub(super) frame: usize,
}

/// What linear arithmetic needs: transitions as numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) beta: f64,
    /// `e^{−β·E}`, laid out as the energies.
    pub(super) rows: Vec<Group>,
    pub(super) columns: Vec<Group>,
    /// The greatest exponent among them.
    most: f64,
    /// Where every transition is possible: exponents beyond which a class of a frame has no share.
    nothing: Option<f64>,
}

impl Numbers {
    /// `None` where the energies lie too far apart.
    pub(super) fn new(chain: &Chain<'_>, beta: PositiveF64) -> Option<Self> {
        let beta = beta.get();
        let (mut rows, mut columns) = (chain.rows.clone(), chain.columns.clone());
        // Both are counted from 0, so that the least is no matter; the whole matrix is one row here.
        let (_, most) = numbers(&mut rows, beta, MOST);
        numbers(&mut columns, beta, MOST);
        let all = chain.given.between().iter().all(|x| *x < f32::INFINITY);
        (most <= MOST).then(|| Numbers { beta, rows, columns, most, nothing: all.then_some(2.0 * most + NOTHING) })
    }

    /// Turns the energies of all frames into numbers; pushes their least ones.
    ///
    /// Returns the floor: the least number, other than 0, that a sum may come down to between two frames.
    pub(super) fn frames(
        &self,
        chain: &Chain<'_>,
        e: &Emissions<'_>,
        into: &mut [Group],
        least: &mut Vec<f64>,
    ) -> Result<f64, Stop> {
        let cut = self.nothing.map_or(MOST, |n| n.min(MOST));
        let mut widest = 0.0_f64;
        for (frame, row) in into.chunks_exact_mut(chain.width).enumerate() {
            chain.frame(e, frame, row);
            let (own, most) = numbers(row, self.beta, cut);
            if own == f64::INFINITY {
                return Err(Stop::Dead(Dead { frame }));
            }
            least.push(own);
            widest = widest.max(most);
        }
        let used = self.most + self.nothing.map_or(widest, |n| n.min(widest));
        if used > MOST { Err(Stop::OutOfRange) } else { Ok((used - ROOM).exp()) }
    }
}

/// Why linear arithmetic ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing is possible.
    Dead(Dead),
    /// Numbers lie too far apart, which says nothing about what is possible.
    OutOfRange,
}

/// A chain at an inverse temperature.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    pub(super) chain: Chain<'a>,
    pub(super) beta: Beta,
    /// Where linear arithmetic may do.
    pub(super) numbers: Option<Numbers>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(given: &Transitions<'a>, beta: Beta) -> Self {
        let chain = Chain::new(*given);
        let numbers = match beta {
            Beta::Finite(beta) if chain.classes > 0 => Numbers::new(&chain, beta),
            _ => None,
        };
        Ready { chain, beta, numbers }
    }
}
