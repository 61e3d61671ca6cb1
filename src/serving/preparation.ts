/** What a version that is tried waits for, as it goes through its steps. */
import type { Inference, InstallationWatch } from '../backends/inference/port.ts';
import type { Clock } from '../lib/time.ts';

export type PreparationStep = 'fetching' | 'installing' | 'proving' | 'warming';

export interface Preparation {
  readonly model: string;
  readonly version: number;
  readonly step: PreparationStep;
  /** Of the step. */
  readonly since: number;
  /** The end of what the installer has said; of `installing` only. */
  readonly log: string;
}

const keptCharacters = 16_384;

export class Preparing {
  readonly #clock: Clock;
  #now: Preparation;

  constructor(clock: Clock, { model, version }: Pick<Preparation, 'model' | 'version'>) {
    this.#clock = clock;
    this.#now = { model, version, step: 'fetching', since: clock.now(), log: '' };
  }

  get now(): Preparation {
    return this.#now;
  }

  /** The same port; what is asked of it is heard of here. */
  watched(inference: Inference): Inference {
    return {
      prove: (model, example, signal) => inference.prove(model, example, signal, this.#enter('proving')),
      load: (model, limits, example, signal) => inference.load(model, limits, example, signal, this.#enter('warming')),
      close: () => inference.close(),
    };
  }

  #enter(step: PreparationStep): InstallationWatch {
    this.#step(step);
    return {
      begun: () => this.#step('installing'),
      said: (text) => void (this.#now = { ...this.#now, log: (this.#now.log + text).slice(-keptCharacters) }),
      ended: () => this.#step(step),
    };
  }

  #step(step: PreparationStep): void {
    this.#now = { ...this.#now, step, since: this.#clock.now(), log: '' };
  }
}
