import { LinkButton } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/states.tsx';

export default function NotFound() {
  return (
    <EmptyState
      title="There is no such source"
      action={<LinkButton href="/sources">Open the list</LinkButton>}
    >
      The address may be cut off, or the source was removed.
    </EmptyState>
  );
}
