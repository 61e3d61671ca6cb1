import { createRequire } from 'node:module';

/** What is used of koffi. */
interface Koffi {
  load(path: null): { func(signature: string): unknown };
}

/**
 * A function of the C library, by its declaration, such as `int flock(int, int)`.
 *
 * koffi's own entry reads Node's binary to learn which C library it uses, for 14 ms of every command's start: its native module for glibc is
 * tried first, which no other C library loads.
 */
export function foreignFunction(declaration: string): unknown {
  const require = createRequire(import.meta.url);
  return (direct(require) ?? (require('koffi') as Koffi)).load(null).func(declaration);
}

function direct(require: NodeJS.Require): Koffi | undefined {
  const { platform, arch } = process;
  try {
    return require(`@koromix/koffi-${platform}-${arch}/${platform}_${arch}/koffi.node`) as Koffi;
  } catch (error) {
    if (['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
