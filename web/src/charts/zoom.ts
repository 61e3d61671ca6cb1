/** A stretch of a horizontal axis, as the charts of a page show it and its address holds it. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

/** Undefined: all; anything may stand in an address. */
export function readZoom(text: string | undefined): Zoom | undefined {
  const [from, to] = (text ?? '').split('..').map(Number);
  return from !== undefined && to !== undefined && Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : undefined;
}

export function writeZoom(zoom: Zoom | undefined): string | undefined {
  return zoom === undefined ? undefined : `${zoom.from}..${zoom.to}`;
}
