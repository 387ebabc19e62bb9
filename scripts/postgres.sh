#!/usr/bin/env bash
# See to it that a PostgreSQL server is installed; tests start private ones from it (tests/conftest.py).
set -euo pipefail

installed() { compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null; }

installed && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing a PostgreSQL server for the tests …"
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null || true
    installed && exit 0
fi
echo "There is no PostgreSQL server here, and this user cannot install one: tests on PostgreSQL will be SKIPPED." \
    "To run them: sudo apt-get install postgresql" >&2
[ -z "${CI:-}" ] # in CI everything is tested or the run is red
