import { Link } from '@tanstack/react-router';
import type { Model, ModelVersion } from '../../../../src/api/models.ts';
import { Age } from '../../ui/time.tsx';
import { ParityMark } from './parity.tsx';
import { PromoteButton } from './promote.tsx';
import { ServesAt } from './serves-at.tsx';

export function Versions({ model, versions, chosen }: { model: Model; versions: readonly ModelVersion[]; chosen: number | undefined }) {
  const compared = versions.some(({ parity }) => parity !== null);
  if (versions.length === 0) return <p className="dim">No version is registered yet.</p>;
  return (
    <div className="plain-scroll" role="region" aria-label="Versions" tabIndex={0}>
      <table className="plain versions">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Aliases</th>
            <th scope="col">Stage</th>
            {compared && <th scope="col">ONNX</th>}
            <th scope="col">Serves at</th>
            <th scope="col">Registered</th>
            <th scope="col">
              <span className="visually-hidden">Promote</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.version} className={version.version === chosen ? 'row-chosen' : undefined}>
              <td>
                <Link to="." search={{ version: String(version.version) }} aria-current={version.version === chosen ? 'true' : undefined}>
                  v{version.version}
                </Link>
              </td>
              <td>
                <span className="standings">
                  {version.aliases.map((alias) => (
                    <span key={alias} className="mark">
                      @{alias}
                    </span>
                  ))}
                </span>
              </td>
              <td>{version.stage === 'None' ? <span className="dim">none</span> : version.stage}</td>
              {compared && (
                <td>
                  <ParityMark parity={version.parity} />
                </td>
              )}
              <td>
                <ServesAt model={model.name} version={version.version} />
              </td>
              <td>
                <Age at={version.createdAt} />
              </td>
              <td className="number">
                <PromoteButton model={model} version={version.version} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
