#!/usr/bin/env bash
# Builds everything and runs every test. The last line is the sum over all test projects; exit code 0 means that
# tests ran and none failed. Needs the .NET 10 SDK; installs the rest with apt and npm when it is missing.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/deploy/setup.sh"
cd "$REPOSITORY"

install_missing "${NEEDS[@]}" "${SLOT_NEEDS[@]}"
fetch_chronyd
install_node_packages
build Appliance.sln
load/module/build.sh

suites=()
for project in tests/*.Tests; do
    name="$(basename "$project")"
    suites+=("artifacts/bin/$name/release/$name")
done

say "Running ${#suites[@]} test projects"
# Test executables find the runtime where dotnet is.
DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
tests/run-suites.sh artifacts/test-results "${suites[@]}"
