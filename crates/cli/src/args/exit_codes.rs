//! What the exit codes of each command mean: the end of its help, and a page of
//! the documentation. A part a code, parted by `; `.

pub(super) const SCAN: &str = "Exit codes: 0 nothing that fails the run; 1 findings that do; \
     2 it could not do its work: usage, configuration, database, or something could not be read.";

pub(super) const DARKPAN: &str = "Exit codes: 0 nothing that fails the run, or --why is answered; \
     1 findings that do; 2 it could not do its work, or something could not be read or is not what \
     its digests say.";

pub(super) const DARKPAN_DIFF: &str = "Exit codes: 0 no new finding fails the run; 1 findings that \
     do came in, or fail now and did not before; 2 one of the reports can't be read or compared.";

pub(super) const RESOLVE: &str = "Exit codes: 0 all that is required can be had; 1 something can't be; \
     2 it could not do its work: usage, mirror, database, or something could not be read.";

pub(super) const CHECK: &str = "Exit codes: 0 not known to be vulnerable; 1 affected, disputed, or \
     no choice is safe; 2 it could not do its work, or what was asked for can't be read.";

pub(super) const DIFF: &str = "Exit codes: 0 nothing that fails the run came in; 1 findings that \
     do; 2 it could not do its work: usage, repository, database, or something could not be read.";

pub(super) const INVENTORY: &str =
    "Exit codes: 0 all is listed; 2 it could not do its work, or something could not be read.";

pub(super) const EXPLAIN: &str =
    "Exit codes: 0 it is explained; 2 there is no such advisory or rule.";

pub(super) const COMPLETIONS: &str = "Exit codes: 0 the script is written; 2 it could not be.";

pub(super) const MAN: &str = "Exit codes: 0 the pages are written; 2 they could not be.";

pub(super) const DB_STATUS: &str =
    "Exit codes: 0 there is a database; 2 the one that was named can't be used.";

pub(super) const DB_UPDATE: &str = "Exit codes: 0 the database is up to date; 2 it could not be \
     fetched or was refused, and the previous one stays in use.";

pub(super) const DB_BUILD: &str =
    "Exit codes: 0 the facts are written; 2 upstream's data could not be read.";

pub(super) const DB_LINT: &str = "Exit codes: 0 nothing of the level of --fail-on; 1 findings of \
     that level; 2 there is no such data.";

pub(super) const DB_DIFF: &str = "Exit codes: 0 both sides were compared; 1 with --exit-code, they \
     differ; 2 one of them can't be read.";

pub(super) const DB_EXPORT: &str = "Exit codes: 0 the files are written; 2 they could not be.";
