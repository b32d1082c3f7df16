// The nodes' logs, on the run's clock.

export interface LogsBlock {
  nodes: readonly string[];
}
