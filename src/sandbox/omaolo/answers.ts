import { between, type Random } from '../random.ts';
import type { Ask, Words } from './questions.ts';

/** A point of time as Omaolo's contract wants it: with an offset. */
export function instant(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The word of a language: fi, sv or en. */
export function word(words: Words, language: 'fi' | 'sv' | 'en'): string {
  return words[language === 'fi' ? 0 : language === 'sv' ? 1 : 2];
}

/**
 * A question with a made-up answer, as openapi.yaml's `Question` has it. Some stay unanswered; dates lie in the days
 * before `completed`.
 */
export function answered(ask: Ask, language: 'fi' | 'sv' | 'en', next: Random, completed: Date): object {
  const skipped = next() < 0.08;
  const answers = skipped ? [] : answersOf(ask, language, next, completed);
  return { id: ask.id, text: word(ask.text, language), type: ask.type, answers };
}

const DAY = 86_400_000;

function answersOf(ask: Ask, language: 'fi' | 'sv' | 'en', next: Random, completed: Date): object[] {
  switch (ask.type) {
    case 'boolean':
      return [{ value: next() < 0.5 }];
    case 'integer':
      return [{ value: between(next, 0, 10) }];
    case 'decimal': {
      const value = between(next, 0, 40) / 4;
      return [{ value, display: decimal(value, language) }];
    }
    case 'quantity': {
      const value = between(next, ask.low * 10, ask.high * 10) / 10;
      const { unit, code } = ask;
      return [{ value, unit, code, display: `${decimal(value, language)} ${unit}` }];
    }
    case 'date':
      return [dateAnswer(new Date(completed.getTime() - between(next, 0, 30) * DAY), language, next)];
    case 'time':
      return [{ value: `${String(between(next, 0, 23)).padStart(2, '0')}:30:00` }];
    case 'dateTime':
      return [{ value: instant(new Date(completed.getTime() - between(next, 1, 48) * 3_600_000)) }];
    case 'string':
    case 'text':
      return [{ value: word(ask.said[between(next, 0, ask.said.length - 1)] ?? ['-', '-', '-'], language) }];
    case 'choice':
    case 'choices': {
      const options = ask.options.map(([code, words]) => ({ code, label: word(words, language) }));
      if (ask.type === 'choice') return [options[between(next, 0, options.length - 1)] ?? {}];
      const chosen = options.filter(() => next() < 0.5);
      return chosen.length > 0 ? chosen : options.slice(-1);
    }
    case 'attachment':
      return next() < 0.7 ? [] : [attachment(next)];
  }
}

/** A day, or a month or a year where the citizen did not know better. */
function dateAnswer(date: Date, language: 'fi' | 'sv' | 'en', next: Random): object {
  const value = date.toISOString().slice(0, 10);
  const chance = next();
  if (chance < 0.1) return { value: value.slice(0, 4) };
  if (chance < 0.2) return { value: value.slice(0, 7) };
  const shown = `${Number(value.slice(8))}.${Number(value.slice(5, 7))}.${value.slice(0, 4)}`;
  return language === 'en' ? { value } : { value, display: shown };
}

function decimal(value: number, language: 'fi' | 'sv' | 'en'): string {
  return language === 'en' ? String(value) : String(value).replace('.', ',');
}

function attachment(next: Random): object {
  const title = 'IMG_2041 (1).jpg';
  const contentType = 'image/jpeg';
  if (next() < 0.5) {
    return { contentType, title, url: 'https://omaolo.example/attachments/2041', size: 48_211 };
  }
  return { contentType, title, data: Buffer.from('a picture that is none').toString('base64'), size: 22 };
}
