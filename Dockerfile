# One image for every app: `docker build -t quailrunner .`, then `docker run quailrunner worker`.
ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-slim AS build
WORKDIR /quailrunner
# The packages change less often than the sources: they are fetched in a layer of their own.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npx --yes "$(node -p 'require("./package.json").packageManager')" fetch
COPY . .
RUN node scripts/ready.mjs
# What only builds or tests goes, and so does the embedded PostgreSQL: containers have stores of their own.
RUN find . -name node_modules -prune -exec rm -rf {} + \
 && CI=true npx --yes "$(node -p 'require("./package.json").packageManager')" install \
      --prod --no-optional --frozen-lockfile --offline \
 && rm -rf .ready .turbo test bench scripts apps/*/src packages/*/src apps/*/.turbo packages/*/.turbo

FROM node:${NODE_VERSION}-slim
ENV NODE_ENV=production
WORKDIR /quailrunner
COPY --from=build /quailrunner ./
USER node
EXPOSE 3000
ENTRYPOINT ["node", "--enable-source-maps", "apps/cli/bin/quail.js"]
CMD ["--help"]
