//! What was measured, from the files that the measuring programs write.

use std::fmt::Write as _;

/// The files, and what each is about.
const FILES: [(&str, &str); 2] = [
    ("bench/RESULTS.md", "Small projects, many releases, large trees"),
    ("bench/SOURCE.md", "Trees of Perl source"),
];

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Measurements\n\nHow long perlscan takes beside other programs, as `bench/run` and \
         `bench/source` of the repository measured it. What the numbers mean is told in \
         [the comparison](../explanation/comparison.md).\n",
    );
    for (file, about) in FILES {
        let _ = write!(page, "\n## {about}\n\n");
        // The title gives way to ours; a picture is in the repository only.
        let text = super::text(file);
        let body: Vec<&str> = text
            .lines()
            .skip(1)
            .skip_while(|line| line.is_empty())
            .filter(|line| !line.starts_with("!["))
            .collect();
        let mut gap = false;
        for line in body {
            if line.is_empty() && gap {
                continue;
            }
            gap = line.is_empty();
            let line =
                line.strip_prefix("## ").map_or_else(|| line.to_owned(), |h| format!("### {h}"));
            page.push_str(&line);
            page.push('\n');
        }
    }
    page
}
