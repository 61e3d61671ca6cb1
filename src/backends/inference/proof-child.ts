/** What an ONNX model is asked in a process of its own, and what that process says. */
import type { Tensor } from '../../formats/tensor/tensor.ts';
import type { ModelInput } from '../../formats/tensor/tensor.ts';
import type { OnnxFacts, OnnxSource } from './onnx-session.ts';

export interface ProofRequest {
  readonly source: OnnxSource;
  readonly example: ModelInput | undefined;
}

export type ProofReply = { readonly facts: OnnxFacts; readonly outputs: readonly Tensor[] | undefined } | { readonly refused: string };
