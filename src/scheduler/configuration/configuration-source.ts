/** Where configuration comes from: an object as it is, JSON text, or a file of it. */

import { readFileSync } from 'node:fs'
import { ConfigurationError } from '../../errors.ts'

/**
 * The content of a configuration: text that begins with `{` is JSON, other text the path (or `file:` URL) of a file.
 *
 * @throws ConfigurationError when there is no such file, or no JSON in it
 */
export function loadConfiguration(source: unknown): unknown {
  if (typeof source !== 'string' && !(source instanceof URL)) return source
  const text = String(source)
  return text.trimStart().startsWith('{') ? parse(text, 'the text given') : parse(read(text), text)
}

function read(path: string): string {
  try {
    return readFileSync(/^\w{2,}:/.test(path) ? new URL(path) : path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    const rule = `must be an object, JSON text or the path of a readable JSON file${code}`
    throw new ConfigurationError([{ field: 'configuration', value: path, rule }])
  }
}

function parse(text: string, origin: string): unknown {
  try {
    // Trimmed of the byte order mark that some editors put in front.
    return JSON.parse(text.trim())
  } catch (error) {
    const rule = `must be valid JSON (${reasonOf(error)})`
    throw new ConfigurationError([{ field: 'configuration', value: origin, rule }])
  }
}

/** Why text is no JSON, without the piece of the text that Node puts into its message: it may hold a password. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /^[^"]*? at position \d+[^"]*|^Unexpected (?:token '.'|end of JSON input)/u.exec(message)?.[0] ?? 'it is not'
}
