/** Arrows point one way, time is read in one file, and every error code is explained: checked on the text of `src`. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ERROR_CODES } from '../../../src/errors.ts'

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
const text = (path: string): string => readFileSync(join(SRC, path), 'utf8')
const code = (path: string): string => text(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
const holding = (pattern: RegExp): string[] => FILES.filter((path) => pattern.test(code(path)))

/** From the ground up; entry points stand above what they export. */
const ORDER =
  'core errors.ts < triggers < jobs < stores store.ts sqlite.ts postgres.ts mysql.ts redis.ts mongodb.ts etcd.ts zookeeper.ts < executors < scheduler < index.ts < cli testing testing.ts'
const LAYERS = ORDER.split(' < ').map((names) => names.split(' '))
const layerOf = (path: string): number => LAYERS.findIndex((names) => names.includes(path.split(/[\\/]/)[0] ?? ''))
const importsOf = (path: string): string[] =>
  [...code(path).matchAll(/\b(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, name = '']) =>
    join(dirname(path), name),
  )

it('every file has its layer, and imports only from its own and those below', () => {
  expect(FILES.filter((path) => layerOf(path) < 0)).toEqual([])
  const arrows = FILES.flatMap((path) => importsOf(path).map((target) => [path, target] as const))
  expect(arrows.length).toBeGreaterThan(300)
  expect(arrows.filter(([path, target]) => layerOf(target) > layerOf(path))).toEqual([])
  expect(arrows.filter(([path, target]) => target === 'index.ts' && !path.startsWith('cli'))).toEqual([])
})

it('the ground layers are pure: they load nothing of Node', () => {
  const loading = holding(/'node:|\bimport\(|\bprocess\.\w/)
  expect(loading.filter((path) => layerOf(path) < layerOf('stores'))).toEqual([])
})

it('time is read, and timers are set, in core/clock.ts alone', () => {
  const time = /\b(Date\.now|performance\.now|setTimeout|setInterval|setImmediate)\b|\bnew Date\(\)|\bhrtime\b/
  expect(holding(time)).toEqual([join('core', 'clock.ts')])
})

it('nothing is printed but by the command line', () => {
  expect(holding(/\bconsole\.|process\.std(out|err)\b/).filter((path) => !path.startsWith('cli'))).toEqual([])
})

it('no file is longer than 400 lines, unless it says why at its top', () => {
  const isLong = (path: string): boolean => text(path).split('\n').length > 401
  expect(FILES.filter((path) => isLong(path) && !/^\/\*\*[^/]*\bover 400 lines, because\b/.test(text(path)))).toEqual(
    [],
  )
})

it('docs/errors.md explains every code, and no other', () => {
  const headings = [...readFileSync(join(SRC, '../docs/errors.md'), 'utf8').matchAll(/^## `?(\w+)`?$/gm)]
  expect(headings.map(([, name]) => name).sort()).toEqual(Object.keys(ERROR_CODES).sort())
})
