import { PostgresJobStore } from '../../../../src/postgres.ts'
import { withDatabase } from '../../../../src/stores/postgres/open-database.ts'
import { resolvePostgresOptions } from '../../../../src/stores/postgres/options.ts'
import { MIGRATIONS, type Migration, migrate } from '../../../../src/stores/postgres/schema.ts'
import { describeSqlSchema } from '../sql-schema.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''
const later: Migration = ({ records }) => [`ALTER TABLE ${records} ADD COLUMN note text NOT NULL DEFAULT 'none'`]

describeSqlSchema('PostgreSQL', {
  url,
  create: (table, options) => new PostgresJobStore({ url, table, maxConnections: 3, ...options }),
  migrateFurther: (table) =>
    withDatabase(resolvePostgresOptions({ url, table }), ({ database, tables }) =>
      migrate(database, tables, [...MIGRATIONS, later]),
    ),
  look: (table) =>
    withDatabase(resolvePostgresOptions({ url, table }), async ({ database, tables }) => ({
      notes: (await database.rows(`SELECT note FROM ${tables.records}`)).map((row) => row['note']),
      versions: (await database.rows(`SELECT version FROM ${tables.schema} ORDER BY version`)).map(
        (row) => row['version'],
      ),
    })),
})
