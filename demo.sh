#!/usr/bin/env bash
# Shows the appliance at work on this machine, and nothing leaves it: a SoftHSM2 token and a store under
# artifacts/demo, three signers, three payslips, signed through CSC REST v1, REST v2 and gRPC, verified by OpenSSL;
# and a time stamp (RFC 3161), asked for by curl and verified by OpenSSL.
#   ./demo.sh          shows, then keeps serving until Ctrl-C
#   ./demo.sh --exit   shows, then stops: exit code 0 when everything verified, 1 otherwise
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"
source "$REPOSITORY/deploy/demo/wires.sh"

DEMO="$REPOSITORY/artifacts/demo"
WORK="$DEMO/work"
WIRES=(v1 v2 grpc)
PAYSLIPS=("$REPOSITORY"/deploy/demo/*.pdf)
PASSWORD="payroll 2026"
FAILURES=0
SERVER=""
STAMPED=""

# --- what is shown -------------------------------------------------------------------------------------------------

bold() { if [ -t 1 ]; then printf '\033[1m%s\033[0m\n' "$*"; else printf '%s\n' "$*"; fi; }

wrong() {
    FAILURES=$((FAILURES + 1))
    printf '    FAILED: %s\n' "$*"
}

wire_name() {
    case "$1" in
        v1) printf 'REST v1' ;;
        v2) printf 'REST v2' ;;
        grpc) printf 'gRPC' ;;
    esac
}

# --- codes ---------------------------------------------------------------------------------------------------------

now_step() { printf '%d' $(($(date +%s) / 30)); }

# code SECRET STEP: what an authenticator application shows in a time step (RFC 6238).
code() { oathtool --totp --base32 --now "@$(($2 * 30))" "$1"; }

# wrong_code SECRET: six digits that no step near the present one gives.
wrong_code() {
    local step guess near=()
    for step in -2 -1 0 1 2 3; do
        near+=("$(code "$1" $(($(now_step) + step)))")
    done
    guess=111111
    while printf '%s\n' "${near[@]}" | grep -qx "$guess"; do
        guess=$((guess + 1))
    done
    printf '%s' "$guess"
}

# --- set-up --------------------------------------------------------------------------------------------------------

clear_last_demo() {
    local pid=""
    [ ! -s "$DEMO/ready.json" ] || pid="$(jq -r .pid "$DEMO/ready.json")"
    if is_running "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$DEMO/ready.json"; then
        fail "a demo is running already (pid $pid); stop it first: kill $pid"
    fi
    rm -rf "$DEMO"
    mkdir -p "$WORK"
    chmod 700 "$DEMO"
}

# pair USER SECRET: by the previous step's code, so that the present one is still there to sign with. That code serves
# to the end of the present step only, so a step that is nearly over is waited out.
pair() {
    local try
    for try in 1 2 3; do
        while [ $(($(date +%s) % 30)) -ge 24 ]; do sleep 0.5; done
        if appliance "$DEMO" factor activate --user "$1" --code "$(code "$2" $(($(now_step) - 1)))"; then
            return
        fi
        say "The code came too late (try $try); taking the next one"
    done
    fail "the authenticator of $1 could not be paired"
}

# Ioana is set up command by command, as an operator would; the signers of the other two wires in one go.
make_signers() {
    local enrolled secret
    printf '%s' "$PASSWORD" >"$WORK/password"
    appliance "$DEMO" signer add --user ioana --name "Ioana Ionescu" --password-file "$WORK/password"
    say "Pairing Ioana's authenticator: scan this with a phone if you like; the demo works out her codes by itself"
    appliance "$DEMO" factor enrol --user ioana --png "$DEMO/ioana-qr.png" | tee "$WORK/enrolled.txt"
    enrolled="$(grep -oE 'otpauth://[^[:space:]]+' "$WORK/enrolled.txt" | head -n 1)"
    secret="$(sed -E 's/.*[?&]secret=([A-Z2-7]+).*/\1/' <<<"$enrolled")"
    pair ioana "$secret"

    say "Making Ioana's keys in the token, certified by the demo CA"
    local algorithm
    for algorithm in RSA-2048 P-256; do
        appliance "$DEMO" credential create --user ioana --algorithm "$algorithm" --years 1 --multisign 10 --json \
            >"$WORK/credential.$algorithm.json"
    done
    jq -n --arg secret "$secret" --arg password "$PASSWORD" '[{
        user: "ioana", password: $password, totpSecret: $secret,
        credentials: [inputs | {id, algorithm}]
    }]' "$WORK"/credential.{RSA-2048,P-256}.json >"$WORK/signers.v1.json"

    say "Adding a signer with keys for each of the other two wires: mihai and elena"
    jq -n --arg password "$PASSWORD" '[("mihai", "elena") | {
        user: ., name: "Signer \(.)", password: $password, factor: true,
        credentials: [("RSA-2048", "P-256") | {algorithm: ., multisign: 10, years: 1, scal: 2, description: ""}]
    }]' >"$WORK/import.json"
    appliance "$DEMO" signer import "$WORK/import.json" --json >"$WORK/signers.others.json"
    jq -n '[inputs | if type == "array" then . else .signers end] | add | {v1: .[0], v2: .[1], grpc: .[2]}' \
        "$WORK/signers.v1.json" "$WORK/signers.others.json" >"$DEMO/signers.json"
}

