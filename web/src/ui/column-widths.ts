/** The reader's own column widths, by table; a convenience of this browser, not part of what a link shows. */
const key = (table: string) => `millwright.widths.${table}`;

export function readWidths(table: string): Record<string, number> {
  const text = localStorage.getItem(key(table));
  return text === null ? {} : (JSON.parse(text) as Record<string, number>);
}

export function storeWidths(table: string, widths: Readonly<Record<string, number>>): void {
  if (Object.keys(widths).length === 0) localStorage.removeItem(key(table));
  else localStorage.setItem(key(table), JSON.stringify(widths));
}
