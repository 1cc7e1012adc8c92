#!/usr/bin/env bash
# A private PostgreSQL server for tests, in a folder of its own: durable as in production, for nobody else, gone when it is stopped.
#
#   start FOLDER      makes the server there, or brings it back on the port it had; prints its Npgsql connection string
#   stop FOLDER       fast; does nothing when it does not run
#   restart FOLDER    as an operator does it: every connection ends
#   kill FOLDER       as a crash does it: SIGKILL for the postmaster and all its children
#   freeze FOLDER     SIGSTOP: it accepts connections, and says nothing
#   thaw FOLDER       SIGCONT
#   binaries          prints where PostgreSQL's programs are
#
# Only what was asked for goes to stdout. Exit code 2: there is no PostgreSQL 15 or newer, and what to install is said.
set -euo pipefail

oldest=15
role=commerce

say() { printf '%s\n' "$*" >&2; }

usable() {
    [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ] && [ "$("$1/postgres" --version 2>/dev/null | sed -n 's/[^0-9]*\([0-9]*\).*/\1/p')" -ge "$oldest" ] 2>/dev/null
}

candidates() {
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t / -k 5 -rn
    pg_config --bindir 2>/dev/null
    dirname "$(command -v postgres 2>/dev/null)" 2>/dev/null
    ls -d /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /opt/homebrew/bin /usr/local/bin 2>/dev/null | sort -rV
}

find_binaries() {
    local folder
    while IFS= read -r folder; do
        if usable "$folder"; then
            printf '%s\n' "$folder"
            return
        fi
    done < <(candidates)
    return 1
}

# Debian's package without the cluster that it would start for everybody.
install_package() {
    local package=postgresql-$oldest
    say "PostgreSQL is not here: installing Debian's package"
    export DEBIAN_FRONTEND=noninteractive
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt-get update -q >&2
    [ -n "$(apt-cache search --names-only "^$package\$")" ] || package=postgresql
    apt-get install -yq --no-install-recommends -o Dpkg::Options::=--force-confold "$package" >&2
}

binaries() {
    find_binaries && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        install_package
        find_binaries && return
    fi
    say "PostgreSQL $oldest or newer is needed: 'apt-get install postgresql-$oldest', 'dnf install postgresql-server' or 'brew install postgresql@$oldest'."
    exit 2
}

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

postmaster() { head -n 1 "$data/postmaster.pid" 2>/dev/null || true; }

children() { ps -A -o pid= -o ppid= | awk -v parent="$1" '$2 == parent { print $1 }'; }

lives() { case $(ps -o stat= -p "$1" 2>/dev/null) in '' | Z*) return 1 ;; esac; }

runs() {
    local pid
    pid=$(postmaster)
    [ -n "$pid" ] && lives "$pid" && ps -o args= -p "$pid" | grep -qF "$data"
}

# The postmaster first, so that it starts nobody while its children are being signalled.
signal_all() {
    local pid child
    runs || { say "no server runs in $folder"; exit 1; }
    pid=$(postmaster)
    kill "-$1" "$pid"
    for child in $(children "$pid"); do
        kill "-$1" "$child" 2>/dev/null || true # it may just have ended
    done
}

any_port() { echo $((15000 + (RANDOM * 32768 + RANDOM) % 16000)); }

create() {
    say "making a PostgreSQL server in $folder"
    as_owner "$bin/initdb" --pgdata="$data" --username="$role" --auth=trust --encoding=UTF8 --no-locale --data-checksums --no-sync >/dev/null
    local socket=$folder
    [ ${#folder} -le 80 ] || socket= # a socket's path has a limit of about 100 characters
    as_owner tee -a "$data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$socket'
max_connections = 300
shared_buffers = 256MB
fsync = on
synchronous_commit = on
wal_level = replica
CONF
}

launch() {
    as_owner "$bin/pg_ctl" start --pgdata="$data" --log="$folder/log" --wait --timeout=60 >/dev/null 2>&1 </dev/null
}

# On the port that it had, or on a free one.
bring_up() {
    if [ -f "$folder/port" ]; then
        launch && return
    else
        local try
        for try in 1 2 3 4 5 6 7 8; do
            local port
            port=$(any_port)
            sed -i.bak -e '/^port = /d' "$data/postgresql.conf"
            echo "port = $port" >>"$data/postgresql.conf"
            if launch; then
                echo "$port" >"$folder/port"
                return
            fi
            grep -q 'could not bind' "$folder/log" || break
            say "port $port is taken"
        done
    fi
    say "PostgreSQL did not start:"
    tail -n 20 "$folder/log" >&2
    exit 1
}

start() {
    bin=$(binaries)
    if ! [ -f "$data/PG_VERSION" ]; then
        mkdir -p "$folder"
        [ "$(id -u)" != 0 ] || chown postgres "$folder"
        chmod 700 "$folder"
        create
    fi
    runs || bring_up
    echo "Host=127.0.0.1;Port=$(cat "$folder/port");Username=$role;Database=postgres"
}

stop() {
    runs || return 0
    signal_all CONT # a frozen server cannot stop
    bin=$(binaries)
    as_owner "$bin/pg_ctl" stop --pgdata="$data" --mode=fast --wait --timeout=60 >/dev/null
}

crash() {
    runs || return 0
    local pid child all
    pid=$(postmaster)
    all="$pid $(children "$pid")"
    signal_all KILL
    for child in $all; do
        while lives "$child"; do
            sleep 0.02
        done
    done
    rm -f "$data/postmaster.pid" "$folder"/.s.PGSQL.* # the number in them may be somebody else's by the next start
}

verb=${1:-}
if [ "$verb" = binaries ]; then
    binaries
    exit
fi
[ $# = 2 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}" >&2; exit 64; }
case $2 in /*) folder=$2 ;; *) folder=$PWD/$2 ;; esac
data=$folder/data

case $verb in
start) start ;;
stop) stop ;;
restart)
    stop
    start >/dev/null
    ;;
kill) crash ;;
freeze) signal_all STOP ;;
thaw) signal_all CONT ;;
*)
    say "unknown: $verb"
    exit 64
    ;;
esac
