//! `perlscan darkpan`: a private CPAN mirror, archive by archive.

use perlscan_scanner::darkpan;

use crate::args::DarkpanArgs;
use crate::commands::scan::judge;
use crate::places::Places;

pub(crate) fn run(args: &DarkpanArgs) -> anyhow::Result<u8> {
    judge(&args.run, darkpan::scan, |_| Places::of(&args.source))
}
