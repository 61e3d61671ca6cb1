import { ApiError } from '../../sdk/src/index.ts';
import type { SentResult } from '../api/predictions.ts';
import { MillwrightError } from '../errors.ts';
import { parseBounded, tooDeep } from '../lib/json-depth.ts';
import { findInfinite, parseLongIntegersAsText } from '../lib/lossless-json.ts';
import type { Api } from './remote.ts';

/** What the server takes: deeper values could not be written into a request either. */
const depthLimit = 64;

/** A line of JSON, or why it is none that can be sent. */
export function readRecord(line: string): { readonly value?: unknown; readonly message?: string } {
  try {
    const value = parseBounded(line, depthLimit, parseLongIntegersAsText);
    if (value === tooDeep) return { message: `the JSON is nested deeper than ${depthLimit} levels` };
    const infinite = findInfinite(value);
    return infinite === undefined ? { value } : { message: `'${infinite}' is a number beyond ±1.8e308: send it as a text, or null` };
  } catch (error) {
    return { message: `the line is not JSON: ${(error as Error).message}` };
  }
}

/**
 * Sends records. What the server refuses as a whole it refuses for one of them, which is too large or cannot be read: that one is told as
 * a problem and holds up none of the others.
 * @param api asked for anew for each call, which may take as long as the first
 */
export async function sendEach(api: () => Pick<Api, 'sendPredictions'>, requests: readonly unknown[]): Promise<SentResult> {
  try {
    return await api().sendPredictions(requests);
  } catch (error) {
    if (requests.length === 0 || !(error instanceof MillwrightError) || !isRefusal(error)) throw error;
    if (requests.length === 1) return { kept: 0, alreadyThere: 0, problems: [{ line: 1, message: error.message }] };
    const half = Math.ceil(requests.length / 2);
    const first = await sendEach(api, requests.slice(0, half));
    const second = await sendEach(api, requests.slice(half));
    return {
      kept: first.kept + second.kept,
      alreadyThere: first.alreadyThere + second.alreadyThere,
      problems: [...first.problems, ...second.problems.map(({ line, message }) => ({ line: line + half, message }))],
    };
  }
}

/** By the status, not the code: what a proxy answers in between is no verdict on the records, but for their size. */
function isRefusal({ cause }: MillwrightError): boolean {
  return cause instanceof ApiError && (cause.status === 413 || cause.status === 400);
}
