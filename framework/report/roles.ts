// What part each operation plays in an anomaly, in words: as the checker says, and as can be seen from its element.
import type { Operation } from '../contracts/history.js';
import type { Case } from './story.js';
import { clip } from './text.js';

/** Fields of evidence that hold the event index of an operation, and what that operation did. */
const NAMED: Readonly<Record<string, string>> = {
  read: 'read what is older',
  older: 'wrote what was read',
  newer: 'wrote what should have been read',
  overwritten: 'had overwritten it',
  stuck: 'fits nowhere',
};

type Evidence = Readonly<Record<string, unknown>>;

/** By operation of the case; empty where nothing is known. */
export function rolesOf({ anomaly, operations }: Case): string[] {
  const evidence = anomaly.evidence ?? {};
  return operations.map((operation) => {
    const role = said(evidence, operation) ?? named(evidence, operation) ?? ofElement(evidence, operation) ?? '';
    return clip(role, 120);
  });
}

/** `roles`: texts by event index, for whoever writes a checker. */
function said({ roles }: Evidence, { index }: Operation): string | undefined {
  if (typeof roles !== 'object' || roles === null || !Object.hasOwn(roles, index)) return undefined;
  const role: unknown = Reflect.get(roles, index);
  return typeof role === 'string' ? role : undefined;
}

function named(evidence: Evidence, { index, outcome }: Operation): string | undefined {
  // Evidence of other checkers may have an element of that name.
  const isRegister = evidence['element'] === undefined;
  const name = Object.keys(NAMED).find((field) => isRegister && evidence[field] === index);
  if (name !== undefined) return NAMED[name];
  return Array.isArray(evidence['witness']) && outcome === 'fail' ? 'failed: it never took effect' : undefined;
}

/** An element that a read shows or misses. */
function ofElement(evidence: Evidence, { asked, value, outcome }: Operation): string | undefined {
  if (!Object.hasOwn(evidence, 'element') || outcome !== 'ok' || !Array.isArray(value)) return undefined;
  if (asked !== null && asked !== undefined) return undefined;
  const element = JSON.stringify(evidence['element']);
  return value.some((one) => JSON.stringify(one) === element) ? `shows ${element}` : `misses ${element}`;
}
