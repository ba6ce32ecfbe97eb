/** Modules changed for tests. */

/**
 * The same module with a limit to its memory: a section of WebAssembly's binary format is an id, a size and its bytes.
 * @param {Buffer} module
 * @param {number} growth  bytes beyond what it begins with
 * @returns {Buffer}
 */
export function limitMemory(module, growth) {
  const MEMORY = 5;
  for (let at = 8; at < module.length;) {
    const id = module[at];
    const size = readLeb(module, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY) {
      // One memory, with or without a maximum.
      const initial = readLeb(module, size.next + 2);
      const maximum = initial.value + Math.ceil(growth / 65536);
      const body = Buffer.from([1, 1, ...leb(initial.value), ...leb(maximum)]);
      return Buffer.concat([
        module.subarray(0, at),
        Buffer.from([MEMORY, ...leb(body.length)]),
        body,
        module.subarray(end),
      ]);
    }
    at = end;
  }
  throw new Error("the module has no memory of its own");
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 */
function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

/** @param {number} value */
function leb(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}
