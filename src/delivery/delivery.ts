import { traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Queue } from '../queue/queue.ts';
import type { Gap } from '../record/capabilities.ts';
import { type CircuitStatus, createCircuit } from './circuit.ts';
import { type Clock, systemClock } from './clock.ts';
import type { DeliveryContext, Observer } from './context.ts';
import { type RetryTimes, retryTimes } from './retry-policy.ts';
import { type Sweeper, startSweeper } from './sweeper.ts';
import { watched } from './watch.ts';
import { createWorker, type Logger } from './worker.ts';

export interface DeliveryOptions
  extends Pick<DeliveryContext, 'mappings' | 'read' | 'validate' | 'record' | 'route'> {
  readonly log: MessageLog;
  readonly queue: Queue;
  readonly logger: Logger;
  readonly observe?: Partial<Observer>;
  readonly clock?: Clock;
  readonly crashPoint?: DeliveryContext['crashPoint'];
  readonly chance?: () => number;
  /** Whether this process may claim, such as whether its clock can be trusted. Absent: it may. */
  readonly mayClaim?: () => boolean;
  /** Set where no other process can deliver from this log: writes that a dead one left are looked up sooner. */
  readonly alone?: boolean;
  readonly settings?: Partial<DeliverySettings>;
}

/** Times in milliseconds. */
export interface DeliverySettings {
  /** Messages in work at the same time. */
  readonly concurrency: number;
  /** Most messages a second that are begun, over all processes that share the queue; absent: as many as there are. */
  readonly rate?: number;
  readonly lease: number;
  /** Time-out of one call to the record system, as its transport has it. */
  readonly callTimeout: number;
  /** Longest pause between two looks for what is due. */
  readonly sweep: number;
  /** How long `stop` waits for messages in work. */
  readonly stopLimit: number;
  readonly times: RetryTimes;
  /** Failures in a row that open the circuit, and how long it then stays open. */
  readonly circuit: { readonly threshold: number; readonly first: number; readonly most: number };
}

export const deliverySettings: DeliverySettings = {
  concurrency: 32,
  lease: 60_000,
  callTimeout: 30_000,
  sweep: 1_000,
  stopLimit: 20_000,
  times: retryTimes,
  circuit: { threshold: 5, first: 5_000, most: 5 * 60_000 },
};

/** Delivery of messages to one record system. */
export interface Delivery {
  start(): void;
  /** Claims no more and waits for what is in work, up to the limit; the rest is left to its lease. */
  stop(): Promise<void>;
  /**
   * Takes what the record system's CapabilityStatement lacks of what the route needs: nothing is claimed while there is
   * a gap without which the route cannot work. (A pause by hand is in the log.)
   */
  compared(gaps: readonly Gap[]): void;
  /** The way to the record system, as this process sees it. */
  status(): CircuitStatus;
}

/** Puts worker, circuit and sweeper together. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { log, queue, logger, route, clock = systemClock } = options;
  const settings = { ...deliverySettings, ...options.settings };
  const observe: Observer = { ...silent, ...options.observe };
  let sweeper: Sweeper | undefined;
  let withoutLookUp: ReadonlySet<string> | undefined;

  const circuit = createCircuit({
    ...settings.circuit,
    clock,
    changed(status) {
      logger.warn({ route: route.name, ...status }, `the way to the record system is ${status.state}`);
      observe.circuitChanged(status);
      if (status.state === 'closed') sweeper?.look();
    },
  });
  const worker = createWorker({
    log,
    circuit,
    logger,
    mayClaim: options.mayClaim ?? (() => true),
    wake: queue.wake,
    lease: settings.lease,
    context: {
      mappings: options.mappings,
      read: options.read,
      validate: options.validate,
      record: watched(options.record, circuit, settings.times),
      route,
      times: settings.times,
      callTimeout: settings.callTimeout,
      withoutLookUp: () => withoutLookUp,
      ...(options.alone === true ? { aloneSince: clock.now() } : {}),
      clock,
      chance: options.chance ?? Math.random,
      observe,
      crashPoint: options.crashPoint ?? (() => undefined),
    },
  });

  return {
    start() {
      const { concurrency, rate, sweep } = settings;
      queue.run(worker.work, { concurrency, ...(rate === undefined ? {} : { rate }) });
      const failed = (error: unknown) =>
        logger.error({ failure: traceOf(error) }, 'the message log could not say what is due');
      sweeper = startSweeper({
        log,
        queue,
        circuit,
        clock,
        interval: sweep,
        enough: 2 * concurrency,
        failed,
      });
    },
    async stop() {
      sweeper?.stop();
      worker.stop();
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(settings.stopLimit, resolve);
      await Promise.race([queue.close(), late]);
      cancel();
      worker.abandon();
    },
    compared(gaps) {
      withoutLookUp = new Set(gaps.flatMap(({ lookUpOf }) => lookUpOf ?? []));
      if (gaps.some(({ lookUpOf }) => lookUpOf === undefined)) circuit.gapFound();
      else circuit.gapClosed();
    },
    status: circuit.status,
  };
}

const silent: Observer = {
  stepEnded: () => undefined,
  lookedUp: () => undefined,
  finished: () => undefined,
  abandoned: () => undefined,
  failed: () => undefined,
  circuitChanged: () => undefined,
};
