import { ActionIcon, Button, CopyButton, Popover } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CheckIcon, CodeIcon, CopyIcon } from './icons.tsx';
import { shortId } from './format.ts';
import './copy.css';

export function CopyIconButton({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text} timeout={1500}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={24}
          onClick={copy}
          aria-label={copied ? 'Copied' : `Copy ${what}`}
          title={`Copy ${what}`}
        >
          {copied ? <CheckIcon size={13} /> : <CopyIcon size={13} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

/** An id as people meet it: short, whole on hover, copied with one click, a link where it leads somewhere. */
export function Id({ id, to, what = 'id' }: { id: string; to?: string; what?: string }) {
  return (
    <span className="id">
      {to === undefined ? (
        <code title={id}>{shortId(id)}</code>
      ) : (
        <Link to={to} title={id}>
          <code>{shortId(id)}</code>
        </Link>
      )}
      <CopyIconButton text={id} what={what} />
    </span>
  );
}

export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <pre tabIndex={0}>{text}</pre>
      <CopyIconButton text={text} what="command" />
    </div>
  );
}

export interface AsCode {
  readonly cli: string;
  readonly curl: string;
  readonly python: string;
}

/** The same result as a CLI line, a curl call and a few lines of Python. */
export function CopyAsCode({ code }: { code: AsCode }) {
  return (
    <Popover position="bottom-end" width={460} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<CodeIcon size={14} />}>
          As code
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="The same as code">
        {(
          [
            ['Command line', code.cli],
            ['curl', code.curl],
            ['Python', code.python],
          ] as const
        ).map(([title, text]) => (
          <section key={title} className="as-code">
            <h3>{title}</h3>
            <Command text={text} />
          </section>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
