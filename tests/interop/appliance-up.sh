#!/usr/bin/env bash
# appliance-up.sh DIR [--slots 2]
# Starts a throwaway appliance on free loopback ports with a fresh token and store in DIR, and writes
# DIR/fixture.json: rest, grpc, pid, signers (16 of user, password, totpSecret, credentials), and the first signer's
# fields at top level as well. Each factor was activated with the previous step's code, so the present one is fresh.
# tsa lists the open time-stamping units (url, algorithm, chainPem); an operator's word says for a day that their clock
# is right.
# --slots 2 makes a group of two slots, token and second, with the same keys: the second token is a copy of the first,
# each behind a p11-kit server of its own and hosted in a process of its own. The root key is then wrapped by RSA-OAEP:
# p11-kit passes on neither AES-GCM nor AES key wrap. fixture.json also has backends, a list of slot, kill and restart
# (what sh runs to end what is behind the slot, and to start it again, which returns when it answers), and slots, what
# sh runs to get each slot's state as JSON: [{slot, state, ...}].
# SIGNERS=N makes another number of signers. DIR must be new or empty. Stop it with appliance-down.sh DIR.
set -euo pipefail

usage() {
    printf 'usage: %s DIR [--slots 2]\n' "$0" >&2
    exit 2
}

slots=1
case "$#:${2:-}:${3:-}" in
    1::) ;;
    3:--slots:[12]) slots="$3" ;;
    *) usage ;;
esac
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

mkdir -p "$1"
dir="$(cd "$1" && pwd)"
[ -z "$(ls -A "$dir")" ] || fail "$dir is not empty; give a new folder"

install_missing "${NEEDS[@]}"
[ "$slots" -eq 1 ] || install_missing "${SLOT_NEEDS[@]}"
[ -x "$APPLIANCE" ] || build src/Appliance.Server/Appliance.Server.csproj

new_installation "$dir" interop
if [ "$slots" -eq 2 ]; then
    trap '[ -s "$dir/fixture.json" ] || end_backends "$dir"' EXIT
    mkdir -p "$dir/backends/token" "$dir/backends/second"
    mv "$dir/tokens" "$dir/backends/token/tokens"
    add_backend "$dir" token .Token
fi

appliance "$dir" init --json >"$dir/init.json"
jq -r .authorityPem "$dir/init.json" >"$dir/ca.pem"

(umask 077 && jq -n --argjson count "${SIGNERS:-16}" '[range($count) | {
    user: "signer\(. + 1)@example.test",
    name: "Signer \(. + 1)",
    password: "correct horse \(. + 1)",
    factor: true,
    credentials: [("RSA-2048", "P-256") | {
        algorithm: ., multisign: 10000, scal: 2, years: 1, description: "\(.) for tests"
    }]
}]' >"$dir/signers.json")
(umask 077 && appliance "$dir" signer import "$dir/signers.json" --json >"$dir/imported.json")

add_units "$dir" RSA-2048 RSA-3072 P-256 P-384
if [ "$slots" -eq 2 ]; then
    cp -a "$dir/backends/token/tokens" "$dir/backends/second/tokens"
    add_backend "$dir" second .Slots.second
fi

start_appliance "$dir"

backends='[]'
if [ "$slots" -eq 2 ]; then
    backends="$(jq -n --arg script "$REPOSITORY/tests/interop/backend.sh" --arg dir "$dir" '
        [("token", "second") as $slot | "\([$script, $dir, $slot] | @sh)" as $call
            | {slot: $slot, kill: "\($call) kill", restart: "\($call) restart"}]')"
fi

(umask 077 && jq -n --argjson backends "$backends" --arg script "$REPOSITORY/tests/interop/slots.py" \
    --arg python "$SYSTEM_PYTHON" --arg socket "$dir/store.db.admin" --slurpfile ready "$dir/ready.json" \
    --slurpfile signers "$dir/imported.json" --slurpfile units "$dir/units.json" '
    ($ready[0].rest | rtrimstr("/")) as $rest
    | ($signers[0] | if type == "array" then . else .signers end
        | map({user, password, totpSecret, credentials})) as $list
    | ($ready[0] | {rest, grpc, pid}) + $list[0] + {signers: $list}
        + {tsa: [$units[] | {url: "\($rest)/tsa/\(.unit)", algorithm, chainPem}]}
        + if $backends == [] then {} else {$backends, slots: ([$python, $script, $socket] | @sh)} end
    ' >"$dir/fixture.json.new")
mv "$dir/fixture.json.new" "$dir/fixture.json"
say "The appliance is up: $(jq -r '"REST \(.rest), gRPC \(.grpc), pid \(.pid)"' "$dir/fixture.json")"
