/** What needs no browser: the choice of kernels, the address, the errors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError, toFault } from "../../web/errors.js";
import { KERNELS, PROBES, chooseKernel } from "../../web/kernels.js";
import { formatCount, formatPercent } from "../../web/page/format.js";
import { parseQuery } from "../../web/page/query.js";
import { createStore } from "../../web/store.js";

const TABLE = [
  { name: "fast", artifact: "fast.wasm", probe: PROBES.relaxed },
  { name: "middle", artifact: "middle.wasm", probe: PROBES.simd },
  { name: "scalar", artifact: "scalar.wasm", probe: null },
];

test("the fastest kernels that the browser runs are chosen", () => {
  assert.equal(chooseKernel("auto", TABLE, () => true).name, "fast");
  assert.equal(chooseKernel("auto", TABLE, (probe) => probe === PROBES.simd).name, "middle");
  assert.equal(chooseKernel("auto", TABLE, () => false).name, "scalar");
});

test("a wish for kernels is met, or the choice says why not", () => {
  assert.deepEqual(
    chooseKernel("scalar", TABLE, () => true),
    { name: "scalar", artifact: "scalar.wasm", note: "" },
  );
  const refused = chooseKernel("fast", TABLE, (probe) => probe === PROBES.simd);
  assert.equal(refused.name, "middle");
  assert.match(refused.note, /cannot run.*fast/);
  assert.match(chooseKernel("magic", TABLE, () => true).note, /no “magic” kernels/);
});

test("the last kernels of the table run everywhere", () => {
  assert.equal(KERNELS.at(-1)?.probe, null);
});

test("the SIMD probe is a valid module here", () => {
  assert.ok(WebAssembly.validate(PROBES.simd));
});

test("the address is read with its limits", () => {
  const base = "https://example.org/some/path/";
  assert.deepEqual(parseQuery("", base), { model: undefined, kernel: "auto", image: undefined, runs: 0 });
  assert.deepEqual(parseQuery("?model=a&kernel=simd&img=cat.jpg&bench=5", base), {
    model: "a",
    kernel: "simd",
    image: "https://example.org/some/path/cat.jpg",
    runs: 5,
  });
  assert.equal(parseQuery("?bench=1e9", base).runs, 1000);
  assert.equal(parseQuery("?bench=-3", base).runs, 0);
  assert.equal(parseQuery("?bench=many", base).runs, 0);
});

test("whatever is thrown becomes a fault of the closed list", () => {
  assert.deepEqual(toFault(new ClassifierError("offline", "m", "h"), "failed"), {
    code: "offline",
    message: "m",
    hint: "h",
  });
  assert.equal(toFault({ code: "something else", message: "m" }, "failed").code, "failed");
  assert.deepEqual(toFault("text", "failed"), { code: "failed", message: "text", hint: "" });
});

test("the store tells only of changes", () => {
  const store = createStore({ a: 1, b: 1 });
  /** @type {number[]} */
  const seen = [];
  store.watch(
    (state) => state.a,
    (a) => seen.push(a),
  );
  store.update({ b: 2 });
  store.update({ a: 2 });
  assert.deepEqual(seen, [1, 2]);
});

test("numbers read well", () => {
  assert.equal(formatCount(28_240_000), "28.2 M");
  assert.equal(formatPercent(0.22371), "22.4 %");
  assert.equal(formatPercent(0.00001), "< 0.01 %");
});
