/** Cronwright: the scheduler, triggers, the memory store, executors, errors and types. */

export type { Clock, TimerHandle } from './core/clock.ts'
export { systemClock } from './core/clock.ts'
export type { Duration } from './core/duration.ts'
export type { Listener } from './core/emitter.ts'
export type { Logger } from './core/logger.ts'
export * from './errors.ts'
export { AsyncExecutor, type AsyncExecutorOptions } from './executors/async-executor.ts'
export type { Executor, Task } from './executors/executor.ts'
export { WorkerThreadsExecutor, type WorkerThreadsExecutorOptions } from './executors/worker-threads-executor.ts'
export type { LogMethod, RunContext, RunLogger, RunResume } from './jobs/context.ts'
export type { CounterName, RunCounters } from './jobs/counters.ts'
export type { EnqueueOptions, UniqueOptions } from './jobs/enqueue-options.ts'
export type { HistoryOptions } from './jobs/history.ts'
export type { Job } from './jobs/job.ts'
export type { JobSettings } from './jobs/job-settings.ts'
export type { JobChanges, JobDefaults, JobOptions } from './jobs/options.ts'
export type { JobOverrides } from './jobs/override.ts'
export type { OnCrash, Overlap, RetryPolicy } from './jobs/policy.ts'
export { deserializeJob, serializeJob } from './jobs/portable.ts'
export type {
  Code,
  FunctionLike,
  Handler,
  HandlerReturn,
  JobObject,
  ModuleReference,
  RegisteredFunction,
} from './jobs/registry.ts'
export { JobResult } from './jobs/result.ts'
export { type RetryOptions, retry } from './jobs/retry.ts'
export {
  type ResumeReason,
  RUN_STATES,
  type Run,
  type RunOrigin,
  type RunPhase,
  type RunProgress,
  type RunState,
  type StoredError,
} from './jobs/run.ts'
export type { LogLevel, RunLogLine } from './jobs/run-log.ts'
export { jsonSerializer, type Serializer } from './jobs/serializer.ts'
export type { Worker, WorkerState } from './jobs/worker.ts'
export type {
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  DiscardOptions,
  RequeueOptions,
} from './scheduler/commands/dead-letters.ts'
export type {
  AliasEvent,
  JobEvent,
  ProgressEvent,
  RunEvent,
  SchedulerEvents,
  StoreErrorEvent,
} from './scheduler/events.ts'
export type { DrainOptions, Queue } from './scheduler/queues/queue-handle.ts'
export type { QueueOptions } from './scheduler/queues/queue-options.ts'
export type { JobDescription, JobFilter, RunFilter, ShutdownOptions, StoreChoice } from './scheduler/requests.ts'
export { Scheduler, type SchedulerState } from './scheduler/scheduler.ts'
export type { ExecutorSource, SchedulerOptions } from './scheduler/settings.ts'
export { type ShutdownOnSignalsOptions, shutdownOnSignals } from './scheduler/shutdown-on-signals.ts'
export type { QueueStats, SchedulerStats } from './scheduler/workers/statistics.ts'
export { type CopyOptions, copyStore } from './stores/copy/copy-store.ts'
export type { CopyCounts, CopyReport, UnreadableRecord } from './stores/copy/report.ts'
export type { JobStoreSource } from './stores/factory.ts'
export type { Awaitable, JobStore, StoreHost } from './stores/job-store.ts'
export { MemoryJobStore } from './stores/memory/memory-job-store.ts'
export type { StoreCapabilities } from './stores/record-job-store.ts'
export type { SchemaMigration, SchemaVersion } from './stores/schema.ts'
export * from './triggers/index.ts'
