//! The control without spans: the net's columns as they are, one row of symbols and blank each.

use ndarray::Array2;

use crate::handwriting::{Field, is_piece};
use crate::learn::{FrontEnd, FrontError, Optimiser, Parameter, Ragged};

/// Passes the columns of a net through, for fields whose spans are those columns.
#[derive(Debug)]
pub struct CtcScorer<N> {
    net: N,
}

impl<N: FrontEnd<Input = Array2<f32>>> CtcScorer<N> {
    /// A scorer over a net that gives a number for every symbol, and one for blank.
    pub fn new(net: N) -> Self {
        CtcScorer { net }
    }

    fn images(fields: &[Field]) -> Result<Vec<Array2<f32>>, FrontError> {
        let image = |(index, field): (usize, &Field)| match field.spans().iter().all(|s| is_piece(*s)) {
            true => Ok(field.image().clone()),
            false => Err(FrontError::Input { index, why: "its spans have several pieces: they are no frames".into() }),
        };
        fields.iter().enumerate().map(image).collect()
    }

    fn check(fields: &[Field], columns: &Ragged<f32>) -> Result<(), FrontError> {
        let other = fields.iter().enumerate().find(|(i, f)| f.spans().len() != columns.rows(*i));
        match other {
            Some((index, f)) => {
                let why = format!("{} frames, but the net gives {} columns", f.spans().len(), columns.rows(index));
                Err(FrontError::Input { index, why })
            }
            None => Ok(()),
        }
    }
}

impl<N: FrontEnd<Input = Array2<f32>>> FrontEnd for CtcScorer<N> {
    type Input = Field;
    type Ticket = N::Ticket;

    fn forward(&mut self, fields: &[Field]) -> Result<(Ragged<f32>, N::Ticket), FrontError> {
        let (columns, ticket) = self.net.forward(&Self::images(fields)?)?;
        Self::check(fields, &columns)?;
        Ok((columns, ticket))
    }

    fn infer(&mut self, fields: &[Field]) -> Result<Ragged<f32>, FrontError> {
        let columns = self.net.infer(&Self::images(fields)?)?;
        Self::check(fields, &columns)?;
        Ok(columns)
    }

    fn backward(&mut self, ticket: N::Ticket, gradient: Ragged<f32>) -> Result<(), FrontError> {
        self.net.backward(ticket, gradient)
    }

    fn apply(&mut self, optimiser: &mut Optimiser) -> Result<(), FrontError> {
        self.net.apply(optimiser)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, FrontError> {
        self.net.parameters()
    }

    fn set_parameters(&mut self, values: &[Parameter]) -> Result<(), FrontError> {
        self.net.set_parameters(values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::handwriting::cuts::Cutter;

    #[test]
    fn columns_pass_through_and_fields_with_other_spans_are_refused() {
        let mut s = CtcScorer::new(Table::new(Array2::from_elem((5, 3), 0.5)));
        let field = |cutter: Cutter, width| cutter.field(Array2::zeros((32, width))).unwrap();
        let out = s.infer(&[field(Cutter::frames(), 20), field(Cutter::frames(), 18)]).unwrap();
        assert_eq!((out.len(), out.block(1).dim()), (2, (5, 3)));
        assert!(matches!(s.infer(&[field(Cutter::frames(), 12)]), Err(FrontError::Input { index: 0, .. })));
        assert!(matches!(s.forward(&[field(Cutter::uniform(4, 8.0), 20)]), Err(FrontError::Input { .. })));
    }
}
