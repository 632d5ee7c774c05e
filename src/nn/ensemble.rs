//! Several nets as one: their energies' mean, and their parameters in one list.

use crate::learn::{FrontError, Parameter, Ragged};

/// Begins the names of parameters of nets behind the first: `net2.`, `net3.`, …
const PREFIX: &str = "net";

/// The mean of outputs of one shape.
pub fn mean(looks: Vec<Ragged<f32>>) -> Result<Ragged<f32>, FrontError> {
    let count = looks.len() as f32;
    let mut looks = looks.into_iter();
    let none = || FrontError::Weights { why: "no net at all".into() };
    let mut sum = looks.next().ok_or_else(none)?;
    for look in looks {
        sum.values_mut().iter_mut().zip(look.values()).for_each(|(s, e)| *s += e);
    }
    if count > 1.0 {
        sum.values_mut().iter_mut().for_each(|e| *e /= count);
    }
    Ok(sum)
}

/// The parameters of all nets; those of the first keep their names.
pub fn join(of_each: Vec<Vec<Parameter>>) -> Vec<Parameter> {
    let named = |(k, parameters): (usize, Vec<Parameter>)| {
        let prefix = prefix(k);
        parameters.into_iter().map(move |p| Parameter { name: format!("{prefix}{}", p.name), ..p })
    };
    of_each.into_iter().enumerate().flat_map(named).collect()
}

/// The parameters of each of so many nets. What belongs to none of them is left with the first, which refuses it.
pub fn split(all: &[Parameter], nets: usize) -> Vec<Vec<Parameter>> {
    let mut of_each = vec![Vec::new(); nets.max(1)];
    for p in all {
        let found = (1..nets).find_map(|k| Some((k, p.name.strip_prefix(&prefix(k))?)));
        let (k, name) = found.unwrap_or((0, &p.name));
        of_each[k].push(Parameter { name: name.to_owned(), ..p.clone() });
    }
    of_each
}

fn prefix(net: usize) -> String {
    if net == 0 { String::new() } else { format!("{PREFIX}{}.", net + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str, value: f32) -> Parameter {
        Parameter { name: name.into(), shape: vec![1], values: vec![value] }
    }

    #[test]
    fn joined_parameters_come_apart_again() {
        let of_each = vec![vec![parameter("a", 1.0), parameter("b", 2.0)], vec![parameter("a", 3.0)], vec![]];
        let joined = join(of_each.clone());
        assert_eq!(joined.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a", "b", "net2.a"]);
        assert_eq!(split(&joined, 3), of_each);
        // To one net alone the second's parameters are strangers.
        assert_eq!(split(&joined, 1), [joined]);
    }

    #[test]
    fn the_mean_of_one_is_itself_to_the_last_bit() {
        let one = Ragged::from_values(1, &[2], vec![0.1_f32, f32::MIN_POSITIVE]).unwrap();
        assert_eq!(mean(vec![one.clone()]).unwrap(), one);
        let two = Ragged::from_values(1, &[2], vec![0.3_f32, 1.0]).unwrap();
        assert_eq!(mean(vec![one, two]).unwrap().values(), [0.2, 0.5]);
        assert!(mean(Vec::new()).is_err());
    }
}
