import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Runbooks are read as they are in the repository.
  server: { fs: { allow: ['../..'] } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 10_000,
    pool: 'threads',
    maxWorkers: 1,
    minWorkers: 1,
  },
});
