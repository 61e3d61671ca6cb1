import type { Parity } from '../../../../src/api/models.ts';
import { StateMark } from '../../ui/state-mark.tsx';

const words = {
  pending: ['running', 'Being compared'],
  agrees: ['succeeded', 'Agrees'],
  differs: ['failed', 'Differs'],
  unchecked: ['skipped', 'Not compared'],
} as const;

/** Whether the ONNX flavour answers as the one that it stands in for, in a row of versions. */
export function ParityMark({ parity }: { parity: Parity | null }) {
  if (parity === null) return <span className="dim">none</span>;
  const [state, word] = words[parity.state];
  return <StateMark state={state} word={word} />;
}

/** The same with its reason, and where the flavours part. */
export function ParityDetail({ parity }: { parity: Parity }) {
  return (
    <>
      <ParityMark parity={parity} />
      <div className={parity.state === 'differs' ? undefined : 'dim'}>{parity.message}</div>
    </>
  );
}
