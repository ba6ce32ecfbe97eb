/** What needs no browser: the choice of kernels, the address, the errors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError, toFault } from "../../web/errors.js";
import { KERNELS, PROBES, chooseKernel } from "../../web/kernels.js";
import { formatCount, formatPercent, formatSigned, formatSentence } from "../../web/page/format.js";
import { toAddress } from "../../web/page/address.js";
import { paintHeat, valueAt } from "../../web/page/heat.js";
import { REMEMBERED, createPulse } from "../../web/page/pulse.js";
import { STILL } from "../../web/page/state.js";
import { parseQuery } from "../../web/page/query.js";
import { toCsv, toLink } from "../../web/page/report.js";
import { readAddress } from "../../web/page/transfer.js";
import { LANGUAGES, chooseLanguage } from "../../web/language.js";
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
    { name: "scalar", artifact: "scalar.wasm", wish: "scalar", unmet: null },
  );
  assert.equal(chooseKernel("auto", TABLE, () => true).unmet, null);
  const refused = chooseKernel("fast", TABLE, (probe) => probe === PROBES.simd);
  assert.equal(refused.name, "middle");
  assert.equal(refused.wish, "fast");
  assert.equal(refused.unmet, "unsupported");
  assert.equal(chooseKernel("magic", TABLE, () => true).unmet, "unknown");
  // Nobody asked for the slowest, but it is worth knowing.
  assert.equal(chooseKernel("auto", TABLE, () => false).unmet, "plain");
});

test("the last kernels of the table run everywhere", () => {
  assert.equal(KERNELS.at(-1)?.probe, null);
});

test("the SIMD probe is a valid module here", () => {
  assert.ok(WebAssembly.validate(PROBES.simd));
});

test("the address is read with its limits", () => {
  const base = "https://example.org/some/path/";
  assert.deepEqual(parseQuery("", base), {
    model: undefined,
    dtype: undefined,
    kernel: "auto",
    image: undefined,
    language: null,
    shared: false,
    runs: 0,
  });
  assert.deepEqual(parseQuery("?model=a&dtype=i8&kernel=simd&img=cat.jpg&bench=5&lang=zh", base), {
    language: "zh",
    shared: false,
    model: "a",
    dtype: "i8",
    kernel: "simd",
    image: "https://example.org/some/path/cat.jpg",
    runs: 5,
  });
  assert.equal(parseQuery("?bench=1e9", base).runs, 1000);
  assert.equal(parseQuery("?bench=-3", base).runs, 0);
  assert.equal(parseQuery("?bench=many", base).runs, 0);
  assert.equal(parseQuery("?model=a&dtype=i4", base).dtype, undefined);
});

test("whatever is thrown becomes a fault of the closed list", () => {
  assert.deepEqual(toFault(new ClassifierError("offline", "m", "h"), "failed"), {
    code: "offline",
    message: "m",
    hint: "h",
  });
  assert.deepEqual(toFault(new ClassifierError("offline", "m", "h", "zh"), "failed"), {
    code: "offline",
    message: "m",
    hint: "h",
    language: "zh",
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
  assert.equal(formatSigned(-1.5), "−1.50");
});

const MAP = {
  index: 0,
  id: "",
  label: "",
  logit: 1.5,
  bias: 0.5,
  width: 2,
  height: 2,
  map: new Float32Array([2, -1, 0, 0]),
  view: { x: 0, y: 0, width: 8, height: 8, pictureWidth: 8, pictureHeight: 8 },
};

test("a map is level outside of its centres and linear between them", () => {
  assert.equal(valueAt(MAP, 0, 0), 2);
  assert.equal(valueAt(MAP, 0.25, 0.25), 2);
  assert.equal(valueAt(MAP, 0.5, 0.25), 0.5);
  assert.equal(valueAt(MAP, 0.5, 0.5), 0.25);
  assert.equal(valueAt(MAP, 1, 0), -1);
  assert.equal(valueAt({ width: 1, height: 1, map: new Float32Array([3]) }, 0.9, 0.1), 3);
});

test("the colours of a map are its signs, their strength its values", () => {
  const pixels = paintHeat(MAP, 4, 4);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => [
    ...pixels.slice(4 * (4 * y + x), 4 * (4 * y + x) + 4),
  ];
  const [plus, minus, zero] = [at(0, 0), at(3, 0), at(0, 3)];
  assert.equal(plus[3], 255);
  assert.ok(minus[3] > 120 && minus[3] < 135);
  assert.equal(zero[3], 0);
  assert.ok(plus[0] > plus[2] && minus[2] > minus[0]);
});

test("names of files cannot break a CSV or become a formula of it", () => {
  const result = {
    top: [{ index: 3, id: "n3", label: 'dog, "good"', p: 0.5 }],
    ms: { decode: 0, preprocess: 0, forward: 0, total: 0 },
    blocks: [],
  };
  assert.equal(
    toCsv({ answer: { about: "=1+1,a.png", live: false, result }, info: null, kernel: null }),
    'file,model,kernel,rank,index,id,label,p\r\n"\'=1+1,a.png",,,1,3,n3,"dog, ""good""",0.5\r\n',
  );
});

test("links are short for what the site has, and whole for what it has not", () => {
  const page = "https://example.org/a/index.html?bench=5#x";
  const link = (/** @type {string} */ source) => toLink(page, { model: "m", dtype: "i8", kernel: "simd", source });
  assert.equal(
    link("https://example.org/a/s/o.jpg"),
    "https://example.org/a/index.html?model=m&dtype=i8&kernel=simd&img=s/o.jpg",
  );
  const elsewhere = link("https://other.org/o.jpg?a=1&b=2");
  assert.equal(parseQuery(new URL(elsewhere).search, page).image, "https://other.org/o.jpg?a=1&b=2");
});

