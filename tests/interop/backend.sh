#!/usr/bin/env bash
# backend.sh DIR SLOT kill|restart
# What is behind a slot of the appliance that appliance-up.sh DIR --slots 2 started: a p11-kit server in front of a
# SoftHSM2 token. kill ends (SIGKILL) the server and the processes that serve its open connections, as a device does
# that loses power; killing the listening server alone would change nothing. restart ends what is left and returns when
# a client sees the token again.
set -euo pipefail

[ $# -eq 3 ] || { printf 'usage: %s DIR SLOT kill|restart\n' "$0" >&2; exit 2; }
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

dir="$(cd "$1" && pwd)"
slot="$2"
home="$dir/backends/$slot"
address="unix:path=$(backend_socket "$dir" "$slot")"
[ -d "$home" ] || fail "$dir has no slot $slot with a backend of its own"

# The server is a session of its own, and what it forks for each connection is in its process group.
kill_backend() {
    local pid deadline=$((SECONDS + 10))
    pid="$(cat "$home/pid" 2>/dev/null || true)"
    if [ -n "$pid" ]; then
        kill -KILL -- "-$pid" 2>/dev/null || true
        while is_running "$pid" && [ "$SECONDS" -lt "$deadline" ]; do
            sleep 0.01
        done
    fi
    rm -f "$home/pid" "${address#unix:path=}"
}

answers() {
    P11_KIT_SERVER_ADDRESS="$address" pkcs11-tool --module "$(p11_kit_client)" --list-token-slots 2>/dev/null \
        | grep -q 'token label'
}

start_backend() {
    local deadline=$((SECONDS + 20)) pid
    SOFTHSM2_CONF="$home/softhsm2.conf" setsid p11-kit server -f -n "$address" --provider "$(softhsm_module)" \
        "pkcs11:model=SoftHSM%20v2" </dev/null >"$home/log" 2>&1 &
    pid=$!
    printf '%s\n' "$pid" >"$home/pid"
    until answers; do
        is_running "$pid" || fail "the p11-kit server of slot $slot ended: $(cat "$home/log")"
        [ "$SECONDS" -lt "$deadline" ] || fail "the p11-kit server of slot $slot does not answer; see $home/log"
        sleep 0.02
    done
}

case "$3" in
    kill) kill_backend ;;
    restart)
        kill_backend
        start_backend
        ;;
    *) fail "unknown action $3; it is kill or restart" ;;
esac
