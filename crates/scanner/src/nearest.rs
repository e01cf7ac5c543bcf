//! The nearest known word, for messages about a typing error.

/// The word that is nearest to another one, when a few slips of the fingers lie
/// between them: at most a third of its letters.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // A key of a thousand letters is no slip, and would cost a table of that size.
    if word.len() > 64 {
        return None;
    }
    let (distance, nearest) = known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= nearest.len().div_ceil(3)).then_some(nearest)
}

/// How many letters have to be put in, left out or exchanged (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = usize::from(x != *y);
            let best = (diagonal + cost).min(left + 1).min(*above + 1);
            diagonal = *above;
            *above = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        // The textbook's examples.
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("saturday", "sunday"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn a_slip_finds_its_word() {
        let known = ["affected_versions", "fixed_versions", "id"];
        assert_eq!(nearest("afected_versions", &known), Some("affected_versions"));
        assert_eq!(nearest("fixed_version", &known), Some("fixed_versions"));
        assert_eq!(nearest("colour", &known), None);
    }
}
