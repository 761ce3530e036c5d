# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=${VERSION}" -o /kvitok ./cmd/kvitok

FROM debian:bookworm-slim
# certificates for FTPS and databases by TLS; zones for cut-offs in local time; curl for the health check
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --no-create-home --home-dir /var/lib/kvitok --shell /usr/sbin/nologin kvitok \
    && install -d -o kvitok -g kvitok /var/lib/kvitok /etc/kvitok
COPY --from=build /kvitok /usr/local/bin/kvitok
USER kvitok
# the data folder: archive, inboxes and outboxes, receipts, reports; PostgreSQL stands elsewhere (KVITOK_DATABASE_URL)
VOLUME /var/lib/kvitok
EXPOSE 8080
ENTRYPOINT ["kvitok"]
CMD ["serve", "--dir", "/var/lib/kvitok", "--config", "/etc/kvitok/kvitok.yaml"]
