# shellcheck shell=bash disable=SC2034
# Every version the throwaway cluster pins. Source it.

KUBERNETES_VERSION=1.34.4
COREDNS_VERSION=1.12.4
METRICS_SERVER_VERSION=0.9.0
TRAEFIK_VERSION=3.7.15
# What defines its objects; the Go modules lag behind the program.
TRAEFIK_MODULE_VERSION=3.7.13
GATEWAY_API_VERSION=1.6.1
