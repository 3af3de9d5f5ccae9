/** What conformance is made of: sentences about a store, each with the code that finds out whether it is true. */

import type { TestedCapabilities } from './store-bench.ts'

/** One sentence about a store, ready to be run by any test runner: `test(name, run)`. */
export interface ConformanceTest {
  /** What the sentence is about. */
  readonly area: string
  /** The sentence, with the store as its subject. Unique in its suite. */
  readonly name: string
  /** Rejects (mostly with an `AssertionError`) when the sentence is not true. */
  readonly run: () => Promise<void>
}

/** A sentence, before it is said of one store. */
export interface Case<Bench> {
  readonly name: string
  readonly needs?: keyof TestedCapabilities
  run(bench: Bench): Promise<void>
}

/** Cases by what they are about. */
export type Areas<Bench> = Readonly<Record<string, readonly Case<Bench>[]>>

/** The cases that hold for stores with these capabilities, each with a bench of its own that is cleared away after it. */
export function testsOf<Bench extends { close(): Promise<void> }>(
  areas: Areas<Bench>,
  capabilities: TestedCapabilities,
  newBench: () => Bench,
): readonly ConformanceTest[] {
  const tests: ConformanceTest[] = []
  for (const [area, cases] of Object.entries(areas)) {
    for (const { name, needs, run } of cases) {
      if (needs !== undefined && capabilities[needs] !== true) continue
      tests.push({ area, name, run: () => runOn(newBench(), run) })
    }
  }
  return tests
}

async function runOn<Bench extends { close(): Promise<void> }>(
  bench: Bench,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  try {
    await run(bench)
  } catch (error) {
    // What the case found is told, not what closing after it says.
    await bench.close().catch(() => undefined)
    throw error
  }
  await bench.close()
}
