#!/usr/bin/env bash
# Builds the witness, a PKCS#11 module (witness.c tells what it does), as artifacts/native/witness.so.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"

install_missing "${NATIVE_NEEDS[@]}"
build_native tests/witness/witness.c
