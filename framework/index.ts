// The package's face: what adapters, workloads, nemeses and checkers are made with, and running and checking from code.
export type { KeyResult, LinearizableOptions, LinearizableResult } from '../checkers/linearizable/check.js';
export { defineModel, type ModelDefinition } from '../checkers/linearizable/models/define.js';
export {
  type AnyModel,
  type Cell,
  type Container,
  type ContainerRole,
  ILLEGAL,
  type Illegal,
  type Lock,
  type Membership,
  type MembershipRole,
  type Model,
  type ModelFunction,
  NOTHING,
  type Nothing,
} from '../checkers/linearizable/models/model.js';
export type { Capability } from './contracts/capability.js';
export type { Anomaly, CheckContext, Checker, CheckSpec, Valid, Verdict } from './contracts/checker.js';
export type {
  ClockFault,
  Cluster,
  Delay,
  DiskFault,
  Effect,
  Faults,
  Link,
  LinkQuality,
  NodeEvent,
} from './contracts/cluster.js';
export { defineChecker, defineNemesis, defineSystem, defineWorkload } from './contracts/define.js';
export { ChaosError } from './contracts/error.js';
export type { Band, Chart, Column, Exhibit, Lane, Point, Series, Span, Table, TableCell } from './contracts/exhibit.js';
export type { Columns, FaultValue, History, Operation, PhaseValue } from './contracts/history.js';
export { type Body, errorBody, isDefinite, type Message, RPC } from './contracts/message.js';
export type { ChooseContext, Injection, Nemesis, Skip } from './contracts/nemesis.js';
export type { Completion, HistoryEvent, Invocation, Key, Outcome } from './contracts/operation.js';
export { type OptionSchema, type Options, type OptionValues, option } from './contracts/options.js';
export type { DurableLog, Environment, NodeReport, Protocol, Recovered } from './contracts/protocol.js';
export type { Random } from './contracts/random.js';
export type { Coverage, Expectation, FoundAnomaly, Latency, RunFigures, RunResult } from './contracts/result.js';
export type { Client, ClientContext, Rpc, RpcFunction } from './contracts/rpc.js';
export { Scopes } from './contracts/scopes.js';
export type { PlantedBug, Program, System } from './contracts/system.js';
export type { Clock } from './contracts/time.js';
export type { GeneratorContext, OperationGenerator, Workload } from './contracts/workload.js';
export type { LooseOperation } from './history/from-operations.js';
export { check, checkLinearizable, historyOf, type LooseEvent, models, type RunSettings, run } from './library.js';
export type { RunOutcome } from './run/run.js';
