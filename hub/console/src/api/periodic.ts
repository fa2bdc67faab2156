// Answers that are read again every so often.
import { focusManager, type QueryClient, type QueryKey } from '@tanstack/react-query';

/**
 * Reads an answer that a page shows again every `periodMs`, until the function that comes back is called. What the stream puts into it meanwhile moves
 * nothing: the library's own refetchInterval begins anew with each of these, and where events come more often it never ends. A hidden page reads nothing.
 */
export function readEvery(client: QueryClient, queryKey: QueryKey, periodMs: number): () => void {
  const timer = setInterval(() => {
    if (focusManager.isFocused()) void client.refetchQueries({ queryKey, exact: true, type: 'active' }, { cancelRefetch: false });
  }, periodMs);
  return () => clearInterval(timer);
}
