/** The server cannot be reached, or does not answer. The store tells it as `STORE_ERROR`. */
export class ConnectionProblem extends Error {
  /** As the driver has it, where it has one. */
  readonly code: number | undefined

  constructor(reason: string, code?: number) {
    super(reason)
    this.name = 'ConnectionProblem'
    this.code = code
  }
}
