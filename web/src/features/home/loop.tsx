import { Link } from '@tanstack/react-router';
import type { Station } from '../../../../src/api/home.ts';
import { formatCount } from '../../ui/format.ts';
import { DataIcon, EndpointsIcon, ExperimentsIcon, ModelsIcon, PipelinesIcon } from '../../ui/icons.tsx';
import { markOf, StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';

const titles = {
  data: { title: 'Data', unit: 'datasets', Icon: DataIcon },
  pipeline: { title: 'Pipeline', unit: 'pipeline runs', Icon: PipelinesIcon },
  run: { title: 'Run', unit: 'runs', Icon: ExperimentsIcon },
  model: { title: 'Model', unit: 'models', Icon: ModelsIcon },
  endpoint: { title: 'Endpoint', unit: 'endpoints', Icon: EndpointsIcon },
} as const;

/** The loop, drawn once: each station with its state and the newest thing that happened there. */
export function Loop({ stations }: { stations: readonly Station[] }) {
  return (
    <ol className="loop" aria-label="The loop">
      {stations.map((station) => (
        <StationItem key={station.name} station={station} />
      ))}
      <Later title="Monitor" what="finds drift, and starts the loop again" />
    </ol>
  );
}

function StationItem({ station }: { station: Station }) {
  const { title, unit, Icon } = titles[station.name];
  return (
    <li className="station">
      <Link to={station.href} className={`station-box station-${markOf(station.state).tone}`}>
        <span className="station-title">
          <Icon /> {title}
          <span className="station-count">
            {formatCount(station.count)} <span className="visually-hidden">{unit}</span>
          </span>
        </span>
        <StateMark state={station.state} />
        <span className="station-headline" title={station.headline}>
          {station.headline}
        </span>
        <span className="dim station-age">{station.at === null ? ' ' : <Age at={station.at} />}</span>
      </Link>
    </li>
  );
}

/** A station of the loop that this version does not have, said openly. */
function Later({ title, what }: { title: string; what: string }) {
  return (
    <li className="station">
      <div className="station-box station-later">
        <span className="station-title">{title}</span>
        <StateMark state="later" />
        <span className="station-headline dim">{what}</span>
      </div>
    </li>
  );
}
