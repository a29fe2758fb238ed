#!/usr/bin/env bash
# Builds the PKCS#11 module that forwards, notes and misbehaves (misbehave.h, rules.h) as artifacts/native/misbehave.so.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"

install_missing "${NATIVE_NEEDS[@]}"
build_native load/module misbehave
