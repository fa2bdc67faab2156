// A document as it is, folded away until somebody wants it.
export function Json({ label, value }: { label: string; value: unknown }) {
  return (
    <details className="opens">
      <summary>{label}</summary>
      <pre className="json" tabIndex={0} aria-label={label}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
