/**
 * What the service reads from its environment. The schedules default to a quick pace, so that there is something to
 * see; next to each stands what one would use in production.
 */

/** Settings of the service. */
export interface Settings {
  /** 0: any free port. */
  readonly port: number
  /** Directory of the access log, the reports and the reminders. */
  readonly dataDirectory: string
  /** Cron expression of the log rotation; in production `0 0 * * *`. */
  readonly rotateAt: string
  /** Cron expression of the report; in production `0 9 * * *`. */
  readonly reportAt: string
  /** How much time a report covers; in production 86,400. */
  readonly reportSeconds: number
}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return {
    port: Number(environment['PORT'] ?? 8080),
    dataDirectory: environment['DATA_DIR'] ?? './data',
    rotateAt: environment['ROTATE_AT'] ?? '*/5 * * * * *',
    reportAt: environment['REPORT_AT'] ?? '*/15 * * * * *',
    reportSeconds: Number(environment['REPORT_SECONDS'] ?? 15),
  }
}
