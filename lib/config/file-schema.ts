/** The YAML file, key by key. Sources and seeds are checked by their type's own schemas afterwards. */
import { z } from 'zod';

const flag = z.boolean('must be true or false, a boolean');
const count = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
};
const port = count(1, 65_535);
const schemaName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    'must be letters, digits and underscores, not starting with a digit',
  );

const dataLake = z.strictObject({
  enabled: flag.default(true),
  base_dir: z.string().min(1).optional(),
  pretty_print: flag.optional(),
});

/** Kept so that files of the earlier system open; records always go into the state database. */
const sqlServerStorage = z.strictObject({
  enabled: flag.default(true),
  host: z.string().optional(),
  server: z.string().optional(),
  port: port.optional(),
  database: z.string().optional(),
  user: z.string().optional(),
  username: z.string().optional(),
  driver: z.string().optional(),
  schema: schemaName.optional(),
  table: z.string().optional(),
});

const sqlServerState = z.strictObject({
  host: z.string().min(1).optional(),
  port: port.optional(),
  database: z.string().min(1).max(128).optional(),
  user: z.string().min(1).optional(),
  driver: z.string().optional(),
  schema: schemaName.optional(),
  encrypt: z.union([z.boolean(), z.literal('strict')]).optional(),
  trust_server_certificate: flag.optional(),
  authentication: z.string().min(1).optional(),
  tenant_id: z.string().min(1).optional(),
  host_name_in_certificate: z.string().min(1).optional(),
  multi_subnet_failover: flag.optional(),
  packet_size: count(512, 32_767).optional(),
  replica: z
    .strictObject({
      host: z.string().min(1).optional(),
      port: port.optional(),
      database: z.string().min(1).max(128).optional(),
      user: z.string().min(1).optional(),
    })
    .optional(),
});

const state = z.strictObject({
  type: z.enum(['sqlserver', 'sqlite']).optional(),
  sqlserver: sqlServerState.optional(),
  sqlite: z.strictObject({ path: z.string().min(1).optional() }).optional(),
});

const runner = z.strictObject({
  batch_size: count(1, 500).optional(),
  max_items: count(1, 1_000_000_000).nullable().optional(),
  max_retries: count(0, 20).optional(),
  enable_discovery: flag.optional(),
  concurrency: count(1, 200).optional(),
  lease_seconds: count(5, 3600).optional(),
  disk_pause_mib: count(0, 100_000_000).optional(),
});

export const fileSchema = z.strictObject({
  storage: z
    .strictObject({ data_lake: dataLake.optional(), sql_server: sqlServerStorage.optional() })
    .optional(),
  state: state.optional(),
  runner: runner.optional(),
  sources: z.array(z.record(z.string(), z.unknown())).optional(),
  seeds: z.array(z.record(z.string(), z.unknown())).optional(),
});

export type ConfigFile = z.infer<typeof fileSchema>;