test("a scope of the store ends without the others", () => {
  const store = createStore({ n: 0 });
  /** @type {string[]} */
  const told = [];
  const scope = store.scope();
  scope.watch(
    ({ n }) => n,
    (n) => told.push(`scope ${n}`),
  );
  store.watch(
    ({ n }) => n,
    (n) => told.push(`page ${n}`),
  );
  scope.update({ n: 1 });
  scope.end();
  store.update({ n: 2 });
  assert.deepEqual(told, ["scope 0", "page 0", "scope 1", "page 1", "page 2"]);
});

test("the first language that is wished for and known is spoken", () => {
  assert.equal(chooseLanguage([null, "fr-CA", "zh-Hans-CN", "en"]), "zh");
  assert.equal(chooseLanguage(["zha"]), "en");
  assert.equal(chooseLanguage([]), "en");
});

test("every language says everything", async () => {
  const english = await LANGUAGES.en.load();
  for (const { load } of Object.values(LANGUAGES)) assert.deepEqual(keys(await load()), keys(english));
});

/**
 * @param {object} dictionary
 * @returns {string[]}
 */
function keys(dictionary) {
  return Object.entries(dictionary)
    .flatMap(([name, value]) => (typeof value === "object" ? keys(value).map((key) => `${name}.${key}`) : name))
    .sort();
}

test("the address of a picture is found in what another tab gives", () => {
  const find = (/** @type {Record<string, string>} */ data) => readAddress((type) => data[type] ?? "");
  assert.equal(find({ "text/uri-list": "#x\r\nhttps://a.org/b.png\r\nhttps://a.org/c.png" }), "https://a.org/b.png");
  const markup = (/** @type {string} */ html) => find({ "text/html": html, "text/uri-list": "https://a.org/link" });
  assert.equal(markup('<p><img data-src="https://no.org" src="https://a.org/b?c&amp;d">'), "https://a.org/b?c&d");
  assert.equal(markup("<IMG SRC='https://a.org/b'>"), "https://a.org/b");
  assert.equal(markup("<img src=https://a.org/b alt=x>"), "https://a.org/b");
  assert.equal(markup("<i>none</i>"), "https://a.org/link");
  assert.equal(find({ "text/html": '<img src="javascript:alert(1)">' }), null);
  assert.equal(find({ "text/plain": "see https://a.org/b.png" }), null);
  assert.equal(find({ "text/plain": "data:image/png;base64,AAAA" }), "data:image/png;base64,AAAA");
  assert.equal(find({ "text/plain": "data:text/html,<script>" }), null);
});

test("what is typed as an address is one, or is not", () => {
  for (const [typed, address] of [
    [" https://a.org/b.png ", "https://a.org/b.png"],
    ["a.org/b.png", "https://a.org/b.png"],
    ["a.org:8080/b.png", "https://a.org:8080/b.png"],
    ["data:image/png;base64,AAAA", "data:image/png;base64,AAAA"],
    ["http://", null],
    ["cat", null],
    ["two words/x.y", null],
    ["javascript:alert(1)", null],
    ["file:///etc/passwd", null],
    ["", null],
  ])
    assert.equal(toAddress(String(typed)), address, String(typed));
});

test("the pulse tells the rate, the latencies and what was passed over", () => {
  const pulse = createPulse();
  assert.deepEqual(pulse.read(), { ...STILL });
  for (let i = 0; i < REMEMBERED + 5; i++) {
    pulse.show(100 + 3 * i);
    pulse.answer(50 * i, 50 * i + (i % 2 ? 30 : 10));
  }
  const read = pulse.read();
  assert.equal(read.latencies.length, REMEMBERED);
  assert.equal(read.latencies.at(-1), 10);
  assert.equal(read.median, 20);
  assert.ok(Math.abs(read.fps - 20) < 5, `${read.fps}`);
  assert.equal(read.answered, REMEMBERED + 5);
  assert.equal(read.passed, 2 * (REMEMBERED + 4));

  // Neither the pause nor a count that begins anew is taken for lost frames, and the pause for no slow answer.
  pulse.rest();
  pulse.show(5);
  pulse.answer(1e6, 1e6 + 20);
  assert.equal(pulse.read().passed, read.passed);
  assert.ok(pulse.read().fps > 15);
  pulse.restart();
  assert.equal(pulse.read().restarts, 1);
});

test("a message begins with a capital letter, a file with its own name", () => {
  assert.equal(formatSentence("the file is cut off"), "The file is cut off");
  assert.equal(formatSentence("mobilemamba_t2.pth could not be read"), "mobilemamba_t2.pth could not be read");
  assert.equal(formatSentence("my net.pth is none", ["", "my net.pth"]), "my net.pth is none");
  assert.equal(formatSentence("what was read. then it stopped"), "What was read. then it stopped");
  assert.equal(formatSentence(""), "");
});
