import type { SQLOutputValue } from 'node:sqlite';
import { type ErrorCode, errorCodes } from '../errors.ts';
import type { Edition } from './editions.ts';
import type { Choice, Format, LogEvent, MessageSummary, Step, StepSearch, WaitReason } from './message.ts';
import type { News, Recipient } from './outbox.ts';
import type { Act } from './people.ts';
import { type State, transitions } from './state.ts';

/** Rows of the message log as typed values: the border between a store and the bridge. */

export type Row = Record<string, SQLOutputValue>;

function wrong(row: Row, column: string): never {
  throw new TypeError(`column ${column} of the message log holds a ${typeof row[column]}`);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrong(row, column);
}

export function int(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : wrong(row, column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(row, column);
}

/** `{ [name]: value }`, or nothing where the column is NULL or empty: for optional members. */
export function optional<Name extends string, Value>(
  name: Name,
  row: Row,
  column: string,
  read: (row: Row, column: string) => Value,
): { [K in Name]?: Value } {
  const value = row[column];
  if (value === null || value === undefined || value === '') return {};
  const member: { [K in Name]?: Value } = {};
  member[name] = read(row, column);
  return member;
}

export function state(row: Row, column = 'state'): State {
  const value = text(row, column);
  return isState(value) ? value : wrong(row, column);
}

function isState(value: string): value is State {
  return Object.hasOwn(transitions, value);
}

function isErrorCode(value: string): value is ErrorCode {
  return (errorCodes as readonly string[]).includes(value);
}

function errorCode(row: Row, column: string): ErrorCode {
  const value = text(row, column);
  return isErrorCode(value) ? value : wrong(row, column);
}

export function waitReason(row: Row, column: string): WaitReason {
  return row[column] === 'earlier-edition' ? 'earlier-edition' : errorCode(row, column);
}

const formats: readonly Format[] = [
  'assessment',
  'questionnaire-response',
  'questionnaire-response-stu3',
  'questionnaire-response-r5',
];

export function format(row: Row): Format {
  return formats.find((known) => known === row['format']) ?? wrong(row, 'format');
}

const stepStates: readonly Step['state'][] = ['intended', 'done', 'refused', 'unknown'];

function stepState(row: Row): Step['state'] {
  return stepStates.find((known) => known === row['state']) ?? wrong(row, 'state');
}

function stepSearch(row: Row, column: string): StepSearch {
  const value: unknown = JSON.parse(text(row, column));
  if (typeof value !== 'object' || value === null) return wrong(row, column);
  const { patient, encounter, contentDigest } = value as Partial<Record<keyof StepSearch, unknown>>;
  if (typeof patient !== 'string' || typeof contentDigest !== 'string') return wrong(row, column);
  return { patient, contentDigest, ...(typeof encounter === 'string' ? { encounter } : {}) };
}

const acts: readonly Act['act'][] = ['pause', 'resume', 'redrive'];

export function actOf(row: Row): Act['act'] {
  return acts.find((known) => known === row['act']) ?? wrong(row, 'act');
}

const recipients: readonly Recipient[] = ['sender', 'operations'];

export function recipient(row: Row): Recipient {
  return recipients.find((known) => known === row['recipient']) ?? wrong(row, 'recipient');
}

const newsTypes: readonly News['type'][] = [
  'delivered',
  'waiting',
  'held',
  'withdrawn',
  'alarm',
  'alarm-over',
];

export function newsType(row: Row): News['type'] {
  return newsTypes.find((known) => known === row['type']) ?? wrong(row, 'type');
}

export function choice(row: Row, column: string): Choice {
  const value: unknown = JSON.parse(text(row, column));
  if (typeof value !== 'object' || value === null) return wrong(row, column);
  const { patient, encounter } = value as Partial<Record<keyof Choice, unknown>>;
  return {
    ...(typeof patient === 'string' ? { patient } : {}),
    ...(typeof encounter === 'string' ? { encounter } : {}),
  };
}

export function step(row: Row): Step {
  return {
    name: text(row, 'name'),
    attempt: int(row, 'attempt'),
    state: stepState(row),
    intendedAt: int(row, 'intended_at'),
    ...optional('endedAt', row, 'ended_at', int),
    ...optional('location', row, 'location', text),
    ...optional('error', row, 'error', errorCode),
    ...optional('search', row, 'search', stepSearch),
  };
}

export function logEvent(row: Row): LogEvent {
  return {
    at: int(row, 'at'),
    type: text(row, 'type'),
    state: state(row),
    ...optional('cause', row, 'cause', text),
    ...optional('note', row, 'note', text),
    ...(row['who'] === null ? {} : { by: { who: text(row, 'who'), why: text(row, 'why') } }),
  };
}

export function summary(row: Row): MessageSummary {
  return {
    id: text(row, 'id'),
    source: text(row, 'source'),
    assessment: text(row, 'assessment'),
    edition: int(row, 'edition'),
    kind: text(row, 'kind'),
    urgency: int(row, 'urgency'),
    state: state(row),
    ...optional('cause', row, 'cause', text),
    acceptedAt: int(row, 'accepted_at'),
    sentAt: int(row, 'sent_at'),
    ...optional('deliveredAt', row, 'delivered_at', int),
    ...optional('dueAt', row, 'due_at', int),
    attempts: int(row, 'attempts'),
    ...optional('mapping', row, 'digest', text),
    correlation: text(row, 'correlation'),
  };
}

/** An edition of a case, with what names its row and wakes for it. */
export interface EditionRow extends Edition {
  readonly n: number;
  readonly id: string;
  readonly urgency: number;
}

export function editionRow(row: Row): EditionRow {
  return {
    n: int(row, 'n'),
    id: text(row, 'id'),
    urgency: int(row, 'urgency'),
    edition: int(row, 'edition'),
    state: state(row),
    cause: text(row, 'cause'),
    leased: int(row, 'leased') === 1,
    mapped: row['mapping'] !== null,
  };
}
