import { useEffect, useRef } from 'react';

interface TableKeys {
  readonly enabled: boolean;
  readonly count: number;
  readonly focused: number;
  readonly onFocus: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly onSelect: (index: number) => void;
}

/** j/k, x and Enter for the page's table, wherever the focus is, save in something that takes text or keys itself. */
export function useTableKeys(keys: TableKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { enabled, count, focused, onFocus, onOpen, onSelect } = latest.current;
      if (!enabled || count === 0 || event.ctrlKey || event.metaKey || event.altKey || takesKeys(event.target, event.key)) return;
      if (event.key === 'j') onFocus(Math.min(count - 1, focused + 1));
      else if (event.key === 'k') onFocus(Math.max(0, focused - 1));
      else if (event.key === 'x' && focused >= 0) onSelect(focused);
      else if (event.key === 'Enter' && focused >= 0) onOpen(focused);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

function takesKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (
    target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=menu]') !== null
  )
    return true;
  return key === 'Enter' && target.closest('a, button, summary, input') !== null;
}
