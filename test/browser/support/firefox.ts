// Drives Debian's Firefox by Marionette: JSON commands over TCP, each with its length in front. Only what smoke tests need.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FIREFOX = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
const START_MS = 60_000;
const COMMAND_MS = 30_000;

/** No first-run page, no update, no request of its own: what remains is the page. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutConfig.showWarning': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.systemAddon.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,none',
  'toolkit.telemetry.enabled': false,
};

const COMPLAINTS = `return Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && /^file:/.test(one.sourceName))
  .map((one) => one.errorMessage);`;

export class Firefox {
  readonly #process: ChildProcess;
  readonly #profile: string;
  #wire: Wire | null = null;

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
  }

  /** Throws when there is no Firefox, or when it cannot be driven within a minute. */
  static async launch(): Promise<Firefox> {
    if (!existsSync(FIREFOX)) {
      throw new Error(
        `no browser at ${FIREFOX}: install it (apt-get install -y firefox-esr) or set FIREFOX to its path`,
      );
    }
    const port = await freePort();
    const profile = mkdtempSync(join(tmpdir(), 'chaos-firefox-'));
    const preferences = { ...PREFERENCES, 'marionette.port': port };
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, 'user.js'), `${lines.join('\n')}\n`);
    const output: string[] = [];
    const child = spawn(
      FIREFOX,
      ['--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', profile],
      {
        // A home of its own, and a process group of its own, so that all of it ends.
        env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    const firefox = new Firefox(child, profile);
    try {
      firefox.#wire = await Wire.open(port, START_MS, () => child.exitCode !== null);
      await firefox.#send('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
      await firefox.#send('WebDriver:SetWindowRect', { width: 1440, height: 985 });
    } catch (error) {
      await firefox.close();
      throw new Error(`Firefox cannot be driven: ${String(error)}\n${output.join('').slice(-2000)}`);
    }
    return firefox;
  }

  /** Errors and warnings that pages from disk have caused so far; what a policy forbids is not among them. */
  async complaints(): Promise<string[]> {
    await this.#send('Marionette:SetContext', { value: 'chrome' });
    const { value } = (await this.#send('WebDriver:ExecuteScript', { script: COMPLAINTS, args: [] })) as {
      value: string[];
    };
    await this.#send('Marionette:SetContext', { value: 'content' });
    return value;
  }

  /** Resolves when the page has loaded. */
  async open(url: string): Promise<void> {
    await this.#send('WebDriver:Navigate', { url });
  }

  /** The body of a function: what it returns, as JSON has it. The page's policy does not apply to it. */
  async evaluate<T>(body: string): Promise<T> {
    const { value } = (await this.#send('WebDriver:ExecuteScript', { script: body, args: [] })) as { value: T };
    return value;
  }

  /** The window's content as PNG. */
  async screenshot(): Promise<Buffer> {
    const { value } = (await this.#send('WebDriver:TakeScreenshot', { full: false })) as { value: string };
    return Buffer.from(value, 'base64');
  }

  async close(): Promise<void> {
    this.#wire?.end();
    const { pid } = this.#process;
    if (pid !== undefined && this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #send(command: string, parameters: object): Promise<unknown> {
    if (this.#wire === null) throw new Error('not connected');
    return this.#wire.send(command, parameters);
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** `<length>:[0, id, command, parameters]` there, `<length>:[1, id, error, result]` back. */
class Wire {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #received = Buffer.alloc(0);
  #last = 0;

  /** Tries until somebody listens and has said who it is. */
  static async open(port: number, within: number, hasEnded: () => boolean): Promise<Wire> {
    const until = Date.now() + within;
    for (;;) {
      const socket = connect({ port, host: '127.0.0.1' });
      try {
        await once(socket, 'connect');
        return new Wire(socket);
      } catch (error) {
        socket.destroy();
        if (hasEnded() || Date.now() > until) throw error;
      }
      await sleep(100);
    }
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#read();
    });
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Firefox has closed the connection'));
      this.#waiting.clear();
    });
  }

  send(command: string, parameters: object): Promise<unknown> {
    const id = ++this.#last;
    const text = JSON.stringify([0, id, command, parameters]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${command}: no answer within ${COMMAND_MS / 1000} s`));
      }, COMMAND_MS);
      const settled =
        <A extends unknown[]>(act: (...values: A) => void) =>
        (...values: A) => {
          clearTimeout(timer);
          act(...values);
        };
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const colon = this.#received.indexOf(':');
      if (colon < 0) return;
      const length = Number(this.#received.subarray(0, colon).toString('latin1'));
      const end = colon + 1 + length;
      if (this.#received.length < end) return;
      const message: unknown = JSON.parse(this.#received.subarray(colon + 1, end).toString('utf8'));
      this.#received = this.#received.subarray(end);
      // The first message is a greeting.
      if (Array.isArray(message)) this.#answered(message);
    }
  }

  #answered([, id, error, result]: unknown[]): void {
    const waiting = this.#waiting.get(Number(id));
    this.#waiting.delete(Number(id));
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(new Error(JSON.stringify(error).slice(0, 1000)));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
