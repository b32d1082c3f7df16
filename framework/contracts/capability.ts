// What can be done to a cluster: nemeses need capabilities, deployments and runtimes offer them.

export const CAPABILITIES = {
  kill: 'kill a node and start it again',
  pause: 'freeze a node and wake it',
  partition: 'cut links between nodes, both ways or one way',
  loss: 'lose messages between nodes',
  packet: 'delay, duplicate and reorder messages between nodes',
  rate: 'limit how much a link carries',
  corrupt: 'corrupt packets between nodes',
  clock: "move a node's clock or change its rate",
  disk: 'tear the last record of the log of a node',
  unsynced: 'lose what a node has not synced',
  'slow-disk': 'slow down the syncs of a node',
  full: 'fill the disk of a node',
  files: 'make the disk of a node read-only, cut and flip what is in its files',
  power: 'turn a host off without warning, and on again',
  membership: 'let nodes join and leave the cluster',
  reports: 'know which node leads, from the nodes’ own reports',
} as const;

export type Capability = keyof typeof CAPABILITIES;

/** Where the framework itself carries the messages of reference nodes. */
export const IN_PROCESS: readonly Capability[] = [
  'kill',
  'pause',
  'partition',
  'loss',
  'packet',
  'clock',
  'disk',
  'unsynced',
  'slow-disk',
  'full',
  'files',
  'membership',
  'reports',
];

/** On hosts, where faults are the kernel's: to reference nodes, and to any program, whose records nobody knows. */
export const ON_HOSTS: readonly Capability[] = [...IN_PROCESS, 'rate', 'corrupt'];
export const PROGRAMS_ON_HOSTS: readonly Capability[] = ON_HOSTS.filter(
  (name) => name !== 'reports' && name !== 'disk',
);
