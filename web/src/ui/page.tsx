import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import './page.css';

/** Title, what it is about, what can be done; then the page itself. */
export function Page(props: {
  title: string;
  /** Shown in place of `title` where a name needs marks beside it. */
  heading?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  /** The page fills the window and scrolls inside: for long tables. */
  fill?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Millwright`;
  }, [props.title]);
  return (
    <div className={props.fill === true ? 'page page-fill' : 'page'}>
      <header className="page-header">
        <div className="page-heading">
          <h1>{props.heading ?? props.title}</h1>
          {props.about !== undefined && <div className="page-about">{props.about}</div>}
        </div>
        {props.actions !== undefined && <div className="page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

export function Section({ title, actions, children, id }: { title: ReactNode; actions?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className="section" id={id}>
      <header className="section-header">
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** Tabs that are links: the open one stands in the address. */
export function TabLinks({ tabs, active, label }: { tabs: readonly { id: string; title: ReactNode }[]; active: string; label: string }) {
  return (
    <nav className="tab-links" aria-label={label}>
      {tabs.map((tab, index) => (
        <Link
          key={tab.id}
          to="."
          search={(previous: Record<string, unknown>) => ({ ...previous, tab: index === 0 ? undefined : tab.id })}
          aria-current={tab.id === active ? 'page' : undefined}
          className={tab.id === active ? 'tab-link tab-link-active' : 'tab-link'}
        >
          {tab.title}
        </Link>
      ))}
    </nav>
  );
}

/** Names and values in two columns. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode] | false | undefined)[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact !== false &&
          fact !== undefined && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
