import { expect, it } from 'vitest';
import { urgencyClass, urgencyClasses, urgencyRank } from '../../src/assessment/urgency.ts';

it('ranks the classes from the most urgent on, and what has no class after all of them', () => {
  expect([...urgencyClasses, undefined].map(urgencyRank)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('gives the class of a rank back', () => {
  expect([0, 8, 9].map(urgencyClass)).toEqual(['P0', 'P8', undefined]);
});
