import type { UrgencyClass } from './assessment.ts';

/** Omaolo's classes, most urgent first. The bridge orders by them and by nothing clinical of its own. */
export const urgencyClasses: readonly UrgencyClass[] = ['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'];

/** The rank of a message without a class: after all that have one. */
const WITHOUT_CLASS = urgencyClasses.length;

/** 0 for P0 to 8 for P8; 9 without a class. */
export function urgencyRank(urgency: UrgencyClass | undefined): number {
  return urgency === undefined ? WITHOUT_CLASS : urgencyClasses.indexOf(urgency);
}

/** The class of a rank; undefined for a message without one. */
export function urgencyClass(rank: number): UrgencyClass | undefined {
  return urgencyClasses[rank];
}
