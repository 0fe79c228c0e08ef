# Greeter as one static binary in an otherwise empty image. scripts/build-image builds it; plain `docker build .` works too,
# with BuildKit and without.

FROM debian:trixie-slim AS build
# The packages listed in a release's SBOM are those here, which the binary is linked of.
ARG BUILDKIT_SBOM_SCAN_STAGE=true
WORKDIR /usr/src

# Debian splits httplib.h into a header and a shared library; its source package still has the whole header, security
# fixes applied, which is what a static binary needs. deb-src is switched on in whichever format the base image uses.
# hadolint ignore=DL3008
RUN sed -i 's/^deb \(.*\)/&\ndeb-src \1/' /etc/apt/sources.list 2>/dev/null; \
    sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/*.sources 2>/dev/null; \
    apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      ca-certificates cmake dpkg-dev g++ ninja-build pkgconf \
      libcli11-dev libfmt-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev \
      libhiredis-dev libre2-dev libsqlite3-dev libssl-dev libzstd-dev zlib1g-dev \
    && apt-get source -q cpp-httplib \
    && install -D -m 644 cpp-httplib-*/httplib.h httplib/httplib.h \
    && rm -rf cpp-httplib* /var/lib/apt/lists/*

WORKDIR /src
COPY CMakeLists.txt ./
COPY app-chart/values.schema.json app-chart/
COPY app app
ARG REVISION=unknown
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DGREETER_STATIC=ON -DGREETER_TESTS=OFF \
      -DGREETER_COMMIT="$REVISION" -DHTTPLIB_INCLUDE_DIR=/usr/src/httplib \
    && cmake --build /build --target greeter

# Everything that ends in the image beside the customers, with fixed times: the same sources give the same layer.
RUN install -D -m 755 /build/greeter /out/greeter \
    && install -D -m 644 /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 700 /volume/data \
    && find /out /volume -exec touch -h -d @0 {} +
LABEL greeter.stage=build

# The customers of this checkout, readable for whoever the container runs as.
FROM debian:trixie-slim AS customers
COPY customer-values /out/etc/greeter/customers
RUN chmod -R u=rwX,go=rX /out \
    && find /out -exec touch -h -d @0 {} +
LABEL greeter.stage=customers

FROM scratch
COPY --from=build /out/ /
COPY --from=customers /out/ /
# For a store: a new volume that is mounted here takes over the folder's owner.
COPY --from=build --chown=65532:65532 /volume/ /
USER 65532:65532
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s --retries=2 CMD ["/greeter", "healthcheck"]
ENTRYPOINT ["/greeter"]
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="greeter" \
      org.opencontainers.image.description="How do we greet our customers?" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
