import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { MillwrightError } from '../errors.ts';
import { parseBounded, tooDeep } from '../lib/json-depth.ts';
import { mismatch } from './mismatch.ts';

export const defaultBodyLimitBytes = 1024 * 1024;
const depthLimit = 64;

/** A body that is read as a whole must be there by then, however slow the client. */
const bodyTimeoutMs = 120_000;

/** Reads a whole body of at most `limitBytes`; a declared length is refused before anything is read. */
export function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  if (!hasBody(request)) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: MillwrightError): void => {
      clearTimeout(timer);
      request.off('data', take).pause();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) refuse(tooLarge(limitBytes));
      else chunks.push(chunk);
    };
    const timer = setTimeout(
      () => refuse(new MillwrightError('REQUEST_TIMEOUT', `the body did not arrive within ${bodyTimeoutMs / 1000} s: send it at once`)),
      bodyTimeoutMs,
    );
    const cut = (): void => refuse(new MillwrightError('BAD_REQUEST', 'the connection ended before the body did'));
    request
      .on('data', take)
      .once('end', () => {
        clearTimeout(timer);
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      })
      .once('error', cut)
      .once('close', () => {
        if (!request.complete) cut();
      });
  });
}

/** A message with neither header has no body (RFC 9112, 6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function tooLarge(limitBytes: number): MillwrightError {
  return new MillwrightError(
    'PAYLOAD_TOO_LARGE',
    `the body is larger than the ${limitBytes} bytes that this route takes: send less at once`,
  );
}

/** Bytes → text, refusing what is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new MillwrightError('BAD_REQUEST', 'the body is not UTF-8', { cause: error });
  }
}

interface JsonReading {
  readonly parse?: (text: string) => unknown;
  /** For messages, where the bytes are a part of the body. */
  readonly what?: string;
}

/** Bytes → a value that `schema` allows. @throws BAD_REQUEST, INVALID_PARAMETER_VALUE naming the field and what is wrong */
export function parseJson(bytes: Uint8Array, schema: TSchema, { parse, what = 'the body' }: JsonReading = {}): unknown {
  const text = bytes.length === 0 ? '{}' : decodeUtf8(bytes);
  let value: unknown;
  try {
    value = parseBounded(text, depthLimit, parse);
  } catch (error) {
    throw new MillwrightError('BAD_REQUEST', `${what} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (value === tooDeep) throw new MillwrightError('BAD_REQUEST', `the JSON is nested deeper than ${depthLimit} levels`);
  const validator = validatorOf(schema);
  if (validator.Check(value)) return value;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', mismatch(validator.Errors(value), schema, what));
}

const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  return validator;
}

/** How a refused body is read on: in bytes, in all, and after the client's last byte. */
const leftover = { bytes: 256 * 1024 * 1024, totalMs: 10_000, idleMs: 2000 };

/** Whether so much of a body was not read that the connection is better closed than read to the body's end. */
export function isLeftUnread(request: IncomingMessage): boolean {
  if (request.complete) return false;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 64 * 1024;
}

/**
 * An answer that leaves at once and ends when the client has stopped sending: a connection that is closed
 * under bytes nobody has read is reset, and a reset throws away the answer that the client has not read yet.
 */
export function lingeringAnswer(body: string | Uint8Array, request: IncomingMessage): Readable {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(body);
    await drain(request);
  };
  return Readable.from(chunks(), { objectMode: false });
}

/** Reads what is left of a body and drops it, within the bounds of `leftover`. */
function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let read = 0;
    const end = (): void => {
      clearTimeout(idle);
      clearTimeout(total);
      request.off('data', take).off('end', end).off('error', end).off('close', end);
      request.pause();
      resolve();
    };
    const idle = setTimeout(end, leftover.idleMs);
    const total = setTimeout(end, leftover.totalMs);
    const take = (chunk: Buffer): void => {
      read += chunk.length;
      if (read > leftover.bytes) end();
      else idle.refresh();
    };
    request.on('data', take).once('end', end).once('error', end).once('close', end);
    request.resume();
  });
}
