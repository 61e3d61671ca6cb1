import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { endpointsQuery } from '../endpoints/endpoint-queries.ts';
import { modelOf, stateWords } from '../endpoints/endpoint-text.ts';

/** The endpoints that answer with a version, or are on the way to it. */
export function ServesAt({ model, version }: { model: string; version: number }) {
  const endpoints = useQuery(endpointsQuery);
  const concerned = (endpoints.data ?? []).filter((endpoint) => isLive(endpoint, model, version) || isTarget(endpoint, model, version));
  if (concerned.length === 0) return <span className="dim">–</span>;
  return (
    <span className="standings">
      {concerned.map((endpoint) => (
        <Link key={endpoint.name} to="/endpoints/$name" params={{ name: endpoint.name }} title={stateWords(endpoint)}>
          <StateMark state={isLive(endpoint, model, version) ? 'serving' : endpoint.state} word={wordOf(endpoint, model, version)} />
        </Link>
      ))}
    </span>
  );
}

function wordOf(endpoint: Endpoint, model: string, version: number): string {
  if (isLive(endpoint, model, version)) return endpoint.name;
  return endpoint.state === 'failed' ? `${endpoint.name}: failed` : `${endpoint.name}: being tried`;
}

function isLive({ live }: Endpoint, model: string, version: number): boolean {
  return live?.model === model && live.version === version;
}

function isTarget({ model: uri, target }: Endpoint, model: string, version: number): boolean {
  return target?.version === version && modelOf(uri) === model;
}
