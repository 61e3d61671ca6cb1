import type { ReactNode } from 'react';
import { Command } from './copy.tsx';
import './problem.css';

/** An empty page teaches: what would stand here, and the exact command that puts it here. */
export function Empty({ children, commands = [] }: { children: ReactNode; commands?: readonly string[] }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {commands.map((command) => (
        <Command key={command} text={command} />
      ))}
    </div>
  );
}
