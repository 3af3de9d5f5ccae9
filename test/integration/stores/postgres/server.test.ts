import { Pool } from 'pg'
import { PostgresJobStore } from '../../../../src/postgres.ts'
import { describeSqlServer, PASSWORD } from '../sql-server.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''
const host = new URL(url).host

describeSqlServer('PostgreSQL', {
  recipe: 'postgres',
  url,
  create: (at, table, options = {}) => new PostgresJobStore({ url: at, table, maxConnections: 3, ...options }),
  usersPool: async (at, table) => {
    const pool = new Pool({ connectionString: at })
    return {
      store: new PostgresJobStore({ pool, table }),
      answers: async () => (await pool.query('SELECT 1 AS one')).rows.length === 1,
      end: () => pool.end(),
    }
  },
  closedDoors: [
    ['a user that does not exist', `postgres://nobody:${PASSWORD}@${host}/postgres`, 'this user may not connect'],
    ['a database that does not exist', `${url.replace(/\/[^/]*$/, '')}/nowhere`, 'the database does not exist'],
    ['nobody listens', `postgres://u:${PASSWORD}@127.0.0.1:1/db`, 'ECONNREFUSED'],
  ],
})
