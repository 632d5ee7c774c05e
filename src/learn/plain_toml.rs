//! What TOML errors say, in one line.

/// What is wrong with a TOML text, in one line; the line of the text comes first where it is known.
pub(crate) fn plain_toml(text: &str, e: &toml::de::Error) -> String {
    let why = e.message().trim().replace('\n', "; ");
    match e.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {why}", before.matches('\n').count() + 1),
        None => why,
    }
}
