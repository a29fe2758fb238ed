#!/usr/bin/env bash
# Sourced by demo.sh: the same five calls over three wires, by clients that nobody here wrote. Each call leaves its
# answer in REPLY (JSON), OK or the error in STATUS, and its time in MILLISECONDS.
#   WORK, REST, GRPC   a folder for scratch files, and the two addresses
set -euo pipefail

SHA256=2.16.840.1.101.3.4.2.1
REPLY="" STATUS="" MILLISECONDS="" ACCESS="" SAD="" OTP_OBJECT=""

# The Python client of the third wire runs beside the demo and takes one call a line.
open_grpc() {
    local python="$REPOSITORY/tests/interop/csc_grpc.py"
    protoc -I "$REPOSITORY/proto" --include_imports --descriptor_set_out="$WORK/csc.pb" \
        "$REPOSITORY"/proto/csc/v2/*.proto
    coproc GRPC_CLIENT { exec "$SYSTEM_PYTHON" "$python" "$WORK/csc.pb" "${GRPC#http://}"; }
    exec {GRPC_IN}>&"${GRPC_CLIENT[1]}" {GRPC_OUT}<&"${GRPC_CLIENT[0]}"
}

close_grpc() {
    kill "$GRPC_CLIENT_PID" 2>/dev/null || true
    exec {GRPC_IN}>&- {GRPC_OUT}<&-
}

# rest VERSION PATH AUTHORIZATION JSON
rest() {
    local answer code
    answer="$(printf '%s' "$4" | curl -sS -m 30 -X POST "$REST/csc/$1/$2" -H 'Content-Type: application/json' \
        ${3:+-H "Authorization: $3"} --data-binary @- -o "$WORK/body.json" -w '%{http_code} %{time_total}')"
    read -r code MILLISECONDS <<<"$answer"
    MILLISECONDS="$(awk -v s="$MILLISECONDS" 'BEGIN { printf "%.1f", s * 1000 }')"
    REPLY="$(cat "$WORK/body.json")"
    STATUS=OK
    [ "$code" = 200 ] || STATUS="$code $(jq -r '"\(.error): \(.error_description)"' <<<"$REPLY" 2>/dev/null || true)"
}

# grpc METHOD AUTHORIZATION JSON
grpc() {
    local answer
    jq -c -n --arg method "$1" --arg authorization "$2" --argjson request "$3" \
        '{method: $method, authorization: $authorization, request: $request}' >&"$GRPC_IN"
    read -r answer <&"$GRPC_OUT" || fail "the gRPC client ended"
    REPLY="$(jq -c .reply <<<"$answer")"
    MILLISECONDS="$(jq -r .milliseconds <<<"$answer")"
    STATUS="$(jq -r 'if .status == "OK" then "OK" else "\(.status): \(.message)" end' <<<"$answer")"
}

# log_in WIRE USER PASSWORD: leaves the access token in ACCESS.
log_in() {
    local basic
    basic="Basic $(printf '%s:%s' "$2" "$3" | base64 -w 0)"
    case "$1" in
        v1 | v2) rest "$1" auth/login "$basic" '{}' ;;
        grpc) grpc Auth.Login "$basic" '{}' ;;
    esac
    ACCESS="$(jq -r '.access_token // ""' <<<"$REPLY")"
}

# credential_info WIRE CREDENTIAL: REPLY holds .cert.certificates, the signer's first, each DER in Base64; version 2
# also tells the id of the authentication object that takes the code, left in OTP_OBJECT.
credential_info() {
    local request
    request="$(jq -c -n --arg id "$2" '{credentialID: $id, certificates: "chain", certInfo: true, authInfo: true}')"
    case "$1" in
        v1 | v2) rest "$1" credentials/info "Bearer $ACCESS" "$request" ;;
        grpc) grpc Credentials.Info "Bearer $ACCESS" "$request" ;;
    esac
    OTP_OBJECT="$(jq -r 'first(.auth.objects[]? | .id) // ""' <<<"$REPLY")"
}

# authorize WIRE CREDENTIAL CODE HASH...: leaves the SAD in SAD, empty when it was refused.
authorize() {
    local wire="$1" id="$2" code="$3" hashes request
    shift 3
    hashes="$(jq -c -n '$ARGS.positional' --args "$@")"
    case "$wire" in
        v1)
            request="$(jq -c -n --arg id "$id" --arg code "$code" --argjson hash "$hashes" \
                '{credentialID: $id, numSignatures: ($hash | length), hash: $hash, OTP: $code}')"
            rest v1 credentials/authorize "Bearer $ACCESS" "$request"
            ;;
        v2 | grpc)
            request="$(jq -c -n --arg id "$id" --arg code "$code" --argjson hashes "$hashes" --arg oid "$SHA256" \
                --arg object "$OTP_OBJECT" '{
                    credentialID: $id, numSignatures: ($hashes | length), hashes: $hashes, hashAlgorithmOID: $oid,
                    authData: [{id: $object, value: $code}]
                }')"
            if [ "$wire" = v2 ]; then
                rest v2 credentials/authorize "Bearer $ACCESS" "$request"
            else
                grpc Credentials.Authorize "Bearer $ACCESS" "$request"
            fi
            ;;
    esac
    SAD="$(jq -r '.SAD // ""' <<<"$REPLY" 2>/dev/null || true)"
}

# sign_hash WIRE CREDENTIAL SAD ALGORITHM HASH...: REPLY holds .signatures in the order of the hashes.
sign_hash() {
    local wire="$1" id="$2" sad="$3" algorithm="$4" hashes request sign_algo
    shift 4
    case "$algorithm" in
        RSA-*) sign_algo=1.2.840.113549.1.1.11 ;;
        P-256) sign_algo=1.2.840.10045.4.3.2 ;;
    esac
    hashes="$(jq -c -n '$ARGS.positional' --args "$@")"
    request="$(jq -c -n --arg id "$id" --arg sad "$sad" --argjson hashes "$hashes" --arg algo "$sign_algo" \
        --arg oid "$SHA256" --arg wire "$wire" '
        {credentialID: $id, SAD: $sad, signAlgo: $algo}
        + if $wire == "v1" then {hash: $hashes, hashAlgo: $oid} else {hashes: $hashes, hashAlgorithmOID: $oid} end')"
    case "$wire" in
        v1 | v2) rest "$wire" signatures/signHash "Bearer $ACCESS" "$request" ;;
        grpc) grpc Signatures.SignHash "Bearer $ACCESS" "$request" ;;
    esac
}
