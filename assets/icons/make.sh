#!/bin/sh
# Draws the PNG icons from the SVGs with a headless Chromium (CHROMIUM=PATH names another). Run it in this folder.
set -eu
draw() { # SVG PNG SIZE
  "${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
    --default-background-color=00000000 --window-size="$3,$3" --screenshot="$PWD/$2" "file://$PWD/$1" >/dev/null 2>&1
}
draw icon.svg icon-192.png 192
draw icon.svg icon-512.png 512
draw maskable.svg maskable-512.png 512
draw maskable.svg apple-touch-icon.png 180
