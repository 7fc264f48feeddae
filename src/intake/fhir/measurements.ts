import { hasCode } from './coding.ts';
import { child, children, type Element, text } from './element.ts';
import { type Branch, type Leaf, type Series, series } from './made.ts';
import { type Measured, quantityOf } from './quantity.ts';

/** What the Observations of a request hold. */
interface Observed {
  readonly measurements: Series | undefined;
  readonly bloodPressure: Branch | undefined;
  /** The Observations that hold no quantity. */
  readonly unread: readonly Element[];
}

// FHIR's profile of blood pressures (http://hl7.org/fhir/R4/bp.html).
const LOINC = 'http://loinc.org';
const PANEL = [{ system: LOINC, code: '85354-9' }];
const SYSTOLIC = [{ system: LOINC, code: '8480-6' }];
const DIASTOLIC = [{ system: LOINC, code: '8462-4' }];
const MERCURY = 'mm[Hg]';
const withdrawn = ['entered-in-error', 'cancelled'];

/** Reads Observations: a blood pressure as a reading of a follow-up, every other quantity as a measurement. */
export function observedIn(observations: readonly Element[], at: string): Observed {
  const measurements: Branch[] = [];
  const readings: Branch[] = [];
  const unread: Element[] = [];
  for (const observation of observations) {
    const reading = readingOf(observation);
    const measured = reading === undefined ? measurementsOf(observation) : [];
    if (withdrawn.includes(String(observation.members['status']))) unread.push(observation);
    else if (reading !== undefined) readings.push(reading);
    else if (measured.length === 0) unread.push(observation);
    else measurements.push(...measured);
  }
  const all = series(at, readings);
  return {
    measurements: series(at, measurements),
    bloodPressure: all && { at, parts: { readings: all } },
    unread,
  };
}

function timeOf(observation: Element): Leaf<string> | undefined {
  const period = child(observation, 'effectivePeriod');
  return (
    text(observation, 'effectiveDateTime') ??
    text(observation, 'effectiveInstant') ??
    (period && text(period, 'start')) ??
    text(observation, 'issued')
  );
}

/** A blood pressure with its two values and nothing else, in the unit that the contract has. */
function readingOf(observation: Element): Branch | undefined {
  if (!hasCode(child(observation, 'code'), PANEL)) return undefined;
  const components = children(observation, 'component');
  const pressure = (codes: typeof SYSTOLIC): Measured | undefined => {
    const found = components.find((component) => hasCode(child(component, 'code'), codes));
    const quantity = found && child(found, 'valueQuantity');
    return quantity && quantityOf(quantity);
  };
  const [systolic, diastolic] = [pressure(SYSTOLIC), pressure(DIASTOLIC)];
  if (components.length !== 2 || !isPlain(systolic) || !isPlain(diastolic)) return undefined;
  const parts = { time: timeOf(observation), systolic: systolic.value, diastolic: diastolic.value };
  return { at: observation.at, parts };
}

function isPlain(measured: Measured | undefined): measured is Measured {
  return measured?.ucum?.value === MERCURY && measured.display === undefined;
}

/** The quantities of an Observation: its own, and those of its components. */
function measurementsOf(observation: Element): readonly Branch[] {
  const time = timeOf(observation);
  return [observation, ...children(observation, 'component')].flatMap((element) => {
    const quantity = child(element, 'valueQuantity');
    const code = child(element, 'code');
    if (quantity === undefined || code === undefined) return [];
    const [coding] = children(code, 'coding');
    const { value, unit, ucum, display } = quantityOf(quantity);
    const words = text(code, 'text') ?? (coding && text(coding, 'display'));
    const own = coding && text(coding, 'code');
    const parts = {
      code: own ?? words,
      system: coding && text(coding, 'system'),
      label: words ?? own,
      value,
      // The contract wants a unit; FHIR's code for none is 1.
      unit: unit ?? { at: quantity.at, value: '1' },
      unitCode: ucum,
      time,
      display,
    };
    return [{ at: element.at, parts }];
  });
}
