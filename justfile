# Every habit by name. `just ready` is what CI runs.

# List the recipes.
default:
    @just --list

# The tests; nothing else needs to be installed.
test:
    cargo test --workspace --locked

# Formatting, lints, docs, dependencies.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
    cargo deny --offline check bans licenses sources

# Exactly what CI runs.
ready:
    .ci/run

# Make the committed facts anew from upstream's data: PATH holds the unpacked
# cpan-security-advisory.json, corelist.json, cpansa/ and external_reports/.
facts PATH:
    cargo run --release --locked -- db build --feed "{{PATH}}/cpan-security-advisory.json" --checkout "{{PATH}}" --core-list "{{PATH}}/corelist.json" --out crates/scanner/data

# What upstream's checkout and its feed say differently; test-corpus/advisories/SOURCES.md
# explains the result.
compare-sources PATH:
    cargo run --release --locked -p perlscan-scanner --example compare_sources -- "{{PATH}}" "{{PATH}}/cpan-security-advisory.json"

# Hold the committed facts, the lint and the signature to upstream's data: PATH, absolute,
# holds the feed and its signature.
upstream PATH:
    perl test-corpus/verdicts/digest.pl --feed "{{PATH}}/cpan-security-advisory.json" | diff - test-corpus/verdicts/digest.json
    perl test-corpus/verdicts/reference.pl --feed "{{PATH}}/cpan-security-advisory.json" --digest | diff - test-corpus/verdicts/reference-digest.json
    .ci/references
    cargo build --locked
    .ci/lint-counts target/debug/perlscan "{{PATH}}/cpan-security-advisory.json"
    PERLSCAN_UPSTREAM="{{PATH}}" cargo test --locked -p perlscan-scanner --test fetch upstreams_own
    PERLSCAN_UPSTREAM="{{PATH}}" cargo test --locked -p perlscan --test cli upstreams_own

# Write what the program says of itself and what it prints into the documentation.
docs:
    UPDATE_DOCS=1 cargo test --locked -p perlscan --bin perlscan reference
    UPDATE_DOCS=1 cargo test --locked -p perlscan --test docs commands
    git diff --stat -- docs README.md

# The action, workflows and examples.
action:
    cargo build --locked
    .ci/action target/debug/perlscan

# The formats for continuous integration, by prove, xmllint, cmark-gfm and the runner's rules.
formats:
    cargo build --locked
    .ci/formats target/debug/perlscan
    .ci/sarif

# More findings than code scanning takes, by sarif-multitool with GitHub's rules.
sarif-limits:
    cargo build --release --locked
    .ci/sarif-limits target/release/perlscan

# Private mirrors made of the archives that .ci/archives unpacks to ARCHIVES: by real
# Pinto, Perl, git, gpg, cpanm and Carton.
darkpan ARCHIVES:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked
    mirror=$(mktemp -d)
    trap 'rm -rf "$mirror"' EXIT
    .ci/upstream-mirror "{{ARCHIVES}}" "$mirror"
    for script in darkpan darkpan-graph mirrors mirror-trust resolve; do
        ".ci/$script" "{{ARCHIVES}}" target/debug/perlscan "$mirror"
    done

# Private mirrors beside gzip, of the same archives; writes bench/DARKPAN.md.
bench-darkpan ARCHIVES:
    bench/darkpan "{{ARCHIVES}}"

# What is published for Linux, built, installed and checked.
packages:
    .ci/packages

# Sizes and times of the shipped binaries; writes bench/PACKAGES.md.
bench-packages:
    bench/packages

# Comparisons of commits and the hook; writes bench/CHANGE.md.
bench-change:
    bench/change

# The hooks by the real pre-commit, which builds perlscan, too.
pre-commit:
    cargo build --locked
    .ci/pre-commit target/debug/perlscan

# Build the book and check its links.
book:
    .ci/docs

# Every fuzz target for SECONDS each (needs cargo-fuzz and g++).
fuzz SECONDS="60":
    bench/fuzz {{SECONDS}}

# Change the code of versions, ranges and verdicts, and see whether a test notices
# (needs cargo-mutants; takes hours).
mutants:
    cargo mutants --package perlscan-model --file crates/model/src/version.rs --file crates/model/src/range.rs --file crates/model/src/release_version.rs --file crates/model/src/requirement_range.rs --file crates/model/src/advisory/matcher.rs --test-workspace=true
    cargo mutants --package perlscan-scanner --file crates/scanner/src/audit/judge.rs --file crates/scanner/src/audit/groups.rs --file crates/scanner/src/audit/advice.rs

# Side by side with the peers; writes bench/RESULTS.md.
bench:
    bench/run

# Trees of Perl source, side by side with the peers; writes bench/SOURCE.md.
bench-source:
    bench/source
