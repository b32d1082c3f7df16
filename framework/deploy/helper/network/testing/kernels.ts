// Small models of what iptables-restore, nft and tc do with our texts, as strict as the kernel: what does not exist cannot be removed.

/** A filter table. */
export class FilterTable {
  readonly chains = new Map<string, string[]>([
    ['INPUT', []],
    ['OUTPUT', []],
  ]);

  restore(text: string): void {
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.shift() !== '*filter' || lines.pop() !== 'COMMIT') throw new Error(`not a table: ${text}`);
    for (const line of lines) this.#do(line);
  }

  /** As `iptables -S` prints it. */
  listing(): string {
    const names = [...this.chains.keys()].filter((name) => name !== 'INPUT' && name !== 'OUTPUT');
    const rules = [...this.chains].flatMap(([name, list]) => list.map((rule) => `-A ${name} ${rule}`));
    return [...names.map((name) => `-N ${name}`), ...rules].join('\n');
  }

  #do(line: string): void {
    const [verb = '', name = '', ...rest] = line.split(' ');
    const rule = rest.join(' ');
    if (verb.startsWith(':')) this.chains.set(verb.slice(1), []);
    else if (verb === '-A') this.#chain(name).push(rule);
    else if (verb === '-I') this.#chain(name).unshift(rest.slice(1).join(' '));
    else if (verb === '-D') {
      const at = this.#chain(name).indexOf(rule);
      if (at < 0) throw new Error(`no such rule: ${line}`);
      this.#chain(name).splice(at, 1);
    } else if (verb === '-F') this.#chain(name).length = 0;
    else if (verb === '-X') {
      const isUsed = [...this.chains.values()].flat().some((other) => other === `-j ${name}`);
      if (this.#chain(name).length > 0 || isUsed) throw new Error(`chain in use: ${line}`);
      this.chains.delete(name);
    } else throw new Error(`what is this: ${line}`);
  }

  #chain(name: string): string[] {
    const chain = this.chains.get(name);
    if (chain === undefined) throw new Error(`no such chain: ${name}`);
    return chain;
  }
}

/** Our table of nft; null: it is not there. */
export class NftTable {
  table: { rules: string[]; counters: Set<string> } | null = null;

  load(text: string): void {
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const [, verb = '', what = '', rest = ''] = /^(\S+) (\S+) inet chaosplan ?(.*)$/.exec(line) ?? [];
      if (verb === 'add' && what === 'table') this.table ??= { rules: [], counters: new Set() };
      else if (this.table === null) throw new Error(`no such table: ${line}`);
      else if (verb === 'delete' && what === 'table') this.table = null;
      else if (verb === 'flush' && what === 'chain') {
        this.table.rules = this.table.rules.filter((rule) => !rule.startsWith(`${rest} `));
      } else if (verb === 'add' && what === 'counter') this.table.counters.add(rest);
      else if (verb === 'delete' && what === 'counter') {
        const isUsed = this.table.rules.some((rule) => rule.includes(`counter name ${rest} `));
        if (isUsed || !this.table.counters.delete(rest)) throw new Error(`cannot delete: ${line}`);
      } else if (verb === 'add' && what === 'rule') this.#add(rest);
      else if (verb !== 'add' || what !== 'chain') throw new Error(`what is this: ${line}`);
    }
  }

  #add(rule: string): void {
    const counter = /counter name (\S+)/.exec(rule)?.[1];
    if (counter !== undefined && !this.table!.counters.has(counter)) throw new Error(`no such counter: ${rule}`);
    this.table!.rules.push(rule);
  }
}

interface Device {
  classes: Map<string, { rate: string; leaf: string | null }>;
  /** By priority. */
  filters: Map<string, { match: string; to: string }>;
}

/** The devices that have our root. */
export class TcDevices {
  readonly devices = new Map<string, Device>();

  run(line: readonly string[]): void {
    const [what, verb] = line;
    const after = (word: string) => line[line.indexOf(word) + 1]!;
    const name = after('dev');
    const device = this.devices.get(name);
    if (what === 'qdisc' && line.includes('root')) {
      if ((verb === 'add') === (device !== undefined)) throw new Error(`no: ${line.join(' ')}`);
      if (verb === 'add') this.devices.set(name, { classes: new Map(), filters: new Map() });
      else this.devices.delete(name);
      return;
    }
    if (device === undefined) throw new Error(`no root: ${line.join(' ')}`);
    if (what === 'class') this.#class(device, verb!, after('classid'), after('rate'));
    else if (what === 'qdisc') {
      const parent = device.classes.get(after('parent'));
      if (parent === undefined || parent.leaf !== null) throw new Error(`no parent: ${line.join(' ')}`);
      parent.leaf = line.slice(line.indexOf('parent') + 2).join(' ');
    } else if (verb === 'add') {
      if (device.filters.has(after('prio'))) throw new Error(`taken: ${line.join(' ')}`);
      device.filters.set(after('prio'), { match: after('dst'), to: after('flowid') });
    } else if (!device.filters.delete(after('prio'))) throw new Error(`no filter: ${line.join(' ')}`);
  }

  #class(device: Device, verb: string, id: string, rate: string): void {
    if (verb === 'add') {
      if (device.classes.has(id)) throw new Error(`class ${id} is taken`);
      device.classes.set(id, { rate, leaf: null });
      return;
    }
    const isUsed = [...device.filters.values()].some(({ to }) => to === id);
    if (isUsed || !device.classes.delete(id)) throw new Error(`class ${id} cannot go`);
  }
}
