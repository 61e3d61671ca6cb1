/** Ten hues that keep 3:1 against the page, light and dark (after Okabe & Ito); from the eleventh on lines are dashed. */
const light = ['#0b6e63', '#b3470a', '#1559b3', '#8a3fa0', '#7a6200', '#c2255c', '#2b7a0b', '#4a5a9c', '#9c4a3c', '#3a6f85'];
const dark = ['#4fc3b0', '#f0a35e', '#7fb4f5', '#d59be6', '#d9c04a', '#f48fb1', '#8fd16a', '#aab4ee', '#e0a090', '#8fc3d8'];

export function colourOf(index: number, scheme: 'light' | 'dark'): string {
  const hues = scheme === 'light' ? light : dark;
  return hues[index % hues.length] ?? '#888888';
}

export function dashOf(index: number): number[] {
  return index < light.length ? [] : [6, 4];
}
