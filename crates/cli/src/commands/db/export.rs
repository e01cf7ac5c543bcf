//! `perlscan db export`: the database as a folder of files for others.

use std::io::Write as _;

use perlscan_scanner::advisory::export::{self, Earlier, Format, Material, Options};

use crate::args::{DbExportArgs, ExportFormat};

pub(super) fn run(args: &DbExportArgs) -> anyhow::Result<u8> {
    let format = match args.format {
        ExportFormat::CpansaFeed => Format::CpansaFeed,
        ExportFormat::Osv => Format::Osv,
        ExportFormat::Csaf => Format::Csaf,
        ExportFormat::Json => Format::Json,
    };
    let mut options = Options {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        osv_without_package: args.osv_without_package,
        ..Options::default()
    };
    if let Some(name) = &args.publisher_name {
        options.publisher_name.clone_from(name);
    }
    if let Some(namespace) = &args.publisher_namespace {
        let namespace = namespace.trim_end_matches('/');
        options.publisher_namespace = namespace.to_owned();
        options.base_url = format!("{namespace}/csaf");
    }
    if let Some(url) = &args.base_url {
        options.base_url = url.trim_end_matches('/').to_owned();
    }
    let material = Material::of(&args.database.open()?)?;
    let earlier = Earlier::read(&args.out, format)?;
    let files = export::files(&material, format, &options, &earlier)?;
    let done = export::write::write(&files, format, &args.out)?;
    let mut err = std::io::stderr().lock();
    writeln!(
        err,
        "{}: {} files written, {} unchanged, {} removed ({} reviewed corrections applied)",
        args.out.display(),
        done.written,
        done.unchanged,
        done.removed,
        material.corrections.len(),
    )?;
    if done.left > 0 {
        writeln!(
            err,
            "{} files of an earlier export have been changed since and were left",
            done.left
        )?;
    }
    Ok(0)
}
