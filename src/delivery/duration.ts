const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const unit = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000];

/** Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; undefined where it is none. */
export function duration(text: string): number | undefined {
  const match = pattern.exec(text);
  const parts = match
    ?.slice(1)
    .map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return parts.reduce<number>((sum, part, i) => sum + (part ?? 0) * (unit[i] ?? 0), 0);
}
