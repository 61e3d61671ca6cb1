import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

const places = { h: '/', d: '/data', p: '/pipelines', e: '/experiments', m: '/models', l: '/lineage', s: '/settings' } as const;

const keys = [
  ['g then h d p e m l s', 'Home, Data, Pipelines, Experiments, Models, Lineage, Settings'],
  ['j / k', 'Next and previous row'],
  ['x', 'Select the row'],
  ['Enter', 'Open the row'],
  ['/', 'Filter'],
  ['?', 'This list'],
] as const;

/** `g` and a letter goes to a page; `?` shows every key. */
export function KeyboardHelp() {
  const navigate = useNavigate();
  const [shown, setShown] = useState(false);
  const going = useRef(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') setShown(true);
      else if (event.key === '/') focusFilter(event);
      else if (going.current && event.key in places) void navigate({ to: places[event.key as keyof typeof places] });
      going.current = event.key === 'g';
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [navigate]);
  return (
    <Modal opened={shown} onClose={() => setShown(false)} title="Keys">
      <dl className="facts">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

function focusFilter(event: KeyboardEvent): void {
  const filter = document.querySelector<HTMLInputElement>('input[data-filter]');
  if (filter === null) return;
  event.preventDefault();
  filter.focus();
  filter.select();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [role=dialog]') !== null
  );
}
