#!/usr/bin/env bash
# Installs what the browser tests need: the npm packages of the lock file, and Chromium where it is missing.
set -euo pipefail
cd "$(dirname "$0")"

find_chromium() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      return 0
    fi
  done
  return 1
}

if ! find_chromium; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing Chromium"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core >/dev/null
  else
    echo "Chromium is needed: install it with your package manager (on Debian: apt-get install chromium), or name a binary in CHROMIUM" >&2
    exit 1
  fi
fi
../.ci/npm-ci e2e
