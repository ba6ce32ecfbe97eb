#!/bin/sh
# Copies the committed subset of the reference data from ../shared/reference. It proves the essentials on a clone
# that has no ../shared: the small networks with their inner tensors, one official variant, most operations, the
# small checkpoint files, one network and most operations of training, and the pictures that were made for the tests (never the photographs).
set -eu
cd "$(dirname "$0")"
from=../../shared/reference
rm -rf reference
mkdir -p reference/model reference/ops reference/checkpoints reference/preprocess/src reference/preprocess/crop reference/preprocess/decoded
cp $from/channel_splits.json $from/variants.json $from/state_dicts.json reference/
for name in tiny_64x64 tiny_80x112 tiny_17x33 tiny_dist_64x64 micro_64x64 micro_netE_64x64 T2_160x224; do
  cp $from/model/$name.json reference/model/
done
cp $from/ops/* reference/ops/
rm reference/ops/ss2d_9x10.safetensors
find $from/checkpoints -type f -size -40k -exec cp {} reference/checkpoints/ \;
cp $from/preprocess/preprocess.json reference/preprocess/
for folder in src crop decoded; do
  find $from/preprocess/$folder -type f ! -name 'n[0-9]*' -size -64k -exec cp {} reference/preprocess/$folder/ \;
done
mkdir -p reference/train/model reference/train/ops reference/train/optim reference/train/mixup
cp $from/train/model/micro_80x96.json reference/train/model/
find $from/train/ops -type f -size -180k -exec cp {} reference/train/ops/ \;
cp $from/train/optim/schedule.json $from/train/optim/loss_curve.json reference/train/optim/
cp $from/train/mixup/* reference/train/mixup/
chmod -R u+w reference
