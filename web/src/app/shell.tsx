import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { Connection } from './connection.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import {
  DataIcon,
  EndpointsIcon,
  ExperimentsIcon,
  HomeIcon,
  LineageIcon,
  ModelsIcon,
  MoonIcon,
  PipelinesIcon,
  PredictionsIcon,
  SettingsIcon,
  SunIcon,
  SystemIcon,
} from '../ui/icons.tsx';
import './shell.css';

const pages = [
  { to: '/', title: 'Home', Icon: HomeIcon },
  { to: '/data', title: 'Data', Icon: DataIcon },
  { to: '/pipelines', title: 'Pipelines', Icon: PipelinesIcon },
  { to: '/experiments', title: 'Experiments', Icon: ExperimentsIcon },
  { to: '/models', title: 'Models', Icon: ModelsIcon },
  { to: '/endpoints', title: 'Endpoints', Icon: EndpointsIcon },
  { to: '/predictions', title: 'Predictions', Icon: PredictionsIcon },
  { to: '/lineage', title: 'Lineage', Icon: LineageIcon },
  { to: '/settings', title: 'Settings', Icon: SettingsIcon },
] as const;

export function Shell() {
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <aside className="side" aria-label="Millwright">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="20" height="20" />
          <span>Millwright</span>
        </Link>
        <nav className="nav" aria-label="Pages">
          {pages.map(({ to, title, Icon }) => (
            <Link
              key={to}
              to={to}
              className="nav-link"
              activeProps={{ className: 'nav-link nav-active' }}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon />
              <span>{title}</span>
            </Link>
          ))}
        </nav>
        <div className="side-foot">
          <Connection />
          <SchemeChoice />
        </div>
      </aside>
      <main className="content" id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <KeyboardHelp />
    </div>
  );
}

const schemes: readonly { value: MantineColorScheme; label: string; Icon: typeof SunIcon }[] = [
  { value: 'light', label: 'Light', Icon: SunIcon },
  { value: 'dark', label: 'Dark', Icon: MoonIcon },
  { value: 'auto', label: 'As the system', Icon: SystemIcon },
];

function SchemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      className="scheme-choice"
      aria-label="Colours"
      value={colorScheme}
      onChange={setColorScheme}
      data={schemes.map(({ value, label, Icon }) => ({
        value,
        label: (
          <span className="scheme-icon" title={label}>
            <Icon size={14} />
            <span className="visually-hidden">{label}</span>
          </span>
        ),
      }))}
    />
  );
}
