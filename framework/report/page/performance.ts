// Latency, rate and availability over time, of all operations of the run.

export interface PerformanceBlock {
  bins: number;
}
