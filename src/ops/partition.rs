//! Partition refinement, and with it the coarsest congruence of a deterministic graph.
//!
//! Source: A. Valmari, P. Lehtinen, *Efficient minimization of DFAs with partial transition functions*, 2008.

/// A partition of 0, 1, …, n − 1 in which elements can be marked and blocks split by their marks.
pub(super) struct Partition {
    /// Elements, block by block; within a block the marked ones first.
    elements: Vec<u32>,
    /// Position in `elements`.
    place: Vec<u32>,
    block: Vec<u32>,
    /// By block: where it begins, where it ends, how many are marked.
    first: Vec<u32>,
    end: Vec<u32>,
    marked: Vec<u32>,
    /// Blocks with marks.
    touched: Vec<u32>,
}

impl Partition {
    /// Elements of one class are in one block; classes are 0, 1, … without gaps.
    pub(super) fn new(classes: Vec<u32>) -> Self {
        let blocks = classes.iter().max().map_or(0, |&last| last as usize + 1);
        // Counted, laid out, and filled in order.
        let mut end = vec![0; blocks];
        classes.iter().for_each(|&c| end[c as usize] += 1);
        let mut first = Vec::with_capacity(blocks);
        let mut before = 0;
        for end in &mut end {
            first.push(before);
            before += std::mem::replace(end, before);
        }
        let (mut elements, mut place) = (vec![0; classes.len()], vec![0; classes.len()]);
        for (e, &c) in (0..).zip(&classes) {
            let slot = &mut end[c as usize];
            elements[*slot as usize] = e;
            place[e as usize] = *slot;
            *slot += 1;
        }
        Partition { elements, place, block: classes, first, end, marked: vec![0; blocks], touched: Vec::new() }
    }

    pub(super) fn blocks(&self) -> usize {
        self.first.len()
    }

    pub(super) fn members(&self, block: usize) -> &[u32] {
        &self.elements[self.first[block] as usize..self.end[block] as usize]
    }

    pub(super) fn mark(&mut self, e: u32) {
        let block = self.block[e as usize] as usize;
        let (from, to) = (self.place[e as usize], self.first[block] + self.marked[block]);
        if from < to {
            return;
        }
        let other = self.elements[to as usize];
        self.elements.swap(from as usize, to as usize);
        self.place[other as usize] = from;
        self.place[e as usize] = to;
        if self.marked[block] == 0 {
            self.touched.push(block as u32);
        }
        self.marked[block] += 1;
    }

    /// By element, the block that it is in.
    pub(super) fn block(&self) -> &[u32] {
        &self.block
    }

    /// Takes all marks away; of every block that had marks, an element that had none, where there is one.
    pub(super) fn unmark(&mut self) -> Vec<u32> {
        let (first, end, marked, elements) = (&self.first, &self.end, &mut self.marked, &self.elements);
        let unmarked = self.touched.drain(..).filter_map(|b| {
            let middle = first[b as usize] + std::mem::take(&mut marked[b as usize]);
            (middle < end[b as usize]).then(|| elements[middle as usize])
        });
        unmarked.collect()
    }

    /// Makes the smaller part of every block with marks and without a block of its own.
    pub(super) fn split(&mut self) {
        while let Some(b) = self.touched.pop() {
            let b = b as usize;
            let middle = self.first[b] + std::mem::take(&mut self.marked[b]);
            if middle == self.end[b] {
                continue;
            }
            let new = self.blocks() as u32;
            if middle - self.first[b] <= self.end[b] - middle {
                self.first.push(self.first[b]);
                self.end.push(middle);
                self.first[b] = middle;
            } else {
                self.first.push(middle);
                self.end.push(self.end[b]);
                self.end[b] = middle;
            }
            self.marked.push(0);
            for i in self.first[new as usize]..self.end[new as usize] {
                self.block[self.elements[i as usize] as usize] = new;
            }
        }
    }
}

/// The block of every state in the coarsest partition that refines `states` and in which the arcs of one class that
/// leave one block lead to one block. Arcs are given by their sources and targets; no state has two of one class.
///
/// Cost: O(states + arcs · log arcs).
pub(super) fn refine(states: Vec<u32>, sources: &[u32], target: impl Fn(usize) -> u32, classes: Vec<u32>) -> Vec<u32> {
    // Arcs by target, those into state s from offsets[s] on: each offset is where the next of them goes meanwhile.
    let mut offsets = vec![0_u32; states.len() + 2];
    (0..sources.len()).for_each(|arc| offsets[target(arc) as usize + 2] += 1);
    (2..offsets.len()).for_each(|s| offsets[s] += offsets[s - 1]);
    let mut into = vec![0_u32; sources.len()];
    for arc in 0..sources.len() {
        let slot = &mut offsets[target(arc) as usize + 1];
        into[*slot as usize] = arc as u32;
        *slot += 1;
    }
    let (mut blocks, mut cords) = (Partition::new(states), Partition::new(classes));
    // The first block need not split arcs: the others do so for it.
    let (mut b, mut c) = (1, 0);
    while c < cords.blocks() {
        cords.members(c).iter().for_each(|&arc| blocks.mark(sources[arc as usize]));
        blocks.split();
        c += 1;
        while b < blocks.blocks() {
            for &s in blocks.members(b) {
                let row = offsets[s as usize] as usize..offsets[s as usize + 1] as usize;
                into[row].iter().for_each(|&arc| cords.mark(arc));
            }
            cords.split();
            b += 1;
        }
    }
    blocks.block
}
