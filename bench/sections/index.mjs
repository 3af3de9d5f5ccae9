/**
 * The sections, in the order of the page.
 *
 * @typedef {object} Task
 * @property {string} subject - row of the table
 * @property {string} variant - what distinguishes it from the subject's other tasks; '' for none
 * @property {object} parameters - handed to `measure` in the child process
 * @property {boolean} [once] - measured in the first round only, because it takes too long for every round
 * @property {string} [server] - of scripts/servers, which is started before; its URL is in the child's environment
 * @property {number} [node] - release of Node.js that it needs; otherwise that of the run
 *
 * @typedef {(subject: string, variant: string, key: string) => number | undefined} Find - medians of the rounds
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {string} about - what is measured and how, for the page
 * @property {(string | null)[]} packages - whose versions the page tells; null is Cronwright
 * @property {(options: { quick: boolean, full: boolean }) => Task[]} tasks
 * @property {(parameters: object) => Promise<Record<string, number | string>>} measure - runs in the child
 * @property {(find: Find, samples: object[]) => { columns: string[], rows: string[][] }} table
 * @property {(find: Find) => import('../frame/target.mjs').Target[]} targets
 */

export const SECTION_NAMES = [
  'next',
  'parsing',
  'memory',
  'burst',
  'sqlite',
  'safety',
  'queues',
  'latency',
  'recurring',
  'idle',
  'processes',
]

/** @returns {Promise<Section>} */
export function loadSection(name) {
  return import(`./${name}.mjs`)
}
