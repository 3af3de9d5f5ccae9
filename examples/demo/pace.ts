/** How quickly the demo goes, in full and in its short form. */

/** Durations are milliseconds. */
export interface Pace {
  readonly rotateAt: string
  readonly reportAt: string
  readonly reportSeconds: number
  /** Least time that the service is watched before it is killed. */
  readonly before: number
  /** How long it is dead. */
  readonly outage: number
  /** How long it is watched after that. */
  readonly after: number
}

export const FULL: Pace = {
  rotateAt: '*/5 * * * * *',
  reportAt: '*/15 * * * * *',
  reportSeconds: 15,
  before: 6_000,
  outage: 6_000,
  after: 5_000,
}

export const SHORT: Pace = {
  rotateAt: '*/2 * * * * *',
  reportAt: '*/4 * * * * *',
  reportSeconds: 4,
  before: 3_000,
  outage: 3_000,
  after: 2_500,
}
