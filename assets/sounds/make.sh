#!/bin/sh
# Makes the earcons: short sine chimes, drawn by sox and packed by lame. Needs both; run it in this folder.
set -eu
chime() { # NAME, then sox's synthesis
  name=$1
  shift
  sox -n -r 44100 -c 1 -b 16 "$name.wav" "$@"
  lame --quiet -m m -b 64 --resample 44.1 "$name.wav" "$name.mp3"
  rm "$name.wav"
}
chime shutter synth 0.05 brownnoise fade t 0.002 0.05 0.03 gain -8 pad 0 0.03
chime confident synth 0.28 pluck E5 synth 0.28 sine mix 1318.5 fade t 0.005 0.28 0.2 gain -10
chime error synth 0.26 sine 220 synth 0.26 sine mix 207.65 fade t 0.01 0.26 0.15 gain -10
