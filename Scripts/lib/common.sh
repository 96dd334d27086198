# Shared by the scripts of this folder: where things are, how progress is told, and the packages that are needed.
# Sourced by bash with `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
started=$(date +%s)

# step WHAT: says what is being done, with the seconds since the script began.
step() {
    printf '[%4ds] %s\n' "$(($(date +%s) - started))" "$*" >&2
}

# fail WHAT [HINT]: ends the script.
fail() {
    printf 'error: %s\n' "$1" >&2
    if [ $# -gt 1 ]; then printf 'hint: %s\n' "$2" >&2; fi
    exit 1
}

# as_root COMMAND…: with the rights that installing a package needs.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@" || fail "cannot run as root: $*" "run it by hand, then this script again"
    else
        fail "needs root for: $*" "run it by hand as root, then this script again"
    fi
}

# The newest installed PostgreSQL server programs, or nothing.
postgres_programs() {
    local directory
    for directory in "${ENVCTL_POSTGRES_BIN:-}" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) \
        $(ls -d /opt/homebrew/opt/postgresql@*/bin 2>/dev/null | sort -Vr); do
        if [ -x "$directory/postgres" ] && [ -x "$directory/initdb" ]; then
            echo "$directory"
            return
        fi
    done
}

# Installs Debian packages that are missing, without a cluster of Debian's own being made or started for PostgreSQL.
install_packages() {
    local missing=() package
    if ! command -v apt-get >/dev/null; then
        [ -n "$(postgres_programs)" ] || fail "PostgreSQL server programs are missing" "macOS: brew install postgresql@17 curl openssl@3 expat zlib"
        return
    fi
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi
    step "installing Debian packages: ${missing[*]}"
    apt_get update
    local settings=/etc/postgresql-common/createcluster.conf saved=""
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then
        # Debian's postgresql package makes and starts a cluster of its own, which nobody here asked for: it is told not
        # to while it installs, and its settings are put back afterwards.
        apt_get install -y postgresql-common
        saved=$(mktemp)
        cp "$settings" "$saved"
        echo "create_main_cluster = false" | as_root tee -a "$settings" >/dev/null
    fi
    apt_get install -y "${missing[@]}"
    if [ -n "$saved" ]; then
        as_root cp "$saved" "$settings"
        rm -f "$saved"
    fi
}

# apt-get without questions and, when it succeeds, without words.
apt_get() {
    local log
    log=$(mktemp)
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "apt-get $* failed"
    fi
    rm -f "$log"
}

# What every build needs.
set_up() {
    command -v swift >/dev/null || fail "there is no Swift toolchain" "install Swift 6.1 or newer: https://www.swift.org/install"
    install_packages pkg-config libpq-dev libcurl4-openssl-dev libssl-dev libexpat1-dev zlib1g-dev postgresql
    [ -n "$(postgres_programs)" ] || fail "PostgreSQL server programs are missing" "apt-get install postgresql, or set ENVCTL_POSTGRES_BIN"
}

# How many seconds a command took, told after it.
timed() {
    local what="$1" begin
    shift
    begin=$(date +%s)
    "$@"
    step "$what took $(($(date +%s) - begin)) s"
}

# Release builds have a folder of their own: they and the debug builds of the tests never wait for each other's lock.
release=(--configuration release --scratch-path .build-release)
# With Swift's library linked in, the programs run where no toolchain is, and a server takes some 4 MB less.
[ "$(uname)" != Linux ] || release+=(--static-swift-stdlib)

# Builds the two programs in release, silently unless that fails; leaves their directory in $bin.
build_release() {
    local log product
    log=$(mktemp)
    for product in envctl extenddb-server; do
        if ! swift build "${release[@]}" --product "$product" >"$log" 2>&1; then
            tail -40 "$log" >&2
            rm -f "$log"
            fail "the build of $product failed"
        fi
    done
    rm -f "$log"
    bin=$(swift build "${release[@]}" --show-bin-path)
}
