import { ApiError } from './client.ts';

/** Reads the beginning of a file, at most `limit` bytes; `complete` where that was all of it. */
export async function readText(url: string, limit: number): Promise<{ text: string; complete: boolean }> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new ApiError(
      response.status,
      'UNREADABLE',
      `the server answered ${response.status} for this file: ${(await response.text()).slice(0, 200)}`,
    );
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let read = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), complete: true };
    text += decoder.decode(value, { stream: true });
    read += value.length;
    if (read < limit) continue;
    await reader.cancel();
    return { text, complete: false };
  }
}
