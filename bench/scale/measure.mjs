/** Measures one store, empty and full side by side, in turn, so that a busy machine troubles both alike. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { provideServers } from '../../scripts/servers/index.mjs'
import { median } from '../frame/statistics.mjs'
import { fill } from './fill.mjs'
import { heldBack, OPERATIONS, round } from './operations.mjs'
import { plansOf } from './plans.mjs'
import { addition, commit, listedRuns, NOW } from './records.mjs'
import { STORES } from './stores.mjs'

const HOST = { workerId: 'scale', now: () => NOW, wakeup() {}, reportError: (error) => console.error(error.message) }
const SIDES = ['empty', 'full']
const WARM_UP = 3
const HELD_BACK = 10_000
const HELD_BACK_ROUNDS = 9

/**
 * @param {string} name - of the store
 * @param {{ finished: number, waiting: number, rounds: number, plans: boolean }} options
 * @param {(line: string) => void} tell
 * @returns figures of the store; `undefined` and the reason where it cannot run here
 */
export async function measureStore(name, options, tell) {
  const { server } = STORES[name]
  const folder = mkdtempSync(join(tmpdir(), 'cronwright-scale-'))
  const [provided] = server === undefined ? [] : await provideServers([server])
  try {
    if (server !== undefined && provided?.url === undefined) return { reason: provided?.source }
    return await measureOn(name, provided?.url ?? folder, options, tell)
  } finally {
    await provided?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureOn(name, url, options, tell) {
  const measured = STORES[name]
  const places = Object.fromEntries(SIDES.map((side) => [side, { url, name: `scale_${side}` }]))
  const stores = {}
  for (const side of SIDES) {
    stores[side] = await measured.create(places[side])
    await stores[side].start(HOST, side)
  }
  try {
    for (const side of SIDES) await commit(stores[side], [...listedRuns()].map(addition))
    await measured.beforeFilling?.(places.full)
    const startedAt = performance.now()
    await fill(stores.full, options, tell)
    const fillSeconds = (performance.now() - startedAt) / 1_000
    const states = []
    for (const state of measured.states) {
      tell(`measuring, ${state.name}`)
      await state.prepare(places.full)
      states.push({ name: state.name, ...(await measureSides(stores, options.rounds, `${states.length}`)) })
    }
    const plans = options.plans ? await plansOf(name, places.full, HOST) : undefined
    return { fillSeconds, states, plans }
  } finally {
    for (const side of SIDES) await stores[side].shutdown()
  }
}

/** @returns medians in milliseconds: operation -> side -> median; and those of claims behind runs that are held back */
async function measureSides(stores, rounds, label) {
  const times = Object.fromEntries(SIDES.map((side) => [side, emptyLists()]))
  for (let number = 0; number < rounds + WARM_UP; number += 1) {
    for (const side of number % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const timed = async (operation, work) => {
        const startedAt = performance.now()
        const result = await work()
        if (number >= WARM_UP) times[side][operation].push(performance.now() - startedAt)
        return result
      }
      await round(stores[side], `${label}-${number}`, timed)
    }
  }
  const medians = {}
  for (const operation of Object.keys(OPERATIONS)) {
    medians[operation] = { empty: median(times.empty[operation]), full: median(times.full[operation]) }
  }
  const held = {}
  for (const side of SIDES) held[side] = median(await heldBack(stores[side], HELD_BACK, HELD_BACK_ROUNDS))
  return { medians, heldBack: held }
}

function emptyLists() {
  return Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, []]))
}
