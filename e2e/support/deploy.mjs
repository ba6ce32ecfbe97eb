/** Versions of the published site on a host: what "make site" and an upload do, without building anything anew. */

import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** @typedef {Record<string, (text: string) => string>} Changes  by the path of the file */

/** A copy of a published site that further versions can be put in the place of. */
export class Host {
  /** @param {string} published */
  constructor(published) {
    this.folder = mkdtempSync(path.join(tmpdir(), "mobilemamba-host-"));
    cpSync(published, this.folder, { recursive: true, filter: (file) => !file.endsWith(".gz") });
  }

  get version() {
    return /const VERSION = "(\w+)"/.exec(this.read("service-worker.js"))?.[1] ?? "";
  }

  /** @param {string} name */
  read(name) {
    return readFileSync(path.join(this.folder, name), "utf8");
  }

  /**
   * Puts a new version on the host.
   * @param {string} version
   * @param {Changes} changes
   * @param {(name: string) => boolean} [arrives]  which of the changed files the upload has brought by now
   */
  deploy(version, changes, arrives = () => true) {
    const files = new Map(Object.entries(changes).map(([name, change]) => [name, change(this.read(name))]));
    const page = files.get("index.html") ?? this.read("index.html");
    files.set("index.html", page.replace(`content="${this.version}"`, `content="${version}"`));
    const worker = (files.get("service-worker.js") ?? this.read("service-worker.js")).replace(
      /const SHELL = (.*);/,
      (_, json) => {
        const shell = JSON.parse(json);
        for (const [name, text] of files) if (shell[name]) shell[name] = sha256(text);
        return `const SHELL = ${JSON.stringify(shell)};`;
      },
    );
    files.set("service-worker.js", worker.replace(/const VERSION = "\w+"/, `const VERSION = "${version}"`));
    for (const [name, text] of files) if (arrives(name)) this.replace(name, text);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  replace(name, text) {
    writeFileSync(path.join(this.folder, name), text);
  }

  /**
   * Another file in the place of one that has a hash in its name.
   * @param {string} name
   * @param {(bytes: Buffer) => Buffer} change
   */
  renew(name, change) {
    const bytes = change(readFileSync(path.join(this.folder, name)));
    const hash = sha256(bytes);
    const renewed = name.replace(/\.[0-9a-f]{12}\./, `.${hash.slice(0, 12)}.`);
    rmSync(path.join(this.folder, name));
    writeFileSync(path.join(this.folder, renewed), bytes);
    return { name: renewed, sha256: hash };
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/** @param {string | Buffer} data */
function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}
