# What the scripts of this folder have in common; to be read by `.`, at the root.
# shellcheck shell=bash

PYTHON=${PYTHON:-python3}
export PYTHON

# The version, which stands in Cargo.toml and nowhere else.
version() {
    sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"$/\1/p' Cargo.toml
}

target_folder() {
    echo "${CARGO_TARGET_DIR:-target}"
}

# The moment that files in archives are of: the last commit's, so that whoever
# builds again gets the same bytes.
epoch() {
    echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
}

# Sets what differs between targets: `suffix` of the binary, `features` of cargo,
# and the environment.
settings_of() {
    suffix=
    features=
    case $1 in
        *-windows-*) suffix=.exe features="--features pgp" ;;
        # There is no gpgv on most of these machines.
        *-apple-*) features="--features pgp" ;;
        x86_64-unknown-linux-musl)
            # The C of libgit2, ring and mimalloc has to be compiled against musl's
            # headers; its compiler is Debian's and Ubuntu's musl-tools.
            export CC_x86_64_unknown_linux_musl=${CC_x86_64_unknown_linux_musl:-musl-gcc}
            # Nothing unwinds, so the tables for it are a twentieth of the binary for nobody.
            export CFLAGS_x86_64_unknown_linux_musl=-fno-asynchronous-unwind-tables
            export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS=-Cforce-unwind-tables=no
            ;;
        aarch64-unknown-linux-musl)
            export CC_aarch64_unknown_linux_musl=${CC_aarch64_unknown_linux_musl:-musl-gcc}
            export CFLAGS_aarch64_unknown_linux_musl=-fno-asynchronous-unwind-tables
            export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUSTFLAGS=-Cforce-unwind-tables=no
            ;;
    esac
    export suffix features
}
