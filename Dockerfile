# UNTESTED: no container engine was available where this was written. Corrections are welcome.
FROM node:22-bookworm-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgdal32 libgeos-c1v5 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/cityloop cityloop
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=front-end /app/node_modules node_modules
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && python -m cityloop.cli.messages $(find cityloop -name '*.po')
USER cityloop
ENV DATA_DIR=/var/lib/cityloop/data HOST=0.0.0.0 PORT=8000
EXPOSE 8000 8001
# A container holds no private cluster: DATABASE_URL names the server (see compose.yaml).
CMD ["sh", "-c", "cityloop migrate && exec cityloop serve"]
