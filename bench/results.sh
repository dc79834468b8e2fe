#!/bin/sh
# The same question put to gosset and to PostgreSQL 15, in one run, over the same facts; the answers
# are compared. PEOPLE (1000000) and EVENTS (10000000) say how many. PostgreSQL (Debian's package
# postgresql-15) runs as an unprivileged user in a temporary folder, on a Unix socket only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
people=${PEOPLE:-1000000} events=${EVENTS:-10000000}
bin=/usr/lib/postgresql/15/bin
folder=$(mktemp -d /tmp/gosset-results-XXXXXX)
trap 'stop; rm -rf "$folder"' EXIT

as() {
    if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi
}

stop() {
    if [ -f "$folder/pg/postmaster.pid" ]; then
        as "$bin/pg_ctl" -D "$folder/pg" -m immediate -w stop > /dev/null
    fi
}

start() {
    as "$bin/pg_ctl" -D "$folder/pg" -w -l "$folder/pg/log" -o "-c listen_addresses='' \
        -c unix_socket_directories='$folder/pg' -c shared_buffers=1GB -c work_mem=1GB \
        -c max_parallel_workers_per_gather=2 -c max_wal_size=8GB $*" start > /dev/null
}

query() {
    as "$bin/psql" -h "$folder/pg" -U bench -X -q -v ON_ERROR_STOP=1 postgres "$@"
}

now() {
    date +%s.%N
}

figure() {
    printf '{"bench":"results","metric":"%s","value":%s,"unit":"%s"%s}\n' "$1" "$2" "$3" "${4:-}"
}

chmod 755 "$folder"
"$here/../build/release/bench/results_bench" "$people" "$events" "$folder" | tee "$folder/figures"
if [ ! -x "$bin/initdb" ]; then
    echo "# skipped: PostgreSQL is not here; apt-get install postgresql-15 brings it" >&2
    exit 0
fi
mkdir "$folder/pg"
[ "$(id -u)" != 0 ] || chown nobody "$folder/pg"
as "$bin/initdb" -D "$folder/pg" -A trust -U bench -E UTF8 --no-locale > /dev/null
start -c fsync=off
begun=$(now)
query -c "CREATE TABLE exposures (user_id text, variant text, ts bigint);
          CREATE TABLE events (user_id text, name text, value float8, ms float8, ts bigint);"
query -c "COPY exposures FROM '$folder/exposures.csv' (FORMAT csv); COPY events FROM '$folder/events.csv' (FORMAT csv);"
query -c "CREATE INDEX ON exposures (user_id); CREATE INDEX ON events (user_id, ts);"
query -c "VACUUM ANALYZE exposures" -c "VACUUM ANALYZE events"
figure postgresql_load "$(awk "BEGIN { print $(now) - $begun }")" s
as "$bin/pg_ctl" -D "$folder/pg" -m fast -w stop > /dev/null
start
for run in cold warm; do
    begun=$(now)
    query -f "$here/results.sql" > "$folder/postgresql.csv" || exit 1
    took=$(awk "BEGIN { print $(now) - $begun }")
    ours=$(sed -n "s/.*\"compute_$run\",\"value\":\([0-9.e-]*\).*/\1/p" "$folder/figures")
    figure "postgresql_$run" "$took" s ",\"gosset\":$ours,\"times_gosset\":$(awk "BEGIN { printf \"%.1f\", $took / $ours }")"
done
# Ratios have no n, mean and variance of their own: the first three metrics are compared.
paste -d, "$folder/answer.csv" "$folder/postgresql.csv" | awk -F, '
    function differs(a, b) { d = a - b; if (d < 0) d = -d; m = a < 0 ? -a : a; return d > 1e-9 * (m > 1 ? m : 1) }
    $1 < 3 { n++; if ($1 != $6 || $2 != $7 || $3 != $8 || differs($4, $9) || differs($5, $10)) { bad++; print "# " $0 > "/dev/stderr" } }
    END { printf "{\"bench\":\"results\",\"metric\":\"answers_that_differ\",\"value\":%d,\"unit\":\"of %d\"}\n", bad, n; exit bad > 0 || n != 6 }'
