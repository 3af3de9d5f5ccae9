/** What a network does to the bytes that pass: plain values, so that a seed can draw them and a log can keep them. */

export type Weather =
  /** Bytes pass at once. */
  | { readonly kind: 'clear' }
  /** Each chunk takes `ms`, give or take `jitterMs`; order is kept. */
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs: number }
  /** So many bytes a second in each direction. */
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** One byte at a time. */
  | { readonly kind: 'split' }
  /** Nothing passes and nobody is told: half-open connections. What was sent meanwhile is lost. */
  | { readonly kind: 'blackhole' }
  /** Connections are reset, also new ones, once they send anything. */
  | { readonly kind: 'reset' }
  /** Connections are reset, and new ones are refused. */
  | { readonly kind: 'refuse' }
  /** Requests arrive; the reply is thrown away, and the connection with it: nobody knows what was done. */
  | { readonly kind: 'cut-reply' }

export const CLEAR: Weather = { kind: 'clear' }
