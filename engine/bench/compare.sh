#!/usr/bin/env bash
# Compares `outturn settle` with DuckDB on the same files in the same run: README.md says what is compared and how.
#   engine/bench/compare.sh [FOLDER]     evidence, DuckDB and what both write are kept in FOLDER
# UNITS (1000000), PAIRS (3) and EVIDENCE ("generated likely") change what is run; OUTTURN names a program already built.
set -euo pipefail
export LC_ALL=C GOMAXPROCS=2 # as many threads as settle.sql gives DuckDB

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
contract=$root/fixtures/work-programme/contract.yaml
folder=${1:-${TMPDIR:-/tmp}/outturn-bench}
units=${UNITS:-1000000}
pairs=${PAIRS:-3}
as_at=2019-03-31
duckdb=1.5.6-r.1 # of @duckdb/node-api

for tool in go node npm /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "compare.sh: $tool is not here; it is needed to compare with DuckDB" >&2; exit 2; }
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
modules=$folder/duckdb-$duckdb
if [ ! -d "$modules/node_modules/@duckdb/node-api" ]; then
    mkdir -p "$modules"
    npm install --prefix "$modules" --no-save --no-audit --no-fund --loglevel=error "@duckdb/node-api@$duckdb"
fi
outturn=${OUTTURN:-$folder/outturn}
[ -n "${OUTTURN:-}" ] || (cd "$root" && go build -o "$outturn" ./cmd/outturn)

sql() { # FILE.sql name=value...: runs it in DuckDB
    node "$here/duckdb.mjs" "$modules" "$@"
}

# measured NAME COMMAND...: runs a command; NAME.time gets its wall and processor seconds and its peak memory in MiB.
measured() {
    local name=$1
    shift
    /usr/bin/time -f '%e %U %S %M' -o "$name.raw" "$@" >"$name.out" 2>"$name.err" || { cat "$name.err" "$name.out" >&2; exit 1; }
    awk '{ printf "%.2f %.2f %.0f\n", $1, $2 + $3, $4 / 1024 }' "$name.raw" >"$name.time"
}

ours() {
    rm -rf "$work/statement"
    measured "$work/ours" "$outturn" settle "$work/contract" --as-at "$as_at" --out "$work/statement"
}

theirs() {
    measured "$work/theirs" node "$here/duckdb.mjs" "$modules" "$here/settle.sql" \
        "evidence=$work/contract/evidence/evidence.csv" "as_at=$as_at" "lines=$work/lines.csv" "whole=$work/whole.csv"
    # DuckDB's wall is that of the SQL alone: what starts the program around it is not held against it.
    awk -v sql="$(awk '/^sql / { print $2 }' "$work/theirs.err")" '{ $1 = sprintf("%.2f", sql); print }' "$work/theirs.time" >"$work/theirs.sql"
}

rows() { echo $(($(wc -l <"$1") - 1)); } # of a file with a heading

agree() {
    node "$here/lines.mjs" "$work/statement/lines.ndjson" "$work/ours-lines.csv" "$work/ours-whole.csv"
    if ! cmp "$work/ours-lines.csv" "$work/lines.csv" || ! cmp "$work/ours-whole.csv" "$work/whole.csv"; then
        echo "the two settlements differ: compare $work/ours-lines.csv with $work/lines.csv, and ours-whole.csv with whole.csv" >&2
        exit 1
    fi
}

compare() { # EVIDENCE: generated (by outturn generate) or likely (by evidence.sql)
    work=$folder/$1-$units
    mkdir -p "$work/contract/evidence"
    cp "$contract" "$work/contract/contract.yaml"
    local evidence=$work/contract/evidence/evidence.csv
    if [ ! -s "$evidence" ]; then
        if [ "$1" = likely ]; then
            sql "$here/evidence.sql" "units=$units" "evidence=$evidence.part" >/dev/null 2>&1
        else
            "$outturn" generate "$contract" --units "$units" --seed 1 --shuffle --out "$evidence.part" >/dev/null 2>&1
        fi
        mv "$evidence.part" "$evidence"
    fi
    echo "$1 evidence: $units units, $(rows "$evidence") items, $(($(wc -c <"$evidence") / 1000000)) MB"
    ours && theirs # a warm-up, and the proof that they do the same
    agree
    echo "  both write the same $(rows "$work/lines.csv") unit lines and $(rows "$work/whole.csv") of the whole; by payment, lines, count, amount:"
    sed 's/^/    /' "$work/theirs.out"
    echo "          outturn settle              DuckDB                      ratio"
    echo "          wall s   cpu s  peak MiB    wall s   cpu s  peak MiB    wall    cpu"
    : >"$work/ratios"
    for pair in $(seq "$pairs"); do
        ours && theirs
        agree
        paste -d' ' "$work/ours.time" "$work/theirs.sql" | tee -a "$work/ratios" |
            awk -v pair="$pair" '{ printf "  pair %s", pair
                printf "  %6.2f  %6.2f  %8d    %6.2f  %6.2f  %8d    %.2f    %.2f\n", $1, $2, $3, $4, $5, $6, $1 / $4, $2 / $5 }'
    done
    echo "  median                                                              $(median 1 4)    $(median 2 5)"
}

median() { # A B: the middle of the ratios of two columns
    awk -v a="$1" -v b="$2" '{ print $a / $b }' "$work/ratios" | sort -g |
        awk '{ r[NR] = $1 } END { printf "%.2f", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2 }'
}

memory=$(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
echo "$(nproc) processors, $memory GiB, load $(cut -d' ' -f1 /proc/loadavg); $(go env GOVERSION), DuckDB $duckdb"
for evidence in ${EVIDENCE:-generated likely}; do
    compare "$evidence"
done
