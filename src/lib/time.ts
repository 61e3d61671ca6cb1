/** Where an operation takes the time from: a parameter, so that tests set it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
