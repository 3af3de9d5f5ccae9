/** Connections beside the store's own, for what a store never does itself: statistics, and plans. */

export async function poolTo(url) {
  const { default: pg } = await import('pg')
  return new pg.Pool({ connectionString: url, max: 3 })
}

export async function connectionTo(url) {
  const { default: mysql } = await import('mysql2/promise')
  return mysql.createConnection(url)
}
