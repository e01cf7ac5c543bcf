//! `perlscan --mirror PATH|URL`: a scan of projects as a fresh install would have them.

use std::path::Path;

use anyhow::Context as _;
use perlscan_scanner::mirror::shelf::{FolderShelf, Shelf};
use perlscan_scanner::mirrored::{self, Mirror};
use perlscan_scanner::model::location::SourcePath;

use crate::args::ScanArgs;
use crate::commands::remote::Remote;
use crate::commands::scan::{report, settle};
use crate::places::{Places, way_to};
use crate::progress::Progress;

/// A mirror that the user named, and the path of it in reports.
pub(super) struct Named {
    way: Way,
    pub(super) place: SourcePath,
}

/// Where a mirror is.
enum Way {
    /// On this machine.
    Here(FolderShelf),
    /// On another one.
    There(Remote),
}

impl Named {
    /// What gives out its archives; `progress` is told of those that are fetched.
    pub(super) fn shelf(self, progress: &Progress) -> anyhow::Result<Box<dyn Shelf + '_>> {
        match self.way {
            Way::Here(shelf) => Ok(Box::new(shelf)),
            Way::There(remote) => remote.shelf(progress).context("--mirror"),
        }
    }
}

/// Finds the mirror at a path, or at a URL of `file` or `https`.
pub(super) fn find(path: &Path, places: &Places, offline: bool) -> anyhow::Result<Named> {
    let text = path.to_str().unwrap_or_default();
    let folder = match text.split_once("://") {
        Some(("file", folder)) => Path::new(folder),
        Some(_) => {
            let remote = Remote::prepare(text, offline).context("--mirror")?;
            let place = remote.place();
            return Ok(Named { way: Way::There(remote), place });
        }
        None => path,
    };
    let shelf = FolderShelf::open(folder).context("--mirror")?;
    let place = way_to(places.base(), shelf.root());
    Ok(Named { way: Way::Here(shelf), place })
}

/// Scans, and judges projects without a lock by what the mirror would give.
pub(crate) fn scan(args: &ScanArgs) -> anyhow::Result<u8> {
    let path = args.mirror.as_deref().unwrap_or(Path::new("."));
    report(
        &args.run,
        |settings| {
            let places = Places::of(&args.source)?;
            let named = find(path, &places, args.run.network.offline)?;
            settle(&places, &args.run, settings)?;
            Ok((places.into_source(), named))
        },
        |(source, named), settings, database, progress| {
            let place = named.place.clone();
            let shelf = named.shelf(progress)?;
            let mirror = Mirror {
                shelf: &*shelf,
                place,
                settings: args.taken.settings(),
                over_locks: false,
            };
            Ok(mirrored::scan(&source, &mirror, &settings, database, progress)?)
        },
    )
}
