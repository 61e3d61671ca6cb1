/** Cuts onnxruntime-node and what it needs out of package-lock.json: what `npm ci` installs on first use of an ONNX model. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Locked {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
}

const name = 'onnxruntime-node';

export async function writeOnnxPackage(root: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
  const packages: Record<string, unknown> = {};
  const wanted = [`node_modules/${name}`];
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (path in packages) continue;
    const { dev: _, ...locked } = lock.packages[path]!;
    packages[path] = locked;
    wanted.push(...Object.keys(locked.dependencies ?? {}).map((dependency) => nearest(lock.packages, path, dependency)));
  }
  const version = lock.packages[`node_modules/${name}`]!.version;
  const manifest = { name: 'millwright-onnx-runtime', version, private: true, dependencies: { [name]: version } };
  const folder = join(root, 'dist', 'onnx-runtime');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const { private: _, ...entry } = manifest;
  const cut = { name: manifest.name, version, lockfileVersion: 3, requires: true, packages: { '': entry, ...sorted(packages) } };
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(cut, undefined, 2));
}

/** Node's own search: the package's folder, then each above it. */
function nearest(packages: Readonly<Record<string, Locked>>, from: string, dependency: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${dependency}` : `${folder}/node_modules/${dependency}`;
    if (path in packages) return path;
    if (folder === '') throw new Error(`package-lock.json has no ${dependency}, which ${from} needs`);
  }
}

function sorted(packages: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(packages).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
