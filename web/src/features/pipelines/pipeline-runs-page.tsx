export function PipelineRunsPage() {
  return null;
}
