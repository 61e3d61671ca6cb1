import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Home } from '../../../../src/api/home.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { StateShape } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { InProduction } from './in-production.tsx';
import { Loop } from './loop.tsx';
import { describeEvent } from './event-text.ts';
import { eventsQuery, homeQuery } from './home-queries.ts';
import './home.css';

/** Where the loop stands, what needs somebody, what is in production, what happened last. */
export function HomePage() {
  const home = useQuery(homeQuery);
  return (
    <Page title="Home">
      <Asked query={home}>
        {(data) => (
          <>
            <Loop stations={data.stations} />
            <div className="home-columns">
              <div className="page-column">
                <NeedsYou home={data} />
                <InProduction />
              </div>
              <Newest />
            </div>
          </>
        )}
      </Asked>
    </Page>
  );
}

function NeedsYou({ home }: { home: Home }) {
  const nothingYet = home.stations.every(({ state }) => state === 'empty');
  return (
    <Section title="Needs you now">
      {nothingYet ? (
        <Empty commands={['millwright new my-project\ncd my-project\nmillwright repro']}>
          Nothing has happened here yet. Start with a small project of your own that runs at once:
        </Empty>
      ) : home.needsYou.length === 0 ? (
        <p className="home-quiet">
          <StateShape tone="fine" /> Nothing waits for you.
        </p>
      ) : (
        <ul className="home-list">
          {home.needsYou.map((item) => (
            <li key={item.href + item.text}>
              <StateShape tone="attention" />
              <Link to={item.href}>{item.text}</Link>
              <span className="dim">
                <Age at={item.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Newest() {
  const events = useQuery(eventsQuery);
  return (
    <Section title="Latest">
      <Asked query={events}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="dim">No events yet.</p>
          ) : (
            <ul className="home-list">
              {items.map((event) => {
                const line = describeEvent(event);
                return (
                  <li key={event.id}>
                    <StateShape tone={line.tone} />
                    {line.href === undefined ? <span>{line.text}</span> : <Link to={line.href}>{line.text}</Link>}
                    <span className="dim">
                      <Age at={event.at} />
                    </span>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Asked>
    </Section>
  );
}
