/** What is going to be done to a fleet, its network and its server, and when. Plain data, drawn from a seed up front. */

import type { Weather } from '../network/weather.ts'

interface Planned {
  /** Ms since the course began. */
  readonly at: number
}

/** Something that is done to one process. */
export type ProcessFault = Planned & { readonly process: string } & (
    | { readonly kind: 'kill'; readonly awayMs: number }
    | { readonly kind: 'freeze'; readonly ms: number }
    | { readonly kind: 'shutdown'; readonly graceMs: number; readonly awayMs: number }
    | { readonly kind: 'network'; readonly ms: number; readonly weather: Weather }
  )

/** Something that is done to the server, or that it does to all. */
export type ServerFault = Planned &
  (
    | { readonly kind: 'server-kill'; readonly awayMs: number }
    | { readonly kind: 'server-freeze'; readonly ms: number }
    /** What this kind of store can do to its clients, by name. */
    | { readonly kind: 'trick'; readonly trick: string; readonly ms: number }
  )

export type PlannedFault = ProcessFault | ServerFault
