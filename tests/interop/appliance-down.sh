#!/usr/bin/env bash
# appliance-down.sh DIR
# Stops the appliance that appliance-up.sh started in DIR, with what is behind its slots, and waits for its end. What
# it left stays in DIR for reading.
# Exits non-zero when it had to be killed.
set -euo pipefail

[ $# -eq 1 ] || { printf 'usage: %s DIR\n' "$0" >&2; exit 2; }
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

dir="$(cd "$1" && pwd)"
[ -s "$dir/fixture.json" ] || fail "$dir/fixture.json is not there: no appliance was started in $dir"
pid="$(jq -r .pid "$dir/fixture.json")"

trap 'end_backends "$dir"' EXIT

# The number may belong to another process by now.
if is_running "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$dir/ready.json"; then
    stop_appliance "$pid"
    say "The appliance (pid $pid) has stopped"
else
    say "The appliance (pid $pid) was not running"
fi
