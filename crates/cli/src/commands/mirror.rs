//! `perlscan --mirror PATH`: a scan of projects as a fresh install would have them.

use std::path::Path;

use anyhow::{Context as _, bail};
use perlscan_scanner::mirror::shelf::FolderShelf;
use perlscan_scanner::mirrored::{self, Mirror};
use perlscan_scanner::model::location::SourcePath;

use crate::args::ScanArgs;
use crate::commands::scan::{report, settle};
use crate::places::{Places, way_to};

/// A mirror that the user named, and the path of it in reports.
pub(super) struct Named {
    pub(super) shelf: FolderShelf,
    pub(super) place: SourcePath,
}

/// Opens the mirror at a path, or at a `file://` URL.
pub(super) fn open(path: &Path, places: &Places) -> anyhow::Result<Named> {
    let text = path.to_str().unwrap_or_default();
    let folder = match text.split_once("://") {
        Some(("file", folder)) => Path::new(folder),
        // The rest of it may have a password.
        Some((scheme, _)) => bail!("--mirror: {scheme} is not read; name a folder"),
        None => path,
    };
    let shelf = FolderShelf::open(folder).context("--mirror")?;
    let place = way_to(places.base(), shelf.root());
    Ok(Named { shelf, place })
}

/// Scans, and judges projects without a lock by what the mirror would give.
pub(crate) fn scan(args: &ScanArgs) -> anyhow::Result<u8> {
    let path = args.mirror.as_deref().unwrap_or(Path::new("."));
    report(
        &args.run,
        |settings| {
            let places = Places::of(&args.source)?;
            let named = open(path, &places)?;
            settle(&places, &args.run, settings)?;
            Ok((places.into_source(), named))
        },
        |(source, named), settings, database, progress| {
            let mirror = Mirror {
                shelf: &named.shelf,
                place: named.place,
                settings: args.taken.settings(),
                over_locks: false,
            };
            Ok(mirrored::scan(&source, &mirror, &settings, database, progress)?)
        },
    )
}
