// Writes the built page as C++: node embed.mjs DIST OUTPUT.cpp. Each file packed once, here, so that the hub packs nothing while it serves.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json' };
const [dist, output] = process.argv.slice(2);

const found = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((file) => ({ file, path: `/${relative(dist, file).split(sep).join('/')}` }))
  .filter(({ path }) => !path.startsWith('/.vite/'))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

/** Bytes as a C++ string: three octal digits each, since those end by themselves. In lines, for people who open the file. */
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    let line = '';
    for (const byte of bytes.subarray(at, at + 4096)) {
      const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
      line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
    }
    lines.push(`    "${line}"`);
  }
  return lines.length ? lines.join('\n') : '    ""';
}

const rows = found.map(({ file, path }) => {
  const type = types[extname(path)];
  if (!type) throw new Error(`${path}: no content type is known for it`);
  const plain = readFileSync(file);
  const isIndex = path === '/index.html';
  // The page itself gets a new nonce in each answer, so it is kept as it stands.
  const bytes = isIndex ? plain : gzipSync(plain, { level: 9 });
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 32);
  const isHashed = /^\/assets\/.+-[\w-]{8}\.\w+$/.test(path);
  return `  {"${isIndex ? '/' : path}", "${type}", "\\"${etag}\\"", ${isHashed}, ${!isIndex}, ${plain.length}, std::string_view(\n${literal(bytes)},\n    ${bytes.length})},`;
});
if (!found.some(({ path }) => path === '/index.html')) throw new Error(`${dist} holds no index.html`);

writeFileSync(output, `// Made by hub/console/tools/embed.mjs from the built page.
#include "hub/console/console_files.h"

namespace tillsync::hub {
namespace {

constexpr ConsoleFile kFiles[] = {
${rows.join('\n')}
};

}  // namespace

std::span<const ConsoleFile> console_files() { return kFiles; }

}  // namespace tillsync::hub
`);
