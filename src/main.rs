//! The `energraph` command.

fn main() -> std::process::ExitCode {
    energraph::cli::run(std::env::args_os())
}
