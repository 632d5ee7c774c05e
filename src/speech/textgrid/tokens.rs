//! What Praat reads of a text file: free-standing numbers, strings and flags. All else is there for people, so that the long form and
//! the short one are the same to a reader.

/// One piece of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    /// Between quotes, doubled quotes made single.
    Text(String),
    /// Between `<` and `>`.
    Flag(String),
    /// A string whose closing quote is missing.
    Open,
}

/// The pieces of a text with the lines they begin in.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Tokens { rest: text, line: 1 }
    }

    /// The line reached.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Goes `bytes` on, counting lines that end with LF, CR LF or CR.
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at(bytes);
        let followed = passed.bytes().zip(self.rest.bytes().skip(1).chain([0]));
        self.line += followed.filter(|(c, next)| *c == b'\n' || (*c == b'\r' && *next != b'\n')).count();
        self.rest = rest;
        passed
    }

    /// A string from its opening quote on.
    fn text(&mut self) -> Token {
        let mut from = 1;
        loop {
            let Some(quote) = self.rest[from..].find('"').map(|at| from + at) else {
                self.advance(self.rest.len());
                return Token::Open;
            };
            if !self.rest[quote + 1..].starts_with('"') {
                let raw = self.advance(quote + 1);
                return Token::Text(raw[1..quote].replace("\"\"", "\""));
            }
            from = quote + 2;
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = (usize, Token);

    fn next(&mut self) -> Option<(usize, Token)> {
        loop {
            let gap = self.rest.find(|c: char| !c.is_whitespace() && c != '=').unwrap_or(self.rest.len());
            self.advance(gap);
            let line = self.line;
            match self.rest.chars().next()? {
                '"' => return Some((line, self.text())),
                '!' => {
                    let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
                    self.advance(end);
                }
                '<' => {
                    let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
                    let flag = self.advance(end);
                    return Some((line, Token::Flag(flag.trim_matches(['<', '>']).to_owned())));
                }
                first => {
                    let end = self.rest.find(|c: char| c.is_whitespace() || "\"=".contains(c));
                    let word = self.advance(end.unwrap_or(self.rest.len()));
                    // Words such as "inf" and "nan" are numbers to `parse`.
                    let number =
                        (first.is_ascii_digit() || "+-.".contains(first)).then(|| word.parse()).and_then(Result::ok);
                    if let Some(number) = number {
                        return Some((line, Token::Number(number)));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_free_standing_numbers_strings_and_flags_are_seen() {
        let text = "a [1]: size = 3 x=-4e-1 1st! no comment\n\"a\"\"\nb\"<exists>! 5 \"no\"\r\n7 +-1 nan -inf 8\r9\n\"";
        let tokens: Vec<_> = Tokens::new(text).collect();
        let number = Token::Number;
        let expected = [
            (1, number(3.0)),
            (1, number(-0.4)),
            (2, Token::Text("a\"\nb".into())),
            (3, Token::Flag("exists".into())),
            (4, number(7.0)),
            (4, number(f64::NEG_INFINITY)),
            (4, number(8.0)),
            (5, number(9.0)),
            (6, Token::Open),
        ];
        assert_eq!(tokens, expected);
    }
}
