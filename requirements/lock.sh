#!/bin/sh
# Pins what pyproject.toml asks for: run.txt to run, test.txt to test. Names no registry, so everybody's own is used.
set -e
compile() {
    file=$1
    shift
    "$pip_compile" --quiet --upgrade --no-header --no-annotate --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$file" "$@" ../pyproject.toml
    # One order on every machine, so that a change shows what changed.
    grep -v '^#' "$file" | grep . | LC_ALL=C sort >"$file.sorted"
    mv "$file.sorted" "$file"
}
pip_compile=$1
compile run.txt --extra build
compile test.txt --extra build --extra test --constraint run.txt
# The compiler forgets for whom this one is.
sed -i.old 's/^\(solv==[^ ]*\)$/\1 ; sys_platform == "linux"/' test.txt
rm test.txt.old
