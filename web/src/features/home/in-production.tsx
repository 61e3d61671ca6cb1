import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { mlflow } from '../../app/api.ts';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';

/** What serves would load now: every alias, and every version in the stage Production. */
export function InProduction() {
  const models = useQuery({ queryKey: ['models', 'registered'], queryFn: () => mlflow.searchRegisteredModels() });
  return (
    <Section title="Promoted models">
      <Asked query={models}>
        {(all) => {
          const promoted = all.flatMap((model) => [
            ...model.aliases.map(({ alias, version }) => ({ model: model.name, mark: `@${alias}`, version })),
            ...model.latestVersions
              .filter(({ stage }) => stage === 'Production')
              .map(({ version }) => ({ model: model.name, mark: 'Production', version })),
          ]);
          if (promoted.length === 0) return <p className="dim">No version carries an alias or stands in Production.</p>;
          return (
            <ul className="home-list">
              {promoted.map(({ model, mark, version }) => (
                <li key={`${model} ${mark}`}>
                  <Link to="/models/$name" params={{ name: model }} search={{ version }}>
                    {model} v{version}
                  </Link>
                  <span className="dim">{mark}</span>
                </li>
              ))}
            </ul>
          );
        }}
      </Asked>
    </Section>
  );
}
