import type { Need } from '../record/capabilities.ts';
import type { RecordSystem } from '../record/record.ts';

/** What is known about the record system's side of a route. */
export type CapabilityStatus =
  | { readonly kind: 'not-read' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'read'; readonly gaps: readonly string[] };

export interface CapabilityCheck {
  status(): CapabilityStatus;
  stop(): Promise<void>;
}

/**
 * Compares the record system's CapabilityStatement with what the route needs, at once and then every `interval`
 * milliseconds (sooner while it cannot be read). A gap stops the route; the route goes on when the gap is closed.
 */
export function startCapabilityCheck(options: {
  readonly record: Pick<RecordSystem, 'gaps'>;
  readonly needs: readonly Need[];
  readonly delivery: { pause(): void; resume(): void };
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
    const stops = (one: CapabilityStatus) => one.kind === 'read' && one.gaps.length > 0;
    const before = status;
    status = next;
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    changed(next);
    if (stops(next)) delivery.pause();
    // What cannot be read says nothing about gaps: only a statement without any opens the route again.
    else if (stops(before) && next.kind === 'read') delivery.resume();
  }

  async function look(): Promise<void> {
    const result = await record.gaps(needs, newId());
    if (stopped) return;
    take(
      result.ok
        ? { kind: 'read', gaps: result.value }
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
