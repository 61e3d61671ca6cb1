import { Link } from '@tanstack/react-router';
import type { DataRef } from '../../../../src/api/data-ref.ts';
import type { StageRun } from '../../../../src/api/pipeline-runs.ts';
import { Command, Id } from '../../ui/copy.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { StageLog } from './stage-log.tsx';

/** The chosen stage: how it ended, its log, what it read and wrote. */
export function StagePanel({ pipelineRunId, stage }: { pipelineRunId: string; stage: StageRun }) {
  const params = Object.entries(stage.params).flatMap(([file, values]) =>
    Object.entries(values).map(([key, value]) => ({ file, key, value })),
  );
  return (
    <div className="page-column">
      <Section
        title={
          <>
            Stage {stage.stage} <StateMark state={stage.state} />
          </>
        }
      >
        <Command text={stage.command} />
        <Facts
          facts={[
            stage.message !== null && ['Reason', stage.message],
            stage.exitCode !== null && ['Exit code', String(stage.exitCode)],
            stage.startedAt !== null && ['Began', <Age key="began" at={stage.startedAt} />],
            stage.madeBy !== null && [
              'Outputs made by',
              <Link key="made" to="/pipelines/$id" params={{ id: stage.madeBy.pipelineRunId }} search={{ stage: stage.stage }}>
                an earlier pipeline run
              </Link>,
            ],
            stage.runIds.length > 0 && [
              'Runs',
              <span key="runs" className="id-list">
                {stage.runIds.map((id) => (
                  <Id key={id} id={id} to={`/experiments/runs/${id}`} what="run id" />
                ))}
              </span>,
            ],
          ]}
        />
      </Section>
      <Section title="Log">
        <StageLog pipelineRunId={pipelineRunId} stage={stage} />
      </Section>
      {stage.deps.length > 0 && <Files title="Inputs" files={stage.deps} />}
      {stage.outs.length > 0 && <Files title="Outputs" files={stage.outs} />}
      {params.length > 0 && (
        <Section title="Params">
          <Facts
            facts={params.map(({ file, key, value }) => [
              file === 'params.yaml' ? key : `${file}: ${key}`,
              <code key={key}>{JSON.stringify(value)}</code>,
            ])}
          />
        </Section>
      )}
    </div>
  );
}

function Files({ title, files }: { title: string; files: readonly DataRef[] }) {
  return (
    <Section title={title}>
      <table className="plain">
        <tbody>
          {files.map((file) => (
            <tr key={file.path}>
              <td>
                <Link to="/lineage" search={{ kind: 'data_version', id: `${file.algorithm}:${file.hash}` }}>
                  {file.path}
                </Link>
              </td>
              <td className="number dim">
                {file.sizeBytes === undefined ? '' : formatBytes(file.sizeBytes)}
                {file.files === undefined ? '' : ` in ${plural(file.files, 'file')}`}
              </td>
              <td className="number">
                <Id id={file.hash} what={file.algorithm} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