signer() { jq -r ".$1.$2" "$DEMO/signers.json"; }

# --- signing and verifying -----------------------------------------------------------------------------------------

# verify FILE SIGNATURE WIRE.ALGORITHM: by OpenSSL, with the certificate that credentials/info gave.
verify() {
    base64 -d <<<"$2" >"$WORK/signature.bin"
    openssl x509 -in "$WORK/$3.pem" -noout -pubkey >"$WORK/key.pem"
    openssl dgst -sha256 -verify "$WORK/key.pem" -signature "$WORK/signature.bin" "$1" >/dev/null 2>&1
}

# keep_certificates WIRE ALGORITHM: the chain of the last answer as PEM, verified up to the demo CA.
keep_certificates() {
    local leaf="$WORK/$1.$2.pem" index=0 der
    : >"$WORK/$1.$2.rest.pem"
    while read -r der; do
        base64 -d <<<"$der" | openssl x509 -inform DER >"$WORK/one.pem"
        if [ "$index" -eq 0 ]; then mv "$WORK/one.pem" "$leaf"; else cat "$WORK/one.pem" >>"$WORK/$1.$2.rest.pem"; fi
        index=$((index + 1))
    done < <(jq -r '.cert.certificates[]' <<<"$REPLY")
    openssl verify -CAfile "$DEMO/ca.pem" -untrusted "$WORK/$1.$2.rest.pem" "$leaf" >/dev/null 2>&1 \
        || wrong "$(wire_name "$1"), $2: the certificate does not lead to the demo CA"
}

