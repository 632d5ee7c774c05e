//! Command lines written for OpenFst's tools.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, Id};

/// The command line as clap reads it. OpenFst's tools take `-name` for `--name`, underscores in names, and `=true` and `=false`
/// behind whatever is true or false.
pub(in crate::cli) fn ported(arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let is = |at: usize, name: &str| arguments.get(at).is_some_and(|a| a == name);
    let fst = command.find_subcommand("fst").filter(|_| is(1, "fst"));
    let name = arguments.get(2).and_then(|a| a.to_str());
    let (Some(fst), Some(op)) = (fst, fst.zip(name).and_then(|(fst, name)| fst.find_subcommand(name))) else {
        return arguments;
    };
    let known = |is: &dyn Fn(&Arg) -> bool| op.get_arguments().chain(fst.get_arguments()).find(|a| is(a));
    // Each with the option that it belongs to.
    let mut read: Vec<(Option<&Id>, OsString)> = Vec::with_capacity(arguments.len());
    let mut value_of = None;
    for (at, argument) in arguments.into_iter().enumerate() {
        let of = value_of.take();
        if at < 3 || of.is_some() {
            read.push((of, argument));
            continue;
        }
        let Some((name, value)) = argument.to_str().and_then(option) else {
            let short = argument.to_str().and_then(short).and_then(|c| known(&|a| a.get_short() == Some(c)));
            value_of = short.filter(|option| awaits_value(option)).map(Arg::get_id);
            read.push((value_of, argument));
            continue;
        };
        let name = name.replace('_', "-");
        if name == "helpshort" && value.is_none() {
            read.push((None, "--help".into()));
            continue;
        }
        let Some(option) = known(&|a| is_named(a, &name)) else {
            read.push((None, argument));
            continue;
        };
        let (id, is_flag) = (Some(option.get_id()), matches!(option.get_action(), ArgAction::SetTrue));
        match (is_flag, value) {
            (true, Some("true" | "1") | None) => read.push((id, format!("--{name}").into())),
            // The last of several counts.
            (true, Some("false" | "0")) => read.retain(|(of, _)| *of != id),
            // Their way to say that there is none.
            (false, Some("")) if has_no_default(option) => read.retain(|(of, _)| *of != id),
            (_, Some(value)) => read.push((id, format!("--{name}={value}").into())),
            (false, None) => {
                value_of = id.filter(|_| awaits_value(option));
                read.push((id, format!("--{name}").into()));
            }
        }
    }
    read.into_iter().map(|(_, argument)| argument).collect()
}

/// Whether the argument behind an option is its value.
fn awaits_value(option: &Arg) -> bool {
    option.get_action().takes_values() && !option.is_require_equals_set()
}

/// The letter of an option that is one.
fn short(argument: &str) -> Option<char> {
    let mut letters = argument.strip_prefix('-')?.chars();
    letters.next().filter(|_| letters.next().is_none())
}

/// Name and value, where an argument looks like an option with a long name.
fn option(argument: &str) -> Option<(&str, Option<&str>)> {
    let (text, dashes) = match argument.strip_prefix("--") {
        Some(text) => (text, 2),
        None => (argument.strip_prefix('-')?, 1),
    };
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    (name.len() > 1 || dashes == 2 && !name.is_empty()).then_some((name, value))
}

fn has_no_default(arg: &Arg) -> bool {
    arg.get_default_values().is_empty() && arg.get_possible_values().is_empty()
}

fn is_named(arg: &Arg, name: &str) -> bool {
    arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|all| all.contains(&name))
}

/// Whether the exit code of a command line is an answer: 0 for yes, 2 for no, and 1 for whatever goes wrong.
pub(in crate::cli) fn asks(arguments: &[OsString]) -> bool {
    let name = arguments.get(2).and_then(|a| a.to_str()).unwrap_or_default();
    arguments.get(1).is_some_and(|a| a == "fst") && ["equal", "equivalent", "isomorphic"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_openfsts_tools_take_is_what_clap_takes() {
        let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let valued = Arg::new("sort-type").long("sort-type").alias("order").short('s');
        let op = Command::new("arcsort").args([flag("reverse-it"), flag("plus"), valued, Arg::new("file")]);
        let command = Command::new("energraph").subcommand(Command::new("fst").subcommand(op));
        let read = |line: &str| {
            let all = ["energraph", "fst", "arcsort"].into_iter().chain(line.split(' ')).map(OsString::from).collect();
            let read: Vec<String> = ported(all, &command).iter().map(|a| a.to_string_lossy().into_owned()).collect();
            read[3..].join(" ")
        };
        for (given, expected) in [
            ("-sort_type=x a", "--sort-type=x a"),
            ("--sort_type x -", "--sort-type x -"),
            ("--sort-type --plus", "--sort-type --plus"),
            ("--sort_type -plus --plus=true", "--sort-type -plus --plus"),
            ("--order=x_y", "--order=x_y"),
            ("-reverse_it --plus=false", "--reverse-it"),
            ("--plus=1 --reverse_it=0", "--plus"),
            ("--plus --reverse-it -plus=false a --plus", "--reverse-it a --plus"),
            ("--plus=perhaps", "--plus=perhaps"),
            ("--sort_type= x", "x"),
            ("--sort_type=y --plus --order= x", "--plus x"),
            ("--order y x --sort-type= --sort-type=z", "x --sort-type=z"),
            ("-s --plus --sort_type= --plus=false", ""),
            ("-s y --sort_type --plus --plus=0", "-s y --sort-type --plus"),
            ("-helpshort", "--help"),
            ("-o x --other_one=1 -5", "-o x --other_one=1 -5"),
        ] {
            assert_eq!(read(given), expected, "{given}");
        }
    }
}
