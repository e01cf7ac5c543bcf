//! Settings by which installers take modules from where others may put them.

use std::collections::BTreeMap;

use perlscan_model::location::Location;
use perlscan_model::mirror_setting::{MirrorFlaw, MirrorSetting};
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::resolve::project::Project;

/// How many places of a setting are told one by one.
const PLACES: usize = 10;

/// One remark for each setting and what is wrong with it.
pub(super) fn unsafe_mirrors(project: &Project) -> Vec<Remark> {
    let mut all: BTreeMap<(&str, MirrorFlaw), Vec<&MirrorSetting>> = BTreeMap::new();
    for setting in project.files.iter().flat_map(|file| &file.facts.mirrors) {
        all.entry((setting.setting, setting.flaw)).or_default().push(setting);
    }
    let mut remarks = Vec::new();
    for ((setting, flaw), mut places) in all {
        places.sort_by(|a, b| a.location.cmp(&b.location));
        let Some(first) = places.first() else { continue };
        let message = message(first);
        let locations: Vec<Location> =
            places.iter().take(PLACES).map(|place| place.location.clone()).collect();
        remarks.push(Remark {
            project: project.path.clone(),
            kind: RemarkKind::UnsafeMirror,
            subject: Subject::Setting(match flaw {
                MirrorFlaw::PlainText => format!("{setting} over a plain line"),
                MirrorFlaw::NotRead => format!("{setting} that is not read"),
                _ => setting.to_owned(),
            }),
            message,
            more: places.len() - locations.len(),
            locations,
            fixture: project.fixture,
            fails: false,
        });
    }
    remarks
}

/// What is wrong, and what to do.
fn message(found: &MirrorSetting) -> String {
    let MirrorSetting { setting, flaw, mirror, .. } = found;
    match (flaw, *setting) {
        (MirrorFlaw::PublicFirst, "cpm --mirror") => format!(
            "cpm asks the public index first, and only downloads from {mirror}: use \
             --no-default-resolvers --resolver 02packages,{mirror}"
        ),
        (MirrorFlaw::PublicFirst, _) => format!(
            "{setting} {mirror} is not --mirror-only: cpanm asks the public index first, and takes \
             what anybody has put there under a private module's name; use --from {mirror}"
        ),
        (MirrorFlaw::PublicAsWell, "cpm --resolver") => format!(
            "cpm goes on to the public index for what {mirror} does not have: add \
             --no-default-resolvers"
        ),
        (MirrorFlaw::PublicAsWell, "PERL_CARTON_MIRROR") => format!(
            "Carton goes on to the public index for what {mirror} does not have: commit the \
             snapshot and use carton install --deployment"
        ),
        (MirrorFlaw::PublicAsWell, _) => format!(
            "{setting} {mirror} is not asked alone: what it does not have comes from the public \
             index; use --from {mirror}"
        ),
        (MirrorFlaw::NotRead, "mirror") => format!(
            "cpanm and Carton do not read a cpanfile's mirror, and cpm downloads from {mirror} only \
             what the public index names: use cpanm --from {mirror}"
        ),
        (MirrorFlaw::NotRead, "mirror =>") => format!(
            "a module's mirror counts only beside its dist: without one the public index is asked \
             and {mirror} is not; add dist => 'AUTHOR/Name-1.23.tar.gz'"
        ),
        (MirrorFlaw::NotRead, _) => format!(
            "{setting} names {mirror}, and only cpanm reads it: Carton and cpm, which are used \
             here, ask the public index"
        ),
        (MirrorFlaw::NotVerified, _) => format!(
            "{setting} switches the check of certificates off: whoever is on the way may change \
             what is installed; take it out, and add your authority's certificate instead"
        ),
        (MirrorFlaw::PlainText, _) => format!(
            "{setting} {mirror} is not encrypted: whoever is on the way may change what is \
             installed; use https"
        ),
    }
}
