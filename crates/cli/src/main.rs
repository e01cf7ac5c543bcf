//! The `perlscan` command.

fn main() {}
