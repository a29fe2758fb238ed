#!/usr/bin/env bash
# wrapped.sh [CREDENTIALS [KEYS]]
# What it costs that the store keeps the private keys: makes KEYS (10,000) wrapped P-256 keys by a SoftHSM2 token of its
# own and a store of CREDENTIALS (1,000,000) rows over them, then prints signatures a second
#   by a key of the token and by the wrapped ones, all of them unwrapped, by turns in one run, and their ratio
#   by wrapped ones that must be unwrapped first, each time
#   with credentials at random from the store, each read and its link verified.
# Needs some 3 GB of disk and five minutes.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

credentials="${1:-1000000}" keys="${2:-10000}"
install_missing "${NEEDS[@]}"
build bench/Appliance.Benchmarks/Appliance.Benchmarks.csproj >&2
dir="$(mktemp -d)"
trap 'rm -rf "$dir"' EXIT
"$REPOSITORY/artifacts/bin/Appliance.Benchmarks/release/Appliance.Benchmarks" \
    --wrapped "$dir/store.db" "$credentials" "$keys"
