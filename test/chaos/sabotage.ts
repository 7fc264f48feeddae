import type { MessageLog } from '../../src/log/log.ts';

export type Sabotage = 'none';
export const sabotages: Readonly<Record<Sabotage, (log: MessageLog) => Partial<MessageLog>>> = {
  none: () => ({}),
};
