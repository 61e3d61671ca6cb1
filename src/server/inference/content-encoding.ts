import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import { MillwrightError } from '../../errors.ts';

type Decompress = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const decompressors: ReadonlyMap<string, Decompress> = new Map([
  ['gzip', promisify(gunzip) as Decompress],
  ['x-gzip', promisify(gunzip) as Decompress],
  ['deflate', promisify(inflate) as Decompress],
  ['br', promisify(brotliDecompress) as Decompress],
  ['zstd', promisify(zstdDecompress) as Decompress],
]);

/**
 * The body as it was before the client compressed it.
 * @param limitBytes of what comes out: a small body may hold a large one
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, BAD_REQUEST
 */
export async function decompress(body: Uint8Array, contentEncoding: string | undefined, limitBytes: number): Promise<Uint8Array> {
  const name = contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return body;
  const decompressor = decompressors.get(name);
  if (decompressor === undefined) {
    const known = [...decompressors.keys()].join(', ');
    throw new MillwrightError(
      'UNSUPPORTED_MEDIA_TYPE',
      `content encoding '${name.slice(0, 64)}': send one of ${known}, or the body as it is`,
    );
  }
  try {
    return await decompressor(body, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      const message = `the body is larger than the ${limitBytes} bytes that this route takes once it is decompressed: send less at once`;
      throw new MillwrightError('PAYLOAD_TOO_LARGE', message, { cause: error });
    }
    throw new MillwrightError('BAD_REQUEST', `the body is not what its content encoding says (${name}): send it as it is, or whole`, {
      cause: error,
    });
  }
}
