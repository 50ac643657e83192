import { useIsClosed } from '#app/ui/link.tsx';
import { type Place, places } from './navigation.ts';

/** The pages that the person is not refused. */
export function usePlaces(): readonly Place[] {
  const isClosed = useIsClosed();
  return places.filter(({ href }) => !isClosed(href));
}
