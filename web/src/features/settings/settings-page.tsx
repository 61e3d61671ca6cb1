import { useQuery } from '@tanstack/react-query';
import { Asked } from '../../ui/asked.tsx';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { Age } from '../../ui/time.tsx';
import { settingsQuery } from './settings-queries.ts';
import { Tokens } from './tokens.tsx';
import './settings.css';

/** Who asks, what answers, and who else may. */
export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  return (
    <Page title="Settings">
      <Asked query={settings}>
        {({ version, node, database, artifacts, startedAt, principal }) => (
          <>
            <div className="settings-columns">
              <Section title="This server">
                <Facts
                  facts={[
                    ['Version', version],
                    ['Node', node],
                    ['Database', <code key="database">{database}</code>],
                    ['Artifacts', <code key="artifacts">{artifacts}</code>],
                    ['Running since', <Age key="since" at={startedAt} />],
                  ]}
                />
              </Section>
              <Section title="You">
                <Facts
                  facts={[
                    ['Name', principal.name],
                    ['Role', principal.role],
                    ['May', principal.actions.filter((action) => action !== 'public').join(', ')],
                  ]}
                />
                {principal.role === 'local' && (
                  <p className="dim settings-hint">
                    This browser has no token: it reads, and works with experiments and models. For the rest, open the address that{' '}
                    <code>millwright url</code> prints.
                  </p>
                )}
              </Section>
            </div>
            <Tokens mayManage={principal.actions.includes('access.manage')} />
          </>
        )}
      </Asked>
    </Page>
  );
}
