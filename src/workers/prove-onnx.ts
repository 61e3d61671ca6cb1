/** Process entry: loads an ONNX model and scores its example, for `backends/inference/prove-onnx.ts`. */
import { feedsOf } from '../backends/inference/onnx-feeds.ts';
import { openSession } from '../backends/inference/onnx-session.ts';
import type { ProofReply, ProofRequest } from '../backends/inference/proof-child.ts';

process.once('message', (request: ProofRequest) => {
  void prove(request)
    .catch((error: unknown): ProofReply => ({ refused: error instanceof Error ? error.message : String(error) }))
    .then((reply) => process.send!(reply, () => process.disconnect()));
});

async function prove({ source, example }: ProofRequest): Promise<ProofReply> {
  const session = await openSession(source);
  const outputs = example === undefined ? undefined : await session.run(feedsOf(example, session.facts.inputs));
  return { facts: session.facts, outputs };
}
