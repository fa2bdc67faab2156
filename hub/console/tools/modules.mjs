// Installs what package-lock.json names into node_modules, unless exactly that is there already. Prints nothing when nothing is to do.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The folder to install for; this one's parent where none is named. npm's path may be given, as CMake has found it.
const folder = process.argv[2] ?? join(dirname(new URL(import.meta.url).pathname), '..');
const npm = process.argv[3] ?? 'npm';
const mark = join(folder, 'node_modules', '.tillsync-lock');
const wanted = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex');
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  // No install scripts: nothing that a package brings runs on this machine before it is asked for.
  execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(mark, wanted);
}
