# whyfix serve in an image that holds nothing else, built from the source;
# packaging/Dockerfile makes the same of a release's archive, with the licences of
# what is compiled in. The release of the site comes from outside, read-only:
#
#   docker build -t whyfix --build-arg VERSION=1.2.3 --build-arg COMMIT="$(git rev-parse HEAD)" .
#   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -p 127.0.0.1:8080:8080 -v /srv/help:/public:ro whyfix
#
# docs/operating.md tells the rest.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION COMMIT DATE
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X whyfix/internal/version.released=$VERSION -X whyfix/internal/version.commit=$COMMIT -X whyfix/internal/version.date=$DATE" -o /whyfix ./cmd/whyfix

FROM scratch
COPY --from=build /whyfix /whyfix
USER 65532:65532
EXPOSE 8080
VOLUME /public
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/whyfix", "health", "-addr", ":8080"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/whyfix"]
CMD ["serve", "-public", "/public", "-addr", ":8080", "-log", "json"]
