/** Pack the built files, as small as they get, beside themselves: the server sends what a browser takes. */

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = fileURLToPath(new URL("../../src/millrace/server/static/", import.meta.url));
const worth = /\.(html|js|css|svg|json|wasm)$/;

for (const name of readdirSync(folder, { recursive: true })) {
  const path = folder + name;
  if (!worth.test(path) || !statSync(path).isFile()) continue;
  const plain = readFileSync(path);
  const packed = {
    ".br": brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    ".gz": gzipSync(plain, { level: 9 }),
  };
  for (const [suffix, bytes] of Object.entries(packed)) {
    if (plain.length > 512 && bytes.length < plain.length) writeFileSync(path + suffix, bytes);
    else rmSync(path + suffix, { force: true });
  }
}
