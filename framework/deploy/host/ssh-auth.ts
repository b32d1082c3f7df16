// What proves to a server that we are its user: the ways that a plan allows, tried one after the other.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import { ChaosError } from '../../contracts/error.js';
import { sshConfigHint } from './ssh-config.js';
import { pathOf, type SshTarget, userOf } from './ssh-target.js';

/** Keys that OpenSSH tries by itself. */
const DEFAULT_KEYS: readonly string[] = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** A way to prove it, and what a person calls it. */
export interface Proof {
  called: string;
  method: AnyAuthMethod;
}

/**
 * All ways for this target. Rejects when the plan names one that cannot be used: 'host-key-file' for a key that cannot be read or
 * needs its passphrase, 'host-no-agent'. Where a key lies is never said: plans keep that secret.
 */
export async function proofsFor(target: SshTarget, title: string): Promise<Proof[]> {
  const named = target.key !== undefined || target.agent === true || target.password !== undefined;
  const proofs = named ? await namedProofs(target, title) : await usualProofs(target);
  if (proofs.length > 0) return proofs;
  throw new ChaosError('host-denied', `There is no key, agent or password to log in to ${title}.`, {
    hint:
      sshConfigHint(target.host) ?? 'Name a key file in the plan, start an SSH agent, or make a key with ssh-keygen.',
  });
}

async function namedProofs(target: SshTarget, title: string): Promise<Proof[]> {
  const proofs: Proof[] = [];
  if (target.key !== undefined) proofs.push(keyProof(target, await keyOf(target.key, target.passphrase, title)));
  if (target.agent === true) proofs.push(agentProof(target, agentSocket(title)));
  if (target.password !== undefined) proofs.push(...passwordProofs(target, target.password));
  return proofs;
}

async function usualProofs(target: SshTarget): Promise<Proof[]> {
  const socket = process.env['SSH_AUTH_SOCK'];
  const proofs = socket ? [agentProof(target, socket)] : [];
  for (const name of DEFAULT_KEYS) {
    const text = await readFile(join(homedir(), '.ssh', name)).catch(() => null);
    if (text === null) continue;
    const key = parse(text, target.passphrase);
    // One that needs a passphrase is left to the agent.
    if (!(key instanceof Error)) proofs.push(keyProof(target, key));
  }
  return proofs;
}

function keyProof(target: SshTarget, key: ParsedKey): Proof {
  return { called: 'key', method: { type: 'publickey', username: userOf(target), key } };
}

function agentProof(target: SshTarget, agent: string): Proof {
  return { called: 'agent', method: { type: 'agent', username: userOf(target), agent } };
}

/** Some servers ask for a password in a dialogue only. */
function passwordProofs(target: SshTarget, password: string): Proof[] {
  const username = userOf(target);
  const prompt = (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: readonly unknown[],
    finish: (answers: string[]) => void,
  ) => finish(prompts.map(() => password));
  return [
    { called: 'password', method: { type: 'password', username, password } },
    { called: 'password', method: { type: 'keyboard-interactive', username, prompt } },
  ];
}

function agentSocket(title: string): string {
  const socket = process.env['SSH_AUTH_SOCK'];
  if (socket) return socket;
  throw new ChaosError('host-no-agent', `There is no SSH agent to log in to ${title}.`, {
    hint: 'Start one (eval "$(ssh-agent)"; ssh-add), or name a key file in the plan.',
  });
}

async function keyOf(file: string, passphrase: string | undefined, title: string): Promise<ParsedKey> {
  let text: Buffer;
  try {
    text = await readFile(pathOf(file));
  } catch (error) {
    // The system's own message holds the path.
    const code = (error as NodeJS.ErrnoException).code;
    throw keyFile(title, `cannot be read (${code})`, 'See that the file that the plan names exists and is yours.');
  }
  const key = parse(text, passphrase);
  if (!(key instanceof Error)) return key;
  if (/no passphrase given/i.test(key.message)) {
    throw keyFile(title, 'needs its passphrase', 'Give the passphrase, or add the key to an SSH agent and use that.');
  }
  if (/passphrase|decrypt|integrity/i.test(key.message)) {
    throw keyFile(title, 'does not open with the passphrase', 'Check the passphrase.');
  }
  throw keyFile(
    title,
    'is no private key',
    'Name the private key, not the .pub file; OpenSSH and PEM formats are read.',
  );
}

function keyFile(title: string, why: string, hint: string): ChaosError {
  return new ChaosError('host-key-file', `The key for ${title} ${why}.`, { hint });
}

/** A file that holds a public key alone is no key to log in with. */
function parse(text: Buffer, passphrase: string | undefined): ParsedKey | Error {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed;
  if (key === undefined) return new Error('it holds no key');
  return key instanceof Error || key.isPrivateKey() ? key : new Error('it is a public key');
}
