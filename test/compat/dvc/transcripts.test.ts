import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ourProgram } from '../../support/dvc-workspace.ts';
import { checkout } from '../../support/test-env.ts';
import { differences, play, type Transcript } from '../../support/transcript.ts';

const folder = join(checkout, 'test/golden/dvc');
const transcripts = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript);

describe('what the real dvc did, ours does', () => {
  test.each(transcripts.map((transcript) => [transcript.name, transcript] as const))('%s', (_name, transcript) => {
    expect(transcript.outcomes).toHaveLength(transcript.steps.length);
    expect(differences(transcript, transcript.outcomes, play(transcript, ourProgram))).toEqual([]);
  });
});
