/** A figure beside what it should be. */

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {string} target
 * @property {string} value
 * @property {boolean | undefined} met - undefined when nothing was measured
 */

/**
 * @param {string} what
 * @param {number | undefined} value
 * @param {number} limit
 * @param {(value: number | undefined) => string} show
 * @returns {Target}
 */
export function atLeast(what, value, limit, show) {
  return {
    what,
    target: `>= ${show(limit)}`,
    value: show(value),
    met: value === undefined ? undefined : value >= limit,
  }
}

/** @type {typeof atLeast} */
export function atMost(what, value, limit, show) {
  return {
    what,
    target: `<= ${show(limit)}`,
    value: show(value),
    met: value === undefined ? undefined : value <= limit,
  }
}
