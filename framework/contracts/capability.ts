// What can be done to a cluster: nemeses need capabilities, deployments and runtimes offer them.

export const CAPABILITIES = {
  kill: 'kill a node and start it again',
  pause: 'freeze a node and wake it',
  partition: 'cut links between nodes, both ways or one way',
  packet: 'delay, lose, duplicate and reorder messages between nodes',
  clock: "move a node's clock or change its rate",
  disk: "damage, slow down or fill a node's disk, and lose what was not synced",
  membership: 'let nodes join and leave the cluster',
  reports: 'know which node leads, from the nodes’ own reports',
} as const;

export type Capability = keyof typeof CAPABILITIES;
