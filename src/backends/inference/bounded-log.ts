/** The end of what a process says. */
export interface BoundedLog {
  add(this: void, chunk: Buffer): void;
  text(): string;
}

const keptBytes = 16 * 1024;

export function boundedLog(): BoundedLog {
  let kept = Buffer.alloc(0);
  return {
    add: (chunk) => {
      kept = Buffer.from(Buffer.concat([kept, chunk]).subarray(-keptBytes));
    },
    text: () => kept.toString('utf8'),
  };
}
