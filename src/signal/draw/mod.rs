//! The marks that pictures are made of, for the rooms that explain what they found.

mod base64;
pub(crate) mod svg;
