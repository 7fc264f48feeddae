import { BridgeError } from '../errors.ts';
import type { Choice, Step } from './message.ts';
import type { Resolution } from './people.ts';
import type { State } from './state.ts';

/** A message as a person's decision about it needs it: with every attempt of its steps. */
export interface Resolvable {
  readonly state: State;
  readonly leased: boolean;
  readonly steps: readonly Step[];
  readonly chosen?: Choice;
}

/** What a resolution changes. */
export interface Resolved {
  /** The type of the event in the message's history. */
  readonly event: 'chosen' | 'filed' | 'absent' | 'redriven' | 'withdrawn';
  /** `again`: it goes on from the start, where the order of its case allows it. */
  readonly becomes: 'again' | 'delivered' | 'withdrawn';
  /** Attempts whose end is now known. */
  readonly settled: readonly Pick<Step, 'name' | 'attempt'>[];
  readonly settledAs: 'done' | 'refused';
  readonly chosen?: Choice;
}

function isInDoubt({ state }: Step): boolean {
  return state === 'intended' || state === 'unknown';
}

function unfit(text: string): never {
  throw new BridgeError('resolution-unfit', [{ text }]);
}

/** A new patient makes a former encounter void; a new encounter belongs to the patient chosen before. */
function choiceAfter(former: Choice | undefined, choice: Choice): Choice {
  return choice.patient === undefined ? { ...former, ...choice } : choice;
}

/**
 * What a person's decision does to a message.
 * @throws BridgeError `resolution-unfit` when the message is in no state for it, `withdrawal-too-late` when something
 * was, or may have been, written.
 */
export function resolved(message: Resolvable, resolution: Resolution): Resolved {
  const { act } = resolution;
  const { state, leased, steps, chosen } = message;
  const mayWait = act === 'choose' || act === 'withdraw';
  if (leased) return unfit('the message is in work');
  if (state !== 'held' && !(mayWait && state === 'waiting')) return unfit(`the message is ${state}`);

  const doubtful = steps.filter(isInDoubt);
  const nothing = { settled: [], settledAs: 'done' } as const;
  switch (act) {
    case 'choose':
      return {
        event: 'chosen',
        becomes: 'again',
        ...nothing,
        chosen: choiceAfter(chosen, resolution.choice),
      };
    case 'filed':
      return { event: 'filed', becomes: 'delivered', settled: doubtful, settledAs: 'done' };
    case 'absent':
      if (doubtful.length === 0) return unfit('no write of the message is in doubt');
      return { event: 'absent', becomes: 'again', settled: doubtful, settledAs: 'refused' };
    case 'again':
      return { event: 'redriven', becomes: 'again', ...nothing };
    case 'withdraw':
      if (steps.some((step) => step.state !== 'refused')) throw new BridgeError('withdrawal-too-late');
      return { event: 'withdrawn', becomes: 'withdrawn', ...nothing };
  }
}
