/** The present as the person has it who asks: their time zone, told by their browser. */
import { cookies } from 'next/headers';
import { timeZoneCookie } from '#app/ui/time-zone.ts';
import { isTimeZone, type LocalClock, utcClock } from '#lib/filters/zones.ts';

/** In UTC until the browser has told its zone. */
export async function localClock(): Promise<LocalClock> {
  const given = (await cookies()).get(timeZoneCookie)?.value;
  if (given === undefined) return utcClock();
  const zone = decoded(given);
  return { ...utcClock(), zone: zone.length <= 60 && isTimeZone(zone) ? zone : 'UTC' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
