import { useState } from 'react';

/** More than a few lines: such as what a library says when it fails. */
const longest = 900;

/** Text in full; what is very long begins folded. */
export function LongText({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  if (text.length <= longest) return text;
  return (
    <>
      {open ? text : `${text.slice(0, longest).trimEnd()} … `}{' '}
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Show less' : 'Show all'}
      </button>
    </>
  );
}
