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
export type { RunContext } from './jobs/context.ts'
export type { EnqueueOptions } from './jobs/enqueue-options.ts'
export type { Job } from './jobs/job.ts'
export type { HistoryOptions, JobChanges, JobDefaults, JobOptions, RetryOptions } from './jobs/options.ts'
export type { OnCrash, RetryPolicy } from './jobs/policy.ts'
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
export { RUN_STATES, type Run, type RunOrigin, type RunProgress, type RunState, type StoredError } from './jobs/run.ts'
export { jsonSerializer, type Serializer } from './jobs/serializer.ts'
export type { AliasEvent, JobEvent, RunEvent, SchedulerEvents, StoreErrorEvent } from './scheduler/events.ts'
export type { JobDescription, JobFilter, RunFilter, ShutdownOptions, StoreChoice } from './scheduler/requests.ts'
export { Scheduler, type SchedulerState } from './scheduler/scheduler.ts'
export type { ExecutorSource, JobStoreSource, SchedulerOptions } from './scheduler/settings.ts'
export type { Awaitable, JobStore, StoreHost } from './stores/job-store.ts'
export { MemoryJobStore } from './stores/memory/memory-job-store.ts'
export type { StoreCapabilities } from './stores/record-job-store.ts'
export * from './triggers/index.ts'
