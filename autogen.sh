#!/bin/sh
# Makes configure and the Makefile.in; needs autoconf, automake, pkg-config.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
