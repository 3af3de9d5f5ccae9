/** How an error is printed: one line, without passwords. */

import { storableText } from '../jobs/log-fields.ts'
import { printable } from './table.ts'

/**
 * The errors of this package hide passwords. Those of a driver, and of the libraries it uses, may put a URL into their
 * text.
 */
export function errorLine(message: string): string {
  return `cronwright: ${printable(storableText(message))}\n`
}
