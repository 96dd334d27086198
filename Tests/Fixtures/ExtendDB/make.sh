#!/bin/sh
# make.sh LEVEL CATALOG DATA: fills two empty databases as production's. LEVEL is 0.0.2, 0.0.2-edited or 0.0.3; psql takes
# server and role from the environment (PGHOST, PGPORT, PGUSER, PGPASSWORD). The same as ExtendDBDeployment.makeProduction.
set -eu
here=$(dirname "$0")
catalog="catalog-0.0.2" data="data-0.0.2" tokens="production-data-0.0.2"
case "$1" in
0.0.2) ;;
0.0.2-edited) catalog="$catalog catalog-0.0.2-edited" ;;
0.0.3)
    catalog="$catalog catalog-0.0.2-edited catalog-0.0.3" data="$data data-0.0.3" tokens="production-data-0.0.3" ;;
*) echo "unknown level $1" >&2; exit 2 ;;
esac
run() {
    database=$1
    shift
    for script in "$@"; do
        psql -X -q -v ON_ERROR_STOP=1 -1 -d "$database" -o /dev/null -f "$here/$script.sql"
    done
    psql -X -q -d "$database" -c ANALYZE
}
# The names of scripts have no spaces.
# shellcheck disable=SC2086
run "$2" $catalog production-catalog
# shellcheck disable=SC2086
run "$3" $data production-data $tokens
