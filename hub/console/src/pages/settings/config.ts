// Values of agents' settings between fields of a form and JSON. Pure.
import type { ConfigKey } from '../../api/types';
import { t } from '../../strings/en';

export function valueText(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** undefined: left to its default. Anything that does not fit the key's type or bounds is an Error that says why. */
export function parseValue(key: ConfigKey, text: string): unknown {
  const given = text.trim();
  if (given === '') return undefined;
  if (key.type === 'integer') {
    const n = Number(given);
    if (!Number.isSafeInteger(n)) throw new Error(t.settings.config.whole);
    if ((key.min !== null && n < key.min) || (key.max !== null && n > key.max)) throw new Error(t.settings.config.range(String(key.min ?? '…'), String(key.max ?? '…')));
    return n;
  }
  if (key.values && !key.values.includes(given)) throw new Error(t.settings.config.oneOf(key.values.join(', ')));
  return given;
}

/** All fields of a form as settings, with what is wrong by key. */
export function parseSettings(keys: readonly ConfigKey[], texts: Readonly<Record<string, string>>): { settings: Record<string, unknown>; wrong: Record<string, string> } {
  const settings: Record<string, unknown> = {};
  const wrong: Record<string, string> = {};
  for (const key of keys) {
    try {
      const value = parseValue(key, texts[key.key] ?? '');
      if (value !== undefined) settings[key.key] = value;
    } catch (error) {
      wrong[key.key] = (error as Error).message;
    }
  }
  return { settings, wrong };
}
