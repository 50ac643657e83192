/** Under which names this crawler goes: what robots.txt, `X-Robots-Tag` and `<meta name=robots>` may say to it. Pure. */
import type { WorkItem } from '#lib/queue/model.ts';
import type { CommonSettings, SourceContext } from '../source-type.ts';

type Asked = Pick<WorkItem, 'requestHeaders'>;
type Sender = Pick<SourceContext<CommonSettings>, 'settings' | 'userAgent'>;

/** The User-Agent that an item's request carries: the source's, else the item's, else the deployment's. */
export function userAgentOf({ requestHeaders }: Asked, { settings, userAgent }: Sender): string {
  const own = Object.entries(requestHeaders ?? {}).find(
    ([name]) => name.toLowerCase() === 'user-agent',
  );
  return settings.user_agent ?? own?.[1] ?? userAgent ?? 'HolocronIngest';
}

/** The token that the source names, or else a User-Agent, any name in which counts. */
export const calledBy = (item: Asked, sender: Sender): string =>
  sender.settings.robots_token ?? userAgentOf(item, sender);
