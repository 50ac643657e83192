# One image for the console, the worker and the commands. Build it for the platform it runs on:
# the native parts (SQLite, Argon2) are those of the building platform.

FROM node:24-slim AS build
ENV CI=true NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
RUN npm install --global pnpm@12
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm build && pnpm bundle

FROM node:24-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
# As scripts/support/launch-settings.ts says, which also tells why.
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=32768 MALLOC_TOP_PAD_=0 MALLOC_MMAP_THRESHOLD_=32768
WORKDIR /app
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static ./.next/static
COPY --from=build /app/public ./public
COPY --from=build /app/dist ./dist
# The embedded database, the key file and the file lake; a volume mounted here starts with this owner.
RUN install -d -o node -g node data
# The last that a shell does. What gets in finds none afterwards, nor another interpreter or a package manager.
RUN ["node", "-e", "for (const path of ['/usr/bin/sh', '/usr/bin/dash', '/usr/bin/bash', '/usr/bin/rbash', '/usr/bin/perl', '/usr/bin/apt', '/usr/bin/apt-get', '/usr/bin/dpkg', '/usr/local/bin/npm', '/usr/local/bin/npx', '/usr/local/bin/corepack', '/usr/local/bin/yarn', '/usr/local/bin/yarnpkg', '/usr/local/lib/node_modules', '/opt']) require('node:fs').rmSync(path, { recursive: true, force: true })"]
USER node
VOLUME /app/data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "--max-old-space-size=512", "--heap-growing-percent=20", "server.js"]
