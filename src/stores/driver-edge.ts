/** Looking at what a driver gave, which is not believed unchecked. */

/** What an object or a function has under a name; undefined where it has nothing, or is neither. */
export function property(value: unknown, name: string): unknown {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
    ? Reflect.get(value, name)
    : undefined
}

/** The list that an object has under a name; an empty one where it has none. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const list = property(value, name)
  return Array.isArray(list) ? list : []
}

/** Whether a value is an object with these methods. */
export function hasMethods<T>(value: unknown, names: readonly (keyof T & string)[]): value is T
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'object' && names.every((name) => typeof property(value, name) === 'function')
}
