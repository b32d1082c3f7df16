// Checkers are anybody's code, and stored results anybody's files: exhibits are taken over piece by piece, or left out with the reason.

import { messageOf } from '../contracts/error.js';
import type { Exhibit } from '../contracts/exhibit.js';
import { Malformed, readExhibit, shortened } from './read-exhibit.js';

export interface SoundExhibits {
  /** Copies that hold nothing but what the types say, bounded in number and size. */
  exhibits: Exhibit[];
  /** One sentence for each that was left out. */
  complaints: string[];
}

/** Exhibits of one check. */
export const MOST_EXHIBITS = 12;
const MOST_COMPLAINTS = 5;

/** Never throws. What it returned once, it returns again as it is. */
export function soundExhibits(given: unknown): SoundExhibits {
  try {
    return given === undefined ? { exhibits: [], complaints: [] } : eachOf(given);
  } catch (error) {
    return { exhibits: [], complaints: [`The exhibits cannot be read: ${reason(error)}.`] };
  }
}

function eachOf(given: unknown): SoundExhibits {
  if (!Array.isArray(given)) return { exhibits: [], complaints: ['The exhibits are no list.'] };
  const exhibits: Exhibit[] = [];
  const complaints: string[] = [];
  const count = given.length;
  for (let i = 0; i < Math.min(count, MOST_EXHIBITS); i++) {
    try {
      exhibits.push(readExhibit(given[i]));
    } catch (error) {
      complaints.push(`Exhibit ${i + 1} was left out: ${reason(error)}.`);
    }
  }
  const more = count - MOST_EXHIBITS;
  if (more > 0)
    complaints.push(
      `${more} more ${more === 1 ? 'exhibit was' : 'exhibits were'} left out: a check shows ${MOST_EXHIBITS}.`,
    );
  return { exhibits, complaints: complaints.slice(0, MOST_COMPLAINTS) };
}

function reason(error: unknown): string {
  if (error instanceof Malformed) return error.message;
  try {
    return shortened(messageOf(error), 200);
  } catch {
    return 'it throws when it is read';
  }
}
