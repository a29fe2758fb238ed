#!/usr/bin/env bash
# Shared by test.sh, demo.sh and tests/interop: says what it does, installs what is missing, builds once.
set -euo pipefail

REPOSITORY="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export REPOSITORY
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1

# Debian's Python has Debian's gRPC; another python3 that comes first on the PATH does not.
SYSTEM_PYTHON=/usr/bin/python3

# What tests, demo and fixture need, as PROBE=PACKAGE. A probe is a command, the pattern of a file, or a Python module.
NEEDS=(
    command:softhsm2-util=softhsm2
    "file:/usr/lib/*softhsm/libsofthsm2.so=softhsm2"
    "file:/usr/lib/*/libsqlite3.so.0=libsqlite3-0"
    "file:/usr/lib/postgresql/*/bin/initdb=postgresql"
    command:openssl=openssl
    command:curl=curl
    command:jq=jq
    command:oathtool=oathtool
    python:grpc=python3-grpcio
    python:google.protobuf=python3-protobuf
    python:rfc3161ng=python3-rfc3161ng
    command:protoc=protobuf-compiler
    file:/usr/include/google/protobuf/any.proto=libprotobuf-dev
)

# What a second vendor's tokens and a remote token that can be killed need.
SLOT_NEEDS=(
    command:p11-kit=p11-kit
    "file:/usr/libexec/p11-kit/p11-kit-server=p11-kit"
    "file:/usr/lib/*/pkcs11/p11-kit-client.so=p11-kit-modules"
    command:pkcs11-tool=opensc
    "file:/usr/lib/*/libsoftokn3.so=libnss3"
    command:certutil=libnss3-tools
)

# What the npm packages of tests/interop need; only tests run them.
NODE_NEEDS=(
    command:node=nodejs
    command:npm=npm
)

# What drives HTTP/1.1 in load/ratio.sh.
LOAD_NEEDS=(
    command:wrk=wrk
)

# What the modules in C that tests put beneath the appliance are built with.
NATIVE_NEEDS=(
    command:cc=gcc
    file:/usr/include/stdio.h=libc6-dev
)

# What sets clocks wrong for the tests of the clock watch, and what the chronyd of fetch_chronyd is linked with.
CLOCK_NEEDS=(
    "file:/usr/lib/*/faketime/libfaketimeMT.so.1=faketime"
    "file:/usr/lib/*/libcap.so.2=libcap2"
    "file:/usr/lib/*/libgnutls.so.30=libgnutls30"
    "file:/usr/lib/*/libnettle.so.8=libnettle8"
    "file:/usr/lib/*/libseccomp.so.2=libseccomp2"
)

say() { printf '%s\n' "==> $*"; }

fail() {
    printf '%s\n' "error: $*" >&2
    exit 1
}

is_there() {
    case "$1" in
        command:*) command -v "${1#command:}" >/dev/null ;;
        file:*) compgen -G "${1#file:}" >/dev/null ;;
        python:*) "$SYSTEM_PYTHON" -c "import ${1#python:}" 2>/dev/null ;;
        *) fail "unknown probe $1" ;;
    esac
}

missing_packages() {
    local need
    for need in "$@"; do
        is_there "${need%%=*}" || printf '%s\n' "${need##*=}"
    done | sort -u
}

# Installs with apt what the probes miss; asks for nothing, and runs apt only when something is missing.
install_missing() {
    local packages=() as_root=()
    mapfile -t packages < <(missing_packages "$@")
    if [ "${#packages[@]}" -eq 0 ]; then
        return
    fi

    command -v apt-get >/dev/null || fail "missing: ${packages[*]}; there is no apt-get here to install them with"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing: ${packages[*]}; run as root: apt-get install ${packages[*]}"
        as_root=(sudo)
    fi

    say "Installing ${packages[*]}"
    local log="$REPOSITORY/artifacts/install.log" apt
    mkdir -p "${log%/*}"
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300)
    if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; } \
        </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt could not install ${packages[*]}; the whole log is $log"
    fi

    mapfile -t packages < <(missing_packages "$@")
    [ "${#packages[@]}" -eq 0 ] || fail "still missing after the installation: ${packages[*]}"
}

# Installs the npm packages of tests/interop when they are not there as the lock file has them.
install_node_packages() {
    local folder="$REPOSITORY/tests/interop" log="$REPOSITORY/artifacts/npm.log"
    local installed="$folder/node_modules/.installed-lock.json"
    install_missing "${NODE_NEEDS[@]}"
    if cmp -s "$folder/package-lock.json" "$installed"; then
        return
    fi

    say "Installing the npm packages of tests/interop"
    mkdir -p "${log%/*}"
    if ! (cd "$folder" && npm ci) </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "npm could not install them; the whole log is $log"
    fi

    cp "$folder/package-lock.json" "$installed"
}

# Into the working folder; package lists that are missing or too old are fetched.
download() {
    apt-get -q download "$1" && return
    if [ "$(id -u)" -eq 0 ]; then
        apt-get -q update
    else
        sudo apt-get -q update
    fi

    apt-get -q download "$1"
}

# Puts Debian's chronyd into artifacts/chrony where the system has none. It is not installed: that would take the place
# of the machine's own time service, and set its clock.
fetch_chronyd() {
    local folder="$REPOSITORY/artifacts/chrony" log="$REPOSITORY/artifacts/install.log"
    install_missing "${CLOCK_NEEDS[@]}"
    if [ -x /usr/sbin/chronyd ] || [ -x "$folder/usr/sbin/chronyd" ]; then
        return
    fi

    say "Fetching chronyd"
    rm -rf "$folder"
    mkdir -p "$folder"
    if ! (cd "$folder" && download chrony && dpkg -x chrony_*.deb .) </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt could not fetch chrony; the whole log is $log"
    fi
}

find_dotnet() {
    local folder
    if ! command -v dotnet >/dev/null; then
        for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /opt/dotnet; do
            if [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then
                export DOTNET_ROOT="$folder" PATH="$folder:$PATH"
                break
            fi
        done
    fi

    command -v dotnet >/dev/null || fail "there is no dotnet; install the .NET 10 SDK: https://dot.net/download"
    (cd "$REPOSITORY" && dotnet --version >/dev/null 2>&1) \
        || fail "global.json asks for a .NET 10 SDK; here is: $(dotnet --list-sdks | tr '\n' ' ')"
}

# build WHAT: builds a solution or project in Release, quietly unless it fails. The log goes to a file, so that a
# compiler server that outlives the build does not keep the caller's output open.
build() {
    local log="$REPOSITORY/artifacts/build.log" started=$SECONDS
    find_dotnet
    say "Building $1 (Release)"
    mkdir -p "${log%/*}"
    if ! dotnet build "$REPOSITORY/$1" -c Release -v q -nologo </dev/null >"$log" 2>&1; then
        grep -E 'error|warning' "$log" | sort -u | head -n 40 >&2 || tail -n 40 "$log" >&2
        fail "the build failed; the whole log is $log"
    fi

    say "Built in $((SECONDS - started)) s"
}

# build_native FOLDER NAME: builds a shared library of a folder's C files as artifacts/native/NAME.so.
build_native() {
    local target="$REPOSITORY/artifacts/native/$2.so" folder="$REPOSITORY/$1"
    mkdir -p "${target%/*}"
    if [ ! -e "$target" ] || [ -n "$(find "$folder" -name '*.[ch]' -newer "$target" -print -quit)" ]; then
        say "Building $1"
        cc -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -o "$target.$$" "$folder"/*.c \
            -ldl -pthread || fail "cc could not build $1"
        mv "$target.$$" "$target"
    fi
}
