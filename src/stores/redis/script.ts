/** A Lua script, known to the server by the hash of its text. */

import { createHash } from 'node:crypto'

export class Script {
  readonly text: string
  readonly hash: string

  constructor(text: string) {
    this.text = text
    this.hash = createHash('sha1').update(text).digest('hex')
  }
}
