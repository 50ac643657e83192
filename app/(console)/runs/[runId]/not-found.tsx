import { LinkButton } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/states.tsx';

export default function NotFound() {
  return (
    <EmptyState
      title="There is no such run"
      action={<LinkButton href="/runs">Open the list</LinkButton>}
    >
      The address may be cut off, or the run was removed.
    </EmptyState>
  );
}
