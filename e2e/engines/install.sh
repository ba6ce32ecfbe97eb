#!/usr/bin/env bash
# Installs the engines of make test-engines where they are missing: Chromium and the npm packages as for the browser
# tests, Firefox, and WebKitGTK with its driver and a display for it.
set -euo pipefail
cd "$(dirname "$0")"
../install.sh

packages=()
[ -n "${FIREFOX:-}" ] || command -v firefox-esr >/dev/null || command -v firefox >/dev/null || packages+=(firefox-esr)
[ -n "${WEBKIT_DRIVER:-}" ] || command -v WebKitWebDriver >/dev/null || packages+=(webkit2gtk-driver)
[ -n "${XVFB_RUN:-}" ] || command -v xvfb-run >/dev/null || packages+=(xvfb xauth)
[ ${#packages[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
install=(apt-get install --no-install-recommends "${packages[@]}")
if ! command -v apt-get >/dev/null || ! "${sudo[@]}" true 2>/dev/null; then
  echo "Engines are missing: on Debian, ${install[*]}; elsewhere, the same of your package manager" >&2
  exit 1
fi
echo "installing ${packages[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -y -qq >/dev/null
