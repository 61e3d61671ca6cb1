import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Model, ModelDetail, ModelVersion } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode } from '../../ui/copy.tsx';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { Age } from '../../ui/time.tsx';
import { Decisions } from './decisions.tsx';
import { modelQuery, decisionsQuery } from './model-queries.ts';
import { RollBackButton } from './roll-back.tsx';
import { basisWords, decisionOf, standingsOf, titleOf } from './standing.ts';
import { VersionPanel } from './version-panel.tsx';
import { Versions } from './versions.tsx';
import './models.css';

const route = getRouteApi('/models/$name');

/** One model: what is promoted and by whose decision, its versions, and what the gate said. */
export function ModelPage() {
  const { name } = route.useParams();
  const { version } = route.useSearch();
  const query = useQuery(modelQuery(name));
  return (
    <Page
      title={name}
      about={query.data !== undefined && query.data.model.description !== '' && <span>{query.data.model.description}</span>}
      actions={<CopyAsCode code={asCode(name, query.data?.model)} />}
    >
      <Asked query={query}>{(detail) => <Detail detail={detail} chosen={version} />}</Asked>
    </Page>
  );
}

function Detail({ detail: { model, versions }, chosen }: { detail: ModelDetail; chosen: string | undefined }) {
  const shown: ModelVersion | undefined =
    versions.find(({ version }) => String(version) === chosen) ?? versions.find(({ aliases }) => aliases.length > 0) ?? versions[0];
  return (
    <>
      <Promoted model={model} />
      <div className="model-columns">
        <div className="page-column">
          <Section title="Versions">
            <Versions model={model} versions={versions} chosen={shown?.version} />
          </Section>
          <Section title="Decisions">
            <Decisions name={model.name} />
          </Section>
        </div>
        {shown !== undefined && <VersionPanel key={shown.version} model={model} version={shown} versions={versions} />}
      </div>
    </>
  );
}

/** What is in use now, since when, by whose decision; and the gate that it went through. */
function Promoted({ model }: { model: Model }) {
  const decisions = useQuery(decisionsQuery(model.name));
  const standings = standingsOf(model);
  return (
    <Facts
      facts={[
        ...(standings.length === 0
          ? [
              [
                'Promoted',
                <span key="none" className="dim">
                  no version yet
                </span>,
              ] as const,
            ]
          : []),
        ...standings.map((standing) => {
          const decision = decisionOf(standing, decisions.data?.items ?? []);
          return [
            titleOf(standing),
            <span key={titleOf(standing)} className="standing">
              <b>v{standing.version}</b>
              {decision !== undefined && (
                <span>
                  since <Age at={decision.at} /> by {decision.actor}, {basisWords[decision.basis]}
                </span>
              )}
              {decision?.previousVersion != null && (
                <RollBackButton name={model.name} standing={standing} previous={decision.previousVersion} />
              )}
            </span>,
          ] as const;
        }),
        model.gate === null
          ? [
              'Gate',
              <span key="gate" className="dim">
                none: no millwright.yaml names this model, so its aliases and stages move freely
              </span>,
            ]
          : [
              'Gate',
              <span key="gate">
                <code>{model.gate.expression}</code>{' '}
                <span className="dim">
                  guards {model.gate.protects.join(', ')}; judges {model.gate.evidence.file} of stage {model.gate.evidence.stage}
                </span>
              </span>,
            ],
      ]}
    />
  );
}

function asCode(name: string, model: Model | undefined) {
  const alias = model?.aliases[0]?.alias;
  const newest = Math.max(1, ...(model?.latestVersions ?? []).map(({ version }) => version));
  const uri = alias === undefined ? `models:/${name}/${newest}` : `models:/${name}@${alias}`;
  return {
    cli: `millwright models show ${shellWord(name)}`,
    curl: `curl -s ${shellWord(`${location.origin}/api/1/models/${encodeURIComponent(name)}`)}`,
    python: `import mlflow\nmlflow.set_tracking_uri("${location.origin}")\nmodel = mlflow.pyfunc.load_model(${JSON.stringify(uri)})`,
  };
}
