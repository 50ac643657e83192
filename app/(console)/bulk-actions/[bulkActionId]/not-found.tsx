import { LinkButton } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/states.tsx';

export default function NotFound() {
  return (
    <EmptyState
      title="There is no such background action"
      action={<LinkButton href="/bulk-actions">Open the list</LinkButton>}
    >
      The address may be cut off.
    </EmptyState>
  );
}
