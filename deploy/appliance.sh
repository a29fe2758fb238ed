#!/usr/bin/env bash
# Sourced by demo.sh and tests/interop: a throwaway appliance in a folder of its own, with a SoftHSM2 token, a store
# and free loopback ports. Needs deploy/setup.sh first.
set -euo pipefail

APPLIANCE="${APPLIANCE:-$REPOSITORY/artifacts/bin/Appliance.Server/release/appliance}"
READY_SECONDS=90
STOP_SECONDS=40

softhsm_module() {
    local module
    for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
        if [ -e "$module" ]; then
            printf '%s\n' "$module"
            return
        fi
    done
    fail "libsofthsm2.so is nowhere under /usr/lib; install softhsm2"
}

# The library through which a p11-kit server's tokens are seen; P11_KIT_SERVER_ADDRESS says which server's.
p11_kit_client() {
    local module
    module="$(compgen -G '/usr/lib/*/pkcs11/p11-kit-client.so' | head -n 1)"
    [ -n "$module" ] || fail "p11-kit-client.so is nowhere under /usr/lib; install p11-kit-modules"
    printf '%s\n' "$module"
}

# backend_socket DIR SLOT: where the p11-kit server of a slot listens.
backend_socket() { printf '%s/%s.sock\n' "$1" "$2"; }

# add_backend DIR SLOT SETTING: puts a p11-kit server in front of the tokens in DIR/backends/SLOT/tokens, and the
# section SETTING of the configuration (a jq path) gets it, hosted in a process of its own: the client library knows one
# server per process.
add_backend() {
    local dir="$1" slot="$2" setting="$3" home="$1/backends/$2"
    cat >"$home/softhsm2.conf" <<EOF
directories.tokendir = $home/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
EOF
    "$REPOSITORY/tests/interop/backend.sh" "$dir" "$slot" restart
    jq --arg library "$(p11_kit_client)" --arg address "unix:path=$(backend_socket "$dir" "$slot")" \
        "$setting = (.Token"' + {
            Module: $library, Hosting: "process", Environment: {P11_KIT_SERVER_ADDRESS: $address}
        })' "$dir/appsettings.json" >"$dir/appsettings.json.new"
    mv "$dir/appsettings.json.new" "$dir/appsettings.json"
}

# end_backends DIR: ends what is behind the slots of an appliance.
end_backends() {
    local home
    for home in "$1"/backends/*/; do
        if [ -d "$home" ]; then
            "$REPOSITORY/tests/interop/backend.sh" "$1" "$(basename "$home")" kill
        fi
    done
}

# new_installation DIR NAME: token, PIN file and configuration in DIR; the store comes with "appliance init".
new_installation() {
    local dir="$1" name="$2" pin
    mkdir -p "$dir/tokens"
    chmod 700 "$dir"
    cat >"$dir/softhsm2.conf" <<EOF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
EOF
    use_installation "$dir"

    pin="$(openssl rand -hex 8)"
    (umask 077 && printf '%s' "$pin" >"$dir/pin")
    softhsm2-util --init-token --free --label "$name" --pin "$pin" --so-pin "$(openssl rand -hex 8)" >/dev/null
    jq -n --arg store "$dir/store.db" --arg library "$(softhsm_module)" --arg token "$name" --arg pin "$dir/pin" '{
        Store: {Path: $store},
        Token: {Module: $library, Token: $token, PinFile: $pin},
        Listen: {Rest: "http://127.0.0.1:0", Grpc: "http://127.0.0.1:0"},
        Totp: {Issuer: "Signing appliance"},
        Info: {Name: "Signing appliance", Region: "RO"}
    }' >"$dir/appsettings.json"
}

# use_installation DIR: what the commands and the server need in their environment.
use_installation() {
    find_dotnet
    DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
    export DOTNET_ROOT SOFTHSM2_CONF="$1/softhsm2.conf"
}

# appliance DIR COMMAND...: a command of the appliance on the installation in DIR.
appliance() {
    local dir="$1"
    shift
    "$APPLIANCE" "$@" --config "$dir/appsettings.json"
}

# add_units DIR ALGORITHM...: an open time-stamping unit per algorithm, named like it (rsa2048, p256), before the start.
# DIR/units.json gets what "timestamp unit create" answers; for a day the clock is taken at the operator's word.
add_units() {
    local dir="$1" algorithm name
    shift
    for algorithm in "$@"; do
        name="$(printf '%s' "$algorithm" | tr -d - | tr '[:upper:]' '[:lower:]')"
        appliance "$dir" timestamp unit create "$name" --algorithm "$algorithm" --out "$dir/$name.pem" --json
        jq --arg name "$name" --arg file "$dir/$name.pem" --arg until "$(date -u -d '+1 day' +%FT%TZ)" '
            .Timestamping.Units[$name] = {Certificates: $file} | .Timestamping.Clock.AssertedUntil = $until
        ' "$dir/appsettings.json" >"$dir/appsettings.json.new"
        mv "$dir/appsettings.json.new" "$dir/appsettings.json"
    done >"$dir/units.json"
}

is_running() { [ -n "${1:-}" ] && [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# start_appliance DIR: serves in the background, apart from this terminal; returns when it is ready. DIR/ready.json
# then holds rest, grpc and pid, DIR/appliance.log what it says.
start_appliance() {
    local dir="$1" pid deadline=$((SECONDS + READY_SECONDS))
    rm -f "$dir/ready.json"
    setsid "$APPLIANCE" serve --config "$dir/appsettings.json" --ready-file "$dir/ready.json" \
        </dev/null >"$dir/appliance.log" 2>&1 &
    pid=$!
    until jq -e '.rest and .grpc and .pid' "$dir/ready.json" >/dev/null 2>&1; do
        if ! is_running "$pid"; then
            tail -n 40 "$dir/appliance.log" >&2
            fail "the appliance ended before it was ready; its log is $dir/appliance.log"
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            kill "$pid" 2>/dev/null || true
            tail -n 40 "$dir/appliance.log" >&2
            fail "the appliance was not ready within $READY_SECONDS s; its log is $dir/appliance.log"
        fi
        sleep 0.05
    done
}

# stop_appliance PID: asks it to stop, waits, and fails when it had to be killed.
stop_appliance() {
    local pid="$1" deadline=$((SECONDS + STOP_SECONDS))
    kill -TERM "$pid" 2>/dev/null || return 0
    while is_running "$pid"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            kill -KILL "$pid" 2>/dev/null || true
            fail "the appliance (pid $pid) did not stop within $STOP_SECONDS s and was killed"
        fi
        sleep 0.05
    done
}
