//! Where something is taken that something else conflicts with: installers don't look.

use perlscan_model::location::Location;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Relation;
use perlscan_model::requirement_range::RequirementRange;

use super::Stock;
use super::installed::Installed;
use super::missing::Missing;
use super::there::{There, shown};
use crate::advisory::AdvisoryError;
use crate::resolve::project::Project;

/// Tells of what the project and the releases conflict with and that is there.
pub(super) fn tell(
    project: &Project,
    installed: &[Installed],
    there: &There<'_>,
    stock: &dyn Stock,
    missing: &mut Missing,
) -> Result<(), AdvisoryError> {
    for requirement in &project.requirements {
        if requirement.relation == Relation::Conflicts
            && let Some(version) = there.version_of(&requirement.module)?
            && requirement.range.contains(&version)
        {
            let message = format!(
                "the project conflicts with {} {}, and {} is taken",
                requirement.module,
                requirement.range_text,
                shown(&version)
            );
            missing.problem(requirement.location.clone(), ProblemKind::Undecided, message);
        }
    }
    for installed in installed {
        let needs = &installed.stocked.needs;
        for need in needs.iter().filter(|need| need.relation == Relation::Conflicts) {
            let Ok(range) = RequirementRange::parse(&need.range) else { continue };
            if let Some(version) = there.version_of(&need.module)?
                && range.accepts(&version)
            {
                let message = format!(
                    "it conflicts with {} {}, and {} is taken as well",
                    need.module,
                    need.range,
                    shown(&version)
                );
                let place = Location::file(stock.place(&installed.path));
                missing.problem(place, ProblemKind::Undecided, message);
            }
        }
    }
    Ok(())
}
