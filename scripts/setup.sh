#!/bin/sh
# Installs what is missing: system libraries, .venv, the locked dependencies, the project itself.
# `setup.sh run` is for running Solidarity, `setup.sh tests` for its tests too. A second run is instant.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
    run)
        lock=requirements.lock
        apt_packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig"
        brew_packages="pango"
        ;;
    tests)
        lock=requirements-dev.lock
        apt_packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig
            postgresql chromium poppler-utils qpdf libzbar0"
        brew_packages="pango postgresql@16 poppler qpdf zbar"
        ;;
    *)
        echo "usage: setup.sh run|tests" >&2
        exit 2
        ;;
esac

say() { echo "setup: $*" >&2; }
fail() { say "$*"; exit 1; }

stamp=.setup-stamp-$kind
wanted=$(cat "$lock" pyproject.toml scripts/setup.sh | cksum)
is_done() {
    [ -x .venv/bin/solidarity ] && [ -f "$1" ] && [ "$(cat "$1")" = "$2" ] && .venv/bin/python -c '' 2>/dev/null
}
is_done "$stamp" "$wanted" && exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

apt_install() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    say "installing$missing"
    # shellcheck disable=SC2086 # a list of names
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=500 update >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=500 \
            install -y --no-install-recommends $missing >&2; then
        return 0
    fi
    fail "these packages are needed, install them as root and try again: apt-get install$missing"
}

install_libraries() {
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086 # a list of names
        apt_install $apt_packages
    elif command -v brew >/dev/null; then
        for package in $brew_packages; do
            brew list --versions "$package" >/dev/null 2>&1 || brew install "$package" >&2
        done
    else
        say "neither apt nor brew here: Pango and HarfBuzz (with its subset library) have to be installed already"
    fi
}

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Debian's own Python is built with profiling and faster than most others.
find_python() {
    for candidate in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 \
        /opt/homebrew/bin/python3 /usr/local/bin/python3; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

make_environment() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
        return 0
    fi
    python=$(find_python) || fail "Python 3.11 or later is needed"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        command -v apt-get >/dev/null || fail "$python has no venv module"
        apt_install "python3-venv"
    fi
    say "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
}

install_python_packages() {
    say "installing the locked dependencies"
    pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install -qq"
    $pip --require-hashes -r "$lock"
    $pip --no-deps --no-build-isolation -e .
}

install_libraries
make_environment
install_python_packages
.venv/bin/python - <<'CHECK' || fail "the letters cannot be made: see the message above"
from solidarity.letters.pdf import LetterRenderer

LetterRenderer()
CHECK
echo "$wanted" > "$stamp"
if [ "$kind" = tests ]; then
    # Whoever can run the tests can run the program.
    cat requirements.lock pyproject.toml scripts/setup.sh | cksum > .setup-stamp-run
fi
say "done"
