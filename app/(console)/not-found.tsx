import { LinkButton } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/states.tsx';

export default function NotFound() {
  return (
    <EmptyState
      title="There is nothing at this address"
      action={<LinkButton href="/">Go to the overview</LinkButton>}
    >
      It may have been removed, or the link was cut off.
    </EmptyState>
  );
}
