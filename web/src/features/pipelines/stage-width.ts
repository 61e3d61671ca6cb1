/** Room for a name in a box of the graph, in pixels at 13 px type. */
export function widthOf(name: string): number {
  return Math.min(260, Math.max(132, 56 + name.length * 7.4));
}
