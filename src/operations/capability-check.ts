import type { Gap, Need } from '../record/capabilities.ts';
import type { RecordSystem } from '../record/record.ts';

/** What is known about the record system's side of a route. */
export type CapabilityStatus =
  | { readonly kind: 'not-read' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'read';
      /** What the route cannot work without, in plain words. */
      readonly gaps: readonly string[];
      /** What look-ups cannot work without: there a lost answer asks a person. */
      readonly lookUpGaps: readonly string[];
    };

export interface CapabilityCheck {
  status(): CapabilityStatus;
  stop(): Promise<void>;
}

/**
 * Compares the record system's CapabilityStatement with what the route needs, at once and then every `interval`
 * milliseconds (sooner while it cannot be read). A gap stops the route; the route goes on when the gap is closed.
 * What cannot be read says nothing about gaps: only a statement stops the route or opens it again.
 */
export function startCapabilityCheck(options: {
  readonly record: Pick<RecordSystem, 'gaps'>;
  readonly needs: readonly Need[];
  readonly delivery: { compared(gaps: readonly Gap[]): void };
  readonly interval: number;
  readonly newId: () => string;
  /** Told of each change. */
  readonly changed: (status: CapabilityStatus) => void;
}): CapabilityCheck {
  const { record, needs, delivery, interval, newId, changed } = options;
  let status: CapabilityStatus = { kind: 'not-read' };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function take(next: CapabilityStatus): void {
    if (JSON.stringify(status) !== JSON.stringify(next)) changed(next);
    status = next;
  }

  async function look(): Promise<void> {
    const result = await record.gaps(needs, newId());
    if (stopped) return;
    if (result.ok) delivery.compared(result.value);
    take(
      result.ok
        ? readStatus(result.value)
        : { kind: 'unreadable', why: result.finding.note ?? result.finding.kind },
    );
    timer = setTimeout(
      () => {
        running = look();
      },
      result.ok ? interval : Math.min(interval, 10_000),
    );
    timer.unref();
  }

  let running = look();
  return {
    status: () => status,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function readStatus(gaps: readonly Gap[]): CapabilityStatus {
  const texts = (lookUp: boolean): readonly string[] =>
    gaps.filter(({ lookUpOf }) => (lookUpOf !== undefined) === lookUp).map(({ text }) => text);
  return { kind: 'read', gaps: texts(false), lookUpGaps: texts(true) };
}
