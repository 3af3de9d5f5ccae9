/** The page of a store names the options that its source has, with the same defaults. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './code-blocks.ts'

const PAGES = readdirSync(join(ROOT, 'docs/stores'))
  .filter((page) => page.endsWith('.md') && page !== 'README.md')
  .map((page) => page.replace('.md', ''))

/** Option -> its default as the page has it, from the table below the heading. */
function documented(page: string): Map<string, string> {
  const text = readFileSync(join(ROOT, 'docs/stores', `${page}.md`), 'utf8')
  const section = /^## Options\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const rows = section.matchAll(/^\| `(\w+)` *\| *(.*?) *\|/gm)
  return new Map(Array.from(rows, ([, name = '', value = '']) => [name, value]))
}

/** Option -> its default as its docstring has it; empty where it has none. */
function declared(source: string): Map<string, string> {
  const body = /^export interface \w+JobStoreOptions \{\n([\s\S]*?)^\}/m.exec(source)?.[1] ?? ''
  const fields = body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g)
  return new Map(
    Array.from(fields, ([, comment = '', name = '']) => [name, /@default (.*)/.exec(comment)?.[1]?.trim() ?? '']),
  )
}

function sourceOf(store: string): string {
  return join(ROOT, 'src/stores', store, 'options.ts')
}

describe('the options in the page of a store', () => {
  const stores = PAGES.filter((page) => existsSync(sourceOf(page)))

  it('every store with options has a page', () => {
    const folders = readdirSync(join(ROOT, 'src/stores')).filter((name) => existsSync(sourceOf(name)))
    expect([...stores].sort()).toEqual(folders.sort())
  })

  it.each(stores)('are those that the source accepts: %s', async (store) => {
    const module: Readonly<Record<string, unknown>> = await import(sourceOf(store))
    const [names] = Object.entries(module).flatMap(([name, value]) => (name.endsWith('_OPTIONS') ? [value] : []))
    expect([...documented(store).keys()]).toEqual(names)
  })

  it.each(stores)('have the defaults that the source has: %s', (store) => {
    const found = declared(readFileSync(sourceOf(store), 'utf8'))
    for (const [name, text] of documented(store)) {
      const value = /^`([^`]*)`$/.exec(text)?.[1]
      if (value !== undefined) expect(`${name}: ${found.get(name)}`).toBe(`${name}: ${value}`)
      else if (text === '') expect(`${name}: ${found.get(name)}`).toBe(`${name}: `)
    }
  })

  it.each(PAGES.filter((page) => !stores.includes(page)))('says that there are none: %s', (page) => {
    expect(documented(page).size).toBe(0)
    expect(readFileSync(join(ROOT, 'docs/stores', `${page}.md`), 'utf8')).toContain('no options')
  })
})
