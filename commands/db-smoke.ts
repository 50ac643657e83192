/** `pnpm db:smoke`: checks the database this deployment would use. Exit 0 = fine, 1 = not, with the remedy. */
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { toPublicError } from '#lib/errors/app-error.ts';
import { smokeTest } from '#lib/smoke/smoke-test.ts';

try {
  const settings = resolveDatabaseSettings(process.env);
  const failure = await smokeTest(settings, (line) => console.log(line));
  if (failure) process.exitCode = 1;
} catch (error) {
  const { code, message, remedy } = toPublicError(error);
  console.error(`✗ ${message}\n  Code:   ${code}\n  Remedy: ${remedy}`);
  process.exitCode = 1;
}
