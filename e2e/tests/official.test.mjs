/** The parts of fetching the authors' checkpoints that need no browser. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { toSource } from "../../web/manifest.js";
import { CHECKPOINT_ORIGINS } from "../../web/network.js";
import { sha256 } from "../../web/worker/sha256.js";
import { ROOT } from "../support/repo.mjs";

test("SHA-256 of pieces is that of the whole", () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000, 100_003]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 3);
    const hash = sha256();
    for (let at = 0, step = 1; at < length; at += step, step = ((step * 37) % 131) + 1)
      hash.update(bytes.subarray(at, at + step));
    assert.equal(hash.hex(), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
  }
});

test("the list of the authors' checkpoints names a server that the page may ask, and no other does", () => {
  const list = JSON.parse(readFileSync(path.join(ROOT, "assets/models/official.json"), "utf8"));
  for (const { id, weights } of list.models) {
    assert.equal(weights.length, 1, id);
    const { origin, pathname } = new URL(weights[0].url, list.base);
    assert.ok(CHECKPOINT_ORIGINS.includes(origin), `${id} comes from ${origin}`);
    assert.match(pathname, new RegExp(`/mobilemamba_${id}\\.pth$`));
  }
});

test("the name of an official file tells its resolution", () => {
  for (const [name, side] of /** @type {[string, number | undefined][]} */ ([
    ["mobilemamba_b4.pth", 512],
    ["MobileMamba_B2s.pth", 384],
    ["mobilemamba_b4s (1).pth", 512],
    ["mobilemamba_b1.pth", undefined],
    ["mobilemamba_t2.pth", undefined],
    ["mobilemamba_b40.pth", undefined],
    ["mobilemamba_b4.safetensors", undefined],
  ])) {
    const source = toSource({ file: new File([], name) }, []);
    assert.equal(source.kind === "file" && source.resolution, side, name);
  }
});
