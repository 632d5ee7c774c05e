//! Pieces to a [`TextGrid`].

use super::tokens::{Token, Tokens};
use super::{TextGridError, encoding};
use crate::speech::tiers::{check_next, check_span};
use crate::speech::{Content, Interval, Point, TextGrid, Tier};

/// Most intervals or points of a tier, and most tiers, for which room is made before they were seen.
const AHEAD: usize = 1_024;

/// Reads a TextGrid from the bytes of its file, in long or short text form.
///
/// Intervals must be in the order of time and may not overlap (by more than a microsecond), points must be in order.
///
/// # Errors
/// [`TextGridError`] with the line; nothing is allocated because a number in the file asks for it.
pub fn parse(bytes: &[u8]) -> Result<TextGrid, TextGridError> {
    if bytes.starts_with(b"ooBinaryFile") {
        return Err(TextGridError::Form { form: "a binary file of Praat" });
    }
    let text = encoding::decode(bytes)?;
    if text.trim_start().starts_with("\"Praat chronological TextGrid") {
        return Err(TextGridError::Form { form: "a chronological TextGrid" });
    }
    let mut reader = Reader { tokens: Tokens::new(&text), last: 1 };
    reader.header(&text)?;
    let (start, end) = reader.span("the start of the recording", "its end")?;
    let mut tiers = Vec::new();
    if reader.has_tiers()? {
        let size = reader.count("the number of tiers")?;
        tiers.reserve(size.min(AHEAD));
        for _ in 0..size {
            tiers.push(reader.tier()?);
        }
    }
    reader.end()?;
    Ok(TextGrid { start, end, tiers })
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    /// The line of the last piece.
    last: usize,
}

impl Reader<'_> {
    fn next(&mut self, expected: &'static str) -> Result<Token, TextGridError> {
        let (line, token) =
            self.tokens.next().ok_or_else(|| TextGridError::Truncated { line: self.tokens.line(), expected })?;
        self.last = line;
        match token {
            Token::Open => Err(TextGridError::Truncated { line: self.tokens.line(), expected: "a closing quote" }),
            token => Ok(token),
        }
    }

    fn bad(&self, expected: &'static str, found: &Token) -> TextGridError {
        let mut found = match found {
            Token::Number(n) => n.to_string(),
            Token::Text(s) => s.clone(),
            Token::Flag(s) => format!("<{s}>"),
            Token::Open => "\"".to_owned(),
        };
        if let Some((long, _)) = found.char_indices().nth(40) {
            found.truncate(long);
            found.push('…');
        }
        TextGridError::BadLine { line: self.last, expected, found }
    }

    fn number(&mut self, expected: &'static str) -> Result<f64, TextGridError> {
        match self.next(expected)? {
            Token::Number(n) => Ok(n),
            other => Err(self.bad(expected, &other)),
        }
    }

    fn text(&mut self, expected: &'static str) -> Result<String, TextGridError> {
        match self.next(expected)? {
            Token::Text(s) => Ok(s),
            other => Err(self.bad(expected, &other)),
        }
    }

    fn count(&mut self, expected: &'static str) -> Result<usize, TextGridError> {
        let n = self.number(expected)?;
        if n < 0.0 || n.fract() != 0.0 || n > 1e9 {
            return Err(self.bad(expected, &Token::Number(n)));
        }
        Ok(n as usize)
    }

    fn span(&mut self, start: &'static str, end: &'static str) -> Result<(f64, f64), TextGridError> {
        let (start, end) = (self.number(start)?, self.number(end)?);
        check_span(start, end).map_err(|fault| TextGridError::Times { line: self.last, fault })?;
        Ok((start, end))
    }

    fn header(&mut self, text: &str) -> Result<(), TextGridError> {
        let mut is = |begin| matches!(self.next(""), Ok(Token::Text(s)) if s.starts_with(begin));
        if is("ooTextFile") && is("TextGrid") {
            return Ok(());
        }
        Err(TextGridError::NotATextGrid { begin: text.chars().take(24).collect() })
    }

    fn has_tiers(&mut self) -> Result<bool, TextGridError> {
        let expected = "<exists> or <absent>";
        match self.next(expected)? {
            Token::Flag(f) if f == "exists" => Ok(true),
            Token::Flag(f) if f == "absent" => Ok(false),
            other => Err(self.bad(expected, &other)),
        }
    }

    fn tier(&mut self) -> Result<Tier, TextGridError> {
        let expected = "\"IntervalTier\" or \"TextTier\"";
        let class = self.text(expected)?;
        let intervals = match class.as_str() {
            "IntervalTier" => true,
            "TextTier" => false,
            _ => return Err(self.bad(expected, &Token::Text(class))),
        };
        let name = self.text("the name of the tier")?;
        let (start, end) = self.span("the start of the tier", "its end")?;
        let size = self.count("the number of labels")?;
        let content =
            if intervals { Content::Intervals(self.intervals(size)?) } else { Content::Points(self.points(size)?) };
        Ok(Tier { name, start, end, content })
    }

    fn intervals(&mut self, size: usize) -> Result<Vec<Interval>, TextGridError> {
        let mut found: Vec<Interval> = Vec::with_capacity(size.min(AHEAD));
        for _ in 0..size {
            let start = self.number("the start of an interval")?;
            let (line, end) = (self.last, self.number("the end of an interval")?);
            check_next(found.last().map(|i| i.end), start, end)
                .map_err(|fault| TextGridError::Times { line, fault })?;
            found.push(Interval { start, end, label: self.text("the label of an interval")? });
        }
        Ok(found)
    }

    fn points(&mut self, size: usize) -> Result<Vec<Point>, TextGridError> {
        let mut found: Vec<Point> = Vec::with_capacity(size.min(AHEAD));
        for _ in 0..size {
            let time = self.number("the time of a point")?;
            check_next(found.last().map(|p| p.time), time, time)
                .map_err(|fault| TextGridError::Times { line: self.last, fault })?;
            found.push(Point { time, label: self.text("the label of a point")? });
        }
        Ok(found)
    }

    /// Labels that no count announced would be lost.
    fn end(&mut self) -> Result<(), TextGridError> {
        match self.tokens.next() {
            None => Ok(()),
            Some((line, token)) => {
                self.last = line;
                Err(self.bad("the end of the file", &token))
            }
        }
    }
}
