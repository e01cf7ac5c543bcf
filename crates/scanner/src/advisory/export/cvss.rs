//! CVSS vectors, as far as exports need them.

/// The name that OSV has for a vector's kind; `None` for what its schema refuses.
pub(super) fn osv_type(vector: &str) -> Option<&'static str> {
    base_v3(vector).map(|_| "CVSS_V3")
}

/// The version, `3.0` or `3.1`, and the base score in tenths of a vector of
/// CVSS 3 that has each base metric once and no other metric; `None` for any
/// other text. The formula is that of the specification, section 7.1.
pub(super) fn base_v3(vector: &str) -> Option<(&'static str, u32)> {
    let (version, rest) = match vector.strip_prefix("CVSS:3.1/") {
        Some(rest) => ("3.1", rest),
        None => ("3.0", vector.strip_prefix("CVSS:3.0/")?),
    };
    let mut values = [""; 8];
    for metric in rest.split('/') {
        let (key, value) = metric.split_once(':')?;
        let at =
            ["AV", "AC", "PR", "UI", "S", "C", "I", "A"].iter().position(|name| *name == key)?;
        let slot = values.get_mut(at).filter(|slot| slot.is_empty())?;
        *slot = value;
    }
    let [av, ac, pr, ui, scope, c, i, a] = values;
    let changed = pick(scope, &[("U", 0.0), ("C", 1.0)])? > 0.5;
    let av = pick(av, &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])?;
    let ac = pick(ac, &[("L", 0.77), ("H", 0.44)])?;
    let pr = if changed {
        pick(pr, &[("N", 0.85), ("L", 0.68), ("H", 0.5)])?
    } else {
        pick(pr, &[("N", 0.85), ("L", 0.62), ("H", 0.27)])?
    };
    let ui = pick(ui, &[("N", 0.85), ("R", 0.62)])?;
    let impact = |value| pick(value, &[("H", 0.56), ("L", 0.22), ("N", 0.0)]);
    let iss = 1.0 - (1.0 - impact(c)?) * (1.0 - impact(i)?) * (1.0 - impact(a)?);
    let impact =
        if changed { 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02f64).powi(15) } else { 6.42 * iss };
    if impact <= 0.0 {
        return Some((version, 0));
    }
    let exploitability = 8.22 * av * ac * pr * ui;
    let sum = if changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    Some((version, tenths_up(sum.min(10.0))))
}

fn pick(value: &str, table: &[(&str, f64)]) -> Option<f64> {
    table.iter().find(|(key, _)| *key == value).map(|(_, weight)| *weight)
}

/// "Roundup" of the specification's appendix A: by whole numbers, so that it
/// is the same everywhere.
fn tenths_up(score: f64) -> u32 {
    (1..=100u32)
        .find(|tenth| (score * 100_000.0).round() <= f64::from(*tenth) * 10_000.0)
        .unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that NVD publishes for these vectors.
    #[test]
    fn base_scores_are_those_of_the_published_examples() {
        for (vector, tenths) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
            ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 78),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 75),
        ] {
            assert_eq!(base_v3(vector).map(|(_, tenths)| tenths), Some(tenths), "{vector}");
        }
        for wrong in
            ["", "CVSS:3.1/AV:N", "CVSS:4.0/AV:N", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N"]
        {
            assert_eq!(base_v3(wrong), None, "{wrong}");
        }
    }
}
