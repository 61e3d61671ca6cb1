/** Whether the ONNX flavour of a version answers its input example as the flavour that it stands in for. */

/** `unchecked`: it could not be compared, the message says why. */
export type ParityState = 'pending' | 'agrees' | 'differs' | 'unchecked';

/** The first value that differs by more than is allowed. */
export interface ParityMismatch {
  /** Of the input example, from 0. */
  readonly row: number;
  /** Name of an output, or index of a column. */
  readonly column: string;
  /** As text: NaN and integers beyond 2⁵³ too. */
  readonly onnx: string;
  readonly other: string;
}

export interface ParityOutcome {
  readonly state: Exclude<ParityState, 'pending'>;
  /** For people, whole sentences aside: what was compared, and what came of it. */
  readonly message: string;
  /** Relative to the larger of two answers; undefined where they have no difference in numbers. */
  readonly largestDifference: number | undefined;
  readonly tolerance: number | undefined;
  readonly mismatch: ParityMismatch | undefined;
}

export interface Parity extends Omit<ParityOutcome, 'state'> {
  readonly state: ParityState;
  readonly checkedAt: number | undefined;
}

export const pendingMessage = 'the ONNX flavour is being compared with python_function on the input example';

export const untrustedMessage =
  'ONNX was not compared with python_function: the version was registered without a token (MLFLOW_TRACKING_TOKEN), and the comparison runs the model; an endpoint compares when it loads it';

/** Why a version may not take over a name that is protected or served; undefined where nothing speaks against it. */
export function parityRefusal(parity: Parity | undefined): string | undefined {
  if (parity?.state === 'pending') return `${parity.message}: promote it once its status is READY`;
  if (parity?.state !== 'differs') return undefined;
  return `${parity.message}: convert the model that was saved to ONNX again, compare, and register that`;
}
