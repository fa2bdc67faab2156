// Fails when the first page (log-in, frame, Overview with its charts) is more than 400 kB packed: node size.mjs DIST
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT = 400_000;  // bytes of JavaScript and CSS, gzip
const FIRST = ['index.html', 'src/pages/OverviewPage.tsx', 'src/ui/Chart.tsx'];
const dist = process.argv[2];
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));

const files = new Set();
const seen = new Set();
function take(key) {
  if (seen.has(key)) return;
  seen.add(key);
  const chunk = manifest[key];
  if (!chunk) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const next of chunk.imports ?? []) take(next);
}
FIRST.forEach(take);
let sum = 0;
for (const file of [...files].sort()) {
  const size = gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
  sum += size;
  console.log(`${String(size).padStart(8)} ${file}`);
}
console.log(`FIGURE console_first_page ${(sum / 1000).toFixed(1)} kB`);
if (!manifest['index.html'] || sum > LIMIT) {
  console.log(`the first page is over ${LIMIT / 1000} kB, or not there`);
  process.exit(1);
}
