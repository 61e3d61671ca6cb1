import { randomBytes } from 'node:crypto';

/** Where an operation takes new ids from: a parameter, so that tests set them. */
export interface Ids {
  /** 32 lower-case hex characters, random: the form of MLflow's run ids. */
  hex32(): string;
  /** A UUIDv7 (RFC 9562) without dashes: 32 lower-case hex characters that sort by time. */
  uuid7(): string;
}

export const randomIds: Ids = {
  hex32: () => random(16).toString('hex'),
  uuid7: () => uuid7(Date.now(), random(10)),
};

/** Asking the kernel costs the same for 16 bytes and for thousands. */
let pool = Buffer.alloc(0);

function random(size: number): Buffer {
  if (pool.length < size) pool = randomBytes(4096);
  const taken = pool.subarray(0, size);
  pool = pool.subarray(size);
  return taken;
}

/** @param random 10 bytes, of which 74 bits are used */
function uuid7(milliseconds: number, random: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(milliseconds, 0, 6);
  random.copy(bytes, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex');
}
