import { type Element, number, refuse, text } from './element.ts';
import { writtenIn } from './exact.ts';
import type { Leaf } from './made.ts';

/** A FHIR Quantity as the contract has it. */
export interface Measured {
  readonly value: Leaf<number>;
  /** What people read; the code where there is nothing else. */
  readonly unit: Leaf<string> | undefined;
  /** The unit in UCUM. */
  readonly ucum: Leaf<string> | undefined;
  /** The whole as it is shown, where value and unit alone would say something else. */
  readonly display: Leaf<string> | undefined;
}

const UCUM = 'http://unitsofmeasure.org';

/** @throws BridgeError `resource-invalid` when it has no value */
export function quantityOf(quantity: Element): Measured {
  const value = number(quantity, 'value') ?? refuse('needs a value', quantity.at);
  const code = text(quantity, 'code');
  const unit = text(quantity, 'unit') ?? code;
  const comparator = text(quantity, 'comparator');
  const exactly = writtenIn(quantity.members, 'value');
  const whole = [comparator?.value, exactly ?? String(value.value), unit?.value];
  const shown = {
    at: comparator?.at ?? value.at,
    value: whole.filter((part) => part !== undefined).join(' '),
  };
  return {
    value,
    unit,
    ucum: quantity.members['system'] === UCUM ? code : undefined,
    // A comparator changes what the value means, and zeros at its end how exact it is.
    display: comparator === undefined && exactly === undefined ? undefined : shown,
  };
}
