/** The files that run as threads of their own, as `new Worker(runtimeFile('…'))` names them. */
export const threadEntries = [
  'src/writer.ts',
  'src/workers/contents.ts',
  'src/workers/digest.ts',
  'src/workers/files.ts',
  'src/workers/onnx.ts',
  'src/workers/predictions.ts',
  'src/workers/prove-onnx.ts',
];
