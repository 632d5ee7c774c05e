//! Bytes in order, with the end of the file in sight.

use super::OpenFstError;

/// What is left of a file.
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub fn new(all: &'a [u8]) -> Self {
        Bytes { all, at: 0 }
    }

    /// Bytes read.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.all.len()
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.all.len() - self.at
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], OpenFstError> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.all.len());
        let Some(end) = end else { return Err(OpenFstError::Truncated { at: self.all.len(), what }) };
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], OpenFstError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub fn i32(&mut self, what: &'static str) -> Result<i32, OpenFstError> {
        self.array(what).map(i32::from_le_bytes)
    }

    pub fn u32(&mut self, what: &'static str) -> Result<u32, OpenFstError> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub fn i64(&mut self, what: &'static str) -> Result<i64, OpenFstError> {
        self.array(what).map(i64::from_le_bytes)
    }

    /// A number of 4 or 8 bytes.
    pub fn float(&mut self, width: usize, what: &'static str) -> Result<f64, OpenFstError> {
        if width == 8 {
            return self.array(what).map(f64::from_le_bytes);
        }
        self.array(what).map(|b| f64::from(f32::from_le_bytes(b)))
    }

    /// A count of things of at least `size` bytes each: one that the rest of the file cannot hold is refused before anything is made
    /// for it.
    pub fn count(&mut self, size: usize, what: &'static str) -> Result<usize, OpenFstError> {
        let count = self.i64(what)?;
        self.holds(count, size, what)
    }

    /// Whether so many things of `size` bytes may follow.
    pub fn holds(&self, count: i64, size: usize, what: &'static str) -> Result<usize, OpenFstError> {
        let bytes = self.all.len() - self.at;
        match usize::try_from(count) {
            Ok(n) if n <= bytes / size.max(1) => Ok(n),
            _ => Err(OpenFstError::Count { what, count, bytes }),
        }
    }

    /// Text with its length in front.
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, OpenFstError> {
        let length = self.i32(what)?;
        let at = self.at;
        let length = self.holds(i64::from(length), 1, what)?;
        std::str::from_utf8(self.take(length, what)?).map_err(|_| OpenFstError::Text { what, at })
    }

    /// On to the next multiple of `unit` bytes from the file's beginning.
    pub fn align(&mut self, unit: usize, what: &'static str) -> Result<(), OpenFstError> {
        self.take(self.at.next_multiple_of(unit) - self.at, what).map(|_| ())
    }
}

/// Text with its length in front; symbols and names are far below 2³¹ bytes, as the caller has seen to.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as i32).to_le_bytes());
    out.extend(text.as_bytes());
}
