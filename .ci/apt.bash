# For the scripts of this folder and packaging/tools.sh, which may run beside each other:
# programs by apt. To be read by `.`.
# shellcheck shell=bash

# Root installs as it is; elsewhere sudo does.
apt() {
    export DEBIAN_FRONTEND=noninteractive
    if [ "$(id -u)" = 0 ]; then apt-get -qq "$@"; else sudo -E apt-get -qq "$@"; fi
}

# Installs those of the packages that are not there; the lists are asked for only then.
needs() {
    local package there missing=()
    there=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
    for package in "$@"; do
        grep -qxF "$package installed" <<<"$there" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    # Whoever comes second would be refused by apt's own locks, and waits here instead.
    (
        flock 9
        # What it may start does not hold the lock.
        apt update 9>&-
        apt install -y --no-install-recommends "${missing[@]}" >/dev/null 9>&-
    ) 9>"${TMPDIR:-/tmp}/perlscan-ci-apt.lock"
}
