/** A file of its own below bench/results, so that it is on the same disk as the repository. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { BENCH } from '../frame/prepare.mjs'

export function open(_server, { synchronous }) {
  mkdirSync(`${BENCH}/results`, { recursive: true })
  const folder = mkdtempSync(`${BENCH}/results/sqlite-`)
  const path = `${folder}/jobs.db`
  return {
    url: `sqlite:${path}?synchronous=${synchronous}`,
    path,
    synchronous,
    drop: async () => rmSync(folder, { recursive: true }),
  }
}
