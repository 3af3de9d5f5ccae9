/** The TypeScript in the documentation, as files that can be compiled and run. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TARGET = join(ROOT, '.cache', 'docs')

export interface CodeBlock {
  /** Page and line, for titles. */
  readonly name: string
  readonly file: string
}

/** Markdown pages that people read: at the top, and under docs. */
export function pages(): string[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path))
  return [...readdirSync(ROOT), ...below].filter((path) => path.endsWith('.md')).sort()
}

/** Writes every block marked `ts` into a file of its own, inside the package so that its own name resolves. */
export function writeCodeBlocks(): CodeBlock[] {
  rmSync(TARGET, { recursive: true, force: true })
  const blocks: CodeBlock[] = []
  for (const page of pages()) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const match of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
      const line = text.slice(0, match.index).split('\n').length
      const file = join(TARGET, `${page.replace(/\W/g, '-')}-${line}.ts`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${match[1]}\nexport {}\n`)
      blocks.push({ name: `${page} line ${line}`, file: relative(ROOT, file) })
    }
  }
  return blocks
}
