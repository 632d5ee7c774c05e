//! What a type is called.

/// A type's name without the paths of its modules, as `MinSum<f64>`.
pub(crate) fn type_name<T: ?Sized>() -> String {
    short(std::any::type_name::<T>())
}

fn short(full: &str) -> String {
    let mut short = String::new();
    let mut word = 0;
    for c in full.chars() {
        match c {
            ':' => short.truncate(word),
            _ => {
                short.push(c);
                if !c.is_alphanumeric() && c != '_' {
                    word = short.len();
                }
            }
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_name_loses_its_modules_but_keeps_its_arguments() {
        assert_eq!(short("a::b::Min<f64, c::D>"), "Min<f64, D>");
        assert_eq!(short("Plain"), "Plain");
    }
}
