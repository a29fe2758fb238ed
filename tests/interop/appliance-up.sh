#!/usr/bin/env bash
# appliance-up.sh DIR
# Starts a throwaway appliance on free loopback ports with a fresh token and store in DIR, and writes
# DIR/fixture.json: rest, grpc, pid, signers (16 of user, password, totpSecret, credentials), and the first signer's
# fields at top level as well. Each factor was activated with the previous step's code, so the present one is fresh.
# tsa lists the open time-stamping units (url, algorithm, chainPem); an operator's word says for a day that their clock
# is right.
# SIGNERS=N makes another number of signers. DIR must be new or empty. Stop it with appliance-down.sh DIR.
set -euo pipefail

[ $# -eq 1 ] || { printf 'usage: %s DIR\n' "$0" >&2; exit 2; }
source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

mkdir -p "$1"
dir="$(cd "$1" && pwd)"
[ -z "$(ls -A "$dir")" ] || fail "$dir is not empty; give a new folder"

install_missing "${NEEDS[@]}"
[ -x "$APPLIANCE" ] || build src/Appliance.Server/Appliance.Server.csproj

new_installation "$dir" interop
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
start_appliance "$dir"
(umask 077 && jq -n --slurpfile ready "$dir/ready.json" --slurpfile signers "$dir/imported.json" \
    --slurpfile units "$dir/units.json" '
    ($ready[0].rest | rtrimstr("/")) as $rest
    | ($signers[0] | if type == "array" then . else .signers end
        | map({user, password, totpSecret, credentials})) as $list
    | ($ready[0] | {rest, grpc, pid}) + $list[0] + {signers: $list}
        + {tsa: [$units[] | {url: "\($rest)/tsa/\(.unit)", algorithm, chainPem}]}' >"$dir/fixture.json.new")
mv "$dir/fixture.json.new" "$dir/fixture.json"
say "The appliance is up: $(jq -r '"REST \(.rest), gRPC \(.grpc), pid \(.pid)"' "$dir/fixture.json")"
