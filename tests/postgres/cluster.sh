#!/usr/bin/env bash
# cluster.sh up DIR [OWNER]       a new throwaway PostgreSQL cluster in DIR, running; gone when process OWNER ends
# cluster.sh database DIR NAME    creates a database and prints Npgsql's connection string for it; in it are
#                                 schemas s1 to s500, for tests that need a place of their own at no cost
# cluster.sh sql DIR NAME SQL     runs statements in a database as the superuser, prints rows without frills
# cluster.sh stop|start DIR       a fast shutdown (callers are cut off) and a start
# cluster.sh kill DIR             SIGKILL to every process of the cluster at once, as a crash would
# cluster.sh pause|resume DIR     SIGSTOP and SIGCONT to every process of the cluster
# cluster.sh down DIR             ends it and removes DIR
#
# DIR must be new or empty, its path short: the Unix socket lies in it, and a socket's path has at most 107 bytes. It
# takes connections at the socket (trust; the folder lets nobody else in) and on a free loopback port (scram, the
# password in DIR/password). Durability is as on a real server, and up refuses to go on when it is not: fsync,
# synchronous_commit and full_page_writes on, data checksums. Commits keep their times, so that a test can ask which of
# two transactions was committed first. PostgreSQL does not run as root: root runs it as the user
# postgres. Debian's own cluster is neither needed nor touched.
set -euo pipefail

ROLE=appliance
SCHEMAS=500
WAIT_SECONDS=60

fail() {
    printf '%s\n' "error: $*" >&2
    exit 1
}

usage() {
    sed -n '2,10s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# The newest PostgreSQL that is installed.
find_binaries() {
    local found
    found="$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)" \
        || fail "PostgreSQL is not installed: apt-get install postgresql"
    binaries="${found%/initdb}"
}

as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

pg() {
    local program="$1"
    shift
    as_owner "$binaries/$program" "$@"
}

psql_in() {
    local database="$1"
    shift
    pg psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$dir" -p "$(cat "$dir/port")" -U postgres -d "$database" "$@"
}

postmaster() {
    if [ -s "$dir/data/postmaster.pid" ]; then
        head -n 1 "$dir/data/postmaster.pid"
    fi
}

# A process that its parent has not waited for yet is gone too.
is_gone() {
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    line="${line##*) }"
    [ "${line%% *}" = Z ]
}

# Signals the postmaster and all its children; it is stopped first, so that it makes no more of them.
signal_all() {
    local first children
    first="$(postmaster)"
    if [ -z "$first" ] || is_gone "$first"; then
        return
    fi

    kill -STOP "$first"
    mapfile -t children < <(ps -o pid= --ppid "$first" | tr -d ' ')
    kill "-$1" "${children[@]}" "$first" 2>/dev/null || true
    signalled=("$first" "${children[@]}")
}

kill_all() {
    local process waited=0
    signalled=()
    signal_all KILL
    for process in "${signalled[@]}"; do
        until is_gone "$process"; do
            [ "$((waited += 1))" -lt 1000 ] || fail "process $process does not end"
            sleep 0.02
        done
    done
    # PostgreSQL takes a process that nobody has waited for yet for a running server.
    rm -f "$dir/data/postmaster.pid" "$dir"/.s.PGSQL.*
}

start() {
    pg pg_ctl start -s -w -t "$WAIT_SECONDS" -D "$dir/data" -l "$dir/log" </dev/null >/dev/null 2>&1
}

free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port" >"$dir/port"
    printf 'port = %s\n' "$port" >"$dir/data/port.conf"
}

configure() {
    cat >>"$dir/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
fsync = on
synchronous_commit = on
full_page_writes = on
track_commit_timestamp = on
log_line_prefix = '%m %p %d '
include 'port.conf'
SETTINGS
}

check_durability() {
    local setting value
    for setting in fsync synchronous_commit full_page_writes data_checksums; do
        value="$(psql_in postgres -c "SHOW $setting")"
        [ "$value" = on ] || fail "$setting is $value"
    done
}

# Ends the cluster when its owner has ended, however that came.
watch_owner() {
    setsid bash -c 'tail --pid="$1" -s 0.5 -f /dev/null; exec "$2" down "$3"' \
        watch "$1" "$(realpath "${BASH_SOURCE[0]}")" "$dir" </dev/null >/dev/null 2>&1 &
    printf '%s\n' "$!" >"$dir/watch"
}

up() {
    [ "${#dir}" -le 80 ] || fail "$dir is too long a path for a Unix socket"
    [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty; give a new folder"
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password")
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres:postgres "$dir" "$dir/password"
    fi

    chmod 0700 "$dir"
    if [ -n "${1:-}" ]; then
        watch_owner "$1"
    fi

    pg initdb -D "$dir/data" -U postgres --locale=C --encoding=UTF8 --data-checksums \
        --auth-local=trust --auth-host=scram-sha-256 --pwfile="$dir/password" >"$dir/initdb.log" 2>&1 </dev/null \
        || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
    configure
    local attempt
    for attempt in 1 2 3 4 5; do
        free_port
        if start; then
            break
        elif [ "$attempt" -eq 5 ]; then
            tail -n 20 "$dir/log" >&2
            fail "PostgreSQL does not start"
        fi
    done

    check_durability
    # What serves is no superuser: it owns its database and has no other right.
    psql_in postgres -v role="$ROLE" -v password="$(cat "$dir/password")" \
        <<<"CREATE ROLE :role LOGIN PASSWORD :'password';"
}

create_database() {
    psql_in postgres -v name="$1" -v role="$ROLE" <<<'CREATE DATABASE :"name" OWNER :role;'
    psql_in "$1" -c "DO \$\$ BEGIN FOR i IN 1..$SCHEMAS LOOP
        EXECUTE format('CREATE SCHEMA s%s AUTHORIZATION $ROLE', i); END LOOP; END \$\$"
    printf 'Host=%s;Port=%s;Username=%s;Database=%s\n' "$dir" "$(cat "$dir/port")" "$ROLE" "$1"
}

down() {
    kill_all
    if [ -s "$dir/watch" ]; then
        local watch
        watch="$(cat "$dir/watch")"
        [ "$watch" = "${PPID}" ] || [ "$watch" = "$$" ] || kill -- "-$watch" 2>/dev/null || true
    fi

    rm -rf "$dir"
}

[ $# -ge 2 ] || usage
verb="$1"
if [ "$verb" = up ]; then
    mkdir -p "$2"
elif [ ! -d "$2/data" ] && [ ! -s "$2/password" ]; then
    [ "$verb" = down ] && exit 0
    fail "there is no cluster in $2"
fi

dir="$(cd "$2" && pwd)"
shift 2
find_binaries
case "$verb/$#" in
    up/[01]) up "$@" ;;
    database/1) create_database "$1" ;;
    sql/2) psql_in "$1" -c "$2" ;;
    stop/0) pg pg_ctl stop -s -m fast -w -t "$WAIT_SECONDS" -D "$dir/data" ;;
    start/0) start || { tail -n 20 "$dir/log" >&2; fail "PostgreSQL does not start"; } ;;
    kill/0) kill_all ;;
    pause/0) signal_all STOP ;;
    resume/0) signal_all CONT ;;
    down/0) down ;;
    *) usage ;;
esac
