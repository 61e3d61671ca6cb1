/** Frames between this program and `python_worker.py`, whose head says what they are. */
import { decodeTensors, encodeTensors } from '../../formats/tensor/codec.ts';
import type { ModelInput, ModelOutput } from '../../formats/tensor/tensor.ts';

/** Chunks to be written one after the other. */
export function callFrame(input: ModelInput): Uint8Array[] {
  const { entries, buffers } = encodeTensors(input.form === 'json' ? [] : input.tensors);
  const content = input.form === 'json' ? { text: input.text } : { tensors: entries };
  const header = Buffer.from(JSON.stringify({ form: input.form, params: input.params, ...content }, exactIntegers));
  const size = buffers.reduce((sum, buffer) => sum + buffer.length, header.length);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(size + 4, 0);
  head.writeUInt32LE(header.length, 4);
  return [head, header, ...buffers];
}

function exactIntegers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value)) : value;
}

export type WorkerReply =
  | { readonly ready: true }
  | { readonly error: string; readonly refused: boolean }
  | { readonly output: ModelOutput };

/** Gathers the bytes of a socket; calls `onReply` for each whole frame. */
export function replyReader(onReply: (reply: WorkerReply) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= 4) {
      if (chunks[0]!.length < 4) chunks = [Buffer.concat(chunks)];
      const end = 4 + chunks[0]!.readUInt32LE(0);
      if (held < end) return;
      const whole = Buffer.concat(chunks);
      chunks = whole.length > end ? [whole.subarray(end)] : [];
      held = whole.length - end;
      onReply(parse(whole.subarray(4, end)));
    }
  };
}

interface Header {
  readonly ready?: true;
  readonly error?: string;
  /** The input does not fit, by MLflow's own check of the signature. */
  readonly refused?: boolean;
  readonly form?: 'array' | 'records' | 'columns' | 'json';
  readonly text?: string;
  readonly tensors?: unknown;
}

function parse(frame: Buffer): WorkerReply {
  const start = 4 + frame.readUInt32LE(0);
  const header = JSON.parse(frame.toString('utf8', 4, start)) as Header;
  if (header.ready === true) return { ready: true };
  if (header.error !== undefined) return { error: header.error, refused: header.refused === true };
  if (header.form === 'json') return { output: { form: 'json', text: header.text ?? 'null' } };
  return { output: { form: header.form ?? 'array', tensors: decodeTensors(header.tensors, frame.subarray(start)) } };
}