# sign_payslips WIRE ALGORITHM STEP: one authorisation for all payslips, then one signHash for each.
sign_payslips() {
    local wire="$1" algorithm="$2" step="$3" id file index=0 signature verdict authorised
    local title hashes=()
    title="$(wire_name "$wire")"
    id="$(jq -r --arg a "$algorithm" ".$wire.credentials[] | select(.algorithm == \$a) | .id" "$DEMO/signers.json")"
    for file in "${PAYSLIPS[@]}"; do
        hashes+=("$(openssl dgst -sha256 -binary "$file" | base64 -w 0)")
    done

    credential_info "$wire" "$id"
    [ "$STATUS" = OK ] || { wrong "$title credentials/info: $STATUS"; return; }
    keep_certificates "$wire" "$algorithm"

    authorize "$wire" "$id" "$(wrong_code "$(signer "$wire" totpSecret)")" "${hashes[@]}"
    if [ "$STATUS" = OK ] || [ -n "$SAD" ]; then
        wrong "$title, $algorithm: a wrong code was accepted"
    fi

    authorize "$wire" "$id" "$(code "$(signer "$wire" totpSecret)" "$step")" "${hashes[@]}"
    [ "$STATUS" = OK ] || { wrong "$title credentials/authorize: $STATUS"; return; }
    authorised="$MILLISECONDS ms"

    for file in "${PAYSLIPS[@]}"; do
        sign_hash "$wire" "$id" "$SAD" "$algorithm" "${hashes[$index]}"
        index=$((index + 1))
        signature="$(jq -r '.signatures[0] // ""' <<<"$REPLY" 2>/dev/null || true)"
        verdict=verified
        if [ "$STATUS" != OK ] || [ -z "$signature" ]; then
            verdict="$STATUS"
            wrong "$title, $algorithm, ${file##*/}: $STATUS"
        elif ! verify "$file" "$signature" "$wire.$algorithm"; then
            verdict=WRONG
            wrong "$title, $algorithm, ${file##*/}: OpenSSL does not accept the signature"
        else
            printf '%s %s\n' "$signature" "${file##*/}" >>"$WORK/signatures"
        fi
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$title" "$algorithm" "${file##*/}" "$authorised" "$MILLISECONDS" "$verdict" \
            >>"$WORK/rows"
        authorised="(the same)"
    done

    sign_hash "$wire" "$id" "$SAD" "$algorithm" "${hashes[0]}"
    [ "$STATUS" != OK ] || wrong "$title, $algorithm: a hash was signed twice on one authorisation"
}

sign_everything() {
    local wire step
    : >"$WORK/rows"
    : >"$WORK/signatures"
    for wire in "${WIRES[@]}"; do
        say "$(wire_name "$wire"): logging in as $(signer "$wire" user), signing with RSA-2048 and P-256"
        log_in "$wire" "$(signer "$wire" user)" "$(signer "$wire" password)"
        [ "$STATUS" = OK ] || { wrong "$(wire_name "$wire") auth/login: $STATUS"; continue; }
        step="$(now_step)"
        sign_payslips "$wire" RSA-2048 "$step"
        # A code serves once. A person would wait for the next one; the window of one step takes it already now.
        sign_payslips "$wire" P-256 $((step + 1))
    done
}

check_that_signatures_differ() {
    local all different
    all="$(wc -l <"$WORK/signatures")"
    different="$(cut -d' ' -f1 "$WORK/signatures" | sort -u | wc -l)"
    [ "$all" -eq $((${#WIRES[@]} * 2 * ${#PAYSLIPS[@]})) ] || wrong "$all signatures verified, fewer than asked for"
    [ "$all" -eq "$different" ] || wrong "two of the $all signatures are equal"
}

# --- time-stamping -------------------------------------------------------------------------------------------------

# stamp_payslip: what any client of RFC 3161 does, with curl and OpenSSL: query, POST, verify up to the demo CA.
stamp_payslip() {
    local file="${PAYSLIPS[0]}"
    say "Time-stamping ${file##*/} with the P-256 unit, by curl and openssl ts"
    openssl ts -query -data "$file" -sha256 -cert -out "$WORK/query.tsq" 2>/dev/null
    curl -sS "$REST/tsa" -H 'Content-Type: application/timestamp-query' --data-binary "@$WORK/query.tsq" \
        -o "$WORK/reply.tsr" || true
    if openssl ts -verify -queryfile "$WORK/query.tsq" -in "$WORK/reply.tsr" -CAfile "$DEMO/ca.pem" >/dev/null 2>&1
    then
        STAMPED="$(openssl ts -reply -in "$WORK/reply.tsr" -text 2>/dev/null | sed -n 's/^Time stamp: //p')"
    else
        wrong "OpenSSL does not accept the time stamp in $WORK/reply.tsr"
    fi
}

summary() {
    printf '\n'
    bold "  Wire     Key       Payslip                        authorize   signHash   OpenSSL"
    while IFS=$'\t' read -r wire algorithm file authorised signed verdict; do
        printf '  %-8s %-9s %-29s %11s %7s ms   %s\n' \
            "$wire" "$algorithm" "$file" "$authorised" "$signed" "$verdict"
    done <"$WORK/rows"
    printf '\n'
}

hint() {
    cat <<EOF
The appliance keeps serving: REST at $REST, gRPC at $GRPC (pid $SERVER). Ctrl-C stops it. Try, in another terminal:

  curl -s -X POST $REST/csc/v2/info -H 'Content-Type: application/json' -d '{}' | jq
  curl -s -X POST $REST/csc/v2/auth/login -u 'ioana:$PASSWORD' -H 'Content-Type: application/json' -d '{}' | jq
  oathtool --totp --base32 $(signer v1 totpSecret)     # what Ioana's phone shows now
  openssl ts -query -data README.md -sha256 -cert | curl -s $REST/tsa \\
      -H 'Content-Type: application/timestamp-query' --data-binary @- | openssl ts -reply -in /dev/stdin -text

The demo has used the codes of this minute up; the next one is good again.

README.md goes on from there: list, info, authorize, signHash. The log is ${DEMO#"$REPOSITORY"/}/appliance.log.
EOF
}

stop_server() {
    [ -z "$SERVER" ] || stop_appliance "$SERVER"
    SERVER=""
}

# --- the demo ------------------------------------------------------------------------------------------------------

case "${1:-}" in
    "" | --exit) ;;
    *) fail "usage: ./demo.sh [--exit]" ;;
esac

started=$SECONDS
install_missing "${NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj
clear_last_demo

say "Making a SoftHSM2 token, the root key and a demo CA under artifacts/demo"
new_installation "$DEMO" demo
appliance "$DEMO" init --json >"$WORK/init.json"
jq -r .authorityPem "$WORK/init.json" >"$DEMO/ca.pem"
make_signers
say "Making a time-stamping unit: a key in the token, a certificate for time stamps alone"
add_units "$DEMO" P-256

say "Starting the appliance"
start_appliance "$DEMO"
SERVER="$(jq -r .pid "$DEMO/ready.json")"
REST="$(jq -r .rest "$DEMO/ready.json")"
GRPC="$(jq -r .grpc "$DEMO/ready.json")"
trap stop_server EXIT
trap 'exit 130' INT TERM

open_grpc
sign_everything
close_grpc
check_that_signatures_differ
stamp_payslip
summary
if [ "$FAILURES" -eq 0 ]; then
    bold "All $(wc -l <"$WORK/signatures") signatures verified, and no two are equal ($((SECONDS - started)) s in all)."
    printf '%s\n' "Each against the certificate of credentials/info, each certificate up to the demo CA." \
        "Refused, on every wire and with every key: a wrong code, and a hash again on a used authorisation." \
        "Time-stamped by the authority, $STAMPED: OpenSSL verifies the token up to the demo CA." ""
else
    bold "$FAILURES checks failed."
fi

if [ "${1:-}" != --exit ]; then
    hint
    while is_running "$SERVER"; do sleep 1; done
    SERVER=""
    fail "the appliance has ended; its log is $DEMO/appliance.log"
fi
stop_server
[ "$FAILURES" -eq 0 ]
