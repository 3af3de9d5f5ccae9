/**
 * How long the disk takes to write a little and keep it, while something else goes on. A durable server waits for that with
 * every commit, so where the disk is slow for a while, or shared with others, lateness tells of it and not of us.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Quantiles, quantilesOf } from './summary.ts'

/** Seldom enough to be no load. */
const EVERY_MS = 100
const BYTES = 4_096

export class DiskProbe {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cronwright-disk-'))
  readonly #took: number[] = []
  readonly #probing: Promise<void>
  #isOver = false

  constructor() {
    this.#probing = this.#probe()
  }

  /** Ends it. How long the writes took, ms. */
  async end(): Promise<Quantiles> {
    this.#isOver = true
    await this.#probing
    return quantilesOf(this.#took)
  }

  async #probe(): Promise<void> {
    const file = await open(join(this.#folder, 'probe'), 'w')
    try {
      while (!this.#isOver) {
        const begin = performance.now()
        await file.write(Buffer.alloc(BYTES), 0, BYTES, 0)
        await file.datasync()
        this.#took.push(performance.now() - begin)
        await sleep(EVERY_MS)
      }
    } finally {
      await file.close()
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }
}
