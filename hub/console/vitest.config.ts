import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 10_000,
    pool: 'threads',
    maxWorkers: 1,
    minWorkers: 1,
  },
});
