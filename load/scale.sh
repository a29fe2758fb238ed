#!/usr/bin/env bash
# scale.sh [CREDENTIALS [RECORDS [DIR]]]
# What a large store costs: fills a fresh one with CREDENTIALS (1,000,000) signers of a factor and a credential each and
# with RECORDS (10,000,000) audit records, then prints
#   how long "appliance serve" takes to be ready and what is resident then, three times with the store in the page
#   cache and once without; what is resident at most while load/ratio's unary case signs
#   reserve and consume pairs with 64 callers against this store and an empty one, by turns, and their ratio.
# Needs some 6 GB of disk and ten minutes. With DIR the filled installation is kept there, or used again.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

credentials="${1:-1000000}" records="${2:-10000000}" dir="${3:-}"
install_missing "${NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj >&2
build load/Appliance.Load/Appliance.Load.csproj >&2
build bench/Appliance.Benchmarks/Appliance.Benchmarks.csproj >&2
benchmarks="$REPOSITORY/artifacts/bin/Appliance.Benchmarks/release/Appliance.Benchmarks"

if [ -z "$dir" ]; then
    dir="$(mktemp -d)"
    trap '"$REPOSITORY/tests/interop/appliance-down.sh" "$dir" >&2 || true; rm -rf "$dir"' EXIT
fi

# resident FIELD: MB of the server, VmRSS now or VmHWM at most.
resident() {
    awk -v field="$1:" '$1 == field { printf "%.0f", $2 / 1024 }' "/proc/$(jq -r .pid "$dir/ready.json")/status"
}

# serve WHAT: starts the server and says how long it took.
serve() {
    local began ended
    began="$(date +%s%N)"
    start_appliance "$dir"
    ended="$(date +%s%N)"
    printf '%s: ready after %d ms, %s MB resident\n' "$1" "$(((ended - began) / 1000000))" "$(resident VmRSS)"
}

stop() { stop_appliance "$(jq -r .pid "$dir/ready.json")"; }

if [ ! -e "$dir/fixture.json" ]; then
    SIGNERS=16 "$REPOSITORY/tests/interop/appliance-up.sh" "$dir" >&2
    use_installation "$dir"
    stop
    "$benchmarks" --fill "$dir/store.db" "$credentials" "$records"
fi

use_installation "$dir"
printf 'store: %d MB\n' "$(($(stat -c %s "$dir/store.db") / 1000000))"
for _ in 1 2 3; do
    serve "in the page cache"
    stop
done

# Drops the file's pages from the cache, and nobody else's.
dd of="$dir/store.db" oflag=nocache conv=notrunc,fdatasync count=0 status=none
serve "not in the page cache"
jq --slurpfile ready "$dir/ready.json" '. + ($ready[0] | {rest, grpc, pid})' "$dir/fixture.json" >"$dir/fixture.new"
mv "$dir/fixture.new" "$dir/fixture.json"
# The load ends the server: what was resident at most is what was seen last.
(while most="$(resident VmHWM 2>/dev/null)" && [ -n "$most" ]; do
    printf '%s\n' "$most" >"$dir/most"
    sleep 0.2
done) &
sampler=$!
"$REPOSITORY/artifacts/bin/Appliance.Load/release/Appliance.Load" ratio "$dir" --quick --case unary
wait "$sampler" || true
printf 'signing: %s MB resident at most\n' "$(cat "$dir/most")"

"$benchmarks" --scale "$dir/store.db" "$credentials"
