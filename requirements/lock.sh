#!/bin/sh
# Pins what pyproject.toml asks for: run.txt to run, test.txt to test. Names no registry, so everybody's own is used.
set -e
compile() {
    "$pip_compile" --quiet --upgrade --no-header --no-annotate --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" ../pyproject.toml
}
pip_compile=$1
compile --extra build --output-file run.txt
compile --extra build --extra test --constraint run.txt --output-file test.txt
