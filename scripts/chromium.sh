#!/usr/bin/env bash
# See to it that a Chromium is installed; tests/browser drives it through the page, benchmarks/ui.py measures in it.
set -euo pipefail

installed() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

installed >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the tests of the page …"
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null || true
    installed >/dev/null && exit 0
fi
echo "There is no Chromium here, and this user cannot install one: the tests of the page will be SKIPPED." \
    "To run them: sudo apt-get install chromium" >&2
[ -z "${CI:-}" ] # in CI everything is tested or the run is red
