#!/usr/bin/env bash
# durability.sh [CUTS [SEED]]
# Runs the ledger on SQLite with 64 callers under a library that records what it writes and what it syncs, then takes
# the power away at CUTS (200) random points of that record: rebuilds the files from what was synced by then and a
# random part of what was not, opens them, recovers, and looks for anything that a caller was told and that is not
# there, or is there by halves. RECORD=FILE keeps the record there, or uses it again when it is there: with the same
# CUTS and SEED the same cuts are made. Exit code 0: nothing was found.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}" "${NATIVE_NEEDS[@]}"
build tests/Appliance.Durability.Tests/Appliance.Durability.Tests.csproj >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
export DURABILITY_CUTS="${1:-200}" DURABILITY_SEED="${2:-1}" DURABILITY_RESTARTS="${RESTARTS:-8}"
export DURABILITY_KEEP="${RECORD:-}"
"$REPOSITORY/artifacts/bin/Appliance.Durability.Tests/release/Appliance.Durability.Tests" -noLogo -noColor \
    -showLiveOutput -class Appliance.Durability.Tests.DurabilityTests | sed -u 's/^.*\[OUTPUT\] //'
