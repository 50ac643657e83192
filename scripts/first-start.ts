/**
 * What a container deployment needs once, after its migrations: the key file, the sample source and
 * the administrator. `initdb` of docker-compose.yml runs it; it changes nothing the second time.
 */
import { explain } from '#commands/support/program.ts';
import { prepareInstallation } from './support/prepare.ts';

try {
  const { databaseLabel, firstSignIn } = await prepareInstallation();
  console.log(`Database  ${databaseLabel}`);
  if (firstSignIn) {
    const { email, generatedPassword } = firstSignIn;
    console.log(`Sign in   ${email}`);
    console.log(
      generatedPassword === undefined
        ? 'Password  the one in INGEST_ADMIN_PASSWORD'
        : `Password  ${generatedPassword}   (shown this once: keep it)`,
    );
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
