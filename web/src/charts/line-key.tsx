import { useComputedColorScheme } from '@mantine/core';
import { colourOf, dashOf } from './palette.ts';

/** The stroke that a line has in the charts. */
export function LineKey({ index }: { index: number }) {
  const scheme = useComputedColorScheme('light');
  return (
    <svg width="18" height="8" aria-hidden="true" focusable="false">
      <line x1="0" y1="4" x2="18" y2="4" stroke={colourOf(index, scheme)} strokeWidth="3" strokeDasharray={dashOf(index).join(' ')} />
    </svg>
  );
}
